"""Crops of faces with few pixels, as networks are to see them: without traces of those pixels.

A network takes the steps between enlarged pixels, film grain and JPEG's blocks for detail, and gives crackle and tiles.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.grain import luma
from gpen_desktop.core.types import FloatImage, frozen

# Crop pixels to a photo pixel up to which the photo shows so much of a face that its pixels are detail.
_SMALL: Final = 1.5
# Sigma of a blur in crop pixels, for each crop pixel to a photo pixel beyond that: takes the steps and noise of pixels
# away and hardly any of the face; by eye, on faces 35 px wide and on portraits of 100.
_PIXEL_BLUR: Final = 0.5
# Strength of non-local means for each crop pixel to a photo pixel beyond that, as a share of the face's contrast, since
# faint faces lose their features first; in levels of 255 not above the strongest, which takes folds and locks too.
_GRAIN_SHARE: Final = 0.04
_STRONGEST: Final = 8.0
# Of what that takes, at so many crop pixels to a photo pixel: with all of it gone skin was wax and wrinkles were lost,
# with nothing it came out in facets, and small faces in scales still at 0.6. By eye, on 29 faces 35 px wide and on
# portraits of 100.
_TAKEN_AT, _TAKEN = (2.5, 4.0), (0.6, 0.8)
_PATCH, _WINDOW = 5, 15


def without_pixels(crop: FloatImage, scale: float) -> FloatImage:
    """A crop (S, S, 3) of `scale` crop pixels to a photo pixel, without the steps that an enlargement leaves of those.
    The crop itself where the photo has enough pixels."""
    sigma = _PIXEL_BLUR * max(0.0, scale - _SMALL)
    if sigma < 0.2:  # nothing would change
        return crop
    return frozen(np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma), np.float32))


def without_grain(crop: FloatImage, scale: float) -> FloatImage:
    """A crop (S, S, 3) in [0, 1] of `scale` crop pixels to a photo pixel, with less of the grain and blocks that are
    wider than those, by non-local means (Buades et al. 2005) at the photo's size, and without pixels too.

    For a network that invents: what is wiped away with the grain it makes anew.
    """
    size = crop.shape[0]
    side = round(size / scale)
    inside = np.s_[size // 8 : -(size // 8), size // 8 : -(size // 8)]
    strength = min(_STRONGEST, _GRAIN_SHARE * max(0.0, scale - _SMALL) * float(luma(crop)[inside].std()) * 255)
    if strength < 0.5 or side <= _PATCH:  # not a level would change; or nothing is there to compare
        return without_pixels(crop, scale)
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    levels = np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)
    calm = _calmed(levels, strength)
    large = cv2.resize(calm.astype(np.float32) / 255, (size, size), interpolation=cv2.INTER_CUBIC)
    taken = np.float32(np.interp(scale, _TAKEN_AT, _TAKEN))
    return without_pixels(np.asarray(np.clip(crop + taken * (large - crop), 0, 1), np.float32), scale)


def _calmed(levels: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """Non-local means of (S, S, 3) RGB, which OpenCV wants as BGR."""
    calm = cv2.fastNlMeansDenoisingColored(
        np.ascontiguousarray(levels[..., ::-1]), None, strength, strength, _PATCH, _WINDOW
    )
    return np.asarray(calm[..., ::-1], np.uint8)
