"""Small controls that the panels share: one of several side by side, a section that folds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop.gui.common import icons, theme
from gpen_desktop.gui.common.tips import set_tip


class Segments(QWidget):
    """One of a few values. chosen: the value, by the user."""

    chosen = Signal(object)

    def __init__(self, values: Sequence[object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = tuple(values)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for number in range(len(self._values)):
            button = QPushButton()
            button.setCheckable(True)
            button.setAutoDefault(False)  # in a dialog, Enter is not for choosing it
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            role = {0: "segment-first", len(self._values) - 1: "segment-last"}.get(number, "segment")
            theme.set_role(button, role)
            self._group.addButton(button, number)
            row.addWidget(button, 1)
        self._group.idClicked.connect(self._on_clicked)

    def set_texts(self, name: str, texts: Sequence[str], helps: Sequence[str] = ()) -> None:
        """Name the whole and each value."""
        self.setAccessibleName(name)
        for number, text in enumerate(texts):
            button = self._group.button(number)
            button.setText(text)
            button.setAccessibleName(self.tr("{name}: {choice}").format(name=name, choice=text))
            set_tip(button, helps[number] if helps else "")

    def set_value(self, value: object) -> None:
        """Show a value; one that is not among the values shows none."""
        with QSignalBlocker(self._group):
            if value in self._values:
                self._group.button(self._values.index(value)).setChecked(True)
                return
            self._group.setExclusive(False)
            for button in self._group.buttons():
                button.setChecked(False)
            self._group.setExclusive(True)

    def button(self, value: object) -> QAbstractButton:
        return self._group.button(self._values.index(value))

    @property
    def last_button(self) -> QAbstractButton:
        """After which Tab leaves them."""
        return self._group.buttons()[-1]

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.chosen.emit(self._values[number])


class Section(QWidget):
    """A heading that folds what is under it."""

    def __init__(self, body: QWidget, is_open: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = QToolButton()
        self._head.setCheckable(True)
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setIconSize(QSize(14, 14))
        self._head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.set_role(self._head, "section")
        self._body = body
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self._head)
        column.addWidget(body)
        self._head.toggled.connect(self._show)
        self._head.setChecked(is_open)
        self._show(is_open)

    @property
    def is_open(self) -> bool:
        return self._head.isChecked()

    def set_open(self, is_open: bool) -> None:
        self._head.setChecked(is_open)

    def set_text(self, text: str) -> None:
        self._head.setText(text)
        self._head.setAccessibleName(text)

    @Slot(bool)
    def _show(self, is_open: bool) -> None:
        self._body.setVisible(is_open)
        self._head.setIcon(icons.icon("chevron-down" if is_open else "chevron-right", "muted"))
