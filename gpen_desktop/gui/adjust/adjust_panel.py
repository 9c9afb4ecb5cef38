"""The panel at the right: how the photo on screen is restored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop.core.engine.edits import Edits, option_value, with_frame, with_option
from gpen_desktop.core.engine.presets import Preset
from gpen_desktop.core.options import FACE_OPTIONS, Option, Value
from gpen_desktop.core.output.cost import enlarged
from gpen_desktop.core.stages.registry import total_scale
from gpen_desktop.core.types import Frame
from gpen_desktop.gui.adjust.brush_bar import BrushBar
from gpen_desktop.gui.adjust.controls import Section, Segments
from gpen_desktop.gui.adjust.crop_section import CropSection
from gpen_desktop.gui.adjust.faces_section import FacesSection
from gpen_desktop.gui.adjust.history import StepName
from gpen_desktop.gui.adjust.model_control import ModelControl
from gpen_desktop.gui.adjust.option_control import OptionControl, option_control
from gpen_desktop.gui.adjust.presets_section import PresetsSection
from gpen_desktop.gui.adjust.seen_chips import SeenChips
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.adjust.whole_photo import WholePhoto
from gpen_desktop.gui.common import i18n, theme
from gpen_desktop.gui.common.i18n import setting_text
from gpen_desktop.gui.common.tips import set_tip
from gpen_desktop.models.choice import choice_of

_GESTURE_PAUSE_MS = 1000
"""Changes of one control further apart than this are undone one by one."""


class AdjustPanel(QWidget):
    """changed: the Edits wanted, its name (history.StepName), and a key under which changes in a row are
    one step of the history.

    held: a slider is held, so that the marks over the photo can go. apply_to_all: give every photo this look.
    get_wanted: name of a model that is to be got.
    """

    changed = Signal(object, object, str)
    held = Signal(bool)
    apply_to_all = Signal()
    get_wanted = Signal(str)

    def __init__(self, own_presets: tuple[Preset, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "panel")
        self.setFixedWidth(theme.PANEL_WIDTH)
        self._edits = Edits()
        self._defaults = Edits()
        self._photo_size: tuple[int, int] | None = None
        self._is_in_colour = False
        self._inventive: frozenset[str] = frozenset()
        self._gesture = 0
        self._before_crop: tuple[bool, int] | None = None  # whether its section was open, and what was in sight
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_GESTURE_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        self._look = [option_control(option) for option in FACE_OPTIONS if option.in_presets]
        self.seen = SeenChips()
        self.whole = WholePhoto()
        self.faces = FacesSection()
        self.crop = CropSection()
        self.presets = PresetsSection(own_presets)
        self._area = QScrollArea()
        self._to_all = QPushButton()
        self._sections = (
            Section(self.faces, is_open=True),
            Section(self.whole, is_open=True),
            Section(self.presets, is_open=True),
            Section(self.crop, is_open=False),
        )
        self._lay_out()
        self._connect()
        self._say()
        i18n.follow(self._say)
        self.show_edits(Edits(), Edits())

    def _lay_out(self) -> None:
        body = _Body()
        theme.set_role(body, "panel")
        body.setFixedWidth(theme.PANEL_WIDTH)  # a scroll bar takes of the margin, and moves nothing
        column = QVBoxLayout(body)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, theme.GRID)
        column.setSpacing(theme.GRID + theme.GRID // 2)
        mode, *rest = self._look
        for widget in (mode, self.seen, *rest):
            column.addWidget(widget)
        for section in self._sections:
            column.addWidget(theme.line())
            column.addWidget(section)
        column.addStretch(1)
        area = self._area
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QFrame.Shape.NoFrame)
        # a scroll bar makes room for less than the body's width; bringing something into sight must not use that
        area.horizontalScrollBar().valueChanged.connect(self._stay)
        foot = QVBoxLayout()
        foot.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, theme.GRID + theme.GRID // 2)
        foot.addWidget(self._to_all)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(theme.line())
        outer.addLayout(foot)

    def _connect(self) -> None:
        for control in self._look:
            control.changed.connect(self._on_option)
            control.held.connect(self._on_held)
        self.seen.come_after(self.mode.last_button)
        self.seen.grown.connect(self._keep_place)
        self.whole.changed.connect(self._on_stage)
        self.whole.held.connect(self._on_held)
        self.whole.get_wanted.connect(self.get_wanted)
        self.faces.held.connect(self._on_held)
        self.faces.changed.connect(self._pass_on)
        self.crop.changed.connect(self._on_frame)
        self.crop.held.connect(self._on_held)
        self.presets.changed.connect(self._pass_on)
        self._to_all.clicked.connect(self.apply_to_all)

    @property
    def _controls(self) -> list[OptionControl]:
        return [*self._look, *self.whole.controls]

    @property
    def brush(self) -> BrushBar:
        """Over damage."""
        return self.whole.brush

    @property
    def model(self) -> ModelControl:
        """The restorer of the faces."""
        return self.faces.model

    def control(self, name: str) -> QWidget:
        """The slider, box or segments of a declared option. Raises KeyError for one that is not shown here."""
        return {each.option.name: each.control for each in self._controls}[name]

    @property
    def mode(self) -> Segments:
        control = self.control("mode")
        assert isinstance(control, Segments)
        return control

    @property
    def strength(self) -> ValueSlider:
        control = self.control("strength")
        assert isinstance(control, ValueSlider)
        return control

    # What is shown

    def show_edits(self, edits: Edits, defaults: Edits) -> None:
        """Show a photo's edits; defaults: what double-clicks go back to."""
        self._edits, self._defaults = edits, defaults
        for control in self._look:
            control.show_value(option_value(edits, control.option.name))
            control.show_usual(option_value(defaults, control.option.name))
        self.whole.show_edits(edits, defaults)
        self._show_what_applies()
        self.faces.show_edits(edits, defaults)
        self.presets.show_edits(edits)
        self._show_size()

    def _show_what_applies(self) -> None:
        """An option that the model has nothing for is not shown, as little as another model's own."""
        is_inventive = choice_of(self._edits.model).name in self._inventive
        next(each for each in self._look if each.option.name == "invent").setVisible(is_inventive)

    def unfold_faces(self) -> None:
        """Bring the part on faces into sight."""
        self._sections[0].set_open(True)

    def unfold_crop(self) -> None:
        """Bring the part on what is kept of the photo into sight."""
        if self._before_crop is None:
            self._before_crop = (self._sections[3].is_open, self._area.verticalScrollBar().value())
        self._sections[3].set_open(True)
        QTimer.singleShot(0, self._scroll_to_crop)  # once it has been laid out

    def leave_crop(self) -> None:
        """Show what was in sight before `unfold_crop`."""
        if self._before_crop is not None:
            was_open, _ = self._before_crop
            self._sections[3].set_open(was_open)
            QTimer.singleShot(0, self._scroll_back)  # once it has been laid out

    def show_brush(self) -> None:
        """Bring what the brush is set by into sight, below the button that begins it."""
        self._sections[1].set_open(True)
        QTimer.singleShot(0, self._scroll_to_brush)

    @Slot()
    def _scroll_to_brush(self) -> None:
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # of a bar that has unfolded just now
        self._area.ensureWidgetVisible(self.brush)

    @Slot(int)
    def _keep_place(self, by: int) -> None:
        """Chips above what is in sight came or went: what is in sight stays."""
        bar = self._area.verticalScrollBar()
        if bar.value() >= self.seen.y():
            place = bar.value() + by
            bar.setMaximum(max(bar.maximum(), place))  # as the area will in a moment; else the end would be in the way
            bar.setValue(place)

    @Slot()
    def _stay(self) -> None:
        self._area.horizontalScrollBar().setValue(0)

    @Slot()
    def _scroll_to_crop(self) -> None:
        self._area.ensureWidgetVisible(self._sections[3])

    @Slot()
    def _scroll_back(self) -> None:
        if self._before_crop is not None:
            self._area.verticalScrollBar().setValue(self._before_crop[1])
            self._before_crop = None

    def show_photo(self, size: tuple[int, int] | None, is_in_colour: bool = False) -> None:
        """size: (width, height) of the photo, for saying how large the result gets. is_in_colour: neither grey nor in
        any other single hue."""
        self._photo_size, self._is_in_colour = size, is_in_colour
        self._show_size()

    def set_models(
        self,
        models: Sequence[tuple[str, str]],
        of_stages: Mapping[str, Sequence[tuple[str, str]]],
        inventive: Collection[str] = (),
    ) -> None:
        """What is installed: (name, title) of restorers, and by option of the stages' models. inventive: names of the
        restorers beside which another one invents detail."""
        self.faces.model.offer(models)
        self.whole.set_models(of_stages)
        self._inventive = frozenset(inventive)
        self._show_what_applies()

    def set_many(self, many: bool) -> None:
        """Whether there are other photos to give this look to."""
        self._to_all.setEnabled(many)

    @property
    def open_sections(self) -> list[bool]:
        """Which sections are unfolded, to be remembered."""
        return [section.is_open for section in self._sections]

    def set_open_sections(self, states: Sequence[bool]) -> None:
        for section, is_open in zip(self._sections, states, strict=False):
            section.set_open(is_open)

    def _show_size(self) -> None:
        frame, scale = self._edits.options.frame, total_scale(self._edits.stages)
        self.crop.show_frame(frame, self._photo_size and enlarged(self._photo_size, scale))
        self.whole.show_photo(self._photo_size, self._is_in_colour)

    def _say(self) -> None:
        self.setAccessibleName(self.tr("Adjustments"))
        for control in self._look:
            control.say()
        for section, text in zip(
            self._sections, (self.tr("Faces"), self.tr("Whole photo"), self.tr("Presets"), self.tr("Crop")), strict=True
        ):
            section.set_text(text)
        self._to_all.setText(self.tr("Apply to all photos"))
        set_tip(self._to_all, self.tr("Give every photo these adjustments. Each keeps its own choice of faces."))
        self._show_size()

    # What the user does

    @Slot(object, object)
    def _on_option(self, option: Option, value: Value) -> None:
        merge = option.name if option.limits is not None else ""
        self._pass_on(with_option(self._edits, option.name, value), partial(setting_text, option.label), merge)

    @Slot(object, object)
    def _on_stage(self, option: Option, values: Mapping[str, Value]) -> None:
        edits = self._edits
        for name, value in values.items():
            edits = with_option(edits, name, value)
        is_slider = option.limits is not None and not option.choices
        merge = option.name if is_slider or option.names_model else ""
        self._pass_on(edits, partial(setting_text, option.label), merge)

    @Slot(object, object, str)
    def _on_frame(self, frame: Frame, name: StepName, merge: str) -> None:
        self._pass_on(with_frame(self._edits, frame), name, merge)

    @Slot(object, object, str)
    def _pass_on(self, edits: Edits, name: StepName, merge: str) -> None:
        """Changes of one slider are one step while it is held, or while they follow each other quickly."""
        self._pause.start()
        self._edits = edits
        self.changed.emit(edits, name, f"{merge} {self._gesture}" if merge else "")

    @Slot(bool)
    def _on_held(self, is_held: bool) -> None:
        if is_held:
            self._gesture += 1
        self.held.emit(is_held)

    @Slot()
    def _on_pause(self) -> None:
        is_held = [each.is_held for each in self._look]
        if not any((*is_held, self.faces.is_held, self.whole.is_held, self.crop.straighten.slider.isSliderDown())):
            self._gesture += 1


class _Body(QWidget):
    """What scrolls: a scroll area gives as little height as a body can do with, and its parts would lie in each
    other."""

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
