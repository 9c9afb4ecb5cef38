"""Damage filled by a model of the user's choice: only what is marked, without seams, at any size."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.progress import CancellableProgress, Progress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.inpainting import windows_over
from gpen_desktop.core.stages.run import Staged, StagedPhotos
from gpen_desktop.core.stages.work import ChosenNetwork
from gpen_desktop.core.types import Crop, Face, FloatImage, Photo, Pixels, Stroke
from gpen_desktop.errors import Cancelled
from tests.narrowing import as_pixels
from tests.unit.core.drawn_faces import photo_of, photo_with_faces
from tests.unit.core.stages.drawn_photos import OFF, scratched
from tests.unit.core.stages.stand_ins import DrawnNetworks

DOT = Stroke(((150.0, 100.0),), radius=12)


def run(
    pixels: Pixels,
    *strokes: Stroke,
    faces: tuple[Face, ...] = (),
    repair: str = "auto",
    filler: str = "any",
    networks: DrawnNetworks | None = None,
) -> Staged:
    def crops(
        whole: Photo, template: str, size: int, by_hand: tuple[Face, ...], progress: Progress
    ) -> tuple[Crop, ...]:
        return tuple(crop_face(whole, face, template=template, size=size) for face in faces)

    staged = StagedPhotos(photo_of(pixels), networks or DrawnNetworks(), crops=crops)
    values = registry.stage_values({**OFF, "repair": repair, "filler": filler})
    return staged.run(registry.STAGES, values, strokes)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_model_fills_what_is_marked_and_nothing_else(dtype: type) -> None:
    pixels = as_pixels(np.ascontiguousarray(np.broadcast_to([200, 150, 100], (200, 300, 3))).astype(dtype))
    made = run(pixels, DOT)
    changed = (made.photo.pixels != pixels).any(axis=2)
    assert made.photo.pixels.dtype == dtype
    assert made.damage is not None
    assert np.array_equal(changed, made.damage)
    blue = made.photo.pixels[made.damage] / np.iinfo(dtype).max
    assert np.abs(blue - (0, 0, 1)).max() < 0.02
    assert made.results[0].words.code == "did-repair-by"


def test_found_damage_too_where_that_is_asked_for() -> None:
    pixels, mask = scratched()
    networks = DrawnNetworks()
    made = run(pixels, repair="on", networks=networks).photo.pixels
    assert (made[mask][:, 2] > 200).mean() > 0.97
    assert "fill" not in networks.runs
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert np.array_equal(made[~near], pixels[~near])


def test_grey_stays_grey() -> None:
    made = run(np.full((200, 300, 3), 120, np.uint8), DOT).photo.pixels
    assert np.ptp(made.astype(int), axis=2).max() == 0


def test_a_long_scratch_is_filled_window_by_window_from_what_was_filled_before() -> None:
    given: list[np.ndarray] = []

    class Watched(DrawnNetworks):
        def inpainter(self, name: str) -> ChosenNetwork:
            network = super().inpainter(name)

            def watched(tile: np.ndarray) -> np.ndarray:
                given.append(tile)
                return network.run(tile)

            return dataclasses.replace(network, run=watched)

    pixels = np.full((400, 3000, 3), (200, 150, 100), np.uint8)
    made = run(pixels, Stroke(((50.0, 200.0), (2950.0, 200.0)), radius=6), networks=Watched()).photo.pixels
    assert (made[200, 50:2950, 2] > 240).all()
    assert len(given) > 3
    assert all(tile.shape[0] % 8 == tile.shape[1] % 8 == 0 for tile in given)
    assert max(max(tile.shape) for tile in given) <= 512 + 2 * 128 + 8
    blue = [(tile[..., 2] > 0.95).any() for tile in given]
    assert not blue[0]
    assert all(blue[1:])


def test_windows_cover_every_mark_and_see_around_it() -> None:
    mask = np.zeros((3000, 4400), bool)
    rng = np.random.default_rng(1)
    mask[rng.integers(0, 3000, 400), rng.integers(0, 4400, 400)] = True  # dust
    mask[500:1500, 1000:2200] = True  # a torn part
    cv2_line = np.zeros(mask.shape, np.uint8)
    cv2.line(cv2_line, (0, 2900), (4399, 1700), 1, 3)
    mask |= cv2_line > 0
    windows = windows_over(mask)
    left = mask.copy()
    for window in windows:
        x0, y0, x1, y1 = window.inner
        left[y0:y1, x0:x1] = False
        ox0, oy0, ox1, oy1 = window.outer
        assert max(ox1 - ox0, oy1 - oy0) * window.factor <= 512 + 2 * 128 + 2
    assert not left.any()
    assert len(windows) < 250
    assert windows[0].factor <= 1 / 8
    assert windows[-1].factor == 1


def test_a_model_for_faces_fills_in_faces_and_the_built_in_one_elsewhere() -> None:
    photo, faces = photo_with_faces((40, 60))
    x, y = faces[0].landmarks[2]
    away = (photo.width - 12.0, photo.height - 12.0)
    made = run(photo.pixels, Stroke(((x, y),), radius=5), Stroke((away,), radius=5), faces=faces[:1], filler="faces")
    assert made.damage is not None
    assert np.array_equal(made.photo.pixels[~made.damage], photo.pixels[~made.damage])
    blue, green = made.photo.pixels[round(y), round(x)], made.photo.pixels[int(away[1]), int(away[0])]
    assert blue[2] > 230
    assert green[1] > 230


def test_it_is_cancelled_between_windows() -> None:
    stop = CancellableProgress()

    class Stopping(DrawnNetworks):
        def inpainter(self, name: str) -> ChosenNetwork:
            network = super().inpainter(name)

            def cancelling(tile: FloatImage) -> FloatImage:
                stop.cancel()
                return network.run(tile)

            return dataclasses.replace(network, run=cancelling)

    networks = Stopping()
    strokes = (Stroke(((20.0, 20.0), (1980.0, 20.0)), radius=3),)
    with pytest.raises(Cancelled):
        StagedPhotos(photo_of(np.full((100, 2000, 3), (9, 90, 70), np.uint8)), networks).run(
            registry.STAGES, registry.stage_values({**OFF, "repair": "auto", "filler": "any"}), strokes, stop
        )
    assert networks.runs["inpaint"] == 1
