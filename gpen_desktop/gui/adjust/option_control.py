"""A control for a declared option: what it looks like follows from the option's type."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from gpen_desktop.core.options import AUTOMATIC_PERCENT, PERCENT, Option, Value
from gpen_desktop.gui.adjust.controls import Segments
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.common.i18n import setting_text
from gpen_desktop.gui.common.tips import set_tip


class OptionControl(QWidget):
    """Shows one option's value. changed: the option and its value, by the user. held: a slider is held.

    Attributes
    ----------
    option : what it shows. control : the widget inside.
    """

    changed = Signal(object, object)
    held = Signal(bool)

    def __init__(self, option: Option, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.option = option
        self.control = control
        self._usual = option.default
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(control)
        self.setFocusProxy(control)
        self.say()

    @property
    def is_held(self) -> bool:
        """Whether the user holds its slider."""
        return False

    @property
    def label(self) -> str:
        """The option's label in the window's language."""
        return setting_text(self.option.label)

    def show_value(self, value: Value) -> None:
        """Show a value without saying that it changed."""
        raise NotImplementedError

    def show_usual(self, value: Value) -> None:
        """What a double-click goes back to."""
        self._usual = value

    def say(self) -> None:
        """Put the words into the window's language."""
        raise NotImplementedError


class _Choice(OptionControl):
    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        self._segments = Segments([choice.value for choice in option.choices])
        super().__init__(option, self._segments, parent)
        self._segments.chosen.connect(self._on_chosen)

    def show_value(self, value: Value) -> None:
        self._segments.set_value(value)

    def say(self) -> None:
        self._segments.set_texts(
            self.label,
            [setting_text(choice.label) for choice in self.option.choices],
            [setting_text(choice.help) for choice in self.option.choices],
        )

    @Slot(object)
    def _on_chosen(self, value: Value) -> None:
        self.changed.emit(self.option, value)


class _Switch(OptionControl):
    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        self._box = QCheckBox()
        super().__init__(option, self._box, parent)
        self._box.clicked.connect(self._on_clicked)

    def show_value(self, value: Value) -> None:
        self._box.setChecked(bool(value))

    def say(self) -> None:
        self._box.setText(self.label)
        set_tip(self._box, setting_text(self.option.help))

    @Slot(bool)
    def _on_clicked(self, is_on: bool) -> None:
        self.changed.emit(self.option, is_on)


class _Number(OptionControl):
    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        assert option.limits is not None
        self._unit = "" if option.limits in (PERCENT, AUTOMATIC_PERCENT) else option.unit
        self._slider = ValueSlider(option.limits, slider_end=option.slider_end)
        super().__init__(option, self._slider, parent)
        self._slider.changed.connect(self._on_changed)
        self._slider.reset.connect(self._on_reset)
        self._slider.held.connect(self.held)

    @property
    def is_held(self) -> bool:
        return self._slider.slider.isSliderDown()

    def show_value(self, value: Value) -> None:
        self._slider.set_value(int(value))

    def show_usual(self, value: Value) -> None:
        super().show_usual(value)
        self._slider.set_mark(int(value))

    def say(self) -> None:
        lowest = setting_text(self.option.lowest_label) if self.option.lowest_label else ""
        self._slider.set_text(self.label, setting_text(self.option.help), lowest, setting_text(self._unit))

    @Slot(int)
    def _on_changed(self, value: int) -> None:
        self.changed.emit(self.option, value)

    @Slot()
    def _on_reset(self) -> None:
        self.changed.emit(self.option, self._usual)


def option_control(option: Option) -> OptionControl:
    """Segments for few values, a box for a switch, a slider for a number."""
    if option.choices:
        return _Choice(option)
    return _Switch(option) if option.type is bool else _Number(option)
