"""Train the face detector and the landmark network together on composed scenes.

`python -m gpen_desktop.lab.training.detector.train --faces faces.csv train --backgrounds DIR --out DIR`

The landmark network learns from the same scenes what the detector proposes in them, as the product has them work.
Counts steps only; resumes OUT/training.checkpoint where there is one, also after an end by SIGTERM or Ctrl-C.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Generator, Tensor, nn

from gpen_desktop.errors import WeightsError
from gpen_desktop.lab.scenes.placing import Cast, profile_turns, random_turns
from gpen_desktop.lab.scenes.reading import portraits, stage
from gpen_desktop.lab.scenes.views import VIEW_SIDE, Pool, Scenes, Views
from gpen_desktop.lab.training import checkpoints
from gpen_desktop.lab.training.detector.anchor_targets import decoded_points, detector_loss, targets
from gpen_desktop.lab.training.detector.landmark_crops import landmark_crops
from gpen_desktop.messages import say
from gpen_desktop.models.detectors.landmarks import LandmarkNet, normalised
from gpen_desktop.models.detectors.retinaface import RetinaFace, anchors, network_input
from gpen_desktop.models.loader import read_tensors

DETECTOR_FILE: Final = "retinaface_mobile025.safetensors"
LANDMARKS_FILE: Final = "landmarks5.safetensors"

_WARM_UP: Final = 200  # steps
_AVERAGE: Final = 0.998
_CROPS: Final = 4  # of faces, a view
_REPORT_EVERY: Final = 100
_CHECKPOINT: Final = "training.checkpoint"
_DETECTOR_TOLD: Final = {"layout": "facexlib RetinaFace mobile0.25", "input": "BGR 0 to 255, less 104, 117, 123"}
_LANDMARKS_TOLD: Final = {
    "input": "(N,1,96,96) grey, zero mean, / (std + 8)",
    "output": "(N,11): 5 points / crop side, face logit",
}


@dataclass(frozen=True)
class Settings:
    """faces: CSVs of labelled faces, with the folder beside each that is trained on. backgrounds: pictures without
    people, things with alpha. start: folder with weights of both networks to begin from. uses: views of each scene.
    workers: processes that compose. turns, profiles: ways in which portraits are turned aside, and more to profiles.
    rates: of the detector and of the landmark network.
    """

    faces: tuple[tuple[Path, str], ...]
    backgrounds: Path
    out: Path
    start: Path | None = None
    steps: int = 8_000
    batch: int = 16
    uses: int = 2
    workers: int = 1
    turns: int = 48
    profiles: int = 0
    rates: tuple[float, float] = (3e-3, 2e-3)
    device: str = "cpu"
    seed: int = 0


class Learner:
    """One of the two networks, its optimiser and its moving average."""

    def __init__(self, net: nn.Module, rate: float, decay: float, device: str) -> None:
        self.net = net.to(device).to(memory_format=torch.channels_last)
        self.averaged = torch.optim.swa_utils.AveragedModel(
            self.net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_AVERAGE), use_buffers=True
        )
        self.optimiser = torch.optim.AdamW(self.net.parameters(), rate, weight_decay=decay)
        self._rate = rate

    def step(self, loss: Tensor, share_of_rate: float) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate * share_of_rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 10)
        self.optimiser.step()
        self.averaged.update_parameters(self.net)


class Training:
    """Both learners, and where their state lies on disk."""

    def __init__(self, settings: Settings) -> None:
        finder, reader = RetinaFace(), LandmarkNet()
        if settings.start is not None:
            _load(finder, settings.start / DETECTOR_FILE)
            _load(reader, settings.start / LANDMARKS_FILE)
        self.detector = Learner(finder, settings.rates[0], 5e-4, settings.device)
        self.landmarks = Learner(reader, settings.rates[1], 1e-3, settings.device)
        self._out = settings.out
        self._parts = {
            f"{name}.{part}": getattr(learner, part)
            for name, learner in (("detector", self.detector), ("landmarks", self.landmarks))
            for part in ("net", "averaged", "optimiser")
        }
        self._places = anchors(VIEW_SIDE, VIEW_SIDE).to(settings.device)

    def resume(self) -> int:
        """Steps done by an earlier training in the same folder. Raises WeightsError."""
        return checkpoints.resume_parts(self._parts, self._out / _CHECKPOINT)

    def save(self, steps: int) -> None:
        """Write the state and both weights files, averaged."""
        self._out.mkdir(parents=True, exist_ok=True)
        checkpoints.save_parts(self._parts, steps, self._out / _CHECKPOINT)
        _export(self.detector, self._out / DETECTOR_FILE, _DETECTOR_TOLD, torch.float16)
        _export(self.landmarks, self._out / LANDMARKS_FILE, _LANDMARKS_TOLD, torch.float32)

    def step(self, views: Views, share_of_rate: float, source: Generator) -> Tensor:
        """One step of both networks; the losses of boxes, classes, points and landmarks (4,)."""
        self.detector.net.train()
        self.landmarks.net.train()
        wanted = targets(views.landmarks, views.counts, self._places)
        answers = self.detector.net(network_input((views.pictures * 255).permute(0, 2, 3, 1)))
        boxes, classes, points = detector_loss(answers, wanted)
        self.detector.step(2 * boxes + classes + points, share_of_rate)
        with torch.no_grad():
            scores = answers[1].softmax(-1)[..., 1].masked_fill(wanted.faces, 0)
            crops = landmark_crops(views, decoded_points(answers[2], self._places), scores, _CROPS, source)
        loss = landmark_loss(self.landmarks.net(normalised(crops.pictures)), crops.points, crops.faces)
        self.landmarks.step(loss, share_of_rate)
        return torch.stack([part.detach() for part in (boxes, classes, points, loss)])


def train(settings: Settings) -> tuple[nn.Module, nn.Module]:
    """Train until settings.steps, write both weights files into settings.out and give the averaged networks.

    Raises WeightsError, UnreadablePhotoError.
    """
    cv2.setNumThreads(1)  # before the loader forks: its workers would wait for OpenCV's threads for ever
    torch.manual_seed(settings.seed)
    training = Training(settings)
    begin = done = training.resume()
    seed = settings.seed + begin
    people = [p for table, folder in settings.faces for p in portraits(table, folder)]
    rng = np.random.default_rng(seed)
    cast = Cast(people, [*random_turns(settings.turns, rng), *profile_turns(settings.profiles, rng)])
    generator = Generator(settings.device).manual_seed(seed)
    scenes = Scenes(cast, stage(settings.backgrounds), seed)
    pool = Pool(scenes, batch=settings.batch, uses=settings.uses, workers=settings.workers, generator=generator)
    losses: list[Tensor] = []
    try:
        for step in range(begin, settings.steps):
            losses.append(training.step(pool.views(), share_of_rate(step, settings.steps), generator))
            done = step + 1
            if done % _REPORT_EVERY == 0 or done == settings.steps:
                _report(done, losses)
                training.save(done)
                losses.clear()
    finally:
        training.save(done)
    return training.detector.averaged.module.eval(), training.landmarks.averaged.module.eval()


def share_of_rate(step: int, steps: int) -> float:
    """Cosine after a warm-up of 200 steps."""
    return min(1, (step + 1) / _WARM_UP) * (0.5 * (1 + math.cos(math.pi * step / steps)) + 0.01)


def landmark_loss(answers: Tensor, points: Tensor, faces: Tensor) -> Tensor:
    """Smooth L1 of the points where there is a face, and the cross-entropy of whether there is one."""
    off = F.smooth_l1_loss(answers[:, :10], points, beta=0.02, reduction="none") * faces[:, None]
    return off.mean() * 10 + F.binary_cross_entropy_with_logits(answers[:, 10], faces) * 0.3


def _load(net: nn.Module, path: Path) -> None:
    try:
        net.load_state_dict(read_tensors(path)[0])
    except RuntimeError as error:
        told = say("not-this-training", "It is not a checkpoint of this training ({error}).", error=str(error))
        raise WeightsError(told, path=path) from error


def _report(step: int, losses: Sequence[Tensor]) -> None:
    means = torch.stack(list(losses)).mean(0).tolist()
    named = zip(("box", "class", "points", "landmarks"), means, strict=True)
    print(f"step {step}: " + ", ".join(f"{name} {value:.4f}" for name, value in named), flush=True)


def _export(learner: Learner, path: Path, told: dict[str, str], dtype: torch.dtype) -> None:
    state = {
        name: (t.to(dtype) if t.is_floating_point() else t).cpu().contiguous()
        for name, t in learner.averaged.module.state_dict().items()
    }
    part = path.with_suffix(".part")
    save_file(state, part, metadata=told)
    part.replace(path)


def main() -> None:
    """`python -m gpen_desktop.lab.training.detector.train`."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.training.detector.train", description=__doc__)
    parser.add_argument(
        "--faces", nargs=2, action="append", required=True, metavar=("TABLE", "FOLDER"), help="CSV: file, landmarks"
    )
    parser.add_argument("--backgrounds", type=Path, required=True, help="folder of pictures without people")
    parser.add_argument("--out", type=Path, required=True, help="folder for both weights files and the state")
    parser.add_argument("--start", type=Path, help="folder with both weights files to begin from")
    parser.add_argument("--steps", type=int, default=Settings.steps)
    parser.add_argument("--batch", type=int, default=Settings.batch)
    parser.add_argument("--uses", type=int, default=Settings.uses, help="views of each composed scene")
    parser.add_argument("--workers", type=int, default=Settings.workers, help="processes that compose")
    parser.add_argument(
        "--profiles", type=int, default=Settings.profiles, help="turns to profiles among 48 of any kind"
    )
    parser.add_argument("--rates", type=float, nargs=2, default=Settings.rates, help="of detector and landmark network")
    parser.add_argument("--device", default=Settings.device)
    parser.add_argument("--seed", type=int, default=Settings.seed)
    told = vars(parser.parse_args())
    faces = tuple((Path(table), folder) for table, folder in told["faces"])
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended by the system: as by Ctrl-C
    with contextlib.suppress(KeyboardInterrupt):  # the state is saved
        train(Settings(**told | {"faces": faces, "rates": tuple(told["rates"])}))


if __name__ == "__main__":
    main()
