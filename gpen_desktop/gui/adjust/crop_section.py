"""The panel's part on what of the photo is kept: turned, straightened, cropped."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gpen_desktop.core.compose import framing
from gpen_desktop.core.options import PRINTS, SHAPES, STRAIGHTEN_LIMIT
from gpen_desktop.core.types import Frame
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.common import i18n, icons, theme
from gpen_desktop.gui.common.combo_box import ComboBox
from gpen_desktop.gui.common.tips import set_tip

_STEPS = 10
"""Of the straightening slider, in a degree."""


class CropSection(QWidget):
    """changed: the Frame wanted, its name (history.StepName), and a key under which changes in a row are
    one step of the history.

    held: the slider is held. turn_wanted: by quarter turns, clockwise. toggled: choosing the part on the photo is to
    begin or to end.
    """

    changed = Signal(object, object, str)
    held = Signal(bool)
    turn_wanted = Signal(int)
    toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame = Frame()
        self._size: tuple[int, int] | None = None
        self._left, self._right = QPushButton(), QPushButton()
        self._left.setIcon(icons.icon("rotate-ccw"))
        self._right.setIcon(icons.icon("rotate-cw"))
        most = round(STRAIGHTEN_LIMIT * _STEPS)
        self.straighten = ValueSlider((-most, most), steps=_STEPS)
        self.straighten.set_mark(0)
        theme.set_role(self.straighten.slider, "from-middle")
        self.shape = ComboBox()
        self._caption = QLabel()
        self._caption.setBuddy(self.shape)
        self._other_way = QPushButton()
        self._other_way.setIcon(icons.icon("rectangle-vertical"))
        self._other_way.setFixedWidth(36)
        self.button = QPushButton()
        self.button.setCheckable(True)
        self.button.setIcon(icons.icon("crop"))
        self.reset = QPushButton()
        self._told = QLabel()
        self._told.setWordWrap(True)
        theme.set_role(self._told, "muted")
        self._lay_out()
        self._left.clicked.connect(self._on_left)
        self._right.clicked.connect(self._on_right)
        self.straighten.changed.connect(self._on_degrees)
        self.straighten.reset.connect(self._on_straight)
        self.straighten.held.connect(self.held)
        self.shape.activated.connect(self._on_shape)
        self._other_way.clicked.connect(self._on_other_way)
        self.button.clicked.connect(self.toggled)
        self.reset.clicked.connect(self._on_reset)
        self._say()
        i18n.follow(self._say)
        self.show_frame(Frame(), None)

    def _lay_out(self) -> None:
        turning, ending = QHBoxLayout(), QHBoxLayout()
        for row, buttons in ((turning, (self._left, self._right)), (ending, (self.button, self.reset))):
            row.setSpacing(theme.GRID)
            for button in buttons:
                row.addWidget(button, 1)
        shape = QGridLayout()
        shape.setHorizontalSpacing(theme.GRID)
        shape.addWidget(self._caption, 0, 0)
        shape.addWidget(self.shape, 0, 1)
        shape.addWidget(self._other_way, 0, 2)
        shape.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(turning)
        column.addWidget(self.straighten)
        column.addLayout(shape)
        column.addLayout(ending)
        column.addWidget(self._told)

    def show_frame(self, frame: Frame, size: tuple[int, int] | None) -> None:
        """What is kept of a photo of (width, height) pixels; None: it is not read yet."""
        self._frame, self._size = frame, size
        self.straighten.set_value(round(frame.degrees * _STEPS))
        self.shape.setCurrentIndex(SHAPES.index(frame.shape))
        self._other_way.setEnabled(size is not None and frame.shape not in ("free", "square"))
        self.reset.setEnabled(frame != Frame())
        self._told.setText(self._words(frame, size))
        self._told.setVisible(bool(self._told.text()))

    def show_cropping(self, is_on: bool) -> None:
        """Whether the part is being chosen on the photo."""
        self.button.setChecked(is_on)
        text = self.tr("Done") if is_on else self.tr("Crop")
        self.button.setText(f" {text}")  # Qt puts an icon and its text very close together
        self.button.setAccessibleName(text)
        self.button.setIcon(icons.icon("check" if is_on else "crop"))

    def _words(self, frame: Frame, size: tuple[int, int] | None) -> str:
        """How fine a print gets."""
        dpi = framing.print_dpi(frame.shape, framing.result_size(frame, size)) if size is not None else None
        return "" if dpi is None else self.tr("{dpi} dots per inch when printed at that size.").format(dpi=dpi)

    def _say(self) -> None:
        for button, text in ((self._left, self.tr("Left")), (self._right, self.tr("Right"))):
            button.setText(f" {text}")
        self._left.setToolTip(self.tr("Turn left"))
        self._left.setAccessibleName(self.tr("Turn left"))
        self._right.setToolTip(self.tr("Turn right"))
        self._right.setAccessibleName(self.tr("Turn right"))
        corners = self.tr("The corners that this would leave empty are cut off.")
        self.straighten.set_text(self.tr("Straighten"), corners, unit="°")
        self._caption.setText(self.tr("Shape"))
        prints = [self.tr("{short} × {long} cm").format(short=short, long=long) for short, long in PRINTS.values()]
        with QSignalBlocker(self.shape):
            self.shape.clear()
            self.shape.addItems([self.tr("Original"), self.tr("Free"), self.tr("Square"), *prints])
            self.shape.setCurrentIndex(SHAPES.index(self._frame.shape))
        self._other_way.setToolTip(self.tr("Upright or lying"))
        self._other_way.setAccessibleName(self.tr("Upright or lying"))
        set_tip(self.button, self.tr("Choose the part of the photo that is kept. Enter takes it, Escape gives up."))
        self.reset.setText(self.tr("Whole photo"))
        self.show_cropping(self.button.isChecked())
        self._told.setText(self._words(self._frame, self._size))

    @Slot()
    def _on_left(self) -> None:
        self.turn_wanted.emit(-1)

    @Slot()
    def _on_right(self) -> None:
        self.turn_wanted.emit(1)

    @Slot(int)
    def _on_degrees(self, steps: int) -> None:
        self.changed.emit(replace(self._frame, degrees=steps / _STEPS), lambda: self.tr("Straighten"), "straighten")

    @Slot()
    def _on_straight(self) -> None:
        self._on_degrees(0)

    @Slot(int)
    def _on_shape(self, number: int) -> None:
        """The largest part of another shape; of a free one, what there is."""
        shape = SHAPES[number]
        if shape == "free" and self._size is not None:
            box = framing.in_shares(framing.box_of(self._frame, self._size), self._size)
            frame = replace(self._frame, shape=shape, box=box)
        else:
            frame = replace(self._frame, shape=shape, box=None)
        self.toggled.emit(True)  # first: Escape goes back to what was there when cropping began
        self.changed.emit(frame, lambda: self.tr("Crop"), "")

    @Slot()
    def _on_other_way(self) -> None:
        """The largest part of the shape, standing where it lies, and the other way round."""
        if self._size is None:
            return
        width, height = framing.result_size(self._frame, self._size)
        ratio = framing.side_ratio(self._frame.shape, self._size, is_upright=width >= height)
        box = framing.largest(self._size, self._frame.degrees, ratio)
        self.changed.emit(replace(self._frame, box=framing.in_shares(box, self._size)), lambda: self.tr("Crop"), "")
        self.toggled.emit(True)

    @Slot()
    def _on_reset(self) -> None:
        self.changed.emit(Frame(), lambda: self.tr("Whole photo"), "")
