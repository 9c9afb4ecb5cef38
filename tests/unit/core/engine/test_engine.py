"""The engine: what it keeps, what it lets go, and that every caller gets the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core import fallbacks
from gpen_desktop.core.engine import local_models
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.engine import Engine, RestoredFaces
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.run import Viewer
from gpen_desktop.core.types import ComposeOptions, FaceState, FloatImage, Rect
from gpen_desktop.messages import say
from tests.narrowing import the
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces

OPTIONS = ComposeOptions(strength=100)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Two drawn faces."""
    path = tmp_path / "两张.png"
    Image.fromarray(photo_with_faces((40, 60), (400, 90))[0].pixels).save(path)
    return path


class Fakes(DrawnModels):
    """The drawn faces, and what was asked of them."""

    def __init__(self, sharpener: Sharpener | None = None) -> None:
        self.finder = KnownFaces(*photo_with_faces((40, 60), (400, 90))[1])
        self.sharpener = sharpener or Sharpener()
        super().__init__(self.finder, self.sharpener)


def test_a_model_is_loaded_when_it_is_another_or_computed_otherwise(photo: Path) -> None:
    fakes = Fakes()
    engine = Engine(models=fakes)
    assert engine.status() is None
    engine.load("a")
    engine.open(photo, "a")
    assert fakes.loaded == ["a"]
    engine.open(photo, "b")
    engine.set_compute(ComputeOptions())
    engine.open(photo, "b")
    assert fakes.loaded == ["a", "b"]
    engine.set_compute(ComputeOptions(device="cpu"))
    engine.open(photo, "b")
    assert fakes.loaded == ["a", "b", "b"]
    assert engine.status() == replace(Sharpener.status, detector="known")


def test_the_detector_is_chosen_anew_when_weights_came_or_went(photo: Path) -> None:
    class More(Fakes):
        found = 0

        def load_finder(self, wanted: ComputeOptions) -> KnownFaces:
            self.found += 1
            return super().load_finder(wanted)

    fakes = More()
    engine = Engine(models=fakes)
    engine.open(photo, "a")
    assert len(engine.open(photo, "a").faces()) == 2
    assert fakes.found == 1
    engine.choose_anew()
    fakes.finder.faces = fakes.finder.faces[:1]
    assert len(engine.open(photo, "a").faces()) == 1  # of the photo at hand, too
    assert (fakes.found, fakes.loaded) == (2, ["a"])


def test_a_model_of_this_computer_is_warmed_up_once_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    class Loaded(Sharpener):
        def __init__(self, model: str, **_: object) -> None:
            super().__init__()
            done.append(f"load {model}")

        def warm_up(self) -> None:
            done.append("warm up")

    monkeypatch.setattr(local_models, "Restorer", Loaded)
    monkeypatch.setattr(local_models, "FaceDetector", lambda precision: KnownFaces())
    engine = Engine()
    engine.load("a")
    engine.load("a")
    assert done == ["load a", "warm up"]
    engine.load("b")
    assert done[2:] == ["load b", "warm up"]


def test_restoring_tells_the_faces_first_and_then_each_restored_one(photo: Path) -> None:
    engine = Engine(models=Fakes())
    told = list(engine.restore(engine.open(photo, "m")))
    assert [len(each.restored) for each in told] == [0, 1, 2]
    assert [each.is_whole for each in told] == [False, False, True]
    assert all(each.faces == told[0].faces for each in told)


def test_an_enlarged_photo_is_made_for_who_looks_at_it_and_kept_for_the_file(photo: Path) -> None:
    engine = Engine(models=Fakes())
    session = engine.open(photo, "m", stages={"scale": 2})

    def looking(part: Rect | None) -> Iterator[RestoredFaces]:
        return engine.restore(session, viewer=Viewer(lambda: part, lambda parts: None))

    for part, scale in ((None, 1), ((0, 0, 700, 400), 2)):
        *_, found, whole = looking(part)
        assert (found.more, whole.more) == (True, False)
        staged = the(whole.staged)
        assert (staged.scale, staged.size) == (scale, (700, 400))
        assert staged.photo.width == 700 * scale
    composed = session.compose(ComposeOptions(strength=0)).photo.pixels
    assert composed is staged.photo.pixels


