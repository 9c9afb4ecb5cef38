"""A list to choose from in the theme's colours. A choice that does not fit ends in '…', its full text is a tooltip;
opened, the list is as wide as its texts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionComboBox, QStylePainter, QWidget

_PADDING = 4
_AROUND_ROWS = 12
"""Of the opened list, in all: its border, padding and the room that a row keeps free, px."""


class ComboBox(QComboBox):
    """May be narrower than its texts. A tooltip of its own goes before the full text. The wheel scrolls what it lies in
    and changes nothing that happens to be under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # the style's own delegate paints the rows as a menu of the system's; this one as the style sheet says
        self.setItemDelegate(QStyledItemDelegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def shown_text(self) -> str:
        """The present choice as far as it fits."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, field.width() - _PADDING)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def showPopup(self) -> None:
        self.view().setMinimumWidth(max(self.width(), self.view().sizeHintForColumn(0) + _AROUND_ROWS))
        super().showPopup()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and not self._has_own_tip:
            self.setToolTip(self.currentText() if self.shown_text != self.currentText() else "")
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.shown_text
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    @property
    def _has_own_tip(self) -> bool:
        return bool(self.toolTip()) and self.toolTip() != self.currentText()
