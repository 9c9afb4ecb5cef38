"""Train the GPEN generator.

    python -m gpen_desktop.lab.training.faces.train --faces DIR --validation DIR --out DIR --steps N

On a CPU several single-threaded workers, each with its own optimiser, sync every few steps with a shared server
(elastic averaging, Zhang et al. 2015): none waits for another, so cores that others use too are used as they come
free. On CUDA there is one worker, and several processes that make its pairs. Everything counts steps, none looks at
the clock, so a training may be stopped (SIGTERM saves first; SIGSTOP) and resumed at any time.
"""

from __future__ import annotations

import argparse
import math
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
import torch.multiprocessing as mp
from torch import Tensor, nn
from torch.utils.data import DataLoader

from gpen_desktop.errors import OptionError, WeightsError
from gpen_desktop.lab.damage.recipes import DEFAULT, KINDS, VIVID
from gpen_desktop.lab.face_files import Face, face_files, read_face
from gpen_desktop.lab.training import checkpoints, losses
from gpen_desktop.lab.training.checkpoints import Checkpoint
from gpen_desktop.lab.training.faces.adversary import WISHES, Adversary, Shares
from gpen_desktop.lab.training.faces.dataset import (
    Pair,
    SharedFaces,
    TrainingPairs,
    ValidationPairs,
    network_range,
)
from gpen_desktop.lab.training.faces.discriminator import Discriminators
from gpen_desktop.lab.training.faces.elastic_averaging import AveragingServer
from gpen_desktop.lab.training.faces.trainable import TrainableGpen
from gpen_desktop.lab.training.optimiser import MuonAndAdam
from gpen_desktop.messages import say

CHECKPOINT: Final = "checkpoint.pt"
STEPS: Final = "steps.txt"
"""Holds the number of steps. It may be edited while training runs, to stretch or shorten the rest of the cosine."""
_WARM_UP: Final = 100  # own steps until the full learning rate, at every start, while the optimisers learn the scale
_LAST_RATE: Final = 0.01  # of the learning rate, at the end of the cosine
_LONGEST_STEP: Final = 2.0  # gradients are cut to this norm
_REPORT_EVERY: Final = 200
_DISCRIMINATORS_WIDTH: Final = 16  # wider ones cost more than the generator
_DISCRIMINATORS_RATE: Final = 4e-4
_DISCRIMINATORS_LEAST: Final = 0.2  # of that rate, at the end of the cosine


@dataclass(frozen=True)
class Settings:
    """One training run.

    faces: folders. loaders: processes that make pairs, for each worker; 0: it makes them itself.
    steps: of all workers together, at which the cosine ends. batch: faces a step. rate: at the top of the
    cosine. stage: 'faithful', or 'vivid' with discriminators (lab/training/faces/adversary.py). workers: 1 on CUDA.
    ssim, texture: weights of these losses beside log MSE, when faithful. shares: of the discriminators' wishes, when
    vivid. sync_every: own steps between a worker's syncs; save_every, validate_every: own steps of the first.
    """

    faces: Sequence[Path]
    validation: Path
    out: Path
    steps: int
    start: Path | None = None
    stage: str = "faithful"
    size: int = 256
    batch: int = 4
    rate: float = 1e-3
    workers: int = 2
    loaders: int = 1
    device: str = "cpu"
    seed: int = 0
    ssim: float = 1.5
    texture: float = 0.0
    shares: Shares = field(default_factory=Shares)
    sync_every: int = 16
    save_every: int = 250
    validate_every: int = 2000
    validation_faces: int = 8
    compiled: bool = True


def train(settings: Settings) -> Checkpoint:
    """Train until settings.steps and give the last checkpoint; resumes settings.out/checkpoint.pt where there is one.

    Raises OptionError, UnreadablePhotoError, WeightsError.
    """
    if settings.device != "cpu" and settings.workers != 1:
        raise OptionError(
            say("workers-share-cores", "Several workers can share the cores of a CPU, but not a GPU."),
            todo=say("use-one-worker", "Use --workers 1."),
        )
    settings.out.mkdir(parents=True, exist_ok=True)
    begin = _beginning(settings)
    faces = SharedFaces([read_face(path) for folder in settings.faces for path in face_files(folder)])
    validation = [read_face(path) for path in face_files(settings.validation)[: settings.validation_faces]]
    (settings.out / STEPS).write_text(f"{settings.steps}\n", encoding="ascii")
    server = AveragingServer(begin, _named_parameters(begin, settings), settings.steps)
    before = signal.signal(signal.SIGTERM, lambda *_: server.stop())
    try:
        _run_workers(_Run(settings, begin, server, faces, validation))
    finally:
        signal.signal(signal.SIGTERM, before)
    return checkpoints.load(settings.out / CHECKPOINT)


