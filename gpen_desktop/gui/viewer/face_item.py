"""Faces over the photo: corner brackets, a chip under the chin with checkbox and number, and where the mouse is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from gpen_desktop.core.types import NO_FACE, FaceId
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.viewer.view_geometry import Placement

_ARM: Final = 0.2
_LONGEST_ARM: Final = 22.0
_CHIP_HEIGHT: Final = 20.0
_BOX: Final = 12.0
"""Side of the checkbox on a chip."""
_GRAB: Final = 3.0
"""Around a chip, where a click still means it."""
_DOT: Final = 4.0
_NEAR: Final = 70.0
"""Distance of the mouse, px, within which the dots of a crowd become chips."""
_OFF_OPACITY: Final = 0.45


class MarkState(Enum):
    """How a face stands; each looks different. CHANGED: the model made too much of another face of it."""

    ON = 0
    OFF = 1
    WORKING = 2
    HELD_BACK = 3
    CHANGED = 4


_WARNED: Final = (MarkState.HELD_BACK, MarkState.CHANGED)


@dataclass(frozen=True)
class FaceMark:
    """What is drawn for one face. number: as people see it. box: photo pixels (x, y, w, h)."""

    face: FaceId
    number: int
    box: tuple[float, float, float, float]
    state: MarkState

    @property
    def rect(self) -> QRectF:
        return QRectF(*self.box)

    @property
    def text(self) -> str:
        """Its number, with a sign where it changed too much."""
        return f"{self.number} !" if self.state is MarkState.CHANGED else str(self.number)


def in_sight(marks: Sequence[FaceMark], placement: Placement | None) -> tuple[FaceMark, ...]:
    """Those whose middle is in what is shown of the photo."""
    if placement is None:
        return tuple(marks)
    return tuple(mark for mark in marks if placement.rect.contains(placement.to_pane(mark.rect.center())))


def face_at(marks: Sequence[FaceMark], placement: Placement, point: QPointF) -> FaceId:
    """The face under a point of the pane, the smallest where several are; or NO_FACE."""
    here = placement.to_photo(point)
    hit = [mark for mark in marks if mark.rect.contains(here)]
    return min(hit, key=lambda mark: mark.box[2] * mark.box[3]).face if hit else NO_FACE


def chip_at(
    marks: Sequence[FaceMark], placement: Placement, point: QPointF, wide: Collection[FaceId], font: QFont
) -> FaceId:
    """The face whose chip is under a point of the pane; or NO_FACE. wide: those whose chip is no dot (see `wide`)."""
    metrics = QFontMetricsF(_chip_font(font))
    grown = (-_GRAB, -_GRAB, _GRAB, _GRAB)
    hit = [
        mark.face
        for mark in marks
        if mark.face in wide and _chip(_placed(mark, placement), mark, metrics).adjusted(*grown).contains(point)
    ]
    return hit[-1] if hit else NO_FACE  # the one painted last


def wide(
    marks: Sequence[FaceMark], placement: Placement, mouse: QPointF | None, lit: Collection[FaceId], font: QFont
) -> frozenset[FaceId]:
    """Faces whose chip is shown whole: wider than it, near the mouse, or lit. In a crowd
    the others have dots."""
    metrics = QFontMetricsF(_chip_font(font))

    def is_wide(mark: FaceMark) -> bool:
        rect = _placed(mark, placement)
        chip = _chip(rect, mark, metrics)
        if mark.face in lit or rect.width() >= chip.width():
            return True
        return mouse is not None and (mouse - chip.center()).manhattanLength() <= _NEAR

    return frozenset(mark.face for mark in marks if is_wide(mark))


def chips(marks: Sequence[FaceMark], placement: Placement, lit: Collection[FaceId], font: QFont) -> list[QRectF]:
    """Where chips stand in the pane, wherever the mouse is."""
    metrics = QFontMetricsF(_chip_font(font))
    whole = wide(marks, placement, None, lit, font)
    return [_chip(_placed(mark, placement), mark, metrics) for mark in marks if mark.face in whole]


@dataclass(frozen=True)
class MarkLook:
    """lit: faces in the accent's colour. wide: those with a whole chip. opacity: of all marks but those of faces that
    are off, which stay in sight."""

    lit: frozenset[FaceId] = frozenset()
    wide: frozenset[FaceId] = frozenset()
    opacity: float = 1.0


def paint_marks(
    painter: QPainter, marks: Sequence[FaceMark], placement: Placement, look: MarkLook, font: QFont
) -> None:
    """Paint all faces' marks in a pane."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = _chip_font(font)
    painter.setFont(font)
    for mark in marks:
        opacity = 1.0 if mark.state is MarkState.OFF else look.opacity
        if not opacity:
            continue
        painter.setOpacity(opacity)
        rect, is_lit = _placed(mark, placement), mark.face in look.lit
        _paint_brackets(painter, rect, _colour(mark, is_lit), is_dashed=mark.state is MarkState.WORKING)
        if mark.face in look.wide:
            _paint_chip(painter, _chip(rect, mark, QFontMetricsF(font)), mark, is_lit)
        else:
            _paint_dot(painter, rect, mark)
    painter.restore()


