"""A network on the device that was chosen for it, whose memory may turn out to be too small."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from gpen_desktop.errors import OutOfMemoryError
from gpen_desktop.messages import say
from gpen_desktop.models import device as devices
from gpen_desktop.models.architecture import ReadModel
from gpen_desktop.models.device import Compute

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Placed:
    """A network, and where it is."""

    net: nn.Module
    compute: Compute


class OnDevice:
    """A network that is given fewer items at a time where they do not fit into memory, and goes on on the CPU where not
    even one fits into the GPU's. Threads may share it.

    Parameters
    ----------
    read : reads the weights; called anew for the CPU, as what computes in half precision has lost digits.
    compute : what it runs on first.
    model : the weights, if they were read just now.

    """

    def __init__(self, read: Callable[[], ReadModel], compute: Compute, model: ReadModel | None = None) -> None:
        self._read = read
        self._moving = threading.Lock()
        self._at_once: int | None = None
        self._placed = _built(model or read(), compute)

    def answers(
        self, items: Sequence[ItemT], ask: Callable[[nn.Module, Sequence[ItemT]], Iterable[AnswerT]]
    ) -> list[AnswerT]:
        """What `ask` gives for the items, one answer each. ask: called with the network and as many of them as fit.
        Raises OutOfMemoryError where one does not fit into the CPU's memory either."""
        torch.set_num_threads(devices.threads_here())  # holds for the calling thread only
        made: list[AnswerT] = []
        while len(made) < len(items):
            part = items[len(made) : len(made) + (self._at_once or len(items))]
            placed = self._placed
            try:
                made += ask(placed.net, part)
            except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                self._make_room(placed, len(part))
        return made

    def _make_room(self, tried: _Placed, count: int) -> None:
        """Go on with less than `count` items, which did not fit where the network was."""
        empty_cache(tried.compute.device)
        with self._moving:
            if self._placed is not tried:  # another thread has moved it meanwhile
                return
            if count > 1:
                self._at_once = min(count // 2, self._at_once or count)
                return
            if tried.compute.device.type == "cpu":
                raise OutOfMemoryError(
                    say("no-memory-for-photo", "There is not enough memory on {device}.", device=tried.compute.name),
                    todo=say("close-other-programs", "Close other programs."),
                )
            _log.info("not enough memory on %s; the CPU is used instead", tried.compute.name)
            model = self._read()
            self._placed = _built(model, devices.choose("cpu", "auto", model.spec.precisions))


def _built(model: ReadModel, compute: Compute) -> _Placed:
    return _Placed(model.build(compute.device, compute.dtype), compute)


def empty_cache(device: torch.device) -> None:
    """Give back what PyTorch keeps of a GPU's memory for the next run."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    if device.type == "mps":
        torch.mps.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """PyTorch reports a failed CPU or Apple allocation as a plain RuntimeError, and one while a CUDA graph is recorded
    as a failed recording, with the allocation's error behind it."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error)
    if "DefaultCPUAllocator" in text or "out of memory" in text.lower():
        return True
    behind = error.__cause__ or error.__context__
    return behind is not None and is_out_of_memory(behind)
