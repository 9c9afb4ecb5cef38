"""A window that things can be dropped onto."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from gpen_desktop.gui.album import file_intake
from gpen_desktop.gui.common.dropping import accept_copy


class DropWindow(QMainWindow):
    """Subclasses say what becomes of photos from other programs; what is dragged out of the window itself is not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)

    def show_droppable(self, is_over: bool) -> None:
        """Whether something that can be dropped is over the window."""
        raise NotImplementedError

    def take_dropped(self, data: QMimeData) -> bool:
        """Take it; False for what is no photo."""
        raise NotImplementedError

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is None and file_intake.can_take(event.mimeData()):
            accept_copy(event)
            self.show_droppable(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        accept_copy(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.show_droppable(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.show_droppable(False)
        if self.take_dropped(event.mimeData()):
            accept_copy(event)
