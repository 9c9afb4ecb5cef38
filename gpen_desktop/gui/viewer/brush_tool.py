"""Brushing over damage: what is marked is filled, what is erased is left as it is. A tool as those of face_tools.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from gpen_desktop.core.types import BRUSH_RADII, Stroke
from gpen_desktop.gui.viewer.damage_overlay import ASKED, FILLED, OPACITY, DamageOverlay, overlay_of
from gpen_desktop.gui.viewer.view_geometry import Placement

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
        self._filled: DamageOverlay | None = None
        self._asked: DamageOverlay | None = None
        self._points: list[QPointF] = []
        self._fresh: tuple[Stroke, ...] = ()
        self._here: QPointF | None = None

    def show_damage(
        self, filled: NDArray[np.bool_] | None, asked: NDArray[np.bool_] | None, fresh: Sequence[Stroke]
    ) -> None:
        """filled, asked: what is filled, and what else is asked about, (H, W) of the photo; None where that is not
        known yet, or nothing is asked. fresh: strokes that they do not hold yet."""
        self._filled = overlay_of(filled, FILLED, self._filled)
        self._asked = overlay_of(asked, ASKED, self._asked)
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
        for overlay in (self._asked, self._filled):
            if overlay is not None:
                overlay.paint(painter, placement)
        for stroke in (*self._fresh, *([self._stroke(self._points)] if self._points else ())):
            _paint_stroke(painter, stroke, placement)
        width = 2 * self.radius * placement.scale
        if self._here is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, thickness in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
                painter.setPen(QPen(colour, thickness))
                painter.drawEllipse(placement.to_pane(self._here), max(2.0, width / 2), max(2.0, width / 2))


def _paint_stroke(painter: QPainter, stroke: Stroke, placement: Placement) -> None:
    colour = QColor(255, 255, 255) if stroke.erases else QColor(FILLED)
    colour.setAlpha(OPACITY)
    width = max(1.0, 2 * stroke.radius * placement.scale)
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, cap, join))
    at = [placement.to_pane(QPointF(*point)) for point in stroke.points]
    painter.drawPolyline(at if len(at) > 1 else at * 2)
