"""Where the CPU's big tensors come from.

glibc hands every block above 32 MB back to the system when it is freed, and the system clears the same pages anew a
moment later: GPEN-512 in float32 met 218,000 page faults a face, a fifth of its time (1.65 s against 1.33 s of one
core). Enlarging a photo by general-x4v3's layout lost a tenth that way. Keeping freed memory in the process avoids them
all; `give_back` returns it when the engine rests.

A thread's memory lies in heaps of at most 64 MB, and glibc deletes an empty one whatever the trim threshold says,
unless less than `top_pad` would be left free in the heap before it (malloc/arena.c, heap_trim). With a pad of a whole
heap none is deleted; without, one layout in dozens met 20,595 faults a face in a worker thread.

Threads share one heap. With one each, as glibc has it, each keeps as much as the largest photo that ever came its way
took, and an album's memory grows with every new chance of the order (record 0010).
A heap that a thread had before is handed on to a later one, so the wish for one has to come before the first thread
(`share_one_heap`). What was freed goes back when it is more than the usual (`Keeping`).
"""

from __future__ import annotations

import ctypes
import gc
import platform
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_MAX = -4
_M_ARENA_MAX = -8
_NEVER = 2**31 - 1
_A_HEAP = 65 * 2**20  # glibc's HEAP_MAX_SIZE on 64 bits, and a page or two

_SETTLED = 50
"""Checks after which is known how much is usually kept. What is wanted again within as many is usual, too."""

_CHANCE = 24 << 20
"""Bytes above the usual that are left alone. Albums' heap grew by 40 to 70 MB at a time, when large photos met."""


def share_one_heap() -> bool:
    """Have all threads take memory from one heap, but for those that began before. Says whether the system's allocator
    can (glibc's can)."""
    libc = _glibc()
    return libc is not None and bool(libc.mallopt(_M_ARENA_MAX, 1))


@cache
def keep_freed_memory() -> bool:
    """From now on keep freed blocks in this process. Says whether the system's allocator can (glibc's can)."""
    libc = _glibc()
    if libc is None or not share_one_heap():
        return False
    wishes = {_M_MMAP_MAX: 0, _M_TRIM_THRESHOLD: _NEVER, _M_TOP_PAD: _A_HEAP}
    return all(libc.mallopt(parameter, value) for parameter, value in wishes.items())


def give_back() -> None:
    """Return freed memory to the system."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


@contextmanager
def without_collecting() -> Iterator[None]:
    """While PyTorch is imported: of 200,000 objects that it brings all stay, and Python looks for garbage among them
    time and again: 3.5 to 3.6 s of the processor with that, 3.2 to 3.3 s without (time.process_time, three in turn)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Keeping:
    """Freed memory is kept up to a limit, and up to what is usual: what came together by chance does not stay.

    Parameters
    ----------
    most : bytes more than are kept when this begins, and than cannot be given back.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._always = kept()
        self._usual = 0
        self._checks = 0
        self._gave_back = -_SETTLED
        self._checking = threading.Lock()

    def check(self) -> None:
        """Return freed memory to the system where it has become too much. Any thread may call it."""
        with self._checking:
            now = kept()
            self._checks += 1
            limit = self._always + self._most
            if self._checks <= _SETTLED:
                self._usual = max(self._usual, now)
            else:
                limit = min(limit, self._usual + _CHANCE)
            if now > limit:
                self._give_back(now)

    def _give_back(self, now: int) -> None:
        if self._checks - self._gave_back < _SETTLED:
            self._usual = max(self._usual, now)  # wanted again so soon
        self._gave_back = self._checks
        give_back()
        self._always = kept()


def kept() -> int:
    """Bytes that the process has and its C code does not use, most of them freed; 0 where the system does not say."""
    libc = _glibc()
    if libc is None or not hasattr(libc, "mallinfo2"):  # glibc 2.33
        return 0
    try:
        resident = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    libc.mallinfo2.restype = _MallInfo
    return int(resident[1]) * 1024 - int(libc.mallinfo2().in_use) if resident else 0


class _MallInfo(ctypes.Structure):  # mallinfo2's
    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "in_use", "free", "top")
    )


@cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
