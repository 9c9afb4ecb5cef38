"""The divider between before and after, and the chips that say which side is which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPen, QRegion
from PySide6.QtWidgets import QWidget

from gpen_desktop.gui.common import theme

_HANDLE: Final = 28.0
_HALO: Final = 3.0
"""Of the handle's shadow, px."""
_CLEAR: Final = 4.0
"""Between the handle and what it keeps free, px."""
_GRAB: Final = 8.0
_SHADOW: Final = 6.0
_CHIP_MARGIN: Final = 12.0
_CHIP_HEIGHT: Final = 24.0
_FADE: Final = 40.0
"""Distance of the line from a chip, px, below which the chip fades."""


def is_hit(point: QPointF, x: float, y: float, area: QRectF) -> bool:
    """Whether a point takes hold of the divider at `x`, its handle at the height `y`."""
    on_handle = QRectF(x - _HANDLE / 2, y - _HANDLE / 2, _HANDLE, _HANDLE).contains(point)
    on_line = abs(point.x() - x) <= _GRAB and area.top() <= point.y() <= area.bottom()
    return on_handle or on_line


def handle_y(area: QRectF, x: float, *kept_free: Sequence[QRectF]) -> float:
    """Height of the handle of a divider at `x`: the middle of the visible part `area` of the photo, or as near to it as
    nothing of what is to be kept free is covered. Where there is no such place, the first of kept_free counts alone;
    and where that has none either, nothing does."""
    reach, middle = _HANDLE / 2 + _CLEAR, area.center().y()
    for count in range(len(kept_free), 0, -1):
        near = [each for kind in kept_free[:count] for each in kind if each.left() - reach < x < each.right() + reach]
        places = (middle, *(y for each in near for y in (each.top() - reach, each.bottom() + reach)))
        free = [
            y
            for y in places
            if area.top() + reach <= y <= area.bottom() - reach
            and not any(each.top() - reach < y < each.bottom() + reach for each in near)
        ]
        if free:
            return min(free, key=lambda y: abs(y - middle))
    return middle


def swept(x: float, to: float, area: QRectF, covered: float) -> QRegion:
    """What changes where the divider moves from `x` to another place: what it passes over, and the chips that say
    which side is which. covered: of the view's top, where there are none."""
    passed = QRectF(min(x, to), area.top(), abs(to - x), area.height())
    chips = QRectF(area.left(), _below(covered, area).top(), area.width(), _CHIP_MARGIN + _CHIP_HEIGHT)
    reach = _HANDLE / 2 + _HALO + 1
    return QRegion(passed.adjusted(-reach, 0, reach, 0).toAlignedRect()) | QRegion(chips.toAlignedRect())


def paint(painter: QPainter, x: float, y: float, area: QRectF) -> None:
    """Paint line and handle, that at the height `y`, over the visible part `area` of the photo."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for start, end in ((x - 1, x - _SHADOW), (x + 1, x + _SHADOW)):
        shade = QLinearGradient(start, 0, end, 0)
        shade.setColorAt(0, QColor(0, 0, 0, 60))
        shade.setColorAt(1, QColor(0, 0, 0, 0))
        painter.fillRect(QRectF(QPointF(start, area.top()), QPointF(end, area.bottom())).normalized(), shade)
    painter.fillRect(QRectF(x - 1, area.top(), 2, area.height()), Qt.GlobalColor.white)
    centre = QPointF(x, y)
    painter.setPen(Qt.PenStyle.NoPen)
    for grow, alpha in ((_HALO, 30), (_HALO / 2, 60)):
        painter.setBrush(QColor(0, 0, 0, alpha))
        painter.drawEllipse(centre + QPointF(0, 1), _HANDLE / 2 + grow, _HANDLE / 2 + grow)
    painter.setBrush(Qt.GlobalColor.white)
    painter.drawEllipse(centre, _HANDLE / 2, _HANDLE / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(
        QPen(QColor(theme.LIGHT.text), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.drawPath(_chevrons(centre))
    painter.restore()


def _chevrons(centre: QPointF) -> QPainterPath:
    path = QPainterPath()
    for sign in (-1, 1):
        tip = centre + QPointF(sign * 8, 0)
        path.moveTo(tip + QPointF(-sign * 4, -4))
        path.lineTo(tip)
        path.lineTo(tip + QPointF(-sign * 4, 4))
    return path


class SideChips(QObject):
    """The chips 'Before' and 'After' of a view. covered: px of the view's top, below which they stand, as something
    else lies there."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.are_shown = True
        self.covered = 0

    def show_them(self, are_shown: bool) -> None:
        """Whether they are wanted: others may say which side is which."""
        self.are_shown = are_shown
        self._view.update()

    @Slot(int)
    def leave_free(self, top: int) -> None:
        """Stand below so much of the view's top."""
        self.covered = top
        self._view.update()

    def paint(self, painter: QPainter, area: QRectF, *, is_after: bool, at_right: bool, line: float | None) -> None:
        """Paint one into an upper corner of `area`, in the painter's coordinates. line: where the divider is."""
        if self.are_shown:
            text = self.tr("After") if is_after else self.tr("Before")
            free = _below(self.covered - painter.transform().dy(), area)
            _paint_chip(painter, text, free, at_right, self._view.font(), line)


def _below(top: float, area: QRectF) -> QRectF:
    """What of an area lies below a height."""
    return QRectF(QPointF(area.left(), max(top, area.top())), area.bottomRight())


def _paint_chip(painter: QPainter, text: str, area: QRectF, at_right: bool, font: QFont, line: float | None) -> None:
    """Paint 'Before' or 'After' in an upper corner of `area`; faded where the line is near."""
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(text) + 20
    if width + 2 * _CHIP_MARGIN > area.width():
        return
    x = area.right() - _CHIP_MARGIN - width if at_right else area.left() + _CHIP_MARGIN
    chip = QRectF(x, area.top() + _CHIP_MARGIN, width, _CHIP_HEIGHT)
    opacity = 1.0
    if line is not None:
        distance = chip.left() - line if at_right else line - chip.right()
        opacity = max(0.0, min(1.0, distance / _FADE))
    if not opacity:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(opacity)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 21, 170))
    painter.drawRoundedRect(chip, theme.RADIUS, theme.RADIUS)
    painter.setPen(QColor(Qt.GlobalColor.white))
    painter.setFont(font)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
