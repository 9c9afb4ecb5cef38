"""What networks see of faces with few pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gpen_desktop.core.affine import from_part, from_scaled
from gpen_desktop.core.faces.small_faces import calmed, for_inventor, for_network, grain_of, without_pixels
from gpen_desktop.core.types import Affine, FloatImage, Pixels
from tests.narrowing import as_pixels, floats

SIDE = 64
TO_CROP = from_scaled(np.array([[1.0, 0, 0], [0, 1, 0]]), 1 / 4, 1 / 4)
"""A photo of SIDE px to a crop of 256."""


def photo(grain: float, contrast: float = 0.3) -> Pixels:
    """(SIDE, SIDE, 3): a dark and a light half, and grain."""
    flat = np.full((SIDE, SIDE), 0.5 - contrast / 2, np.float32)
    flat[:, SIDE // 2 :] += contrast
    rough = flat + np.random.default_rng(0).normal(0, grain, (SIDE, SIDE)).astype(np.float32)
    return np.rint(np.repeat(np.clip(rough, 0, 1)[..., None], 3, 2) * 255).astype(np.uint8)


def as_crop(pixels: Pixels) -> FloatImage:
    return floats(cv2.resize(pixels, (256, 256), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255)


def repeated(part: Pixels) -> Pixels:
    """Stands in for the network that doubles, and marks what it made."""
    made = part.repeat(2, axis=0).repeat(2, axis=1)
    return as_pixels(np.asarray(255 - made, made.dtype))


def scaled(scale: float) -> Affine:
    return from_scaled(np.array([[1.0, 0, 0], [0, 1, 0]]), 1 / scale, 1 / scale)


def test_a_face_with_enough_pixels_stays_as_it_is() -> None:
    crop = as_crop(photo(0.02))
    assert without_pixels(crop, 1.4) is crop
    assert for_network(crop, photo(0.02), scaled(1.2), repeated) is crop
    assert grain_of(crop, 1.4) == 0


def test_a_face_with_few_pixels_is_cut_out_of_the_doubled_photo_where_it_lies() -> None:
    pixels = photo(0.0)
    given = for_network(as_crop(pixels), pixels, TO_CROP, repeated)
    assert (given.shape, given.dtype.name) == ((256, 256, 3), "float32")
    assert given.max() <= 1
    assert given.min() >= 0
    np.testing.assert_allclose(given, 1 - without_pixels(as_crop(pixels), 4), atol=0.08)


def test_doubling_sees_beyond_the_crop() -> None:
    seen = []

    def watched(part: Pixels) -> Pixels:
        seen.append(part.shape)
        return repeated(part)

    to_crop = from_scaled(np.array([[1.0, 0, -80], [0, 1, -80]]), 1 / 4, 1 / 4)
    for_network(np.zeros((96, 96, 3), np.float32), photo(0.0), to_crop, watched)
    assert all(side > 96 / 4 + 10 for side in seen[0][:2])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("beyond", [(-20, 10), (50, 50), (500, 500), (-500, 20)])
def test_a_face_at_the_edge_of_the_photo_or_beside_it_is_no_error(beyond: tuple[int, int], dtype: type) -> None:
    pixels = as_pixels(photo(0.05).astype(dtype) * (np.iinfo(dtype).max // 255))
    crop, to_crop = np.zeros((256, 256, 3), np.float32), from_part(TO_CROP, *beyond)
    given = for_network(crop, pixels, to_crop, lambda part: part.repeat(2, axis=0).repeat(2, axis=1))
    assert given.shape == (256, 256, 3)
    assert 0.1 < given.min() <= given.max() < 0.9


def test_grain_goes_and_edges_stay() -> None:
    rough = photo(0.02)
    calm = calmed(rough, grain_of(as_crop(rough), 4), 4)
    inside = np.s_[4:-4, 4:24]
    assert calm[inside].std() < 0.6 * rough[inside].std()
    assert int(calm[32, 40, 0]) - int(calm[32, 24, 0]) == pytest.approx(0.3 * 255, abs=6)


def test_a_network_that_invents_is_given_less_grain_and_nothing_where_there_is_none() -> None:
    rough, even = photo(0.02), photo(0.0, contrast=0.0)
    plain = for_network(as_crop(rough), rough, TO_CROP, repeated)
    calm = for_inventor(as_crop(rough), rough, TO_CROP, repeated)
    inside = np.s_[16:-16, 16:96]
    assert calm is not None
    assert calm[inside].std() < 0.8 * plain[inside].std()
    assert for_inventor(as_crop(even), even, TO_CROP, repeated) is None


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_faint_face_keeps_its_features(dtype: type) -> None:
    faint = photo(0.0, contrast=8 / 255)
    pixels = faint if dtype is np.uint8 else faint.astype(np.uint16) * 257
    calm = calmed(pixels, grain_of(as_crop(faint), 4), 4)
    assert calm.dtype == dtype
    step = (int(calm[32, 40, 0]) - int(calm[32, 24, 0])) / np.iinfo(dtype).max
    assert step == pytest.approx(8 / 255, abs=0.006)


def test_a_face_of_hardly_any_pixels_is_no_error() -> None:
    few = photo(0.05)[:4, :4]
    assert calmed(few, 8, 60) is few
