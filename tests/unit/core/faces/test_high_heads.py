"""Heads that go on above their aligned crops."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from gpen_desktop.core.affine import scale_of
from gpen_desktop.core.engine.heads import restore_heads
from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.faces.high_heads import with_room_above
from gpen_desktop.core.faces.identity import IdentityGuard
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import ComposeOptions, Crop, Face, FloatImage, Photo, RestoredFace
from tests.unit.core.drawn_faces import Sharpener, photo_of, photo_with_faces, session_of

TOP = 60
"""First row of the aligned crop of the faces drawn here, 64 px wide."""


def photo_with_hair(rise: int) -> tuple[Photo, Face]:
    """A drawn face whose hair ends `rise` px above its aligned crop; below its upper border for a negative one."""
    photo, (face,) = photo_with_faces((40, TOP), size=64)
    pixels = photo.pixels.copy()
    pixels[TOP - rise : TOP + 14, 56:88] = 70, 45, 30
    return photo_of(pixels), face


def crops_of(photo: Photo, face: Face, size: int = 256) -> tuple[Crop, Crop]:
    """The aligned crop, and what the head gets."""
    crop = crop_face(photo, face, template="ffhq", size=size)
    return crop, with_room_above(photo, crop)


def test_high_hair_gets_a_larger_crop_of_the_same_scale() -> None:
    aligned, larger = crops_of(*photo_with_hair(10))
    assert larger.pixels.shape == (336, 336, 3)
    assert scale_of(larger.to_crop) == pytest.approx(scale_of(aligned.to_crop))
    np.testing.assert_allclose(larger.aligned_part(larger.pixels), aligned.pixels, atol=1e-3)
    assert aligned.aligned_part(aligned.pixels).shape == aligned.pixels.shape
    assert not larger.pixels.flags.writeable


@pytest.mark.parametrize("rise", [-8, -100])
def test_a_head_that_ends_in_its_crop_keeps_that(rise: int) -> None:
    aligned, kept = crops_of(*photo_with_hair(rise))
    assert kept is aligned


def test_hair_that_the_photo_ends_above_is_not_looked_for_in_its_mirror() -> None:
    photo, face = photo_with_hair(10)
    for rows, is_larger in ((30, True), (TOP - 2, False)):
        cut = photo_of(photo.pixels[rows:])
        aligned, got = crops_of(cut, Face(face.landmarks - (0, rows), face.score))
        assert (got is not aligned) == is_larger


def test_a_wall_behind_a_head_is_no_hair() -> None:
    photo, face = photo_with_hair(-8)
    pixels = photo.pixels.copy()
    pixels[: TOP + 6, 56:88] = 200, 200, 200  # goes on, and never ends
    aligned, kept = crops_of(photo_of(pixels), face)
    assert kept is aligned


def test_a_head_of_many_pixels_keeps_its_aligned_crop() -> None:
    aligned, kept = crops_of(*photo_with_hair(10), size=64)
    assert kept is aligned


class Marker(Sharpener):
    """Answers with a tone for each batch; notes what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[list[FloatImage]] = []

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        self.given.append(list(crops))
        return [np.full_like(crop, len(self.given) / 4) for crop in crops]


def test_the_aligned_answer_is_the_faces_and_the_other_is_around_it() -> None:
    photo, face = photo_with_hair(10)
    plain, larger = crops_of(photo, face)
    network = Marker()
    with_it, alone = restore_heads(network, [larger, plain], [larger.pixels, plain.pixels], SilentProgress())
    assert [[crop.shape[0] for crop in batch] for batch in network.given] == [[256, 256], [256]]
    assert np.array_equal(network.given[0][1], plain.pixels)  # in the same batch as if no other head went on
    assert (alone == 0.25).all()
    assert with_it.shape == larger.pixels.shape
    np.testing.assert_allclose(with_it[100:285, 80:256], 0.25, atol=1e-6)
    np.testing.assert_allclose(with_it[:64], 0.5, atol=1e-6)


class StrongSharpener(Sharpener):
    """As an enlarged photo needs it."""

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        return [np.clip(crop + (crop - cv2.GaussianBlur(crop, (0, 0), 8.0)), 0, 1) for crop in crops]


def test_high_hair_is_restored_above_the_aligned_crop_the_same_each_time() -> None:
    photo, face = photo_with_hair(10)
    options = ComposeOptions(strength=100)
    made, again = (session_of(photo, (face,), StrongSharpener()).compose(options).photo.pixels for _ in range(2))
    changed = np.abs(made.astype(int) - photo.pixels).max(axis=2)
    assert changed[TOP - 12 : TOP - 2, 54:90].max() > 5
    assert not changed[: TOP - 16].any()
    assert made.tobytes() == again.tobytes()


def test_a_face_above_high_hair_stays_its_own() -> None:
    photo, (upper, lower) = photo_with_faces((40, TOP - 56), (40, TOP), size=64)
    pixels = photo.pixels.copy()
    pixels[TOP - 8 : TOP + 14, 56:88] = 70, 45, 30
    photo = photo_of(pixels)
    aligned, larger = crops_of(photo, lower)
    assert larger is not aligned
    options = ComposeOptions(strength=100, skin_protection=False)
    alone, both = (
        session_of(photo, faces, Marker()).compose(options).photo.pixels.astype(int)
        for faces in ((upper,), (upper, lower))
    )
    chin = np.s_[TOP - 20 : TOP - 2, 50:94]
    assert np.abs(alone[chin] - pixels[chin].astype(int)).max() > 20
    assert np.abs(both[chin] - alone[chin]).max() <= 3


def test_whether_a_face_is_still_the_same_does_not_hang_on_its_hair() -> None:
    guard = IdentityGuard()
    drifts = []
    for crop in crops_of(*photo_with_hair(10)):
        mask = np.ones(crop.pixels.shape[:2], np.float32)
        wrong_hair = np.clip(1 - crop.pixels, 0, 1)
        crop.aligned_part(wrong_hair)[...] = cv2.GaussianBlur(crop.aligned_part(crop.pixels), (0, 0), 9) * 0.9
        drifts.append(guard.drift(RestoredFace(crop, wrong_hair, mask, mask, mask, sharp_scale=0)))
    aligned, larger = drifts
    assert larger.structure == pytest.approx(aligned.structure, abs=0.01)
    assert larger.colour == pytest.approx(aligned.colour, abs=0.2)
    assert aligned.colour > 2


def test_a_head_that_ends_in_its_crop_changes_nothing_above_it() -> None:
    photo, face = photo_with_hair(-8)
    made = session_of(photo, (face,), StrongSharpener()).compose(ComposeOptions(strength=100)).photo.pixels
    assert (made[: TOP - 1] == photo.pixels[: TOP - 1]).all()


def test_what_is_invented_of_high_hair_is_as_large_as_its_crop() -> None:
    photo, face = photo_with_hair(10)
    session = session_of(photo, (face,))
    session.set_restorer(Sharpener(), Sharpener)
    (head,) = session.invent()
    assert head.vivid is not None
    assert head.vivid.shape == head.restored.shape == head.crop.pixels.shape == (336, 336, 3)
