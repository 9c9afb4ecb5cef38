"""What Automatic saw of the photo, as chips: each switches off what is done about it, and held shows the photo so, or
where that is which it asks about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gpen_desktop.core.options import AUTO, AUTOMATIC, Value, Values
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.automatic import SMALL
from gpen_desktop.core.stages.registry import Stage
from gpen_desktop.core.stages.run import Staged
from gpen_desktop.core.types import Seen
from gpen_desktop.gui.adjust.flow_layout import FlowLayout
from gpen_desktop.gui.common import i18n, theme
from gpen_desktop.gui.common.i18n import marked, message_text
from gpen_desktop.gui.common.tips import set_tip

_HOLD_MS: Final = 250
"""A press that lasts longer is a look, and switches nothing."""
_BY_HAND: Final = 60
"""Strength of a stage that a click turns on though Automatic saw no need."""
_WHY_ENLARGE: Final = marked("SeenChips", "Has fewer pixels than a screen shows; faces are restored at the larger size")
_ANSWERED: Final = {
    "seen-damage": marked("SeenChips", "Scratches"),
    "seen-dust": marked("SeenChips", "Dust"),
    "seen-small": marked("SeenChips", "Small: enlarged {times}×"),
}


@dataclass(frozen=True)
class Chip:
    """stage: whose switch it is. text: what was seen. is_on: whether something is done about it. help: what is.
    offered: see core.types.Seen. has_places: whether it asks about what lies in some places of the photo, known yet or
    not."""

    stage: str
    text: str
    is_on: bool
    help: str = ""
    offered: Value | None = None
    has_places: bool = False


def chips_of(seen: Sequence[Seen], staged: Staged | None, values: Values) -> tuple[Chip, ...]:
    """A chip for each stage that something was seen for, in the stages' order. values: of their options, as the user
    wants them; staged: what came of it, so far as is known."""
    return tuple(
        _chip(stage, [each for each in seen if each.stage == stage.name], staged, values)
        for stage in registry.STAGES
        if any(each.stage == stage.name for each in seen)
    )


def _chip(stage: Stage, seen: Sequence[Seen], staged: Staged | None, values: Values) -> Chip:
    decided = staged.values if staged is not None and values[stage.switch] == AUTOMATIC else values
    is_on = decided[stage.switch] not in (stage.off, AUTO)
    text = " · ".join(_answered(each, values) if is_on else message_text(each.words) for each in seen)
    results = staged.results if staged is not None else ()
    help = next((message_text(result.words) for result in results if result.stage == stage.name), "")
    if not help and SMALL in seen:  # nothing was looked for to tell of
        help = QCoreApplication.translate("SeenChips", _WHY_ENLARGE)
    offered = next((each.offered for each in seen if each.offered is not None), None)
    has_places = stage is registry.REPAIR and values[stage.switch] == AUTO and offered is not None
    return Chip(stage.name, text, is_on, help, offered, has_places)


def _answered(seen: Seen, values: Values) -> str:
    """What was seen, where something is done about it: an offer that was taken up asks no more."""
    if seen.words.code not in _ANSWERED:
        return message_text(seen.words)
    text = QCoreApplication.translate("SeenChips", _ANSWERED[seen.words.code])
    return text.format(times=QLocale().toString(float(values["scale"]), "g", 3))


def switched(chip: Chip, is_on: bool, values: Values) -> tuple[str, Value]:
    """What a click on a chip stands for: an option and its new value. values: of the stages' options now.

    On is what was offered, or Automatic; where Automatic itself left the stage off, it is a good half.
    """
    stage = next(stage for stage in registry.STAGES if stage.name == chip.stage)
    if not is_on:
        return stage.switch, stage.off if chip.offered is None else stage.options[0].default
    if chip.offered is not None:
        return stage.switch, chip.offered
    return stage.switch, AUTOMATIC if values[stage.switch] == stage.off else _BY_HAND


class SeenChips(QWidget):
    """switched: a stage's name, and whether it is to be on. held: the stage to be left out as long as it lasts, or
    whose places are to be shown, '' when it ends. grown: by so many px, as chips came or went."""

    switched = Signal(str, bool)
    held = Signal(str)
    grown = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: tuple[Chip, ...] = ()
        self._is_known = False
        self._buttons: list[_ChipButton] = []
        self._before: QWidget | None = None  # in the order of Tab
        self._row = QWidget()
        self._flow = FlowLayout(theme.GRID // 2, self._row)
        self._nothing = QLabel()
        theme.set_role(self._nothing, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._row)
        column.addWidget(self._nothing)
        column.addStretch(1)
        self._keep_room()
        self._say()
        i18n.follow(self._say)
        self.show_chips((), is_known=False)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Those that are shown."""
        return self._chips

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """One for each chip."""
        return tuple(self._buttons)

    def come_after(self, widget: QWidget) -> None:
        """Let Tab come to the chips from there; made later than all else, they would be the last it comes to."""
        self._before = widget

    def show_chips(self, chips: Sequence[Chip], *, is_known: bool) -> None:
        """is_known: the photo has been looked at; then no chip at all means that there is nothing to repair."""
        if [chip.stage for chip in chips] != [chip.stage for chip in self._chips]:
            self._make_buttons(chips)
        self._chips, self._is_known = tuple(chips), is_known
        for button, chip in zip(self._buttons, chips, strict=True):
            button.show_chip(chip)
        shown, other = (self._row, self._nothing) if chips else (self._nothing, self._row)
        other.hide()  # first, or there is room for both for a moment
        shown.show()
        self._say()

    def _keep_room(self) -> None:
        """For two rows, and also where none is shown: else all below moves under the mouse as chips come and go."""
        chip = _ChipButton("")
        chip.setText(self.tr("Nothing to repair"))
        row = chip.sizeHint().height()
        self._nothing.setMinimumHeight(row)
        self.setMinimumHeight(2 * row + theme.GRID // 2)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().isValid():
            self.grown.emit(event.size().height() - event.oldSize().height())

    def _make_buttons(self, chips: Sequence[Chip]) -> None:
        for button in self._buttons:
            if button.isDown():  # nobody will hear that it is let go of
                self.held.emit("")
            button.hide()
            button.deleteLater()
        self._buttons = []
        while self._flow.takeAt(0) is not None:
            pass
        for chip in chips:
            button = _ChipButton(chip.stage)
            button.switched.connect(self.switched)
            button.held.connect(self.held)
            self._flow.addWidget(button)
            self._buttons.append(button)
        if self._before is not None:
            for one, next_one in pairwise((self._before, *self._buttons)):
                QWidget.setTabOrder(one, next_one)

    def _say(self) -> None:
        self.setAccessibleName(self.tr("What was seen"))
        self._nothing.setText(self.tr("Nothing to repair") if self._is_known else self.tr("Looking at the photo…"))


class _ChipButton(QPushButton):
    switched = Signal(str, bool)
    held = Signal(str)

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage
        self._is_held = self._can_be_held = False
        self._timer = QTimer(self, singleShot=True, interval=_HOLD_MS)
        self._timer.timeout.connect(self._on_held)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard to the photo
        theme.set_role(self, "seen")
        self.pressed.connect(self._on_pressed)
        self.released.connect(self._on_released)
        self.clicked.connect(self._on_clicked)

    def show_chip(self, chip: Chip) -> None:
        self.setText(chip.text)
        self.setAccessibleName(chip.text)
        self.setChecked(chip.is_on)
        self._can_be_held = chip.is_on or chip.has_places  # else there is nothing to leave out, or to show
        set_tip(self, self._tip(chip))

    def _tip(self, chip: Chip) -> str:
        """What is done, and what holding the chip shows: nothing else on screen says that."""
        if not self._can_be_held:
            return chip.help
        how = (
            self.tr("Press and hold to see the photo without it.")
            if chip.is_on
            else self.tr("Press and hold to see where.")
        )
        return self.tr("{done}. {how}").format(done=chip.help, how=how) if chip.help else how

    def nextCheckState(self) -> None:
        if not self._is_held:
            super().nextCheckState()

    @Slot()
    def _on_pressed(self) -> None:
        self._is_held = False
        if self._can_be_held:
            self._timer.start()

    @Slot()
    def _on_held(self) -> None:
        self._is_held = True
        self.held.emit(self._stage)

    @Slot()
    def _on_released(self) -> None:
        self._timer.stop()
        if self._is_held:
            self.held.emit("")

    @Slot(bool)
    def _on_clicked(self, is_on: bool) -> None:
        if self._is_held:
            self._is_held = False
            return
        self.switched.emit(self._stage, is_on)
