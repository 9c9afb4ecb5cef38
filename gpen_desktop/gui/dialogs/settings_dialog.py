"""The settings window, made from the declarations in settings.py. Changes hold at once."""

from __future__ import annotations

from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QSlider,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop import settings
from gpen_desktop.core.options import Value
from gpen_desktop.errors import OptionError
from gpen_desktop.gui.common import i18n, room, theme
from gpen_desktop.gui.common.combo_box import ComboBox
from gpen_desktop.gui.common.i18n import error_text, setting_text
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.settings import Group, Setting

_CONTROL_WIDTH: Final = 208
_SLIDER_RANGE: Final = (0, 100)


class SettingsDialog(QDialog):
    """All settings that people are shown, one page a group. A page is made when it is first turned to: all of them
    would hold the window up while it opens."""

    def __init__(self, store: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._made: dict[Group, QWidget] = {}
        self._editors: dict[str, _Editor] = {}
        self._groups = QListWidget()
        self._pages = QStackedWidget()
        self._buttons = QDialogButtonBox()
        self._restore = self._buttons.addButton(QDialogButtonBox.StandardButton.RestoreDefaults)
        self._close = self._buttons.addButton(QDialogButtonBox.StandardButton.Close)
        self._lay_out()
        self._fill()
        i18n.follow(self._fill)
        self._groups.currentRowChanged.connect(self._turn_to)
        self._restore.clicked.connect(self._restore_page)
        self._close.clicked.connect(self.close)
        store.changed.connect(self._show_value)
        room.resize(self, 760, 560)

    def editor(self, key: str) -> QWidget:
        """The control of one setting."""
        group = settings.by_key(key).group
        if group is not None:
            self._page(group)
        return self._editors[key].control

    def show_group(self, group: Group) -> None:
        """Turn to one page."""
        self._groups.setCurrentRow(list(Group).index(group))

    def _lay_out(self) -> None:
        theme.set_role(self._groups, "navigation")
        self._groups.setFixedWidth(168)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._groups)
        body.addWidget(self._pages, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        foot.addWidget(self._buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(body, 1)
        outer.addWidget(theme.line())
        outer.addLayout(foot)

    def _fill(self) -> None:
        """Speak the present language; pages are made anew."""
        self.setWindowTitle(self.tr("Settings"))
        self._groups.setAccessibleName(self.tr("Settings groups"))
        self._restore.setText(self.tr("Reset this page"))
        self._close.setText(self.tr("Close"))
        row = max(self._groups.currentRow(), 0)
        with QSignalBlocker(self._groups):
            self._groups.clear()
            self._groups.addItems([setting_text(group) for group in Group])
            self._groups.setCurrentRow(row)
        for page in self._made.values():
            self._pages.removeWidget(page)
            page.deleteLater()
        self._made, self._editors = {}, {}
        self._turn_to(row)

    @Slot(int)
    def _turn_to(self, row: int) -> None:
        self._pages.setCurrentWidget(self._page(list(Group)[row]))

    def _page(self, group: Group) -> QWidget:
        if group not in self._made:
            self._made[group] = page = self._make_page(group)
            self._pages.addWidget(page)
        return self._made[group]

    def _make_page(self, group: Group) -> QWidget:
        # parts are made where they stay: one that changes its parent is styled anew, with all that it holds
        page = QScrollArea(self._pages)
        page.setWidgetResizable(True)
        page.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget(page.viewport())
        column = QVBoxLayout(inside)
        column.setContentsMargins(3 * theme.GRID, 2 * theme.GRID, 3 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(2 * theme.GRID)
        for setting in settings.declared():
            if setting.group is group:
                editor = _editor(setting, self._store, inside)
                self._editors[setting.key] = editor
                column.addWidget(editor)
        column.addStretch(1)
        page.setWidget(inside)
        return page

    @Slot(str)
    def _show_value(self, key: str) -> None:
        if key in self._editors:
            self._editors[key].show_value(self._store.get(key))

    @Slot()
    def _restore_page(self) -> None:
        group = list(Group)[self._groups.currentRow()]
        for setting in settings.declared():
            if setting.group is group:
                self._store.reset(setting.key)


class _Editor(QWidget):
    """Label, help and control of one setting.

    Subclasses make the control, show a value in it, and call _changed() when the user has changed it.
    """

    def __init__(self, setting: Setting, store: SettingsStore, parent: QWidget) -> None:
        super().__init__(parent)
        self._setting = setting
        self._store = store
        self.control = self._make_control()
        self.control.setAccessibleName(setting_text(setting.label))
        self.control.setAccessibleDescription(setting_text(setting.help))
        self._lay_out()
        self.show_value(store.get(setting.key))

    def show_value(self, value: Value) -> None:
        raise NotImplementedError

    def _make_control(self) -> QWidget:
        raise NotImplementedError

    def _lay_out(self) -> None:
        label = QLabel(setting_text(self._setting.label), self)
        label.setBuddy(self.control)
        self._words = words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label)
        words.addWidget(_help(self._setting, self))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * theme.GRID)
        row.addLayout(words, 1)
        self.control.setFixedWidth(_CONTROL_WIDTH)
        row.addWidget(self.control, 0, Qt.AlignmentFlag.AlignTop)

    def _changed(self, value: Value) -> None:
        self._store.set(self._setting.key, value)


class _Choice(_Editor):
    def _make_control(self) -> QWidget:
        self._box = ComboBox(self)
        for choice in self._setting.choices:
            self._box.addItem(setting_text(choice.label), choice.value)
        self._box.activated.connect(self._on_activated)
        return self._box

    def show_value(self, value: Value) -> None:
        self._box.setCurrentIndex(self._box.findData(value))

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self._changed(self._box.itemData(index))


class _Switch(_Editor):
    """The label is the control's own; the help stands under it."""

    def _make_control(self) -> QWidget:
        self._box = QCheckBox(setting_text(self._setting.label), self)
        self._box.toggled.connect(self._on_toggled)
        return self._box

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._box)
        help_text = _help(self._setting, self)
        help_text.setContentsMargins(26, 0, 0, 0)
        column.addWidget(help_text)

    def show_value(self, value: Value) -> None:
        self._box.setChecked(bool(value))

    @Slot(bool)
    def _on_toggled(self, on: bool) -> None:
        self._changed(on)


