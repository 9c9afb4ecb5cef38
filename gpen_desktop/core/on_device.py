"""A network on the device that was chosen for it, whose memory may turn out to be too small.

What does not fit beside the work of other threads is done after it, and so is all that follows; then fewer items are
given at a time; and what does not fit by itself goes through on the CPU. The next item tries the chosen device again:
what filled its memory, another program perhaps, may be gone by then. Whatever went another way than it was to is told
(core/fallbacks), with each call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import torch
from torch import nn

from gpen_desktop import allocator
from gpen_desktop.core import device_memory, fallbacks
from gpen_desktop.errors import OutOfMemoryError
from gpen_desktop.messages import Message, say
from gpen_desktop.models import catalog
from gpen_desktop.models import device as devices
from gpen_desktop.models.architecture import ReadModel
from gpen_desktop.models.device import Compute
from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.spec import ModelSpec

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")
Ask = Callable[[nn.Module, Sequence[ItemT]], Iterable[AnswerT]]
"""What a network says of as many items, one answer each."""

_MEMORY_ERRORS = (torch.OutOfMemoryError, MemoryError, RuntimeError)
"""What device_memory.is_exhausted may be true of."""


class _Built:
    """A network on a device, which it shares with other threads' work."""

    def __init__(self, net: nn.Module, compute: Compute) -> None:
        self.net = net
        self.compute = compute
        self._goes_alone = False

    def answers(self, items: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT] | None:
        """What is said of the items; None where they do not fit into memory, not even alone."""
        torch.set_num_threads(devices.threads_here())  # holds for the calling thread only
        visits = device_memory.visits_of(self.compute.device)
        if not self._goes_alone:
            with visits.beside_others() as visit:
                made = self._fitting(items, ask)
            if made is not None or not visit.met_others:
                return made
        with visits.alone():
            made = self._fitting(items, ask)
        self._goes_alone = made is not None  # else smaller parts come next, which may fit beside others
        return made

    def release(self) -> None:
        """Give back the memory that was kept for further calls."""
        if isinstance(self.net, FaceNet):
            self.net.release()
        device_memory.give_back(self.compute.device)

    def _fitting(self, items: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT] | None:
        try:
            return list(ask(self.net, items))
        except _MEMORY_ERRORS as error:
            if not device_memory.is_exhausted(error):
                raise
        self.release()  # only now: the error held what was there
        return None


