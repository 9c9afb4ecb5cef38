"""Whether a restored face is still the one that the photo shows: what is coarse in both has to agree.

No network that knows people: shapes, colours and the places of eyes, nose and mouth alone. What is finer than that is
what restoring is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import nn

from gpen_desktop.core.affine import apply
from gpen_desktop.core.faces.regions import Floats, Grey, face_sizes
from gpen_desktop.core.grain import luma
from gpen_desktop.core.types import Drift, FloatImage, RestoredFace
from gpen_desktop.models import catalog, registry, store
from gpen_desktop.models.detectors.landmarks import CROP_SIDE, find_landmarks
from gpen_desktop.models.spec import Task

# Shapes are compared on copies of this many pixels each way, in which blur, grain and blocks no longer show.
_COARSE: Final = 24
# Light that falls differently is no other shape: what is slower than this many face sizes does not count.
_SLOW: Final = 0.8
# Side of the square in which landmarks are looked for, in face sizes: of what the network was trained on (1.8 to 3.6),
# where the points of faces that were only sharpened stay stillest (2.6 on the worst of 23, for 3.8 in squares of 2.6).
_SIDE: Final = 2.3


class IdentityGuard:
    """Compares restored faces with their sources; loads once, and may be used by several threads.

    Raises WeightsError where the landmark network cannot be read.
    """

    def __init__(self, *, device: str = "cpu") -> None:
        self._net = registry.load(store.find(catalog.LANDMARKS), Task.LANDMARKS, device)

    def drift(self, face: RestoredFace) -> Drift:
        """How far a restored face has drifted from its crop."""
        points = apply(face.crop.to_crop, face.crop.face.landmarks)
        centre, unit = points.mean(axis=0), float(face_sizes(points[None])[0])
        had, got = landmarks_around(self._net, [_grey(face.crop.pixels), _grey(face.restored)], centre, unit, (_SIDE,))
        aligned = [face.crop.aligned_part(image) for image in (face.crop.pixels, face.restored, face.face_mask)]
        coarse = _Coarse(*(_coarse(image) for image in aligned))
        return Drift(
            structure=_structure(coarse, _SLOW * unit * _COARSE / aligned[0].shape[0]),
            colour=_colour(coarse),
            shift=float(np.linalg.norm(had - got, axis=1).mean() / unit * 100),
        )


def landmarks_around(
    net: nn.Module, pictures: Sequence[Grey], centre: NDArray[np.float64], unit: float, sides: Sequence[float]
) -> Floats:
    """The landmarks (N, 5, 2), in pixels, of the same upright face in N pictures (S, S).

    net: from registry.load. centre: (x, y) of the face. unit: its size, pixels. sides: of the squares in which the
    landmarks are looked for, in units; what is found in each is averaged.
    """
    crops, maps = [], []
    for side in sides:
        scale = CROP_SIDE / (side * unit)
        to_crop = np.array([[scale, 0, CROP_SIDE / 2], [0, scale, CROP_SIDE / 2]])
        to_crop[:, 2] -= scale * centre
        maps.append((scale, to_crop[:, 2]))
        for grey in pictures:
            # INTER_AREA in a warp is bilinear: crops are about half as large as the face, so blur by hand
            smooth = cv2.GaussianBlur(grey, (0, 0), max(0.3, 0.5 / scale - 0.2))
            crops.append(cv2.warpAffine(smooth, to_crop, (CROP_SIDE, CROP_SIDE), borderMode=cv2.BORDER_REFLECT_101))
    found, _ = find_landmarks(net, np.stack(crops).astype(np.uint8))
    by_side = found.reshape(len(sides), len(pictures), 5, 2)
    points = [(p - offset) / scale for p, (scale, offset) in zip(by_side, maps, strict=True)]
    return np.asarray(np.mean(points, axis=0))


@dataclass(frozen=True, eq=False)
class _Coarse:
    """Small copies: of the source and the restored face (n, n, 3), and of the face's mask (n, n)."""

    had: FloatImage
    got: FloatImage
    weight: FloatImage


def _structure(face: _Coarse, sigma: float) -> float:
    """The part of the restored face's shapes that is not the source's, 0 to 1: sqrt(1 - r^2) of their correlation r, 1
    where that is not positive. Contrast does not count, nor what a Gaussian of `sigma` leaves."""
    weight = face.weight
    had, got = (_shapes(luma(pixels), weight, sigma) for pixels in (face.had, face.got))
    power = float((had * had * weight).sum() * (got * got * weight).sum())
    alike = float((had * got * weight).sum()) / max(np.sqrt(power), 1e-9)
    return float(np.sqrt(max(0.0, 1 - max(alike, 0.0) ** 2)))


def _shapes(plane: FloatImage, weight: FloatImage, sigma: float) -> FloatImage:
    """(n, n) without what is slow inside `weight`."""
    inside = cv2.GaussianBlur(weight, (0, 0), sigma) + np.float32(1e-3)
    band = plane - cv2.GaussianBlur(plane * weight, (0, 0), sigma) / inside
    return np.asarray(band - (band * weight).sum() / weight.sum(), np.float32)


def _colour(face: _Coarse) -> float:
    """How far the mean colours are apart, CIELAB 1976."""
    had, got = (cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB) for pixels in (face.had, face.got))
    return float(np.linalg.norm(((got - had) * face.weight[..., None]).sum(axis=(0, 1)) / face.weight.sum()))


def _coarse(image: FloatImage) -> FloatImage:
    return np.asarray(cv2.resize(image, (_COARSE, _COARSE), interpolation=cv2.INTER_AREA), np.float32)


def _grey(pixels: FloatImage) -> Grey:
    return np.rint(luma(pixels) * 255).astype(np.uint8)
