"""Where a photo is damaged: as the finder sees it, and as a person's brush corrects it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.pixels import size_at
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.work import Damage, Networks
from gpen_desktop.core.types import Photo, Pixels, Stroke, frozen

Mask = NDArray[np.bool_]

_LOOKED_AT: Final = 2000
"""Longer side, px, at which damage is looked for and filled: scratches on larger scans are wider than the finder was
trained on."""

_SURE: Final = 0.9
"""From here on a pixel is damage, in a flaw that is surer somewhere."""

_VERY_SURE: Final = 0.98
"""What something in a flaw has to reach for it to count."""

_THICKEST: Final = 0.004
"""Half the width, as a share of the photo's longer side and beyond _THICK_PIXELS, that a flaw has at most: scratches,
hairs, dust, cracks. What is wider may be a scarf, or in a small photo a hand, and what is filled there would be made
up; the brush may."""

_THICK_PIXELS: Final = 2.0
"""Of the folds of the small photos that are sent about."""

_LONG: Final = 1.25
"""How long all flaws are together, as a share of the photo's longer side, from which repair is offered. Thin scratches
are hardly any area: seven across a portrait of 400 pixels cover 0.45 % of it, and are two sides long. In 147 real
photos the finder is mistaken about 1.22 at most, the bars of an aerial."""

_ONE_LONG: Final = 0.4
"""Length of a single flaw, as that share, from which repair is offered: a crease. In those photos the finder is
mistaken about 0.30 at most, but for one that is the edge of a print on its mount."""

_SPECK: Final = 0.04
"""Length, as a share of the longer side, of the flaws that do not count for that: dust, and glints in eyes."""

_WORTH_ASKING: Final = (0.01, 0.1)
"""Share of a photo that is damage, however short, within which repair is offered as well: in those photos the finder is
mistaken about 0.0089 at most; more than the upper is a print's screen, or lace, also where it is long."""


def find_damage(photo: Photo, networks: Networks, progress: Progress) -> Damage:
    """Look for damage. Raises WeightsError, DeviceError, Cancelled."""
    small = at_working_size(photo.pixels)
    likely = np.empty(small.shape[:2], np.uint8)
    for (x0, y0, x1, y1), answer in networks.finder().answers(small, progress, "repair"):
        likely[y0:y1, x0:x1] = np.rint(answer[..., 0] * 255)
    return Damage(frozen(likely), (photo.height, photo.width))


def at_working_size(pixels: Pixels) -> Pixels:
    """The photo (H, W, 3), reduced if it is larger than damage is looked for in."""
    factor = _LOOKED_AT / max(pixels.shape[:2])
    if factor >= 1:
        return pixels
    size = size_at(factor, pixels)
    return cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def damage_mask(damage: Damage) -> Mask:
    """(H, W) of the photo, true on damage, grown by a pixel or more."""
    grown = cv2.dilate(sure(damage.likely).astype(np.uint8), np.ones((3, 3), np.uint8))
    height, width = damage.shape
    if grown.shape != damage.shape:
        grown = (cv2.resize(grown * 255, (width, height), interpolation=cv2.INTER_LINEAR) > 127).astype(np.uint8)
    return np.asarray(grown > 0)


def is_worth_asking(damage: Damage) -> bool:
    """Whether there is so much damage, and so little, that it is likely to be some."""
    _, flaws, is_sure = _flaws(damage.likely)
    found = flaws[is_sure]
    share = float(found[:, cv2.CC_STAT_AREA].sum()) / damage.likely.size
    lengths = np.hypot(found[:, cv2.CC_STAT_WIDTH], found[:, cv2.CC_STAT_HEIGHT]) / max(damage.likely.shape)
    least, most = _WORTH_ASKING
    is_long = float(lengths.max(initial=0)) >= _ONE_LONG or float(lengths[lengths > _SPECK].sum()) >= _LONG
    return share <= most and (share >= least or is_long)


def sure(likely: NDArray[np.uint8]) -> Mask:
    """What is damage, (H, W), of how likely each pixel is to be damaged, 0 to 255: thin flaws that are clearly so
    somewhere."""
    labels, _, is_sure = _flaws(likely)
    mask: Mask = is_sure[labels]
    return mask


def _flaws(likely: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32], Mask]:
    """What may be damage, in connected parts: which part each pixel (H, W) is of, OpenCV's statistics (N, 5) of the
    parts, and which of the N are thin and clearly damage somewhere. Part 0 is what is whole, and never sure."""
    found = (likely >= round(_SURE * 255)).astype(np.uint8)
    count, labels, parts, _ = cv2.connectedComponentsWithStats(found)
    is_sure = np.zeros(count, np.bool_)
    is_sure[np.unique(labels[likely >= round(_VERY_SURE * 255)])] = True
    thickest = _THICK_PIXELS + _THICKEST * max(likely.shape)
    is_sure[np.unique(labels[cv2.distanceTransform(found, cv2.DIST_L2, 5) > thickest])] = False
    return cast(NDArray[np.int32], labels), cast(NDArray[np.int32], parts), is_sure


def brushed(mask: Mask, strokes: Sequence[Stroke]) -> Mask:
    """The mask with the brush's strokes over it, in their order; the very same without any."""
    if not strokes:
        return mask
    out = mask.astype(np.uint8)
    for stroke in strokes:
        value = 0 if stroke.erases else 1
        points = np.rint(np.array(stroke.points)).astype(np.int32)
        radius = max(0, round(stroke.radius))
        if len(points) > 1:
            cv2.polylines(out, [points], False, value, max(1, 2 * radius + 1))
        cv2.circle(out, points[0].tolist(), radius, value, -1)
    return np.asarray(out > 0)
