"""A network on the device that was chosen for it, whose memory may turn out to be too small.

What does not fit beside the work of other threads is tried again alone; then fewer items are given at a time; and what
does not fit by itself goes through on the CPU. The next call tries the chosen device again: what filled its memory,
another program perhaps, may be gone by then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

import torch
from torch import nn

from gpen_desktop import allocator
from gpen_desktop.core import fallbacks
from gpen_desktop.errors import OutOfMemoryError
from gpen_desktop.messages import say
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


class _NoRoomError(Exception):
    """A device has too little memory, even for this work alone."""


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
    compute : what it runs on; the CPU where the weights themselves did not fit elsewhere.
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
        self._building = threading.Lock()
        self._on_cpu: tuple[nn.Module, Compute] | None = None  # beside another device
        self._fitting: int | None = None  # items at a time, where all were too many
        self.most: int | None = None
        self.compute = compute
        self._net = self._built_at_first(model or read())

    @property
    def net(self) -> nn.Module:
        """The network on the chosen device."""
        return self._net

    @property
    def at_once(self) -> int | None:
        """How many items it is given at a time; None: all. They are halved where they turn out to be too many, and stay
        so, unless in the end not even one fitted, which is no fault of theirs."""
        return self._fitting or self.most

    def answers(self, items: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT]:
        """What `ask` gives for the items. Raises OutOfMemoryError where one does not fit into the CPU's memory."""
        made: list[AnswerT] = []
        is_full = False
        while len(made) < len(items):
            part = items[len(made) : len(made) + (self.at_once or len(items))]
            try:
                made += _asked(self._net, self.compute, part, ask)
            except _NoRoomError as error:
                if len(part) > 1:
                    self._take_fewer(len(part))
                elif self.compute.device.type == "cpu":
                    raise _out_of_memory(self.compute) from error
                else:
                    is_full = True
                    made += self._answers_of_cpu(part, ask)
        if is_full:
            self._fitting = None
        return made

    def answer_here(self, item: ItemT, ask: Ask[ItemT, AnswerT]) -> AnswerT:
        """What `ask` gives for one item that could also be given in smaller pieces: on the chosen device, or not at
        all. Raises OutOfMemoryError."""
        try:
            (made,) = _asked(self._net, self.compute, [item], ask)
        except _NoRoomError as error:
            raise _out_of_memory(self.compute) from error
        return made

    def make_ready(self) -> None:
        """Call `ready` again, wherever the network is: what it goes by has changed."""
        with self._building:
            self._ready(self._net)
            if self._on_cpu is not None:
                self._ready(self._on_cpu[0])

    def release(self) -> None:
        """Give back the memory that was kept for further calls; the weights stay where they are to be."""
        self._on_cpu = None
        _give_back(self._net, self.compute.device)

    def _take_fewer(self, count: int) -> None:
        """Than `count`, which were too many. Each thread tells of it, also where another one found out before."""
        self._fitting = now = min(count // 2, self.at_once or count)
        fallbacks.tell(
            say(
                "batch-halved",
                "{tried} faces at a time are too many for the memory of {device}: '{model}' is given {now} at a time.",
                tried=count,
                device=self.compute.name,
                model=catalog.titled(self._name),
                now=now,
            )
        )

    def _answers_of_cpu(self, part: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT]:
        self._tell_of_cpu()
        with self._building:
            if self._on_cpu is None:
                self._on_cpu = self._built_on_cpu(self._read())
            net, compute = self._on_cpu
        try:
            return _asked(net, compute, part, ask)
        except _NoRoomError as error:
            raise _out_of_memory(compute) from error

    def _tell_of_cpu(self) -> None:
        fallbacks.tell(
            say(
                "gpu-memory-too-small",
                "The memory of {device} did not suffice for '{model}'; the processor took its place for a while.",
                device=self.compute.name,
                model=catalog.titled(self._name),
            )
        )

    def _built_at_first(self, model: ReadModel) -> nn.Module:
        try:
            return self._built(model, self.compute)
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error) or self.compute.device.type == "cpu":
                raise
        _empty_cache(self.compute.device)
        self._tell_of_cpu()
        net, self.compute = self._built_on_cpu(self._read())
        return net

    def _built_on_cpu(self, model: ReadModel) -> tuple[nn.Module, Compute]:
        compute = devices.choose("cpu", "auto", model.spec.precisions)
        return self._built(model, compute), compute

    def _built(self, model: ReadModel, compute: Compute) -> nn.Module:
        if compute.device.type == "cpu":
            allocator.keep_freed_memory()
        net = model.build(compute.device, compute.dtype)
        self._ready(net)
        return net


