"""Waiting for room on a disk that is full, while everything else goes on."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QStorageInfo, Signal, Slot

from gpen_desktop.core.batch.control import BatchControl
from gpen_desktop.errors import Cancelled, DiskFullError

_GRACE_S: Final = 2.0
"""How long a disk that is asked for its room may keep the window from closing."""


class FullDisk(QObject):
    """Of one disk at a time; another that is full meanwhile is met again once the first has room.

    has_room: there may be room again. changed: it is waited for, or no more, or its name is known. The disk is asked in
    a thread of its own, since it may take its time.
    """

    has_room = Signal()
    changed = Signal()

    _named = Signal(object, str)
    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._error: DiskFullError | None = None
        self._name: str | None = None
        self._control = BatchControl()
        self._thread: threading.Thread | None = None
        self._named.connect(self._on_named)
        self._ended.connect(self._on_ended)

    @property
    def error(self) -> DiskFullError | None:
        """What could not be written, and waits; None while nothing does."""
        return self._error

    @property
    def name(self) -> str | None:
        """What people call the disk, as `disk_name` says; None until it has answered."""
        return self._name

    def wait(self, error: DiskFullError) -> None:
        """Wait for room for what could not be written."""
        if self._error is not None:
            return
        self._error, self._name, self._control = error, None, BatchControl()
        self._thread = threading.Thread(
            target=self._wait, args=(error, self._control), name="waiting for room", daemon=True
        )
        self._thread.start()
        self.changed.emit()

    def give_up(self) -> None:
        """Nothing is to be written any more."""
        if self._error is not None:
            self._control.cancel()
            self._error = None
            self.changed.emit()

    def shut_down(self) -> None:
        """End the waiting."""
        self.give_up()
        if self._thread is not None:
            self._thread.join(_GRACE_S)

    def _wait(self, error: DiskFullError, control: BatchControl) -> None:
        self._named.emit(error, disk_name(error.path) if error.path is not None else "")
        try:
            control.wait_for_room(error)
        except Cancelled:
            return
        self._ended.emit(error)

    @Slot(object, str)
    def _on_named(self, error: DiskFullError, name: str) -> None:
        if error is self._error:
            self._name = name
            self.changed.emit()

    @Slot(object)
    def _on_ended(self, error: DiskFullError) -> None:
        if error is self._error:  # not given up since
            self._error = None
            self.changed.emit()
            self.has_room.emit()


def disk_name(path: Path) -> str:
    """What people call the disk that a file or folder is on, or is to be: its label, or where it appears; '' for the
    one that the system is on. Asks the disk, which may take its time."""
    while not os.path.exists(path) and path != path.parent:  # noqa: PTH110  -- Path.exists raises where it may not look
        path = path.parent
    disk = QStorageInfo(str(path))
    return "" if disk.isRoot() else disk.name() or disk.rootPath()
