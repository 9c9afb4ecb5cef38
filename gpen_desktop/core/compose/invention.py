"""What is invented of a face: two answers of one network, as far as they agree and are more than contrast.

A network that invents does two things at once: it restores, for which the restorer is the surer one, and adds detail.
So it is asked twice, about the crop and about what the restorer makes of it. Alone the first answer gives painted skin
with hard rims on faces of few pixels, the second exaggerates what crackle the restorer left; each draws lines that the
other does not. In their mean what both show stays whole, and what only one shows is halved.

Nor is detail what only makes the restored face's own structures stronger: rims, folds and cracks. Regressed on what the
restorer makes of their damaged copies, clean faces show each of its three finest octaves 0.4 to 1.0 times as strongly,
never more; the network alone up to 1.5 times over a whole face, and more in places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.affine import scale_of
from gpen_desktop.core.compose import texture
from gpen_desktop.core.faces.masks import eye_mask
from gpen_desktop.core.grain import fine_band, in_all_colours, luma
from gpen_desktop.core.types import Crop, FloatImage, RestoredFace

# Of the mean's difference from the restored face: gives the finest octave the energy back that the mean takes of it.
_GIVEN_BACK: Final = 1.3
# How much stronger an octave of the restored face may become anywhere. Chosen with the above on validation faces: at
# 0.2 the finest octave is down to 0.63 of clean faces' (soft, low resolution); without a limit rims are hard.
_STRONGER: Final = 0.4
_OCTAVES: Final = 3
# Sigma of the finest octave, px of a 256 px face; and of the surroundings that count, in the octave's.
_FINEST: Final = 0.7
_AROUND: Final = 3.0
_NOTHING: Final = 1e-8
"""Power of an octave beside which there is none."""
# Crop pixels to a photo pixel up to which all that is slow is taken of what is invented, and from which on nothing is.
# On 198 faces in small JPEG files, by the weights before, the clean face shows 0.5 to 0.9 of it up to 2.4, under 0.4
# from 2.8 on; where that is under a half, a face is nearer to the clean one without it.
_SLOW: Final = (2.4, 3.2)
# Sigma, photo pixels, of what is slow: everywhere, and in the eyes.
_PIXEL: Final = 0.5
_PIXEL_OF_EYES: Final = 0.25


def gets_detail(face: RestoredFace) -> bool:
    """Whether anything may be invented of a face: its source lacks detail, and shows where it belongs."""
    return bool(texture.known_to_invent(face.crop) and _room(face))


def invented(face: RestoredFace, answers: Sequence[FloatImage]) -> FloatImage:
    """The face as invented, (S, S, 3) float32 in [0, 1], of which a share may be mixed into `face.restored`.

    answers: of the inventing network, to the crop and to the restored crop, each as `face.restored` is. A source
    that counts as sharp gets nothing of it, one that lacks little gets little. Only light is invented: detail as fine
    has next to no colour of its own, and the network made specks of what toned prints have.
    """
    added = luma(np.mean(answers, axis=0, dtype=np.float32) - face.restored)
    change = _not_only_stronger(np.float32(_GIVEN_BACK * _room(face)) * added, luma(face.restored))
    made = face.restored + in_all_colours(_beyond_pixels(change, face.crop))
    return np.asarray(np.clip(made, 0, 1), np.float32)


def _room(face: RestoredFace) -> float:
    """How much may be invented of what a network invents, in [0, 1]: as much as the source lacks, and all where the
    crop is an enlargement, which always lacks some."""
    if texture.is_enlarged(face.crop):
        return 1.0
    return texture.lack_of(texture.compare_detail(face.crop.pixels, face.restored, face.face_mask))


def _not_only_stronger(change: FloatImage, restored: FloatImage) -> FloatImage:
    """The change (S, S) without what makes an octave of the restored face (S, S) stronger than is allowed: the excess
    of its local regression on that octave."""
    less = np.zeros_like(change)
    had, added = restored, change
    for octave in range(_OCTAVES):
        sigma = _FINEST * 2**octave * change.shape[0] / 256
        structure, new = fine_band(had, sigma), fine_band(added, sigma)
        had, added = had - structure, added - new
        power, common = (_around(structure * band, _AROUND * sigma) for band in (structure, new))
        excess = np.maximum(common / (power + np.float32(_NOTHING)) - np.float32(_STRONGER), 0)
        less += excess * structure
    return change - less


def _beyond_pixels(change: FloatImage, crop: Crop) -> FloatImage:
    """The change (S, S) without what the photo's own pixels show, where they are so few that the network takes them for
    steps of tone. A few pixels are all there is of an eye: its lids and pupil are where these are."""
    enlarged = scale_of(crop.to_crop)
    held = np.float32(np.interp(enlarged, _SLOW, (0, 1)))
    if not held:
        return change
    slow, slow_in_eyes = (_around(change, sigma * enlarged) for sigma in (_PIXEL, _PIXEL_OF_EYES))
    return np.asarray(change - held * (slow + eye_mask(crop) * (slow_in_eyes - slow)), np.float32)


def _around(plane: FloatImage, sigma: float) -> FloatImage:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
