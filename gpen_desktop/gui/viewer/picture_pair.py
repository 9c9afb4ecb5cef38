"""The two pictures of a photo, before and after, and how they are painted: an overview of each, and over it the part
that is looked at closer."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform

from gpen_desktop.gui.common import theme
from gpen_desktop.gui.viewer import qimage
from gpen_desktop.gui.viewer.preview import Opened, Shown
from gpen_desktop.gui.viewer.qimage import Picture
from gpen_desktop.gui.viewer.view_geometry import Placement, Sight, fitted, on_pixels

_PIXELS_SHOWN_FROM: Final = 8.0
"""Device pixels per photo pixel from which pixels are shown as squares."""

_THUMBNAIL_STANDS_FOR: Final = 16
"""Sides of the photo that a thumbnail is taken for while it is read, in sides of the thumbnail."""


class Version(Enum):
    """Which of the two pictures."""

    BEFORE = 0
    AFTER = 1


class PicturePair:
    """Before and after of the photo on screen.

    Attributes
    ----------
    size : of the photo, in photo pixels. overview_level : pyramid level of the overviews.
    """

    def __init__(self, opened: Opened) -> None:
        self.size = QSizeF(opened.photo.width, opened.photo.height)
        self.overview_level = opened.level
        overview = qimage.of_level(opened.overview, opened.level)
        self._overview = {Version.BEFORE: overview, Version.AFTER: overview}
        self._detail: dict[Version, Picture | None] = {Version.BEFORE: None, Version.AFTER: None}

    def take(self, shown: Shown) -> None:
        """Take over what was made anew."""
        if shown.before_overview is not None:
            self._overview[Version.BEFORE] = shown.before_overview
        if shown.after_overview is not None:
            self._overview[Version.AFTER] = shown.after_overview
        if shown.before_detail is not None:
            self._detail[Version.BEFORE] = shown.before_detail
        if shown.after_detail is not None:
            self._detail[Version.AFTER] = shown.after_detail
        if shown.wanted.part is None:
            self._detail = {Version.BEFORE: None, Version.AFTER: None}

    def level_size(self, level: int) -> tuple[int, int]:
        """(width, height) of a pyramid level."""
        return -(-int(self.size.width()) // 2**level), -(-int(self.size.height()) // 2**level)

    def thumbnail(self, version: Version, rect: QRectF, target: QSizeF) -> QImage:
        """The part `rect` (photo pixels) of the overview, scaled to cover `target` device pixels."""
        overview = self._overview[version]
        whole = overview.images[0]
        part = QTransform.fromScale(1 / overview.step.width(), 1 / overview.step.height()).mapRect(rect).toAlignedRect()
        image = whole.copy(part.intersected(whole.rect()))
        return image.scaled(
            target.toSize(),
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )

    def paint(self, painter: QPainter, version: Version, placement: Placement, clip: QRectF, ratio: float) -> None:
        """Paint one picture inside `clip`; both in the painter's coordinates."""
        placement = on_pixels(placement, ratio)
        scale, turn = placement.scale, placement.sight.turn
        painter.save()
        painter.setClipRect(clip.intersected(placement.rect))
        is_turned = turn.isRotating()
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, is_turned or scale * ratio < _PIXELS_SHOWN_FROM
        )
        # from the photo's pixels, enlarged, to the pane
        lies = QTransform.fromScale(1 / scale, 1 / scale) * turn * QTransform.fromScale(scale, scale)
        lies *= QTransform.fromTranslate(placement.origin.x(), placement.origin.y())
        corner = QPointF(0, 0)
        if is_turned:
            painter.setTransform(lies, True)
            back, _ = lies.inverted()
            clip = back.mapRect(clip)
        else:  # moved only, and whole pixels stay whole
            corner = lies.map(corner)
        for picture in (self._overview[version], self._detail[version]):
            if picture is not None:
                _paint_part(painter, picture, (corner, scale), clip, ratio)
        painter.restore()


def paint_thumbnail(painter: QPainter, thumbnail: QImage | None, view: QSizeF, ratio: float) -> None:
    """Paint a small picture where the photo of which it is will lie."""
    if thumbnail is not None and not thumbnail.isNull():
        place = fitted(Sight(QSizeF(thumbnail.size() * _THUMBNAIL_STANDS_FOR)), view, ratio).rect
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, thumbnail)


def drawn(size: QSizeF, ratio: float, paint: Callable[[QPainter], None]) -> QImage:
    """What `paint` paints over the canvas, as a picture of `size` logical pixels."""
    image = QImage((size * ratio).toSize(), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.tokens().canvas)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return image


def _paint_part(painter: QPainter, picture: Picture, photo: tuple[QPointF, float], clip: QRectF, ratio: float) -> None:
    """Paint what of a picture falls into `clip`, by as many of its pixels as are seen. photo: its corner, and its
    scale."""
    origin, scale = photo
    finest = max(picture.step.width(), picture.step.height()) * scale * ratio
    halvings = min(len(picture.images) - 1, max(0, math.floor(-math.log2(finest) + 1e-6)))
    image, step = picture.images[halvings], picture.step * (scale * 2**halvings)
    # from the image's pixels to the painter's
    lies = QTransform(step.width(), 0, 0, step.height(), 0, 0)
    lies *= QTransform.fromTranslate(origin.x() + picture.corner.x() * scale, origin.y() + picture.corner.y() * scale)
    seen = lies.mapRect(QRectF(image.rect())).intersected(clip)
    if seen.isEmpty():
        return
    # Whole source pixels, one more at each side, so that neighbours of the clip's edge are interpolated alike.
    back, _ = lies.inverted()
    source = back.mapRect(seen).toAlignedRect().adjusted(-1, -1, 1, 1).intersected(image.rect())
    painter.drawImage(lies.mapRect(QRectF(source)), image, QRectF(source))
