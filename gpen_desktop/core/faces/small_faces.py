"""Crops of faces with few pixels, as networks are to see them: without traces of those pixels.

A network takes the steps between enlarged pixels, film grain and JPEG's blocks for detail, and gives crackle and tiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.affine import from_part, from_scaled, scale_of
from gpen_desktop.core.faces.alignment import cut_out, part_under
from gpen_desktop.core.grain import luma
from gpen_desktop.core.types import Affine, FloatImage, Pixels, frozen

Doubled = Callable[[Pixels], Pixels]
"""A part of a photo (H, W, 3) at twice its size (2 H, 2 W, 3), by a network that adds no blocks of pixels."""

# Crop pixels to a photo pixel from which on a crop is cut out of the enlarged photo: below, little is won.
_FEW: Final = 1.25
_AROUND: Final = 6
"""Photo pixels around a crop that the enlarging network is given: half as far as the built-in one could see, beyond
which little counts, for a quarter of its time on faces 35 px wide."""

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


def for_network(crop: FloatImage, photo: Pixels, to_crop: Affine, doubled: Doubled) -> FloatImage:
    """What a network is given of a face, (S, S, 3) in [0, 1], read-only: its crop (S, S, 3) of the photo (H, W, 3); of
    one with few pixels what is cut out of the photo enlarged, of which the cubic filter that `cut_out` enlarges by
    would leave steps and JPEG's blocks."""
    scale = scale_of(to_crop)
    if scale < _FEW:
        return crop
    size = crop.shape[0]
    part, offset = part_under(photo, to_crop, size, _AROUND)
    enlarged = cut_out(doubled(part), from_scaled(from_part(to_crop, *offset), 2, 2), size)
    return without_pixels(enlarged, scale)


def for_inventor(crop: FloatImage, photo: Pixels, to_crop: Affine, doubled: Doubled) -> FloatImage | None:
    """The same for a network that invents, with less of the grain; None where there is none to take."""
    scale = scale_of(to_crop)
    grain = grain_of(crop, scale)
    return for_network(crop, photo, to_crop, lambda part: doubled(calmed(part, grain, scale))) if grain else None


def without_pixels(crop: FloatImage, scale: float) -> FloatImage:
    """A crop (S, S, 3) of `scale` crop pixels to a photo pixel, without the steps that an enlargement leaves of those.
    The crop itself where the photo has enough pixels."""
    sigma = _PIXEL_BLUR * max(0.0, scale - _SMALL)
    if sigma < 0.2:  # nothing would change
        return crop
    return frozen(np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma), np.float32))


def grain_of(crop: FloatImage, scale: float) -> float:
    """By how much a face (S, S, 3) in [0, 1] of `scale` crop pixels to a photo pixel is to be calmed before a network
    invents what it lacks, in levels of 255; 0 for not at all."""
    size = crop.shape[0]
    inside = np.s_[size // 8 : -(size // 8), size // 8 : -(size // 8)]
    strength = min(_STRONGEST, _GRAIN_SHARE * max(0.0, scale - _SMALL) * float(luma(crop)[inside].std()) * 255)
    return strength if strength >= 0.5 else 0.0  # else not a level would change


def calmed(part: Pixels, strength: float, scale: float) -> Pixels:
    """A part of a photo (h, w, 3) that shows a face of `scale` crop pixels to a photo pixel, with less of its grain and
    JPEG's blocks, by non-local means (Buades et al. 2005).

    For a network that invents: what is wiped away with the grain it makes anew.
    """
    if min(part.shape[:2]) <= _PATCH:  # nothing is there to compare
        return part
    white = np.float32(np.iinfo(part.dtype).max)
    levels = np.rint(part * (255 / white)).astype(np.uint8)
    change = (_non_local_means(levels, strength).astype(np.float32) - levels) * (white / 255)
    taken = np.float32(np.interp(scale, _TAKEN_AT, _TAKEN))
    made: Pixels = np.rint(np.clip(part + taken * change, 0, white)).astype(part.dtype)
    return made


def _non_local_means(levels: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """Of (h, w, 3) RGB, which OpenCV wants as BGR."""
    calm = cv2.fastNlMeansDenoisingColored(
        np.ascontiguousarray(levels[..., ::-1]), None, strength, strength, _PATCH, _WINDOW
    )
    return np.asarray(calm[..., ::-1], np.uint8)
