"""What the networks for faces are given of a crop, where the photo shows it with few pixels."""

from __future__ import annotations

from functools import partial
from typing import cast

import cv2

from gpen_desktop.core import fallbacks
from gpen_desktop.core.faces.small_faces import for_inventor, for_network
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.stages.tiles import changed
from gpen_desktop.core.stages.work import Networks
from gpen_desktop.core.types import Crop, FloatImage, Photo, Pixels
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import ENLARGER


def network_input(crop: Crop, photo: Photo, networks: Networks) -> FloatImage:
    """(S, S, 3) in [0, 1], read-only: the crop itself, or what was cut out of the photo enlarged. photo: what the crop
    is of."""
    return for_network(crop.pixels, photo.pixels, crop.to_crop, partial(_doubled, networks))


def calm_input(crop: Crop, photo: Photo, networks: Networks) -> FloatImage | None:
    """The same for a network that invents, with less of the grain; None where there is none to take."""
    return for_inventor(crop.pixels, photo.pixels, crop.to_crop, partial(_doubled, networks))


def _doubled(networks: Networks, part: Pixels) -> Pixels:
    """By the built-in network; by the cubic filter where that is not there, which is told (core/fallbacks)."""
    if networks.has(ENLARGER):
        return changed(part, networks.enlarger(0.0), SilentProgress(), "enlarge")
    fallbacks.tell(
        say("faces-not-enlarged", "Small faces were restored without the enlarging model, which is not there.")
    )
    size = (2 * part.shape[1], 2 * part.shape[0])
    return cast(Pixels, cv2.resize(part, size, interpolation=cv2.INTER_CUBIC))
