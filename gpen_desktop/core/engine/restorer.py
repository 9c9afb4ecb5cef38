"""Crops in, restored crops out: batching, precision and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from gpen_desktop.core import fallbacks
from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.core.on_device import OnDevice
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import FloatImage, frozen
from gpen_desktop.errors import ModelError, WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models import catalog, registry, store
from gpen_desktop.models import device as devices
from gpen_desktop.models.architecture import ReadModel
from gpen_desktop.models.choice import choice_of
from gpen_desktop.models.device import Compute
from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.spec import FACE_TASKS, ModelSpec


class Restorer:
    """A restoring network, ready on a device.

    Attributes
    ----------
    spec : what the model takes and is for.
    model_name : for people and reports.
    compute : what it runs on now; changes when a precision turns out not to work, which is told (core/fallbacks).
    """

    def __init__(
        self, model: str | Path, *, device: str = "auto", precision: str = "auto", batch_size: int | None = None
    ) -> None:
        """Load `model` (a name or a file). Raises ModelError (of all kinds), DeviceError.

        device, precision: as devices.choose takes them. batch_size: crops at a time; None: from free memory.
        """
        choice = choice_of(str(model))
        _check_known(choice.name)
        self._path = store.find(choice.name)
        self._choice = choice
        self._batch_size = batch_size
        state = self._path.stat()
        self._weights = f"{state.st_size} {state.st_mtime_ns}"
        read = registry.read(self._path)
        self.spec: ModelSpec = read.spec
        if self.spec.task not in FACE_TASKS:
            raise _no_restorer(choice.name)
        self._values = choice.values(self.spec.options)
        self._network = self._placed(devices.choose(device, precision, self.spec.precisions), read)

    @property
    def model_name(self) -> str:
        """For people and reports."""
        is_file = Path(self._choice.name) == self._path
        return str(replace(self._choice, name=self._path.stem) if is_file else self._choice)

    def choose(self, model: str) -> bool:
        """Use other options of the same weights from now on. False where other weights are asked for. Raises
        OptionError."""
        choice = choice_of(model)
        if choice.name != self._choice.name:
            return False
        self._values = choice.values(self.spec.options)
        self._choice = choice
        self._network.make_ready()
        return True

    def _set_options(self, net: nn.Module) -> None:
        assert isinstance(net, FaceNet)  # what every architecture for FACE_TASKS builds
        for name, value in self._values.items():
            net.set_option(name, value)

    @property
    def compute(self) -> Compute:
        return self._network.compute

    @property
    def _net(self) -> FaceNet:
        net = self._network.net
        assert isinstance(net, FaceNet)
        return net

    @property
    def batch(self) -> int:
        """How many crops go through at a time. Results depend on it in their last bits: split work at its multiples."""
        assert self._network.at_once is not None  # set with the network
        return self._network.at_once

    @property
    def runs_beside_itself(self) -> bool:
        """Whether threads may call `restore` at once and each be as fast as its core."""
        return self.compute.device.type == "cpu" and self._net.runs_beside_itself

    @property
    def status(self) -> ModelStatus:
        """What it runs on now."""
        compute = self.compute
        on, name = str(compute.device), self.model_name
        displaced = self._network.displaced
        notes = () if displaced is None else (displaced,)
        return ModelStatus(name, compute.name, compute.reason, notes, torch_device=on, weights=self._weights)

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        """Restore crops.

        crops: (S, S, 3) float32 RGB in [0, 1] each, S == spec.size. Returns as many of the same kind, read-only.
        Raises OutOfMemoryError when not even one crop fits, Cancelled between batches.
        """
        restored: list[FloatImage] = []
        while len(restored) < len(crops):
            progress.report(len(restored) / len(crops), "restore")
            restored += self._run(crops[len(restored) : len(restored) + self.batch])
        progress.report(1.0, "restore")
        return restored

    def _placed(self, compute: Compute, read: ReadModel | None = None) -> OnDevice:
        """The network on a device. read: the weights, if they were read just now."""
        network = OnDevice(self.model_name, lambda: registry.read(self._path), compute, read, self._set_options)
        assert isinstance(network.net, FaceNet)
        # Decided once: results depend on the batch in their last bits.
        network.most = self._batch_size or _fitting_batch(self.spec, network.net, network.compute)
        return network

    def _run(self, crops: Sequence[FloatImage]) -> list[FloatImage]:
        """One batch."""
        made = self._network.answers(crops, _restored)
        if self.compute.dtype is torch.float16 and not _are_sound(made):
            made = self._in_single_precision(crops)
        if not all(each.is_finite for each in made):
            raise WeightsError(
                say(
                    "answer-not-a-picture",
                    "The model '{name}' did not give a valid picture.",
                    name=catalog.titled(self.model_name),
                ),
                todo=say("choose-other-model", "Choose another model."),
                path=self._path,
            )
        return [frozen(each.pixels) for each in made]

    def _in_single_precision(self, crops: Sequence[FloatImage]) -> list[_Made]:
        """The batch anew, and all that follow. The blame is the card's only where single precision does better."""
        half = self.compute
        self._network = self._placed(devices.choose(str(half.device), "fp32", self.spec.precisions))
        made = self._network.answers(crops, _restored)
        if _are_sound(made):
            devices.remember_broken_half(half.device)
            fallbacks.tell(
                say(
                    "half-precision-broken",
                    "Half precision gives broken faces on {device}; single precision is used instead.",
                    device=half.name,
                )
            )
        return made

    def warm_up(self) -> None:
        """Run once on an empty crop, so that the first face does not wait for what a GPU's first run sets up.

        Does nothing on the CPU, whose first run is hardly slower than the next.
        """
        if self.compute.device.type == "cpu":
            return
        self.restore([np.full((self.spec.size, self.spec.size, 3), 0.5, np.float32)], SilentProgress())

    def release(self) -> None:
        """Give back the memory that is kept for the next run; for after an idle time. The weights stay."""
        self._network.release()


