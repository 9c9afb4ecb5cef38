"""Train one of the whole-photo networks, by the clock.

`nice python -m gpen_desktop.lab.training.photos.train clean --tiles FILE --minutes M --out DIR`; likewise the other
TASKS of photo_tasks.py. DIR gets NAME.state, from which the next call goes on, and NAME.safetensors, its moving
average; `--begin` begins with either. One thread, so that several run side by side; Ctrl-C and SIGTERM save and end.
"""

from __future__ import annotations

import argparse
import math
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from gpen_desktop.lab.damage import flaw_masks
from gpen_desktop.lab.damage.batched_filters import Dice, GrainBank
from gpen_desktop.lab.damage.batched_flaws import FlawBank
from gpen_desktop.lab.training.optimiser import MuonAndAdam
from gpen_desktop.lab.training.photos import photo_bank
from gpen_desktop.lab.training.photos.photo_samples import PhotoSamples
from gpen_desktop.lab.training.photos.photo_tasks import TASKS, Batch, Task

_SAVE_EVERY: Final = 120.0  # seconds
_TELL_EVERY: Final = 50  # steps
_LONGEST_AVERAGE: Final = 0.998
_WARM: Final = 50  # steps
_CLIP: Final = 1.0


@dataclass(frozen=True)
class Settings:
    """tiles: what photo_bank packed. minutes: of this call. batch: samples a step, even. side: of samples, px, a
    multiple of 64. begin: a .state or finished weights to begin with, where there is no state of the task's own. masks:
    of flaws, drawn of each kind. rate: at the schedule's top, which every call begins anew."""

    task: str
    tiles: Path
    out: Path
    minutes: float
    batch: int = 16
    side: int = 128
    masks: int = 24
    rate: float = 2e-3
    seed: int = 0
    begin: Path | None = None


def train(settings: Settings) -> None:
    """Train until the time is up or a signal comes, saving every other minute."""
    torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(settings.seed)
    task = TASKS[settings.task]()
    learner = _Learner(settings, task, device)
    torch.manual_seed(_fresh(settings, learner.steps))
    dice = Dice(_fresh(settings, learner.steps), device)
    samples = _samples(settings, learner.steps, dice)
    stop = threading.Event()
    _install(stop)
    print(f"{settings.task}: goes on from step {learner.steps}", flush=True)
    begun = saved = time.monotonic()
    log = _Log(begun)
    while (done := (time.monotonic() - begun) / (60 * settings.minutes)) < 1 and not stop.is_set():
        rate = learner.rate(done)
        figures = learner.step(task.samples(samples, dice), rate)
        if learner.steps % task.redraw == 0:
            number = learner.steps // task.redraw
            samples.flaws.renew(number % settings.masks, flaw_masks.draw_all(1, _fresh(settings, learner.steps)))
        now = time.monotonic()
        log.take(figures, learner.steps, rate, now)
        if now - saved > _SAVE_EVERY:
            learner.save()
            saved = now
    learner.save()
    print(f"{settings.task}: {learner.steps} steps", flush=True)


