"""What networks see of faces with few pixels."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from gpen_desktop.core.faces.small_faces import without_grain, without_pixels
from gpen_desktop.core.types import FloatImage


def face(grain: float, side: int = 64) -> tuple[FloatImage, FloatImage]:
    """Two crops of 256 px: light and dark halves, and the same with grain of `side` px a crop."""
    flat = np.full((side, side), 0.35, np.float32)
    flat[:, side // 2 :] = 0.65
    rough = flat + np.random.default_rng(0).normal(0, grain, (side, side)).astype(np.float32)
    large = [cv2.resize(x, (256, 256), interpolation=cv2.INTER_CUBIC) for x in (flat, rough)]
    clean, grainy = (np.repeat(np.clip(x, 0, 1)[..., None], 3, 2).astype(np.float32) for x in large)
    return clean, grainy


@pytest.mark.parametrize("way", [without_pixels, without_grain])
def test_a_face_with_enough_pixels_stays_as_it_is(way: Callable[[FloatImage, float], FloatImage]) -> None:
    _, crop = face(0.02)
    assert way(crop, 1.4) is crop


def test_grain_goes_and_edges_stay() -> None:
    clean, grainy = face(0.02)
    blurred, calm = without_pixels(grainy, 4), without_grain(grainy, 4)
    inside = np.s_[16:-16, 16:96]
    assert calm[inside].std() < 0.6 * blurred[inside].std()
    assert calm[128, 160, 0] - calm[128, 96, 0] == pytest.approx(clean[128, 160, 0] - clean[128, 96, 0], abs=0.02)


def test_a_faint_face_keeps_its_features() -> None:
    clean, _ = face(0.0)
    faint = (0.5 + (clean - 0.5) * np.float32(0.1)).astype(np.float32)
    calm = without_grain(faint, 4)
    assert calm[128, 160, 0] - calm[128, 96, 0] == pytest.approx(0.03, abs=0.006)
    assert (calm.shape, calm.dtype) == ((256, 256, 3), np.float32)
    assert calm.min() >= 0
    assert calm.max() <= 1


def test_a_face_of_hardly_any_pixels_is_no_error() -> None:
    _, crop = face(0.05, side=4)
    assert np.isfinite(without_grain(crop, 60)).all()
