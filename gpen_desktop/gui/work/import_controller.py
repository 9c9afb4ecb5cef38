"""Photos into the window: opened, dropped, pasted, recent ones, samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gpen_desktop import paths
from gpen_desktop.core.engine.file_names import is_missing
from gpen_desktop.core.photo_files.registry import SUPPORTED_SUFFIXES, is_supported
from gpen_desktop.gui.album.file_intake import FileIntake
from gpen_desktop.gui.common.notifications import Notification, NotificationQueue
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.work.workspace import Workspace

_RECENT: Final = 10


class ImportController(QObject):
    """recent_changed: the list of recent photos is another."""

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
        self._intake.found.connect(self._on_found)
        self._intake.nothing.connect(self._tell_nothing_found)

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
            str(self._store.get("window/open_folder")),
            f"{self.tr('Photos')} ({endings});;{self.tr('All files')} (*)",
        )
        if chosen:
            self._store.set("window/open_folder", str(Path(chosen[0]).parent))
            self.open_paths([Path(name) for name in chosen])

    @Slot()
    def open_folder(self) -> None:
        """Ask for a folder of photos."""
        chosen = QFileDialog.getExistingDirectory(
            self._window, self.tr("Open a folder"), str(self._store.get("window/open_folder"))
        )
        if chosen:
            self._store.set("window/open_folder", chosen)
            self.open_paths([Path(chosen)])

    @Slot()
    def paste(self) -> None:
        """Open what is on the clipboard."""
        if not self.open_mime(QGuiApplication.clipboard().mimeData()):
            self._tell_nothing_found(())

    @Slot(object)
    def open_sample(self, path: Path) -> None:
        self._workspace.add([path], is_sample=True)

    @property
    def samples(self) -> list[Path]:
        """Photos that come with the program."""
        return [path for path in sorted(paths.samples().iterdir()) if is_supported(path)]

    @property
    def recent(self) -> list[Path]:
        """Photos opened of late that are still there, the latest first."""
        try:
            stored = json.loads(str(self._store.get("window/recent")))
        except ValueError:
            return []
        return [path for name in stored if not is_missing(path := Path(str(name)))]

    @Slot()
    def forget_recent(self) -> None:
        self._store.set("window/recent", "[]")
        self.recent_changed.emit()

    @Slot(object)
    def _on_found(self, photos: list[Path]) -> None:
        self._workspace.add(photos)
        kept = [str(path) for path in dict.fromkeys([*photos[:_RECENT], *self.recent])][:_RECENT]
        self._store.set("window/recent", json.dumps(kept, ensure_ascii=False))
        self.recent_changed.emit()

    @Slot(object)
    def _tell_nothing_found(self, given: tuple[Path, ...]) -> None:
        if given:
            text = self.tr("No photos found in {name}.").format(name=given[0].name)
        else:
            text = self.tr("There is no photo on the clipboard.")
        self._notifications.post(Notification("nothing-found", text))
