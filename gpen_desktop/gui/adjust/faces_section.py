"""The panel's part on faces: which are restored, and the one that is selected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from gpen_desktop.core.compose.select import chosen_faces
from gpen_desktop.core.engine import edits as editing
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.options import Option, Value, face_option
from gpen_desktop.core.types import NO_FACE, RESTORED_STATES, Face, FaceId, FaceState
from gpen_desktop.gui.adjust.controls import Segments
from gpen_desktop.gui.adjust.model_control import ModelControl
from gpen_desktop.gui.adjust.option_control import option_control
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.common import i18n, icons, theme
from gpen_desktop.gui.common.i18n import setting_text


class FacesSection(QWidget):
    """changed: Edits, what was done (history.StepName), and which control (for merging in the history).
    held: a slider is held.

    add_wanted, points_wanted, remove_wanted: of the selected face. step_wanted: to the next (1) or previous (-1) face.

    Attributes
    ----------
    model : their restorer.
    """

    changed = Signal(object, object, str)
    held = Signal(bool)
    add_wanted = Signal()
    points_wanted = Signal()
    remove_wanted = Signal()
    step_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits = Edits()
        self._defaults = Edits()
        self._faces: tuple[Face, ...] = ()
        self._face = NO_FACE
        self._states: Mapping[FaceId, FaceState] = {}
        self._are_known = self._are_expected = False
        self._which = Segments(["all", "largest", frozenset()])
        self._which_label = QLabel()
        self._which_label.setWordWrap(True)
        theme.set_role(self._which_label, "muted")
        self._min_face, self._sharp, self._if_changed = self._options = [
            option_control(face_option(name)) for name in ("min_face", "restore_sharp", "if_changed")
        ]
        self._if_changed_label = QLabel()
        self._if_changed_label.setBuddy(self._if_changed)
        self.model = ModelControl()
        self._model_label = QLabel()
        self._model_label.setBuddy(self.model)
        self._card = QFrame()
        self._add = QPushButton()
        self._add.setIcon(icons.icon("user-plus"))
        self._add.setIconSize(QSize(theme.ICON, theme.ICON))
        self._fill_card()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.GRID)
        column.setSpacing(theme.GRID)
        for widget in (self._which, self._which_label, self._card):
            column.addWidget(widget)
        # below its caption: a restorer's title is longer than what is left beside one
        column.addLayout(_titled(self._model_label, self.model))
        column.addWidget(self._min_face)
        column.addWidget(self._sharp)
        column.addLayout(_titled(self._if_changed_label, self._if_changed))
        column.addWidget(self._add)
        self._which.chosen.connect(self._on_which)
        for control in self._options:
            control.changed.connect(self._on_option)
            control.held.connect(self.held)
        self.model.changed.connect(self._on_model)
        self.model.held.connect(self.held)
        self._add.clicked.connect(self.add_wanted)
        self._say()
        i18n.follow(self._say)

    def _fill_card(self) -> None:
        theme.set_role(self._card, "card")
        self._why = QLabel()
        self._why.setWordWrap(True)
        theme.set_role(self._why, "muted")
        self._on = QCheckBox()
        self._strength = ValueSlider()
        self._previous, self._next, self._points, self._remove = (
            _small_button(name) for name in ("chevron-left", "chevron-right", "scan-face", "trash-2")
        )
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self._on)
        head.addStretch(1)
        for button in (self._previous, self._next, self._points, self._remove):
            head.addWidget(button)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID // 2, theme.GRID // 2)
        column.setSpacing(theme.GRID // 2)
        column.addLayout(head)
        below = QVBoxLayout()
        below.setContentsMargins(0, 0, theme.GRID // 2, theme.GRID // 2)  # the buttons above bring their own
        below.setSpacing(theme.GRID // 2)
        below.addWidget(self._why)
        below.addWidget(self._strength)
        column.addLayout(below)
        self._on.clicked.connect(self._on_toggled)
        self._strength.changed.connect(self._on_strength)
        self._strength.reset.connect(self._on_strength_reset)
        self._strength.held.connect(self.held)
        self._previous.clicked.connect(self._on_previous)
        self._next.clicked.connect(self._on_next)
        self._points.clicked.connect(self.points_wanted)
        self._remove.clicked.connect(self.remove_wanted)

    @property
    def is_held(self) -> bool:
        """Whether the user holds one of its sliders."""
        of_options = any(control.is_held for control in self._options)
        return of_options or self.model.is_held or self._strength.slider.isSliderDown()

    @property
    def strength(self) -> ValueSlider:
        """Of the selected face."""
        return self._strength

    @property
    def if_changed(self) -> Segments:
        """What becomes of faces that changed too much."""
        control = self._if_changed.control
        assert isinstance(control, Segments)
        return control

    def show_edits(self, edits: Edits, defaults: Edits) -> None:
        """Show a photo's edits; defaults: what a reset goes back to."""
        self._edits, self._defaults = edits, defaults
        self._which.set_value(edits.options.faces)
        self.model.show_choice(edits.model)
        for control in self._options:
            control.show_value(editing.option_value(edits, control.option.name))
            control.show_usual(editing.option_value(defaults, control.option.name))
        self._show_face()

    def show_face(
        self,
        faces: tuple[Face, ...],
        face: FaceId,
        states: Mapping[FaceId, FaceState],
        *,
        are_known: bool,
        are_expected: bool,
    ) -> None:
        """Show the selected one (NO_FACE: none) of the photo's faces. states: of those that are done. are_known:
        somebody has looked for faces; are_expected: somebody will."""
        self._faces, self._face, self._states = faces, face, states
        self._are_known, self._are_expected = are_known, are_expected
        self._show_face()

    def _show_face(self) -> None:
        chosen = chosen_faces(self._faces, self._edits.options)
        numbers = {face.id: number for number, face in enumerate(self._faces, 1)}
        counts = self._counts_text()
        self._which_label.setText(counts)
        self._which_label.setVisible(bool(counts))
        self._card.setVisible(self._face in numbers)
        if self._face not in numbers:
            return
        is_on = self._face in chosen
        self._on.setText(self.tr("Face {number}").format(number=numbers[self._face]))
        self._on.setChecked(is_on)
        own = self._edits.options.face_strengths.get(self._face, self._edits.options.strength)
        self._strength.set_value(own)
        self._strength.set_mark(self._edits.options.strength)
        self._strength.setEnabled(is_on)
        self._why.setText(self._why_text())

    def _counts_text(self) -> str:
        """What became of the faces: '2 of 4 restored · 1 already sharp · 1 off'; '' for a photo nobody looks at."""
        if not self._faces:
            return self._why_none()
        if len(self._states) < len(self._faces):
            return self.tr("Faces found: {count}").format(count=len(self._faces))
        counts = Counter(self._states[face.id] for face in self._faces)
        off = counts[FaceState.NOT_SELECTED] + counts[FaceState.STRENGTH_ZERO]
        rest = (
            (counts[FaceState.ALREADY_SHARP], self.tr("{count} already sharp")),
            (counts[FaceState.TOO_SMALL], self.tr("{count} too small")),
            (counts[FaceState.BLENDED_BACK], self.tr("{count} blended back")),
            (counts[FaceState.CHANGED], self.tr("{count} changed too much")),
            (off, self.tr("{count} off")),
        )
        restored = self.tr("{count} of {all} restored")
        parts = [restored.format(count=sum(counts[state] for state in RESTORED_STATES), all=len(self._faces))]
        return " · ".join([*parts, *(text.format(count=count) for count, text in rest if count)])

    def _why_none(self) -> str:
        if self._are_expected:
            return self.tr("No faces found yet")
        if not self._are_known:
            return ""
        return self.tr("No faces found") if self._edits.faces is None else self.tr("All faces removed")

    def _why_text(self) -> str:
        return {
            FaceState.RESTORED: self.tr("Restored."),
            FaceState.ALREADY_SHARP: self.tr("Already sharp, so it stays as it is."),
            FaceState.TOO_SMALL: self.tr("Smaller than the smallest face set below."),
            FaceState.BLENDED_BACK: self.tr("It changed too much, so it is blended in only as far as it stays itself."),
            FaceState.CHANGED: self.tr("It changed too much, so it stays as it was."),
            FaceState.NOT_SELECTED: self.tr("Off: it stays as it is."),
            FaceState.STRENGTH_ZERO: self.tr("Its strength is 0, so it stays as it is."),
            None: self.tr("Being restored."),
        }[self._states.get(self._face)]

    def _say(self) -> None:
        self._which.set_texts(
            self.tr("Faces"),
            [self.tr("All"), self.tr("Largest"), self.tr("None")],
            [
                self.tr("Restore every face"),
                self.tr("Restore the largest face only"),
                self.tr("Restore no face; turn them on one by one"),
            ],
        )
        for control in self._options:
            control.say()
        self._if_changed_label.setText(self._if_changed.label)
        self._model_label.setText(self.tr("Model"))
        self.model.say()
        self._strength.set_text(
            self.tr("Own strength"), self.tr("Strength of this face; double-click for the photo's own.")
        )
        text = self.tr("Add a missed face")
        self._add.setText(f" {text}")  # Qt puts an icon and its text very close together
        self._add.setAccessibleName(text)
        self._add.setToolTip(self.tr("Draw a box around a face that was not found."))
        for button, text in (
            (self._previous, self.tr("Previous face")),
            (self._next, self.tr("Next face")),
            (self._points, self.tr("Correct the points")),
            (self._remove, self.tr("Not a face: remove")),
        ):
            button.setToolTip(text)
            button.setAccessibleName(text)
        self._show_face()

    @Slot(object)
    def _on_which(self, choice: Any) -> None:
        options = replace(self._edits.options, faces=choice)
        self.changed.emit(replace(self._edits, options=options), lambda: self.tr("Choose faces"), "")

    @Slot(object, object)
    def _on_option(self, option: Option, value: Value) -> None:
        merge = option.name if option.limits is not None else ""
        edits = editing.with_option(self._edits, option.name, value)
        self.changed.emit(edits, partial(setting_text, option.label), merge)

    @Slot(str)
    def _on_model(self, model: str) -> None:
        self.changed.emit(replace(self._edits, model=model), lambda: self.tr("Model"), "model")

    @Slot()
    def _on_toggled(self) -> None:
        changed = editing.toggled(self._edits, self._faces, self._face)
        self.changed.emit(changed, lambda: self.tr("Turn a face on or off"), "")

    @Slot(int)
    def _on_strength(self, value: int) -> None:
        changed = editing.with_face_strength(self._edits, self._face, value)
        self.changed.emit(changed, lambda: self.tr("Strength of a face"), f"face {self._face}")

    @Slot()
    def _on_strength_reset(self) -> None:
        changed = editing.with_face_strength(self._edits, self._face, None)
        self.changed.emit(changed, lambda: self.tr("Strength of a face"), "")

    @Slot()
    def _on_previous(self) -> None:
        self.step_wanted.emit(-1)

    @Slot()
    def _on_next(self) -> None:
        self.step_wanted.emit(1)


def _titled(caption: QLabel, control: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(theme.GRID // 2)
    column.addWidget(caption)
    column.addWidget(control)
    return column


def _small_button(icon: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icons.icon(icon))
    button.setIconSize(QSize(16, 16))
    return button
