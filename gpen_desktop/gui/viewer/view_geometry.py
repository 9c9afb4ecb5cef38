"""Where the photo lies in a pane, and how zooming and panning move it. Pure.

Lengths in a pane are logical pixels; `ratio` is device pixels per logical pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF

_MOST: Final = 16.0
"""Device pixels per photo pixel, at most."""
_MOST_FITTED: Final = 2.0
"""The same, for a photo that is fitted."""
_FIT_MARGIN: Final = 16.0
_DETAIL_MARGIN: Final = 0.1
"""Part of the visible sides that a detail reaches beyond them, so that short pans show nothing missing."""
_DETAIL_GRID: Final = 64


@dataclass(frozen=True)
class Placement:
    """photo: size in photo pixels. scale: logical pixels per photo pixel. origin: where the photo's corner is.

    is_fit: the photo was fitted, and is fitted anew when the pane changes.
    """

    photo: QSizeF
    scale: float
    origin: QPointF
    is_fit: bool = True

    @property
    def rect(self) -> QRectF:
        """The whole photo in the pane."""
        return QRectF(self.origin, self.photo * self.scale)

    def to_pane(self, point: QPointF) -> QPointF:
        return self.origin + point * self.scale

    def to_photo(self, point: QPointF) -> QPointF:
        return (point - self.origin) / self.scale


def fitted(photo: QSizeF, pane: QSizeF, ratio: float) -> Placement:
    """The whole photo in the middle; a small one enlarged, but not so far that its pixels are all one sees."""
    room = QSizeF(max(1.0, pane.width() - 2 * _FIT_MARGIN), max(1.0, pane.height() - 2 * _FIT_MARGIN))
    scale = min(room.width() / photo.width(), room.height() / photo.height(), _MOST_FITTED / ratio)
    return _settled(Placement(photo, scale, QPointF(), is_fit=True), pane)


def zoomed(placement: Placement, scale: float, anchor: QPointF, pane: QSizeF, ratio: float) -> Placement:
    """At another scale, the photo's point under `anchor` staying there."""
    least = min(fitted(placement.photo, pane, ratio).scale, 0.05 / ratio)
    scale = max(least, min(scale, _MOST / ratio))
    origin = anchor - placement.to_photo(anchor) * scale
    return _settled(replace(placement, scale=scale, origin=origin, is_fit=False), pane)


def panned(placement: Placement, by: QPointF, pane: QSizeF) -> Placement:
    """Moved by `by`, but never out of sight."""
    return _settled(replace(placement, origin=placement.origin + by, is_fit=False), pane)


def showing(placement: Placement, photo_rect: QRectF, pane: QSizeF, ratio: float, most: float) -> Placement:
    """With `photo_rect` in the middle, filling about half of the pane, but not larger than `most` or than it is now."""
    scale = 0.5 * min(pane.width() / photo_rect.width(), pane.height() / photo_rect.height())
    scale = min(scale, max(most / ratio, placement.scale))
    origin = QPointF(pane.width() / 2, pane.height() / 2) - photo_rect.center() * scale
    return _settled(replace(placement, scale=scale, origin=origin, is_fit=False), pane)


def detail_of(placement: Placement, pane: QSizeF, ratio: float, coarsest: int) -> tuple[int, QRect] | None:
    """Pyramid level and visible part of it (level pixels) that is as sharp as the screen; None if `coarsest` is."""
    level = max(0, math.floor(-math.log2(placement.scale * ratio) + 1e-6))
    if level >= coarsest:
        return None
    visible = QRectF(placement.to_photo(QPointF(0, 0)), pane / placement.scale)
    visible = visible.intersected(QRectF(QPointF(0, 0), placement.photo))
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

    size = placement.photo * placement.scale
    origin = QPointF(
        along(placement.origin.x(), size.width(), pane.width()),
        along(placement.origin.y(), size.height(), pane.height()),
    )
    return replace(placement, origin=origin)
