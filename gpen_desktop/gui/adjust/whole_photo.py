"""The panel's part on the whole photo: every stage's options in the stages' order, its models, and the brush."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gpen_desktop.core.engine.edits import Edits, option_value
from gpen_desktop.core.options import AUTO, NO_MODEL, Option, Value
from gpen_desktop.core.stages.registry import COLOUR, ENLARGE, REPAIR, stage_options, total_scale
from gpen_desktop.gui.adjust.brush_bar import BrushBar
from gpen_desktop.gui.adjust.model_control import ModelControl
from gpen_desktop.gui.adjust.option_control import OptionControl, option_control
from gpen_desktop.gui.adjust.size_fields import SizeFields
from gpen_desktop.gui.common import i18n, theme
from gpen_desktop.models import catalog
from gpen_desktop.models.spec import COLOUR_TASKS, FACE_TASKS, FILL_TASKS, PHOTO_TASKS, Task

FILLER: Final = REPAIR.options[1].name
COLOUR_MODEL: Final = COLOUR.options[1].name
_RECOLOUR: Final = COLOUR.options[2].name
_SCALE: Final = ENLARGE.options[0]
BACKGROUND: Final = ENLARGE.options[1].name

TO_GET: Final[Mapping[str, str]] = {
    FILLER: catalog.INPAINTER,
    COLOUR_MODEL: catalog.COLOURISER,
    BACKGROUND: catalog.UPSCALER,
}
"""Option that names a model -> the catalogue's model that is proposed where none is installed."""


RESTORER: Final = "model"
"""What is not an option of a stage."""

_TASKS: Final = {RESTORER: FACE_TASKS, FILLER: FILL_TASKS, COLOUR_MODEL: COLOUR_TASKS, BACKGROUND: PHOTO_TASKS}


def option_for(task: Task | None) -> str:
    """The option that names a model for a task, '' where there is none; a file that was never looked into is taken for
    what most are."""
    return next((name for name, tasks in _TASKS.items() if task is None or task in tasks), "")


