"""The panel's part on damage: show what is to be filled, and brush over it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from gpen_desktop.core.types import BRUSH_RADII
from gpen_desktop.gui.adjust.controls import Segments
from gpen_desktop.gui.common import i18n, icons, theme


class BrushBar(QWidget):
    """toggled: brushing is to begin or to end. adjusted: the brush's radius (photo pixels) and whether it erases."""

    toggled = Signal(bool)
    adjusted = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton()
        self.button.setCheckable(True)
        self._kinds = Segments((False, True))
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(*BRUSH_RADII)
        self._caption = QLabel()
        self._caption.setBuddy(self._size)
        self._hint = QLabel()
        theme.set_role(self._hint, "muted")
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addWidget(self._caption)
        row.addWidget(self._size, 1)
        self._tools = QWidget()
        tools = QVBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(theme.GRID)
        tools.addWidget(self._kinds)
        tools.addLayout(row)
        tools.addWidget(self._hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self.button)
        column.addWidget(self._tools)
        self.button.clicked.connect(self.toggled)
        self._kinds.chosen.connect(self._on_kind)
        self._size.valueChanged.connect(self._on_size)
        self._erases = self._asks = False
        self._say()
        i18n.follow(self._say)
        self.show_brush(None)

    @property
    def kinds(self) -> Segments:
        """Marking (False) or erasing (True)."""
        return self._kinds

    def show_brush(self, brush: tuple[float, bool] | None, *, asks: bool = False) -> None:
        """Radius and whether it erases, of the brush in use; None: there is none. asks: whether any damage is shown
        that is only asked about."""
        if asks != self._asks:
            self._asks = asks
            self._say()
        self.button.setChecked(brush is not None)
        self._say_button()
        self._tools.setVisible(brush is not None)
        if brush is not None:
            radius, self._erases = brush
            with QSignalBlocker(self._size):
                self._size.setValue(round(radius))
            self._kinds.set_value(self._erases)

    def _say(self) -> None:
        self._say_button()
        self._kinds.set_texts(self.tr("Brush"), [self.tr("Mark"), self.tr("Erase")])
        self._caption.setText(self.tr("Size"))
        self._size.setAccessibleName(self.tr("Size of the brush"))
        # Broken by hand: a label that wraps is squeezed, this deep in the panel
        lines = [self.tr("What is red is filled in.")]
        if self._asks:
            lines.append(self.tr("What is blue waits for your yes."))
        self._hint.setText("\n".join([*lines, self.tr("Keys: [ ] size, E erase, Esc end.")]))

    def _say_button(self) -> None:
        is_on = self.button.isChecked()
        text = self.tr("Done") if is_on else self.tr("Show and brush damage")
        self.button.setText(f" {text}")  # Qt puts an icon and its text very close together
        self.button.setAccessibleName(text)
        self.button.setIcon(icons.icon("check" if is_on else "brush"))

    @Slot(object)
    def _on_kind(self, erases: bool) -> None:
        self._erases = erases
        self.adjusted.emit(self._size.value(), erases)

    @Slot(int)
    def _on_size(self, radius: int) -> None:
        self.adjusted.emit(radius, self._erases)
