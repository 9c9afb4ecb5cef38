"""Where a face is pasted and where its skin is."""

from __future__ import annotations

import numpy as np
import pytest

from gpen_desktop.core.faces.alignment import crop_face, template_points
from gpen_desktop.core.faces.masks import face_mask, masks_by_points, skin_mask
from gpen_desktop.core.types import Crop, Face
from tests.unit.core.drawn_faces import draw_face, photo_of


@pytest.fixture
def crop() -> Crop:
    face = Face(template_points("ffhq", 256), 1.0)
    return crop_face(photo_of(draw_face()), face, template="ffhq", size=256)


@pytest.mark.parametrize("template", ["ffhq", "gpen"])
def test_face_mask_covers_the_face_and_fades_before_the_border(template: str) -> None:
    face = Face(template_points("ffhq", 256), 1.0)
    mask = face_mask(crop_face(photo_of(draw_face()), face, template=template, size=256))
    points = template_points(template, 256)
    for x, y in points:
        assert mask[round(y), round(x)] > 0.95
    edge = np.concatenate([mask[:12].ravel(), mask[-12:].ravel(), mask[:, :12].ravel(), mask[:, -12:].ravel()])
    assert edge.max() == 0
    assert np.abs(np.diff(mask, axis=0)).max() < 0.12
    assert np.abs(np.diff(mask, axis=1)).max() < 0.12
    assert not mask.flags.writeable


def test_head_mask_reaches_as_far_as_the_source_lacks(crop: Crop) -> None:
    face, half, whole = (masks_by_points(crop).head(lack) for lack in (0.0, 0.5, 1.0))
    assert np.array_equal(face, face_mask(crop))
    hair, collar = (np.s_[44, 128], np.s_[215, 40])
    for place in (hair, collar):
        assert face[place] < half[place] < whole[place]
        assert whole[place] > 1.5 * face[place]
    assert (whole >= face).all()


def test_head_mask_shows_no_rectangle(crop: Crop) -> None:
    mask = masks_by_points(crop).head(1.0)
    edge = np.concatenate([mask[:5].ravel(), mask[-5:].ravel(), mask[:, :5].ravel(), mask[:, -5:].ravel()])
    assert edge.max() == 0
    assert np.abs(np.diff(mask, axis=0)).max() < 0.08
    assert mask[18, 18] < 0.6 * mask[18, 128]


def test_skin_mask_is_on_cheeks_and_off_features_hair_and_background(crop: Crop) -> None:
    mask = skin_mask(crop)
    eyes, nose, mouth = crop.face.landmarks[:2], crop.face.landmarks[2], crop.face.landmarks[3:].mean(axis=0)
    cheek = (eyes[0] + crop.face.landmarks[3]) / 2
    assert mask[round(cheek[1]), round(cheek[0])] > 0.8
    for x, y in (*eyes, mouth):
        assert mask[round(y), round(x)] < 0.1
    assert mask[round(nose[1] + 6), round(nose[0])] < 0.5
    assert mask[10:30, 100:156].max() < 0.1
    assert mask[:, :8].max() == 0


def test_skin_mask_stands_points_outside_the_crop() -> None:
    face = Face(template_points("ffhq", 256), 1.0)
    there = crop_face(photo_of(draw_face()), face, template="ffhq", size=256)
    odd = Crop(Face(face.landmarks + 500, 1.0), there.pixels, there.to_crop)
    assert np.isfinite(skin_mask(odd)).all()
