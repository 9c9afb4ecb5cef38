"""Tone: faded prints come back, good photos are left, sepia stays sepia."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gpen_desktop.core.stages.registry import STAGES, stage_values
from gpen_desktop.core.stages.run import StagedPhotos
from gpen_desktop.core.stages.tone import with_tone
from gpen_desktop.core.stages.tone_curve import lightness_curve
from gpen_desktop.core.stages.tone_reading import ToneReading, flatness, is_faded, read_tone
from gpen_desktop.core.types import FloatImage, Pixels
from tests.narrowing import floats
from tests.unit.core.drawn_faces import photo_of


def scene(height: int = 240, width: int = 320) -> FloatImage:
    """A colourful picture from black to white, in [0, 1]."""
    rng = np.random.default_rng(11)
    small = rng.random((12, 16, 3), dtype=np.float32)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return floats(np.clip((large - 0.5) * 1.6 + 0.5, 0, 1))


def stored(picture: FloatImage, dtype: type = np.uint8) -> Pixels:
    return np.rint(np.clip(picture, 0, 1) * np.iinfo(dtype).max).astype(dtype)


def faded(picture: FloatImage) -> FloatImage:
    """Each dye by its own amount: yellowed, blacks grey."""
    low, high = np.array([0.22, 0.18, 0.14], np.float32), np.array([0.92, 0.85, 0.66], np.float32)
    return low + picture * (high - low)


def toned(picture: FloatImage) -> FloatImage:
    light = picture.mean(axis=2, keepdims=True)
    return floats(np.clip(light * np.array([1.0, 0.87, 0.66], np.float32) + 0.03, 0, 1))


def lab_difference(a: Pixels, b: Pixels) -> float:
    x, y = (cv2.cvtColor(p.astype(np.float32) / np.iinfo(p.dtype).max, cv2.COLOR_RGB2LAB) for p in (a, b))
    return float(np.sqrt(((x - y) ** 2).sum(axis=2)).mean())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_faded_colour_print_comes_back(dtype: type) -> None:
    good, bad = stored(scene(), dtype), stored(faded(scene()), dtype)
    reading = read_tone(bad)
    assert is_faded(reading)
    made = with_tone(bad, reading)
    assert made.dtype == dtype
    assert lab_difference(made, good) < 0.4 * lab_difference(bad, good)


def test_a_good_photo_is_left() -> None:
    assert not is_faded(read_tone(stored(scene())))


def test_paper_yellows_and_never_turns_blue() -> None:
    low, high = np.array([[0.08, 0.1, 0.06], [0.91, 0.79, 0.94]], np.float32)
    flowers = scene() * (high - low) + low
    assert not is_faded(read_tone(stored(flowers)))
    assert is_faded(read_tone(stored(flowers[..., ::-1])))


def test_a_blue_haze_is_left_where_something_is_white() -> None:
    low, high = np.array([[0.26, 0.35, 0.49], [0.99, 0.98, 0.98]], np.float32)
    assert not is_faded(read_tone(stored(scene() * (high - low) + low)))


def test_a_night_and_a_beach_are_meant_so() -> None:
    night = scene() * 0.3
    beach = 0.45 + 0.5 * scene()
    beach[:30, :40] = 0
    assert not is_faded(read_tone(stored(night)))
    assert not is_faded(read_tone(stored(beach)))


def test_a_good_print_in_low_light_is_left_and_one_whose_black_has_gone_grey_is_not() -> None:
    grey = scene().mean(axis=2, keepdims=True).repeat(3, axis=2)
    grey = (grey - grey.min()) / np.ptp(grey)
    assert not is_faded(read_tone(stored(0.09 + 0.8 * grey**2)))
    assert is_faded(read_tone(stored(0.2 + 0.65 * grey)))
    assert is_faded(read_tone(stored(0.14 + 0.82 * grey)))
    assert is_faded(read_tone(stored(0.14 + 0.82 * grey**3)))  # in low light too


def test_where_most_is_light_and_nothing_white_the_paper_has_gone_dull() -> None:
    grey = scene().mean(axis=2, keepdims=True).repeat(3, axis=2)
    grey = (grey - grey.min()) / np.ptp(grey)
    assert is_faded(read_tone(stored(0.02 + 0.76 * grey)))
    assert not is_faded(read_tone(stored(0.02 + 0.86 * grey)))
    assert not is_faded(read_tone(stored(0.02 + 0.76 * grey**3)))  # a night


def test_between_faded_and_good_lies_flat_in_light_pictures_and_where_no_dye_comes_near_white() -> None:
    grey = scene().mean(axis=2, keepdims=True).repeat(3, axis=2)
    grey = (grey - grey.min()) / np.ptp(grey)
    flat, flatter, low_light = (
        read_tone(stored(p)) for p in (0.1 + 0.8 * grey, 0.1 + 0.78 * grey, 0.1 + 0.86 * grey**2)
    )
    assert 0 < flatness(flat) < flatness(flatter) < 1
    assert low_light.contrast - low_light.lifted < 0.68
    assert not is_faded(low_light)
    assert flatness(low_light) == flatness(read_tone(stored(grey))) == 0
    dull, duller, night = (read_tone(stored(p)) for p in (0.06 + 0.69 * scene(), 0.06 + 0.66 * scene(), 0.7 * scene()))
    assert 0 < flatness(dull) < flatness(duller) <= 1
    assert flatness(night) == flatness(read_tone(stored(scene()))) == flatness(read_tone(stored(faded(scene())))) == 0


def lit(faces: float, backdrop: float) -> FloatImage:
    """A portrait in grey: a face, about as light as `faces`, before a backdrop; hair and collar as they have faded."""
    print_ = floats(backdrop + 0.06 * scene().mean(axis=2, keepdims=True).repeat(3, axis=2))
    print_[60:180, 120:240] += faces - backdrop
    print_[60:100, 20:60], print_[140:180, 20:60] = 0.22, 0.84
    return print_


def share_under_12(pixels: Pixels) -> float:
    return float((pixels < 12).mean())


@pytest.mark.parametrize(("faces", "backdrop"), [(0.55, 0.28), (0.5, 0.36), (0.5, 0.75), (0.7, 0.4)])
def test_blacks_and_whites_come_back_and_the_middle_stays_about_as_light_as_it_was(
    faces: float, backdrop: float
) -> None:
    before = stored(lit(faces, backdrop))
    made = with_tone(before, read_tone(before))
    assert made[80, 40, 0] < before[80, 40, 0] - 15
    assert made[160, 40, 0] > before[160, 40, 0] + 10
    for part in (made, before):
        assert share_under_12(part) < 0.01
    if backdrop < 0.47:  # dark before: no darker now
        assert np.median(made) > np.median(before) - 12
    assert abs(made[60:180, 120:240].mean() - before[60:180, 120:240].mean()) < 20


@pytest.mark.parametrize(("black", "white", "median"), [(0.16, 0.52, 0.33), (0.12, 0.65, 0.55)])
def test_no_tone_is_drawn_out_so_much_that_eight_bits_show(black: float, white: float, median: float) -> None:
    reading = ToneReading((black,) * 3, (white,) * 3, (median,) * 3, True, True, median, (black,) * 3, (0.0, 0.0))
    assert is_faded(reading)
    curve = lightness_curve(reading)
    steps = np.diff(curve.at(np.linspace(0, 1, 256))) * 255
    assert 2 < steps.max() < 2.61
    assert steps.min() >= 0
    assert curve.bend > 0.74


def test_shadows_stay_open_also_where_they_were_taken_for_the_frame() -> None:
    """A night within a film's black rebate: its dark floor runs into that."""
    film = np.full((300, 400, 3), 0.03, np.float32)
    film[20:280, 20:380] = 0.1 + 0.02 * scene(260, 360).mean(axis=2, keepdims=True)
    film[30:170, 40:360] = 0.3 + 0.5 * scene(140, 320).mean(axis=2, keepdims=True)
    before = stored(film)
    made = with_tone(before, read_tone(before))
    assert share_under_12(made) < share_under_12(before) + 0.015


