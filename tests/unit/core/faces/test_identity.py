"""A restored face that is another one is noticed; one that was damaged badly and restored well is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from gpen_desktop import paths
from gpen_desktop.core.engine import local_models
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.faces.alignment import template_points
from gpen_desktop.core.faces.identity import IdentityGuard
from gpen_desktop.core.options import Values
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import Composed, ComposeOptions, FaceState, FloatImage, Photo, RestoredFace, frozen
from gpen_desktop.models.catalog import BUILTIN
from tests.narrowing import the
from tests.unit.core.drawn_faces import Sharpener

SAMPLES = ("collins_sepia_folded.jpg", "hopper_small_blurry.jpg", "album_page_tilted.jpg", "hopper_grey_scratched.jpg")
RANDOM_WEIGHTS = Path(__file__).parents[3] / "golden" / "gpen_tiny_128.pth"
NO_STAGES: Values = {"repair": "off", "clean": 0, "tone": 0}


@cache
def guard() -> IdentityGuard:
    return IdentityGuard()


@cache
def engine() -> Engine:
    return Engine()


@cache
def restored_of(name: str) -> tuple[RestoredFace, ...]:
    return restored(load_photo(paths.samples() / name))


def restored(photo: Photo, model: str = BUILTIN) -> tuple[RestoredFace, ...]:
    return tuple(engine().open(photo, model, stages=NO_STAGES).restore())


def one_face() -> RestoredFace:
    return restored_of(SAMPLES[0])[0]


def blurred(pixels: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(pixels, (0, 0), pixels.shape[1] / 200)


def noisy(pixels: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 25, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def blocky(pixels: np.ndarray) -> np.ndarray:
    _, stored = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 12])
    return the(cv2.imdecode(stored, cv2.IMREAD_COLOR))


@pytest.mark.parametrize("name", SAMPLES)
def test_what_the_built_in_model_makes_of_the_samples_has_not_drifted(name: str) -> None:
    faces = restored_of(name)
    assert faces
    assert all(face.drift.share == 1 for face in faces), [face.drift for face in faces]
    assert all(face.drift.total > 0 for face in faces)  # they were compared


@pytest.mark.parametrize("damage", [blurred, noisy, blocky])
def test_damage_is_no_drift(damage: Callable[[np.ndarray], np.ndarray]) -> None:
    for name in SAMPLES[:2]:
        pixels = damage(load_photo(paths.samples() / name).pixels)
        faces = restored(Photo(frozen(np.ascontiguousarray(pixels)), SourceFormat("PNG")))
        assert all(face.drift.share == 1 for face in faces), [face.drift for face in faces]


def test_the_face_of_somebody_else_is_noticed() -> None:
    everybody = [face for name in SAMPLES[:2] for face in restored_of(name)]
    for one, other in zip(everybody, everybody[1:] + everybody[:1], strict=True):
        assert guard().drift(replace(one, restored=other.restored)).total > 1.3


def warped(picture: FloatImage, points: Sequence[int], way: tuple[float, float]) -> FloatImage:
    """The face with some of its landmarks, and what is around them, moved by a share of the eye distance."""
    size = picture.shape[0]
    marks = template_points("ffhq", size)
    eye = float(np.hypot(*(marks[1] - marks[0])))
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    dx, dy = np.zeros_like(xs), np.zeros_like(ys)
    for x, y in marks[list(points)]:
        near = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * (0.45 * eye) ** 2))
        dx, dy = dx - near * way[0] * eye, dy - near * way[1] * eye
    moved = cv2.remap(picture, xs + np.float32(dx), ys + np.float32(dy), cv2.INTER_LINEAR)
    return np.asarray(moved, np.float32)


@pytest.mark.parametrize(("points", "way"), [((3, 4), (0, 0.25)), ((2, 3, 4), (0, -0.2)), ((0,), (0, 0.3))])
def test_a_warped_face_is_noticed(points: Sequence[int], way: tuple[float, float]) -> None:
    face = one_face()
    drift = guard().drift(replace(face, restored=warped(face.restored, points, way)))
    assert drift.share < 1
    assert drift.shift > 3 * face.drift.shift


@pytest.mark.parametrize("tint", [(0.1, 0, 0), (0, 0.08, 0), (-0.05, 0, 0.08)])
def test_a_recoloured_face_is_noticed(tint: tuple[float, float, float]) -> None:
    face = one_face()
    recoloured = np.clip(face.restored + np.array(tint, np.float32), 0, 1)
    assert guard().drift(replace(face, restored=recoloured)).share < 1


def test_another_scan_of_the_same_picture_is_the_same_face_in_other_colours() -> None:
    blurry, scratched = (restored_of(name)[0] for name in (SAMPLES[1], SAMPLES[3]))
    drift = guard().drift(replace(blurry, restored=scratched.restored))
    assert replace(drift, colour=0.0).total < 0.5
    assert drift.share == 0


def test_contrast_is_no_drift() -> None:
    face = one_face()
    assert guard().drift(replace(face, restored=np.clip((face.restored - 0.5) * 1.1 + 0.5, 0, 1))).share == 1


def test_random_weights_are_noticed() -> None:
    faces = restored(load_photo(paths.samples() / SAMPLES[0]), str(RANDOM_WEIGHTS))
    assert all(face.drift.share == 0 for face in faces)


class Tinted(Sharpener):
    """Gives back the crop, recoloured."""

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        return [np.clip(crop + np.array((0.1, 0, 0), np.float32), 0, 1) for crop in crops]


class Stranger(Sharpener):
    """Gives back somebody else, whoever it is shown."""

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        return [restored_of("hopper_small_blurry.jpg")[0].restored for _ in crops]


def composed(restorer: Sharpener, **options: Any) -> Composed:
    class Models:
        load_finder = staticmethod(local_models.load_finder)
        load_guard = staticmethod(local_models.load_guard)
        photo_networks = staticmethod(local_models.photo_networks)
        load_parser = staticmethod(local_models.load_parser)
        load_inventor = staticmethod(local_models.load_inventor)
        cpu_threads = staticmethod(local_models.cpu_threads)
        limit_threads_here = staticmethod(local_models.limit_threads_here)

        def load_restorer(self, _model: str, _wanted: ComputeOptions) -> Sharpener:
            return restorer

    photo = load_photo(paths.samples() / SAMPLES[0])
    session = Engine(models=Models()).open(photo, BUILTIN, stages=NO_STAGES)
    return session.compose(ComposeOptions(restore_sharp=True, skin_protection=False, strength=100, **options))


def test_a_stranger_is_left_out_unless_the_user_keeps_it() -> None:
    for way in ("blend", "leave"):
        made = composed(Stranger(), if_changed=way)
        assert {face.state for face in made.faces} == {FaceState.CHANGED}
        assert not made.is_changed
    kept = composed(Stranger(), if_changed="keep")
    assert {face.state for face in kept.faces} == {FaceState.RESTORED}
    assert kept.is_changed


def test_what_drifted_a_little_is_blended_back_as_far_as_it_is_the_same_face() -> None:
    back, left, kept = (composed(Tinted(), if_changed=way) for way in ("blend", "leave", "keep"))
    assert back.faces[0].state is FaceState.BLENDED_BACK
    assert 50 <= back.faces[0].strength < 100 == kept.faces[0].strength
    assert left.faces[0].state is FaceState.CHANGED
    assert not left.is_changed
    before = load_photo(paths.samples() / SAMPLES[0]).pixels.astype(int)
    less, more = (np.abs(each.photo.pixels.astype(int) - before).mean() for each in (back, kept))
    assert less == pytest.approx(more * back.faces[0].strength / 100, rel=0.1)
