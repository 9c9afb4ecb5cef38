"""Train the face detector (models/detectors/retinaface.py) on composed scenes.

`python -m gpen_desktop.lab.training.train_detector --faces faces.csv --backgrounds DIR --out FILE.safetensors`

Counts steps only; resumes OUT.checkpoint where there is one.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from facexlib.detection.retinaface_utils import match
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from gpen_desktop.core.types import Face
from gpen_desktop.lab.damage.scenes import SCENE_SIDE, Portrait, Scene, Scenes, Stage, compose, portraits, stage
from gpen_desktop.lab.training import checkpoints
from gpen_desktop.models.detectors.retinaface import RetinaFace, anchors, find_faces, network_input

_REPORT_EVERY: Final = 250
_JUDGED: Final = 60  # scenes
_SMALLEST_JUDGED: Final = 16.0  # px of width
_WARM_UP: Final = 200
_OVERLAP: Final = 0.35  # of anchor and face: as the published training matches them
_NEGATIVES: Final = 7  # hardest ones per anchor with a face, as published
_AVERAGE: Final = 0.998

Batch = list[tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Settings:
    """faces: CSV of labelled faces, in train/ and val/. backgrounds: pictures without people, things with alpha."""

    faces: Path
    backgrounds: Path
    out: Path
    steps: int = 8_000
    batch: int = 16
    rate: float = 3e-3
    seed: int = 0


def train(settings: Settings) -> nn.Module:
    """Train until settings.steps, write settings.out (safetensors) and give the averaged network.

    Raises WeightsError, UnreadablePhotoError.
    """
    cv2.setNumThreads(1)  # before the loader forks: its worker would wait for OpenCV's threads for ever
    torch.manual_seed(settings.seed)
    net = RetinaFace().to(memory_format=torch.channels_last)
    averaged = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_AVERAGE), use_buffers=True
    )
    optimiser = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=5e-4)
    learning = {"net": net, "averaged": averaged, "optimiser": optimiser}
    saved = settings.out.with_suffix(".checkpoint")
    begin = checkpoints.resume_parts(learning, saved)
    props = stage(settings.backgrounds)
    judges = _judges(portraits(settings.faces, "val"), props)
    scenes = Scenes(portraits(settings.faces, "train"), props, seed=settings.seed + begin)
    loader = iter(DataLoader(scenes, settings.batch, num_workers=1, prefetch_factor=4, collate_fn=list))
    places = anchors(SCENE_SIDE, SCENE_SIDE) / SCENE_SIDE
    sums, counted = np.zeros(3), 0
    for step in range(begin, settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, settings)
        net.train()
        parts = _losses(net, next(loader), places)
        optimiser.zero_grad(set_to_none=True)
        (2 * parts[0] + parts[1] + parts[2]).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 10)
        optimiser.step()
        averaged.update_parameters(net)
        sums += [part.item() for part in parts]
        counted += 1
        if (step + 1) % _REPORT_EVERY == 0 or step + 1 == settings.steps:
            told = ", ".join(
                f"{name} {v:.3f}" for name, v in zip(("box", "class", "points"), sums / counted, strict=True)
            )
            sums[:], counted = 0, 0
            print(f"step {step + 1}: {told}; {judge(averaged.module, judges)}", flush=True)
            checkpoints.save_parts(learning, step + 1, saved)
    export(averaged.module, settings.out)
    return averaged.module.eval()


def learning_rate(step: int, settings: Settings) -> float:
    """Cosine after a warm-up of 200 steps."""
    return (
        settings.rate * min(1, (step + 1) / _WARM_UP) * (0.5 * (1 + math.cos(math.pi * step / settings.steps)) + 0.01)
    )


def _losses(net: nn.Module, batch: Batch, places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of boxes, classes and points, each over the anchors that have a face."""
    pictures = torch.stack([picture for picture, _ in batch])
    boxes, classes, points = net(network_input(pictures))
    wanted_boxes, wanted, wanted_points = targets([landmarks for _, landmarks in batch], places)
    faces = wanted > 0
    count = max(int(faces.sum()), 1)
    box_loss = F.smooth_l1_loss(boxes[faces], wanted_boxes[faces], reduction="sum") / count
    point_loss = F.smooth_l1_loss(points[faces], wanted_points[faces], reduction="sum") / count
    return box_loss, class_loss(classes, wanted) / count, point_loss


