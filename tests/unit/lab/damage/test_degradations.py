"""Damage as bad photos have it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage import degradations as d
from gpen_desktop.lab.damage import recipes
from gpen_desktop.lab.evaluation import fixed_degradations
from tests.narrowing import floats
from tests.unit.lab.pictures import drawn_face, needs_basicsr

pytestmark = needs_basicsr


@pytest.fixture
def face() -> FloatImage:
    return floats(drawn_face(96).astype(np.float32) / 255)


def high_frequencies(picture: FloatImage) -> float:
    """Mean square of what a small blur takes away."""
    return float(np.square(picture - d.gaussian_blur(picture, 1.0)).mean())


@pytest.mark.parametrize("kind", sorted(recipes.KINDS))
def test_each_kind_gives_pairs_in_range_and_the_same_for_the_same_seed(kind: str) -> None:
    pairs = [recipes.degrade_as(kind, drawn_face(96), np.random.default_rng(5)) for _ in range(2)]
    for target, damaged in pairs:
        assert target.shape == damaged.shape == (96, 96, 3)
        assert target.dtype == damaged.dtype == np.float32
        assert 0 <= damaged.min() <= damaged.max() <= 1
        assert 0 <= target.min() <= target.max() <= 1
    np.testing.assert_array_equal(pairs[0][0], pairs[1][0])
    np.testing.assert_array_equal(pairs[0][1], pairs[1][1])


@pytest.mark.parametrize("kind", sorted(set(recipes.KINDS) - {"clean"}))
def test_each_kind_damages(kind: str) -> None:
    errors = []
    for seed in range(6):
        target, damaged = recipes.degrade_as(kind, drawn_face(96), np.random.default_rng(seed))
        errors.append(float(np.abs(target - damaged).mean()))
    assert np.mean(errors) > 0.004


def test_clean_faces_stay_nearly_as_they_are() -> None:
    for seed in range(8):
        target, damaged = recipes.degrade_as("clean", drawn_face(96), np.random.default_rng(seed))
        assert np.abs(target - damaged).mean() < 0.01


def test_old_photos_are_grey_in_target_and_input() -> None:
    rng = np.random.default_rng(11)  # not a sepia one
    target, damaged = recipes.degrade_as("old", drawn_face(96), rng)
    assert np.ptp(target, axis=2).max() < 0.26  # at most sepia
    # colour is the target's: nothing is to be coloured or bleached
    np.testing.assert_allclose(
        (damaged[..., 0] - damaged[..., 2]).mean(), (target[..., 0] - target[..., 2]).mean(), atol=0.02
    )


def test_a_recipe_mixes_its_kinds_only() -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        target, damaged = recipes.degrade(drawn_face(64), rng, {"clean": 1.0, "old": 0.0})
        assert np.abs(target - damaged).mean() < 0.01


def test_tone_is_no_damage() -> None:
    """Whatever shifts a face's mean colour is in target and input alike."""
    for kind in ("print_faded", "soft", "low_resolution"):
        shifts = []
        for seed in range(8):
            target, damaged = recipes.degrade_as(kind, drawn_face(96), np.random.default_rng(seed))
            shifts.append(np.abs(damaged.mean((0, 1)) - target.mean((0, 1))).max())
        assert np.median(shifts) < 0.03, kind


@pytest.mark.parametrize(
    "blur",
    [
        lambda p, r: d.gaussian_blur(p, 2.0),
        lambda p, r: d.shaped_blur(p, r, 2.0),
        lambda p, r: d.motion_blur(p, r, 9.0),
        lambda p, r: d.shrunk(p, r, 32, lambda s: s),
    ],
    ids=["gaussian", "shaped", "motion", "shrunk"],
)
def test_blurs_take_detail_and_keep_the_mean(
    face: FloatImage, blur: Callable[[FloatImage, np.random.Generator], FloatImage]
) -> None:
    rng = np.random.default_rng(2)
    blurred = blur(face, rng)
    assert high_frequencies(blurred) < 0.7 * high_frequencies(face)
    assert blurred.mean() == pytest.approx(face.mean(), abs=0.01)


def test_noise_has_the_deviation_asked_for() -> None:
    flat = np.full((128, 128, 3), 0.5, np.float32)
    rng = np.random.default_rng(3)
    coloured, alike = d.noise(flat, rng, 12, alike=False), d.noise(flat, rng, 12, alike=True)
    assert (coloured - flat).std() * 255 == pytest.approx(12, rel=0.03)
    assert np.ptp(alike, axis=2).max() == 0
    assert d.film_grain(flat, rng, 12, 0.8).std() * 255 == pytest.approx(12, rel=0.05)


def test_film_grain_is_weaker_in_black_and_white() -> None:
    rng = np.random.default_rng(3)
    deviations = [d.film_grain(np.full((96, 96, 3), v, np.float32), rng, 12, 0.5).std() for v in (0.0, 0.5, 1.0)]
    assert deviations[1] > 2 * max(deviations[0], deviations[2])


def test_scratches_and_dust_touch_little_of_the_picture(face: FloatImage) -> None:
    rng = np.random.default_rng(4)
    for damaged in (d.scratches(face, rng, 3), d.dust(face, rng, 10)):
        touched = (np.abs(damaged - face).max(axis=2) > 0.02).mean()
        assert 0 < touched < 0.2


def test_a_fold_runs_from_edge_to_edge(face: FloatImage) -> None:
    changed = np.abs(d.fold(face, np.random.default_rng(1)) - face).max(axis=2) > 0.04
    rows, columns = np.nonzero(changed.any(axis=1))[0], np.nonzero(changed.any(axis=0))[0]
    assert max(np.ptp(rows), np.ptp(columns)) > 0.6 * face.shape[0]


