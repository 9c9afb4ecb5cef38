"""Everything about files in the window: opening, pasting, recent ones, exporting, dragging out, the file manager."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication, QImage
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from gpen_desktop import paths
from gpen_desktop.core.engine import export_plan
from gpen_desktop.core.engine.export import Exported, ExportOptions
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.registry import SUPPORTED_SUFFIXES, is_supported
from gpen_desktop.gui.album.album_model import AlbumItem, PhotoState
from gpen_desktop.gui.album.file_intake import FileIntake
from gpen_desktop.gui.common import reveal
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.work.workspace import ExportRound, Workspace

_RECENT = 10


class FileDesk(QObject):
    """recent_changed: the list of recent photos is another. nothing_found: what was looked through in vain.

    skipped: Path of a photo that was left out since its file exists. export_ended: how many were exported, and where.
    copied: the result is on the clipboard.
    """

    recent_changed = Signal()
    nothing_found = Signal(object)
    skipped = Signal(object)
    export_ended = Signal(int, object)
    copied = Signal()

    def __init__(self, workspace: Workspace, store: SettingsStore, window: QWidget) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._store = store
        self._window = window
        self._intake = FileIntake(self)
        self._drafts: tempfile.TemporaryDirectory[str] | None = None
        self._draft_count = 0
        self._intake.found.connect(self._on_found)
        self._intake.nothing.connect(self.nothing_found)
        workspace.drafted.connect(self._on_drafted)
        workspace.exports_ended.connect(self._on_exports_ended)

    def shut_down(self) -> None:
        """Wait for what is under way; temporary files go."""
        self._intake.shut_down()
        if self._drafts is not None:
            self._leave_picture(Path(self._drafts.name))
            self._drafts.cleanup()

    def _leave_picture(self, drafts: Path) -> None:
        """The file on the clipboard goes with the window; the picture stays for others to paste. What Python put there
        must not outlive Python either: Qt frees its clipboard after it."""
        clipboard = QGuiApplication.clipboard()
        if any(Path(url.toLocalFile()).is_relative_to(drafts) for url in clipboard.mimeData().urls()):
            clipboard.setImage(clipboard.image())

    # In

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
            self.nothing_found.emit(())

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
        return [path for name in stored if (path := Path(str(name))).is_file()]

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

    # Out

    @property
    def exportable(self) -> list[tuple[int, AlbumItem]]:
        """Photos that there can be a result of, with their numbers."""
        return [(n, item) for n, item in enumerate(self._workspace.album, 1) if item.state is not PhotoState.FAILED]

    @Slot()
    def export(self) -> None:
        """Ask how to export the photo on screen, and do it."""
        self._ask(wants_all=False)

    @Slot()
    def export_all(self) -> None:
        """Ask how to export all photos, and do it."""
        self._ask(wants_all=True)

    def _ask(self, wants_all: bool) -> None:
        items = self.exportable
        if not items:
            return
        current = next(((n, item) for n, item in items if item is self._workspace.current), None)
        dialog = ExportDialog(self._store, current, items, wants_all, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._on_answered)
        dialog.open()

    @Slot(int)
    def _on_answered(self, result: int) -> None:
        dialog = self.sender()
        if result == QDialog.DialogCode.Accepted:
            self.export_as(dialog.plan, list(dialog.items))

    def export_as(self, plan: ExportPlan, items: list[tuple[int, AlbumItem]]) -> None:
        """Export photos, each with its number. Raises OptionError for a pattern that gives no name."""
        for target in export_plan.targets(items, plan, self._workspace.album):
            if target.path is None:
                self.skipped.emit(target.item.path)
            else:
                self._workspace.export(target.item, target.path, plan.options)

    @Slot(object)
    def _on_exports_ended(self, ended: ExportRound) -> None:
        if ended.exported:
            self.export_ended.emit(len(ended.exported), ended.exported[-1].path)

    @Slot()
    def reveal(self) -> None:
        """Show the result in the file manager, or the photo if it was not exported."""
        item = self._workspace.current
        if item is not None:
            self.reveal_path(item.exported_to or item.path)

    def reveal_path(self, path: Path) -> None:
        """Show a file in the file manager."""
        if not reveal.in_file_manager(path):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))

    # To other programs

    @Slot(object)
    def drag_out(self, item: AlbumItem) -> None:
        """Begin dragging a photo's result to another program, once it is made."""
        self._draft(item, "drag")

    @Slot()
    def copy(self) -> None:
        """Put the result of the photo on screen on the clipboard, once it is made."""
        if self._workspace.current is not None:
            self._draft(self._workspace.current, "copy")

    def _draft(self, item: AlbumItem, use: str) -> None:
        if item.state is PhotoState.FAILED:
            return
        if self._drafts is None:
            self._drafts = tempfile.TemporaryDirectory(prefix="gpen-desktop-result-")
        self._draft_count += 1
        name = export_plan.file_name(str(self._store.get("export/pattern")), item, 1)
        folder = Path(self._drafts.name) / str(self._draft_count)  # so that none has to take another's place
        self._workspace.export(item, folder / f"{name}{item.path.suffix}", ExportOptions(), draft_for=use)

    @Slot(object, object, str)
    def _on_drafted(self, _item: AlbumItem, exported: Exported, use: str) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(exported.path))])
        if use == "copy":
            data.setImageData(QImage(str(exported.path)))
            QGuiApplication.clipboard().setMimeData(data)
            self.copied.emit()
        elif QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            drag = QDrag(self._window)
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)
