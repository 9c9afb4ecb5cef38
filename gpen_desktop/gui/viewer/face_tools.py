"""Marking a face by hand: drawing a box around it, and dragging its five points. Each is a tool that the view hands its
mouse and keys to while it is in use; positions are photo pixels."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from gpen_desktop.gui.common import theme
from gpen_desktop.gui.viewer import arrow_keys
from gpen_desktop.gui.viewer.view_geometry import Placement

_SMALLEST_BOX: Final = 8.0
"""Photo pixels."""
_GRAB: Final = 14.0
"""Logical pixels around a point within which it is taken hold of."""
_POINT_RADIUS: Final = 6.0


class BoxTool(QObject):
    """Draws a box. Emits finished with it."""

    finished = Signal(QRectF)
    changed = Signal()
    abandoned = Signal()
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, photo: QSizeF, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bounds = QRectF(QPointF(0, 0), photo)
        self._start: QPointF | None = None
        self._box = QRectF()

    def press(self, point: QPointF, _scale: float) -> bool:
        self._start, self._box = point, QRectF()
        return True

    def move(self, point: QPointF) -> None:
        if self._start is not None:
            self._box = QRectF(self._start, point).normalized().intersected(self._bounds)
            self.changed.emit()

    def release(self, point: QPointF) -> None:
        self.move(point)
        self._start = None
        box, self._box = self._box, QRectF()
        self.changed.emit()
        if min(box.width(), box.height()) >= _SMALLEST_BOX:
            self.finished.emit(box)

    def key(self, event: QKeyEvent) -> bool:
        """Escape gives up."""
        if event.key() != Qt.Key.Key_Escape:
            return False
        self.abandoned.emit()
        return True

    def paint(self, painter: QPainter, placement: Placement) -> None:
        if self._box.isEmpty():
            return
        rect = QRectF(placement.to_pane(self._box.topLeft()), self._box.size() * placement.scale)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 140), 4.0), (QColor(theme.tokens().accent), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(rect)


class PointsTool(QObject):
    """Five points to drag: eyes, nose, corners of the mouth. By keyboard: Tab to the next, arrows to move, Enter to
    confirm, Escape to give up.

    Attributes
    ----------
    points : (5, 2) float64, as core.types.Face.landmarks.
    """

    confirmed = Signal()
    changed = Signal()
    abandoned = Signal()
    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, points: NDArray[np.float64], photo: QSizeF, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.points = np.array(points, np.float64)
        self._most = np.array([photo.width() - 1, photo.height() - 1])
        self._held: int | None = None
        self._active = 0

    def press(self, point: QPointF, scale: float) -> bool:
        """Take hold of the nearest point; False if none is near, and the view may pan."""
        distances = np.hypot(*(self.points - (point.x(), point.y())).T) * scale
        nearest = int(np.argmin(distances))
        if distances[nearest] > _GRAB:
            return False
        self._held = self._active = nearest
        return True

    def move(self, point: QPointF) -> None:
        if self._held is not None:
            self._place(self._held, np.array([point.x(), point.y()]))

    def release(self, _point: QPointF) -> None:
        self._held = None

    def key(self, event: QKeyEvent) -> bool:
        step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        key = Qt.Key(event.key())
        if key in arrow_keys.WAYS:
            by = arrow_keys.WAYS[key] * step
            self._place(self._active, self.points[self._active] + (by.x(), by.y()))
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._active = (self._active + (1 if key == Qt.Key.Key_Tab else -1)) % len(self.points)
            self.changed.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirmed.emit()
        elif key == Qt.Key.Key_Escape:
            self.abandoned.emit()
        else:
            return False
        return True

    def paint(self, painter: QPainter, placement: Placement) -> None:
        at = [placement.to_pane(QPointF(x, y)) for x, y in self.points]
        for colour, width in ((QColor(0, 0, 0, 110), 3.0), (QColor(255, 255, 255, 170), 1.0)):
            painter.setPen(QPen(colour, width))
            painter.drawPolyline([at[0], at[2], at[1]])
            painter.drawPolyline([at[3], at[2], at[4]])
            painter.drawLine(at[3], at[4])
        for index, point in enumerate(at):
            is_active = index == self._active
            painter.setPen(QPen(QColor(255, 255, 255), 2.0))
            painter.setBrush(QColor(theme.tokens().accent) if is_active else QColor(20, 20, 21, 40))
            painter.drawEllipse(point, _POINT_RADIUS, _POINT_RADIUS)

    def _place(self, index: int, where: NDArray[np.float64]) -> None:
        self.points[index] = np.clip(where, 0, self._most)
        self.changed.emit()
