"""Dust: asked about by itself, removed alone, and left where it may be part of a face or of something else."""

from __future__ import annotations

import dataclasses
import math

import cv2
import numpy as np
import pytest

from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.faces.regions import with_those_by_hand
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.dust import specks
from gpen_desktop.core.stages.run import Staged, StagedPhotos
from gpen_desktop.core.types import Crop, Face, FloatImage, Photo, Pixels, Stroke
from tests.narrowing import floats, the
from tests.unit.core.drawn_faces import KnownFaces, Sharpener, photo_of
from tests.unit.core.stages.drawn_photos import OFF, dusty, run
from tests.unit.core.stages.stand_ins import DrawnNetworks

FACE = Face(np.array([(130.0, 70), (170, 70), (150, 92), (135, 112), (165, 112)]), score=1.0)


def find_black_and_white(tile: FloatImage) -> FloatImage:
    is_one = (tile.min(axis=2) > 0.85) | (tile.max(axis=2) < 0.15)
    grown = cv2.dilate(is_one.astype(np.uint8), np.ones((3, 3), np.uint8))
    return floats(grown.astype(np.float32)[..., None])


def repaired(pixels: Pixels, *strokes: Stroke, faces: tuple[Face, ...] = (), how: str = "dust") -> Staged:
    def crops(
        photo: Photo, template: str, size: int, by_hand: tuple[Face, ...], progress: Progress
    ) -> tuple[Crop, ...]:
        progress.report(1.0, "detect")
        return tuple(crop_face(photo, face, template=template, size=size) for face in faces)

    staged = StagedPhotos(photo_of(pixels), DrawnNetworks(find=find_black_and_white), crops=crops)
    return staged.run(registry.STAGES, registry.stage_values({**OFF, "repair": how}), strokes)


def changed(staged: Staged, pixels: Pixels) -> np.ndarray:
    return np.asarray((staged.photo.pixels != pixels).any(axis=2))


