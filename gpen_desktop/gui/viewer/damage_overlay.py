"""Damage drawn over the photo: red what is filled, blue what is asked about."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, qRgba

from gpen_desktop.gui.viewer.view_geometry import Placement

FILLED: Final = QColor(255, 70, 60)
ASKED: Final = QColor(60, 180, 255)
"""Seen on sepia and on yellowed paper too."""
OPACITY: Final = 150
_LONGEST: Final = 2048
"""Longest side of the picture of a mask."""


class DamageOverlay:
    """A mask (H, W) of the photo, drawn in one colour."""

    def __init__(self, mask: NDArray[np.bool_], colour: QColor) -> None:
        self.mask = mask
        self._size = QSizeF(mask.shape[1], mask.shape[0])
        self._image = _picture(mask, colour)

    def paint(self, painter: QPainter, placement: Placement) -> None:
        """Over what is seen of the photo, turned and cut as that is."""
        painter.save()
        painter.setClipRect(placement.rect, Qt.ClipOperation.IntersectClip)
        painter.translate(placement.origin)
        painter.scale(placement.scale, placement.scale)
        painter.setTransform(placement.sight.turn, True)
        painter.drawImage(QRectF(QPointF(0, 0), self._size), self._image)
        painter.restore()


def overlay_of(
    mask: NDArray[np.bool_] | None, colour: QColor, last: DamageOverlay | None = None
) -> DamageOverlay | None:
    """None without a mask; `last` where that shows it already."""
    if mask is None:
        return None
    return last if last is not None and last.mask is mask else DamageOverlay(mask, colour)


def _picture(mask: NDArray[np.bool_], colour: QColor) -> QImage:
    """Clear where nothing is marked."""
    shares = mask.view(np.uint8) * np.uint8(255)
    factor = min(1.0, _LONGEST / max(mask.shape))
    if factor < 1:
        shares = np.asarray(cv2.resize(shares, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        shares = np.minimum(shares, 85) * np.uint8(3)  # a thin scratch has to be seen when it is small
    shares = np.ascontiguousarray(shares)
    height, width = shares.shape
    image = QImage(shares.data, width, height, width, QImage.Format.Format_Indexed8)
    red, green, blue = colour.red(), colour.green(), colour.blue()
    image.setColorTable([qRgba(red, green, blue, value * OPACITY // 255) for value in range(256)])
    return image.copy()  # of its own memory
