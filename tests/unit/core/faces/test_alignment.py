"""Landmarks to crops."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gpen_desktop.core.affine import apply, invert, scale_of
from gpen_desktop.core.faces.alignment import crop_face, fit_similarity, template_points
from gpen_desktop.core.types import Face
from gpen_desktop.errors import OptionError
from tests.unit.core.drawn_faces import photo_of


def placed(template: str, scale: float, turn: float, shift: tuple[float, float]) -> Face:
    """A face whose landmarks are the 512 template's, scaled, turned (degrees) and shifted."""
    points = template_points(template, 512)
    angle = np.deg2rad(turn)
    turned = scale * points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return Face(turned + shift, 1.0)


@pytest.mark.parametrize("template", ["ffhq", "gpen"])
@pytest.mark.parametrize(("scale", "turn"), [(0.3, 0), (1.0, 20), (2.5, -30)])
def test_landmarks_land_on_the_template(template: str, scale: float, turn: float) -> None:
    face = placed(template, scale, turn, (300, 250))
    crop = crop_face(photo_of(np.zeros((800, 900, 3), np.uint8)), face, template=template, size=256)
    np.testing.assert_allclose(apply(crop.to_crop, face.landmarks), template_points(template, 256), atol=1e-6)
    assert scale_of(crop.to_crop) == pytest.approx(0.5 / scale)


def test_fit_is_the_least_squares_similarity_and_never_mirrors() -> None:
    random = np.random.default_rng(1)
    source = random.normal(size=(5, 2)) * 40
    target = source * [-1, 1] + random.normal(size=(5, 2))
    fitted = fit_similarity(source, target)
    assert np.linalg.det(fitted[:, :2]) > 0

    def miss(affine: np.ndarray) -> float:
        return float(((apply(affine, source) - target) ** 2).sum())

    for change in (np.array([[0.01, 0, 0], [0, 0.01, 0]]), np.array([[0, -0.01, 0.1], [0.01, 0, -0.1]])):
        assert miss(fitted) <= miss(fitted + change)
        assert miss(fitted) <= miss(fitted - change)


def test_inverse_undoes() -> None:
    affine = np.array([[0.6, -0.8, 12.0], [0.8, 0.6, -7.0]])
    points = np.array([[1.0, 2.0], [-30.0, 400.0]])
    np.testing.assert_allclose(apply(invert(affine), apply(affine, points)), points, atol=1e-9)


def test_a_crop_at_its_own_size_is_the_photo() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    face = Face(template_points("ffhq", 256) + [10, 20], 1.0)
    crop = crop_face(photo_of(pixels), face, template="ffhq", size=256)
    np.testing.assert_allclose(crop.pixels, pixels[20:276, 10:266] / 255, atol=1e-5)


def test_shrinking_does_not_alias() -> None:
    """A pattern far finer than the crop's pixels becomes even grey, not moiré."""
    stripes = np.zeros((2048, 2048, 3), np.uint8)
    stripes[:, ::2] = 255
    face = placed("ffhq", 3.7, 0, (60, 60))
    crop = crop_face(photo_of(stripes), face, template="ffhq", size=256)
    assert crop.pixels[32:-32, 32:-32].std() < 0.02
    assert crop.pixels.mean() == pytest.approx(0.5, abs=0.02)


def test_shrinking_keeps_positions() -> None:
    """A soft blob stays where the map says, to a tenth of a pixel."""
    ys, xs = np.mgrid[0:1500, 0:1500]
    centre = (701.3, 655.8)
    blob = 255 * np.exp(-((xs - centre[0]) ** 2 + (ys - centre[1]) ** 2) / (2 * 30**2))
    face = placed("ffhq", 2.3, 8, (120, 60))
    crop = crop_face(photo_of(np.repeat(blob[..., None], 3, 2).astype(np.uint8)), face, template="ffhq", size=256)
    weight = crop.pixels[..., 0].astype(np.float64)
    cy, cx = (np.mgrid[0:256, 0:256] * weight).sum(axis=(1, 2)) / weight.sum()
    np.testing.assert_allclose([cx, cy], apply(crop.to_crop, np.array([centre]))[0], atol=0.1)


def test_beyond_the_edge_the_photo_is_mirrored() -> None:
    pixels = np.full((200, 200, 3), 180, np.uint8)
    crop = crop_face(photo_of(pixels), placed("ffhq", 0.4, 0, (-60, -40)), template="ffhq", size=128)
    np.testing.assert_allclose(crop.pixels, 180 / 255, atol=1e-3)


def test_sixteen_bits_keep_their_steps() -> None:
    ramp = np.repeat(np.linspace(0, 65535, 256)[None, :, None], 256, axis=0).repeat(3, axis=2).astype(np.uint16)
    crop = crop_face(photo_of(ramp), Face(template_points("ffhq", 256), 1.0), template="ffhq", size=256)
    assert len(np.unique(crop.pixels[128, :, 0])) > 250
    assert crop.pixels.dtype == np.float32
    assert not crop.pixels.flags.writeable


def test_a_face_larger_than_its_photo_still_gives_a_crop() -> None:
    pixels = cv2.resize(np.random.default_rng(3).integers(0, 256, (8, 8, 3), dtype=np.uint8), (40, 30))
    crop = crop_face(photo_of(pixels), placed("ffhq", 0.5, 0, (-100, -100)), template="ffhq", size=64)
    assert crop.pixels.shape == (64, 64, 3)
    assert np.isfinite(crop.pixels).all()


def test_points_on_one_another_are_refused() -> None:
    with pytest.raises(OptionError, match="coincide"):
        crop_face(photo_of(np.zeros((50, 50, 3), np.uint8)), Face(np.full((5, 2), 20.0), 1.0), template="ffhq", size=64)
