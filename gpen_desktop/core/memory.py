"""How much memory there is to be had, so that what would not fit is said before the system ends the program."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gpen_desktop import allocator
from gpen_desktop.errors import Cancelled

LARGE: Final = 1 << 27
"""Pixels of a photo above which memory counts for more than speed: at three bytes each they are 400 MB."""

_LOOK_S: Final = 0.05
"""How often who waits for room looks whether it is still wanted."""

_UNKNOWN: Final = 4 << 30
"""Where a system does not say: what a computer that runs PyTorch has at least."""


def available_bytes() -> int:
    """Bytes that this process can still take: what the system has free, less where a limit was set for the process."""
    return max(0, min([_free(), *_left_by_limits()]))


def give_back_after(pixels: int) -> None:
    """Return what a step freed of the memory for a large photo of so many pixels: the allocator keeps it otherwise
    (allocator.py), and the next step takes other pieces."""
    if pixels > LARGE:
        allocator.give_back()


class Room:
    """Memory for several pieces of work at once: who would not fit beside the others waits for them.

    Parameters
    ----------
    size : bytes; what needs more than all goes alone.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = 0
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def hold(self, needed: int, is_wanted: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """Hold so many bytes; waits for them first. Raises Cancelled once nobody wants them any more."""
        with self._changed:
            while self._taken and self._taken + needed > self._size:
                self._changed.wait(_LOOK_S)
                if not is_wanted():
                    raise Cancelled
            self._taken += needed
        try:
            yield
        finally:
            with self._changed:
                self._taken -= needed
                self._changed.notify_all()


def _free() -> int:
    """Bytes that the system could give without swapping."""
    if sys.platform == "win32":
        return _free_on_windows()
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123  -- on every photo; no Path is needed
            return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return _physical() // 2  # macOS has no such word that is free of a subprocess


def _physical() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 2 * _UNKNOWN


def _left_by_limits() -> Iterator[int]:
    """What limits leave: of address space (`ulimit -v`), and of the container that the process runs in."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  -- not on Windows

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    taken = _number("/proc/self/statm", 0)
    if limit != resource.RLIM_INFINITY and taken is not None:
        yield limit - taken * resource.getpagesize()
    # control groups, version 2 and 1; what files are cached counts as taken there, and is given back when it is wanted
    for most, now, kept in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat"),
        (
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            "/sys/fs/cgroup/memory/memory.usage_in_bytes",
            "/sys/fs/cgroup/memory/memory.stat",
        ),
    ):
        allowed, used = _number(most, 0), _number(now, 0)
        if allowed is not None and used is not None:
            yield allowed - used + _cached(kept)


def _number(file: str, field: int) -> int | None:
    """One of the numbers in a file of the kernel's; None where there is none ('max')."""
    try:
        return int(Path(file).read_text(encoding="ascii").split()[field])
    except (OSError, ValueError, IndexError):
        return None


def _cached(file: str) -> int:
    try:
        pairs = (line.split() for line in Path(file).read_text(encoding="ascii").splitlines())
        found = {name: int(value) for name, value in pairs}
    except (OSError, ValueError):
        return 0
    return found.get("total_inactive_file", found.get("inactive_file", 0))


def _free_on_windows() -> int:
    class Status(ctypes.Structure):  # MEMORYSTATUSEX
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("physical", "free", "page_file", "free_page_file")),
            *((name, ctypes.c_ulonglong) for name in ("virtual", "free_virtual", "free_extended")),
        )

    status = Status(length=ctypes.sizeof(Status))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  -- mypy on Linux knows of no windll
    return int(status.free) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else _UNKNOWN
