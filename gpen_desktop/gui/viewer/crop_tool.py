"""Choosing the part of a photo that is kept: a box to move, and to draw by its sides and corners. A tool as those of
face_tools.py, over the whole straightened photo."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen

from gpen_desktop.core.compose import framing
from gpen_desktop.core.types import Box, Frame
from gpen_desktop.gui.viewer import arrow_keys
from gpen_desktop.gui.viewer.view_geometry import Placement, straightened

_GRAB: Final = 12.0
"""Logical pixels around a side or corner within which it is taken hold of."""
_SMALLEST: Final = 0.05
"""Of a side of the box, in parts of the photo's."""
_KEY_STEP: Final = 0.01
"""What an arrow key moves by, in parts of the photo's longer side."""
_HANDLE: Final = 18.0
_SHADE: Final = QColor(0, 0, 0, 150)

_Grip = tuple[int, int]
"""Which sides are held: -1 left or top, 1 right or bottom, 0 neither, across and down; (0, 0) the box itself."""

_CURSORS: Final = {
    (0, 0): Qt.CursorShape.SizeAllCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
}


class CropTool(QObject):
    """Keys: arrows move the box, with Shift they draw its lower right corner; Enter takes it, Escape gives up.

    moved: the Frame with the box as it is now, when the mouse is let go or a key was pressed. ended: whether it holds.
    """

    moved = Signal(object)
    changed = Signal()
    ended = Signal(bool)
    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, photo: QSizeF, frame: Frame, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = (round(photo.width()), round(photo.height()))
        self._grip: _Grip | None = None
        self._pressed = QPointF()
        self._at_press: Box = (0, 0, 0, 0)
        self.show_frame(frame)

    @property
    def box(self) -> Box:
        """As drawn now, in pixels of the straightened photo."""
        return self._box

    def show_frame(self, frame: Frame) -> None:
        """Another angle, box or shape."""
        self._frame = frame
        self._turn = straightened(QSizeF(*self._size), frame.degrees)
        self._box = framing.box_of(frame, self._size)
        self.changed.emit()

    def press(self, point: QPointF, scale: float) -> bool:
        self._grip = self._grip_at(self._turn.map(point), scale)
        self._pressed, self._at_press = self._turn.map(point), self._box
        return self._grip is not None

    def move(self, point: QPointF) -> None:
        if self._grip is None:
            return
        by = self._turn.map(point) - self._pressed
        self._box = self._at_press
        self._drag(self._grip, by.x(), by.y())
        self.changed.emit()

    def release(self, point: QPointF) -> None:
        self.move(point)
        if self._grip is not None and self._box != self._at_press:
            self._tell()
        self._grip = None

    def key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in arrow_keys.WAYS:
            by = arrow_keys.WAYS[key] * (_KEY_STEP * max(self._size))
            draws = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._drag((1, 1) if draws else (0, 0), by.x(), by.y())
            self._tell()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.ended.emit(key != Qt.Key.Key_Escape)
        else:
            return False
        self.changed.emit()
        return True

    def cursor_at(self, point: QPointF, scale: float) -> Qt.CursorShape:
        """What would be taken hold of there."""
        grip = self._grip or self._grip_at(self._turn.map(point), scale)
        if grip is None:
            return Qt.CursorShape.ArrowCursor
        return _CURSORS.get(grip) or _CURSORS[-grip[0], -grip[1]]

    def paint(self, painter: QPainter, placement: Placement) -> None:
        x0, y0, x1, y1 = (side * placement.scale for side in self._box)
        box = QRectF(QPointF(x0, y0), QPointF(x1, y1)).translated(placement.origin)
        outside = QPainterPath()
        outside.addRect(placement.rect)
        outside.addRect(box)  # odd-even: the box is left out
        painter.fillPath(outside, _SHADE)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(255, 255, 255, 90), 1))
        for third in (1 / 3, 2 / 3):
            x, y = box.left() + third * box.width(), box.top() + third * box.height()
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        for colour, width in ((QColor(0, 0, 0, 140), 3.0), (QColor(255, 255, 255), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(box)
        painter.setPen(QPen(QColor(255, 255, 255), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        arm = min(_HANDLE, box.width() / 3, box.height() / 3)
        for x, dx in ((box.left(), arm), (box.right(), -arm)):
            for y, dy in ((box.top(), arm), (box.bottom(), -arm)):
                painter.drawPolyline([QPointF(x + dx, y), QPointF(x, y), QPointF(x, y + dy)])

    def _tell(self) -> None:
        self._frame = replace(self._frame, box=framing.in_shares(self._box, self._size))
        self.moved.emit(self._frame)

    def _grip_at(self, point: QPointF, scale: float) -> _Grip | None:
        x0, y0, x1, y1 = self._box
        reach = _GRAB / scale
        if not (x0 - reach <= point.x() <= x1 + reach and y0 - reach <= point.y() <= y1 + reach):
            return None

        def side(at: float, low: float, high: float) -> int:
            near = min(reach, (high - low) / 3)
            return -1 if at - low < near else 1 if high - at < near else 0

        return side(point.x(), x0, x1), side(point.y(), y0, y1)

    def _drag(self, grip: _Grip, dx: float, dy: float) -> None:
        """The box as near to where it is dragged as the photo reaches."""
        if grip == (0, 0):
            for by in ((dx, 0.0), (0.0, dy)):  # along the photo's edge, where it is dragged over it
                self._box = self._towards(_moved(self._box, *by))
        else:
            ratio = framing.side_ratio(self._frame.shape, self._size, is_upright=self._is_upright)
            self._box = self._towards(self._drawn(grip, dx, dy, ratio))

    @property
    def _is_upright(self) -> bool:
        x0, y0, x1, y1 = self._box
        return y1 - y0 > x1 - x0

    def _towards(self, wanted: Box) -> Box:
        return framing.towards(self._box, wanted, self._size, self._frame.degrees)

    def _drawn(self, grip: _Grip, dx: float, dy: float, ratio: float | None) -> Box:
        """The box with the held sides moved; with a ratio, the opposite corner, or the middle of the opposite side,
        stays where it is."""
        x0, y0, x1, y1 = self._box
        least = (_SMALLEST * self._size[0], _SMALLEST * self._size[1])
        width = max(least[0], x1 - x0 + grip[0] * dx)
        height = max(least[1], y1 - y0 + grip[1] * dy)
        if ratio is not None:
            if grip[1] == 0 or (grip[0] != 0 and width / ratio > height):
                height = width / ratio
            else:
                width = height * ratio
        x = _placed(x0, x1, width, grip[0])
        y = _placed(y0, y1, height, grip[1])
        return x[0], y[0], x[1], y[1]


def _moved(box: Box, dx: float, dy: float) -> Box:
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


def _placed(low: float, high: float, length: float, side: int) -> tuple[float, float]:
    """A side of that length, grown to the side that is held, or from the middle."""
    if side == 0:
        middle = (low + high) / 2
        return middle - length / 2, middle + length / 2
    return (high - length, high) if side < 0 else (low, low + length)
