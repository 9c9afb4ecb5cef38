"""Where a photo is damaged: as the finder sees it, and as a person's brush corrects it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.pixels import is_grey, size_at
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.dust import alone, specks
from gpen_desktop.core.stages.flaw_lines import continued, off_extreme, range_of_tones
from gpen_desktop.core.stages.likely_damage import LOOKED_AT, likely_damage
from gpen_desktop.core.stages.work import Damage, Networks
from gpen_desktop.core.types import FloatImage, Photo, Pixels, Stroke, frozen

Mask = NDArray[np.bool_]

_MAYBE: Final = 80
"""From here on, of 255, a pixel belongs to a flaw that is sure somewhere and shows at this pixel: a scratch goes on
where leaves or cloth make it hard to tell. And from here on it is no witness of what the photo is like around a flaw.
This and what follows was chosen on 58 photos that measure nothing, scratched at 1,400 px at most: of what is damaged
there 85 % is found, and of what is found 84 %."""

_SURE: Final = 225
"""What something in a flaw has to reach for it to count. With this and what follows 0.19 % of 146 real photos is taken
for damage, nearly all of it wrongly."""

_ON_AVERAGE: Final = 165.0
_BY_TONE: Final = 60.0
"""How likely a flaw's pixels have to be on average for it to count, and how much more for one whose shade is as far as
can be from the lightest or darkest of the photo: what only resembles a flaw (a stem, a rim, a roof's edge) is likely at
its plainest place alone, and of a tone of the picture. To be chosen again for another finder."""

_TINY: Final = 12.0
"""Length in pixels up to which that is not asked: such dust is mostly rim, which is unlikely."""

_SHOWS: Final = 18.0
"""8-bit steps, in any channel, that a pixel of a flaw differs by from what is around the flaw: what differs by less is
not to be seen."""

_AROUND: Final = 2.0
"""Deviation in pixels of the weights with which a flaw's surroundings count."""

_THICKEST: Final = 0.004
"""Half the width, as a share of the photo's longer side and beyond _THICK_PIXELS, that a flaw has at most: scratches,
hairs, dust, cracks. What is wider may be a scarf, or in a small photo a hand, and what is filled there would be made
up; the brush may."""

_THICK_PIXELS: Final = 2.0
"""Of the folds of the small photos that are sent about."""

_BLOT: Final = 7.0
_STRETCHED: Final = 6.0
"""Width in pixels from which a flaw that is not this many times as long is none: buttons, eyes, knots of a tie."""

_RIM: Final = 0.05
_UPRIGHT: Final = 0.02
"""Distance from one side of the photo within which what is longer than a speck, and less wide than this, is no flaw:
the edge of a print on its mount, or of its frame. As a share of the longer side, or of twice the shorter where that is
less: a panorama would be all rim."""

_EVIDENCE: Final = (0.6, 0.9)
"""Share of a flaw's pixels that are surely damage (_SURE) between which its length comes to count: of 514 slender flaws
that lie on scratches the middle half has 0.71 to 0.92, of 189 in sound photos 0.43 to 0.66."""

_LONG: Final = 0.3
"""How long all slender flaws are together that count, as a share of the photo's longer side, from which repair is
offered. Thin scratches are hardly any area: seven across a portrait of 400 pixels cover 0.45 % of it, and are two sides
long. In 146 real photos the finder is mistaken about 0.29 at most, in 32 sound ones that chose this about 0.47 once and
0.17; of 58 scratched ones 57 have as much, and with any three of their scratches alone three in five."""

_SLENDER: Final = 22.0
"""How many times as long as it is wide on average a flaw is that counts for that: belts, collars and hats, which the
finder is mistaken about, seldom are."""

_SPECK: Final = 0.04
"""Length, as a share of the longer side, of the flaws that do not count for that: dust, and glints in eyes."""

_DUST: Final = 0.01
"""Share of a photo that is specks from which repair is offered as well: in those photos the finder is mistaken about
0.0020 at most."""

_MOST: Final = 0.1
"""Share of a photo beyond which it is no damage, but a print's screen, or lace."""


def find_damage(photo: Photo, networks: Networks, progress: Progress) -> Damage:
    """Look for damage. Raises WeightsError, DeviceError, Cancelled."""
    small = at_working_size(photo.pixels)

    def look(pixels: Pixels, part: Progress) -> FloatImage:
        logits = np.empty(pixels.shape[:2], np.float32)
        for (x0, y0, x1, y1), answer in networks.finder().answers(pixels, part, "repair"):
            logits[y0:y1, x0:x1] = answer[..., 0]
        return logits

    return flaws(likely_damage(small, look, progress), small, (photo.height, photo.width))


def at_working_size(pixels: Pixels) -> Pixels:
    """The photo (H, W, 3), reduced if it is larger than damage is looked for in."""
    factor = LOOKED_AT / max(pixels.shape[:2])
    if factor >= 1:
        return pixels
    size = size_at(factor, pixels)
    return cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def damage_mask(found: Mask, shape: tuple[int, int]) -> Mask:
    """(H, W), the shape of the photo: true on the damage that was found at another size, grown by a pixel or more."""
    grown = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8))
    height, width = shape
    if grown.shape != shape:
        grown = (cv2.resize(grown * 255, (width, height), interpolation=cv2.INTER_LINEAR) > 127).astype(np.uint8)
    return np.asarray(grown > 0)


