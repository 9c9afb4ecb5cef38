"""Arithmetic of samples that several parts need, each in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import FloatImage, Pixels

_STRIP: Final = 1 << 22
"""Samples that are worked on at a time: a large photo in integers of 32 bits takes gigabytes."""


def _in_strips(samples: Pixels, made_of: Callable[[Pixels], Pixels]) -> Pixels:
    """What `made_of` makes of samples (H, ...), rows of them at a time: each row by itself alone."""
    rows = max(1, _STRIP // max(1, samples[:1].size))
    first = made_of(samples[:rows])
    if len(samples) <= rows:
        return first
    made = np.empty((len(samples), *first.shape[1:]), first.dtype)
    made[:rows] = first
    for top in range(rows, len(samples), rows):
        made[top : top + rows] = made_of(samples[top : top + rows])
    return cast(Pixels, made)


def size_at(factor: float, pixels: NDArray[Any]) -> tuple[int, int]:
    """(width, height) in whole pixels of a picture (H, W, ...) at `factor` of its size: one at least each way."""
    return max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor))


def to_8_bits(samples: Pixels) -> NDArray[np.uint8]:
    """Samples of 0 to 65535 as 0 to 255, rounded to the nearest; 8-bit ones stay as they are. Any shape."""
    if samples.dtype == np.uint8:
        return cast("NDArray[np.uint8]", samples)
    # 257 = 65535 / 255; odd, so there are no ties
    made = _in_strips(samples, lambda part: ((part.astype(np.uint32) + 128) // 257).astype(np.uint8))
    return cast("NDArray[np.uint8]", made)


def to_16_bits(samples: Pixels, white: int) -> NDArray[np.uint16]:
    """Samples of 0 to `white` as 0 to 65535, rounded to the nearest. Any shape."""
    made = _in_strips(samples, lambda part: ((part.astype(np.uint32) * 65535 + white // 2) // white).astype(np.uint16))
    return cast("NDArray[np.uint16]", made)


def divided_by_alpha(samples: Pixels) -> Pixels:
    """Samples (H, W, C), the last of which is alpha, with colours out of premultiplied ones: rounded, black where
    nothing shows."""
    return _in_strips(samples, _divided_by_alpha)


def _divided_by_alpha(samples: Pixels) -> Pixels:
    white = int(np.iinfo(samples.dtype).max)
    alpha = samples[..., -1:].astype(np.uint32)
    colours = (samples[..., :-1].astype(np.uint64) * white + alpha // 2) // np.maximum(alpha, 1)
    return cast(Pixels, np.dstack([np.minimum(colours, white).astype(samples.dtype), samples[..., -1:]]))


def is_grey(pixels: Pixels) -> bool:
    """Whether the three channels (H, W, 3) are the same everywhere."""
    rows = max(1, _STRIP // max(1, pixels[:1].size))
    parts = (pixels[top : top + rows] for top in range(0, len(pixels), rows))
    return all(
        np.array_equal(part[..., 0], part[..., 1]) and np.array_equal(part[..., 0], part[..., 2]) for part in parts
    )


def luminance(pixels: Pixels) -> Pixels:
    """Rec. 601 luma of (H, W, 3) pixels, rounded: (H, W), the dtype stays. What is grey already stays as it is."""
    if is_grey(pixels):
        return pixels[..., 0]
    return _in_strips(pixels, _luminance)


def _luminance(pixels: Pixels) -> Pixels:
    red, green, blue = (pixels[..., i].astype(np.uint32) for i in range(3))
    weighted = 299 * red + 587 * green + 114 * blue  # below 2**32 for 16 bits too
    return cast(Pixels, ((weighted + 500) // 1000).astype(pixels.dtype))


def turned_upright(samples: Pixels, orientation: int) -> Pixels:
    """Samples upright, by how EXIF says they are stored (Exif 2.32, tag 274)."""
    if orientation >= 5:
        samples = samples.swapaxes(0, 1)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    return samples[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def smoothstep(shares: NDArray[np.floating]) -> FloatImage:
    """0 below 0, 1 above 1, and a curve without corners between."""
    inside = np.clip(shares, 0, 1)
    return np.asarray(inside * inside * (3 - 2 * inside), np.float32)


def soft_edged(size: int, feather: float, *, clear: float = 0.0) -> FloatImage:
    """(size, size): 1 in the middle, falling smoothly to 0 over `feather` times the side, `clear` times the side before
    the border; corners are round."""
    inwards = np.minimum(np.arange(size), np.arange(size)[::-1]).astype(np.float32) / size
    edge = smoothstep((inwards - clear) / feather)
    return np.asarray(np.outer(edge, edge), np.float32)
