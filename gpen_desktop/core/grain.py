"""Grain: the fine band of a picture, how much of it is grain, and grain that matches. On luma in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.types import FloatImage

_LUMA: Final = np.array([[0.299, 0.587, 0.114]], np.float32)  # ITU-R BT.601
FLAT_PERCENTILE: Final = 20
"""Of local deviations: the flattest fifth of a picture shows its noise alone."""


def luma(pixels: FloatImage) -> FloatImage:
    """(H, W, 3) RGB -> (H, W)."""
    return np.asarray(cv2.transform(pixels, _LUMA), np.float32).reshape(pixels.shape[:2])


def in_all_colours(plane: FloatImage) -> FloatImage:
    """(H, W) -> (H, W, 3), the same in each colour, to reckon with a picture's colours. NumPy would spread the plane
    over them by itself, and takes five times as long to."""
    return np.asarray(cv2.cvtColor(plane, cv2.COLOR_GRAY2RGB), np.float32)


def fine_band(image: FloatImage, sigma: float) -> FloatImage:
    """What a Gaussian of `sigma` px takes away."""
    slow = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    return np.subtract(image, slow, out=slow)  # in place, here and below: photos' planes are large


def local_deviation(band: FloatImage, side: int = 9) -> FloatImage:
    """Root mean square of a fine band (H, W) over a square of `side` px."""
    power = np.asarray(cv2.blur(band * band, (side, side)), np.float32)
    np.maximum(power, 0, out=power)  # running sums leave tiny negative values where the band is zero
    return np.sqrt(power, out=power)


@dataclass(frozen=True)
class Grain:
    """The photo's own grain: deviation of its fine band in flat places, and the blur (px) that gives its softness."""

    deviation: float
    softness: float


_GRAIN_SIGMA: Final = 2.0


def measure_grain(plane: FloatImage) -> Grain:
    """Grain of a luma plane (H, W), from its flattest places.

    Softness: white noise blurred by s has a correlation of exp(-1 / (4 s^2)) between neighbours, so
    s = 1 / (2 sqrt(-ln rho)).
    """
    band = fine_band(plane, _GRAIN_SIGMA)
    local = local_deviation(band, 15)
    level = float(np.percentile(local[::4, ::4], FLAT_PERCENTILE))
    flat = (local[:, 1:] <= level * 1.3).astype(np.float32)
    left, right = band[:, :-1], band[:, 1:]
    # times what is flat, and not picked by it, which takes ten times as long
    power = float((left * left * flat).sum())
    correlation = float((left * right * flat).sum()) / power if power > 0 else 0.0
    rho = float(np.clip(correlation, 0.01, 0.9))
    return Grain(deviation=level, softness=float(1 / (2 * np.sqrt(-np.log(rho)))))


def make_grain(shape: tuple[int, int], softness: float, seed: int) -> FloatImage:
    """(H, W) grain of the given softness whose fine band has deviation 1; the same for the same seed."""
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal(shape, dtype=np.float32)
    if softness > 0.3:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), softness), np.float32)
    # in place: a head that fills an enlarged photo has many pixels
    noise -= np.asarray(cv2.GaussianBlur(noise, (0, 0), _GRAIN_SIGMA), np.float32)
    noise /= np.float32(max(float(noise.std()), 1e-6))
    return noise
