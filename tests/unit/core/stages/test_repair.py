"""Repairing: what is damage and what is not, the brush, and what is filled."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from gpen_desktop.core.source_file import Metadata
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.run import StagedPhotos
from gpen_desktop.core.stages.tone_reading import read_tone
from gpen_desktop.core.types import FloatImage, Photo, Pixels, Stroke
from tests.narrowing import floats, the
from tests.unit.core.drawn_faces import photo_of
from tests.unit.core.stages.drawn_photos import OFF, picture, run, scratched, sepia
from tests.unit.core.stages.stand_ins import DrawnNetworks


def taken(pixels: Pixels) -> Photo:
    """By a camera, as the file says."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] = 0.01
    return dataclasses.replace(photo_of(pixels), metadata=Metadata(exif=exif.tobytes().removeprefix(b"Exif\0\0")))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_repair_changes_what_is_damaged_and_nothing_else(dtype: type) -> None:
    pixels, mask = scratched(dtype)
    made = run(pixels, repair="on")
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert np.array_equal(made.photo.pixels[~near], pixels[~near])
    green = made.photo.pixels[mask].astype(float) / np.iinfo(dtype).max
    assert np.abs(green - (0, 1, 0)).mean() < 0.05
    assert made.results[0].words.code == "did-repair"


def test_a_photo_without_damage_is_the_very_same() -> None:
    photo = photo_of(picture())
    made = run(photo, repair="on")
    assert made.photo is photo
    assert [(result.strength, result.words.code) for result in made.results] == [(0, "no-damage")]


def test_automatic_tells_of_damage_and_fills_none() -> None:
    pixels, _ = scratched()
    made = run(pixels, repair="auto")
    assert not made.changed
    assert [(result.strength, result.words.code) for result in made.results] == [(0, "damage-seen")]
    assert "seen-damage" in [seen.words.code for seen in made.seen]


def test_what_is_asked_about_is_what_would_be_filled() -> None:
    pixels, _ = scratched()
    marked, erased = Stroke(((150.0, 20.0),), radius=6), Stroke(((150.0, 100.0),), radius=30, erases=True)
    for strokes in ((), (marked, erased)):
        asking, answered = (run(pixels, None, *strokes, repair=how) for how in ("auto", "on"))
        assert np.array_equal(the(asking.asked) | the(asking.damage), the(answered.damage))
        assert the(asking.asked).any()
        assert not (the(asking.asked) & the(asking.damage)).any()
        assert answered.asked is None


def test_what_is_doubtful_or_wide_is_left() -> None:
    doubtful = DrawnNetworks(find=lambda tile: 0.85 * (tile.min(axis=2, keepdims=True) > 0.95))
    assert not run(scratched()[0], doubtful, repair="on").changed
    pixels = sepia()
    pixels[60:100, 50:80] = 255
    assert not run(pixels, repair="on").changed


