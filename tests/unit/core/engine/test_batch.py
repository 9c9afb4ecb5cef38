"""Albums: where results go, what stops nothing, going on after an interruption."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core.batch import batch
from gpen_desktop.core.batch.album import PlannedPhoto, find_photos, plan
from gpen_desktop.core.batch.batch import BatchOptions, PhotoStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.output.journal import JOURNAL_NAME, Journal
from gpen_desktop.core.progress import CancellableProgress, Progress, SilentProgress
from gpen_desktop.core.types import ComposeOptions, Face, Photo
from gpen_desktop.errors import Cancelled, OptionError
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """a.png, b.jpg (both with a face), sub/a.png, notes.txt, .hidden.png."""
    folder = tmp_path / "相册 1960"
    (folder / "sub").mkdir(parents=True)
    picture = Image.fromarray(photo_with_faces((40, 60))[0].pixels)
    picture.save(folder / "a.png")
    picture.save(folder / "b.jpg", quality=90)
    picture.save(folder / "sub" / "a.png")
    picture.save(folder / ".hidden.png")
    (folder / "notes.txt").write_text("no photo")
    return folder


def restore(job: PlannedPhoto, *, finder: KnownFaces | None = None, **export: Any) -> batch.PhotoReport:
    faces = photo_with_faces((40, 60))[1]
    engine = Engine(models=DrawnModels(finder or KnownFaces(*faces), Sharpener()))
    options = ExportOptions(**export)
    return batch.restore_photo(
        job, engine, BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"), options), SilentProgress()
    )


def names(jobs: tuple[PlannedPhoto, ...], out: Path) -> list[str]:
    return [job.target.relative_to(out).as_posix() for job in jobs]


def test_a_folder_keeps_its_structure(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert names(plan([album], out, recursive=False), out) == ["a.png", "b.jpg"]
    assert names(plan([album], out, recursive=True), out) == ["a.png", "b.jpg", "sub/a.png"]


def test_results_never_share_a_name(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (album / "a.jpg").write_bytes((album / "b.jpg").read_bytes())
    (album / "lying.jpg").write_bytes((album / "a.png").read_bytes())
    paths = [album / "a.jpg", album / "a.png", album / "sub" / "a.png", album / "lying.jpg"]
    jobs = plan(paths, out, recursive=False, format="jpeg")
    assert names(jobs, out) == ["a.jpg", "a-2.jpg", "a-3.jpg", "lying.jpg"]
    assert names(plan(paths, out, recursive=False), out) == ["a.jpg", "a.png", "a-2.png", "lying.png"]


def test_results_in_the_album_itself_are_not_restored_again(album: Path) -> None:
    out = album / "restored"
    out.mkdir()
    (out / "a.png").write_bytes((album / "a.png").read_bytes())
    assert names(plan([album], out, recursive=True), out) == ["a.png", "b.jpg", "sub/a.png"]


def test_no_result_takes_the_place_of_a_photo(album: Path) -> None:
    (album / "b.png").write_bytes((album / "a.png").read_bytes())
    jobs = plan([album], album, recursive=False, format="png")
    sources = {job.source for job in jobs}
    assert len(jobs) == 3
    assert not sources & {job.target for job in jobs}
    for job in jobs:
        assert restore(job, format="png", overwrite=True).outcome is PhotoStatus.DONE
    assert sources == {job.source for job in jobs if job.source.is_file()}


def test_a_photo_named_twice_is_restored_once(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert names(plan([album / "a.png", album, album / "sub" / ".." / "a.png"], out, recursive=False), out) == [
        "a.png",
        "b.jpg",
    ]


def test_links_in_a_circle_are_followed_once(album: Path, tmp_path: Path) -> None:
    (album / "again").symlink_to(album)
    out = tmp_path / "out"
    assert names(plan([album], out, recursive=True), out) == ["a.png", "b.jpg", "sub/a.png"]


def test_folders_that_differ_in_case_get_results_of_their_own(album: Path, tmp_path: Path) -> None:
    (album / "SUB").mkdir()
    (album / "SUB" / "a.png").write_bytes((album / "a.png").read_bytes())
    out = tmp_path / "out"
    assert names(plan([album], out, recursive=True), out) == ["SUB/a.png", "a.png", "b.jpg", "sub/a-2.png"]


def test_results_of_an_earlier_run_are_not_restored_again(album: Path, tmp_path: Path) -> None:
    first = album / "out1"
    (job, *_) = plan([album], first, recursive=True)
    restore(job)
    Journal(first, {}).add(job.source, job.target)
    assert first / "a.png" not in {job.source for job in plan([album], album / "out2", recursive=True)}


@pytest.mark.parametrize("folder", ["taken", "taken/1960/07"])
def test_a_file_in_place_of_a_folder_is_said_so(album: Path, tmp_path: Path, folder: str) -> None:
    (tmp_path / "taken").write_text("a file")
    report = restore(PlannedPhoto(album / "a.png", tmp_path / folder / "a.png"))
    assert report.outcome is PhotoStatus.FAILED
    assert report.error is not None
    assert report.error.code == "file-not-folder"
    assert str(report.error).startswith(str(tmp_path / "taken") + " ")
    assert str(report.todo) == "Choose another folder."


def test_an_output_folder_that_cannot_be_made_is_said_so(album: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").symlink_to(tmp_path / "gone")
    report = restore(PlannedPhoto(album / "a.png", tmp_path / "taken" / "a.png"))
    assert report.outcome is PhotoStatus.FAILED
    assert report.error is not None
    assert report.error.code == "cannot-create-folder"
    assert "taken" in str(report.error)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"gone\.jpg"):
        plan([tmp_path / "gone.jpg"], tmp_path, recursive=False)


def test_a_photo_is_restored_and_reported(album: Path, tmp_path: Path) -> None:
    report = restore(PlannedPhoto(album / "b.jpg", tmp_path / "out" / "b.jpg"))
    assert report.outcome is PhotoStatus.DONE
    assert report.restored == 1
    assert set(report.seconds) >= {"load", "detect", "align", "restore", "compose", "save"}
    with Image.open(tmp_path / "out" / "b.jpg") as saved, Image.open(album / "b.jpg") as source:
        assert saved.size == source.size
        assert not np.array_equal(np.asarray(saved), np.asarray(source))
    record = json.loads(json.dumps(batch.report_record(report)))
    assert record["faces"][0]["state"] == "restored"


def test_a_photo_in_which_nothing_changes_is_copied_byte_for_byte(album: Path, tmp_path: Path) -> None:
    report = restore(PlannedPhoto(album / "b.jpg", tmp_path / "out" / "b.jpg"), finder=KnownFaces())
    assert report.outcome is PhotoStatus.DONE
    assert (tmp_path / "out" / "b.jpg").read_bytes() == (album / "b.jpg").read_bytes()
    assert [warning.code for warning in report.warnings] == ["copied-unchanged"]


def test_a_copy_of_a_photo_with_a_part_missing_says_so(album: Path, tmp_path: Path) -> None:
    whole = (album / "b.jpg").read_bytes()
    (album / "b.jpg").write_bytes(whole[:-500] + b"\xff\xd9")
    report = restore(PlannedPhoto(album / "b.jpg", tmp_path / "out" / "b.jpg"), finder=KnownFaces())
    assert [warning.code for warning in report.warnings] == ["copied-unchanged", "picture-data-missing"]


def test_what_is_there_already_is_not_overwritten_unless_asked(album: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"mine")
    assert restore(PlannedPhoto(album / "a.png", target)).outcome is PhotoStatus.EXISTS
    assert target.read_bytes() == b"mine"
    target.unlink()
    assert restore(PlannedPhoto(album / "b.jpg", target), format="png").outcome is PhotoStatus.DONE
    before = target.read_bytes()
    assert restore(PlannedPhoto(album / "a.png", target)).outcome is PhotoStatus.EXISTS
    assert target.read_bytes() == before
    assert restore(PlannedPhoto(album / "a.png", target), overwrite=True).outcome is PhotoStatus.DONE
    assert target.read_bytes() != before


def test_an_original_is_not_overwritten_even_if_asked(album: Path) -> None:
    """Results of album/sub go into the album, where another photo has the name of one of them."""
    before = (album / "a.png").read_bytes()
    (job,) = plan([album / "sub"], album, recursive=True)
    assert job.target == album / "a.png"
    (album / "sub" / "a.png").write_bytes((album / "b.jpg").read_bytes())  # not the same photo
    report = restore(job, format="png", overwrite=True)
    assert report.outcome is PhotoStatus.FAILED
    assert report.error is not None
    assert report.error.code == "not-a-result"
    assert (album / "a.png").read_bytes() == before


@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_a_result_says_itself_that_it_may_be_overwritten(album: Path, tmp_path: Path, format: str) -> None:
    for source in ("a.png", "b.jpg"):
        (job,) = plan([album / source], tmp_path / "out", recursive=False, format=format)
        assert restore(job, format=format).outcome is PhotoStatus.DONE
        assert restore(job, format=format, overwrite=True).outcome is PhotoStatus.DONE


def test_a_copy_of_the_photo_may_be_overwritten(album: Path, tmp_path: Path) -> None:
    job = PlannedPhoto(album / "b.jpg", tmp_path / "out" / "b.jpg")
    assert restore(job, finder=KnownFaces()).outcome is PhotoStatus.DONE
    assert restore(job, overwrite=True).restored == 1


def test_what_the_journal_names_may_be_overwritten_while_it_is_what_was_made(album: Path, tmp_path: Path) -> None:
    """A BMP has no place for the program's mark."""
    Image.open(album / "a.png").save(album / "c.bmp")
    out = tmp_path / "out"
    (job,) = plan([album / "c.bmp"], out, recursive=False)
    assert restore(job).outcome is PhotoStatus.DONE
    assert restore(job, overwrite=True).outcome is PhotoStatus.FAILED  # nobody knows it
    Journal(out, {}).add(job.source, job.target)
    assert restore(job, overwrite=True).outcome is PhotoStatus.DONE
    Journal(out, {}).add(job.source, job.target)
    made = job.target.read_bytes()
    job.target.unlink()
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(job.target)  # an original in its place
    assert restore(job, overwrite=True).outcome is PhotoStatus.FAILED
    assert not Journal(out, {}).has(job.source, job.target)
    job.target.write_bytes(made)
    moved = out.rename(tmp_path / "moved")
    assert Journal(moved, {}).has(job.source, moved / "c.bmp")  # the folder may be moved as a whole