def test_what_would_be_too_large_for_a_screen_is_not_enlarged_for_it(photo: Path) -> None:
    engine = Engine(models=Fakes())
    with Image.open(photo) as image:
        image.resize((2100, 1200)).save(photo)
    (*_, whole) = engine.restore(engine.open(photo, "m", stages={"scale": 2}))
    assert not whole.more
    assert the(whole.staged).scale == 1


def test_a_photo_without_faces_is_whole_at_once(photo: Path) -> None:
    engine = Engine(models=DrawnModels(KnownFaces(), Sharpener()))
    (told,) = engine.restore(engine.open(photo, "m"))
    assert told.is_whole
    assert told.faces == ()


def test_the_photos_worked_on_last_are_kept_until_they_are_forgotten(photo: Path, tmp_path: Path) -> None:
    engine = Engine(models=Fakes())
    first = engine.open(photo, "m")
    assert engine.open(photo, "m") is first
    assert engine.open(load_photo(photo), "m") is not first  # another picture in memory: read anew
    engine.forget(photo)
    kept = engine.open(photo, "m")
    others = [tmp_path / f"{n}.png" for n in range(2)]
    for other in others:
        other.write_bytes(photo.read_bytes())
        engine.open(other, "m")
    assert engine.open(others[0], "m") is not engine.open(others[1], "m")
    assert engine.open(photo, "m") is not kept


def test_another_model_takes_over_what_the_stages_made(photo: Path) -> None:
    engine = Engine(models=Fakes())
    made = []
    for model in ("a", "b", "a"):
        session = engine.open(photo, model, stages={"tone": 100})
        *_, whole = engine.restore(session)
        assert whole.is_whole
        made.append(session.shown().photo)
    assert made[0] is made[1]
    assert made[0] is made[2]


def test_faces_set_by_hand_are_those_that_are_restored(photo: Path) -> None:
    fakes = Fakes()
    engine = Engine(models=fakes)
    *_, whole = engine.restore(engine.open(photo, "m", fakes.finder.faces[1:]))
    assert whole.faces == fakes.finder.faces[1:]
    assert fakes.finder.runs == 0


def test_a_restored_crop_is_kept_for_the_next_time_the_photo_is_opened(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "crops").mkdir()
    fakes = Fakes()
    engine = Engine(cache=CropCache(tmp_path / "crops"), models=fakes)
    *_, first = engine.restore(engine.open(photo, "sharpener"))
    engine.forget(photo)
    *_, second = engine.restore(engine.open(photo, "sharpener"))
    assert fakes.sharpener.crops_seen == 2
    for one, other in zip(first.restored, second.restored, strict=True):
        assert np.array_equal(one.restored, other.restored)


def test_a_crop_that_was_restored_otherwise_is_restored_anew_the_next_time(photo: Path, tmp_path: Path) -> None:
    """Its name on the disk tells of another device."""

    class OnceFull(Sharpener):
        def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
            if not self.crops_seen:
                fallbacks.tell(say("test-otherwise", "The processor did it."))
            return super().restore(crops, progress)

    (tmp_path / "crops").mkdir()
    fakes = Fakes(OnceFull())
    engine = Engine(cache=CropCache(tmp_path / "crops"), models=fakes)
    seen = []
    for _ in range(3):
        list(engine.restore(engine.open(photo, "sharpener")))
        engine.forget(photo)
        seen.append(fakes.sharpener.crops_seen)
    assert seen == [2, 4, 4]


def test_an_export_is_the_same_whether_the_photo_was_restored_before_or_not(photo: Path, tmp_path: Path) -> None:
    targets = [tmp_path / "new folder" / "at once.png", tmp_path / "new folder" / "after.png"]
    engine = Engine(models=Fakes())
    exported = engine.export(engine.open(photo, "m"), OPTIONS, targets[0], ExportOptions())
    assert exported.path == targets[0]
    assert [face.state for face in exported.faces] == [FaceState.RESTORED] * 2
    other = Engine(models=Fakes())
    session = other.open(load_photo(photo), "m")
    assert len(list(other.restore(session))) == 3
    other.export(session, OPTIONS, targets[1], ExportOptions())
    assert targets[0].read_bytes() == targets[1].read_bytes()
    assert targets[0].read_bytes() != photo.read_bytes()
