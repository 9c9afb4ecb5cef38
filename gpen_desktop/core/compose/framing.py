"""Straightening and cropping: the last step of a composition, so that nothing that was made of the photo is made anew.

Two planes: the photo's pixels, and the straightened plane, which has the photo's size, and in which the photo lies
turned about its middle. A box is a part of the straightened plane whose corners all lie in the photo.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.options import PRINTS
from gpen_desktop.core.output.cost import enlarged
from gpen_desktop.core.types import Affine, Box, Frame, Photo, Pixels, Rect, frozen

Size = tuple[int, int]
"""(width, height) in pixels."""

# OpenCV's warps take no side of 32768 px or more, so a picture is made in tiles.
_TILE: Final = 4096
_REACH: Final = 4  # px around a tile that interpolation may look at
# Scales are not told apart more finely than this: it is far less than a pixel of the largest photo.
_SAME_SCALE: Final = 1e-7


def side_ratio(shape: str, size: Size, *, is_upright: bool) -> float | None:
    """Width over height of a shape, or None for one that is free. size: of the photo; is_upright: whether the box is to
    be higher than wide."""
    if shape == "free":
        return None
    long = max(size) / min(size)
    if shape != "original":
        short_cm, long_cm = PRINTS.get(shape, (1, 1))
        long = long_cm / short_cm
    return 1 / long if is_upright else long


def largest(size: Size, degrees: float, ratio: float | None) -> Box:
    """The largest box of a ratio (None: the photo's own) in the middle, in pixels."""
    width, height = size
    ratio = ratio or width / height
    across, down = min(width, height * ratio), min(height, width / ratio)
    box = ((width - across) / 2, (height - down) / 2, (width + across) / 2, (height + down) / 2)
    return _shrunk(box, size, degrees)


def box_of(frame: Frame, size: Size) -> Box:
    """A frame's box in a photo of (width, height), in pixels; all of it in the photo."""
    if frame.box is None:
        return largest(size, frame.degrees, side_ratio(frame.shape, size, is_upright=size[1] > size[0]))
    return _shrunk(in_pixels(frame.box, size), size, frame.degrees)


def in_pixels(box: Box, size: Size) -> Box:
    """A box given in shares, in the pixels of the straightened plane."""
    width, height = size
    return box[0] * width, box[1] * height, box[2] * width, box[3] * height


def in_shares(box: Box, size: Size) -> Box:
    """The other way round, kept within 0 and 1."""
    width, height = size
    x0, y0, x1, y1 = (min(max(side, 0.0), 1.0) for side in np.divide(box, (width, height, width, height)).tolist())
    return x0, y0, x1, y1


def towards(box: Box, wanted: Box, size: Size, degrees: float) -> Box:
    """The box as far on its way to the wanted one as its corners stay in the photo, and in the straightened plane. All
    in pixels; `box` lies in both."""
    way = 1.0
    for plane in (degrees, 0.0):
        for here, there in zip(_corners(box, size, plane), _corners(wanted, size, plane), strict=True):
            for start, end, half in zip(here, there, (size[0] / 2, size[1] / 2), strict=True):
                if abs(end) > half and end != start:
                    way = min(way, max(0.0, (math.copysign(half, end) - start) / (end - start)))
    x0, y0, x1, y1 = (start + way * (end - start) for start, end in zip(box, wanted, strict=True))
    return x0, y0, x1, y1


def kept(frame: Frame, size: Size) -> Rect:
    """What is kept of a photo of (width, height): (x0, y0, x1, y1), whole pixels of the straightened plane."""
    x0, y0, x1, y1 = box_of(frame, size)
    width, height = max(1, math.floor(x1 - x0 + 1e-6)), max(1, math.floor(y1 - y0 + 1e-6))
    left, top = min(round(x0), size[0] - width), min(round(y0), size[1] - height)
    return left, top, left + width, top + height


def result_size(frame: Frame, size: Size) -> Size:
    """(width, height) of what is kept of a photo of that size."""
    x0, y0, x1, y1 = kept(frame, size)
    return x1 - x0, y1 - y0


def enlarged_result_size(frame: Frame, size: Size, scale: float) -> Size:
    """(width, height) of the result of a photo of that size, which is enlarged `scale` times before it is cut."""
    return result_size(frame, enlarged(size, scale))


def scale_for(frame: Frame, size: Size, side: int, pixels: int, limits: tuple[float, float]) -> float:
    """How many times to enlarge a photo so that a side (0 width, 1 height) of its result has so many pixels, within
    limits. About as many where no scale gives just that: the long side of a print grows by more than one at once."""
    low, high = limits
    scale = min(max(pixels / result_size(frame, size)[side], low), high)  # but for what rounding takes
    while (made := enlarged_result_size(frame, size, scale)[side]) != pixels and high - low > _SAME_SCALE:
        low, high = (scale, high) if made < pixels else (low, scale)
        scale = (low + high) / 2
    return scale


def print_dpi(shape: str, size: Size) -> int | None:
    """Pixels per inch where a picture of (width, height) is printed in a shape; None for one that is no print size."""
    if shape not in PRINTS:
        return None
    return round(min(max(size) / PRINTS[shape][1], min(size) / PRINTS[shape][0]) * 2.54)


def straightening(size: Size, degrees: float) -> Affine:
    """(2, 3): pixels of the photo to those of the straightened plane, pixel centres at whole numbers."""
    middle = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, middle - turn @ middle])