def test_a_source_is_never_written_to(album: Path) -> None:
    before = (album / "a.png").read_bytes()
    report = restore(PlannedPhoto(album / "a.png", album / "a.png"), overwrite=True)
    assert report.outcome is PhotoStatus.FAILED
    assert (album / "a.png").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a photo", b"\xff\xd8\xff\xe0 cut short"])
def test_a_bad_photo_is_reported_and_stops_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.jpg").write_bytes(content)
    report = restore(PlannedPhoto(tmp_path / "bad.jpg", tmp_path / "out" / "bad.jpg"))
    assert report.outcome is PhotoStatus.FAILED
    assert "bad.jpg" in str(report.error)
    assert not (tmp_path / "out" / "bad.jpg").exists()


def test_a_fault_of_ours_is_reported_with_its_details(album: Path, tmp_path: Path) -> None:
    class Broken(KnownFaces):
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            raise ZeroDivisionError("by zero")

    report = restore(PlannedPhoto(album / "a.png", tmp_path / "a.png"), finder=Broken())
    assert report.outcome is PhotoStatus.FAILED
    assert "by zero" in str(report.error)
    assert "Traceback" in report.details


def test_cancelling_is_not_swallowed(album: Path, tmp_path: Path) -> None:
    progress = CancellableProgress()
    progress.cancel()
    faces = photo_with_faces((40, 60))[1]
    job = PlannedPhoto(album / "a.png", tmp_path / "out.png")
    engine = Engine(models=DrawnModels(KnownFaces(*faces), Sharpener()))
    with pytest.raises(Cancelled):
        batch.restore_photo(job, engine, BatchOptions(Edits(model="sharpener")), progress)
    assert not job.target.exists()


