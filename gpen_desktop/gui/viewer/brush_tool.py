"""Brushing over damage: what is marked is filled, what is erased is left as it is. A tool as those of face_tools.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen, qRgba

from gpen_desktop.core.types import BRUSH_RADII, Stroke
from gpen_desktop.gui.viewer.view_geometry import Placement

_OVERLAY_SIDE: Final = 2048
"""Longest side of the picture of the mask."""
_COLOUR: Final = QColor(255, 70, 60)
_OPACITY: Final = 150
_STEP: Final = 1.25
"""What a key changes the size by."""
_KEYS: Final = (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_E, Qt.Key.Key_Escape)


class BrushTool(QObject):
    """Paints strokes. Keys: [ and ] change the size, E changes between marking and erasing, Escape ends.

    stroked: a Stroke, when the mouse is let go. abandoned: Escape. changed: to be painted anew. adjusted: size or kind
    were changed by a key.

    Attributes
    ----------
    radius : of the brush, photo pixels. erases : whether it marks as sound.
    """

    stroked = Signal(object)
    changed = Signal()
    adjusted = Signal()
    abandoned = Signal()
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, radius: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.radius = radius
        self.erases = False
        self._mask: NDArray[np.bool_] | None = None
        self._overlay: QImage | None = None
        self._size = QSizeF()
        self._points: list[QPointF] = []
        self._fresh: tuple[Stroke, ...] = ()
        self._here: QPointF | None = None

    def show_damage(self, mask: NDArray[np.bool_] | None, fresh: Sequence[Stroke]) -> None:
        """mask: what is filled, (H, W) of the photo; None where that is not known yet. fresh: strokes that it does not
        hold yet."""
        if mask is not self._mask:
            self._mask, self._overlay = mask, None if mask is None else _overlay(mask)
            self._size = QSizeF() if mask is None else QSizeF(mask.shape[1], mask.shape[0])
        self._fresh = tuple(fresh)
        self.changed.emit()

    def press(self, point: QPointF, _scale: float) -> bool:
        self._points = [point]
        self.hover(point)
        return True

    def move(self, point: QPointF) -> None:
        if self._points:
            self._points.append(point)
        self.hover(point)

    def hover(self, point: QPointF) -> None:
        """The mouse is over a point of the photo."""
        self._here = point
        self.changed.emit()

    def release(self, _point: QPointF) -> None:
        points, self._points = self._points, []
        if points:
            self.stroked.emit(self._stroke(points))

    def _stroke(self, points: Sequence[QPointF]) -> Stroke:
        return Stroke(tuple((p.x(), p.y()) for p in points), self.radius, self.erases)

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is the brush's though it is a shortcut of the window too."""
        return event.key() in _KEYS and not event.modifiers()

    def key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.abandoned.emit()
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            factor = _STEP if key == Qt.Key.Key_BracketRight else 1 / _STEP
            self.radius = min(max(self.radius * factor, BRUSH_RADII[0]), BRUSH_RADII[1])
            self.adjusted.emit()
        elif key == Qt.Key.Key_E and not event.modifiers():
            self.erases = not self.erases
            self.adjusted.emit()
        else:
            return False
        self.changed.emit()
        return True

    def paint(self, painter: QPainter, placement: Placement) -> None:
        if self._overlay is not None:
            painter.drawImage(QRectF(placement.to_pane(QPointF(0, 0)), self._size * placement.scale), self._overlay)
        for stroke in (*self._fresh, *([self._stroke(self._points)] if self._points else ())):
            _paint_stroke(painter, stroke, placement)
        width = 2 * self.radius * placement.scale
        if self._here is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, thickness in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
                painter.setPen(QPen(colour, thickness))
                painter.drawEllipse(placement.to_pane(self._here), max(2.0, width / 2), max(2.0, width / 2))


def _paint_stroke(painter: QPainter, stroke: Stroke, placement: Placement) -> None:
    colour = QColor(255, 255, 255) if stroke.erases else QColor(_COLOUR)
    colour.setAlpha(_OPACITY)
    width = max(1.0, 2 * stroke.radius * placement.scale)
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, cap, join))
    at = [placement.to_pane(QPointF(*point)) for point in stroke.points]
    painter.drawPolyline(at if len(at) > 1 else at * 2)


def _overlay(mask: NDArray[np.bool_]) -> QImage:
    """A picture of the mask: clear where nothing is marked."""
    shares = mask.view(np.uint8) * np.uint8(255)
    factor = min(1.0, _OVERLAY_SIDE / max(mask.shape))
    if factor < 1:
        shares = np.asarray(cv2.resize(shares, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        shares = np.minimum(shares, 85) * np.uint8(3)  # a thin scratch has to be seen when it is small
    shares = np.ascontiguousarray(shares)
    height, width = shares.shape
    image = QImage(shares.data, width, height, width, QImage.Format.Format_Indexed8)
    red, green, blue = _COLOUR.red(), _COLOUR.green(), _COLOUR.blue()
    image.setColorTable([qRgba(red, green, blue, value * _OPACITY // 255) for value in range(256)])
    return image.copy()  # of its own memory
