"""A window that things can be dropped onto."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QMainWindow, QVBoxLayout, QWidget

from gpen_desktop.gui.album import file_intake
from gpen_desktop.gui.common import i18n, theme
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


class DropHint(QFrame):
    """A frame over `host`, shown while photos that can be dropped are over the window: where they go."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.set_role(self, "drop-over")
        self._text = QLabel()
        theme.set_role(self._text, "drop-over")
        QVBoxLayout(self).addWidget(self._text, 0, Qt.AlignmentFlag.AlignCenter)
        self._say()
        i18n.follow(self._say)
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setGeometry(self._host.rect().adjusted(theme.GRID, theme.GRID, -theme.GRID, -theme.GRID))
        self.raise_()

    def _say(self) -> None:
        self._text.setText(self.tr("Drop to add to the album"))
