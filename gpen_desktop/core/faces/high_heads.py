"""Heads that go on above their aligned crops: the larger crops they get, and how two answers about one become one.

An aligned crop ends a little above the forehead, and high hair goes on. A network that is asked about a crop further up
takes hair for eyes; about one that is merely looser, with the eyes not far from where it expects them, it gives hair as
sharp as the rest. So of such a head it is asked twice: about the aligned crop, whose answer stays the one for the face,
and about all of the larger one, made smaller, for what is around that. One goes over into the other inside the aligned
crop's border.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.affine import apply, invert, scale_of, to_scaled
from gpen_desktop.core.faces.alignment import cut_out
from gpen_desktop.core.faces.masks import head_ramp
from gpen_desktop.core.grain import in_all_colours, luma
from gpen_desktop.core.resizing import resized
from gpen_desktop.core.types import Affine, Crop, FloatImage, Photo, frozen

# Of an aligned crop's side, in sixteenths: what a larger one shows above it, and in all each way. That leaves 1/16
# below, where the mask's feather would else reach the chin, and 5/32 on either side.
_ABOVE: Final = 4
_MORE: Final = 5
_FEW: Final = (16 + _MORE) / 16
"""Crop pixels to a photo pixel from which on heads get larger crops: made smaller, these have one for each of the
photo's then. Nobody has looked at others."""

_UNIT: Final = 4
_SMALL: Final = (16 + _MORE) * _UNIT
"""Pixels of a small copy of a larger crop, in which hair is looked for: to a sixteenth of the aligned one; in all."""
# Where in it, in those sixteenths: in the middle columns where hair is, if there is any, where it is to go on, and
# where it is to end; and at both sides, where there is none. And the sigma it is smoothed by before.
_HAIR: Final = (4.75, 5.5)
_GOES_ON: Final = (3.5, 3.75)
_ENDS: Final = (0.25, 3.25)
_MIDDLE: Final = (7, 14)
_SIDES: Final = ((1, 4), (17, 20))
_BLUR: Final = 0.25
_UNLIKE_SIDES: Final = np.float32(0.3)
_UNLIKE_ABOVE: Final = np.float32(0.8)
"""How far what goes on has to be from both sides, and from something above it, in deviations of the copy's luma: what
is behind a bald head goes on as well, but does not end."""
_SHARE: Final = 0.25
"""Of the middle columns that have to go on. Of the 29 heads of the Solvay photo eight have 0.29 or more, among them the
four whose hair was soft, the others 0.21 or less."""


def with_room_above(photo: Photo, crop: Crop) -> Crop:
    """The aligned crop of a head, or a larger one of the same scale where the photo has few pixels of the head and it
    goes on above."""
    if scale_of(crop.to_crop) < _FEW:
        return crop
    size = crop.pixels.shape[0]
    unit = size // 16
    side, left, above = size + _MORE * unit, _MORE * unit // 2, _ABOVE * unit
    to_crop = crop.to_crop.copy()
    to_crop[:, 2] += left, above
    if not (_is_in(photo, to_crop, side) and _goes_on(_small_copy(photo, to_crop, side))):
        return crop
    aligned = (left / side, above / side, size / side)
    return Crop(crop.face, cut_out(photo.pixels, to_crop, side), frozen(to_crop), aligned)


def _is_in(photo: Photo, to_crop: Affine, side: int) -> bool:
    """Whether a larger crop shows the photo where hair is to go on and to end, and not its mirror beyond the border."""
    unit, above = side / (16 + _MORE), (_ENDS[0] + _ENDS[1]) / 2
    ends = unit * np.array([(column, above) for column in _MIDDLE], np.float64)
    x, y = apply(invert(to_crop), ends).T
    return bool((x >= 0).all() and (x < photo.width).all() and (y >= 0).all() and (y < photo.height).all())


def _small_copy(photo: Photo, to_crop: Affine, side: int) -> FloatImage:
    """Luma (_SMALL, _SMALL) of a larger crop."""
    return luma(cut_out(photo.pixels, to_scaled(to_crop, _SMALL / side), _SMALL))


def joined(crop: Crop, aligned: FloatImage, whole: FloatImage) -> FloatImage:
    """(s, s, 3): what was made of a larger crop's aligned part (S, S, 3) and, around it, of all of it made smaller
    (S, S, 3)."""
    made = at_side(whole, crop.pixels.shape[0])
    inside = crop.aligned_part(made)
    inside += in_all_colours(head_ramp(aligned.shape[0])) * (aligned - inside)
    return frozen(made)


def at_side(picture: FloatImage, side: int) -> FloatImage:
    """A picture (S, S, 3) in [0, 1] as a new one, (side, side, 3)."""
    return np.clip(resized(picture, (side, side)), 0, 1)


def _goes_on(shown: FloatImage) -> bool:
    """Whether what is at the top of the aligned crop goes on above it and ends there: in a share of the middle columns
    the photo is more like itself a little further down than like either side, and unlike something above. shown: the
    small copy."""
    smooth = np.asarray(cv2.GaussianBlur(shown, (0, 0), _BLUR * _UNIT), np.float32)
    deviation = shown.std()

    def part(rows: tuple[float, float], columns: tuple[int, int]) -> FloatImage:
        return smooth[round(rows[0] * _UNIT) : round(rows[1] * _UNIT), columns[0] * _UNIT : columns[1] * _UNIT]

    here = part(_GOES_ON, _MIDDLE).mean(axis=0)
    unlike_sides = np.minimum(*(np.abs(here - part(_GOES_ON, side).mean()) for side in _SIDES))
    unlike_hair = np.abs(here - part(_HAIR, _MIDDLE).mean(axis=0))
    unlike_above = np.abs(here - part(_ENDS, _MIDDLE)).max(axis=0)
    is_hair = (unlike_sides > unlike_hair) & (unlike_sides > _UNLIKE_SIDES * deviation)
    return float((is_hair & (unlike_above > _UNLIKE_ABOVE * deviation)).mean()) >= _SHARE
