"""How likely each pixel of a photo is to be damaged: what the finder says of the photo at several sizes, in one.

The larger a photo, the better thin scratches and dust are told from what they cross; but then a scratch of a few pixels
is too wide to be seen as one, which the smaller sizes are looked at for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.pixels import size_at
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.resizing import resized
from gpen_desktop.core.types import FloatImage, Pixels

LOOKED_AT: Final = 2000
"""Longer side, px, that larger photos are reduced to before damage is looked for and filled: scratches on larger scans
are wider than the finder was trained on."""


@dataclass(frozen=True)
class _Way:
    """larger: how many times the middle size it is looked at in. upside_down: whether it is turned: the finder is
    mistaken about other places then, and about the same scratches right."""

    larger: float
    upside_down: bool = False


_MIDDLE: Final = 1.5
"""How many times larger than it is a photo is looked at in the middle size, unless that is longer than LOOKED_AT."""
_LOOKS: Final = (_Way(0.8), _Way(1.0, upside_down=True), _Way(4 / 3), _Way(4 / 3, upside_down=True))
"""Chosen, as is what follows, on 58 photos that measure nothing."""
_FOR_WIDE: Final = 2
"""How many of these, from the first, count alone where what they find is as wide as _WIDE pixels."""
_WIDE: Final = 7


Look = Callable[[Pixels, Progress], FloatImage]
"""What the finder says of a picture (h, w, 3), in logits (h, w), positive on damage; reports to the progress."""


def likely_damage(photo: Pixels, look: Look, progress: Progress) -> NDArray[np.uint8]:
    """How likely each pixel of a photo (h, w, 3) is to be damaged, 0 to 255, (h, w)."""
    middle = max(1.0, min(_MIDDLE, LOOKED_AT / max(photo.shape[:2])))
    ends = np.cumsum([way.larger**2 for way in _LOOKS])
    parts = [SubProgress(progress, start, end) for start, end in pairwise([0.0, *(ends / ends[-1])])]
    logits = [_looked(photo, way, middle, look, part) for way, part in zip(_LOOKS, parts, strict=True)]
    return np.maximum(_likely(logits), _only_wide(_likely(logits[:_FOR_WIDE])))


def _looked(photo: Pixels, way: _Way, middle: float, look: Look, progress: Progress) -> FloatImage:
    """(h, w) logits of one look."""
    turned = slice(None, None, -1 if way.upside_down else 1)
    larger = resized(photo, size_at(middle * way.larger, photo))
    logits = look(np.ascontiguousarray(larger[turned, turned]), progress)[turned, turned]
    return resized(logits, (photo.shape[1], photo.shape[0]))


def _likely(logits: Sequence[FloatImage]) -> NDArray[np.uint8]:
    """(h, w), 0 to 255: by the mean of several looks."""
    mean = np.mean(logits, axis=0).clip(-30, 30)  # beyond is 0 or 255 long since, and exp would overflow
    return np.asarray(np.rint(255 / (1 + np.exp(-mean))), np.uint8)


def _only_wide(likely: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Without what is narrower than _WIDE."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_WIDE, _WIDE))
    return np.asarray(cv2.morphologyEx(likely, cv2.MORPH_OPEN, disc), np.uint8)
