"""Files that are being written under a passing name, and those that a run which was ended left behind."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

_SUFFIX: Final = ".part"
_YOUNG: Final = 60.0
"""Seconds during which a file is left alone, whoever made it: it may not be locked yet."""


@contextlib.contextmanager
def created(folder: Path, prefix: str) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file `prefix`….part in `folder`, open for writing and locked; it is gone afterwards, unless it was given
    another name. Raises OSError.

    It has the usual permissions, not tempfile's, which are for the user alone.
    """
    path = folder / f"{prefix}{secrets.token_hex(8)}{_SUFFIX}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags, 0o666), "w+b")
    try:
        _lock(file)
        yield path, file
    finally:
        with contextlib.suppress(OSError):
            file.close()
        with contextlib.suppress(OSError):
            path.unlink()


def remove_stale(folder: Path, prefix: str) -> None:
    """Remove such files in `folder` that no program writes any more; what cannot be removed stays."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(prefix) and entry.name.endswith(_SUFFIX)]
    except OSError:
        return
    for name in names:
        with contextlib.suppress(OSError):
            _remove_if_stale(folder / name)


def _remove_if_stale(path: Path) -> None:
    state = path.lstat()
    if os.path.islink(path) or time.time() - state.st_mtime < _YOUNG:  # noqa: PTH114  -- no second way to ask
        return
    with path.open("r+b") as file:
        if not _lock(file):
            return
        if sys.platform != "win32":
            path.unlink()
            return
    path.unlink()  # Windows removes no open file, so one that is written stays by itself


def _lock(file: IO[bytes]) -> bool:
    """Lock a file for as long as it is open. False where another program has it; True also where nothing can."""
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415  -- not on Windows

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network shares know no locks
        return True
    return True
