"""What is dropped, opened or pasted -> paths of photos. Folders are walked off the main thread."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage

from gpen_desktop.core.engine.album import find_photos
from gpen_desktop.core.engine.file_names import is_missing

_log = logging.getLogger(__name__)


class FileIntake(QObject):
    """found: photos (list of Path) in what was given. nothing: what was looked through without finding any."""

    found = Signal(object)
    nothing = Signal(object)

    _walked = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._walked.connect(self._on_walked)
        self._pasted: tempfile.TemporaryDirectory[str] | None = None
        self._pasted_count = 0

    def take(self, given: Iterable[Path]) -> None:
        """Look for photos in files and folders; `found` or `nothing` answers."""
        self._pool.start(_Walk(tuple(given), self._walked.emit))

    def take_mime(self, data: QMimeData) -> bool:
        """Take what was dropped or pasted: files, folders or a picture. False if there is neither."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            self.take(files)
            return True
        image = QImage(data.imageData()) if data.hasImage() else QImage()
        if image.isNull():
            return False
        self.take([self._kept(image)])
        return True

    def shut_down(self) -> None:
        """Wait for a walk under way, and let pasted pictures go."""
        self._pool.clear()
        self._pool.waitForDone()
        if self._pasted is not None:
            self._pasted.cleanup()

    def has_pasted(self, path: Path) -> bool:
        """Whether a file is a pasted picture, which goes with the window."""
        return self._pasted is not None and path.is_relative_to(self._pasted.name)

    def _kept(self, image: QImage) -> Path:
        """A pasted picture as a file, so that it is worked on like any other."""
        if self._pasted is None:
            self._pasted = tempfile.TemporaryDirectory(prefix="gpen-desktop-pasted-")
        self._pasted_count += 1
        path = Path(self._pasted.name) / f"{self.tr('Pasted')} {self._pasted_count}.png"
        image.save(str(path))
        return path

    @Slot(object, object)
    def _on_walked(self, given: tuple[Path, ...], photos: list[Path]) -> None:
        (self.found if photos else self.nothing).emit(photos or given)


def can_take(data: QMimeData) -> bool:
    """Whether take_mime would take it."""
    return any(url.isLocalFile() for url in data.urls()) or data.hasImage()


class _Walk(QRunnable):
    def __init__(self, given: tuple[Path, ...], done: Callable[[tuple[Path, ...], list[Path]], object]) -> None:
        super().__init__()
        self._given = given
        self._done = done

    def run(self) -> None:
        photos = []
        given = [path.absolute() for path in self._given if not is_missing(path)]
        for found in find_photos(given, recursive=True):
            if found.problem is None:
                photos.append(found.path)
            else:
                _log.warning("%s", found.problem)
        self._done(self._given, photos)