class OnDevice:
    """A network that several threads may share.

    Parameters
    ----------
    name : of the model.
    read : reads the weights; called anew for the CPU, as what computes in half precision has lost digits.
    compute : what it is to run on.
    model : the weights, if they were read just now.
    ready : called with the network wherever it is built, before it runs.

    Attributes
    ----------
    most : items that it is to be given at a time, at most; None: all. May be set.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[], ReadModel],
        compute: Compute,
        model: ReadModel | None = None,
        ready: Callable[[nn.Module], None] = lambda net: None,
    ) -> None:
        self._name = name
        self._read = read
        self._ready = ready
        self._chosen = compute
        self._building = threading.Lock()
        self._fitting: int | None = None  # items at a time, where more were too many
        self._in_place: _Built | None = None  # on the CPU, while not even one item fits on the chosen device
        self.most: int | None = None
        self._built = self._built_at_first(model or read())

    @property
    def net(self) -> nn.Module:
        """The network, where its weights are."""
        return self._built.net

    @property
    def compute(self) -> Compute:
        """What it runs on: the CPU where the weights themselves did not fit elsewhere."""
        return self._built.compute

    @property
    def at_once(self) -> int | None:
        """How many items it is given at a time; None: all. Halved where they turn out to be too many, and it stays so;
        one while not even that fits, until there is room again."""
        return 1 if self._in_place else self._fitting or self.most

    @property
    def displaced(self) -> Message | None:
        """What each call tells where the weights themselves did not fit on the chosen device, else None."""
        if self.compute is self._chosen:
            return None
        return say(
            "gpu-too-small-for-weights",
            "'{model}' did not fit into the memory of {device}; the processor takes its place until it is "
            "loaded again.",
            device=self._chosen.name,
            model=catalog.titled(self._name),
        )

    def answers(self, items: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT]:
        """What `ask` gives for the items. Raises OutOfMemoryError where one does not fit into the CPU's memory."""
        made: list[AnswerT] = []
        while len(made) < len(items):
            made += self._answers_of_first(items[len(made) :][: self.at_once], ask)
        return made

    def answer_here(self, item: ItemT, ask: Ask[ItemT, AnswerT]) -> AnswerT:
        """What `ask` gives for one item that could also be given in smaller pieces: on the chosen device, or not at
        all. Raises OutOfMemoryError."""
        made = self._asked([item], ask)
        if made is None:
            raise _out_of_memory(self.compute)
        return made[0]

    def make_ready(self) -> None:
        """Call `ready` again, wherever the network is: what it goes by has changed."""
        with self._building:
            for built in (self._built, self._in_place):
                if built is not None:
                    self._ready(built.net)

    def release(self) -> None:
        """Give back the memory that was kept for further calls; the weights stay where they are to be."""
        self._in_place = None
        self._built.release()

    def _answers_of_first(self, items: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT]:
        """For as many items as fit at a time, in their order; one at least."""
        count = len(items)
        while (made := self._asked(items[:count], ask)) is None and count > 1:
            count //= 2
        if made is None:
            return self._answers_of_cpu(items[:1], ask)
        if count < len(items):
            self._take_fewer(len(items), count)
        return made

    def _asked(self, items: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT] | None:
        """What is said of the items on the device; None where they do not fit. Once some do, nothing stands in."""
        if (note := self.displaced) is not None:
            fallbacks.tell(note)
        made = self._built.answers(items, ask)
        if made is not None:
            self._in_place = None
        return made

    def _take_fewer(self, tried: int, now: int) -> None:
        """Each thread tells of it, also where another one found out before."""
        self._fitting = min(now, self._fitting or now)
        fallbacks.tell(
            say(
                "batch-halved",
                "{tried} faces at a time are too many for the memory of {device}: '{model}' is given {now} at a time.",
                tried=tried,
                device=self.compute.name,
                model=catalog.titled(self._name),
                now=now,
            )
        )

    def _answers_of_cpu(self, items: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT]:
        """What did not fit on the chosen device."""
        if self.compute.device.type == "cpu":
            raise _out_of_memory(self.compute)
        fallbacks.tell(
            say(
                "gpu-memory-too-small",
                "The memory of {device} did not suffice for '{model}'; the processor took its place for a while.",
                device=self.compute.name,
                model=catalog.titled(self._name),
            )
        )
        with self._building:
            built = self._in_place = self._in_place or self._built_on_cpu()
        made = built.answers(items, ask)
        if made is None:
            raise _out_of_memory(built.compute)
        return made

    def _built_at_first(self, model: ReadModel) -> _Built:
        try:
            return self._built_on(self._chosen, model)
        except _MEMORY_ERRORS as error:
            if self._chosen.device.type == "cpu" or not device_memory.is_exhausted(error):
                raise
        device_memory.give_back(self._chosen.device)
        return self._built_on_cpu()

    def _built_on_cpu(self) -> _Built:
        model = self._read()
        return self._built_on(devices.choose("cpu", "auto", model.spec.precisions), model)

    def _built_on(self, compute: Compute, model: ReadModel) -> _Built:
        if compute.device.type == "cpu":
            allocator.keep_freed_memory()
        net = model.build(compute.device, compute.dtype)
        self._ready(net)
        return _Built(net, compute)


def placed(name: str, read: Callable[[], ReadModel], device: str, precision: str) -> tuple[ModelSpec, OnDevice]:
    """A model, read now, on the device that is wished, in the wished precision where it knows that one. device,
    precision: as models/device.choose takes them. Raises WeightsError, DeviceError."""
    model = read()
    offered = model.spec.precisions
    compute = devices.choose(device, precision if precision in offered else "auto", offered)
    return model.spec, OnDevice(name, read, compute, model)


def _out_of_memory(compute: Compute) -> OutOfMemoryError:
    return OutOfMemoryError(
        say("no-memory-for-photo", "There is not enough memory on {device}.", device=compute.name),
        todo=say("close-other-programs", "Close other programs."),
    )