def test_the_journal_knows_what_is_done(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    one, two = plan([album], out, recursive=False)
    journal = Journal(out, {"strength": 80})
    assert not journal.has(one.source, one.target)
    restore(one)
    journal.add(one.source, one.target)
    again = Journal(out, {"strength": 80})
    assert again.has(one.source, one.target)
    assert not again.has(two.source, two.target)
    assert not Journal(out, {"strength": 50}).has(one.source, one.target)


def test_the_journal_knows_what_a_result_was_made_with_last(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (one, *_) = plan([album], out, recursive=False)
    restore(one)
    for strength in (80, 10):
        Journal(out, {"strength": strength}).add(one.source, one.target)
    assert not Journal(out, {"strength": 80}).has(one.source, one.target)
    assert Journal(out, {"strength": 10}).has(one.source, one.target)


def test_the_journal_forgets_what_changed_or_went(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    one, two = plan([album], out, recursive=False)
    journal = Journal(out, {})
    for job in (one, two):
        restore(job)
        journal.add(job.source, job.target)
    one.target.unlink()
    gone = PlannedPhoto(one.source.with_name("gone.png"), two.target)
    assert not journal.has(gone.source, gone.target)
    two.source.write_bytes(two.source.read_bytes() + b"\0")
    again = Journal(out, {})
    assert not again.has(one.source, one.target)
    assert not again.has(two.source, two.target)


def test_a_journal_cut_short_is_read_as_far_as_it_goes(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    one, two = plan([album], out, recursive=False)
    journal = Journal(out, {})
    for job in (one, two):
        restore(job)
        journal.add(job.source, job.target)
    file = out / JOURNAL_NAME
    file.write_bytes(file.read_bytes()[:-20])
    again = Journal(out, {})
    assert again.has(one.source, one.target)
    assert not again.has(two.source, two.target)
    again.add(two.source, two.target)
    assert Journal(out, {}).has(two.source, two.target)


def test_the_window_finds_what_the_command_line_finds(album: Path) -> None:
    """Both walk with find_photos: results of an earlier run are left out, unless their folder is named."""
    (album / "restored").mkdir()
    (album / "restored" / "a.png").write_bytes((album / "a.png").read_bytes())
    (album / "restored" / JOURNAL_NAME).write_text("")
    inside = [found.inner.as_posix() for found in find_photos([album], recursive=True)]
    assert inside == [job.source.relative_to(album).as_posix() for job in plan([album], album / "x", recursive=True)]
    assert inside == ["a.png", "b.jpg", "sub/a.png"]
    assert [found.path for found in find_photos([album / "restored"], recursive=True)] == [album / "restored" / "a.png"]
    assert [found.path.name for found in find_photos([album / "gone.jpg"], recursive=True)] == ["gone.jpg"]


def test_a_batch_goes_on_where_it_was_interrupted_and_notes_what_it_makes(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    engine = Engine(models=DrawnModels(KnownFaces(*photo_with_faces((40, 60))[1]), Sharpener()))
    options = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"))
    asked: list[tuple[int, str]] = []

    def progress_of(number: int, job: PlannedPhoto) -> SilentProgress:
        asked.append((number, job.source.name))
        return SilentProgress()

    def run(count: int) -> list[PhotoStatus]:
        jobs = plan([album], out, recursive=False)[:count]
        reports = batch.restore_all(jobs, engine, options, Journal(out, {}), progress_of, resume=True)
        return [report.outcome for report in reports]

    assert run(1) == [PhotoStatus.DONE]
    assert run(2) == [PhotoStatus.SKIPPED, PhotoStatus.DONE]
    assert asked == [(0, "a.png"), (0, "a.png"), (1, "b.jpg")]


def test_a_journal_that_cannot_be_written_is_told_and_stops_nothing(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / JOURNAL_NAME).mkdir(parents=True)
    engine = Engine(models=DrawnModels(KnownFaces(), Sharpener()))
    jobs = plan([album], out, recursive=False)
    reports = batch.restore_all(
        jobs, engine, BatchOptions(Edits(model="m")), Journal(out, {}), lambda *_: SilentProgress()
    )
    for report in reports:
        assert report.outcome is PhotoStatus.DONE
        assert report.warnings[-1].code == "journal-unwritable"