def placed(name: str, read: Callable[[], ReadModel], device: str, precision: str) -> tuple[ModelSpec, OnDevice]:
    """A model, read now, on the device that is wished, in the wished precision where it knows that one. device,
    precision: as models/device.choose takes them. Raises WeightsError, DeviceError."""
    model = read()
    offered = model.spec.precisions
    compute = devices.choose(device, precision if precision in offered else "auto", offered)
    return model.spec, OnDevice(name, read, compute, model)


class _Visit:
    """One thread's use of a device, and whether there was another meanwhile."""

    met_others = False


class _Visits:
    """Who uses a device: several threads, or one that needs all of it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._here: set[_Visit] = set()
        self._is_claimed = False

    @contextmanager
    def beside_others(self) -> Iterator[_Visit]:
        visit = _Visit()
        with self._changed:
            self._changed.wait_for(lambda: not self._is_claimed)
            self._here.add(visit)
            for each in self._here if len(self._here) > 1 else ():
                each.met_others = True
        try:
            yield visit
        finally:
            with self._changed:
                self._here.remove(visit)
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_claimed)
            self._is_claimed = True  # so that nobody else comes in while those who are there end
            self._changed.wait_for(lambda: not self._here)
        try:
            yield
        finally:
            with self._changed:
                self._is_claimed = False
                self._changed.notify_all()


@cache
def _visits_of(device: torch.device) -> _Visits:
    return _Visits()


def _asked(net: nn.Module, compute: Compute, part: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT]:
    """What is said of some items: beside what other threads ask of the device, or after that. Raises _NoRoomError."""
    torch.set_num_threads(devices.threads_here())  # holds for the calling thread only
    visits = _visits_of(compute.device)
    with visits.beside_others() as visit:
        made = _fitting(net, compute, part, ask)
    if made is None and visit.met_others:
        with visits.alone():
            made = _fitting(net, compute, part, ask)
    if made is None:
        raise _NoRoomError
    return made


def _fitting(net: nn.Module, compute: Compute, part: Sequence[ItemT], ask: Ask[ItemT, AnswerT]) -> list[AnswerT] | None:
    """What is said of some items; None where they do not fit into memory."""
    try:
        return list(ask(net, part))
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
    _give_back(net, compute.device)  # only now: the error held what was there
    return None


def _out_of_memory(compute: Compute) -> OutOfMemoryError:
    return OutOfMemoryError(
        say("no-memory-for-photo", "There is not enough memory on {device}.", device=compute.name),
        todo=say("close-other-programs", "Close other programs."),
    )


def _give_back(net: nn.Module, device: torch.device) -> None:
    if isinstance(net, FaceNet):
        net.release()
    _empty_cache(device)


def _empty_cache(device: torch.device) -> None:
    """Give back what PyTorch keeps of a GPU's memory for the next run."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    if device.type == "mps":
        torch.mps.empty_cache()


def _is_out_of_memory(error: BaseException) -> bool:
    """PyTorch reports a failed CPU or Apple allocation as a plain RuntimeError, and one while a CUDA graph is recorded
    as a failed recording, with the allocation's error behind it."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error)
    if "DefaultCPUAllocator" in text or "out of memory" in text.lower():
        return True
    behind = error.__cause__ or error.__context__
    return behind is not None and _is_out_of_memory(behind)
