"""Enlarging a photo without a model."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

from gpen_desktop.core.types import Photo, Pixels, frozen


def enlarged_photo(photo: Photo, scale: int) -> Photo:
    """The photo and its alpha `scale` times larger, by Lanczos."""
    alpha = None if photo.alpha is None else _enlarged(photo.alpha, scale)
    return dataclasses.replace(photo, pixels=_enlarged(photo.pixels, scale), alpha=alpha)


def _enlarged(pixels: Pixels, scale: int) -> Pixels:
    size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
    larger = cv2.resize(pixels, size, interpolation=cv2.INTER_LANCZOS4)
    return frozen(larger.astype(np.uint8) if pixels.dtype == np.uint8 else larger.astype(np.uint16))
