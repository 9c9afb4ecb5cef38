"""The journal, and going on after an interruption: every doubt ends in doing a photo again, and none is doubled."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core.batch import batch
from gpen_desktop.core.batch.album import PlannedPhoto, plan
from gpen_desktop.core.batch.batch import BatchOptions, PhotoStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.output.journal import JOURNAL_NAME, Journal, is_journalled
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.errors import OptionError
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces

DONE, SKIPPED, EXISTS, FAILED = PhotoStatus.DONE, PhotoStatus.SKIPPED, PhotoStatus.EXISTS, PhotoStatus.FAILED


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """a.png, b.jpg, c.bmp, each with a face."""
    folder = tmp_path / "album"
    folder.mkdir()
    picture = Image.fromarray(photo_with_faces((40, 60))[0].pixels)
    for name in ("a.png", "b.jpg", "c.bmp"):
        picture.save(folder / name)
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def run(
    album: Path, out: Path, *, resume: bool = True, pattern: str = "{name}", **options: object
) -> list[PhotoStatus]:
    """Restore an album; what became of each photo."""
    engine = Engine(models=DrawnModels(KnownFaces(*photo_with_faces((40, 60))[1]), Sharpener()))
    wanted = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"))
    jobs = plan([album], out, recursive=True, pattern=pattern)
    reports = batch.restore_all(jobs, engine, wanted, Journal(out, options), lambda *_: SilentProgress(), resume=resume)
    return [report.outcome for report in reports]


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.name: (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.iterdir()
        if path.name != JOURNAL_NAME
    }


@pytest.mark.parametrize(
    "line", ["null", "5", '"a.png"', "[]", "[1, 2]", '["a.png", []]', "{}", '{"name": 5}', "[" * 100_000, "\0", "{"]
)
def test_a_line_that_makes_no_sense_is_passed_over(album: Path, out: Path, line: str) -> None:
    assert run(album, out) == [DONE] * 3
    with (out / JOURNAL_NAME).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    assert run(album, out) == [SKIPPED] * 3
    assert is_journalled(out / "c.bmp")


def test_a_journal_may_be_cut_at_any_byte(album: Path, out: Path) -> None:
    run(album, out)
    journal = (out / JOURNAL_NAME).read_bytes()
    jobs = plan([album], out, recursive=False)
    known = []
    for length in range(len(journal) + 1):
        (out / JOURNAL_NAME).write_bytes(journal[:length])
        known.append([Journal(out, {}).has(job.source, job.target) for job in jobs])
    assert known[0] == [False] * 3
    assert known[-1] == [True] * 3
    assert known == sorted(known)  # one after the other, and none is forgotten again


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
@pytest.mark.timeout(30)
def test_a_journal_that_is_a_pipe_is_not_waited_for(album: Path, out: Path) -> None:
    out.mkdir()
    os.mkfifo(out / JOURNAL_NAME)
    problem = Journal(out, {}).problem
    assert problem is not None
    assert problem.code == "journal-unreadable"
    assert run(album, out) == [DONE] * 3
    assert not is_journalled(out / "c.bmp")


@pytest.mark.parametrize("resume", [False, True])
def test_results_in_the_album_are_not_restored_again(album: Path, resume: bool) -> None:
    """-o names the album itself: 3 photos became 6, then 12 files."""
    assert run(album, album) == [DONE] * 3
    before = files(album)
    assert len(before) == 6
    assert run(album, album, resume=resume) == [SKIPPED if resume else EXISTS] * 3
    assert files(album) == before


@pytest.mark.parametrize("pattern", ["{name}", "{name}_restored"])
def test_results_in_the_album_whose_lines_were_lost_are_no_photos(album: Path, pattern: str) -> None:
    """As when an album is copied without hidden files. Each run restored what those before it made."""
    (album / "c.bmp").unlink()  # a BMP has no place for the program's mark
    assert run(album, album, pattern=pattern) == [DONE] * 2
    before = sorted(files(album))
    assert len(before) == 4
    (album / JOURNAL_NAME).unlink()
    assert run(album, album, resume=False, pattern=pattern) == [EXISTS] * 2
    assert run(album, album, pattern=pattern) == [DONE] * 2
    assert run(album, album, pattern=pattern) == [SKIPPED] * 2
    assert sorted(files(album)) == before


def test_what_only_looks_like_a_result_is_a_photo(album: Path) -> None:
    """Where no journal tells, a result has a result's name and this program's mark; a copy may be the user's own."""
    run(album, album)
    (album / JOURNAL_NAME).unlink()
    shutil.copy(album / "b-2.jpg", album / "marked.jpg")
    Image.open(album / "a.png").rotate(5).save(album / "a-2.png")
    shutil.copy(album / "c.bmp", album / "c-2.bmp")
    names = {job.source.name for job in plan([album], album, recursive=False)}
    assert names == {"a.png", "a-2.png", "b.jpg", "marked.jpg", "c.bmp", "c-2.bmp"}
    named = [album / "b.jpg", album / "b-2.jpg"]
    assert [job.source for job in plan(named, album, recursive=False)] == named


