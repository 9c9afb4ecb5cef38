"""The user's weights folder, watched: what is copied into it appears without a restart."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

import shiboken6
from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from gpen_desktop import paths
from gpen_desktop.models import store
from gpen_desktop.models.fingerprints import sha256_of

_SETTLED_MS: Final = 400
"""A file whose size has not changed for so long has been copied whole."""


class WeightsWatch(QObject):
    """Attributes
    ----------
    changed : Signal()
        Weights have come or gone, and can be listed without waiting.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._on_changed)
        self._settled = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settled.timeout.connect(self._on_settled)
        self._told = self._sizes = _sizes()
        self._watch()

    def _watch(self) -> None:
        """The folder, or, until there is one, the folder that it will be in."""
        folder = paths.user_weights()
        wanted = folder if folder.is_dir() else folder.parent
        if str(wanted) not in self._watcher.directories() and wanted.is_dir():
            self._watcher.addPath(str(wanted))

    @Slot()
    def _on_changed(self) -> None:
        self._watch()
        self._sizes = _sizes()
        self._settled.start()

    @Slot()
    def _on_settled(self) -> None:
        sizes = _sizes()
        if sizes != self._sizes:  # still being copied
            self._sizes = sizes
            self._settled.start()
            return
        if sizes == self._told:  # a download has begun, which is none of the weights yet
            return
        self._told = sizes
        unread = store.unread()
        if unread:
            threading.Thread(target=self._read, args=(unread,), name="weights", daemon=True).start()
        else:
            self.changed.emit()

    def _read(self, files: tuple[Path, ...]) -> None:
        """Learn what they are; hundreds of megabytes are not read in the window's thread."""
        for file in files:
            try:
                sha256_of(file)
            except OSError:
                continue
        if shiboken6.isValid(self):  # else the window has closed meanwhile
            self.changed.emit()


def _sizes() -> dict[Path, int]:
    sizes = {}
    folder = paths.user_weights()
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.suffix.lower() in store.ENDINGS:
            try:
                sizes[file] = file.stat().st_size
            except OSError:
                continue
    return sizes