def test_half_tone_is_made_of_dots(face: FloatImage) -> None:
    flat = np.full((128, 128, 3), 0.5, np.float32)
    printed = d.half_tone(flat, np.random.default_rng(0))[..., 0]
    spectrum = np.abs(np.fft.rfft2(printed - printed.mean()))
    assert spectrum.max() > 20 * np.median(spectrum)


def test_double_jpeg_is_worse_than_one(face: FloatImage) -> None:
    once = np.square(d.jpeg(face, 50) - face).mean()
    twice = np.square(d.double_jpeg(face, np.random.default_rng(1), 50) - face).mean()
    assert twice > once > 0


def test_low_light_keeps_some_brightness_and_makes_noise(face: FloatImage) -> None:
    dark = d.low_light(face, np.random.default_rng(0))
    assert high_frequencies(dark) > high_frequencies(face)
    assert 0.5 < dark.mean() / face.mean() < 1.1


@pytest.mark.parametrize(
    ("name", "kind", "level"), [(name, *key) for name, keys in fixed_degradations.SETS.items() for key in keys]
)
def test_fixed_damage_is_the_same_every_time(face: FloatImage, name: str, kind: str, level: str) -> None:
    first, again = (fixed_degradations.fixed(name, kind, level, face, seed=7) for _ in range(2))
    for one, other in ((first.shown, again.shown), (first.given, again.given)):
        np.testing.assert_array_equal(one, other)
        assert one.shape == first.target.shape == face.shape
        assert 0 <= one.min() <= one.max() <= 1


def fixed_error(name: str, kind: str, level: str, face: FloatImage) -> float:
    """Mean square difference of what a network is given from the clean face."""
    made = fixed_degradations.fixed(name, kind, level, face, seed=0)
    return float(np.square(made.given - made.target).mean())


def test_higher_grades_are_worse(face: FloatImage) -> None:
    for kind in ("blur", "noise", "size", "JPEG"):
        errors = [
            fixed_error("graded", kind, level, face) for k, level in fixed_degradations.SETS["graded"] if k == kind
        ]
        assert errors == sorted(errors), kind


@pytest.mark.parametrize("again", [0.0, 90.0])
@pytest.mark.parametrize("shrunk_between", [False, True])
@pytest.mark.parametrize("tilt", [0.0, 7.0])
@pytest.mark.parametrize("calmed", [False, True])
def test_a_small_file_leaves_the_face_where_it_is(
    face: FloatImage, tilt: float, shrunk_between: bool, again: float, calmed: bool
) -> None:
    file = recipes.SmallFile(180, 0, True, tilt, 0, True, 0, 0, 95, False, 3, again, False, 6, shrunk_between, calmed)
    made = recipes.through_small_file(face, np.random.default_rng(0), file).given
    inside = np.s_[16:-16, 16:-16]
    errors = {
        (x, y): np.square(np.roll(made, (y, x), (0, 1)) - face)[inside].mean() for x in (-1, 0, 1) for y in (-1, 0, 1)
    }
    assert min(errors, key=errors.__getitem__) == (0, 0)


def test_a_calmed_small_face_has_less_grain_and_is_shown_the_same() -> None:
    face = floats(drawn_face(256).astype(np.float32) / 255)
    smooth = recipes.SmallFile(80, 0, True, 0, 0, True, 0, 0.8, 95, False, 0, 0, True, 0, False)
    left, shown = [], []
    for calmed in (False, True):
        files = (dataclasses.replace(smooth, grain=grain, calmed=calmed) for grain in (0, 3))
        without, grainy = (recipes.through_small_file(face, np.random.default_rng(0), each) for each in files)
        left.append(float((grainy.given - without.given).std()))
        shown.append(grainy.shown)
    assert left[1] < 0.85 * left[0]
    np.testing.assert_array_equal(shown[0], shown[1])


def test_smaller_faces_are_worse(face: FloatImage) -> None:
    errors = [fixed_error("small-jpeg", "small JPEG", f"{px} px", face) for px in (100, 60, 40, 25)]
    assert errors == sorted(errors)


def test_a_face_in_a_small_file_has_less_detail_the_smaller_it_is(face: FloatImage) -> None:
    kept = []
    for side in (50, 100, 200):
        file = recipes.SmallFile(side, 0, True, 0, 0, True, 0, 0, 90, True, 0, 0, True, 0, False)
        kept.append(high_frequencies(recipes.through_small_file(face, np.random.default_rng(0), file).given))
    assert kept == sorted(kept)


def test_film_grain_in_a_small_file_is_seen(face: FloatImage) -> None:
    made = [
        recipes.through_small_file(
            face,
            np.random.default_rng(0),
            recipes.SmallFile(100, 0, True, 0, 0, True, grain, 0.8, 95, False, 0, 0, True, 0, False),
        ).given
        for grain in (0, 4, 8)
    ]
    none, some, much = (float(np.square(each - face).mean()) for each in made)
    assert none < some < much


def test_grey_faces_get_no_colours() -> None:
    grey = np.repeat(drawn_face(96).mean(2, keepdims=True), 3, axis=2).astype(np.uint8)
    for seed in range(12):
        target, _ = recipes.degrade_as("light", grey, np.random.default_rng(seed))
        assert (np.diff(target, axis=2) <= 1e-6).all()  # grey, or sepia: red at most, then green, then blue
