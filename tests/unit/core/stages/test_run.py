"""Stages over a whole photo: what runs, what is kept, and what the rest of the house makes of it."""

from __future__ import annotations

import dataclasses
import gc
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from gpen_desktop import settings
from gpen_desktop.core import memory
from gpen_desktop.core.engine.edits import Edits, with_option
from gpen_desktop.core.engine.export import ExportOptions, export
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.core.progress import CancellableProgress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.run import StagedPhotos, blended, without
from gpen_desktop.core.stages.work import Worked
from gpen_desktop.core.types import ComposeOptions, Face, Photo, StageResult, frozen
from gpen_desktop.errors import Cancelled, OptionError
from gpen_desktop.messages import say
from tests.narrowing import as_pixels
from tests.unit.core.drawn_faces import KnownFaces, Sharpener, photo_of, photo_with_faces
from tests.unit.core.stages import toy_stage
from tests.unit.core.stages.toy_stage import Negative

PIXELS = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Negative:
    return toy_stage.register(monkeypatch)


def names(results: Sequence[StageResult]) -> list[str]:
    """Of the stages that changed the photo."""
    return [result.stage for result in results if result.strength]


def run(staged: StagedPhotos, **values: int | bool) -> Photo:
    return staged.run(registry.STAGES, registry.stage_values(values)).photo


