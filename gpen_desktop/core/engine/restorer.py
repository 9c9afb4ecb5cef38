"""Crops in, restored crops out: batching, precision and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.core.on_device import empty_cache, is_out_of_memory
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import FloatImage, frozen
from gpen_desktop.errors import ModelError, OutOfMemoryError, WeightsError
from gpen_desktop.messages import Message, say
from gpen_desktop.models import catalog, registry, store
from gpen_desktop.models import device as devices
from gpen_desktop.models.architecture import ReadModel
from gpen_desktop.models.choice import choice_of
from gpen_desktop.models.device import Compute
from gpen_desktop.models.face_net import FaceNet, RestoredBatch
from gpen_desktop.models.spec import FACE_TASKS, ModelSpec


class Restorer:
    """A restoring network, ready on a device.

    Attributes
    ----------
    spec : what the model takes and is for.
    model_name : for people and reports.
    compute : what it runs on now; changes when a precision or a device turns out not to work.
    notes : such changes, for the user.
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
        self.notes: tuple[Message, ...] = ()
        state = self._path.stat()
        self._weights = f"{state.st_size} {state.st_mtime_ns}"
        read = registry.read(self._path)
        self.spec: ModelSpec = read.spec
        if self.spec.task not in FACE_TASKS:
            raise _no_restorer(choice.name)
        self._values = choice.values(self.spec.options)
        self._use(devices.choose(device, precision, self.spec.precisions), read)

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
        self._set_options()
        return True

    def _set_options(self) -> None:
        for name, value in self._values.items():
            self._net.set_option(name, value)

    @property
    def batch(self) -> int:
        """How many crops go through at a time. Results depend on it in their last bits: split work at its multiples."""
        return self._batch

    @property
    def runs_beside_itself(self) -> bool:
        """Whether threads may call `restore` at once and each be as fast as its core."""
        return self.compute.device.type == "cpu" and self._net.runs_beside_itself

    @property
    def status(self) -> ModelStatus:
        """What it runs on now, and what had to be changed."""
        compute = self.compute
        on, name = str(compute.device), self.model_name
        return ModelStatus(name, compute.name, compute.reason, self.notes, on, weights=self._weights)

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        """Restore crops.

        crops: (S, S, 3) float32 RGB in [0, 1] each, S == spec.size. Returns as many of the same kind, read-only.
        Raises OutOfMemoryError when not even one crop fits, Cancelled between batches.
        """
        torch.set_num_threads(devices.threads_here())  # holds for the calling thread only
        restored: list[FloatImage] = []
        while len(restored) < len(crops):
            progress.report(len(restored) / len(crops), "restore")
            part = crops[len(restored) : len(restored) + self._batch]
            try:
                restored += self._run(np.stack(part))
            except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                self._after_out_of_memory(len(part))
        progress.report(1.0, "restore")
        return restored

    def _use(self, compute: Compute, read: ReadModel | None = None) -> None:
        """read: the weights, if they were read just now; what computed in half precision has to be read anew."""
        net = (read or registry.read(self._path)).build(compute.device, compute.dtype)
        assert isinstance(net, FaceNet)  # what every architecture for FACE_TASKS builds
        self._net = net
        self._set_options()
        self.compute = compute
        # Decided once: results depend on the batch in their last bits.
        self._batch = self._batch_size or self._fitting_batch()

    def _note(self, note: Message) -> None:
        if note not in self.notes:
            self.notes = (*self.notes, note)

    def _run(self, crops: FloatImage) -> list[FloatImage]:
        """One batch, (N, S, S, 3)."""
        made = self._net.restore(torch.from_numpy(crops))
        if self.compute.dtype is torch.float16 and not _is_sound(made):
            made = self._in_single_precision(crops)
        if not bool(made.is_finite.all()):
            raise WeightsError(
                say("answer-not-a-picture", "The model '{name}' did not give a valid picture.", name=self.model_name),
                todo=say("choose-other-model", "Choose another model."),
                path=self._path,
            )
        return [frozen(face) for face in made.pixels.numpy()]

    def _in_single_precision(self, crops: FloatImage) -> RestoredBatch:
        """The batch anew, and all that follow. The blame is the card's only where single precision does better."""
        half = self.compute
        self._use(devices.choose(str(half.device), "fp32", self.spec.precisions))
        made = self._net.restore(torch.from_numpy(crops))
        if _is_sound(made):
            devices.remember_broken_half(half.device)
            self._note(
                say(
                    "half-precision-broken",
                    "Half precision gives broken faces on {device}; single precision is used instead.",
                    device=half.name,
                )
            )
        return made

    def _fitting_batch(self) -> int:
        """How many crops half of a GPU's free memory holds, a power of two; one at least. On the CPU, where they are
        few, as many as the network can use."""
        most = self._net.largest_batch
        if self.compute.device.type == "cpu":
            return most
        bytes_per_face = self.spec.bytes_per_item * self.compute.dtype.itemsize // 4
        fitting = min(most, devices.free_memory(self.compute.device) // max(1, 2 * bytes_per_face))
        return 1 << (max(1, fitting).bit_length() - 1)

    def warm_up(self) -> None:
        """Run once on an empty crop, so that the first face does not wait for what a GPU's first run sets up.

        Does nothing on the CPU, whose first run is hardly slower than the next.
        """
        if self.compute.device.type == "cpu":
            return
        self.restore([np.full((self.spec.size, self.spec.size, 3), 0.5, np.float32)], SilentProgress())

    def release(self) -> None:
        """Give back the memory that is kept for the next run; for after an idle time. The weights stay."""
        self._net.release()
        empty_cache(self.compute.device)

    def _after_out_of_memory(self, tried: int) -> None:
        """Go on with half the batch from now on; on the CPU when a single crop was too much for the GPU."""
        on_gpu = self.compute.device.type != "cpu"
        self.release()
        if tried > 1:
            self._note(
                say(
                    "batch-halved",
                    "{tried} faces at a time did not fit into memory; {now} are restored at a time.",
                    tried=tried,
                    now=tried // 2,
                )
            )
            self._batch = tried // 2
            return
        if not on_gpu:
            raise OutOfMemoryError(
                say("no-memory-for-one-face", "There is not enough memory even for a single face."),
                todo=say("close-other-programs", "Close other programs."),
            )
        self._note(
            say(
                "gpu-memory-too-small",
                "One face does not fit into the memory of {device}; the CPU is used instead.",
                device=self.compute.name,
            )
        )
        self._use(devices.choose("cpu", "auto", self.spec.precisions))


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


def _is_sound(made: RestoredBatch) -> bool:
    """Whether no face is what overflow in half precision leaves: not a number somewhere, or black all over."""
    return bool((made.is_finite & made.is_not_black).all())