class _Learner:
    """A network and its moving average. steps: of this call and of those before that it goes on from."""

    def __init__(self, settings: Settings, task: Task, device: torch.device) -> None:
        self._settings = settings
        self._task = task
        self._net = task.network()
        initialise(self._net)
        self._net.to(device)
        self._live = self._net.state_dict()
        self._averaged = {name: tensor.clone() for name, tensor in self._live.items()}
        self.steps = self._first = _resume(settings, self._net, self._averaged)
        self._optimiser = MuonAndAdam(self._net.parameters(), settings.rate)

    def rate(self, done: float) -> float:
        """Of learning, when `done` (0 to 1) of this call is past; less in its first steps."""
        return self._settings.rate * schedule(done) * min(1.0, (self.steps - self._first + 1) / _WARM)

    def step(self, batch: Batch, rate: float) -> dict[str, Tensor]:
        """One step down from the loss of a batch. Gives that and what else is worth telling (0-dim tensors)."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        batch = {name: each.contiguous(memory_format=torch.channels_last) for name, each in batch.items()}
        with torch.autocast(next(iter(batch.values())).device.type, torch.bfloat16):
            loss, figures = self._task.loss(self._net, batch)
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._net.parameters(), _CLIP)
        self._optimiser.step()
        self.steps += 1
        decay = min(_LONGEST_AVERAGE, 1 - 10 / (self.steps + 10))
        torch._foreach_lerp_(list(self._averaged.values()), list(self._live.values()), 1 - decay)
        return {"loss": loss.detach(), **{name: value.detach() for name, value in figures.items()}}

    def save(self) -> None:
        """Write the state to go on from, and the average as weights."""
        out = self._settings.out
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"{self._settings.task}.state"
        part = path.with_suffix(".part")
        torch.save({"net": self._net.state_dict(), "averaged": self._averaged, "steps": self.steps}, part)
        part.replace(path)
        half = {name: tensor.to("cpu", torch.float16).contiguous() for name, tensor in self._averaged.items()}
        save_file(half, part, metadata={"task": self._settings.task, "steps": str(self.steps)})
        part.replace(path.with_suffix(".safetensors"))


class _Log:
    """Tells moving averages of the figures every so many steps. told: when it last did."""

    def __init__(self, told: float) -> None:
        self._told = told
        self._means: dict[str, Tensor] = {}

    def take(self, figures: Mapping[str, Tensor], steps: int, rate: float, now: float) -> None:
        for name, value in figures.items():
            mean = self._means.get(name, value)
            self._means[name] = mean + 0.02 * (value - mean)
        if steps % _TELL_EVERY == 0:
            text = ", ".join(f"{name} {float(value):.4f}" for name, value in self._means.items())
            print(f"{steps}: {text}, rate {rate:.1e}, {_TELL_EVERY / (now - self._told):.2f} steps/s", flush=True)
            self._told = now


def _samples(settings: Settings, steps: int, dice: Dice) -> PhotoSamples:
    """Makes samples that no step before `steps` has seen."""
    drawn = flaw_masks.draw_all(settings.masks, _fresh(settings, steps))
    tiles = photo_bank.load(settings.tiles, dice.device)
    return PhotoSamples(tiles, FlawBank(drawn, dice.device), GrainBank(dice), settings.batch, settings.side)


def _fresh(settings: Settings, steps: int) -> int:
    """A seed that no other step of a training has, so that one that goes on sees new samples."""
    return settings.seed * 1_000_000 + steps


def schedule(done: float) -> float:
    """Share of the rate when `done` (0 to 1) of a call is past: full for a third, then a cosine to a hundredth."""
    fall = max(0.0, (done - 1 / 3) / (2 / 3))
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, fall)))


def initialise(net: nn.Module) -> None:
    """He's deviation; a tenth of it where a block ends, nothing where the network does: it begins at the identity."""
    convolutions = [(name, module) for name, module in net.named_modules() if isinstance(module, nn.Conv2d)]
    for name, module in convolutions:
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
        if name.endswith("conv2"):
            module.weight.data.mul_(0.1)
        if name.endswith("tail") or module is convolutions[-1][1]:
            module.weight.data.zero_()


def _install(stop: threading.Event) -> None:
    """Let SIGTERM and Ctrl-C ask for the end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


def _resume(settings: Settings, net: nn.Module, averaged: dict[str, Tensor]) -> int:
    """Steps done already; 0 where there is no state. Raises KeyError for what is of another network."""
    path = settings.out / f"{settings.task}.state"
    if not path.is_file():
        if settings.begin is None:
            return 0
        path = settings.begin
    kept = _weights(path) if path.suffix == ".safetensors" else torch.load(path, map_location="cpu", weights_only=True)
    # a network may begin as one with more blocks, or fewer, or an enlarger as an unblocker: what it has beyond that one
    # changes nothing at first
    live = net.state_dict()
    for name in averaged:
        for ours, theirs in ((live, kept["net"]), (averaged, kept["averaged"])):
            if name in theirs:
                ours[name].copy_(theirs[name])
            elif ".conv2." in name:
                ours[name].zero_()
            elif ".conv1." not in name and not name.startswith("finer."):
                raise KeyError(f"{path} holds no {name}: it is of another network")
    return int(kept["steps"])


def _weights(path: Path) -> dict[str, Any]:
    """What a .state holds, of finished weights: the network is its own average."""
    with safe_open(path, "pt") as file:
        net = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118, safe_open is no mapping
        return {"net": net, "averaged": net, "steps": int(file.metadata()["steps"])}


def main() -> None:
    """Parse the line and train."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.training.photos.train", description=__doc__)
    parser.add_argument("task", choices=sorted(TASKS))
    parser.add_argument("--tiles", type=Path, required=True, help="what photo_bank packed")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--masks", type=int, default=24, help="of each kind of flaw, drawn before")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--begin", type=Path, default=None, metavar="FILE", help="state or weights")
    train(Settings(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