def test_sepia_stays_sepia() -> None:
    print_ = stored(0.25 + 0.5 * toned(scene()))
    reading = read_tone(print_)
    assert reading.one_hue
    assert is_faded(reading)
    made = with_tone(print_, reading)
    before, after = (cv2.cvtColor(p, cv2.COLOR_RGB2LAB).reshape(-1, 3)[:, 1:].mean(axis=0) for p in (print_, made))
    assert np.abs(before - after).max() < 2.5
    assert np.ptp(made.mean(axis=2)) > 1.4 * np.ptp(print_.mean(axis=2))


def lab_of(pixels: Pixels) -> FloatImage:
    white = np.float32(np.iinfo(pixels.dtype).max)
    return floats(cv2.cvtColor(pixels.astype(np.float32) / white, cv2.COLOR_RGB2LAB))


def tinted(green: float, yellow: float, dtype: type = np.uint8) -> Pixels:
    """A faded print of that a and b of CIE Lab."""
    light = 25 + 50 * scene().mean(axis=2)
    lab = np.dstack([light, np.full_like(light, green), np.full_like(light, yellow)]).astype(np.float32)
    return stored(floats(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)), dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_print_that_has_turned_green_becomes_as_warm_as_paper(dtype: type) -> None:
    print_ = tinted(-4, 8, dtype)
    staged = StagedPhotos(photo_of(print_)).run(STAGES, stage_values({"clean": 0, "repair": "off", "tone": 100}))
    made = staged.photo.pixels
    assert made.dtype == dtype
    assert 0.5 < lab_of(made)[..., 1].mean() < 3
    assert lab_of(made)[..., 2].mean() == pytest.approx(8, abs=2)
    assert [result.words.code for result in staged.results] == ["did-tone-and-cast"]


