"""The result's width and height: what they are, and to be typed where a certain number of pixels is wanted."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gpen_desktop.core.compose.framing import enlarged_result_size, scale_for
from gpen_desktop.core.types import Frame
from gpen_desktop.gui.adjust.value_slider import ValueField
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.common.tips import set_tip


class SizeFields(QWidget):
    """Two numbers that go together. changed: how many times larger than the photo, by the user; of `limits`."""

    changed = Signal(float)

    def __init__(self, limits: tuple[int, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limits = limits
        self._frame, self._photo = Frame(), (1, 1)
        self.width_field, self.height_field = ValueField((0, 0)), ValueField((0, 0))
        self._unit = QLabel()
        by = QLabel("×")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID // 2)
        for field in (self.width_field, self.height_field):
            field.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            # with a frame: without a slider beside it nothing else shows that it can be typed
            theme.set_role(field, "")
        row.addStretch(1)
        for part in (self.width_field, by, self.height_field, self._unit):
            row.addWidget(part)
        for label in (by, self._unit):
            theme.set_role(label, "muted")
        self.width_field.typed.connect(self._on_width)
        self.height_field.typed.connect(self._on_height)

    def show_size(self, frame: Frame, photo: tuple[int, int], scale: float) -> None:
        """frame: what is kept. photo: (width, height) in pixels of all of it, not enlarged. scale: how many times it
        is."""
        self._frame, self._photo = frame, photo
        least, most, now = (enlarged_result_size(frame, photo, each) for each in (*self._limits, scale))
        for side, field in enumerate((self.width_field, self.height_field)):
            field.set_limits((least[side], most[side]))
            field.set_value(now[side])
        is_said = scale == int(scale)  # by the control for whole numbers
        self._unit.setText(self.tr("px") if is_said else self.tr("px, {scale}×").format(scale=f"{scale:.3g}"))

    def say(self) -> None:
        """Put the words into the window's language."""
        helps = self.tr("Type how many pixels you want; the other side follows.")
        for field, name in ((self.width_field, self.tr("Width")), (self.height_field, self.tr("Height"))):
            field.setAccessibleName(name)
            set_tip(field, helps)

    @Slot(int)
    def _on_width(self, pixels: int) -> None:
        self._tell(0, pixels)

    @Slot(int)
    def _on_height(self, pixels: int) -> None:
        self._tell(1, pixels)

    def _tell(self, side: int, pixels: int) -> None:
        self.changed.emit(scale_for(self._frame, self._photo, side, pixels, self._limits))
