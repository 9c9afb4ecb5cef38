"""A slider with its name, its value to read and to type, and a mark at a value to come back to."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSlider, QStyle, QStyleOptionSlider, QWidget

from gpen_desktop.gui.common import theme
from gpen_desktop.gui.common.tips import set_tip

_FIELD_WIDTH: Final = 66


class _MarkedSlider(QSlider):
    """Double-click resets; a click jumps to where it points."""

    reset = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.mark: int | None = None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.mark is not None and self.mark != self.value():
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            handle = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            room = self.width() - handle.width()
            x = handle.width() / 2 + room * (self.mark - self.minimum()) / max(1, self.maximum() - self.minimum())
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.tokens().muted if self.isEnabled() else theme.tokens().line))
            painter.drawEllipse(QPointF(x, self.height() / 2 + 8), 1.75, 1.75)
            painter.end()
        super().paintEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(event.position().toPoint()):
            room = max(1, self.width() - handle.width())
            at = round(event.position().x() - handle.width() / 2)
            self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, room))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset.emit()


class ValueField(QLineEdit):
    """A number to type, with its unit behind it. typed: the number, once it is entered.

    steps: of the value in one of the unit that is read and typed; of more than one, a decimal is shown. unit: in words,
    '' for none. lowest_word: as ValueSlider.set_text takes it.
    """

    typed = Signal(int)

    def __init__(self, limits: tuple[int, int], steps: int = 1) -> None:
        super().__init__()
        self._limits = limits
        self._steps = steps
        self._value = limits[0]
        self.unit = self.lowest_word = ""
        theme.set_role(self, "value")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(_FIELD_WIDTH)
        self.setFont(theme.tabular(self.font()))
        self.editingFinished.connect(self._on_finished)
        self.returnPressed.connect(self.clearFocus)

    @property
    def value(self) -> int:
        return self._value

    def set_limits(self, limits: tuple[int, int]) -> None:
        """The lowest and the highest number that can be typed."""
        self._limits = limits

    def set_value(self, value: int) -> None:
        self._value = value
        is_word = bool(self.lowest_word) and value == self._limits[0]
        number = f"{value / self._steps:.1f}".replace("-", "−") if self._steps > 1 else str(value)
        unit = self.unit if self.unit in ("", "°") else f" {self.unit}"
        self.setText(self.lowest_word if is_word else f"{number}{unit}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self._enter(self._value + step)
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self.set_value(self._value)  # gives up what was typed, and nothing else yet
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.hasSelectedText():
            self.selectAll()

    @Slot()
    def _on_finished(self) -> None:
        typed = re.search(r"-?\d+([.,]\d+)?", self.text().replace("−", "-"))
        self._enter(round(float(typed[0].replace(",", ".")) * self._steps) if typed else self._value)

    def _enter(self, value: int) -> None:
        value = max(self._limits[0], min(self._limits[1], value))
        is_other = value != self._value
        self.set_value(value)
        if is_other:
            self.typed.emit(value)


class ValueSlider(QWidget):
    """One number.

    changed: the value, by the user. held: whether the slider's handle is held. Arrow keys move by 1, page keys by 10.
    """

    changed = Signal(int)
    held = Signal(bool)
    reset = Signal()

    def __init__(
        self,
        limits: tuple[int, int] = (0, 100),
        slider_end: int | None = None,
        parent: QWidget | None = None,
        steps: int = 1,
    ) -> None:
        """slider_end: where the slider ends, if before the highest of `limits`; larger numbers are typed. steps: of the
        slider in one of the unit; values are counted in them."""
        super().__init__(parent)
        self._label = QLabel()
        self._field = ValueField(limits, steps)
        self._slider = _MarkedSlider()
        self._field.set_value(limits[0])
        self._slider.setRange(limits[0], slider_end or limits[1])
        self._slider.setSingleStep(1)
        self._slider.setPageStep(10)
        self._label.setBuddy(self._field)
        self._label.installEventFilter(self)
        self._slider.installEventFilter(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GRID)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._label, 0, 0)
        grid.addWidget(self._field, 0, 1)
        grid.addWidget(self._slider, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self._slider.valueChanged.connect(self._on_slider)
        self._field.typed.connect(self._on_field)
        self._slider.sliderPressed.connect(self._on_pressed)
        self._slider.sliderReleased.connect(self._on_released)
        self._slider.reset.connect(self.reset)
        self.setFocusProxy(self._slider)

    @property
    def slider(self) -> QSlider:
        """The handle on its line."""
        return self._slider

    @property
    def field(self) -> QLineEdit:
        """The number to type."""
        return self._field

    def value(self) -> int:
        return self._field.value

    def set_value(self, value: int) -> None:
        """Show a value without saying that it changed."""
        with QSignalBlocker(self._slider):
            self._slider.setValue(value)
        self._field.set_value(value)
        self._slider.update()

    def set_mark(self, value: int | None) -> None:
        """Mark the value that a double-click goes back to."""
        self._slider.mark = value
        self._slider.update()

    def set_text(self, label: str, help_text: str = "", lowest_word: str = "", unit: str = "") -> None:
        """Name the number. lowest_word: how the lowest one reads, where it is not meant as a number. unit: in the
        window's language."""
        self._field.lowest_word, self._field.unit = lowest_word, unit
        self._field.set_value(self._field.value)
        self._label.setText(label)
        self._slider.setAccessibleName(label)
        self._field.setAccessibleName(label)
        set_tip(self, help_text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and watched is self._slider:
            event.ignore()  # a wheel meant for the panel must not change a value that happens to be under the mouse
            return True
        if event.type() == QEvent.Type.MouseButtonDblClick and watched is self._label:
            self.reset.emit()
            return True
        return super().eventFilter(watched, event)

    @Slot(int)
    def _on_slider(self, value: int) -> None:
        self._field.set_value(value)
        self.changed.emit(value)

    @Slot(int)
    def _on_field(self, value: int) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(value)
        self._slider.update()
        self.changed.emit(value)

    @Slot()
    def _on_pressed(self) -> None:
        self.held.emit(True)

    @Slot()
    def _on_released(self) -> None:
        self.held.emit(False)