def _placed(mark: FaceMark, placement: Placement) -> QRectF:
    return placement.placed(mark.rect)


def _chip_font(font: QFont) -> QFont:
    return theme.tabular(theme.small(font))


def _chip(rect: QRectF, mark: FaceMark, metrics: QFontMetricsF) -> QRectF:
    """Under the chin of the face in `rect`, never over the eyes."""
    width = metrics.horizontalAdvance(mark.text) + _BOX + 18
    return QRectF(rect.center().x() - width / 2, rect.bottom() + 4, width, _CHIP_HEIGHT)


def _colour(mark: FaceMark, is_lit: bool) -> QColor:
    if is_lit:
        return QColor(theme.tokens().accent)
    if mark.state in _WARNED:
        return QColor(theme.tokens().warning)
    white = QColor(Qt.GlobalColor.white)
    if mark.state is MarkState.OFF:
        white.setAlphaF(_OFF_OPACITY)
    return white


def _paint_brackets(painter: QPainter, rect: QRectF, colour: QColor, is_dashed: bool) -> None:
    path = _brackets(rect)
    edge = QColor(0, 0, 0, round(140 * colour.alphaF()))
    # The edge lies under the line, one pixel wider on either side.
    for pen_colour, width in ((edge, 4.0), (colour, 2.0)):
        pen = QPen(pen_colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
        if is_dashed:
            pen.setDashPattern([6.0 / width, 6.0 / width])
        painter.strokePath(path, pen)


def _brackets(rect: QRectF) -> QPainterPath:
    arm = min(_LONGEST_ARM, _ARM * min(rect.width(), rect.height()))
    path = QPainterPath()
    for x, y, dx, dy in (
        (rect.left(), rect.top(), arm, arm),
        (rect.right(), rect.top(), -arm, arm),
        (rect.right(), rect.bottom(), -arm, -arm),
        (rect.left(), rect.bottom(), arm, -arm),
    ):
        path.moveTo(x + dx, y)
        path.lineTo(x, y)
        path.lineTo(x, y + dy)
    return path


def _paint_chip(painter: QPainter, chip: QRectF, mark: FaceMark, is_lit: bool) -> None:
    fill, ink = QColor(20, 20, 21, 200), QColor(Qt.GlobalColor.white)
    if is_lit:
        fill = QColor(theme.tokens().accent_fill)
    elif mark.state in _WARNED:
        fill, ink = QColor(theme.tokens().warning), QColor(20, 20, 21)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(chip, _CHIP_HEIGHT / 2, _CHIP_HEIGHT / 2)
    box = QRectF(chip.left() + 7, chip.center().y() - _BOX / 2, _BOX, _BOX)
    _paint_checkbox(painter, box, ink, is_checked=mark.state is not MarkState.OFF)
    painter.setPen(ink)
    painter.drawText(chip.adjusted(_BOX + 7, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, mark.text)


def _paint_checkbox(painter: QPainter, box: QRectF, ink: QColor, is_checked: bool) -> None:
    painter.setPen(QPen(ink, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    if is_checked:
        tick = QPolygonF([box.topLeft() + QPointF(x, y) for x, y in ((3, 6.2), (5.2, 8.6), (9.2, 3.8))])
        painter.setPen(QPen(ink, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(tick)


def _paint_dot(painter: QPainter, rect: QRectF, mark: FaceMark) -> None:
    colour = _colour(mark, is_lit=False)
    painter.setPen(QPen(QColor(0, 0, 0, 140), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if mark.state is MarkState.OFF else colour)
    painter.drawEllipse(QPointF(rect.center().x(), rect.bottom() + 4 + _DOT), _DOT, _DOT)