def framed(photo: Photo, frame: Frame) -> Photo:
    """What is kept of a photo, its metadata with it; the very same one for all of it."""
    size = (photo.width, photo.height)
    box = kept(frame, size)
    if not frame.degrees and box == (0, 0, *size):
        return photo
    alpha = None if photo.alpha is None else _cut(photo.alpha, frame.degrees, box)
    return dataclasses.replace(photo, pixels=_cut(photo.pixels, frame.degrees, box), alpha=alpha)


def turned_frame(frame: Frame, quarters: int) -> Frame:
    """The frame of the same part, once the photo is turned clockwise by quarter turns."""
    if frame.box is None:
        return frame
    x0, y0, x1, y1 = frame.box
    for _ in range(quarters % 4):
        x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
    return dataclasses.replace(frame, box=(x0, y0, x1, y1))


def _corners(box: Box, size: Size, degrees: float) -> NDArray[np.float64]:
    """(4, 2): a box's corners in the photo, from its middle."""
    x0, y0, x1, y1 = box
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) - (size[0] / 2, size[1] / 2)
    return np.asarray(corners @ straightening(size, degrees)[:, :2])  # turned back: the transpose from the left


def _shrunk(box: Box, size: Size, degrees: float) -> Box:
    """A box (pixels), drawn together about the photo's middle until its corners are in the photo."""
    middle = (size[0] / 2, size[1] / 2)
    return towards((*middle, *middle), box, size, degrees)


def _cut(pixels: Pixels, degrees: float, box: Rect) -> Pixels:
    """A box of the straightened plane, (h, w) or (h, w, 3); bit for bit where nothing is turned."""
    x0, y0, x1, y1 = box
    if not degrees:
        return frozen(cast(Pixels, np.ascontiguousarray(pixels[y0:y1, x0:x1])))
    made = np.empty((y1 - y0, x1 - x0, *pixels.shape[2:]), pixels.dtype)
    back = straightening((pixels.shape[1], pixels.shape[0]), -degrees)
    for left, top, right, bottom in _tiles(box):
        made[top - y0 : bottom - y0, left - x0 : right - x0] = _warped(pixels, back, (left, top, right, bottom))
    return frozen(cast(Pixels, made))


def _tiles(box: Rect) -> Iterator[Rect]:
    x0, y0, x1, y1 = box
    for top in range(y0, y1, _TILE):
        for left in range(x0, x1, _TILE):
            yield left, top, min(left + _TILE, x1), min(top + _TILE, y1)


def _warped(pixels: Pixels, back: Affine, tile: Rect) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """One tile. back: (2, 3), from the straightened plane to the photo."""
    left, top, right, bottom = tile
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) @ back[:, :2].T + back[:, 2]
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - _REACH, 0)
    high = np.ceil(corners.max(axis=0)).astype(int) + _REACH
    source = pixels[low[1] : high[1], low[0] : high[0]]
    shifted = np.column_stack([back[:, :2], back @ np.array([left, top, 1.0]) - low])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(source, shifted, (right - left, bottom - top), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cast(Pixels, made)
