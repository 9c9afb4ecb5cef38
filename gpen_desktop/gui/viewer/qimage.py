"""Between arrays and QImage, colours included. Safe in any thread, and no thread holds up others: what Qt does with a
QImage it does while no other thread can run Python, so Qt is given little at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QPointF, QSizeF
from PySide6.QtGui import QColorSpace, QImage

_SCREEN: Final = QColorSpace.NamedColorSpace.SRgb
"""Qt cannot ask for the screen's own profile; what is not told otherwise, desktops show as sRGB."""

_STRIP: Final = 64
"""Lines that Qt converts at a time: a millisecond's work."""

ToScreen = Callable[[NDArray[np.uint8]], QImage]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a part of the photo, of any number of pixels.

    images: from its finest on, each with half as many pixels a side. corner: of that part, in pixels of the photo.
    step: how far the pixels of the finest lie from each other there, across and down.
    """

    images: tuple[QImage, ...]
    corner: QPointF
    step: QSizeF


def of_level(image: QImage, level: int, corner: tuple[int, int] = (0, 0)) -> Picture:
    """A picture of a part of one level of the photo's pyramid. corner: of that part, in pixels of the level."""
    return Picture((image,), QPointF(*corner) * 2.0**level, QSizeF(2.0**level, 2.0**level))


def from_pixels(pixels: NDArray[np.uint8]) -> QImage:
    """A QImage (RGB32) of its own from (H, W, 3) uint8 RGB."""
    height, width = pixels.shape[:2]
    image = QImage(width, height, QImage.Format.Format_RGB32)
    cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA, dst=_memory(image))
    return image


def _memory(image: QImage) -> NDArray[np.uint8]:
    """(H, W, 4) uint8, the pixels of an RGB32 image, which is changed through it: blue, green, red, 255 on every
    little-endian machine."""
    return np.frombuffer(image.bits(), np.uint8).reshape(image.height(), image.width(), 4)


def to_screen(icc: bytes) -> ToScreen:
    """What turns pixels in the colours of an ICC profile into a QImage for the screen.

    icc: empty, or sound (core.photo_io leaves damaged ones out). A grey profile counts as sRGB, from which it differs
    by its tone curve only.
    """
    space = QColorSpace.fromIccProfile(QByteArray(icc)) if icc else QColorSpace(_SCREEN)
    if not space.isValid() or space.colorModel() != QColorSpace.ColorModel.Rgb or _is_screen(space):
        return from_pixels

    def converted(pixels: NDArray[np.uint8]) -> QImage:
        height, width = pixels.shape[:2]
        image = QImage(width, height, QImage.Format.Format_RGB32)
        made = _memory(image)
        for top in range(0, height, _STRIP):
            strip = from_pixels(pixels[top : top + _STRIP])
            strip.setColorSpace(space)
            strip.convertToColorSpace(QColorSpace(_SCREEN))
            made[top : top + _STRIP] = _memory(strip)
        return image

    return converted


def _is_screen(space: QColorSpace) -> bool:
    """Whether a profile is sRGB under whatever name."""
    return (
        space.primaries() == QColorSpace.Primaries.SRgb
        and space.transferFunction() == QColorSpace.TransferFunction.SRgb
    )