@pytest.mark.parametrize(("doubtful", "is_flaw"), [(0.85, True), (0.5, False)])
def test_a_scratch_is_followed_where_the_finder_is_in_doubt_as_far_as_it_shows(doubtful: float, is_flaw: bool) -> None:
    """Yellow is damage, what is nearly white may be. What is hardly likely but at one place is a stem, or a rim."""

    def find(tile: FloatImage) -> FloatImage:
        is_yellow = (tile[..., :2].min(axis=2) > 0.9) & (tile[..., 2] < 0.7)
        return np.select([is_yellow, tile[..., :2].min(axis=2) > 0.92], [1, doubtful]).astype(np.float32)[..., None]

    pixels, thin = scratched()
    mask = cv2.dilate(thin.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # a thin one is mostly rim
    pixels[mask] = 245
    pixels[:, 200:] = np.maximum(pixels[:, 200:], 230)  # nothing of it shows there
    assert not run(pixels, DrawnNetworks(find=find), repair="on").changed
    pixels = pixels.copy()
    pixels[50:60][mask[50:60]] = (255, 255, 140)
    made = run(pixels, DrawnNetworks(find=find), repair="on")
    changed = (made.photo.pixels != pixels).any(axis=2)
    shown = changed[mask][np.nonzero(mask)[1] < 195]
    assert shown.mean() > 0.95 if is_flaw else not shown.any()
    assert not changed[:, 210:].any()


def test_what_is_nearly_round_and_no_speck_is_a_button() -> None:
    pixels = sepia()
    cv2.circle(pixels, (150, 100), 5, (255, 255, 255), -1)
    assert not run(pixels, repair="on").changed


def test_the_edge_of_a_mount_is_no_damage_and_a_scratch_across_it_is() -> None:
    for ends, changed in (
        (((4, 10), (4, 190)), ()),
        (((10, 196), (290, 196)), ()),
        (((4, 10), (60, 190)), ("repair",)),
    ):
        pixels = sepia()
        cv2.line(pixels, *ends, (255, 255, 255), 2)
        assert run(pixels, repair="on").changed == changed


def test_a_panorama_is_not_all_rim() -> None:
    """Of one five times as wide as high, half was, and nothing that runs along it counted there."""
    for y, changed in ((20, ("repair",)), (2, ())):
        pixels = np.ascontiguousarray(np.tile(sepia()[:120], (1, 2, 1)))
        cv2.line(pixels, (40, y), (560, y), (255, 255, 255), 2)
        assert run(pixels, repair="on").changed == changed


def test_automatic_asks_about_no_single_speck() -> None:
    pixels = sepia()
    pixels[60:63, 50:55] = 255
    assert [result.words.code for result in run(pixels, repair="auto").results] == ["no-plain-damage"]
    assert run(pixels, repair="on").changed == ("repair",)


def test_automatic_asks_about_thin_scratches_though_they_cover_little_and_about_much_dust() -> None:
    thin = sepia()
    cv2.line(thin, (20, 60), (280, 75), (255, 255, 255), 3)
    dusty, dust = sepia(), np.zeros((200, 300), np.bool_)
    dust[10:190:20, 10:290:18] = True
    dust = cv2.dilate(dust.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    dusty[dust] = 255
    for pixels in (thin, dusty):
        assert (pixels.min(axis=2) == 255).mean() < 0.025
        assert [result.words.code for result in run(pixels, repair="auto").results] == ["damage-seen"]
    a_little = sepia()
    a_little[:60][dust[:60]] = 255
    assert [result.words.code for result in run(a_little, repair="auto").results] == ["no-plain-damage"]


def test_what_is_likely_along_its_length_and_sure_at_one_place_is_filled_on_demand_and_not_asked_about() -> None:
    """A beam's lit edge; a scratch is surely one nearly all along."""
    pixels = sepia()
    cv2.line(pixels, (20, 60), (280, 75), (255, 255, 255), 3)
    pixels[:, 150:][pixels[:, 150:].min(axis=2) == 255] = (255, 255, 238)

    def find(tile: FloatImage) -> FloatImage:
        yellow = 0.8 + 0.2 * (tile[..., 2:] > 0.965)
        return floats(np.where(tile.min(axis=2, keepdims=True) > 0.9, yellow, 0).astype(np.float32))

    networks = DrawnNetworks(find=find)
    assert [result.words.code for result in run(pixels, networks, repair="auto").results] == ["no-plain-damage"]
    assert run(pixels, networks, repair="on").changed == ("repair",)


def test_automatic_looks_for_damage_in_what_may_be_a_print_and_not_in_what_a_camera_took() -> None:
    pixels = picture()
    cv2.line(pixels, (20, 30), (250, 150), (255, 255, 255), 3)
    assert [result.words.code for result in run(pixels, repair="auto").results] == ["damage-seen"]
    networks = DrawnNetworks()
    assert not run(taken(pixels), networks, repair="auto").results
    assert "find" not in networks.runs
    assert run(taken(pixels), repair="on").changed == ("repair",)


def test_automatic_looks_for_damage_where_an_old_print_has_yellowed_at_one_side() -> None:
    pixels = picture()[..., :1].repeat(3, axis=2)
    pixels[:, :150] = pixels[:, :150] * np.array([1, 0.97, 0.9])
    cv2.line(pixels, (20, 30), (280, 150), (255, 255, 255), 2)
    assert not read_tone(pixels).one_hue
    assert [seen.words.code for seen in run(pixels, repair="auto").seen if seen.stage == "repair"] == ["seen-damage"]


def test_the_brush_adds_and_erases_in_its_order() -> None:
    pixels, mask = scratched()
    everything = Stroke(((0.0, 0.0), (299.0, 199.0)), radius=300, erases=True)
    dot = Stroke(((60.0, 170.0),), radius=8)
    assert not run(pixels, None, everything, repair="on").changed
    for how in ("auto", "on"):
        made = run(pixels, None, everything, dot, repair=how).photo.pixels
        changed = (made != pixels).any(axis=2)
        assert changed[170, 60]
        assert changed.sum() == pytest.approx(np.pi * 8.5**2, rel=0.15)
        assert not changed[mask].any()


def test_what_is_brushed_is_filled_in_what_a_camera_took_too() -> None:
    photo, networks = taken(picture()), DrawnNetworks()
    made = run(photo, networks, Stroke(((60.0, 170.0),), radius=8), repair="auto")
    assert made.changed == ("repair",)
    assert networks.runs == {"fill": 1}  # nobody looks for damage there


def test_brushing_looks_for_damage_no_second_time() -> None:
    networks = DrawnNetworks()
    staged = StagedPhotos(photo_of(scratched()[0]), networks)
    values = registry.stage_values({**OFF, "repair": "on"})
    staged.run(registry.STAGES, values)
    found = networks.runs["find"]
    staged.run(registry.STAGES, values, (Stroke(((50.0, 50.0), (60.0, 50.0)), 4),))
    assert networks.runs["find"] == found


def test_a_large_photo_is_looked_at_smaller_and_changed_only_in_the_damage() -> None:
    pixels = np.full((1500, 4400, 3), (120, 110, 100), np.uint8)
    cv2.line(pixels, (400, 300), (4000, 900), (255, 255, 255), 12)
    networks = DrawnNetworks()
    made = run(pixels, networks, repair="on").photo.pixels
    away = cv2.distanceTransform((pixels[..., 0] == 120).astype(np.uint8), cv2.DIST_L2, 3) > 8
    assert np.array_equal(made[away], pixels[away])
    line = pixels[..., 0] == 255
    assert (made[line][:, 1] > 200).mean() > 0.97
    assert (made[line][:, 0] < 60).mean() > 0.97
    assert networks.runs["find"] < 600  # four looks; of the photo as it is they would be 2,400


def test_what_is_filled_gets_the_grain_of_the_photo() -> None:
    rng = np.random.default_rng(3)
    pixels = (120 + rng.normal(0, 8, (300, 300, 1))).repeat(3, axis=2).astype(np.uint8)
    stroke = Stroke(((70.0, 120.0), (230.0, 120.0)), radius=24)
    inside = run(pixels, None, stroke, repair="on").photo.pixels[104:136, 60:240, 0]  # grey: luma of green is 150
    assert inside.mean() == pytest.approx(150, abs=4)
    assert 4 < inside.std() < 11
