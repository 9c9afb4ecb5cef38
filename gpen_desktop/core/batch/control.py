"""Steering a batch from outside: cancelling it, and waiting for room on a full disk."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gpen_desktop import part_files
from gpen_desktop.core.photo_files.atomic import NO_ROOM, PART_PREFIX
from gpen_desktop.core.progress import Progress
from gpen_desktop.errors import Cancelled, DiskFullError

_LOOK_EVERY: Final = 0.5
"""Seconds between two looks at a full disk."""

_TRY_EVERY: Final = 60.0
"""Seconds between two tries for room while the disk says the same: of a quota, or of names that are used up, it tells
nothing."""

_ZEROS: Final = bytes(1 << 20)


class BatchControl:
    """What steers a batch; safe from any thread.

    Parameters
    ----------
    on_full : called with the error when work stops since a disk is full, once for each time, in a working thread.
    on_room : called when it goes on.
    """

    def __init__(
        self, on_full: Callable[[DiskFullError], None] | None = None, on_room: Callable[[], None] | None = None
    ) -> None:
        self._on_full = on_full or (lambda error: None)
        self._on_room = on_room or (lambda: None)
        self._cancelled = threading.Event()
        self._counting = threading.Lock()
        self._waiting = 0
        self._trying = threading.Lock()

    def cancel(self) -> None:
        """End every photo at its next step."""
        self._cancelled.set()

    @property
    def is_going(self) -> bool:
        """Whether nobody has asked to cancel."""
        return not self._cancelled.is_set()

    def check(self) -> None:
        """Raises Cancelled once cancelling was asked for."""
        if self._cancelled.is_set():
            raise Cancelled

    def wait_for_room(self, error: DiskFullError) -> None:
        """Wait until there may be room for what could not be written. Raises Cancelled."""
        with self._counting:
            self._waiting += 1
            is_first = self._waiting == 1
        if is_first:
            self._on_full(error)
        try:
            self._wait_for_room(error)
        finally:
            with self._counting:
                self._waiting -= 1
                is_last = self._waiting == 0
            if is_last:
                self._on_room()

    def _wait_for_room(self, error: DiskFullError) -> None:
        had_room, try_at = False, time.monotonic() + _TRY_EVERY
        while True:
            self.check()
            has_room = _has_room(error)
            if (has_room and not had_room) or time.monotonic() >= try_at:
                with self._trying:  # two trial files at once might not fit where either result would
                    if _may_take(error):
                        return
                try_at = time.monotonic() + _TRY_EVERY
            had_room = has_room
            self._cancelled.wait(_LOOK_EVERY)


class ControlledProgress:
    """Hands reports on, and obeys a control at each.

    Parameters
    ----------
    inner : what is told.
    """

    def __init__(self, inner: Progress, control: BatchControl) -> None:
        self._inner = inner
        self._control = control

    def report(self, fraction: float, stage: str) -> None:
        """As core.progress.Progress. Raises Cancelled."""
        self._control.check()
        self._inner.report(fraction, stage)


def room_wanted(error: DiskFullError) -> int:
    """Bytes that are to be free before what could not be written is tried again: half as much again as it takes."""
    return error.needed * 3 // 2 + (1 << 16)


def _has_room(error: DiskFullError) -> bool:
    """Whether the disk says that there is room now."""
    try:
        return shutil.disk_usage(_folder(error)).free > room_wanted(error)
    except OSError:
        return False


def _may_take(error: DiskFullError) -> bool:
    """Whether a file of the size that is wanted can be made there now, as nothing else tells of a quota; or whether
    something else is wrong by now, such as a disk that was taken out, which the next try is to tell of."""
    try:
        with part_files.created(_folder(error), PART_PREFIX) as (_, file):
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, room_wanted(error))
            else:
                for _ in range(0, room_wanted(error), len(_ZEROS)):
                    file.write(_ZEROS)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        return problem.errno not in NO_ROOM
    return True


def _folder(error: DiskFullError) -> Path:
    """Where it was to be written; where that could not be made, the one above that is there."""
    folder = error.path.parent if error.path is not None else Path()
    while not os.path.isdir(folder) and folder != folder.parent:  # noqa: PTH112  -- Path.is_dir raises
        folder = folder.parent
    return folder
