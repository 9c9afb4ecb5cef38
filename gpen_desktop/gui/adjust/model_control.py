"""Which model, of those that are installed, and the options that are its own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.common import icons, theme
from gpen_desktop.gui.common.combo_box import ComboBox
from gpen_desktop.models import catalog
from gpen_desktop.models.choice import ModelChoice, choice_of
from gpen_desktop.models.spec import DENOISE, FIDELITY, ModelOption


class ModelControl(QWidget):
    """changed: the model as it is asked for (models/choice.py), by the user. held: a slider is held. get_wanted: a
    model is to be got.

    Attributes
    ----------
    combo : the models. rows : name and title of each that was offered. get : shown where there is no choice.
    """

    changed = Signal(str)
    held = Signal(bool)
    get_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.combo = ComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(8)
        self.combo.activated.connect(self._on_chosen)
        self.setFocusProxy(self.combo)
        self.rows: tuple[tuple[str, str], ...] = ()
        self._choice = ModelChoice("")
        self._option: ModelOption | None = None
        self.slider = ValueSlider((0, 100))
        self.slider.changed.connect(self._on_slider)
        self.slider.reset.connect(self._on_reset)
        self.slider.held.connect(self.held)
        self.get = QToolButton()
        self.get.setIcon(icons.icon("download"))
        self.get.setIconSize(QSize(theme.ICON, theme.ICON))
        self.get.clicked.connect(self.get_wanted)
        self.get.hide()
        row = QHBoxLayout()
        row.setSpacing(theme.GRID // 2)
        row.addWidget(self.combo, 1)
        row.addWidget(self.get)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.slider)
        self.say()

    @property
    def is_held(self) -> bool:
        """Whether the user holds its slider."""
        return self.slider.slider.isSliderDown()

    def offer(self, rows: Sequence[tuple[str, str]], lack: str = "") -> None:
        """What there is to choose from: (name, title). lack: what is told where that is nothing of the user's, who is
        offered to get a model then."""
        self.combo.setEnabled(not lack)
        self.combo.setToolTip(lack)
        self.get.setVisible(bool(lack))
        self.rows = tuple(rows)
        self.combo.clear()
        for name, title in rows:
            self.combo.addItem(title, name)
        self.show_choice(str(self._choice))

    def show_choice(self, model: str) -> None:
        """Show a model as it is asked for, without saying that it changed."""
        self._choice = choice_of(model)
        row = self.combo.findData(self._choice.name)
        if row < 0:  # a model that is no longer installed is still the photo's
            self.combo.addItem(self._choice.name, self._choice.name)
            row = self.combo.count() - 1
        self.combo.setCurrentIndex(row)
        self._show_option()

    def say(self) -> None:
        """Put the words into the window's language."""
        self.get.setToolTip(self.tr("Get a model…"))
        self.get.setAccessibleName(self.tr("Get a model…"))
        self._show_option()

    def _show_option(self) -> None:
        info = catalog.by_name(self._choice.name)
        self._option = option = info.options[0] if info is not None and info.options else None
        self.slider.setVisible(option is not None)
        if option is None:
            return
        words = {
            FIDELITY: (self.tr("Fidelity"), self.tr("Low gives the clearest face, high the one closest to the photo.")),
            DENOISE: (self.tr("Denoise"), self.tr("How much noise goes; below 100 % the model's partner is needed.")),
        }
        self.slider.set_text(*words[option])
        self.slider.set_mark(round(100 * option.default))
        self.slider.set_value(round(100 * self._choice.value(option)))

    @Slot(int)
    def _on_chosen(self, row: int) -> None:
        self._pass_on(ModelChoice(self.combo.itemData(row)))

    @Slot(int)
    def _on_slider(self, percent: int) -> None:
        if self._option is not None:
            self._pass_on(self._choice.with_option(self._option, percent / 100))

    @Slot()
    def _on_reset(self) -> None:
        if self._option is not None:
            self._pass_on(self._choice.with_option(self._option, self._option.default))

    def _pass_on(self, choice: ModelChoice) -> None:
        self._choice = choice
        self._show_option()
        self.changed.emit(str(choice))
