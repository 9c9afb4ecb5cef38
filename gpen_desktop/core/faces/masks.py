"""Soft masks in crop space, from landmarks and colours: where a restored head is pasted, and where its skin is.

Lengths are in eye distances, so the masks fit every template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.affine import apply
from gpen_desktop.core.pixels import smoothstep, soft_edged
from gpen_desktop.core.types import Crop, FloatImage, frozen

# The face with forehead, ears and chin. Semi-axes and feather in eye distances.
_FACE_AXES: Final = (1.62, 1.95)
_FACE_FEATHER: Final = 0.62
# The face proper, from brows to chin, within which skin is looked for.
_SKIN_AXES: Final = (1.06, 1.52)
_SKIN_FEATHER: Final = 0.35
# Share of the crop's side that is cleared at its border: by the published demo 26 px of 512, as users see a rectangle
# with less; a head goes further, as what is around it is held to what the photo shows (compose/surroundings.py).
_FACE_BORDER: Final = 26 / 512
_HEAD_BORDER: Final = 0.02
# From there the masks rise over this share of the crop's side. Heads fill their crops: over 0.2 hair came out half as
# sharp as the answer has it, and nobody finds 0.1.
_FACE_RAMP: Final = 2 * _FACE_BORDER
_HEAD_RAMP: Final = 0.1
# Masks are smooth, so they are worked out at a quarter of the crop's size.
_SHRINK: Final = 4
# How far (in CIE Lab units) a colour may be from the cheeks' to count half as skin.
_SKIN_SPREAD: Final = 16.0


@dataclass(frozen=True, eq=False)
class FaceMasks:
    """Where a face, its skin and its head are in its crop; each (S, S) float32 in [0, 1].

    face: the face proper. skin: as skin_mask has it. around: as far as the head reaches.
    """

    face: FloatImage
    skin: FloatImage
    around: FloatImage

    def head(self, lack: float) -> FloatImage:
        """(S, S): the face, and the more of what is around it the more the source lacks.

        lack: in [0, 1]; 0: hair, ears and collar are as sharp as the face can be made and stay the photo's own; 1: all
        of the head.
        """
        return frozen(np.maximum(self.face, np.float32(lack) * self.around))


def masks_by_points(crop: Crop) -> FaceMasks:
    """By the landmarks and the colour of the cheeks. The head reaches as far as the crop."""
    return FaceMasks(face_mask(crop), skin_mask(crop), head_ramp(crop.pixels.shape[0]))


def face_mask(crop: Crop) -> FloatImage:
    """(S, S) float32 in [0, 1]: 1 on the face, falling smoothly to 0 before the crop's border."""
    size = crop.pixels.shape[0]
    face = _soft_ellipse(_points(crop), size // _SHRINK, _FACE_AXES, _FACE_FEATHER, drop=0.12)
    return frozen(np.minimum(_grown(face, size), face_ramp(size)))


def skin_mask(crop: Crop) -> FloatImage:
    """(S, S) float32 in [0, 1]: skin of the face, without eyes, brows, mouth, hair and glasses.

    An oval with the features cut out, times the likeness of each pixel's colour to that of the cheeks and nose.
    """
    points = _points(crop)
    size = crop.pixels.shape[0]
    small = np.asarray(cv2.resize(crop.pixels, (size // _SHRINK, size // _SHRINK), interpolation=cv2.INTER_AREA))
    oval = _soft_ellipse(points, size // _SHRINK, _SKIN_AXES, _SKIN_FEATHER, drop=0.18)
    mask = oval * (1 - _features(points, size // _SHRINK)) * _skin_likeness(small.astype(np.float32), points)
    return frozen(_grown(mask, size))


def eye_mask(crop: Crop) -> FloatImage:
    """(S, S) float32 in [0, 1]: the eyes with their lids and lashes."""
    points = _points(crop)
    size = crop.pixels.shape[0]
    _, _, unit = _axes(points)
    eyes = [(point, (0.36 * unit, 0.27 * unit)) for point in points[:2]]
    return frozen(_grown(_discs(eyes, points, size // _SHRINK), size))


def _points(crop: Crop) -> NDArray[np.float64]:
    """Landmarks in pixels of the shrunk crop, pixel centres kept."""
    points: NDArray[np.float64] = (apply(crop.to_crop, crop.face.landmarks) + 0.5) / _SHRINK - 0.5
    return points


def _grown(mask: FloatImage, size: int) -> FloatImage:
    return np.asarray(cv2.resize(mask, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _axes(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Unit vectors to image right and down the face, and the face's unit of length.

    The unit is the eye distance, or what the eyes-to-mouth distance says it would be in a frontal face (x 0.95) where
    that is longer: a face turned aside is not narrower from brow to chin.
    """
    across = points[1] - points[0]
    down = points[3:].mean(axis=0) - points[:2].mean(axis=0)
    unit = max(float(np.hypot(*across)), 0.95 * float(np.hypot(*down)))
    right = across / max(float(np.hypot(*across)), 1e-6)
    return right, np.array([-right[1], right[0]]), unit


def _soft_ellipse(
    points: NDArray[np.float64], size: int, axes: tuple[float, float], feather: float, *, drop: float
) -> FloatImage:
    """Ellipse around the middle of the face, `drop` units below it, with a smooth edge `feather` units wide inside."""
    right, down, unit = _axes(points)
    centre = (points[:2].mean(axis=0) + points[3:].mean(axis=0)) / 2 + down * (drop - 0.1) * unit
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    u = ((xs - centre[0]) * right[0] + (ys - centre[1]) * right[1]) / (axes[0] * unit)
    v = ((xs - centre[0]) * down[0] + (ys - centre[1]) * down[1]) / (axes[1] * unit)
    radius = np.sqrt(u * u + v * v)
    return smoothstep((1 - radius) * (min(axes) / feather))


def face_ramp(size: int) -> FloatImage:
    """(size, size): as far as a face's mask may reach in its crop, 0 at the border and 1 inside; corners are round."""
    return frozen(soft_edged(size, _FACE_RAMP, clear=_FACE_BORDER))


def head_ramp(size: int) -> FloatImage:
    """The same of a head's, which reaches further."""
    return frozen(soft_edged(size, _HEAD_RAMP, clear=_HEAD_BORDER))


def _features(points: NDArray[np.float64], size: int) -> FloatImage:
    """Soft discs over eyes with brows, nostrils and mouth."""
    _, down, unit = _axes(points)
    mouth = points[3:].mean(axis=0)
    half_mouth = max(float(np.hypot(*(points[4] - points[3]))) / 2, 0.3 * unit)
    discs = [
        (points[0] - down * 0.12 * unit, (0.34 * unit, 0.30 * unit)),
        (points[1] - down * 0.12 * unit, (0.34 * unit, 0.30 * unit)),
        (points[2] + down * 0.06 * unit, (0.20 * unit, 0.10 * unit)),
        (mouth, (half_mouth + 0.1 * unit, 0.24 * unit)),
    ]
    return _discs(discs, points, size)


def _discs(
    discs: Sequence[tuple[NDArray[np.float64], tuple[float, float]]], points: NDArray[np.float64], size: int
) -> FloatImage:
    """Soft ellipses (centre, semi-axes) that lie as the face does."""
    right, _, unit = _axes(points)
    tilt = float(np.degrees(np.arctan2(right[1], right[0])))
    drawn = np.zeros((size, size), np.float32)
    for centre, axes in discs:
        cv2.ellipse(drawn, ((float(centre[0]), float(centre[1])), (2 * axes[0], 2 * axes[1]), tilt), 1.0, -1)
    return np.clip(cv2.GaussianBlur(drawn, (0, 0), 0.06 * unit), 0, 1).astype(np.float32)


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def _skin_likeness(pixels: FloatImage, points: NDArray[np.float64]) -> FloatImage:
    """How near each pixel's colour is to the median colour of cheeks and nose, in [0, 1]; lightness counts a third,
    because light falls unevenly over a face."""
    _, down, unit = _axes(points)
    size = pixels.shape[0]
    smooth = cv2.GaussianBlur(pixels, (0, 0), max(0.6, 0.03 * unit))
    lab = cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB)
    cheeks = np.zeros((size, size), np.uint8)
    for eye, corner in ((points[0], points[3]), (points[1], points[4])):
        spot = (eye + corner) / 2 + down * 0.05 * unit
        cv2.circle(cheeks, _pixel(spot), max(2, int(0.2 * unit)), 1, -1)
    bridge = points[:2].mean(axis=0) * 0.4 + points[2] * 0.6
    cv2.circle(cheeks, _pixel(bridge), max(2, int(0.12 * unit)), 1, -1)
    # points set by hand may put the cheeks outside the crop
    skin = np.median(lab[cheeks > 0] if cheeks.any() else lab.reshape(-1, 3), axis=0)
    difference = (lab - skin) * np.array([1 / 3, 1, 1], np.float32)
    distance2 = (difference * difference).sum(axis=2)
    return np.asarray(np.exp2(-distance2 / _SKIN_SPREAD**2), np.float32)
