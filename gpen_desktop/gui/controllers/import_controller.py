"""Photos into the window: opened, dropped, pasted, recent ones, samples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gpen_desktop import paths
from gpen_desktop.core.output.file_names import is_missing
from gpen_desktop.core.photo_files.patience import NoAnswerError, answer_of
from gpen_desktop.core.photo_files.registry import SUPPORTED_SUFFIXES, is_supported
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.album.file_intake import FileIntake
from gpen_desktop.gui.common.desktop import pictures_folder
from gpen_desktop.gui.common.i18n import joined, message_text
from gpen_desktop.gui.common.notifications import Notification, NotificationQueue, Severity
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.work.workspace import Workspace
from gpen_desktop.messages import Message

_SUBJECT: Final = "nothing-found"
_UNREAD: Final = "folders-not-read"
_NAMED: Final = 3
"""So many of the folders that could not be read are told of by name."""
_RECENT: Final = 10
_GLANCE_S: Final = 0.3
"""How long the window waits to hear which of the recent photos are still there."""


@dataclass(frozen=True)
class LastAlbum:
    """photos: that were open, in their order. day: the last on which one was added or removed."""

    photos: tuple[Path, ...] = ()
    day: date = date.min


def _album_of(stored: str) -> LastAlbum:
    """What was stored; nothing if that cannot be read."""
    try:
        album = json.loads(stored)
        return LastAlbum(tuple(Path(str(name)) for name in album["photos"]), date.fromisoformat(album["day"]))
    except (ValueError, TypeError, KeyError):
        return LastAlbum()


class ImportController(QObject):
    """recent_changed: the list of recent photos is another.

    Attributes
    ----------
    last_album : the photos that were open the last time.
    """

    recent_changed = Signal()

    def __init__(
        self, workspace: Workspace, notifications: NotificationQueue, store: SettingsStore, window: QWidget
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._notifications = notifications
        self._store = store
        self._window = window
        self._intake = FileIntake(self)
        self.last_album = _album_of(str(store.get("window/album")))
        for changed in (workspace.album.rowsInserted, workspace.album.rowsRemoved):
            changed.connect(self._keep_album)
        self._intake.found.connect(self._on_found)
        self._intake.unread.connect(self._tell_unread)
        self._intake.nothing.connect(self._tell_nothing_found)
        self._intake.no_answer.connect(self._tell_no_answer)

    def shut_down(self) -> None:
        """Wait for what is under way; pasted pictures go."""
        self._intake.shut_down()

    def open_paths(self, given: list[Path]) -> None:
        """Open files and folders, with the folders in them."""
        self._intake.take(given)

    def open_mime(self, data: QMimeData) -> bool:
        """Open what was dropped or pasted; False if there is nothing to open in it."""
        return self._intake.take_mime(data)

    @Slot()
    def open(self) -> None:
        """Ask for photos."""
        endings = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in sorted(SUPPORTED_SUFFIXES))
        chosen, _ = QFileDialog.getOpenFileNames(
            self._window,
            self.tr("Open photos"),
            self._last_folder(),
            f"{self.tr('Photos')} ({endings});;{self.tr('All files')} (*)",
        )
        if chosen:
            self._store.set("window/open_folder", str(Path(chosen[0]).parent))
            self.open_paths([Path(name) for name in chosen])

    @Slot()
    def open_folder(self) -> None:
        """Ask for a folder of photos."""
        chosen = QFileDialog.getExistingDirectory(self._window, self.tr("Open a folder"), self._last_folder())
        if chosen:
            self._store.set("window/open_folder", chosen)
            self.open_paths([Path(chosen)])

    def _last_folder(self) -> str:
        """Where photos were opened last, first the pictures; home where that is gone: the dialog would take the name of
        a missing folder for a file's."""
        wanted = Path(str(self._store.get("window/open_folder")) or pictures_folder())
        try:
            is_there = answer_of(lambda _: wanted.is_dir(), _GLANCE_S)
        except OSError:  # no answer, or one that it may not be looked at
            is_there = False
        return str(wanted if is_there else Path.home())

    @Slot()
    def paste(self) -> None:
        """Open what is on the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None where nothing was ever put there
        if data is None or not self.open_mime(data):
            self._notifications.post(Notification(_SUBJECT, lambda: self.tr("There is no photo on the clipboard.")))

    @Slot(object)
    def open_sample(self, path: Path) -> None:
        self._workspace.add([path], is_sample=True)

    @Slot(object)
    def open_recent(self, path: Path) -> None:
        self.open_paths([path])

    @Slot()
    def open_last(self) -> None:
        """Open the photos of the last time, those that are still there."""
        self.open_paths(list(self.last_album.photos))

    @property
    def samples(self) -> list[Path]:
        """Photos that come with the program: one of each subject, which is the first word of their names; of several
        the last, among them the one whose scratches are asked about."""
        found = [path for path in sorted(paths.samples().iterdir()) if is_supported(path)]
        return sorted({path.stem.split("_")[0]: path for path in found}.values())

    @property
    def recent(self) -> list[Path]:
        """Photos opened of late that are still there, the latest first."""
        try:
            stored = json.loads(str(self._store.get("window/recent")))
        except ValueError:
            return []
        named = [Path(str(name)) for name in stored]
        try:
            return answer_of(lambda _: [path for path in named if not is_missing(path)], _GLANCE_S)
        except NoAnswerError:
            return []

    @Slot()
    def forget_recent(self) -> None:
        self._store.set("window/recent", "[]")
        self._store.set("window/album", "")
        self.last_album = LastAlbum()
        self.recent_changed.emit()

    @Slot()
    def _keep_album(self) -> None:
        """Samples and pasted pictures are not worth it, and an album that was emptied is no album."""
        photos = [str(item.path) for item in self._workspace.album if self._is_own(item)]
        if photos:
            stored = {"day": date.today().isoformat(), "photos": photos}
            self._store.set("window/album", json.dumps(stored, ensure_ascii=False))

    def _is_own(self, item: AlbumItem) -> bool:
        return not item.is_sample and not self._intake.has_pasted(item.path)

    @Slot(object)
    def _on_found(self, photos: list[Path]) -> None:
        self._workspace.add(photos)
        kept = [str(path) for path in dict.fromkeys([*photos[:_RECENT], *self.recent])][:_RECENT]
        self._store.set("window/recent", json.dumps(kept, ensure_ascii=False))
        self.recent_changed.emit()

    @Slot(object)
    def _tell_unread(self, problems: tuple[Message, ...]) -> None:
        """Photos in there would be missed only later, or never."""

        def text() -> str:
            more = len(problems) - _NAMED
            sentences = [message_text(problem) for problem in problems[:_NAMED]]
            return joined(sentences if more <= 0 else [*sentences, self.tr("And %n more.", "", more)])

        self._notifications.post(Notification(_UNREAD, text, severity=Severity.WARNING))

    @Slot(object)
    def _tell_nothing_found(self, why: Message) -> None:
        self._notifications.post(Notification(_SUBJECT, lambda: message_text(why)))

    @Slot(object)
    def _tell_no_answer(self, given: tuple[Path, ...]) -> None:
        def text() -> str:
            return self.tr("Could not look into {name}: the disk does not answer.").format(name=given[0].name)

        self._notifications.post(Notification(_SUBJECT, text, severity=Severity.WARNING))
