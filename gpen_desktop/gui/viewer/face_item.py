"""Faces over the photo: corner brackets, a numbered chip under the chin, and which face the mouse is on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from gpen_desktop.core.types import NO_FACE, FaceId
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.viewer.view_geometry import Placement

_ARM: Final = 0.2
_LONGEST_ARM: Final = 22.0
_CHIP_HEIGHT: Final = 18.0
_OFF_OPACITY: Final = 0.45


class MarkState(Enum):
    """How a face stands; each looks different."""

    ON = 0
    OFF = 1
    WORKING = 2
    HELD_BACK = 3


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


def face_at(marks: Sequence[FaceMark], placement: Placement, point: QPointF) -> FaceId:
    """The face under a point of the pane, the smallest where several are; or NO_FACE."""
    here = placement.to_photo(point)
    hit = [mark for mark in marks if mark.rect.contains(here)]
    return min(hit, key=lambda mark: mark.box[2] * mark.box[3]).face if hit else NO_FACE


def paint_marks(
    painter: QPainter, marks: Sequence[FaceMark], placement: Placement, hovered: FaceId, selected: FaceId, font: QFont
) -> None:
    """Paint all faces' marks in a pane."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = theme.tabular(theme.small(font))
    painter.setFont(font)
    for mark in marks:
        rect = QRectF(placement.to_pane(mark.rect.topLeft()), mark.rect.size() * placement.scale)
        is_lit = mark.face in (hovered, selected)
        colour = _colour(mark, is_lit)
        _paint_brackets(painter, rect, colour, is_dashed=mark.state is MarkState.WORKING)
        _paint_chip(painter, rect, mark, is_lit, QFontMetricsF(font))
    painter.restore()


def _colour(mark: FaceMark, is_lit: bool) -> QColor:
    if is_lit:
        return QColor(theme.tokens().accent)
    if mark.state is MarkState.HELD_BACK:
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


def _paint_chip(painter: QPainter, rect: QRectF, mark: FaceMark, is_lit: bool, metrics: QFontMetricsF) -> None:
    text = str(mark.number)
    width = max(_CHIP_HEIGHT, metrics.horizontalAdvance(text) + 10)
    chip = QRectF(rect.center().x() - width / 2, rect.bottom() + 4, width, _CHIP_HEIGHT)
    fill, ink = QColor(20, 20, 21, 190), QColor(Qt.GlobalColor.white)
    if is_lit:
        fill = QColor(theme.tokens().accent_fill)
    elif mark.state is MarkState.HELD_BACK:
        fill, ink = QColor(theme.tokens().warning), QColor(20, 20, 21)
    elif mark.state is MarkState.OFF:
        ink.setAlphaF(0.6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(chip, _CHIP_HEIGHT / 2, _CHIP_HEIGHT / 2)
    painter.setPen(ink)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