@pytest.mark.parametrize(("green", "yellow"), [(-6, -22), (3, 15), (-0.8, 5)])
def test_blue_and_brown_prints_keep_their_tone(green: float, yellow: float) -> None:
    print_ = tinted(green, yellow)
    reading = read_tone(print_)
    assert reading.one_hue
    made = lab_of(with_tone(print_, reading)).reshape(-1, 3).mean(axis=0)
    assert made[1] == pytest.approx(green, abs=1.5)
    assert made[2] == pytest.approx(yellow, abs=2.5)


def test_of_a_flat_photo_it_is_not_told_that_it_had_faded() -> None:
    for light, words in ((0.06 + 0.68 * scene(), "Contrast raised"), (faded(scene()), "Faded tones restored")):
        values = stage_values({"clean": 0, "repair": "off", "tone": 60})
        staged = StagedPhotos(photo_of(stored(light))).run(STAGES, values)
        assert [str(result.words) for result in staged.results] == [words]


def test_a_border_of_paper_does_not_count() -> None:
    print_ = 0.25 + 0.5 * toned(scene())
    framed = np.full((300, 400, 3), 0.99, np.float32)
    framed[30:270, 40:360] = print_
    assert read_tone(stored(framed)).white[0] < 0.85


def test_a_print_askew_in_its_mount_is_read_without_it() -> None:
    """Dark card, a print on it turned by two degrees, with a white border of its own."""
    print_ = np.full((280, 360, 3), 0.97, np.float32)
    print_[20:-20, 20:-20] = 0.2 + 0.5 * toned(scene())
    turn = cv2.getRotationMatrix2D((180, 140), 2, 1)
    turn[:, 2] += 30
    mounted = floats(cv2.warpAffine(print_, turn, (420, 340), borderValue=(0.2, 0.22, 0.25)))
    reading = read_tone(stored(mounted))
    assert reading.white[0] < 0.75
    assert reading.black[0] > 0.2
    assert is_faded(reading)


def test_the_rebate_of_a_film_does_not_count_nor_what_is_written_on_it() -> None:
    print_ = np.repeat(0.25 + 0.5 * scene().mean(axis=2, keepdims=True), 3, axis=2)
    film = np.full((300, 400, 3), 0.03, np.float32)
    film[25:265, 40:360] = print_
    cv2.putText(film, "17248-E", (100, 290), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (1.0, 1.0, 1.0), 2)
    reading = read_tone(stored(film))
    assert reading.black[0] > 0.25
    assert reading.white[0] < 0.8


def test_what_is_black_or_white_is_made_no_greyer() -> None:
    """The white of a page, where only the blacks of its picture have gone."""
    page = np.repeat(0.25 + 0.75 * scene().mean(axis=2, keepdims=True), 3, axis=2)
    page[:80, :100] = 1.0
    made = with_tone(stored(page), read_tone(stored(page)))
    assert made[:80, :100].min() >= 248


def test_neighbours_are_never_mixed() -> None:
    """The same tone becomes the same tone, wherever it stands: no halos."""
    bad = stored(faded(scene()))
    made = with_tone(bad, read_tone(bad))
    for channel in range(3):
        for tone in np.unique(bad[..., channel]):
            values = made[..., channel][bad[..., channel] == tone]
            assert values.min() == values.max()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_sepia_photo_is_made_neutral_when_that_is_asked_for_and_a_colourful_one_is_not(dtype: type) -> None:
    values = stage_values({"tone": 0, "clean": 0, "repair": "off", "neutral": True})
    sepia = photo_of(stored(toned(scene()), dtype))
    made = StagedPhotos(sepia).run(STAGES, values).photo.pixels
    assert made.dtype == dtype
    assert np.ptp(made.astype(int), axis=2).max() == 0
    assert np.abs(made[..., 0] / np.iinfo(dtype).max - (scene().mean(axis=2) * 0.9 + 0.03)).mean() < 0.05
    colourful = photo_of(stored(scene(), dtype))
    assert StagedPhotos(colourful).run(STAGES, values).photo is colourful
    grey = photo_of(made)  # stored anew, a JPEG would lose for nothing
    assert StagedPhotos(grey).run(STAGES, values).photo is grey


def test_grey_stays_grey() -> None:
    grey = np.repeat((0.3 + 0.4 * scene()).mean(axis=2, keepdims=True), 3, axis=2)
    made = with_tone(stored(grey), read_tone(stored(grey)))
    assert np.array_equal(made[..., 0], made[..., 1])
    assert np.array_equal(made[..., 0], made[..., 2])
