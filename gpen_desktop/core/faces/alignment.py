"""Landmarks -> crop: the similarity transform that puts a face where a model expects it.

Template points are given for a 512 px crop and scale with the crop, pixel centres kept in mind.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.affine import corners_in_photo, from_part, from_scaled, scale_of
from gpen_desktop.core.types import Affine, Crop, Face, FloatImage, Photo, Pixels, frozen
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say

# image-left eye, image-right eye, nose, image-left mouth corner, image-right mouth corner
TEMPLATES: Final = MappingProxyType(
    {
        # facexlib's FaceRestoreHelper.face_template: the mean of FFHQ's aligned faces
        "ffhq": np.array(
            [
                [192.98138, 239.94708],
                [318.90277, 240.1936],
                [256.63416, 314.01935],
                [201.26117, 371.41043],
                [313.08905, 371.15118],
            ]
        ),
        # reference points of the published GPEN demo for a 512 crop
        "gpen": np.array(
            [[202.041, 242.884], [309.430, 242.290], [256.077, 303.959], [211.960, 366.828], [300.891, 366.336]]
        ),
    }
)
_ROWS: Final = 64
"""Rows of blocks averaged at a time."""
_TEMPLATE_SIDE: Final = 512


def template_points(template: str, size: int) -> NDArray[np.float64]:
    """Template landmarks (5, 2) in pixels of a `size` px crop. KeyError for an unknown template."""
    points: NDArray[np.float64] = (TEMPLATES[template] + 0.5) * (size / _TEMPLATE_SIDE) - 0.5
    return points


def fit_similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> Affine:
    """Least-squares similarity (2, 3) taking `source` points (N, 2) to `target` points (N, 2).

    Closed form in two dimensions (Umeyama 1991, without reflection): writing points as complex numbers, the map is
    z -> a z + b with a = sum(conj(z) w) / sum |z|^2 on centred points.
    """
    z = source[:, 0] + 1j * source[:, 1]
    w = target[:, 0] + 1j * target[:, 1]
    zc, wc = z - z.mean(), w - w.mean()
    a = np.vdot(zc, wc) / np.vdot(zc, zc).real
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def crop_face(photo: Photo, face: Face, *, template: str, size: int) -> Crop:
    """Cut `face` out of `photo`, upright, `size` px square, at the model's template.

    Anti-aliased when the face is larger than the crop; beyond the photo's edge the photo is mirrored.
    Raises OptionError for points that lie on one another.
    """
    if np.ptp(face.landmarks, axis=0).max() < 1 or face.eye_distance < 1:
        raise OptionError(
            say("points-coincide", "The points of a face coincide."),
            todo=say("move-points-apart", "Move them apart."),
            path=photo.path,
        )
    to_crop = fit_similarity(face.landmarks, template_points(template, size))
    return Crop(face=face, pixels=cut_out(photo.pixels, to_crop, size), to_crop=frozen(to_crop))


def cut_out(photo: Pixels, to_crop: Affine, size: int) -> FloatImage:
    """What lies under a crop of `size` px: (size, size, 3) float32 in [0, 1], read-only.

    photo: (H, W, 3). to_crop: (2, 3), its coordinates to the crop's. Filtered and mirrored as crop_face has it.
    """
    region, offset = part_under(photo, to_crop, size, 4 + 4 / scale_of(to_crop))
    pixels, shrink = _shrunk(region, 1 / scale_of(to_crop))
    from_shrunk = from_scaled(from_part(to_crop, *offset), 1 / shrink, 1 / shrink)
    out = cv2.warpAffine(pixels, from_shrunk, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    white = np.float32(np.iinfo(photo.dtype).max)
    return frozen(np.clip(out.astype(np.float32) / white, 0, 1))


def part_under(photo: Pixels, to_crop: Affine, size: int, margin: float) -> tuple[Pixels, tuple[int, int]]:
    """The part of the photo that lies under a crop of `size` px, and `margin` photo pixels around it as far as there
    are any; and where it begins (x, y). One pixel at the edge for a crop beside the photo."""
    in_photo = corners_in_photo(to_crop, size)
    x0, y0 = np.maximum(np.floor(in_photo.min(axis=0) - margin), 0).astype(int)
    height, width = photo.shape[:2]
    x1, y1 = np.minimum(np.ceil(in_photo.max(axis=0) + margin) + 1, (width, height)).astype(int)
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    region: Pixels = photo[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    return region, (int(x0), int(y0))


def _shrunk(pixels: Pixels, factor: float) -> tuple[FloatImage, int]:
    """Area-average by half of `factor`, which is cheap, then a Gaussian for the rest, which leaves no moiré."""
    whole = max(1, int(factor / 2))
    region = _averaged(pixels, whole) if whole > 1 else pixels.astype(np.float32)
    sigma = 0.5 * float(np.sqrt(max(0.0, (factor / whole) ** 2 - 1)))
    if sigma > 0.1:
        region = cv2.GaussianBlur(region, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101).astype(np.float32)
    return region, whole


def _averaged(pixels: Pixels, whole: int) -> FloatImage:
    """Each block of `whole` px each way as one, float32; mirrored on at the right and below to whole blocks."""
    height, width = (-(-side // whole) for side in pixels.shape[:2])
    padded = cv2.copyMakeBorder(
        pixels,
        0,
        height * whole - pixels.shape[0],
        0,
        width * whole - pixels.shape[1],
        cv2.BORDER_REFLECT_101 if min(pixels.shape[:2]) > whole else cv2.BORDER_REPLICATE,
    )
    averaged = np.empty((height, width, pixels.shape[2]), np.float32)
    for top in range(0, height, _ROWS):  # a head that fills an enlarged photo would take gigabytes as float32
        rows = padded[top * whole : (top + _ROWS) * whole].astype(np.float32)
        averaged[top : top + _ROWS] = cv2.resize(rows, (width, rows.shape[0] // whole), interpolation=cv2.INTER_AREA)
    return averaged
