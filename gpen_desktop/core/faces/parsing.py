"""Masks along a face's own outlines, by a parser that the user installed: skin, hair, glasses, mouth and hat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import torch
from torch import nn

from gpen_desktop.core.faces.masks import FaceMasks, face_ramp, head_ramp, masks_by_points
from gpen_desktop.core.on_device import placed
from gpen_desktop.core.types import Crop, FloatImage, frozen
from gpen_desktop.models import registry, store
from gpen_desktop.models.detectors.parsenet import SIDE, find_regions

_FACE: Final = ("skin", "features", "glasses", "mouth")
_HEAD: Final = (*_FACE, "hair", "jewels")
"""Hats, clothes and what is behind the head stay the photo's own: models draw faces, and the rest at random."""

_FEATHER: Final = 0.03
"""Of a mask's edge: deviation of a Gaussian in sides of the crop. facexlib's is that at 512 px: 11 px twice."""

_SKIN_FEATHER: Final = 0.006

_AGREEMENT: Final = 0.5
"""How much of the face that its points tell of has to be one for the parser too, or it is not listened to."""


class FaceParser:
    """A face parser, ready on a device.

    Parameters
    ----------
    name : of the model in the catalogue.
    device, precision : as models/device.choose takes them; a precision that the parser does not compute in counts as
        'auto'.

    Raises WeightsError where it is not on this computer or cannot be read, DeviceError.
    """

    def __init__(self, name: str, *, device: str = "auto", precision: str = "auto") -> None:
        self.name = name
        path = store.find(name)
        _, self._network = placed(name, lambda: registry.read(path), device, precision)

    def masks(self, crops: Sequence[Crop], restored: Sequence[FloatImage]) -> list[FaceMasks]:
        """Of each crop, by what the model made of it, (S, S, 3) float32 RGB in [0, 1]: parts are clearest there. Where
        the parser sees no face, by its points. Raises OutOfMemoryError."""
        pictures = [_resized(each, SIDE) for each in restored]
        return [
            _masks(crop, regions) for crop, regions in zip(crops, self._network.answers(pictures, _ask), strict=True)
        ]


def _ask(net: nn.Module, pictures: Sequence[FloatImage]) -> list[dict[str, FloatImage]]:
    regions = find_regions(net, torch.from_numpy(np.stack(pictures)))
    return [{name: each[number].numpy() for name, each in regions.items()} for number in range(len(pictures))]


def _masks(crop: Crop, regions: dict[str, FloatImage]) -> FaceMasks:
    size = crop.pixels.shape[0]
    by_points = masks_by_points(crop)
    face = sum((regions[name] for name in _FACE), np.zeros((SIDE, SIDE), np.float32))
    expected = _resized(by_points.face, SIDE)
    if float((face * expected).sum()) < _AGREEMENT * float(expected.sum()):
        return by_points
    head = sum((regions[name] for name in _HEAD), np.zeros((SIDE, SIDE), np.float32))
    return FaceMasks(
        face=_soft(face, _FEATHER, face_ramp(size)),
        skin=_soft(regions["skin"], _SKIN_FEATHER, face_ramp(size)),
        around=_soft(head, _FEATHER, head_ramp(size)),
    )


def _soft(region: FloatImage, feather: float, ramp: FloatImage) -> FloatImage:
    """A region as a mask of the crop that `ramp` (S, S) is for, which it falls to 0 with."""
    blurred = np.asarray(cv2.GaussianBlur(region, (0, 0), feather * SIDE), np.float32)
    return frozen(np.minimum(np.clip(_resized(blurred, ramp.shape[0]), 0, 1), ramp))


def _resized(image: FloatImage, side: int) -> FloatImage:
    way = cv2.INTER_AREA if image.shape[0] > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (side, side), interpolation=way), np.float32)