class WholePhoto(QWidget):
    """changed: a declared option of a stage, by the user, and values by the names of options: its own, and what goes
    with it. held: a slider is held. get_wanted: name of a model to be got.

    Attributes
    ----------
    models : of the stages, by the option's name. brush : over damage. size_fields : of the result.
    """

    changed = Signal(object, object)
    held = Signal(bool)
    get_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.models = {name: ModelControl() for name in TO_GET}
        self.brush = BrushBar()
        self.controls: list[OptionControl] = [
            option_control(option) for option in stage_options() if not option.names_model
        ]
        self._options = {option.name: option for option in stage_options()}
        self._rows: dict[str, tuple[tuple[str, str], ...]] = dict.fromkeys(TO_GET, ())
        self._edits = Edits()
        self._is_in_colour = False
        self._in_colour = QLabel()
        theme.set_role(self._in_colour, "muted")
        assert _SCALE.limits is not None
        self.size_fields = SizeFields(_SCALE.limits)
        self._captions: dict[str, QLabel] = {}
        self._lay_out()
        self._connect()
        self._say()
        i18n.follow(self._say)

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, theme.GRID)
        self._grid.setHorizontalSpacing(theme.GRID)
        self._grid.setVerticalSpacing(theme.GRID)
        self._grid.setColumnStretch(1, 1)
        of_options = {control.option.name: control for control in self.controls}
        for name, option in self._options.items():
            if option.names_model:
                self._add(name, self.models[name])
            elif option.choices:
                self._add(name, of_options[name])
            else:  # a slider or a box brings its own words
                self._grid.addWidget(of_options[name], self._grid.rowCount(), 0, 1, 2)
            if name == FILLER:
                self._grid.addWidget(self.brush, self._grid.rowCount(), 0, 1, 2)
            if name == _SCALE.name:
                self._grid.addWidget(self.size_fields, self._grid.rowCount(), 0, 1, 2)
            if name == COLOUR_MODEL:
                self._grid.addWidget(self._in_colour, self._grid.rowCount(), 0, 1, 2)

    def _add(self, name: str, control: QWidget) -> None:
        self._captions[name] = caption = QLabel()
        caption.setBuddy(control)
        row = self._grid.rowCount()
        self._grid.addWidget(caption, row, 0)
        self._grid.addWidget(control, row, 1)

    def _connect(self) -> None:
        for control in self.controls:
            control.changed.connect(self._on_option)
            control.held.connect(self.held)
        self.size_fields.changed.connect(self._on_size)
        for name, model in self.models.items():
            model.changed.connect(partial(self._on_model, name))
            model.held.connect(self.held)
            model.get_wanted.connect(partial(self.get_wanted.emit, TO_GET[name]))

    @property
    def is_held(self) -> bool:
        """Whether the user holds one of its sliders."""
        of_models = any(model.is_held for model in self.models.values())
        return of_models or any(control.is_held for control in self.controls)

    def show_edits(self, edits: Edits, defaults: Edits) -> None:
        """Show a photo's edits; defaults: what double-clicks go back to."""
        self._edits = edits
        for control in self.controls:
            control.show_value(option_value(edits, control.option.name))
            control.show_usual(option_value(defaults, control.option.name))
        for name, model in self.models.items():
            model.show_choice(self._model_of(name))
        self._show_possible()

    def show_photo(self, size: tuple[int, int] | None, is_in_colour: bool) -> None:
        """size: (width, height) of the photo, before it is cropped or enlarged. is_in_colour: neither grey nor in any
        other single hue."""
        self._is_in_colour = is_in_colour
        self.size_fields.setVisible(size is not None)
        if size is not None:
            self.size_fields.show_size(self._edits.options.frame, size, total_scale(self._edits.stages))
        self._show_possible()

    def set_models(self, of_stages: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """What is installed, by option: (name, title)."""
        self._rows = {name: tuple(of_stages.get(name, ())) for name in TO_GET}
        self._offer()
        self._show_possible()

    def _offer(self) -> None:
        none = self.tr("None")
        without = {FILLER: self.tr("Built-in"), BACKGROUND: none, COLOUR_MODEL: none}
        for name, model in self.models.items():
            rows = self._rows[name]
            model.offer(
                rows if rows and name == COLOUR_MODEL else ((NO_MODEL, without[name]), *rows),
                "" if rows else self._lacks()[name],
            )
            model.show_choice(self._model_of(name))

    def _model_of(self, name: str) -> str:
        """The model to show: of those that are left to the program the first, as it would be used."""
        chosen = str(self._edits.stages[name])
        if chosen != AUTO:
            return chosen
        return self._rows[name][0][0] if self._rows[name] else NO_MODEL

    def _show_possible(self) -> None:
        """Photos in colour are not offered colour unless that is asked for."""
        has_model = bool(self._rows[COLOUR_MODEL])
        is_asked = bool(self._edits.stages[_RECOLOUR])
        for control in self.controls:
            if control.option is COLOUR.options[0]:
                control.setEnabled(has_model and (is_asked or not self._is_in_colour))
            if control.option.name == _RECOLOUR:
                control.setVisible(has_model and self._is_in_colour)
        self._in_colour.setVisible(has_model and self._is_in_colour and not is_asked)

    def _lacks(self) -> dict[str, str]:
        return {
            FILLER: self.tr("No other model for filling is installed."),
            COLOUR_MODEL: self.tr("No model for colours is installed."),
            BACKGROUND: self.tr("No model for backgrounds is installed."),
        }

    def _say(self) -> None:
        texts = {
            FILLER: self.tr("Filled by"),
            COLOUR_MODEL: self.tr("Coloured by"),
            BACKGROUND: self.tr("Background"),
        }
        for control in self.controls:
            control.say()
            texts[control.option.name] = control.label
        for name, caption in self._captions.items():
            caption.setText(texts[name])
        for name, model in self.models.items():
            model.say()
            model.combo.setAccessibleName(texts[name])
        self._in_colour.setText(self.tr("This photo is in colour already."))
        self.size_fields.say()
        self._offer()

    @Slot(object, object)
    def _on_option(self, option: Option, value: Value) -> None:
        """With a strength of colour goes the model that is shown: of what is installed, some may not be used."""
        values = {option.name: value}
        if option in COLOUR.options and self._edits.stages[COLOUR_MODEL] == AUTO:
            values[COLOUR_MODEL] = self._model_of(COLOUR_MODEL)
        self.changed.emit(option, values)

    @Slot(float)
    def _on_size(self, scale: float) -> None:
        self.changed.emit(_SCALE, {_SCALE.name: scale})

    def _on_model(self, name: str, chosen: str) -> None:
        self.changed.emit(self._options[name], {name: chosen})