def _fitting_batch(spec: ModelSpec, net: FaceNet, compute: Compute) -> int:
    """How many crops half of a GPU's free memory holds, a power of two; one at least. On the CPU, where they are few,
    as many as the network can use."""
    most = net.largest_batch
    if compute.device.type == "cpu":
        return most
    bytes_per_face = spec.bytes_per_item * compute.dtype.itemsize // 4
    fitting = min(most, devices.free_memory(compute.device) // max(1, 2 * bytes_per_face))
    return 1 << (max(1, fitting).bit_length() - 1)


def _check_known(name: str) -> None:
    """Say early what the catalogue knows, before a file is missed or read. Raises ModelError."""
    info = catalog.by_name(name)
    if info is not None and not (info.usable and info.task in FACE_TASKS):
        raise _no_restorer(name)


def _no_restorer(name: str) -> ModelError:
    return ModelError(
        say("not-a-restorer", "This version cannot restore faces with '{name}'.", name=name),
        todo=say("choose-other-model", "Choose another model."),
    )


@dataclass(frozen=True, eq=False)
class _Made:
    """What a network made of a crop: (S, S, 3); and as RestoredBatch has it."""

    pixels: FloatImage
    is_finite: bool
    is_not_black: bool


def _restored(net: nn.Module, crops: Sequence[FloatImage]) -> list[_Made]:
    assert isinstance(net, FaceNet)
    made = net.restore(torch.from_numpy(np.stack(crops)))
    rows = zip(made.pixels.numpy(), made.is_finite.tolist(), made.is_not_black.tolist(), strict=True)
    return [_Made(*row) for row in rows]


def _are_sound(made: Sequence[_Made]) -> bool:
    """Whether no face is what overflow in half precision leaves: not a number somewhere, or black all over."""
    return all(each.is_finite and each.is_not_black for each in made)
