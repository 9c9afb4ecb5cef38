"""What stands in a photo's place while its file cannot be read."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gpen_desktop.gui.common import i18n, icons, theme
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.i18n import joined, message_text
from gpen_desktop.gui.common.wrapped_label import WrappedLabel

_WIDEST: Final = 480
_NARROWEST: Final = 160


class UnreadablePage(QScrollArea):
    """What happened, what can be done, and buttons for it, one below the other where it is narrow. retry_wanted: read
    it again. remove_wanted: take it out of the album."""

    retry_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._failure: Failure | None = None
        self._picture = QLabel()
        self._what, self._todo = WrappedLabel(), WrappedLabel()
        self._what.setFont(theme.large(self._what.font()))
        for words in (self._what, self._todo):
            words.setMinimumWidth(_NARROWEST)  # of its own accord Qt keeps a label that wraps much wider
        theme.set_role(self._todo, "canvas-muted")
        for label in (self._picture, self._what, self._todo):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._details, self._remove, self._retry = QPushButton(), QPushButton(), QPushButton()
        theme.set_role(self._details, "quiet")
        self._ways = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lay_out()
        self._details.clicked.connect(self._on_details)
        self._remove.clicked.connect(self.remove_wanted)
        self._retry.clicked.connect(self.retry_wanted)
        self._say()
        i18n.follow(self._say)
        theme.follow(self._show_picture)
        theme.set_role(self, "canvas")  # last: it sends events to this very object

    @property
    def text(self) -> str:
        """What happened and what can be done, in words."""
        return joined((self._what.text(), self._todo.text()))

    @property
    def retry_button(self) -> QPushButton:
        return self._retry

    @property
    def remove_button(self) -> QPushButton:
        return self._remove

    def show_failure(self, failure: Failure) -> None:
        """Say what went wrong with the photo on screen."""
        if failure is not self._failure:
            self._failure = failure
            self._say()
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _lay_out(self) -> None:
        words = QWidget()
        words.setMaximumWidth(_WIDEST)
        inside = QVBoxLayout(words)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.GRID)
        for label in (self._picture, self._what, self._todo):
            inside.addWidget(label)
        inside.addSpacing(theme.GRID)
        self._ways.setSpacing(theme.GRID)
        for button in self._buttons:
            self._ways.addWidget(button)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._ways)
        row.addStretch(1)
        inside.addLayout(row)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(words, 100)
        middle.addStretch(1)
        body = QWidget()
        theme.set_role(body, "canvas")
        self.setWidget(body)
        column = QVBoxLayout(body)
        column.setContentsMargins(*[2 * theme.GRID] * 4)
        column.addStretch(2)
        column.addLayout(middle)
        column.addStretch(3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stack_buttons()

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return self._details, self._remove, self._retry

    def _stack_buttons(self) -> None:
        wide = sum(button.sizeHint().width() + theme.GRID for button in self._buttons if not button.isHidden())
        is_narrow = self.width() < wide + 4 * theme.GRID
        ways = QBoxLayout.Direction
        self._ways.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)

    def _say(self) -> None:
        self._remove.setText(self.tr("Remove from the album"))
        self._retry.setText(self.tr("Try again"))
        self._details.setText(self.tr("Copy details"))
        self._show_picture()
        if self._failure is None:
            return
        self._details.setVisible(bool(self._failure.details))
        self._what.setText(message_text(self._failure.what))
        otherwise = self.tr("Try again once it can be read, or remove it from the album; the file itself stays.")
        self._todo.setText(message_text(self._failure.todo) if self._failure.todo is not None else otherwise)
        self.setAccessibleName(self.text)
        self._stack_buttons()

    def _show_picture(self) -> None:
        self._picture.setPixmap(icons.pixmap("circle-alert", 32, self.devicePixelRatioF(), "canvas_muted"))

    @Slot()
    def _on_details(self) -> None:
        if self._failure is not None:
            QGuiApplication.clipboard().setText(self._failure.details)