def targets(landmarks: Sequence[Tensor], places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What the network should say of scenes with these faces (n, 5, 2) px: boxes (N, A, 4), classes (N, A), points
    (N, A, 10), encoded as facexlib decodes them."""
    count = len(places)
    boxes, classes = torch.zeros(len(landmarks), count, 4), torch.zeros(len(landmarks), count)
    points = torch.zeros(len(landmarks), count, 10)
    for i, faces in enumerate(landmarks):
        if len(faces):
            ends, shares = face_boxes(faces) / SCENE_SIDE, faces.reshape(-1, 10) / SCENE_SIDE
            match(_OVERLAP, ends, places, (0.1, 0.2), torch.ones(len(faces)), shares, boxes, classes, points, i)
    return boxes, classes, points


def face_boxes(landmarks: Tensor) -> Tensor:
    """(N, 5, 2) -> (N, 4) x0, y0, x1, y1 of Face.box."""
    boxes = [Face(points, 0.0).box for points in landmarks.double().numpy()]
    return torch.tensor([(x, y, x + width, y + height) for x, y, width, height in boxes])


def class_loss(classes: Tensor, wanted: Tensor) -> Tensor:
    """Summed cross-entropy of all anchors (N, A, 2) with a face and of the hardest without: seven to one, and at least
    twenty a scene, so that empty ones teach too."""
    each = F.cross_entropy(classes.reshape(-1, 2), wanted.reshape(-1).long(), reduction="none").view_as(wanted)
    faces = wanted > 0
    hardness = each.detach().masked_fill(faces, -1)
    ranks = hardness.argsort(1, descending=True).argsort(1)
    kept = ranks < (_NEGATIVES * faces.sum(1, keepdim=True)).clamp(20, wanted.shape[1] - 1)
    total: Tensor = each[faces | (kept & ~faces)].sum()
    return total


def _judges(people: Sequence[Portrait], props: Stage) -> list[Scene]:
    rng = np.random.default_rng(1)
    return [compose(people, props, rng) for _ in range(_JUDGED)]


def judge(net: nn.Module, scenes: Sequence[Scene]) -> str:
    """On scenes of other people, at a score of 0.5: the share of faces 16 px wide and more that is found, and the share
    of answering anchors that lie on a face."""
    net.eval()
    found = wanted = right = answering = 0
    for scene in scenes:
        points, _ = find_faces(net, scene.picture, above=0.5)
        near = _near(scene.landmarks, points)
        large = np.array([Face(face, 0.0).box[2] >= _SMALLEST_JUDGED for face in scene.landmarks], bool)
        wanted += int(large.sum())
        found += int(near[large].any(axis=1).sum())
        answering += len(points)
        right += int(near.any(axis=0).sum())
    return f"faces found {found / max(wanted, 1):.3f}, anchors on a face {right / max(answering, 1):.3f}"


def _near(faces: NDArray[np.float64], answers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N, M): whether the points (M, 5, 2) of an answer lie on those of a face (N, 5, 2), a fifth of its width off."""
    gaps = np.linalg.norm(faces[:, None] - answers[None], axis=3).mean(axis=2)
    widths = np.array([Face(points, 0.0).box[2] for points in faces])
    return np.asarray(gaps < 0.2 * widths[:, None])


def export(net: nn.Module, path: Path) -> None:
    """Write the network in half precision."""
    state = {name: t.half() if t.is_floating_point() else t for name, t in net.state_dict().items()}
    told = {"layout": "facexlib RetinaFace mobile0.25", "input": "BGR 0 to 255, less 104, 117, 123"}
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, path, metadata=told)


def main() -> None:
    """`python -m gpen_desktop.lab.training.train_detector`."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.training.train_detector", description=__doc__)
    parser.add_argument("--faces", type=Path, required=True, help="CSV: file, landmarks")
    parser.add_argument("--backgrounds", type=Path, required=True, help="folder of pictures without people")
    parser.add_argument("--out", type=Path, required=True, help="weights to write (.safetensors)")
    parser.add_argument("--steps", type=int, default=Settings.steps)
    parser.add_argument("--batch", type=int, default=Settings.batch)
    parser.add_argument("--seed", type=int, default=0)
    train(Settings(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
