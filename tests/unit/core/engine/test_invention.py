"""Invented detail: run once it is asked for, mixed in at once, held back where a face becomes another."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.options import Values
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import ComposeOptions, Drift, FloatImage, RestoredFace, frozen
from tests.narrowing import the
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces

STRIPES = np.where(np.arange(256) // 3 % 2, 0.1, -0.1).astype(np.float32)[:, None, None]
STAGES: Values = {"repair": "off", "clean": 0, "tone": 0}


class Inventor(Sharpener):
    """Gives the sharpened crop with stripes, or with what else is to be added."""

    def __init__(self, adds: FloatImage = STRIPES) -> None:
        super().__init__()
        self._adds = adds

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        return [np.clip(made + self._adds, 0, 1) for made in super().restore(crops, progress)]


class DriftOf:
    """A guard for which the invented version alone has drifted."""

    def __init__(self, total: float) -> None:
        self._drift = Drift(structure=0.4 * total)
        self.seen = 0

    def drift(self, face: RestoredFace) -> Drift:
        self.seen += 1
        return self._drift if self.seen > 2 else Drift()  # both faces are restored first


class Models(DrawnModels):
    def __init__(self, inventor: Sharpener | None, guard: DriftOf | None = None) -> None:
        super().__init__(KnownFaces(*photo_with_faces((40, 60), (400, 90))[1]), Sharpener())
        self.inventor = inventor
        self._guard = guard

    def load_guard(self) -> DriftOf | None:
        return self._guard


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(photo_with_faces((40, 60), (400, 90))[0].pixels).save(path)
    return path


def opened(photo: Path, inventor: Sharpener | None, guard: DriftOf | None = None) -> Session:
    return Engine(models=Models(inventor, guard)).open(photo, "a", stages=STAGES)


def pixels(session: Session, **options: Any) -> np.ndarray:
    made = session.compose(ComposeOptions(strength=100, restore_sharp=True, **options))
    return made.photo.pixels.astype(int)


def test_the_network_runs_when_detail_is_first_asked_for_and_not_again(photo: Path) -> None:
    inventor = Inventor()
    session = opened(photo, inventor)
    plain = pixels(session)
    assert inventor.crops_seen == 0
    full = pixels(session, invent=100)
    assert inventor.crops_seen == 4  # each face's crop, and what the restorer makes of it
    half = pixels(session, invent=50)
    assert inventor.crops_seen == 4
    assert np.array_equal(pixels(session), plain)
    added = np.abs(full - plain)
    assert added.max() > 10
    assert np.abs(half - plain).mean() == pytest.approx(added.mean() / 2, rel=0.1)


def test_what_faces_were_before_is_let_go(photo: Path) -> None:
    session = opened(photo, Inventor())
    before = [weakref.ref(face) for face in session.restore()]
    pixels(session)
    pixels(session, invent=100)
    gc.collect()
    assert [face() for face in before] == [None, None]


def test_where_nothing_invents_the_faces_are_as_without(photo: Path) -> None:
    session = opened(photo, None)
    assert np.array_equal(pixels(session), pixels(session, invent=100))


def test_no_other_tones_are_invented(photo: Path) -> None:
    tinted, plain = (opened(photo, Inventor(np.array(tint, np.float32))) for tint in ((-0.06, 0.0, -0.03), (0, 0, 0)))
    difference = np.abs(pixels(tinted, invent=100) - pixels(plain, invent=100))
    assert np.percentile(difference, 99) <= 1  # a tint that white or black cuts off is no even one


def test_what_makes_another_of_a_face_is_held_back_unless_the_user_keeps_it(photo: Path) -> None:
    session = opened(photo, Inventor(), DriftOf(1.6))
    plain, held, more, kept = (
        pixels(session, **options)
        for options in (
            {},
            {"invent": 62},
            {"invent": 100},
            {"invent": 100, "if_changed": "keep"},
        )
    )
    assert np.abs(more - held).max() <= 1  # 1 / 1.6 of it
    assert np.abs(kept - plain).mean() > 1.4 * np.abs(more - plain).mean() > 0
    gone = opened(photo, Inventor(), DriftOf(3.0))
    assert np.array_equal(pixels(gone), pixels(gone, invent=100))


def test_the_pixels_of_a_small_face_are_not_taken_for_detail(tmp_path: Path) -> None:
    class Watching(Sharpener):
        def __init__(self) -> None:
            super().__init__()
            self.crops: list[FloatImage] = []

        def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
            self.crops += crops
            return super().restore(crops, progress)

    drawn, faces = photo_with_faces((40, 60), size=64)
    noise = np.random.default_rng(1).normal(0, 12, drawn.pixels.shape)
    noisy = frozen(np.clip(drawn.pixels + noise, 0, 255).astype(np.uint8))
    restorer, inventor = Watching(), Watching()
    session = Session(replace(drawn, pixels=noisy), KnownFaces(*faces), restorer)
    session.set_restorer(restorer, lambda: inventor)
    (face,) = session.invent()
    grain, left, left_to_invent = (
        np.std(np.diff(crop, axis=1)) for crop in (face.crop.pixels, restorer.crops[0], inventor.crops[0])
    )
    assert left_to_invent < left < 0.8 * grain
    large, faces = photo_with_faces((40, 60))
    restorer, inventor = Watching(), Watching()
    session = Session(large, KnownFaces(*faces), restorer)
    session.set_restorer(restorer, lambda: inventor)
    (face,) = session.invent()
    assert np.array_equal(restorer.crops[0], face.crop.pixels)
    assert np.array_equal(inventor.crops[0], face.crop.pixels)


def test_a_photo_seen_again_is_not_run_again(photo: Path, tmp_path: Path) -> None:
    inventor = Inventor()
    inventor.status = inventor.status.__class__("inventor", "CPU", inventor.status.reason)
    engine = Engine(cache=CropCache(tmp_path), models=Models(inventor))
    first = pixels(engine.open(photo, "a", stages=STAGES), invent=70)
    engine.forget(photo)
    again = pixels(engine.open(photo, "a", stages=STAGES), invent=70)
    assert inventor.crops_seen == 4
    assert np.array_equal(first, again)


def test_the_faces_come_restored_first_and_then_with_detail(photo: Path) -> None:
    engine = Engine(models=Models(Inventor()))
    session = engine.open(photo, "a", stages=STAGES)
    told = list(engine.restore(session, invents=True))
    assert [len(each.restored) for each in told] == [0, 1, 2, 2]
    assert [face.vivid is not None for each in told[2:] for face in each.restored] == [False] * 2 + [True] * 2
    assert [each.crop.face for each in told[3].restored] == list(told[3].faces)


def test_photos_at_once_share_the_network(photo: Path) -> None:
    inventor = Inventor()
    engine = Engine(models=Models(inventor))
    networks = engine.shared("a")
    made = [pixels(Engine(models=networks).open(photo, "a", stages=STAGES), invent=60) for _ in range(2)]
    networks.close()
    assert inventor.crops_seen == 8
    assert np.array_equal(made[0], made[1])
    assert np.array_equal(made[0], pixels(opened(photo, Inventor()), invent=60))


class Blurrer(Sharpener):
    """Makes of a sharp face less than it was."""

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        self.crops_seen += len(crops)
        return [frozen(np.asarray(cv2.GaussianBlur(crop, (0, 0), 0.6), np.float32)) for crop in crops]


@pytest.mark.parametrize(("kind", "asked"), [(Sharpener, 4), (Blurrer, 0)])
def test_nothing_is_asked_for_a_face_that_gets_nothing_nor_restored_twice(kind: type[Sharpener], asked: int) -> None:
    drawn, faces = photo_with_faces((40, 60), (400, 90))
    restorer, inventor = kind(), Inventor()
    session = Session(drawn, KnownFaces(*faces), restorer)
    session.set_restorer(restorer, lambda: inventor)
    for _ in range(2):
        made = tuple(session.invent())
    assert (inventor.crops_seen, restorer.crops_seen) == (asked, 2)
    assert all(np.array_equal(the(face.vivid), face.restored) == (not asked) for face in made)
