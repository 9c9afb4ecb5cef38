"""Sentences that stand in the window, above the photo, with at most a few buttons; never a box in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from gpen_desktop.gui.common import icons, theme


@dataclass(frozen=True)
class Answer:
    """A button of a strip. key: what `answered` says. is_main: the likeliest one."""

    key: str
    text: str
    is_main: bool = False


_ICONS = {
    "strip": ("info", "muted"),
    "strip-warning": ("triangle-alert", "warning_text"),
    "strip-error": ("circle-alert", "error_text"),
}


class MessageStrip(QFrame):
    """One sentence and its buttons. answered: the subject it was shown for and the key of a button; '' for closed."""

    answered = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject = ""
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons: list[QPushButton] = []
        self._close = QToolButton()
        self._close.setIcon(icons.icon("x", "muted"))
        self._close.setIconSize(QSize(16, 16))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2 * theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        self._row.setSpacing(theme.GRID)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self._close)
        self._close.clicked.connect(self._on_close)
        self.hide()

    @property
    def subject(self) -> str:
        """What the strip speaks of now; '' when it is hidden."""
        return self._subject if not self.isHidden() else ""

    @property
    def text(self) -> str:
        return self._text.text()

    def show_message(
        self, subject: str, text: str, answers: Sequence[Answer] = (), role: str = "strip", closable: bool = True
    ) -> None:
        """Say a sentence. role: 'strip', 'strip-warning' or 'strip-error'."""
        self._subject = subject
        theme.set_role(self, role)
        name, tint = _ICONS[role]
        self._icon.setPixmap(icons.pixmap(name, theme.ICON, self.devicePixelRatioF(), tint))
        self._text.setText(text)
        self._close.setVisible(closable)
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close"))
        for button in self._buttons:
            button.deleteLater()
        self._buttons = [self._button(answer) for answer in answers]
        self.setAccessibleName(text)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def button(self, key: str) -> QPushButton:
        """The button of an answer."""
        return next(button for button in self._buttons if button.objectName() == key)

    def dismiss(self, subject: str = "") -> None:
        """Hide; with a subject, only if it is what the strip speaks of."""
        if not subject or subject == self._subject:
            self._subject = ""
            self.hide()

    def _button(self, answer: Answer) -> QPushButton:
        button = QPushButton(answer.text)
        button.setObjectName(answer.key)
        theme.set_role(button, "primary" if answer.is_main else "quiet")
        button.clicked.connect(self._on_button)
        self._row.insertWidget(self._row.count() - 1, button)
        return button

    @Slot()
    def _on_button(self) -> None:
        sender: QObject = self.sender()
        subject, key = self._subject, sender.objectName()
        self.dismiss()
        self.answered.emit(subject, key)

    @Slot()
    def _on_close(self) -> None:
        subject = self._subject
        self.dismiss()
        self.answered.emit(subject, "")
