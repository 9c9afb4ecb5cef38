"""Affine maps (2, 3) between a photo and what is cut out of it, such as the crop of a face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import Affine, Rect


def scale_of(affine: Affine) -> float:
    """Factor by which a similarity (2, 3) enlarges."""
    return float(np.hypot(affine[0, 0], affine[1, 0]))


def invert(affine: Affine) -> Affine:
    """Inverse of a (2, 3) affine map."""
    linear = np.linalg.inv(affine[:, :2])
    return np.hstack([linear, -linear @ affine[:, 2:]])


def apply(affine: Affine, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map points (N, 2) by a (2, 3) affine map."""
    mapped: NDArray[np.float64] = points @ affine[:, :2].T + affine[:, 2]
    return mapped


def from_scaled(affine: Affine, across: float, down: float) -> Affine:
    """The map of a photo `across` times as wide and `down` times as high, pixel centres kept."""
    shrink = np.array([[1 / across, 0, 0.5 / across - 0.5], [0, 1 / down, 0.5 / down - 0.5], [0, 0, 1]])
    mapped: Affine = (np.vstack([affine, [0, 0, 1]]) @ shrink)[:2]
    return mapped


def to_scaled(affine: Affine, factor: float) -> Affine:
    """The map to a picture `factor` times as large, pixel centres kept."""
    mapped = affine * factor
    mapped[:, 2] += 0.5 * factor - 0.5
    return mapped


def from_part(affine: Affine, x0: int, y0: int) -> Affine:
    """The map of a part of the photo that begins at pixel (x0, y0)."""
    mapped = affine.copy()
    mapped[:, 2] += affine[:, :2] @ np.array([x0, y0], np.float64)
    return mapped


def corners_in_photo(to_crop: Affine, size: int) -> NDArray[np.float64]:
    """Where in the photo the middles of the corner pixels (4, 2) of a crop of `size` px lie."""
    corners = np.array([[0, 0], [size - 1, 0], [size - 1, size - 1], [0, size - 1]], dtype=np.float64)
    return apply(invert(to_crop), corners)


def covered_part(to_crop: Affine, size: int, shape: tuple[int, ...]) -> Rect:
    """Whole pixels of a photo of `shape` (H, W, ...) that a crop of `size` px covers; x1, y1 outside.

    A face set by hand may lie outside altogether: one pixel at the edge then stands for it.
    """
    points = corners_in_photo(to_crop, size)
    x0, y0 = np.clip(np.floor(points.min(axis=0)), 0, (shape[1] - 1, shape[0] - 1)).astype(int).tolist()
    x1, y1 = np.minimum(np.ceil(points.max(axis=0)) + 1, (shape[1], shape[0])).astype(int).tolist()
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)
