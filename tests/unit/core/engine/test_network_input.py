"""What the networks for faces are given of small faces."""

from __future__ import annotations

import numpy as np
import pytest

from gpen_desktop.core import fallbacks
from gpen_desktop.core.engine.network_input import calm_input, network_input
from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.stages.work import NoNetworks
from gpen_desktop.core.types import Crop, FloatImage, Photo
from tests.unit.core.drawn_faces import photo_of, photo_with_faces


class Lightening(NoNetworks):
    """An enlarging network that makes the photo lighter by a tenth."""

    def has(self, name: str) -> bool:
        return True

    def enlarger(self, spoilt: float) -> TiledNetwork:
        def run(tile: FloatImage) -> FloatImage:
            return np.full((2 * tile.shape[0], 2 * tile.shape[1], 3), 0.1, np.float32)

        return TiledNetwork(run, side=128, margin=2, multiple=1, scale=2)


def small_face(size: int = 256) -> tuple[Photo, Crop]:
    photo, (face,) = photo_with_faces((40, 60), size=64)
    return photo, crop_face(photo, face, template="ffhq", size=size)


def test_a_small_face_comes_out_of_the_enlarged_photo() -> None:
    photo, crop = small_face()
    given, plain = (network_input(crop, photo, networks) for networks in (Lightening(), NoNetworks()))
    inside = np.s_[64:-64, 64:-64]
    lighter = given[inside].mean() - plain[inside].mean()
    assert 0.07 < lighter < 0.11
    assert not given.flags.writeable


def test_what_invents_is_given_a_small_face_with_less_of_its_grain() -> None:
    photo, (face,) = photo_with_faces((40, 60), size=64)
    grain = np.random.default_rng(0).normal(0, 8, (*photo.pixels.shape[:2], 1))
    photo = photo_of(np.clip(photo.pixels + grain, 0, 255).astype(np.uint8))
    crop = crop_face(photo, face, template="ffhq", size=256)
    grainy, calm = network_input(crop, photo, Lightening()), calm_input(crop, photo, Lightening())
    assert calm is not None
    cheek = np.s_[150:180, 85:105, 1]
    assert calm[cheek].std() < 0.7 * grainy[cheek].std()
    assert calm[cheek].mean() == pytest.approx(grainy[cheek].mean(), abs=0.01)
    assert not calm.flags.writeable


def test_without_the_enlarging_model_that_is_told() -> None:
    photo, crop = small_face()
    with fallbacks.heard() as notes:
        network_input(crop, photo, NoNetworks())
    assert [note.code for note in notes] == ["faces-not-enlarged"]


def test_a_face_with_pixels_enough_is_given_as_it_is() -> None:
    photo, crop = small_face(size=32)
    with fallbacks.heard() as notes:
        assert network_input(crop, photo, NoNetworks()) is crop.pixels
        assert calm_input(crop, photo, NoNetworks()) is None
    assert not notes
