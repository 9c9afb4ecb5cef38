"""Colour for grey photos: what is kept of them, what is left alone, and what is said of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.options import Value
from gpen_desktop.core.progress import CancellableProgress, Progress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.run import Staged, StagedPhotos
from gpen_desktop.core.stages.work import ChosenNetwork
from gpen_desktop.core.types import Crop, Face, Photo, Pixels
from gpen_desktop.errors import Cancelled
from tests.narrowing import as_pixels
from tests.unit.core.drawn_faces import photo_of, photo_with_faces
from tests.unit.core.stages.drawn_photos import OFF, picture, sepia
from tests.unit.core.stages.stand_ins import DrawnNetworks


def grey(dtype: type = np.uint8) -> Pixels:
    return as_pixels(np.repeat(picture(300, 420, dtype)[..., :1], 3, axis=2))


def luma(pixels: Pixels) -> np.ndarray:
    return pixels.astype(np.float64) @ (0.299, 0.587, 0.114)


def run(photo: Photo | Pixels, *faces: Face, networks: DrawnNetworks | None = None, **values: Value) -> Staged:
    photo = photo if isinstance(photo, Photo) else photo_of(photo)

    def crops(
        whole: Photo, template: str, size: int, by_hand: tuple[Face, ...], progress: Progress
    ) -> tuple[Crop, ...]:
        return tuple(crop_face(whole, face, template=template, size=size) for face in faces)

    staged = StagedPhotos(photo, networks or DrawnNetworks(), crops=crops)
    return staged.run(registry.STAGES, registry.stage_values({**OFF, **values}))


@pytest.mark.parametrize("strength", [100, 35])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("make", [grey, sepia])
def test_lightness_is_kept_to_within_rounding(make: Callable[[type], Pixels], dtype: type, strength: int) -> None:
    pixels = make(dtype)
    made = run(pixels, colour=strength).photo.pixels
    assert made.dtype == dtype
    assert np.abs(luma(made) - luma(pixels)).max() <= (0.51 if strength == 100 else 1.01)
    assert (made[..., 0].astype(int) - made[..., 1]).mean() > 0.0009 * strength * np.iinfo(dtype).max


def test_strength_mixes_chroma_alone() -> None:
    pixels = grey()
    reds = [run(pixels, colour=share).photo.pixels.astype(int) for share in (25, 50, 100)]
    chroma = [float(np.ptp(made, axis=2).mean()) for made in reds]
    assert chroma[0] == pytest.approx(chroma[2] / 4, rel=0.05)
    assert chroma[1] == pytest.approx(chroma[2] / 2, rel=0.05)


def test_strengths_run_the_model_once() -> None:
    networks = DrawnNetworks()
    staged = StagedPhotos(photo_of(grey()), networks)
    for share in (100, 40, 70):
        staged.run(registry.STAGES, registry.stage_values({**OFF, "colour": share}))
    assert networks.runs == {"colour": 1}


def test_black_and_white_stay_black_and_white() -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, 30:] = 255
    assert np.array_equal(run(pixels, colour=100).photo.pixels, pixels)


def test_it_is_off_until_it_is_asked_for() -> None:
    photo = photo_of(grey())
    assert StagedPhotos(photo, DrawnNetworks()).run(registry.STAGES, registry.stage_values(OFF)).photo is photo
    assert registry.stage_values()["colour"] == 0


def test_a_photo_in_colour_is_left_in_its_colours_unless_that_is_asked_for_too() -> None:
    photo, networks = photo_of(picture()), DrawnNetworks()
    made = run(photo, networks=networks, colour=100)
    assert made.photo is photo
    assert [(result.strength, result.words.code) for result in made.results] == [(0, "in-colour-already")]
    assert not networks.runs
    anew = run(photo, colour=100, recolour=True)
    assert anew.changed == ("colour",)
    assert np.abs(luma(anew.photo.pixels) - luma(photo.pixels)).max() <= 0.51


def test_what_was_grey_in_its_file_is_stored_in_colour() -> None:
    photo = photo_of(grey())
    photo = dataclasses.replace(photo, source=dataclasses.replace(photo.source, grey=True))
    made = run(photo, colour=30)
    assert not made.photo.source.grey
    assert [(result.stage, result.strength, str(result.words)) for result in made.results] == [
        ("colour", 30, "Coloured by 'auto'")
    ]


def test_a_model_for_faces_colours_faces_and_nothing_else() -> None:
    photo, faces = photo_with_faces((40, 60), (260, 80))
    pixels = as_pixels(np.repeat(photo.pixels[..., :1], 3, axis=2))
    made = run(pixels, faces[0], colour=100, colour_model="faces").photo.pixels
    x, y = faces[0].landmarks[2].round().astype(int)
    assert int(made[y, x, 0]) - int(made[y, x, 1]) > 30
    other = faces[1].landmarks.round().astype(int)
    assert np.array_equal(made[other[:, 1], other[:, 0]], pixels[other[:, 1], other[:, 0]])
    assert np.abs(luma(made) - luma(pixels)).max() <= 0.51
    coloured = cv2.erode((np.ptp(made.astype(int), axis=2) > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    assert 0.01 < coloured.mean() < 0.6


def test_a_model_for_faces_without_any_says_so() -> None:
    photo = photo_of(grey())
    made = run(photo, colour=100, colour_model="faces")
    assert made.photo is photo
    assert made.results[0].words.code == "no-face-to-colour"


def test_it_is_cancelled() -> None:
    stop = CancellableProgress()
    stop.cancel()
    with pytest.raises(Cancelled):
        StagedPhotos(photo_of(grey()), DrawnNetworks()).run(
            registry.STAGES, registry.stage_values({**OFF, "colour": 100}), progress=stop
        )


def test_a_large_photo_gets_its_colours_where_they_belong() -> None:
    pixels = np.full((1500, 2600, 3), 128, np.uint8)

    def left_red(tile: np.ndarray) -> np.ndarray:
        hue = np.zeros((*tile.shape[:2], 2), np.float32)
        hue[:, : tile.shape[1] // 2, 0] = 60
        return hue

    class LeftRed(DrawnNetworks):
        def colouriser(self, name: str) -> ChosenNetwork:
            return dataclasses.replace(super().colouriser(name), run=left_red)

    made = run(pixels, networks=LeftRed(), colour=100).photo.pixels.astype(int)
    assert (made[:, :1290, 0] - made[:, :1290, 1]).min() > 30
    assert np.ptp(made[:, 1310:], axis=2).max() == 0