@dataclass(frozen=True, eq=False)
class _Run:
    """What every worker of a training is given, in this process or in one of its own."""

    settings: Settings
    begin: Checkpoint
    server: AveragingServer
    faces: SharedFaces
    validation: Sequence[Face]


def _run_workers(run: _Run) -> None:
    """Until they are done."""
    if run.settings.workers == 1:
        _work(0, run)
    else:
        context = mp.get_context("spawn")
        workers = [context.Process(target=_work_apart, args=(rank, run)) for rank in range(run.settings.workers)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        codes = [worker.exitcode for worker in workers]
        if any(codes):
            raise OptionError(
                say("workers-failed", "Workers of the training failed, with the codes {codes}.", codes=str(codes)),
                todo=say("see-above", "Their messages are above."),
            )


def _beginning(settings: Settings) -> Checkpoint:
    saved = settings.out / CHECKPOINT
    if saved.is_file():
        return checkpoints.load(saved)
    if settings.start is not None:
        return checkpoints.start_from_weights(settings.start)
    torch.manual_seed(settings.seed)
    descriptor = checkpoints.builtin_descriptor(settings.size)
    state = TrainableGpen(descriptor).state_dict()
    return Checkpoint(descriptor, state, state, {}, {}, 0)


def _modules(begin: Checkpoint, settings: Settings) -> dict[str, nn.Module]:
    """What learns, by part."""
    generator = TrainableGpen(begin.descriptor)
    generator.load_state_dict(dict(begin.generator))
    parts: dict[str, nn.Module] = {"generator": generator}
    if settings.stage == "vivid":
        torch.manual_seed(settings.seed)
        discriminators = Discriminators(begin.descriptor.size, _DISCRIMINATORS_WIDTH)
        if begin.discriminator:
            discriminators.load_state_dict(dict(begin.discriminator))
        parts["discriminator"] = discriminators
    return parts


def _loader(pairs: TrainingPairs, settings: Settings) -> DataLoader[Pair]:
    if not settings.loaders:
        return DataLoader(pairs, settings.batch)
    # spawned: small faces are enlarged by a network, and OpenMP's threads do not survive a fork
    return DataLoader(
        pairs, settings.batch, num_workers=settings.loaders, prefetch_factor=4, multiprocessing_context="spawn"
    )


def _named_parameters(begin: Checkpoint, settings: Settings) -> dict[str, dict[str, Tensor]]:
    return {part: dict(module.named_parameters()) for part, module in _modules(begin, settings).items()}


def _work_apart(rank: int, run: _Run) -> None:
    """One worker in a process of its own, which is told to end where the whole group is."""
    signal.signal(signal.SIGTERM, lambda *_: run.server.stop())
    _work(rank, run)


def _work(rank: int, run: _Run) -> None:
    """One worker, until the steps of all are done."""
    settings, begin, server = run.settings, run.begin, run.server
    torch.set_num_threads(1)  # cores are for workers and loaders
    torch.manual_seed(settings.seed + rank)
    worker = _Worker(settings, begin, server)
    # steps done so far are in the seed, so that a resumed training sees new faces
    recipe = VIVID if settings.stage == "vivid" else DEFAULT
    pairs = TrainingPairs(run.faces, begin.descriptor.size, recipe, seed=settings.seed + 1000 * rank + begin.steps)
    loader = iter(_loader(pairs, settings))
    sums, since = np.zeros(2), time.monotonic()
    own = 0
    while server.going:
        sums += worker.step(next(loader), own)
        own += 1
        if own % settings.sync_every == 0:
            server.sync(worker.parameters, settings.sync_every, share=1 / settings.workers)
        if own % _REPORT_EVERY == 0:
            rate = _REPORT_EVERY * settings.batch / (time.monotonic() - since)
            loss, length = sums / _REPORT_EVERY
            _say(
                settings, f"worker {rank}: steps {server.steps}, loss {loss:.4f}, |g| {length:.2f}, {rate:.1f} faces/s"
            )
            sums, since = np.zeros(2), time.monotonic()
        if rank == 0 and own % settings.save_every == 0:
            server.total = int((settings.out / STEPS).read_text(encoding="ascii"))
            checkpoints.save(worker.checkpoint(), settings.out / CHECKPOINT)
        if rank == 0 and own % settings.validate_every == 0:
            _validate(settings, worker.checkpoint(), run.validation)
    if own % settings.sync_every:  # told to end between two syncs
        server.sync(worker.parameters, own % settings.sync_every, share=1 / settings.workers)
    if rank == 0:
        checkpoints.save(worker.checkpoint(), settings.out / CHECKPOINT)
        _validate(settings, worker.checkpoint(), run.validation)


class _Worker:
    """The networks and optimisers of one worker."""

    def __init__(self, settings: Settings, begin: Checkpoint, server: AveragingServer) -> None:
        self._settings = settings
        self._descriptor = begin.descriptor
        self._server = server
        self._device = torch.device(settings.device)
        self._parts = {name: module.to(self._device) for name, module in _modules(begin, settings).items()}
        self.parameters = {name: dict(module.named_parameters()) for name, module in self._parts.items()}
        self._optimisers: dict[str, MuonAndAdam | torch.optim.Adam] = {}
        self._optimisers["generator"] = MuonAndAdam(self._parts["generator"].parameters(), settings.rate)
        self._adversary: Adversary | None = None
        discriminators = self._parts.get("discriminator")
        if isinstance(discriminators, Discriminators):
            size = begin.descriptor.size
            # pieces of about a third of the face, of a side that three halvings leave whole
            side = max(16, size * 3 // 8 // 8 * 8)
            self._adversary = Adversary(discriminators, size, side=side, shares=settings.shares, seed=settings.seed)
            self._optimisers["discriminator"] = torch.optim.Adam(
                discriminators.parameters(), _DISCRIMINATORS_RATE, betas=(0.0, 0.99)
            )
        for name, state in begin.optimiser.items():
            if name in self._optimisers:
                self._resume(name, state)
        self._generate: Callable[[Tensor], Tensor] = self._parts["generator"]
        self._picture_loss = _picture_loss
        if settings.compiled:
            self._generate = torch.compile(self._generate)
            self._picture_loss = torch.compile(_picture_loss)

    def _resume(self, part: str, state: dict[str, Any]) -> None:
        try:
            self._optimisers[part].load_state_dict(state)
        except (KeyError, ValueError) as error:
            path = self._settings.out / CHECKPOINT
            raise WeightsError(
                say("optimiser-mismatch", "The state of its optimiser does not fit ({error}).", error=str(error)),
                todo=say("start-from-weights", "Start anew from its weights."),
                path=path,
            ) from error

    def step(self, pair: Pair, own: int) -> tuple[float, float]:
        """One step on a batch (N, S, S, 3) uint8. Gives the measures' loss and the generator's gradient norm."""
        target, damaged = (network_range(part.to(self._device, non_blocking=True)) for part in pair)
        factor = learning_rate(self._server.steps / self._server.total, own)
        with torch.autocast(self._device.type, torch.bfloat16):
            restored = self._generate(damaged)
        restored = restored.float()
        if self._adversary is None:
            loss = self._picture_loss(restored, target, self._settings.ssim, self._settings.texture)
            return loss.item(), self._descend("generator", loss, None, self._settings.rate * factor)
        where = self._adversary.pieces(len(target))
        judged = self._adversary.discriminators_loss(restored, target, damaged, where)
        self._descend("discriminator", judged, None, _DISCRIMINATORS_RATE * max(factor, _DISCRIMINATORS_LEAST))
        gradient, told = self._adversary.gradient(restored, target, damaged, where)
        length = self._descend("generator", restored, gradient, self._settings.rate * factor)
        return told["measured"].item(), length

    def _descend(self, part: str, end: Tensor, gradient: Tensor | None, rate: float) -> float:
        """One step of a part down from `end`, a loss or what has this gradient. Gives the part's gradient norm."""
        optimiser = self._optimisers[part]
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad()
        end.backward(gradient)
        length = nn.utils.clip_grad_norm_(self._parts[part].parameters(), _LONGEST_STEP)
        optimiser.step()
        return length.item()

    def checkpoint(self) -> Checkpoint:
        """The shared parameters as they stand, with this worker's optimisers."""
        shared, averaged = self._server.snapshot()
        fixed = {k: v.cpu() for k, v in self._parts["generator"].state_dict().items() if k.endswith(".kernel")}
        return Checkpoint(
            descriptor=self._descriptor,
            generator={**fixed, **shared["generator"]},
            averaged={**fixed, **averaged},
            discriminator=self._discriminator_state(shared.get("discriminator", {})),
            optimiser={name: optimiser.state_dict() for name, optimiser in self._optimisers.items()},
            steps=self._server.steps,
        )

    def _discriminator_state(self, shared: dict[str, Tensor]) -> dict[str, Tensor]:
        if "discriminator" not in self._parts:
            return {}
        return {name: tensor.cpu() for name, tensor in self._parts["discriminator"].state_dict().items()} | shared


def learning_rate(progress: float, own: int) -> float:
    """Share of the full rate at `progress` (0 to 1) of the steps, after `own` steps since this start."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1)))
    return min(1.0, (own + 1) / _WARM_UP) * (_LAST_RATE + (1 - _LAST_RATE) * cosine)


def _picture_loss(restored: Tensor, target: Tensor, ssim: float, texture: float) -> Tensor:
    loss = losses.log_mse(restored, target) + ssim * losses.ssim_loss(restored, target)
    return loss + texture * losses.texture_loss(restored, target) if texture else loss


@torch.no_grad()
def _validate(settings: Settings, checkpoint: Checkpoint, validation: Sequence[Face]) -> None:
    """PSNR per kind of damage, always the same pairs, and a sheet of input, restored, target."""
    net = TrainableGpen(checkpoint.descriptor)
    net.load_state_dict(dict(checkpoint.averaged))
    net.to(settings.device)
    kinds = list(KINDS)
    pairs = ValidationPairs(validation, checkpoint.descriptor.size, kinds)
    psnr: dict[str, list[float]] = {kind: [] for kind in kinds}
    rows = []
    for i in range(len(pairs)):
        target, damaged = pairs[i]
        restored = net(network_range(damaged[None]).to(settings.device))[0].permute(1, 2, 0).cpu()
        shown = ((restored + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        error = (shown.double() - target.double()).square().mean().item()
        psnr[kinds[i % len(kinds)]].append(10 * math.log10(255**2 / max(error, 1e-9)))
        if i < 2 * len(kinds):
            rows.append(np.hstack([damaged.numpy(), shown.numpy(), target.numpy()]))
    _say(settings, f"validation at {checkpoint.steps}: " + ", ".join(f"{k} {np.mean(v):.2f}" for k, v in psnr.items()))
    _, packed = cv2.imencode(".png", np.vstack(rows)[..., ::-1])
    (settings.out / f"sheet_{checkpoint.steps:07d}.png").write_bytes(packed.tobytes())


def _say(settings: Settings, text: str) -> None:
    line = f"{time.strftime('%H:%M:%S')} {text}"
    print(line, flush=True)
    with (settings.out / "log.txt").open("a", encoding="utf-8") as log:
        log.write(line + "\n")


def _parse() -> Settings:
    parser = argparse.ArgumentParser(
        prog="python -m gpen_desktop.lab.training.faces.train", description="Train the GPEN generator."
    )
    parser.add_argument(
        "--faces", type=Path, action="append", required=True, help="aligned faces (FFHQ template); may be given again"
    )
    parser.add_argument("--validation", type=Path, required=True, help="aligned faces of other people")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, log, sheets; resumed where there is one")
    parser.add_argument("--steps", type=int, required=True, help="steps of all workers together at the cosine's end")
    parser.add_argument("--start", type=Path, help="published-layout weights to start from (default: the identity)")
    parser.add_argument("--stage", choices=("faithful", "vivid"), default="faithful")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--loaders", type=int, default=1, help="processes that make pairs, for each worker; 0: itself")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ssim", type=float, default=1.5, help="weight of 1 - SSIM")
    parser.add_argument("--texture", type=float, default=0.0, help="weight of the texture loss")
    add_shares(parser)
    options = vars(parser.parse_args())
    return Settings(shares=taken_shares(options), **options)


def add_shares(parser: argparse.ArgumentParser) -> None:
    """Options for adversary.Shares."""
    usual = Shares()
    for name in WISHES:
        default = getattr(usual, name)
        parser.add_argument(f"--{name}-share", type=float, default=default, help="vivid: length of its gradient")
    parser.add_argument("--settling", type=int, default=usual.settling, help="vivid: steps in which they grow to that")


def taken_shares(options: dict[str, Any]) -> Shares:
    """What `add_shares` parsed, taken out of the options."""
    return Shares(**{name: options.pop(f"{name}_share") for name in WISHES}, settling=options.pop("settling"))


if __name__ == "__main__":
    train(_parse())
