"""Cleaning: grain, noise, JPEG's blocks, half-tone screens and slight blur, by a network that gives the difference.

Where JPEG's blocks are all there is, it is one made for them: that leaves fine texture which the other takes for grain.

The network sees a small part of a photo at a time and takes grass, leaves and glitter on water for strong grain. But
grain lies over all of a photo, alike where that is as light: so nowhere is much more taken than the grain that is seen
where the photo is even.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.grain import luma
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.analysis import PhotoReading
from gpen_desktop.core.stages.tiles import TiledNetwork, changed
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import FloatImage, frozen
from gpen_desktop.messages import Message, say
from gpen_desktop.models.catalog import UNBLOCKER

_OVER_GRAIN: Final = ((1.05, 1.35), (1.5, 1.75))
_STEEP: Final = 3
"""Root mean square of what is taken from a place, against the deviation of the grain of its tone, from which it is
texture, by how plain JPEG's blocks are (PhotoReading.blocks), which make grain uneven; and how quickly less of it is
taken then, as a power of its share of the power. On 16 modern photos under grain of 13 steps, of 5, and the first
stored at quality 75 (photo_damage) 1.75 gains 6.5, 3.4 and 6.0 dB, 1.6 6.6, 3.5 and 6.0. But 1.4 left mottles on the
even ground of old portraits stored as JPEGs (blocks of 1.35 and more), a quarter of the grain on a sample photo
(hopper_grey_scratched), 1.6 still a tenth and 1.75 a thousandth. Grain that was never stored has blocks of 1.00."""

_ALWAYS: Final = 3.0
"""The same in 8-bit steps, where less than that is seen: JPEG's blocks are no grain and go."""

_AROUND: Final = 13
"""Side in pixels of the square that this is judged over; 7 to 17 gain about the same."""


def clean(work: Work, progress: Progress) -> Worked:
    """The photo cleaned; where the network has nothing to say, pixels stay as they are, and grey stays grey."""
    network, words = _network(work)
    cleaned = changed(work.photo.pixels, network, progress, "clean", work.watcher)
    return Worked(dataclasses.replace(work.photo, pixels=frozen(cleaned)), words)


def unblocks(work: Work) -> bool:
    """Whether the network for blocks alone is what cleans."""
    return work.reading().is_only_blocky and work.networks.has(UNBLOCKER)


def kept_to_grain(change: FloatImage, photo: FloatImage, reading: PhotoReading) -> FloatImage:
    """What the network adds to a photo (h, w, 3) in [0, 1]; less where that is more than the grain that was seen where
    the photo is as light.

    The dots of print are more, and a blurred photo has no texture to lose: there all is taken, as of prints that have
    grain all over, and where the photo has too few places to see its own.
    """
    if reading.is_screened or reading.is_soft or not reading.noise.by_tone:
        return change
    light = np.asarray(255 * cv2.blur(luma(photo), (_AROUND, _AROUND)), np.float32)
    over = float(np.interp(reading.blocks, *_OVER_GRAIN))
    most = np.maximum(over * reading.noise.at(light), _ALWAYS) / 255
    power = cv2.blur(np.einsum("ijk,ijk->ij", change, change) / change.shape[2], (_AROUND, _AROUND))
    share = cv2.blur(np.minimum(1, most**2 / np.maximum(power, 1e-9)) ** _STEEP, (_AROUND, _AROUND))
    return np.asarray(change * share[..., None], np.float32)


def _network(work: Work) -> tuple[TiledNetwork, Message]:
    """The one for what is to be cleaned, and the words for it."""
    if unblocks(work):
        return work.networks.unblocker(), say("did-unblock", "Cleaned of the blocks that strong compression leaves")
    cleaner, reading = work.networks.cleaner(), work.reading()
    network = dataclasses.replace(cleaner, run=lambda tile: kept_to_grain(cleaner.run(tile), tile, reading))
    if not reading.is_only_blocky:
        return network, say("did-clean", "Cleaned")
    return network, say("did-clean-otherwise", "Cleaned as if it were grainy: the model for blocky photos is not there")
