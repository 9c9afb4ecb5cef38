"""One photo being worked on."""

from __future__ import annotations

import dataclasses
import gc
import io
import weakref
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.options import Mode
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import CancellableProgress, Progress
from gpen_desktop.core.types import ComposeOptions, Face, FaceState, FloatImage, Photo, frozen
from gpen_desktop.errors import Cancelled, UnreadablePhotoError
from tests.unit.core.drawn_faces import KnownFaces, Sharpener, photo_with_faces, session_of


def test_slow_stages_run_once_whatever_the_options() -> None:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    finder, model = KnownFaces(*faces), Sharpener()
    session = Session(photo, finder, model)
    for strength in (10, 50, 90):
        for mode in Mode:
            session.compose(ComposeOptions(strength=strength, mode=mode))
    assert finder.runs == 1
    assert model.crops_seen == 2


def test_only_new_faces_go_through_the_model() -> None:
    photo, (one, two) = photo_with_faces((40, 60), (400, 90))
    model = Sharpener()
    session = Session(photo, KnownFaces(one), model)
    first = tuple(session.restore())
    session.set_faces([one, two])
    second = tuple(session.restore())
    assert model.crops_seen == 2
    assert second[0] is first[0]
    session.set_faces([two])
    assert tuple(session.restore()) == second[1:]
    assert model.crops_seen == 2


def test_faces_come_as_they_are_restored_and_whoever_stops_keeps_them() -> None:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    model = Sharpener()
    model.batch = 1
    session = Session(photo, KnownFaces(*faces), model)
    coming = session.restore()
    first = next(coming)
    assert first.crop.face is faces[0]
    assert model.crops_seen == 1
    assert isinstance(coming, Generator)
    coming.close()
    assert next(session.restore()) is first
    assert [face.crop.face for face in session.restore()] == list(faces)
    assert model.crops_seen == 2


def test_a_moved_face_is_restored_anew() -> None:
    photo, (face,) = photo_with_faces((40, 60))
    model = Sharpener()
    session = Session(photo, KnownFaces(face), model)
    before = session.compose(ComposeOptions()).photo.pixels
    session.set_faces([Face(face.landmarks + 6, face.score)])
    after = session.compose(ComposeOptions()).photo.pixels
    assert model.crops_seen == 2
    assert not np.array_equal(before, after)


