"""What a screen needs of the fast stage: the photo in halved sizes, layers at those sizes, and parts composed alone.

Crops and the model's answers are the same as at full size; only the maps into the photo are scaled. A part composed at
level 0 shows what the whole photo composed at full size has there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from functools import cache

import cv2
import numpy as np

from gpen_desktop.core.compose.layers import FaceLayers, face_layers
from gpen_desktop.core.compose.render import render
from gpen_desktop.core.faces.alignment import scale_of
from gpen_desktop.core.pixels import to_8_bits
from gpen_desktop.core.types import ComposeOptions, FloatImage, Pixels, Rect, RestoredFace, frozen


def pyramid(pixels: Pixels, smallest: int = 256) -> tuple[Pixels, ...]:
    """The photo (H, W, 3) and its halvings, until the longer side is `smallest` or less. Read-only.

    Level k has ceil(side / 2^k) pixels; each is the mean of the 2 x 2 under it, odd edges repeated, so that pixel
    (x, y) of level k always covers the photo from x * 2^k on. Levels from 1 on are uint8.
    """
    levels = [pixels]
    while max(levels[-1].shape[:2]) > smallest:
        levels.append(_halved(levels[-1]))
    return (levels[0], *(frozen(to_8_bits(level)) for level in levels[1:]))


def level_layers(base: Pixels, face: RestoredFace, level: int) -> FaceLayers:
    """One face's layers for level `level` of the pyramid, which `base` is.

    Levels from 1 on have their crop-space layers at the level's own resolution, so that a slider costs no more than it
    shows; level 0 has exactly the layers that an export has.
    """
    layers = face_layers(base, face, (0.5**level, 0.5**level))
    size = layers.change.shape[0]
    shown = max(1, round(size / scale_of(layers.to_crop)))
    return _reduced(layers, shown) if level and shown < 0.9 * size else layers


def compose_part(base: Pixels, faces: Iterable[tuple[FaceLayers, int]], part: Rect, options: ComposeOptions) -> Pixels:
    """Compose the part of `base` (one level of the photo's pyramid) inside `part`; (h, w, 3) of base's dtype.

    faces: layers at that level and the strengths that select gave them, as for render.
    """
    x0, y0, x1, y1 = part
    pixels: Pixels = base[y0:y1, x0:x1]
    within = [(part_of, strength) for face, strength in faces if (part_of := face.clipped(part)) is not None]
    return render(pixels, within, options)


def _halved(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        padded = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    else:
        padded = pixels
    size = ((width + 1) // 2, (height + 1) // 2)
    return frozen(cv2.resize(padded, size, interpolation=cv2.INTER_AREA))  # type: ignore[return-value]  # as above


def _reduced(layers: FaceLayers, size: int) -> FaceLayers:
    """With a crop space of (size, size) pixels."""

    def smaller(image: FloatImage) -> FloatImage:
        reduced = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        return frozen(np.asarray(reduced, np.float32).reshape(size, size, -1))

    def later(give: Callable[[], FloatImage]) -> Callable[[], FloatImage]:  # keeps no other layer in memory
        return cache(lambda: smaller(give()))

    factor = size / layers.change.shape[0]
    to_crop = layers.to_crop * factor
    to_crop[:, 2] += 0.5 * factor - 0.5  # pixel centres kept
    return dataclasses.replace(
        layers,
        to_crop=frozen(to_crop),
        change=smaller(layers.change),
        low_pass_colour=smaller(layers.low_pass_colour),
        skin_texture=smaller(layers.skin_texture),
        other_texture=smaller(layers.other_texture),
        eye_texture=None if layers.eye_texture is None else smaller(layers.eye_texture),
        unsharp=later(layers.unsharp),
        denoise_delta=later(layers.denoise_delta),
        invented=None if layers.invented is None else smaller(layers.invented),
    )