def is_worth_asking(damage: Damage) -> bool:
    """Whether there is so much damage, and so little, that it is likely to be some."""
    side, lengths, areas = max(damage.found.shape), damage.lengths, damage.areas
    is_speck = lengths <= _SPECK * side
    is_slender = ~is_speck & (lengths**2 > _SLENDER * areas)
    counted = lengths * np.interp(damage.sure, _EVIDENCE, (0, 1))
    is_scratched = counted[is_slender].sum() >= _LONG * side
    is_dusty = areas[is_speck].sum() >= _DUST * damage.found.size
    return bool(areas.sum() <= _MOST * damage.found.size and (is_scratched or is_dusty))


def flaws(likely: NDArray[np.uint8], photo: Pixels, shape: tuple[int, int]) -> Damage:
    """What is damage, of how likely each pixel of a photo (h, w, 3) is to be damaged, 0 to 255: thin flaws that are
    surely some somewhere, as far as they can be seen. shape: (H, W) of the photo as it was opened."""
    values = _in_8_bit_steps(photo)
    flawed = likely >= _MAYBE
    differs = _differs(values, flawed)
    maybe = _thin(flawed) & (np.abs(differs) > _SHOWS)
    parts, part_of = _parts(maybe)
    count, lengths = len(parts), _lengths(parts)
    widths = np.zeros(count)
    np.maximum.at(widths, part_of[maybe], 2 * _to_edge(maybe)[maybe])
    sure = maybe & (likely >= _SURE)
    is_flaw = np.bincount(part_of[sure], minlength=count) > 0
    enough = _least_likely(values, differs, sure, part_of, count)
    is_flaw &= (lengths <= _TINY) | (_mean(likely[maybe], part_of[maybe], count) >= enough)
    is_flaw &= (widths <= _BLOT) | (lengths >= _STRETCHED * widths)
    is_flaw &= ~_is_edge_of_mount(parts, maybe.shape)
    mask: Mask = is_flaw[part_of]
    if (further := continued(mask, values)).any():
        further &= np.abs(_differs(values, flawed | further)) > _SHOWS
        parts, part_of = _parts(mask | further)
        mask |= further & ~_is_edge_of_mount(parts, mask.shape)[part_of]
    parts, part_of = _parts(mask)
    lengths, areas = _lengths(parts), parts[:, cv2.CC_STAT_AREA]
    how_likely, lighter, how_sure = (
        _mean(each[mask], part_of[mask], len(parts)) for each in (likely, differs, likely >= _SURE)
    )
    dust = alone(specks(lengths, areas, how_likely, lighter, max(mask.shape))[part_of], values.mean(axis=2))
    return Damage(frozen(mask), frozen(dust), frozen(lengths[1:]), frozen(areas[1:]), frozen(how_sure[1:]), shape)