class _Number(_Editor):
    def _make_control(self) -> QWidget:
        self._box = _spin_box(self._setting, QSpinBox(self))
        self._box.valueChanged.connect(self._on_value)
        return self._box

    def show_value(self, value: Value) -> None:
        self._box.setValue(int(value))

    @Slot(int)
    def _on_value(self, value: int) -> None:
        self._changed(value)


class _Percent(_Editor):
    """Slider and number side by side."""

    def _make_control(self) -> QWidget:
        both = QWidget(self)
        self._slider = QSlider(Qt.Orientation.Horizontal, both)  # first, as the keyboard reaches them in this order
        self._box = _spin_box(self._setting, QSpinBox(both))
        self._box.setFixedWidth(72)
        _ignore_stray_wheel(self._slider)
        self._slider.setRange(*(self._setting.limits or _SLIDER_RANGE))
        self._slider.setPageStep(10)
        for part in (self._slider, self._box):
            part.setAccessibleName(setting_text(self._setting.label))
        self._slider.valueChanged.connect(self._on_value)
        self._box.valueChanged.connect(self._on_value)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._slider, 1)
        row.addWidget(self._box)
        both.setFocusProxy(self._box)
        return both

    def show_value(self, value: Value) -> None:
        with QSignalBlocker(self._slider), QSignalBlocker(self._box):
            self._slider.setValue(int(value))
            self._box.setValue(int(value))

    @Slot(int)
    def _on_value(self, value: int) -> None:
        self._changed(value)


class _Text(_Editor):
    """What is no value of the setting is said under it while it is typed, and is never kept."""

    def _make_control(self) -> QWidget:
        self._line = QLineEdit(self)
        self._wrong = QLabel(self)
        self._wrong.setWordWrap(True)
        theme.set_role(self._wrong, "error")
        self._line.textChanged.connect(self._check)
        self._line.editingFinished.connect(self._on_finished)
        return self._line

    def _lay_out(self) -> None:
        super()._lay_out()
        self._words.addWidget(self._wrong)

    def show_value(self, value: Value) -> None:
        self._line.setText(str(value))

    @property
    def wrong(self) -> str:
        """What is wrong with what is typed; '' if nothing is."""
        try:
            self._setting.check(self._line.text())
        except OptionError as error:
            return error_text(error.what, error.todo)
        return ""

    @Slot()
    def _check(self) -> None:
        wrong = self.wrong
        self._wrong.setText(wrong)
        self._wrong.setVisible(bool(wrong))
        self._line.setAccessibleDescription(wrong or setting_text(self._setting.help))

    @Slot()
    def _on_finished(self) -> None:
        if not self.wrong:
            self._changed(self._line.text())


class _Factor(QDoubleSpinBox):
    def textFromValue(self, value: float) -> str:
        return self.locale().toString(value, "g", 3)  # whole ones without decimals


class _Times(_Editor):
    """How many times as large: any number, by halves with the arrows."""

    def _make_control(self) -> QWidget:
        self._box = _spin_box(self._setting, _Factor(self))
        self._box.setSingleStep(0.5)
        self._box.setSuffix("×")
        self._box.valueChanged.connect(self._on_value)
        return self._box

    def show_value(self, value: Value) -> None:
        self._box.setValue(float(value))

    @Slot(float)
    def _on_value(self, value: float) -> None:
        self._changed(value)


def _editor(setting: Setting, store: SettingsStore, parent: QWidget) -> _Editor:
    if setting.type is float:
        return _Times(setting, store, parent)
    if setting.choices:
        return _Choice(setting, store, parent)
    if setting.type is bool:
        return _Switch(setting, store, parent)
    if setting.type is int:
        return (_Percent if setting.limits == _SLIDER_RANGE else _Number)(setting, store, parent)
    return _Text(setting, store, parent)


_Box = TypeVar("_Box", QSpinBox, QDoubleSpinBox)


def _spin_box(setting: Setting, box: _Box) -> _Box:
    assert setting.limits is not None
    _ignore_stray_wheel(box)
    box.setRange(*setting.limits)
    box.setKeyboardTracking(False)
    box.setSuffix(f" {setting_text(setting.unit)}" if setting.unit else "")
    box.setSpecialValueText(setting_text(setting.lowest_label))
    box.setFont(theme.tabular(box.font()))
    # The style sheet's padding does not reach the line inside a spin box.
    box.lineEdit().setTextMargins(theme.GRID // 2 + 2, 0, 0, 0)
    return box


class _WheelGuard(QObject):
    """Gives the wheel to the page, unless the control was clicked into: scrolling past must not change a setting."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _ignore_stray_wheel(control: QWidget) -> None:
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(_WheelGuard(control))


def _help(setting: Setting, parent: QWidget) -> QLabel:
    label = QLabel(setting_text(setting.help), parent)
    label.setWordWrap(True)
    label.setFont(theme.small(label.font()))
    theme.set_role(label, "muted")
    return label
