"""This process, as the system sees it: the memory it holds, and whose turn it is on the processor."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from pathlib import Path
from typing import Final

_NICER: Final = 5
"""Steps of niceness: where the window's thread wants the processor too, this one then gets a third of what that gets.
While a whole photo is worked on, the longest time for which the window does not answer falls to half. With 10 steps it
would fall to a third; but beside other programs that work, restoring would be starved."""


def give_way() -> None:
    """Let the window's thread go first where it wants the processor that the calling thread has. Called in a thread
    that works, once or again; threads that begin in it, such as PyTorch's, give way as well.

    On Linux, where each thread has a niceness of its own. Other systems favour the window that is in front themselves.
    Where it may not be changed it stays as it is.
    """
    if sys.platform == "linux":
        itself, first = threading.get_native_id(), os.getpid()
        with contextlib.suppress(OSError):  # sandboxes refuse it, and a step back where the program was made less nice
            os.setpriority(os.PRIO_PROCESS, itself, min(19, os.getpriority(os.PRIO_PROCESS, first) + _NICER))


def resident_bytes() -> int:
    """Bytes of memory in use; 0 where the system does not say."""
    if sys.platform.startswith("linux"):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * _page_size()
    if sys.platform == "darwin":
        import resource  # noqa: PLC0415  -- not there on Windows

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # the most so far: what macOS tells without a library
    return _windows_working_set()


def _page_size() -> int:
    import resource  # noqa: PLC0415  -- not there on Windows

    return resource.getpagesize()


def _windows_working_set() -> int:
    """PROCESS_MEMORY_COUNTERS.WorkingSetSize; 0 anywhere else."""
    if sys.platform != "win32":
        return 0

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", ctypes.c_uint32),
            ("page_faults", ctypes.c_uint32),
            *((name, ctypes.c_size_t) for name in ("peak", "working_set", "a", "b", "c", "d", "e", "f")),
        )

    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel = ctypes.WinDLL("kernel32")
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
    kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
    return int(counters.working_set)
