"""The memory of a device, which several threads fill at once: who has it, and how its end shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch


class Visit:
    """One thread's use of a device, and whether there was another meanwhile."""

    met_others = False


class Visits:
    """Who uses a device: several threads, or one that needs all of it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._here: set[Visit] = set()
        self._is_claimed = False

    @contextmanager
    def beside_others(self) -> Iterator[Visit]:
        """As soon as nobody needs all of it."""
        visit = Visit()
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
        """As soon as nobody else is there."""
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
def visits_of(device: torch.device) -> Visits:
    """All threads' visits to a device."""
    return Visits()


def give_back(device: torch.device) -> None:
    """Give back what PyTorch keeps of a GPU's memory for the next run."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    if device.type == "mps":
        torch.mps.empty_cache()


def is_exhausted(error: BaseException) -> bool:
    """Whether an error tells of too little memory. PyTorch reports a failed CPU or Apple allocation as a plain
    RuntimeError, and one while a CUDA graph is recorded as a failed recording, with the allocation's error behind
    it."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error)
    if "DefaultCPUAllocator" in text or "out of memory" in text.lower():
        return True
    behind = error.__cause__ or error.__context__
    return behind is not None and is_exhausted(behind)