def test_specks_are_removed_and_every_line_and_blot_stays() -> None:
    pixels, dust = dusty()
    cv2.line(pixels, (5, 38), (290, 42), (255, 255, 255), 2)
    cv2.line(pixels, (42, 30), (52, 42), (0, 0, 0), 1)
    cv2.circle(pixels, (88, 160), 5, (255, 255, 255), -1)
    made = repaired(pixels)
    near = cv2.dilate(dust.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert changed(made, pixels)[dust].all()
    assert not changed(made, pixels)[~near].any()
    assert (made.results[0].words.code, str(made.results[0].words)) == ("did-dust", "Specks of dust removed: 24")


def test_automatic_asks_about_many_specks_and_changes_nothing() -> None:
    pixels, _ = dusty()
    asked = repaired(pixels, how="auto")
    assert not asked.changed
    assert [result.words.code for result in asked.results] == ["dust-seen"]
    assert [seen.words.code for seen in asked.seen if seen.stage == "repair"] == ["seen-dust"]
    assert np.array_equal(the(asked.asked), the(repaired(pixels).damage))
    few = repaired(dusty(12)[0], how="auto")
    assert [result.words.code for result in few.results] == ["no-plain-damage"]
    assert not [seen for seen in few.seen if seen.stage == "repair"]


def test_automatic_asks_about_dust_in_what_looks_old_only() -> None:
    pixels, dust = dusty()
    pixels[:, 150:][~dust[:, 150:]] = (60, 150, 90)
    for number in range(15):  # black and white as nothing is that has faded
        x, y = 28 + 45 * (number % 5), 28 + 40 * (number // 5)
        pixels[y : y + 24, x : x + 30] = 255 * (number % 2)
    assert [result.words.code for result in repaired(pixels, how="auto").results] == ["no-plain-damage"]
    assert [str(result.words) for result in repaired(pixels).results] == ["Specks of dust removed: 24"]


def test_automatic_asks_about_scratches_where_there_are_both() -> None:
    pixels, _ = dusty()
    cv2.line(pixels, (5, 38), (290, 42), (255, 255, 255), 2)
    assert [result.words.code for result in repaired(pixels, how="auto").results] == ["damage-seen"]


def test_what_is_asked_about_is_what_the_program_saw_and_not_what_is_brushed() -> None:
    """A stroke on a dusty photo, or on one in good order, had the program ask about scratches."""
    dot = Stroke(((88.0, 160.0),), radius=8)
    for pixels, asked in ((dusty()[0], ["seen-dust"]), (dusty(0)[0], [])):
        made = repaired(pixels, dot, how="auto")
        assert changed(made, pixels)[160, 88]
        assert [seen.words.code for seen in made.seen if seen.stage == "repair"] == asked


def test_specks_in_one_place_are_pebbles() -> None:
    pixels, _ = dusty(0)
    for number in range(24):
        cv2.circle(pixels, (20 + 12 * (number % 6), 20 + 12 * (number // 6)), 1, (0, 0, 0), -1)
    assert [result.words.code for result in repaired(pixels, how="auto").results] == ["no-plain-damage"]
    assert [str(result.words) for result in repaired(pixels).results] == ["Specks of dust removed: 24"]


def test_specks_in_the_night_are_stars() -> None:
    pixels, dust = dusty()
    pixels[dust] = 255
    night = np.where(dust[..., None], pixels, pixels // 5 + 20)
    codes = [[result.words.code for result in repaired(each, how="auto").results] for each in (pixels, night)]
    assert codes == [["dust-seen"], ["no-plain-damage"]]
    assert [str(result.words) for result in repaired(night).results] == ["Specks of dust removed: 24"]


def test_what_is_long_thin_or_not_quite_sure_is_no_speck() -> None:
    lengths, areas = np.array([4.2, 4.2, 9.9, 5.1, 4.2]), np.array([5, 5, 37, 5, 5], np.int32)
    likely, lighter = np.array([250, 250, 250, 250, 190]), np.array([40, -40, 40, 40, 40])
    assert specks(lengths, areas, likely, lighter, side=300).tolist() == [1, -1, 0, 0, 0]


def test_a_photo_without_dust_is_the_very_same() -> None:
    photo = photo_of(dusty(0)[0])
    made = run(photo, repair="dust")
    assert made.photo is photo
    assert [result.words.code for result in made.results] == ["no-dust"]


@pytest.mark.parametrize(
    ("at", "shade", "is_left"),
    [
        ((130, 71), 255, True),  # a glint in an eye
        ((112, 70), 255, True),  # a glint on spectacles
        ((150, 112), 255, True),  # a tooth
        ((150, 150), 255, True),  # a pearl
        ((195, 110), 255, True),  # an earring
        ((92, 110), 255, True),  # one that only begins there
        ((120, 100), 0, True),  # a mole
        ((150, 32), 255, False),
        ((250, 70), 255, False),
        ((250, 70), 0, False),
    ],
)
def test_what_may_belong_to_a_face_is_left(at: tuple[int, int], shade: int, *, is_left: bool) -> None:
    pixels = dusty(0)[0]
    cv2.circle(pixels, at, 1, (shade, shade, shade), -1)
    assert changed(repaired(pixels), pixels)[at[1], at[0]]
    assert changed(repaired(pixels, faces=(FACE,)), pixels)[at[1], at[0]] != is_left


@pytest.mark.parametrize(("degrees", "at"), [(45, (75, 165)), (-45, (225, 165))])
def test_a_pearl_of_somebody_who_bends_the_head_is_left(degrees: float, at: tuple[int, int]) -> None:
    turn = cv2.getRotationMatrix2D((150.0, 91.0), -degrees, 1.0)
    bent = Face(FACE.landmarks @ turn[:, :2].T + turn[:, 2], score=1.0)
    assert bent.roll == pytest.approx(degrees)
    pixels = dusty(0)[0]
    cv2.circle(pixels, at, 1, (255, 255, 255), -1)
    assert not changed(repaired(pixels, faces=(bent,)), pixels).any()
    assert changed(repaired(pixels, faces=(FACE,)), pixels).any()


def test_a_speck_on_a_thread_is_part_of_it() -> None:
    for thread in ((), ((130, 60), (170, 140))):
        pixels = dusty(0)[0]
        if thread:
            cv2.line(pixels, *thread, (215, 205, 190), 2)  # too faint to be found, and broken
            cv2.circle(pixels, (150, 100), 3, (150, 135, 112), -1)
        cv2.circle(pixels, (150, 100), 1, (255, 255, 255), -1)
        assert changed(repaired(pixels), pixels)[100, 150] == (not thread)


def test_the_brush_adds_to_dust_and_erases_from_it() -> None:
    pixels, dust = dusty()
    everything = Stroke(((0.0, 0.0), (299.0, 199.0)), radius=300, erases=True)
    dot = Stroke(((88.0, 160.0),), radius=8)
    made = repaired(pixels, everything, dot)
    assert not changed(made, pixels)[dust].any()
    assert changed(made, pixels)[160, 88]
    assert made.results[0].words.code == "did-repair"
    assert [seen.words.code for seen in made.seen] == []  # nothing is left to the program


def test_a_photo_is_looked_at_for_faces_once_also_while_it_is_asked_about_and_brushed() -> None:
    finder = KnownFaces(FACE)
    session = Session(photo_of(dusty()[0]), finder, Sharpener(), DrawnNetworks(find=find_black_and_white))
    values = {**OFF, "repair": "auto"}
    session.set_stages(values)
    assert session.faces() == (FACE,)
    assert the(session.shown().asked).any()
    assert finder.runs == 1
    for number in range(1, 4):
        session.set_stages(values, [Stroke(((40.0 * number, 160.0),), radius=3)])
        assert the(session.shown().asked).any()
    assert finder.runs == 1
    session.faces()
    assert finder.runs == 2  # in the photo without what was brushed


def test_a_face_that_was_drawn_is_known_to_what_asked_for_faces_and_nothing_else_is_made_anew() -> None:
    pixels, networks = dusty(0)[0], DrawnNetworks(find=find_black_and_white)
    cv2.circle(pixels, (130, 71), 1, (255, 255, 255), -1)  # a glint in an eye
    session = Session(photo_of(pixels), KnownFaces(), Sharpener(), networks)
    drawn = dataclasses.replace(FACE, score=math.inf)
    session.set_stages({**OFF, "repair": "dust"})
    assert the(session.shown().damage)[71, 130]
    runs = dict(networks.runs)
    session.set_faces([drawn])
    assert not the(session.shown().damage).any()
    assert networks.runs == runs
    session.set_faces([FACE])  # not drawn: the finder is asked
    assert the(session.shown().damage)[71, 130]
    session.set_stages({**OFF, "clean": 50})
    cleaned = session.shown().photo
    session.set_faces([drawn])
    assert session.shown().photo is cleaned


def test_a_face_that_was_corrected_takes_the_place_of_the_found_one() -> None:
    corrected, other = Face(FACE.landmarks + 3, math.inf), Face(FACE.landmarks + 80, 0.9)
    assert with_those_by_hand((FACE, other), (corrected,)) == (other, corrected)
