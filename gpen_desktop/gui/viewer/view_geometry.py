"""Where the photo lies in a pane, and how zooming and panning move it. Pure.

Lengths in a pane are logical pixels; `ratio` is device pixels per logical pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import QTransform

from gpen_desktop.core.compose import framing
from gpen_desktop.core.types import Frame

_MOST: Final = 16.0
"""Device pixels per photo pixel, at most."""
_MOST_FITTED: Final = 3.0
"""The same, for a photo that is fitted."""
_FIT_MARGIN: Final = 16.0
_DETAIL_MARGIN: Final = 0.1
"""Part of the visible sides that a detail reaches beyond them, so that short pans show nothing missing."""
_DETAIL_GRID: Final = 64


@dataclass(frozen=True)
class Sight:
    """What is shown of a photo. size: of that, in photo pixels. turn: from the photo's pixels to those."""

    size: QSizeF
    turn: QTransform = field(default_factory=QTransform)


def sight_of(photo: QSizeF, frame: Frame) -> Sight:
    """What a frame keeps of a photo of that size."""
    size = (round(photo.width()), round(photo.height()))
    x0, y0, x1, y1 = framing.kept(frame, size)
    return Sight(QSizeF(x1 - x0, y1 - y0), straightened(photo, frame.degrees) * QTransform.fromTranslate(-x0, -y0))


def straightened(photo: QSizeF, degrees: float) -> QTransform:
    """A photo's pixels to those of the straightened plane: turned clockwise about its middle."""
    turn = QTransform.fromTranslate(photo.width() / 2, photo.height() / 2)
    return turn.rotate(degrees).translate(-photo.width() / 2, -photo.height() / 2)


@dataclass(frozen=True)
class Placement:
    """sight: what is shown of the photo. scale: logical pixels per photo pixel. origin: where its corner is.

    is_fit: the photo was fitted, and is fitted anew when the pane changes.
    """

    sight: Sight
    scale: float
    origin: QPointF
    is_fit: bool = True

    @property
    def rect(self) -> QRectF:
        """All that is shown of the photo, in the pane."""
        return QRectF(self.origin, self.sight.size * self.scale)

    def to_pane(self, point: QPointF) -> QPointF:
        return self.origin + self.sight.turn.map(point) * self.scale

    def to_photo(self, point: QPointF) -> QPointF:
        back, _ = self.sight.turn.inverted()
        return back.map((point - self.origin) / self.scale)

    def placed(self, rect: QRectF) -> QRectF:
        """Where a small part of the photo is, upright still."""
        size = rect.size() * self.scale
        middle = self.to_pane(rect.center())
        return QRectF(middle - QPointF(size.width() / 2, size.height() / 2), size)


def fitted(sight: Sight, pane: QSizeF, ratio: float) -> Placement:
    """All that is shown, in the middle; if small, enlarged, but not so far that its pixels are all one sees."""
    room = QSizeF(max(1.0, pane.width() - 2 * _FIT_MARGIN), max(1.0, pane.height() - 2 * _FIT_MARGIN))
    scale = min(room.width() / sight.size.width(), room.height() / sight.size.height(), _MOST_FITTED / ratio)
    return _settled(Placement(sight, scale, QPointF(), is_fit=True), pane)


def seen_otherwise(placement: Placement, sight: Sight, pane: QSizeF, ratio: float) -> Placement:
    """The same photo with more or less of it shown: fitted, or with the same place in the middle."""
    if placement.is_fit:
        return fitted(sight, pane, ratio)
    middle = QPointF(pane.width() / 2, pane.height() / 2)
    moved = replace(placement, sight=sight)
    origin = placement.origin + middle - moved.to_pane(placement.to_photo(middle))
    return _settled(replace(moved, origin=origin), pane)


def zoomed(placement: Placement, scale: float, anchor: QPointF, pane: QSizeF, ratio: float) -> Placement:
    """At another scale, the photo's point under `anchor` staying there."""
    least = min(fitted(placement.sight, pane, ratio).scale, 0.05 / ratio)
    scale = max(least, min(scale, _MOST / ratio))
    origin = anchor - (anchor - placement.origin) * (scale / placement.scale)
    return _settled(replace(placement, scale=scale, origin=origin, is_fit=False), pane)


def panned(placement: Placement, by: QPointF, pane: QSizeF) -> Placement:
    """Moved by `by`, but never out of sight."""
    return _settled(replace(placement, origin=placement.origin + by, is_fit=False), pane)


def showing(placement: Placement, photo_rect: QRectF, pane: QSizeF, ratio: float, most: float) -> Placement:
    """With `photo_rect` in the middle, filling about half of the pane, but not larger than `most` or than it is now."""
    scale = 0.5 * min(pane.width() / photo_rect.width(), pane.height() / photo_rect.height())
    scale = min(scale, max(most / ratio, placement.scale))
    middle = placement.sight.turn.map(photo_rect.center())
    origin = QPointF(pane.width() / 2, pane.height() / 2) - middle * scale
    return _settled(replace(placement, scale=scale, origin=origin, is_fit=False), pane)


def detail_of(
    placement: Placement, photo: QSizeF, pane: QSizeF, ratio: float, coarsest: int
) -> tuple[int, QRect] | None:
    """Pyramid level and visible part of it (level pixels) that is as sharp as the screen; None if `coarsest` is. photo:
    its size."""
    level = max(0, math.floor(-math.log2(placement.scale * ratio) + 1e-6))
    if level >= coarsest:
        return None
    seen = placement.rect.intersected(QRectF(QPointF(0, 0), pane)).translated(-placement.origin)
    back, _ = placement.sight.turn.inverted()
    visible = back.mapRect(QRectF(seen.topLeft() / placement.scale, seen.size() / placement.scale))
    visible = visible.intersected(QRectF(QPointF(0, 0), photo))
    if visible.isEmpty():
        return None
    return level, QRectF(visible.topLeft() / 2**level, visible.size() / 2**level).toAlignedRect()


def with_margin(part: QRect, level_size: tuple[int, int]) -> QRect:
    """A part made larger, on a coarse grid, within the level's (width, height)."""
    dx, dy = round(part.width() * _DETAIL_MARGIN), round(part.height() * _DETAIL_MARGIN)
    grid = _DETAIL_GRID
    x0, y0 = (part.x() - dx) // grid * grid, (part.y() - dy) // grid * grid
    x1 = -(-(part.x() + part.width() + dx) // grid) * grid
    y1 = -(-(part.y() + part.height() + dy) // grid) * grid
    return QRect(x0, y0, x1 - x0, y1 - y0).intersected(QRect(0, 0, *level_size))


def on_pixels(placement: Placement, ratio: float) -> Placement:
    """For painting: the corner on a whole device pixel, so that photo pixels fall on the screen's at 100 %."""
    origin = placement.origin * ratio
    return replace(placement, origin=QPointF(round(origin.x()), round(origin.y())) / ratio)


def _settled(placement: Placement, pane: QSizeF) -> Placement:
    """Centred where it is smaller than the pane, else without a gap at any side."""

    def along(origin: float, length: float, room: float) -> float:
        return (room - length) / 2 if length <= room else max(room - length, min(0.0, origin))

    size = placement.sight.size * placement.scale
    origin = QPointF(
        along(placement.origin.x(), size.width(), pane.width()),
        along(placement.origin.y(), size.height(), pane.height()),
    )
    return replace(placement, origin=origin)
