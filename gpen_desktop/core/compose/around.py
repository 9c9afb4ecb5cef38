"""Layers that lie in the photo and not in the crop: what the photo has around a face that the model did not see.

A head may fill an enlarged photo, and a float for each of its pixels and colours takes gigabytes; so they are worked
out in strips. One that is no larger than a strip is worked on as a whole, which gives the same but for rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.affine import from_part, scale_of
from gpen_desktop.core.compose import texture
from gpen_desktop.core.grain import Grain, fine_band, in_all_colours, local_deviation, luma, make_grain, measure_grain
from gpen_desktop.core.types import Affine, FloatImage, Pixels, Rect, frozen

STRIP: Final = 1 << 22
"""Pixels worked on at a time."""
# Over this many photo px per crop px the photo has a band of its own that no model saw.
_HIGH_PASS_FROM: Final = 1.25
# Grain is measured in the middle of what is larger than this, px each way.
_MEASURED: Final = 4096
_ROWS: Final = 64
"""Rows whose luma is worked out at a time."""
_GRAIN_MARGIN: Final = 20
"""px that the filters of missing_grain see: a Gaussian of 2 and a square of 15."""


@dataclass(frozen=True)
class _Strip:
    """Rows top to bottom of a picture, and low to high, of which they need to know. The last ones are outside."""

    top: int
    bottom: int
    low: int
    high: int

    @property
    def inner(self) -> slice:
        """The rows themselves, in what is known of."""
        return slice(self.top - self.low, self.bottom - self.low)

    def every(self, step: int) -> slice:
        """Of the rows, those whose number in the picture is a multiple of `step`, in what is known of."""
        return slice(-(-self.top // step) * step - self.low, self.bottom - self.low, step)


@dataclass(frozen=True, eq=False)
class InCrop:
    """Something in crop space, (S, S[, 3]), with its map and the part of the photo that it is wanted for."""

    image: FloatImage
    to_crop: Affine
    rect: Rect

    def rows(self, strip: _Strip) -> FloatImage:
        """What a strip of the part knows of it."""
        x0, y0, x1, _ = self.rect
        return warp_to_photo(self.image, self.to_crop, (x0, y0 + strip.low, x1, y0 + strip.high))


def _strips(height: int, width: int, margin: int) -> Iterator[_Strip]:
    rows = max(1, STRIP // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        yield _Strip(top, bottom, max(0, top - margin), min(height, bottom + margin))


def warp_to_photo(image: FloatImage, to_crop: Affine, rect: Rect) -> FloatImage:
    """Bring a crop-space image (S, S[, 3]) into the photo's pixels of rect (x0, y0, x1, y1); 0 outside the crop.

    Anti-aliased where the face is smaller in the photo than in the crop.
    """
    density = scale_of(to_crop)
    sigma = 0.5 * float(np.sqrt(max(0.0, density * density - 1)))
    if sigma > 0.2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    return np.asarray(
        cv2.warpAffine(
            image,
            from_part(to_crop, *rect[:2]),
            (rect[2] - rect[0], rect[3] - rect[1]),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
        ),
        np.float32,
    )


def high_pass_noise(around: Pixels, eyes: InCrop, mask: FloatImage) -> FloatImage | None:
    """Minus the noise that the photo `around` a face (h, w, 3) has beyond the crop's resolution, (h, w, 3) in [0, 1],
    of half precision where that is large; None where the photo has no such band.

    eyes (S, S): where strong detail is no noise, either. mask (h, w): where the face is.
    """
    density = scale_of(eyes.to_crop)
    if 1 / density < _HIGH_PASS_FROM:
        return None
    height, width = mask.shape
    sigma = 0.5 / density
    strips = list(_strips(height, width, math.ceil(5 * sigma) + 6))
    has_eyes = bool(eyes.image.any())
    samples = []
    for strip in strips:
        bands = _bands(around, strip, sigma)
        rows = strip.every(3)
        inside = mask[strip.low : strip.high][rows, ::3] > 0.5
        samples.append((bands.local[rows, ::3].copy(), inside))
    floor = texture.floor_of(samples)
    made = bands.colours if len(strips) == 1 else np.empty((height, width, 3), "float16")
    for strip in strips:
        if len(strips) > 1:
            bands = _bands(around, strip, sigma)
        is_no_noise = texture.not_noise(bands.local, floor)
        keep = is_no_noise * texture.faintness(bands.luma)
        if has_eyes:
            keep += eyes.rows(strip) * (is_no_noise - keep)
        keep -= 1
        taken = in_all_colours(keep[strip.inner])
        np.multiply(bands.colours[strip.inner], taken, out=made[strip.top : strip.bottom], casting="same_kind")
    return frozen(made)


@dataclass(frozen=True, eq=False)
class _Bands:
    """What is fine in a strip: colours (h, w, 3), their luma (h, w), its local_deviation (h, w)."""

    colours: FloatImage
    luma: FloatImage
    local: FloatImage


def _bands(around: Pixels, strip: _Strip, sigma: float) -> _Bands:
    colours = fine_band(_as_floats(around[strip.low : strip.high]), sigma)
    plane = luma(colours)
    return _Bands(colours, plane, local_deviation(plane))


def _as_floats(pixels: Pixels) -> FloatImage:
    values = pixels.astype(np.float32)
    values /= np.float32(np.iinfo(pixels.dtype).max)
    return values


def missing_grain(around: Pixels, change: InCrop, mask: FloatImage, seed: int) -> FloatImage:
    """Grain (h, w) that brings a restored face to the level of the photo `around` it (h, w, 3); zero where it has
    enough. change (S, S): of the face's luma. mask (h, w): where the face is."""
    missing = _missing(around, change, mask)
    if missing.deviation < 1e-3:  # a quarter of an 8-bit step
        return frozen(np.zeros(mask.shape, np.float32))
    grain = make_grain((mask.shape[0], mask.shape[1]), missing.softness, seed)
    grain *= np.float32(missing.deviation)
    return frozen(grain)


def _missing(around: Pixels, change: InCrop, mask: FloatImage) -> Grain:
    height, width = mask.shape
    plane = np.empty((height, width), np.float32)
    for top in range(0, height, _ROWS):  # few at a time: floats of all take as much as the photo four times
        plane[top : top + _ROWS] = luma(_as_floats(around[top : top + _ROWS]))
    grain = measure_grain(_middle(plane))
    inside = np.concatenate([_left_over(plane, change, mask, strip) for strip in _strips(height, width, _GRAIN_MARGIN)])
    left = float(np.percentile(inside, 20)) if inside.size else 0.0
    return Grain(float(np.sqrt(max(0.0, grain.deviation**2 - left**2))), grain.softness)


def _left_over(plane: FloatImage, change: InCrop, mask: FloatImage, strip: _Strip) -> FloatImage:
    """(N,) deviations of the fine band inside the face, as it is after the change; at every third pixel each way."""
    changed = change.rows(strip)
    changed += plane[strip.low : strip.high]
    rows = strip.every(3)
    local = local_deviation(fine_band(changed, 2.0), 15)[rows, ::3]
    return np.asarray(local[mask[strip.low : strip.high][rows, ::3] > 0.6], np.float32)


def _middle(plane: FloatImage) -> FloatImage:
    top, left = (max(0, (side - _MEASURED) // 2) for side in plane.shape)
    return plane[top : top + _MEASURED, left : left + _MEASURED]
