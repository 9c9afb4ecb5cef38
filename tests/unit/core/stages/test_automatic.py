"""What Automatic does about what it sees."""

from __future__ import annotations

import numpy as np
import pytest

from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.analysis import PhotoReading, read_photo
from gpen_desktop.core.stages.automatic import needed_cleaning, needed_tone, seen_of
from gpen_desktop.core.types import Photo
from tests.unit.core.stages import test_analysis
from tests.unit.core.stages.test_tone import faded, scene, stored, toned


def reading_of(picture: np.ndarray, dtype: type = np.uint8) -> PhotoReading:
    """Of a picture in [0, 1]."""
    return read_photo(Photo(stored(picture, dtype), SourceFormat("PNG")))


def grainy(picture: np.ndarray, deviation: float) -> np.ndarray:
    return picture + np.random.default_rng(2).normal(0, deviation / 255, (*picture.shape[:2], 1)).astype(np.float32)


def codes(reading: PhotoReading) -> set[str]:
    return {seen.words.code for seen in seen_of(reading)}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_faded_photo_needs_its_tones_a_good_one_does_not(dtype: type) -> None:
    assert needed_tone(reading_of(scene(), dtype), {"clean": 0}) == 0
    assert needed_tone(reading_of(faded(scene()), dtype), {"clean": 0}) == 80


def test_a_flat_photo_gets_part_of_what_a_faded_one_gets() -> None:
    flat, nearly_good = reading_of(0.06 + 0.68 * scene()), reading_of(0.06 + 0.72 * scene())
    assert 16 < needed_tone(flat, {"clean": 0}) < 80
    assert codes(flat) & {"seen-flat", "seen-fading"} == {"seen-flat"}
    assert needed_tone(nearly_good, {"clean": 0}) == 0
    assert "seen-flat" not in codes(nearly_good)


def test_grain_is_not_raised_beyond_what_can_be_looked_at_but_what_is_cleaned_away_is_no_grain() -> None:
    clean = 0.3 + 0.4 * toned(scene(600, 800))
    noisy = reading_of(grainy(clean, 9))
    assert 20 < needed_tone(noisy, {"clean": 0}) < needed_tone(reading_of(clean), {"clean": 0}) == 80
    assert needed_tone(noisy, {"clean": 0}) < needed_tone(noisy, {"clean": 80})


def test_grain_counts_as_it_will_be_once_the_tones_are_back() -> None:
    picture = toned(scene(600, 800))
    good, bad = reading_of(grainy(1.1 * picture, 3)), reading_of(grainy(0.3 + 0.4 * picture, 3))
    assert bad.is_faded
    assert not good.is_faded
    assert "seen-grain" in codes(bad) - codes(good)
    assert needed_cleaning(bad, {}) > needed_cleaning(good, {}) == 0


def test_a_good_photo_needs_nothing() -> None:
    good = test_analysis.scene(900, 1100) / 255
    assert needed_cleaning(reading_of(good), {}) == 0
    assert codes(reading_of(good)) == set()


def test_more_grain_is_cleaned_more() -> None:
    picture = test_analysis.scene() / 255
    strengths = [needed_cleaning(reading_of(grainy(picture, deviation)), {}) for deviation in (0, 5, 9, 14)]
    assert strengths == sorted(set(strengths))
    assert strengths[0] == 0
    assert strengths[-1] < 100


def test_a_printed_screen_is_taken_out_altogether_and_named() -> None:
    reading = reading_of(test_analysis.screened(test_analysis.scene(), 4, 45) / 255)
    assert needed_cleaning(reading, {}) == 100
    assert {"seen-screen"} == codes(reading) & {"seen-screen", "seen-grain"}


def test_jpeg_blocks_are_cleaned_and_named() -> None:
    reading = reading_of(test_analysis.compressed(test_analysis.scene(), 25) / 255)
    assert 40 <= needed_cleaning(reading, {}) <= 70
    assert "seen-blocks" in codes(reading)
