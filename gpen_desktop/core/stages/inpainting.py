"""Holes filled by a model of the user's choice: from their surroundings window by window, or, in faces, face by face.

A window lies around a hole, with as much of the photo about it as the hole is wide. Small and thin holes are filled at
the photo's own resolution, wide ones in a reduced copy, in which the model sees what is around them. What one window
has filled is photo to the next, so that a scratch through several of them has no seams.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.affine import covered_part, from_part
from gpen_desktop.core.pixels import size_at, soft_edged
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.damage import Mask
from gpen_desktop.core.stages.tiles import as_pixels, padded, parts
from gpen_desktop.core.stages.work import ChosenNetwork
from gpen_desktop.core.types import Crop, FloatImage, Pixels, Rect

_INSIDE: Final = 512
"""Longest side of the part of a window that is filled, in pixels that the model is given."""

_AROUND: Final = 128
"""What the model is given around that, at least."""

_THICK: Final = 64
"""Half the width, in pixels that the model is given, of the widest hole: a fifth of what it is given with it."""

_MASKS_AT: Final = 2000
"""Longer side, px, at which holes are told apart."""

_EDGE: Final = 0.08
"""Share of a crop's side over which what is filled in a face gives way to what is filled around it."""


@dataclass(frozen=True)
class Window:
    """Part of a photo, photo pixels: inner is filled, outer is what the model is given; x1, y1 outside. factor: size of
    what it is given, as a share of the photo's, at most 1."""

    inner: Rect
    outer: Rect
    factor: float


def by_surroundings(pixels: Pixels, mask: Mask, network: ChosenNetwork, progress: Progress) -> Pixels:
    """A photo (H, W, 3), what lies under `mask` (H, W) made from what is around it. Raises Cancelled."""
    made, left = pixels.copy(), mask.copy()
    windows = windows_over(mask)
    for number, window in enumerate(windows):
        progress.report(number / len(windows), "repair")
        x0, y0, x1, y1 = window.inner
        here = left[y0:y1, x0:x1]
        ox, oy = x0 - window.outer[0], y0 - window.outer[1]
        answer = _answer(made, left, window, network)[oy : oy + y1 - y0, ox : ox + x1 - x0]
        np.copyto(made[y0:y1, x0:x1], as_pixels(answer, pixels), where=here[..., None])
        here[:] = False
    progress.report(1.0, "repair")
    return made


def in_faces(
    pixels: Pixels, mask: Mask, rest: Pixels, faces: Sequence[Crop], network: ChosenNetwork, progress: Progress
) -> Pixels:
    """A photo (H, W, 3), what lies under `mask` (H, W) made by a network for aligned faces; outside of their crops, and
    softly towards the borders of these, as `rest` (H, W, 3) has it."""
    made = rest.copy()
    white = np.float32(np.iinfo(pixels.dtype).max)
    for number, crop in enumerate(faces):
        progress.report(number / len(faces), "repair")
        size = (network.size, network.size)
        holes = cv2.warpAffine(mask.astype(np.float32), crop.to_crop, size, flags=cv2.INTER_LINEAR) > 0
        if not holes.any():
            continue
        answer = network.run(np.dstack([crop.pixels, holes.astype(np.float32)]))
        x0, y0, x1, y1 = covered_part(crop.to_crop, network.size, pixels.shape)
        place = from_part(crop.to_crop, x0, y0)
        shown = np.dstack([answer, soft_edged(network.size, _EDGE)])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        laid = cv2.warpAffine(shown, place, (x1 - x0, y1 - y0), flags=flags)
        share = laid[..., 3:]
        values = made[y0:y1, x0:x1].astype(np.float32) / white * (1 - share) + laid[..., :3] * share
        np.copyto(made[y0:y1, x0:x1], as_pixels(values, pixels), where=mask[y0:y1, x0:x1, None])
    return made


def windows_over(mask: Mask) -> tuple[Window, ...]:
    """Windows whose inner parts cover a mask (H, W): around each hole, several over a long one, one over many that are
    small and near. The widest holes come first, so that nothing of them is left to windows that see too little."""
    shrink = min(1.0, _MASKS_AT / max(mask.shape))
    small = mask.astype(np.uint8)
    if shrink < 1:
        shares = cv2.resize(mask.astype(np.float32), None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        small = (shares > 0).astype(np.uint8)
    down, across = (full / reduced for full, reduced in zip(mask.shape, small.shape, strict=True))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(small)
    thickest = np.zeros(count)
    holes = small > 0
    np.maximum.at(thickest, labels[holes].astype(np.intp), cv2.distanceTransform(small, cv2.DIST_L2, 5)[holes] / shrink)
    together: dict[tuple[float, int, int, int], Rect] = {}
    for label in range(1, count):
        x, y, width, height, _ = (int(value) for value in stats[label])
        factor = 0.5 ** max(0, math.ceil(math.log2(thickest[label] / _THICK)))
        # a pixel more: where the reduced mask has its pixels is rounded
        rect = (
            max(0, int(x * across) - 1),
            max(0, int(y * down) - 1),
            min(mask.shape[1], math.ceil((x + width) * across) + 1),
            min(mask.shape[0], math.ceil((y + height) * down) + 1),
        )
        cell = _INSIDE / factor / 2
        is_long = max(rect[2] - rect[0], rect[3] - rect[1]) > cell
        key = (factor, int(rect[0] / cell), int(rect[1] / cell), label if is_long else 0)
        x0, y0, x1, y1 = together.get(key, rect)
        together[key] = (min(x0, rect[0]), min(y0, rect[1]), max(x1, rect[2]), max(y1, rect[3]))
    found = sorted(together.items(), key=lambda each: each[0][0])
    return tuple(window for (factor, *_), rect in found for window in _windows(mask, rect, factor))


def _windows(mask: Mask, rect: Rect, factor: float) -> list[Window]:
    """Those that cover the holes of `mask` in a part of the photo."""
    around = round(_AROUND / factor)
    windows = []
    for y0, y1 in parts(rect[1], rect[3], round(_INSIDE / factor)):
        for x0, x1 in parts(rect[0], rect[2], round(_INSIDE / factor)):
            if mask[y0:y1, x0:x1].any():
                outer = (max(0, x0 - around), max(0, y0 - around))
                far = (min(mask.shape[1], x1 + around), min(mask.shape[0], y1 + around))
                windows.append(Window((x0, y0, x1, y1), (*outer, *far), factor))
    return windows


def _answer(made: Pixels, left: Mask, window: Window, network: ChosenNetwork) -> FloatImage:
    """What the model gives for the outer part of a window, (h, w, 3) in [0, 1]."""
    x0, y0, x1, y1 = window.outer
    part = made[y0:y1, x0:x1].astype(np.float32) / np.float32(np.iinfo(made.dtype).max)
    holes = left[y0:y1, x0:x1].astype(np.float32)
    height, width = holes.shape
    if window.factor < 1:
        size = size_at(window.factor, part)
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
        holes = np.asarray(cv2.resize(holes, size, interpolation=cv2.INTER_AREA), np.float32)
    given = np.dstack([part, (holes > 0).astype(np.float32)])
    answer = network.run(padded(given, network.multiple))[: given.shape[0], : given.shape[1]]
    if window.factor < 1:
        return np.asarray(cv2.resize(answer, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    return answer