@pytest.fixture
def obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that says it is read-only is so, for root too."""
    opening = Path.open

    def opened(path: Path, mode: str = "r", *args: Any, **named: Any) -> Any:
        if "a" in mode and path.exists() and not path.stat().st_mode & stat.S_IWUSR:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opening(path, mode, *args, **named)

    monkeypatch.setattr(Path, "open", opened)


@pytest.mark.usefixtures("obeyed")
def test_a_read_only_journal_is_added_to(album: Path) -> None:
    """As it comes from a disc. Without a line for them results in the album were restored as photos, twice as many in
    each run, and a BMP's was in the way for ever."""
    (album / JOURNAL_NAME).touch()
    (album / JOURNAL_NAME).chmod(0o444)
    assert run(album, album) == [DONE] * 3
    before = files(album)
    assert run(album, album) == [SKIPPED] * 3
    assert files(album) == before


@pytest.mark.usefixtures("obeyed")
def test_planning_leaves_a_read_only_journal_as_it_is(album: Path) -> None:
    (album / JOURNAL_NAME).touch()
    (album / JOURNAL_NAME).chmod(0o444)
    before = (album / JOURNAL_NAME).stat()
    assert len(plan([album], album, recursive=False)) == 3
    after = (album / JOURNAL_NAME).stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_results_are_not_put_among_photos_where_no_journal_tells_them_apart(album: Path, out: Path) -> None:
    (album / JOURNAL_NAME).mkdir()
    with pytest.raises(OptionError) as told:
        run(album, album)
    assert told.value.what.code == "journal-unusable"
    (out / JOURNAL_NAME).mkdir(parents=True)
    assert run(album, out) == [DONE] * 3  # nothing can be mistaken there


def test_what_takes_the_place_of_a_result_is_a_photo(album: Path) -> None:
    run(album, album)
    shutil.copy(album / "b.jpg", album / "a-2.png")
    assert album / "a-2.png" in {job.source for job in plan([album], album, recursive=False)}


def test_other_options_are_restored_again(album: Path, out: Path) -> None:
    run(album, out, strength=80)
    assert run(album, out, resume=False, strength=20) == [EXISTS] * 3
    assert run(album, out, strength=20) == [DONE] * 3
    assert run(album, out, strength=20) == [SKIPPED] * 3