def _in_8_bit_steps(photo: Pixels) -> FloatImage:
    """(h, w, 3), or (h, w, 1) of one without colour."""
    pixels = photo[..., :1] if is_grey(photo) else photo
    return np.asarray(pixels.astype(np.float32) * np.float32(255 / np.iinfo(photo.dtype).max))


def _parts(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Boxes and areas of the connected components of a mask, and which of them each pixel belongs to, 0 for none."""
    _, labels, found, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return np.asarray(found, np.int32), np.asarray(labels, np.int32)


def _lengths(parts: NDArray[np.int32]) -> NDArray[np.float64]:
    return np.hypot(parts[:, cv2.CC_STAT_WIDTH], parts[:, cv2.CC_STAT_HEIGHT]).astype(np.float64)


def _mean(values: NDArray[Any], of: NDArray[np.int32], count: int) -> FloatImage:
    """(count,) the mean of the values (n,) that each of `count` parts has, or 0. of: (n,) whose they are."""
    return np.asarray(np.bincount(of, values, count) / np.maximum(1, np.bincount(of, minlength=count)), np.float32)


def _least_likely(
    values: FloatImage, differs: FloatImage, sure: Mask, part_of: NDArray[np.int32], count: int
) -> FloatImage:
    """(count,) how likely a part's pixels have to be on average, 0 to 255, by its shade where it is surely a flaw."""
    lightness, of = values[sure].mean(axis=1), part_of[sure]
    shade, lighter = (_mean(each, of, count) for each in (lightness, differs[sure]))
    darkest, lightest = (tone.mean(keepdims=True) for tone in range_of_tones(values))
    return _ON_AVERAGE + _BY_TONE * off_extreme(shade, lighter > 0, darkest, lightest)


def _is_edge_of_mount(parts: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Whether each of the connected components of a mask of this shape runs along the rim, and is no speck."""
    return _along_the_rim(parts, shape) & (_lengths(parts) > _SPECK * max(shape))


def _along_the_rim(parts: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Whether each of the connected components of a mask of this shape runs along one side of it, and beside it."""
    (height, width), side = shape, min(max(shape), 2 * min(shape))
    rim, upright = _RIM * side, _UPRIGHT * side
    left, top = parts[:, cv2.CC_STAT_LEFT], parts[:, cv2.CC_STAT_TOP]
    wide, high = parts[:, cv2.CC_STAT_WIDTH], parts[:, cv2.CC_STAT_HEIGHT]
    beside = (wide <= upright) & ((left + wide <= rim) | (left >= width - rim))
    along = (high <= upright) & ((top + high <= rim) | (top >= height - rim))
    return beside | along


def _thin(mask: Mask) -> Mask:
    """Without what is thicker than any flaw."""
    reach = _THICK_PIXELS + _THICKEST * max(mask.shape)
    thick = _to_edge(mask) > reach
    return mask & (_to_edge(~thick) > reach + 1) if thick.any() else mask


def _to_edge(mask: Mask) -> FloatImage:
    """How far, in pixels, it is from each pixel of a mask to the nearest outside of it."""
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _differs(values: FloatImage, flawed: Mask) -> FloatImage:
    """(h, w): how much lighter each pixel of a picture (h, w, c) is than the mean of what is around it and not near
    anything flawed, in the channel where it differs most."""
    whole = 1 - cv2.dilate(flawed.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    weights = np.maximum(cv2.GaussianBlur(whole, (0, 0), _AROUND), 1e-4)
    most = np.zeros(whole.shape, np.float32)
    for channel in np.moveaxis(values, 2, 0):
        lighter = channel - cv2.GaussianBlur(channel * whole, (0, 0), _AROUND) / weights
        np.copyto(most, lighter, where=np.abs(lighter) > np.abs(most))
    return most


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