def test_with_every_stage_off_the_photo_is_the_very_same(work: Negative) -> None:
    photo = photo_of(PIXELS)
    result = StagedPhotos(photo).run(registry.STAGES, registry.stage_values())
    assert (result.photo, result.scale, result.changed) == (photo, 1, ())
    assert work.runs == 0


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_the_change_of_one_stage_can_be_taken_back_for_a_look(work: Negative, depth: type[np.unsignedinteger]) -> None:
    photo = photo_of(PIXELS.astype(depth) * (np.iinfo(depth).max // 255))
    staged = StagedPhotos(photo).run(registry.keeping_size(), registry.stage_values({"negate": 100}))
    assert np.array_equal(without(staged, "negate").pixels, photo.pixels)
    assert without(staged, "clean") is staged.photo


def test_a_stage_runs_once_for_all_strengths(work: Negative) -> None:
    photo = photo_of(PIXELS)
    staged = StagedPhotos(photo)
    full = run(staged, negate=100)
    half = run(staged, negate=50)
    assert np.array_equal(full.pixels, 255 - PIXELS)
    assert np.abs(half.pixels.astype(float) - 127.5).max() <= 0.5
    assert run(staged, negate=0) is photo
    assert run(staged, negate=100) is full
    assert work.runs == 1
    run(staged, negate=100, negate_to_white=False)
    assert work.runs == 2


def test_of_a_large_photo_only_what_is_wanted_now_is_kept(work: Negative, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = photo_of(PIXELS)
    expected = run(StagedPhotos(photo), negate=50).pixels
    monkeypatch.setattr(memory, "LARGE", 10)
    staged, runs = StagedPhotos(photo), work.runs
    half = run(staged, negate=50)
    assert np.array_equal(half.pixels, expected)
    assert run(staged, negate=50) is half
    assert work.runs == runs + 1
    gone = weakref.ref(half)
    del half
    run(staged, negate=100)
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("strength", range(1, 100, 7))
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_where_a_stage_changes_nothing_no_strength_does(strength: int, dtype: type) -> None:
    white = np.iinfo(dtype).max
    every = np.arange(white + 1)[:, None, None]
    pixels = as_pixels(np.repeat(every, 3, axis=2).reshape(-1, 16, 3).astype(dtype))
    photo = photo_of(pixels)
    same = dataclasses.replace(photo, pixels=frozen(pixels.copy()))
    mixed = blended(photo, same, strength / 100)
    assert mixed.pixels.dtype == dtype
    assert np.array_equal(mixed.pixels, pixels)


def test_a_stage_with_nothing_to_do_leaves_no_trace(work: Negative) -> None:
    black = photo_of(np.zeros((8, 8, 3), np.uint8))
    result = StagedPhotos(black).run(registry.STAGES, registry.stage_values({"negate": 70}))
    assert result.photo is black
    assert result.changed == ()


def test_stages_follow_each_other_and_report(work: Negative) -> None:
    told: list[float] = []
    progress = CancellableProgress(lambda fraction, _: told.append(fraction))
    values = registry.stage_values({"negate": 100, "tone": 0, "scale": 2})
    result = StagedPhotos(photo_of(PIXELS)).run(registry.STAGES, values, progress=progress)
    assert result.photo.pixels.shape == (80, 120, 3)
    assert (result.scale, result.changed) == (2, ("negate", "enlarge"))
    assert told == [0.25, 0.5]


def test_cancelling_keeps_what_was_done(work: Negative) -> None:
    staged = StagedPhotos(photo_of(PIXELS))
    run(staged, negate=100)
    stop = CancellableProgress()
    stop.cancel()
    with pytest.raises(Cancelled):
        staged.run(registry.STAGES, registry.stage_values({"negate": 100, "scale": 4}), progress=stop)
    run(staged, negate=100, scale=4)
    assert work.runs == 1


@pytest.mark.parametrize("values", [{"scale": 5}, {"scale": 0.5}, {"negate": 101}, {"negate_to_white": 2}])
def test_values_outside_their_range_are_refused(work: Negative, values: dict[str, int]) -> None:
    with pytest.raises(OptionError):
        registry.stage_values(values)


def test_every_stage_is_well_declared(work: Negative) -> None:
    """Also the toy: names are unique over faces and stages, and what enlarges comes last."""
    keys = [setting.key for setting in settings.declared()]
    assert len(keys) == len(set(keys))
    assert {"restore/negate", "restore/negate_to_white", "restore/scale"} <= set(keys)
    enlarging = [stage.scale is not None for stage in registry.STAGES]
    assert enlarging == sorted(enlarging)
    assert with_option(Edits(), "negate", 30).stages["negate"] == 30


def test_faces_are_composed_into_what_the_stages_give(work: Negative) -> None:
    photo, faces = photo_with_faces((40, 60))
    session = Session(photo, KnownFaces(*faces), Sharpener())
    session.set_stages({"negate": 100})
    composed = session.compose(ComposeOptions())
    corner = np.s_[-20:, -20:]
    assert names(composed.stages) == ["negate"]
    assert np.array_equal(composed.photo.pixels[corner], 255 - photo.pixels[corner])
    assert session.compose(ComposeOptions(strength=0)).is_changed
    session.set_stages({})
    assert not session.compose(ComposeOptions(strength=0)).is_changed


class SeenPhotos(KnownFaces):
    """Finds the same faces, as new ones, whatever it is shown; remembers what that was."""

    def __init__(self, *faces: Face) -> None:
        super().__init__(*faces)
        self.seen: list[Photo] = []

    def detect(self, photo: Photo, *, progress: object = None) -> tuple[Face, ...]:
        self.seen.append(photo)
        return tuple(Face(face.landmarks + len(self.seen), face.score) for face in self.faces)


def test_faces_are_found_in_what_the_stages_give_before_it_is_enlarged(work: Negative) -> None:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    finder, model = SeenPhotos(*faces), Sharpener()
    session = Session(photo, finder, model)
    before = session.faces()
    session.compose(ComposeOptions())
    session.set_stages({"negate": 100, "scale": 2})
    after = session.faces()
    assert session.compose(ComposeOptions()).photo.pixels.shape == (800, 1400, 3)
    assert [seen is photo for seen in finder.seen] == [True, False]
    assert np.array_equal(finder.seen[1].pixels, 255 - photo.pixels)
    assert [face.id for face in after] == [face.id for face in before]
    assert model.crops_seen == 4  # cut anew out of another photo


def test_an_untouched_photo_is_copied_and_a_staged_one_is_not(work: Negative, tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    save_photo(photo_of(PIXELS), source, format="png")
    photo = load_photo(source)
    session = Session(photo, KnownFaces(), Sharpener())
    same = export(photo, session.compose(ComposeOptions()), tmp_path / "same.png", ExportOptions())
    assert same.unchanged
    assert same.path.read_bytes() == source.read_bytes()
    session.set_stages({"negate": 100})
    other = export(photo, session.compose(ComposeOptions()), tmp_path / "other.png", ExportOptions())
    assert not other.unchanged
    assert names(other.stages) == ["negate"]
    assert np.array_equal(load_photo(other.path).pixels, 255 - PIXELS)


def test_a_stage_that_changes_the_size_without_saying_so_is_a_fault(
    work: Negative, monkeypatch: pytest.MonkeyPatch
) -> None:
    crops = dataclasses.replace(
        registry.STAGES[0],
        run=lambda work, progress: Worked(photo_of(work.photo.pixels[1:].copy()), say("cut", "Cut.")),
    )
    monkeypatch.setattr(registry, "STAGES", (crops,))
    with pytest.raises(ValueError, match="stage negate gave"):
        run(StagedPhotos(photo_of(PIXELS)), negate=100)


FADED = np.repeat(np.tile(np.linspace(70, 170, 120).astype(np.uint8)[None, :, None], (90, 1, 1)), 3, axis=2)


def test_what_is_left_to_the_program_is_decided_by_the_photo() -> None:
    good, bad = photo_of(PIXELS.repeat(3, 0).repeat(3, 1)), photo_of(FADED)
    values = registry.stage_values()
    assert StagedPhotos(good).run(registry.STAGES, values).photo is good
    result = StagedPhotos(bad).run(registry.STAGES, values)
    assert result.changed == ("tone",)
    assert np.ptp(result.photo.pixels.astype(int)) > int(np.ptp(FADED)) + 40


def test_what_is_set_by_hand_goes_first() -> None:
    photo = photo_of(FADED)
    assert run(StagedPhotos(photo), tone=0) is photo
    full, half = run(StagedPhotos(photo), tone=100), run(StagedPhotos(photo), tone=50)
    middle = (full.pixels.astype(float) + FADED) / 2
    assert np.abs(half.pixels - middle).max() <= 1


def test_without_automatic_nothing_is_left_to_the_program() -> None:
    values = registry.without_automatic(registry.stage_values())
    photo = photo_of(FADED)
    assert StagedPhotos(photo).run(registry.STAGES, values).photo is photo
    by_hand = registry.without_automatic(registry.stage_values({"tone": 30}))
    assert by_hand["tone"] == 30
