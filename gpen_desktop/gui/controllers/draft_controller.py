"""Results for other programs: on the clipboard, or dragged out. Each is a draft: the photo stays unsaved.

A drag can only begin with files that are there. So they are made while the button is held, and kept: where it is let go
before, that is said, and the next drag begins at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDrag, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from gpen_desktop.core.engine import export_plan
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.export import Exported, ExportOptions
from gpen_desktop.errors import OptionError
from gpen_desktop.gui.album.album_model import AlbumItem, PhotoState
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.i18n import error_text
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from gpen_desktop.gui.common.own_folder import OwnFolder
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.work.worker import ExportJob
from gpen_desktop.gui.work.workspace import Workspace

_COPY: Final = "copy"
_DRAG: Final = "drag"
_SUBJECT: Final = "draft"


class DraftController(QObject):
    """copied: a result is on the clipboard."""

    copied = Signal()

    def __init__(
        self, workspace: Workspace, notifications: NotificationQueue, store: SettingsStore, window: QWidget
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._notifications = notifications
        self._store = store
        self._window = window
        self._folder: OwnFolder | None = None
        self._count = 0
        self._made: dict[int, tuple[Edits, Path]] = {}
        self._dragged: list[AlbumItem] = []
        workspace.exports.drafted.connect(self._on_drafted)
        workspace.exports.draft_failed.connect(self._on_failed)

    def shut_down(self) -> None:
        """Drafts go with the window."""
        if self._folder is not None:
            self._leave_picture(self._folder.path)
            self._folder.close()

    @Slot(object)
    def drag_out(self, items: Sequence[AlbumItem]) -> None:
        """Begin dragging photos' results to another program, once all are made."""
        self._dragged = [item for item in items if item.state is not PhotoState.FAILED]
        for item in self._dragged:
            if self._made_of(item) is None:
                self._draft(item, _DRAG)
        self._drag_if_made(was_made=True)

    @Slot()
    def copy(self) -> None:
        """Put the result of the photo on screen on the clipboard, once it is made."""
        if self._workspace.current is not None:
            self.copy_item(self._workspace.current)

    def copy_item(self, item: AlbumItem) -> None:
        """The same of any photo."""
        self._draft(item, _COPY)

    def _draft(self, item: AlbumItem, use: str) -> None:
        if item.state is PhotoState.FAILED:
            return
        if self._folder is None:
            self._folder = OwnFolder("result")
        number = self._workspace.album.row_of(item) + 1
        try:
            name = export_plan.file_name(str(self._store.get("export/pattern")), item, number)
        except OptionError as error:
            what, todo = error.what, error.todo  # 'error' itself ends here
            self._tell(lambda: error_text(what, todo))
            return
        self._count += 1
        folder = self._folder.path / str(self._count)  # so that none has to take another's place
        self._workspace.exports.export(
            item, folder / f"{name}{item.path.suffix}", ExportOptions(companions=False), draft_for=use
        )

    @Slot(object, object, str)
    def _on_drafted(self, item: AlbumItem, exported: Exported, use: str) -> None:
        if use == _COPY:
            self._copy(exported.path)
        elif use == _DRAG:
            self._made[item.id] = (item.edits, exported.path)
            self._drag_if_made(was_made=False)

    def _made_of(self, item: AlbumItem) -> Path | None:
        """The file of a photo as it is edited now, if there is one."""
        edits, path = self._made.get(item.id, (None, None))
        return path if edits == item.edits else None

    @Slot(object, object, object)
    def _on_failed(self, _item: AlbumItem, failure: Failure, job: ExportJob) -> None:
        again = partial(self._workspace.exports.again, job)
        self._tell(lambda: failure.text, NotificationButton("retry", lambda: self.tr("Try again"), again))

    def _tell(self, say: Callable[[], str], *buttons: NotificationButton) -> None:
        self._notifications.post(Notification(_SUBJECT, say, buttons, Severity.ERROR))

    def _copy(self, file: Path) -> None:
        data = _file_data(file)
        data.setImageData(QImage(str(file)))
        QGuiApplication.clipboard().setMimeData(data)
        self._notifications.post(Notification(_SUBJECT, lambda: self.tr("The result is on the clipboard.")))
        self.copied.emit()

    def _drag_if_made(self, was_made: bool) -> None:
        """was_made: whether the files were there when the drag was asked for, so that the button is surely held."""
        files = [file for item in self._dragged if (file := self._made_of(item)) is not None]
        if not files or len(files) < len(self._dragged):
            return
        self._dragged = []
        if was_made or QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            drag = QDrag(self._window)
            drag.setMimeData(_file_data(*files))
            drag.exec(Qt.DropAction.CopyAction)
        else:
            self._notifications.post(
                Notification(_SUBJECT, lambda: self.tr("The result is ready now: drag it out again."))
            )

    def _leave_picture(self, drafts: Path) -> None:
        """The file on the clipboard goes with the window; the picture stays for others to paste. What Python put there
        must not outlive Python either: Qt frees its clipboard after it."""
        clipboard = QGuiApplication.clipboard()
        data: QMimeData | None = clipboard.mimeData()  # None where nothing was ever put there
        if data is not None and any(Path(url.toLocalFile()).is_relative_to(drafts) for url in data.urls()):
            clipboard.setImage(clipboard.image())


def _file_data(*files: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return data
