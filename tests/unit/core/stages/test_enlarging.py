"""Enlarging by the built-in networks and by models of the user's choice."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from gpen_desktop.core.stages.run import without
from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.types import FloatImage, frozen
from gpen_desktop.models.catalog import ENLARGER
from tests.narrowing import as_pixels
from tests.unit.core.drawn_faces import photo_of
from tests.unit.core.stages import test_analysis
from tests.unit.core.stages.drawn_photos import picture, run
from tests.unit.core.stages.stand_ins import DrawnNetworks


@pytest.mark.parametrize("scale", [1.5, 2, 2.5, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_enlarging_by_the_network(scale: float, dtype: type) -> None:
    pixels = picture(150, 180, dtype)
    alpha = frozen(as_pixels(np.full((150, 180), np.iinfo(dtype).max // 2).astype(dtype)))
    made = run(dataclasses.replace(photo_of(pixels), alpha=alpha), scale=scale)
    cubic = cv2.resize(pixels, (round(180 * scale), round(150 * scale)), interpolation=cv2.INTER_CUBIC)
    white = np.iinfo(dtype).max
    assert made.photo.pixels.dtype == dtype
    assert np.abs(made.photo.pixels.astype(float) - cubic).max() < 0.04 * white
    assert made.photo.alpha is not None
    assert made.photo.alpha.shape == cubic.shape[:2]
    assert (made.scale, made.results[0].words.code) == (scale, "did-enlarge")


def test_the_enlarger_is_asked_for_what_the_pixels_need() -> None:
    good = test_analysis.scene(400, 500).astype(np.uint8)
    stored = test_analysis.compressed(good, 45).astype(np.uint8)
    asked = []
    for pixels, clean in ((good, 0), (stored, 0), (stored, 100)):
        networks = DrawnNetworks()
        run(photo_of(pixels), networks, scale=4, clean=clean)
        asked.append(networks.spoilt)
    assert asked == [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]  # what the first pass gives is in good order


def test_what_cleaning_left_of_noise_that_was_stored_poorly_is_still_smoothed() -> None:
    rng = np.random.default_rng(0)
    good = test_analysis.scene(400, 500)
    noisy = np.clip(good + rng.normal(0, 9, (400, 500, 1)), 0, 255).astype(np.uint8)
    stored = test_analysis.compressed(noisy, 50).astype(np.uint8)
    networks = DrawnNetworks(clean=np.zeros_like)
    run(photo_of(stored), networks, scale=2, clean=80)
    assert networks.spoilt == [pytest.approx(0.8)]


def test_without_its_network_enlarging_is_simple_and_says_so() -> None:
    networks = DrawnNetworks(ENLARGER)
    made = run(picture(), networks, scale=2)
    assert made.photo.pixels.shape == (400, 600, 3)
    assert made.results[0].words.code == "did-enlarge-simply"
    assert not networks.runs


# Models of the user's choice


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("factor", "scale"), [(f, s) for f in (1, 2, 4) for s in (1, 1.37, 1.5, 2, 2.5, 3, 4) if (f, s) != (1, 1)]
)
def test_any_scale_by_a_model_of_any_factor(factor: int, scale: float, dtype: type) -> None:
    pixels = picture(dtype=dtype)
    made = run(pixels, scale=scale, background=f"x{factor}")
    white = np.iinfo(dtype).max
    assert made.photo.pixels.dtype == dtype
    expected = cv2.resize(pixels, (round(300 * scale), round(200 * scale)), interpolation=cv2.INTER_CUBIC)
    assert made.photo.pixels.shape == expected.shape
    error = np.abs(made.photo.pixels.astype(np.float64) - expected) / white
    assert error[20:-20, 20:-20].max() < 0.02  # no seam, nothing shifted
    assert made.scale == scale
    enlarged = "did-treat-and-enlarge" if factor == 1 else "did-enlarge-by"
    assert made.results[0].words.code == ("did-treat-by" if scale == 1 else enlarged)


def test_a_grey_photo_stays_grey_whatever_the_model_says() -> None:
    class Colourful(DrawnNetworks):
        def upscaler(self, name: str) -> TiledNetwork:
            tinted = super().upscaler(name)
            return dataclasses.replace(tinted, run=lambda tile: tinted.run(tile) * np.array([1, 0.9, 0.8], np.float32))

    grey = as_pixels(np.repeat(picture()[..., :1], 3, axis=2))
    made = run(grey, Colourful(), scale=2, background="x2").photo.pixels
    assert np.array_equal(made[..., 0], made[..., 1])
    assert np.array_equal(made[..., 0], made[..., 2])


def test_nothing_larger_than_the_result_is_held() -> None:
    shapes = []

    class Watched(DrawnNetworks):
        def upscaler(self, name: str) -> TiledNetwork:
            network = super().upscaler(name)

            def run(tile: FloatImage) -> FloatImage:
                shapes.append(tile.shape[:2])
                return network.run(tile)

            return dataclasses.replace(network, run=run)

    run(picture(400, 600), Watched(), scale=2, background="x4")
    assert len(shapes) == 20
    assert max(max(shape) for shape in shapes) <= 160


def test_a_size_between_is_what_the_network_gave_resampled_once() -> None:
    """Fine stripes at the network's own factor come out as grey as area resampling makes them, wherever tiles meet."""

    class Striped(DrawnNetworks):
        def upscaler(self, name: str) -> TiledNetwork:
            def run(tile: FloatImage) -> FloatImage:
                stripes = np.arange(tile.shape[1] * 4) % 4 // 2  # of a tile that starts at a whole pixel
                return np.broadcast_to(stripes[None, :, None], (tile.shape[0] * 4, stripes.size, 3)).astype(np.float32)

            return dataclasses.replace(super().upscaler(name), run=run)

    made = run(picture(), Striped(), scale=2.5, background="x4").photo.pixels
    whole = np.broadcast_to((np.arange(1200) % 4 // 2 * 255)[None, :, None], (800, 1200, 3)).astype(np.uint8)
    assert np.array_equal(made, cv2.resize(whole, (750, 500), interpolation=cv2.INTER_AREA))


def test_a_wanted_width_is_met_to_the_pixel() -> None:
    for width in (301, 437, 1001, 1199):
        assert run(picture(), scale=width / 300).photo.pixels.shape[1] == width
    assert run(picture(), scale=1.2345).results[0].words.values == (("scale", 1.23),)


def test_without_a_model_for_it_the_photo_is_the_very_same() -> None:
    photo = photo_of(picture())
    assert run(photo, scale=1).photo is photo


def test_without_enlarging_the_photo_is_the_one_before() -> None:
    made = run(picture(), background="x2", scale=2)
    assert made.has_new_detail
    assert without(made, "enlarge") is made.steps[-1][1]


def test_a_model_that_keeps_the_size_is_not_said_to_enlarge() -> None:
    made = run(picture(), background="x1", scale=2)
    assert made.scale == 2
    assert made.results[-1].words.code == "did-treat-and-enlarge"