def test_other_bytes_of_the_same_size_and_time_are_restored_again(album: Path, out: Path) -> None:
    run(album, out)
    photo = album / "c.bmp"
    before = photo.stat()
    photo.write_bytes(photo.read_bytes()[:-1] + b"\x07")
    os.utime(photo, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run(album, out) == [SKIPPED, SKIPPED, DONE]


def test_photos_and_results_that_were_touched_or_moved_are_still_known(album: Path, out: Path, tmp_path: Path) -> None:
    run(album, out)
    for file in (album / "a.png", out / "b.jpg"):
        os.utime(file)
    assert run(album.rename(tmp_path / "moved"), Path(shutil.move(out, tmp_path / "out 2"))) == [SKIPPED] * 3


@pytest.mark.parametrize("name", ["a.png", "b.jpg"])
def test_a_kill_between_naming_a_result_and_noting_it_is_made_good(album: Path, out: Path, name: str) -> None:
    run(album, out)
    lines = (out / JOURNAL_NAME).read_text().splitlines()
    (out / JOURNAL_NAME).write_text("\n".join(line for line in lines if name not in line))
    assert sorted(run(album, out)) == [DONE, SKIPPED, SKIPPED]
    assert run(album, out) == [SKIPPED] * 3


def test_a_bmp_whose_line_was_lost_is_made_again_and_somebodys_is_left_alone(album: Path, out: Path) -> None:
    """It has no place for the program's mark. Whether it is a result shows when it is made again."""
    run(album, out)
    lines = (out / JOURNAL_NAME).read_text().splitlines()
    without = "\n".join(line for line in lines if "c.bmp" not in line)
    (out / JOURNAL_NAME).write_text(without)
    before = files(out)
    assert run(album, out) == [SKIPPED, SKIPPED, DONE]
    assert {name: content for name, (_, content) in files(out).items()} == {n: c for n, (_, c) in before.items()}
    assert run(album, out) == [SKIPPED] * 3
    (out / JOURNAL_NAME).write_text(without)
    Image.fromarray(np.rot90(np.asarray(Image.open(out / "c.bmp")))).save(out / "c.bmp")
    before = files(out)
    assert run(album, out) == [SKIPPED, SKIPPED, FAILED]
    assert files(out) == before


@pytest.mark.parametrize("noted", [False, True])
def test_an_empty_result_is_made_again(album: Path, out: Path, noted: bool) -> None:
    """On a disk without hard links a kill leaves the name that was claimed."""
    run(album, out)
    if not noted:
        (out / JOURNAL_NAME).unlink()
    for name in ("a.png", "b.jpg", "c.bmp"):
        (out / name).write_bytes(b"")
    assert run(album, out, resume=False) == [EXISTS] * 3
    assert run(album, out) == [DONE] * 3
    assert all((out / name).stat().st_size for name in ("a.png", "b.jpg", "c.bmp"))


def test_what_somebody_altered_is_left_alone(album: Path, out: Path) -> None:
    run(album, out)
    with Image.open(out / "a.png") as result:
        exif = result.getexif()  # it still names this program
        turned = Image.fromarray(np.rot90(np.asarray(result)))
    turned.save(out / "a.png", exif=exif)
    before = files(out)
    assert run(album, out) == [EXISTS, SKIPPED, SKIPPED]
    assert run(album, out, strength=20)[0] is EXISTS
    assert files(out)["a.png"] == before["a.png"]


def test_another_original_in_the_place_of_a_result_is_left_alone(album: Path, out: Path) -> None:
    out.mkdir()
    shutil.copy(album / "b.jpg", out / "a.png")
    before = files(out)
    assert run(album, out) == [FAILED, DONE, DONE]
    assert files(out)["a.png"] == before["a.png"]


def test_a_source_that_went_away_is_not_finished(album: Path, out: Path) -> None:
    run(album, out)
    (album / "a.png").unlink()
    assert not Journal(out, {}).has(album / "a.png", out / "a.png")
    job = PlannedPhoto(album / "a.png", out / "a.png")
    Journal(out, {}).add(album / "b.jpg", out / "b.jpg")
    with pytest.raises(OSError, match="No such file"):
        Journal(out, {}).add(job.source, job.target)


def kill_when_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """End the run right after a result got its name."""
    linking = os.link

    def link(source: Path, target: Path) -> None:
        linking(source, target)
        if Path(target).name == name:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", link)


@pytest.mark.parametrize("photo", ["a.png", "c.bmp"])
def test_a_result_is_noted_before_it_has_its_name(album: Path, photo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results in the album itself: one that nobody noted was a photo to the next run, and restored again; a BMP, which
    has no place for the program's mark, was in the way for ever."""
    before = set(files(album))
    made = photo.replace(".", "-2.")
    with monkeypatch.context() as patch:
        kill_when_named(patch, made)
        with pytest.raises(KeyboardInterrupt):
            run(album, album, resume=False)
    assert made in files(album)
    assert FAILED not in run(album, album)
    assert set(files(album)) == before | {"a-2.png", "b-2.jpg", "c-2.bmp"}
    assert run(album, album) == [SKIPPED] * 3


def test_a_note_without_its_result_says_nothing(album: Path, out: Path, tmp_path: Path) -> None:
    """A kill between the note and the name, where an older result was to be replaced."""
    run(album, out)
    shutil.copy(album / "b.jpg", tmp_path / "made")
    Journal(out, {"strength": 20}).add(album / "a.png", out / "a.png", tmp_path / "made")
    assert not Journal(out, {"strength": 20}).has(album / "a.png", out / "a.png")
    assert not Journal(out, {}).was_altered(out / "a.png")
    assert run(album, out, strength=20) == [DONE] * 3
    assert run(album, out, strength=20) == [SKIPPED] * 3


def test_what_interrupted_runs_left_is_removed_and_what_others_write_stays(album: Path, out: Path) -> None:
    out.mkdir()
    old, young, locked, linked = (out / f".gpen-{name}.part" for name in ("old", "young", "locked", "linked"))
    for file in (old, young, locked):
        file.write_bytes(b"half a photo")
    linked.symlink_to(album / "a.png")
    for file in (old, locked):
        os.utime(file, (0, 0))
    fcntl = pytest.importorskip("fcntl")
    with locked.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        run(album, out)
        assert {file.name for file in out.glob(".gpen-*.part")} == {young.name, locked.name, linked.name}
    assert (album / "a.png").is_file()
