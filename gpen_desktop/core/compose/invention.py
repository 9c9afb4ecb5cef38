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

from gpen_desktop.core.compose import texture
from gpen_desktop.core.grain import fine_band, in_all_colours, luma
from gpen_desktop.core.types import FloatImage, RestoredFace

# Of the mean's difference from the restored face: gives the finest octave the energy back that the mean takes of it.
_GIVEN_BACK: Final = 1.25
# How much stronger an octave of the restored face may become anywhere. Chosen with the above on validation faces: at
# 0.2 the finest octave is down to 0.63 of clean faces' (soft, low resolution); without a limit rims are hard.
_STRONGER: Final = 0.4
_OCTAVES: Final = 3
# Sigma of the finest octave, px of a 256 px face; and of the surroundings that count, in the octave's.
_FINEST: Final = 0.7
_AROUND: Final = 3.0
_NOTHING: Final = 1e-8
"""Power of an octave beside which there is none."""


def invented(face: RestoredFace, answers: Sequence[FloatImage]) -> FloatImage:
    """The face as invented, (S, S, 3) float32 in [0, 1], of which a share may be mixed into `face.restored`.

    answers: of the inventing network, to the crop and to the restored crop, each as `face.restored` is. A source
    that counts as sharp gets nothing of it, one that lacks little gets little.
    """
    likeness = texture.compare_detail(face.crop.pixels, face.restored, face.face_mask)
    share = _GIVEN_BACK * texture.room_to_invent(face.crop, likeness)
    change = np.float32(share) * (np.mean(answers, axis=0, dtype=np.float32) - face.restored)
    return np.asarray(np.clip(face.restored + _not_only_stronger(change, face.restored), 0, 1), np.float32)


def _not_only_stronger(change: FloatImage, restored: FloatImage) -> FloatImage:
    """The change (S, S, 3) without what makes an octave of the restored face stronger than is allowed: the excess of
    its local regression on that octave, as luma shows it."""
    less = np.zeros_like(change)
    had, added = restored, change
    for octave in range(_OCTAVES):
        sigma = _FINEST * 2**octave * change.shape[0] / 256
        structure, new = fine_band(had, sigma), fine_band(added, sigma)
        had, added = had - structure, added - new
        seen = luma(structure)
        power, common = (_around(seen * band, _AROUND * sigma) for band in (seen, luma(new)))
        excess = np.maximum(common / (power + np.float32(_NOTHING)) - np.float32(_STRONGER), 0)
        less += in_all_colours(excess) * structure
    return change - less


def _around(plane: FloatImage, sigma: float) -> FloatImage:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
