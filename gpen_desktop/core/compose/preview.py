"""What a screen needs of the fast stage: the photo in halved sizes, layers at those sizes, and parts composed alone.

Crops and the model's answers are the same as at full size; only the maps into the photo are scaled. A part composed at
level 0 shows what the whole photo composed at full size has there.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from gpen_desktop.core.affine import scale_of, to_scaled
from gpen_desktop.core.compose.layers import FaceLayers, Scales, face_layers
from gpen_desktop.core.compose.render import render
from gpen_desktop.core.pixels import to_8_bits
from gpen_desktop.core.types import ComposeOptions, FloatImage, Pixels, Rect, RestoredFace, frozen


def pyramid(pixels: Pixels, smallest: int = 256) -> tuple[Pixels, ...]:
    """The photo (H, W, 3) and its halvings, until the longer side is `smallest` or less. Read-only.

    Level k has ceil(side / 2^k) pixels; each is the mean of the 2 x 2 under it, odd edges repeated, so that pixel
    (x, y) of level k always covers the photo from x * 2^k on. Levels from 1 on are uint8.
    """
    levels = [pixels]
    while max(levels[-1].shape[:2]) > smallest:
        levels.append(halved(levels[-1]))
    return (levels[0], *(frozen(to_8_bits(level)) for level in levels[1:]))


@dataclass(frozen=True, eq=False)
class Base:
    """What faces are composed into for a screen: what stages left of the photo, maybe enlarged.

    levels: its pyramid. scales: how many times larger it is than the photo, whose pyramid is the screen's measure.
    """

    levels: tuple[Pixels, ...]
    scales: Scales

    def level_for(self, level: int) -> int:
        """Which of its levels stands for level `level` of the photo: the coarsest with as many pixels. For level 0,
        which may be looked at however closely, all there are."""
        return 0 if level == 0 else level + math.floor(math.log2(min(self.scales)))

    def halvings(self, level: int) -> int:
        """How often a picture that stands for a level of the photo must be halved to have no more pixels than that."""
        return math.ceil(math.log2(max(self.scales))) if level == 0 else 0

    def part_at(self, at: int, level: int, part: Rect) -> Rect:
        """The pixels of its level `at` that cover a part of the photo's level `level`."""
        height, width = self.levels[at].shape[:2]
        across, down = (scale * 2.0 ** (level - at) for scale in self.scales)
        x1, y1 = min(math.ceil(part[2] * across), width), min(math.ceil(part[3] * down), height)
        return min(math.floor(part[0] * across), x1 - 1), min(math.floor(part[1] * down), y1 - 1), x1, y1

    def steps(self, at: int) -> tuple[float, float]:
        """Across and down, how far the pixels of its level `at` lie from each other, in pixels of the photo."""
        across, down = self.scales
        return 2**at / across, 2**at / down


def level_layers(base: Pixels, face: RestoredFace, level: int, scales: Scales = (1, 1)) -> FaceLayers:
    """One face's layers for level `level`, which `base` is, of the pyramid of a photo, at `scales` of the size of the
    one that the face was found in.

    Levels from 1 on have their crop-space layers at the level's own resolution, so that a slider costs no more than it
    shows; level 0 has exactly the layers that an export has.
    """
    across, down = scales
    layers = face_layers(base, face, (across * 0.5**level, down * 0.5**level))
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


def halved(pixels: Pixels) -> Pixels:
    """(ceil(h / 2), ceil(w / 2), 3) of (h, w, 3): the mean of each 2 x 2, odd edges repeated."""
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

    to_crop = to_scaled(layers.to_crop, size / layers.change.shape[0])
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
