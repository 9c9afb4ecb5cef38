"""Folders for files that go with the window, in the system's folder for such; also those of a run that was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLockFile

_PREFIX: Final = "gpen-desktop-"
_LOCK: Final = ".lock"


class OwnFolder:
    """A new folder, locked for as long as this program runs.

    Attributes
    ----------
    path : the folder.
    """

    def __init__(self, purpose: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{purpose}-"))
        self._lock = _lock_of(self.path)
        self._lock.tryLock(0)

    def close(self) -> None:
        """Remove it with all that is in it."""
        self._lock.unlock()
        shutil.rmtree(self.path, ignore_errors=True)


def clear_left_behind() -> None:
    """Remove the folders of runs that are over: whose lock nobody holds."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        if _is_own(folder) and (folder / _LOCK).exists() and _lock_of(folder).tryLock(0):
            shutil.rmtree(folder, ignore_errors=True)


def _lock_of(folder: Path) -> QLockFile:
    lock = QLockFile(str(folder / _LOCK))
    lock.setStaleLockTime(0)  # however old: it holds until its program has ended, which Qt looks up
    return lock


def _is_own(folder: Path) -> bool:
    """Whether it is a folder of this user's: others may put what they like into the system's folder."""
    try:
        state = folder.lstat()
    except OSError:
        return False
    is_folder = folder.is_dir() and not folder.is_symlink()
    return is_folder and (not hasattr(os, "getuid") or state.st_uid == os.getuid())
