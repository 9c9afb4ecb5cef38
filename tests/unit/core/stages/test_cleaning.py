"""Cleaning, asked for and left to the program: what it changes, what it leaves, and what is said of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from gpen_desktop.core.progress import CancellableProgress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.analysis import PhotoReading, read_photo
from gpen_desktop.core.stages.cleaning import kept_to_grain
from gpen_desktop.core.stages.noise_reading import NoiseReading
from gpen_desktop.core.stages.run import StagedPhotos
from gpen_desktop.core.types import FloatImage, Photo
from gpen_desktop.errors import Cancelled, WeightsError
from gpen_desktop.models.catalog import CLEANER, REPAIRER, UNBLOCKER
from tests.narrowing import as_pixels, floats
from tests.unit.core.drawn_faces import photo_of
from tests.unit.core.stages import test_analysis
from tests.unit.core.stages.drawn_photos import OFF, picture, run
from tests.unit.core.stages.stand_ins import DrawnNetworks, blur_away


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_cleaning_adds_what_the_network_says_in_tiles_that_nobody_sees(dtype: type) -> None:
    pixels = picture(300, 420, dtype)
    white = np.iinfo(dtype).max
    made = run(pixels, clean=100)
    assert made.photo.pixels.dtype == dtype
    whole = pixels / white + blur_away(floats(pixels.astype(np.float32) / white))
    assert np.abs(made.photo.pixels[:-20, :-20] / white - whole[:-20, :-20]).max() < 2 / white
    assert [(result.stage, result.strength) for result in made.results] == [("clean", 100)]


def test_where_there_is_nothing_to_clean_pixels_stay_byte_for_byte() -> None:
    def left_half(tile: FloatImage) -> FloatImage:
        change = np.zeros_like(tile)
        change[tile[..., 0] > 0.5] = -0.1
        return change

    for dtype in (np.uint8, np.uint16):
        pixels = picture(dtype=dtype)
        made = run(pixels, DrawnNetworks(clean=left_half), clean=60).photo.pixels
        same = pixels[..., 0] <= 0.5 * np.iinfo(dtype).max
        assert np.array_equal(made[same], pixels[same])
        assert not np.array_equal(made[~same], pixels[~same])


def reading_of(pixels: np.ndarray) -> PhotoReading:
    return read_photo(photo_of(pixels.astype(np.uint8)))


def test_no_place_loses_more_than_the_grain_of_the_photo() -> None:
    reading = reading_of(grainy_photo().pixels)
    change = np.zeros((200, 200, 3), np.float32)
    change[:, :100] = np.random.default_rng(0).normal(0, reading.noise.level / 255, (200, 100, 1))
    change[:, 100:] = np.random.default_rng(1).normal(0, 40 / 255, (200, 100, 1))  # grass, say
    photo = np.full((200, 200, 3), 0.5, np.float32)
    kept = kept_to_grain(change, photo, reading)
    even, busy = (np.s_[10:-10, 10:80], np.s_[10:-10, 120:-10])
    assert np.abs(kept[even] - change[even]).max() < 0.1 * np.abs(change).max()
    assert 255 * kept[busy].std() < 0.8 * reading.noise.level
    for other in (dataclasses.replace(reading, screen=30.0), dataclasses.replace(reading, sharpness=0.1)):
        assert kept_to_grain(change, photo, other) is change


def test_more_is_taken_from_the_shadows_where_the_grain_is_stronger_there() -> None:
    light = np.linspace(30, 220, 500, dtype=np.float32)[None, :, None]
    strength = np.interp(light, (90, 160), (14, 4))
    grain = strength * np.random.default_rng(0).normal(0, 1, (400, 500, 1))
    reading = reading_of(np.clip(light + grain, 0, 255).repeat(3, axis=2))
    change = np.random.default_rng(1).normal(0, 14 / 255, (100, 100, 1)).astype(np.float32).repeat(3, axis=2)
    dark, bright = (
        kept_to_grain(change, np.full((100, 100, 3), tone, np.float32), reading).std() / change.std()
        for tone in (0.2, 0.8)
    )
    assert dark > 0.95
    assert bright < 0.5


def test_of_grainy_prints_on_a_page_all_is_taken_where_chance_has_more_of_it_too() -> None:
    grain = np.random.default_rng(0).normal(0, 12, (520, 520, 1)).astype(np.float32)
    tones = np.linspace(35, 220, 520, dtype=np.float32)[None, :, None].repeat(3, axis=2)
    reading = reading_of(np.clip(test_analysis.on_a_page(floats(tones + grain)), 0, 255))
    assert reading.is_grainy
    change = np.random.default_rng(1).normal(0, 30 / 255, (64, 64, 3)).astype(np.float32)
    np.testing.assert_array_equal(kept_to_grain(change, np.full_like(change, 0.5), reading), change)


def test_blocks_are_taken_where_no_grain_is_seen() -> None:
    still = NoiseReading(level=0.2, by_tone=((0.0, 0.2),))
    reading = dataclasses.replace(reading_of(test_analysis.scene(400, 500)), noise=still)
    steps = np.full((64, 64, 3), 2.5 / 255, np.float32)
    np.testing.assert_allclose(kept_to_grain(steps, np.full_like(steps, 0.5), reading), steps)


def test_a_photo_too_small_to_see_its_grain_is_cleaned_altogether() -> None:
    grain = np.random.default_rng(0).normal(0, 20, (60, 60, 1)).repeat(3, axis=2)
    reading = reading_of(128 + grain)
    change = np.asarray(-grain / 255, np.float32)
    assert kept_to_grain(change, np.full_like(change, 0.5), reading) is change


def test_grey_stays_grey() -> None:
    grey = as_pixels(np.repeat(picture()[..., :1], 3, axis=2))
    tint = DrawnNetworks(clean=lambda tile: np.broadcast_to(np.array([0.1, 0, -0.05], np.float32), tile.shape))
    for values in ({"clean": 100}, {"scale": 2}):
        made = run(grey, tint, **values).photo.pixels
        assert np.ptp(made.astype(int), axis=2).max() == 0


def test_strengths_of_cleaning_run_the_network_once() -> None:
    networks = DrawnNetworks()
    staged = StagedPhotos(photo_of(picture(100, 120)), networks)
    for strength in (100, 30, 55, 30):
        staged.run(registry.STAGES, registry.stage_values({**OFF, "clean": strength}))
    assert networks.runs == {"clean": 1}


def test_cleaning_is_cancelled_between_tiles() -> None:
    stop = CancellableProgress()

    def cancelling(tile: FloatImage) -> FloatImage:
        stop.cancel()
        return blur_away(tile)

    networks = DrawnNetworks(clean=cancelling)
    with pytest.raises(Cancelled):
        StagedPhotos(photo_of(picture(300, 300)), networks).run(
            registry.STAGES, registry.stage_values({**OFF, "clean": 100}), progress=stop
        )
    assert networks.runs["clean"] == 1


# Left to the program


def grainy_photo() -> Photo:
    grain = np.random.default_rng(0).normal(0, 9, (400, 500, 1))
    grey = test_analysis.scene(400, 500).mean(axis=2, keepdims=True).repeat(3, axis=2)
    return photo_of(np.clip(grey + grain, 0, 255).astype(np.uint8))


def test_automatic_cleans_what_needs_it_and_says_so() -> None:
    made = run(grainy_photo(), clean=-1)
    assert 50 < int(made.values["clean"]) < 100
    assert "seen-grain" in [seen.words.code for seen in made.seen]
    assert [(result.stage, result.words.code) for result in made.results] == [("clean", "did-clean")]


def test_blocks_alone_have_a_network_of_their_own() -> None:
    good = test_analysis.scene(400, 500).astype(np.uint8)
    blocky = photo_of(test_analysis.compressed(good, 25).astype(np.uint8))
    both = photo_of(test_analysis.compressed(grainy_photo().pixels, 60).astype(np.uint8))
    for photo, missing, used, words in (
        (blocky, (), "unblock", "did-unblock"),
        (blocky, (UNBLOCKER,), "clean", "did-clean-otherwise"),
        (both, (), "clean", "did-clean"),
        (photo_of(good), (), "clean", "did-clean"),
    ):
        networks = DrawnNetworks(*missing)
        made = run(photo, networks, clean=80)
        assert set(networks.runs) == {used}
        assert [result.words.code for result in made.results] == [words]


def test_automatic_leaves_a_good_photo_and_sees_nothing() -> None:
    good = photo_of(test_analysis.scene(900, 1000).astype(np.uint8))
    made = StagedPhotos(good, DrawnNetworks()).run(registry.STAGES, registry.stage_values())
    assert made.photo is good
    assert not made.seen
    assert not made.changed


def test_without_its_model_automatic_leaves_a_stage_out_and_says_so() -> None:
    photo = grainy_photo()
    made = run(photo, DrawnNetworks(CLEANER, REPAIRER), clean=-1, repair="auto")
    assert made.photo is photo
    assert [(result.stage, result.strength, result.words.code) for result in made.results] == [
        ("repair", 0, "model-missing"),
        ("clean", 0, "model-missing"),
    ]
    assert "'Built-in photo cleaner'" in str(made.results[1].words)
    assert made.values["clean"] == 0


@pytest.mark.parametrize("values", [{"clean": 40}, {"repair": "on"}])
def test_without_its_model_a_stage_turned_on_by_hand_is_an_error(values: dict[str, int | str]) -> None:
    with pytest.raises(WeightsError):
        StagedPhotos(photo_of(picture())).run(registry.STAGES, registry.stage_values({**OFF, **values}))
