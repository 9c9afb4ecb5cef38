"""Two small lists over the photo, from which what is compared is picked: at the left and at the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from gpen_desktop.gui.common import i18n, icons, theme
from gpen_desktop.gui.common.combo_box import ComboBox
from gpen_desktop.gui.common.focus import leave_to_tab
from gpen_desktop.gui.viewer.compare_view import CompareView

ORIGINAL: Final = ""
"""At the left, in place of a model's name: the photo as it was."""

_MARGIN: Final = 12
_TITLE: Final = 300
"""Wide enough for every title, px."""


class _Side(QFrame):
    """A list, and a word on whether what is picked is still being made."""

    picked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.set_role(self, "card")
        self.combo = ComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(12)
        self.combo.activated.connect(self._on_activated)
        self.working = QLabel()
        self.working.hide()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(theme.GRID // 2, theme.GRID // 2, theme.GRID // 2, theme.GRID // 2)
        self.row.setSpacing(theme.GRID)
        self.row.addWidget(self.combo)
        self.row.addWidget(self.working)

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self.picked.emit(self.combo.itemData(row))


class ComparisonBar(QObject):
    """Floats over `view`. picked: a side (0 left, 1 right) and the model's name, or ORIGINAL, by the user. ended:
    nothing is to be compared any more."""

    picked = Signal(int, str)
    ended = Signal()

    def __init__(self, view: CompareView) -> None:
        super().__init__(view)
        self._view = view
        self._corner = view.second_corner
        self.sides = (_Side(view), _Side(view))
        for number, side in enumerate(self.sides):
            side.picked.connect(partial(self.picked.emit, number))
        self.close = QToolButton()
        self.close.setIcon(icons.icon("x"))
        self.close.setIconSize(QSize(theme.ICON, theme.ICON))
        self.close.clicked.connect(self.ended)
        self.sides[1].row.addWidget(self.close)
        for side in self.sides:
            leave_to_tab(side)
        self.show(False)
        view.installEventFilter(self)
        self._say()
        i18n.follow(self._say)

    def offer(self, models: Sequence[tuple[str, str]], chosen: Sequence[str]) -> None:
        """(name, title) of what can be picked; at the left the photo as it was, too. chosen: left and right."""
        rows = [(ORIGINAL, self.tr("Before")), *models]
        for side, name, offered in zip(self.sides, chosen, (rows, models), strict=True):
            side.combo.clear()
            for each, title in offered:
                side.combo.addItem(title, each)
            side.combo.setCurrentIndex(max(0, side.combo.findData(name)))
        self._place()

    def show_working(self, working: Sequence[bool]) -> None:
        """Which of the sides is still being made."""
        for side, is_working in zip(self.sides, working, strict=True):
            side.working.setVisible(is_working)
        self._place()

    def show(self, is_shown: bool) -> None:
        for side in self.sides:
            side.setVisible(is_shown)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self._place()
        elif watched is self._view and event.type() == QEvent.Type.Paint and self._corner != self._view.second_corner:
            QTimer.singleShot(0, self._place)  # before and after share the view otherwise now
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        """In the upper corners, as wide as there is room; the right one with its pane, where that is the lower."""
        self._corner = self._view.second_corner
        room = self._view.width() // 2 - 2 * _MARGIN
        height = max(side.sizeHint().height() for side in self.sides)
        for side in self.sides:
            side.resize(min(room, max(_TITLE, side.sizeHint().width())), height)
        left, right = self.sides
        left.move(_MARGIN, _MARGIN)
        right.move(self._view.width() - _MARGIN - right.width(), _MARGIN + round(self._corner.y()))

    def _say(self) -> None:
        names = (self.tr("Left: compared"), self.tr("Right: compared"))
        for side, name in zip(self.sides, names, strict=True):
            side.combo.setAccessibleName(name)
            side.working.setText(self.tr("Restoring…"))
            original = side.combo.findData(ORIGINAL)
            if original >= 0:
                side.combo.setItemText(original, self.tr("Before"))
        self.close.setToolTip(self.tr("Stop comparing"))
        self.close.setAccessibleName(self.tr("Stop comparing"))
        self._place()
