"""What is dropped, opened or pasted -> paths of photos. Folders are walked off the main thread."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage

from gpen_desktop.core.batch.album import find_photos
from gpen_desktop.core.output.file_names import is_missing
from gpen_desktop.core.output.journal import JOURNAL_NAME
from gpen_desktop.core.photo_files.patience import NoAnswerError, answer_of, waiting_while
from gpen_desktop.core.photo_files.reading import PATIENCE_S
from gpen_desktop.core.photo_files.registry import FORMATS
from gpen_desktop.errors import Cancelled
from gpen_desktop.gui.common.failure import from_exception
from gpen_desktop.gui.common.own_folder import OwnFolder
from gpen_desktop.messages import Message, listed, say

_log = logging.getLogger(__name__)


class FileIntake(QObject):
    """found: photos (list of Path) in what was given. unread: folders among it could not be read, and why (a Message
    each). nothing: there are no photos, and why (Message). no_answer: what could not be looked through, as its disk
    does not answer."""

    found = Signal(object)
    unread = Signal(object)
    nothing = Signal(object)
    no_answer = Signal(object)

    _walked = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._is_closed = threading.Event()
        self._walked.connect(self._on_walked)
        self._pasted: OwnFolder | None = None
        self._pasted_count = 0

    def take(self, given: Iterable[Path]) -> None:
        """Look for photos in files and folders; `found` or `nothing` answers."""
        self._pool.start(_Walk(tuple(given), self._walked.emit, self._is_closed))

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
        """Give up a walk under way, and let pasted pictures go."""
        self._is_closed.set()
        self._pool.clear()
        self._pool.waitForDone()
        if self._pasted is not None:
            self._pasted.close()

    def has_pasted(self, path: Path) -> bool:
        """Whether a file is a pasted picture, which goes with the window."""
        return self._pasted is not None and path.is_relative_to(self._pasted.path)

    def _kept(self, image: QImage) -> Path:
        """A pasted picture as a file, so that it is worked on like any other."""
        if self._pasted is None:
            self._pasted = OwnFolder("pasted")
        self._pasted_count += 1
        path = self._pasted.path / f"{self.tr('Pasted')} {self._pasted_count}.png"
        image.save(str(path))
        return path

    @Slot(object, object)
    def _on_walked(self, given: tuple[Path, ...], walked: _Walked | Message | None) -> None:
        if walked is None:
            self.no_answer.emit(given)
        elif isinstance(walked, Message):
            self.nothing.emit(walked)
        else:
            self.found.emit(walked.photos)
            if walked.problems:
                self.unread.emit(walked.problems)


@dataclass(frozen=True)
class _Walked:
    """At least one photo, and why folders beside it could not be read."""

    photos: list[Path]
    problems: tuple[Message, ...]


def can_take(data: QMimeData) -> bool:
    """Whether take_mime would take it."""
    return any(url.isLocalFile() for url in data.urls()) or data.hasImage()


def _photos_in(given: tuple[Path, ...], tick: Callable[[], None]) -> _Walked | Message:
    """The photos; if there are none, why: of several reasons the first."""
    photos, problems = [], []
    for found in find_photos([path.absolute() for path in given if not is_missing(path)], recursive=True):
        tick()
        if found.problem is None:
            photos.append(found.path)
        else:
            _log.warning("%s", found.problem)
            problems.append(found.problem)
    if photos:
        return _Walked(photos, tuple(problems))
    return problems[0] if problems else _why_none(given[0], tick)


def _why_none(path: Path, tick: Callable[[], None]) -> Message:
    """Why nothing was found in a folder that may be read; or that it is gone."""
    if is_missing(path):
        return say(
            "opened-gone", "'{name}' is not there: it was moved or renamed, or its disk is away.", name=path.name
        )
    count, has_results = 0, False
    for folder, inner, files in os.walk(path):
        tick()
        if JOURNAL_NAME in files and folder != str(path):
            has_results = True
            inner.clear()
        else:
            count += sum(not name.startswith(".") for name in files)
    if count:
        kinds = listed(format.name for format in FORMATS)
        return say(
            "opened-other-kinds",
            "No file in '{name}' is of a kind that can be opened. These are: {kinds}.",
            name=path.name,
            kinds=kinds,
        )
    if has_results:
        return say("opened-results", "In '{name}' there are only results; open their folder itself.", name=path.name)
    return say("opened-empty", "The folder '{name}' is empty.", name=path.name)


class _Walk(QRunnable):
    def __init__(
        self,
        given: tuple[Path, ...],
        done: Callable[[tuple[Path, ...], _Walked | Message | None], object],
        is_closed: threading.Event,
    ) -> None:
        super().__init__()
        self._given = given
        self._done = done
        self._is_closed = is_closed

    def run(self) -> None:
        try:
            with waiting_while(lambda: not self._is_closed.is_set()):
                found = answer_of(lambda tick: _photos_in(self._given, tick), PATIENCE_S)
        except Cancelled:
            return
        except NoAnswerError:
            self._done(self._given, None)
        except Exception as error:  # told; a walk that ends in silence would look as if nothing had been dropped
            self._done(self._given, from_exception(error, self._given[0]).what)
        else:
            self._done(self._given, found)