class CoarseSharpener(Sharpener):
    """Stands in for a model that sharpens small faces; or, by 0, finds nothing to sharpen."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self._by = np.float32(by)

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        return [crop + self._by * (crop - blurred(crop, 5.0)) for crop in crops]


def blurred(picture: NDArray[Any], deviation: float) -> NDArray[Any]:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), deviation), picture.dtype)


def small_face(photo: Photo, face: Face, model: Sharpener, **stages: float) -> FaceState:
    session = session_of(photo, (face,), model)
    session.set_stages(stages)
    return session.compose(ComposeOptions()).faces[0].state


def test_a_small_sharp_face_is_left_alone_but_for_a_larger_result() -> None:
    photo, (face,) = photo_with_faces((60, 60), size=72)
    assert small_face(photo, face, CoarseSharpener(0)) is FaceState.ALREADY_SHARP
    assert small_face(photo, face, CoarseSharpener(0), scale=2) is FaceState.RESTORED


def test_a_small_face_that_the_model_sharpens_is_restored() -> None:
    photo, (face,) = photo_with_faces((60, 60), size=72)
    soft = dataclasses.replace(photo, pixels=frozen(blurred(photo.pixels, 1.5)))
    assert small_face(soft, face, CoarseSharpener(2)) is FaceState.RESTORED


@pytest.mark.parametrize(("size", "state"), [(72, FaceState.ALREADY_SHARP), (150, FaceState.RESTORED)])
def test_the_larger_a_face_is_the_nearer_it_has_to_be_to_what_the_model_shows(size: int, state: FaceState) -> None:
    photo, (face,) = photo_with_faces((60, 60), size=size)
    assert small_face(photo, face, CoarseSharpener(0.4)) is state


def test_blocks_on_a_small_face_are_not_taken_for_sharpness() -> None:
    photo, (face,) = photo_with_faces((60, 60), size=72)
    stored = io.BytesIO()
    Image.fromarray(photo.pixels).save(stored, "JPEG", quality=30)
    blocky = dataclasses.replace(photo, pixels=frozen(np.asarray(Image.open(stored))))
    assert small_face(blocky, face, CoarseSharpener(0)) is FaceState.RESTORED


def test_a_session_that_nobody_holds_is_gone_at_once() -> None:
    photo, faces = photo_with_faces((40, 60))
    session = Session(photo, KnownFaces(*faces), Sharpener())
    session.compose(ComposeOptions())
    gone = weakref.ref(session)
    gc.disable()  # the collector comes late, and an album is fast
    try:
        del session
        assert gone() is None
    finally:
        gc.enable()


def test_another_model_starts_anew() -> None:
    photo, faces = photo_with_faces((40, 60))
    first, second = Sharpener(), Sharpener(tint=(0.1, 0, 0))
    session = Session(photo, KnownFaces(*faces), first)
    options = ComposeOptions(skin_protection=False)
    before = session.compose(options).photo.pixels
    session.set_restorer(second)
    assert not np.array_equal(before, session.compose(options).photo.pixels)
    assert (first.crops_seen, second.crops_seen) == (1, 1)


def test_cancelling_leaves_a_session_that_can_go_on() -> None:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    session = Session(photo, KnownFaces(*faces), Sharpener())
    progress = CancellableProgress()
    progress.cancel()
    with pytest.raises(Cancelled):
        list(session.restore(progress))
    assert len(list(session.restore())) == 2


def test_progress_rises_to_the_end_of_each_stage() -> None:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    told: list[float] = []
    session = Session(photo, KnownFaces(*faces), Sharpener())
    assert list(session.restore(CancellableProgress(lambda f, _: told.append(f))))
    assert told == sorted(told)
    assert told[-1] > 0.5


def test_a_photo_without_faces_is_returned_as_it_is() -> None:
    photo, _ = photo_with_faces()
    composed = Session(photo, KnownFaces(), Sharpener()).compose(ComposeOptions())
    assert composed.photo.pixels is photo.pixels
    assert composed.faces == ()


def test_opening_times_the_loading_and_tells_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "老照片.png"
    Image.fromarray(photo_with_faces()[0].pixels).save(path)
    assert Session.open(path, KnownFaces(), Sharpener()).seconds["load"] > 0
    with pytest.raises(UnreadablePhotoError, match="no such file"):
        Session.open(tmp_path / "gone.png", KnownFaces(), Sharpener())


def test_a_restorer_leaves_a_grey_photo_grey(tmp_path: Path) -> None:
    photo = load_photo(grey_photo(tmp_path))
    _, faces = photo_with_faces((40, 60))
    session = Session(photo, KnownFaces(*faces), Sharpener(tint=(0.2, 0.0, -0.2)))
    composed = session.compose(ComposeOptions(skin_protection=False))
    assert composed.photo.source.grey
    assert np.ptp(composed.photo.pixels.astype(int), axis=2).max() == 0


def grey_photo(folder: Path) -> Path:
    """A file of one channel, with the face that photo_with_faces draws at (40, 60)."""
    photo, _ = photo_with_faces((40, 60))
    path = folder / "grey.png"
    Image.fromarray(photo.pixels).convert("L").save(path)
    return path


def test_whether_a_photo_lies_on_its_side_is_looked_into_once() -> None:
    photo, faces = photo_with_faces((40, 60))
    (face,) = faces

    class OnItsSide(KnownFaces):
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            self.runs += 1
            return self.faces if photo.width < photo.height and photo.pixels[-1, 0, 0] > 0 else ()

    finder = OnItsSide(face)
    session = Session(photo, finder, Sharpener())
    assert session.faces() == ()
    found = session.better_quarters()
    assert found in (1, 3)
    assert finder.runs == 4
    assert session.better_quarters() == found
    assert finder.runs == 4
