"""Dust, told from other damage: small round specks, and which of them are left because they may belong to a face."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.stages.tone_reading import ToneReading
from gpen_desktop.core.stages.work import Damage
from gpen_desktop.core.types import Face, FloatImage

_LONGEST: Final = 0.0125
_LONGEST_PIXELS: Final = 2.0
"""Length of a speck at most, as a share of the photo's longer side, and how much more, px."""

_COMPACT: Final = 3.6
"""Square of its length over its area, at most: of an ellipse 2.4 times as long as wide, or a pixel with its four
neighbours."""

_LIKELY: Final = 205.0
"""How likely, of 255, its pixels have to be damaged on average. Lights, leaves, stones and buttons are less so."""

_BESIDE: Final = 0.75
_BESIDE_PIXELS: Final = 4
"""How far from a speck it is looked whether it stands alone, as a share of its length, and how much more, px."""

_RIM: Final = 1.5
"""Distance from it, px, within which that is its own blurred rim."""

_ALIKE: Final = 0.06
"""Share of what is beside a speck, at most, that differs from its ground half as much as the speck does, or more."""

_MANY: Final = 16
"""Specks from which their removal is offered."""

_PARTS: Final = 4
_IN_PARTS: Final = 8
"""In how many parts of the photo, of that many each way, some of them have to lie: pebbles, blossoms, lights in windows
and drops lie where their things are, dust everywhere."""

_NIGHT: Final = 0.2
"""Median lightness of a photo, as a share of white, below which they may be stars, or lights."""

_FEATURES: Final = 0.26
"""How far from eyes, nose and mouth light specks are left, as a share of the width of the face's box: glints in eyes,
teeth, spectacles."""

_EARS: Final = 0.65
_THROAT: Final = 1.6
"""Where light specks are left as well, from the middle of that box, turned as the face is: so far to either side, as a
share of its width, and down to so many heights of it from its top: earrings, pearls, brooches."""

_SKIN: Final = 0.15
"""How far beyond that box dark specks are left, as that share: moles."""


def specks(
    lengths: NDArray[np.float64], areas: NDArray[np.int32], likely: NDArray[Any], lighter: NDArray[Any], side: int
) -> NDArray[np.int8]:
    """(n,): 1 for each of n flaws that is a light speck of dust, -1 for a dark one, 0 for none.

    lengths, areas: px. likely: 0 to 255, and lighter, 8-bit steps than what is around: means of each flaw. side: the
    photo's longer one, px.
    """
    is_small = lengths <= _LONGEST_PIXELS + _LONGEST * side
    is_round = lengths**2 <= _COMPACT * areas
    return np.where(is_small & is_round & (likely >= _LIKELY), np.sign(lighter), 0).astype(np.int8)


def alone(dust: NDArray[np.int8], lightness: FloatImage) -> NDArray[np.int8]:
    """The specks (h, w) that stand alone on their ground in a picture (h, w), in 8-bit steps: what goes on beside them
    in their shade is a thread, a twig, a chain or a letter, and they are a part of it."""
    out = dust.copy()
    _, labels, parts, _ = cv2.connectedComponentsWithStats((dust != 0).astype(np.uint8))
    for number, (x, y, width, height, _) in enumerate(parts[1:], 1):
        reach = round(_BESIDE * math.hypot(width, height)) + _BESIDE_PIXELS
        window = np.s_[max(0, y - reach) : y + height + reach, max(0, x - reach) : x + width + reach]
        own, values = labels[window] == number, lightness[window]
        away = cv2.distanceTransform((~own).astype(np.uint8), cv2.DIST_L2, 3)
        beside = values[(away > _RIM) & (away <= reach) & ((dust[window] == 0) | own)]
        if not beside.size:
            continue
        ground = np.median(beside)
        half = (values[own].mean() - ground) / 2
        is_alike = beside < ground + half if half < 0 else beside > ground + half
        if is_alike.mean() > _ALIKE:
            out[window][own] = 0
    return out


def how_many(mask: NDArray[np.bool_]) -> int:
    """Specks in a mask (h, w)."""
    return len(cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0])


def is_dusty(damage: Damage, tone: ToneReading) -> bool:
    """Whether there are so many specks all over a photo of this tone that they are likely to be dust."""
    _, _, _, centres = cv2.connectedComponentsWithStats((damage.dust != 0).astype(np.uint8))
    height, width = damage.dust.shape
    parts = {(int(_PARTS * x / width), int(_PARTS * y / height)) for x, y in centres[1:]}
    return tone.median >= _NIGHT and len(centres) > _MANY and len(parts) >= _IN_PARTS


def away_from_faces(damage: Damage, faces: Sequence[Face]) -> NDArray[np.bool_]:
    """(h, w): the specks that may be removed, grown by a pixel, as a scanner sharpens a ring around each. faces: of the
    photo as it was opened."""
    shape = damage.dust.shape
    features, skin = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    scale = shape[1] / damage.shape[1]
    for face in faces:
        x, y, width, height = (float(each) * scale for each in face.box)
        hull = cv2.convexHull(np.rint(face.landmarks * scale).astype(np.int32))
        cv2.fillConvexPoly(features, hull, 1)
        cv2.polylines(features, [hull], True, 1, max(1, round(2 * _FEATURES * width)))
        middle, turn = np.array([x + width / 2, y + height / 2]), math.radians(face.roll)
        below = middle + (_THROAT - 0.5) / 2 * height * np.array([-math.sin(turn), math.cos(turn)])
        throat = cv2.boxPoints((below.tolist(), (2 * _EARS * width, (_THROAT - 0.5) * height), face.roll))
        cv2.fillConvexPoly(features, np.rint(throat).astype(np.int32), 1)
        grown = (width * (1 + 2 * _SKIN), height + width * 2 * _SKIN)
        cv2.ellipse(skin, (middle.tolist(), grown, face.roll), 1, -1)
    kept = ((damage.dust > 0) & (features > 0)) | ((damage.dust < 0) & (skin > 0))
    left = (damage.dust != 0) & ~_whole(damage.dust != 0, kept)
    return np.asarray(cv2.dilate(left.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _whole(mask: NDArray[np.bool_], some: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The connected components of a mask (h, w) that have some of these pixels."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    has_some = np.zeros(count, np.bool_)
    has_some[labels[some & mask]] = True
    return np.asarray(has_some[labels] & mask)
