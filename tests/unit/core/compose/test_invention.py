"""What is made of two answers of a network that invents."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gpen_desktop.core.compose.invention import gets_detail, invented
from gpen_desktop.core.compose.texture import known_to_invent
from gpen_desktop.core.engine.restored import restored_face
from gpen_desktop.core.faces.alignment import template_points
from gpen_desktop.core.faces.masks import eye_mask, masks_by_points
from gpen_desktop.core.grain import fine_band, luma
from gpen_desktop.core.types import Crop, Face, FloatImage, RestoredFace, frozen
from tests.narrowing import floats
from tests.unit.core.drawn_faces import draw_face

CLEAN = floats(draw_face().astype(np.float32) / 255)
SKIN = np.s_[150:170, 70:90]


def blurred(sigma: float) -> FloatImage:
    return np.asarray(cv2.GaussianBlur(CLEAN, (0, 0), sigma), np.float32)


def face(source: FloatImage, restored: FloatImage, scale: float = 1.0) -> RestoredFace:
    """A face of `scale` crop pixels to a photo pixel."""
    to_crop = np.diag([scale, scale]) @ np.eye(2, 3)
    crop = Crop(Face(template_points("ffhq", 256) / scale, 10.0), frozen(source), frozen(to_crop))
    return restored_face(crop, restored, masks_by_points(crop))


def stripes(vertical: bool) -> FloatImage:
    lines = np.where(np.arange(256) // 2 % 2, 0.03, -0.03).astype(np.float32)
    return np.broadcast_to(lines[None, :, None] if vertical else lines[:, None, None], (256, 256, 3))


def test_what_both_answers_show_stays_and_what_only_one_shows_is_halved() -> None:
    soft = blurred(3)
    lacking = face(soft, soft + 0.001 * stripes(vertical=True), scale=3)
    alike, other = stripes(vertical=True), stripes(vertical=False)
    both = invented(lacking, (soft + alike, soft + alike))[SKIN] - soft[SKIN]
    one = invented(lacking, (soft + alike + other, soft + alike))[SKIN] - soft[SKIN]
    assert both.std() >= alike.std()
    left = (one - both).std()
    assert left == pytest.approx(both.std() / 2, rel=0.15)


def test_a_face_is_not_invented_by_making_it_stronger() -> None:
    restored = blurred(0.7)
    lacking = face(blurred(4), restored)
    much = np.clip(restored + 2 * fine_band(restored, 6), 0, 1)
    change = invented(lacking, (much, much)) - restored
    had, added = (fine_band(luma(picture), 1.5)[100:135, 70:185] for picture in (restored, change))
    assert 0.3 < (added * had).sum() / (had * had).sum() < 0.6  # 0.4, and what slower octaves leave in this band


def test_a_good_photo_keeps_its_own() -> None:
    good = face(CLEAN, blurred(0.6))
    answer = CLEAN + stripes(vertical=True)
    assert np.array_equal(invented(good, (answer, answer)), good.restored)
    small = face(CLEAN, blurred(0.6), scale=2)  # enlarged: there is always something that it lacks
    assert np.abs(invented(small, (answer, answer)) - small.restored)[SKIN].mean() > 0.01


def waves(period: int) -> FloatImage:
    plane = 0.04 * np.sin(np.arange(256) * (2 * np.pi / period))
    return np.broadcast_to(plane.astype(np.float32)[None, :, None], (256, 256, 3))


def change(scale: float, adds: FloatImage) -> FloatImage:
    """What becomes of `adds` in the answers for a face of `scale` crop pixels to a photo pixel."""
    soft = blurred(3)
    lacking = face(soft, soft + 0.001 * stripes(vertical=False), scale)
    answer = np.asarray(lacking.restored + adds, np.float32)
    return invented(lacking, (answer, answer)) - lacking.restored


def test_a_face_of_few_pixels_keeps_their_tones_and_gets_what_is_finer() -> None:
    slow = [change(scale, waves(32))[SKIN].std() for scale in (2.0, 2.8, 4.0)]
    assert slow[0] > 1.5 * slow[1] > 3 * slow[2]
    fine = [change(scale, stripes(vertical=True))[SKIN].std() for scale in (2.0, 4.0)]
    assert fine[1] == pytest.approx(fine[0], rel=0.1)


def test_eyes_of_few_pixels_are_drawn_anew_less_than_what_is_around_them() -> None:
    eyes = eye_mask(face(CLEAN, CLEAN).crop) > 0.9
    many, few = (change(scale, waves(10)) for scale in (2.0, 4.0))
    assert few[eyes].std() / many[eyes].std() < 0.8 * few[SKIN].std() / many[SKIN].std()


def test_detail_is_for_faces_that_lack_it_and_have_the_pixels_to_draw_it_on() -> None:
    soft = blurred(3)
    assert gets_detail(face(soft, CLEAN))
    assert not gets_detail(face(CLEAN, blurred(0.6)))
    assert gets_detail(face(CLEAN, blurred(0.6), scale=2))
    assert not gets_detail(face(soft, CLEAN, scale=5.2))


def test_only_light_is_invented() -> None:
    soft = blurred(3)
    lacking = face(soft, soft + 0.001 * stripes(vertical=True), scale=2)
    red = stripes(vertical=False) * np.array([1, 0, 0], np.float32)
    made = invented(lacking, (lacking.restored + red,) * 2) - lacking.restored
    assert made[SKIN].std() > 0.003
    np.testing.assert_allclose(made[SKIN][..., 0], made[SKIN][..., 2], atol=1e-6)


def test_less_is_drawn_the_fewer_pixels_say_where() -> None:
    shares = [known_to_invent(face(CLEAN, CLEAN, scale).crop) for scale in (1.0, 2.4, 3.3, 4.2, 5.2)]
    assert shares[:2] == [1, 1]
    assert 0.4 < shares[2] < 0.6
    assert shares[2] > shares[3] > shares[4] == 0
