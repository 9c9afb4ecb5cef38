"""One bad entry costs only itself: folders that may not be read, links to themselves, names that are too long."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gpen_desktop.core.batch import batch
from gpen_desktop.core.batch.album import PlannedPhoto, find_photos, plan
from gpen_desktop.core.batch.batch import BatchOptions, PhotoStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export_plan import ExportPlan, targets
from gpen_desktop.core.output.journal import Journal
from gpen_desktop.core.progress import SilentProgress
from tests.narrowing import the
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener
from tests.unit.core.made_files import picture, save


class Item(NamedTuple):
    path: Path
    edits: Edits


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """a.png and z.png, and between them locked/p.png."""
    folder = tmp_path / "album"
    (folder / "locked").mkdir(parents=True)
    for name in ("a.png", "locked/p.png", "z.png"):
        save(picture(), folder / name)
    return folder


@pytest.fixture
def deny(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, str], None]:
    """Have the system refuse what lies in a folder, as it does to all but root: 'entering' it, or also 'listing' it."""

    def within(folder: Path, path: Any) -> bool:
        return folder in Path(os.fsdecode(path)).parents

    def denied(path: Any) -> PermissionError:
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def refuse(folder: Path, what: str) -> None:
        def guarded(call: Callable[..., Any], applies: Callable[[Any], bool]) -> Callable[..., Any]:
            def asked(path: Any, *args: Any, **named: Any) -> Any:
                if isinstance(path, str | os.PathLike) and applies(path):
                    raise denied(path)
                return call(path, *args, **named)

            return asked

        for name in ("stat", "lstat", "open"):
            monkeypatch.setattr(os, name, guarded(getattr(os, name), lambda path: within(folder, path)))
        if what == "listing":
            monkeypatch.setattr(os, "scandir", guarded(os.scandir, lambda path: Path(path) == folder))

    return refuse


def restore(jobs: tuple[PlannedPhoto, ...], out: Path) -> dict[str, batch.PhotoReport]:
    engine = Engine(models=DrawnModels(KnownFaces(), Sharpener()))
    options = BatchOptions(Edits(model="sharpener"))
    reports = batch.restore_all(jobs, engine, options, Journal(out, {}), lambda *_: SilentProgress())
    return {Path(report.source).name: report for report in reports}


def check_only_one_is_bad(reports: dict[str, batch.PhotoReport], bad: str, told: str) -> None:
    assert {name for name, report in reports.items() if report.outcome is not PhotoStatus.DONE} == {bad}
    assert {"a.png", "z.png"} <= set(reports)
    assert told in str(reports[bad].error)


def test_a_folder_that_may_not_be_read_costs_only_itself(
    album: Path, tmp_path: Path, deny: Callable[[Path, str], None]
) -> None:
    deny(album / "locked", "listing")
    jobs = plan([album], tmp_path / "out", recursive=True)
    reports = restore(jobs, tmp_path / "out")
    check_only_one_is_bad(reports, "locked", "You do not have permission to read the folder 'locked'.")
    assert the(reports["locked"].error).code == "folder-unreadable"


def test_a_folder_that_is_gone_meanwhile_costs_only_itself(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = os.scandir

    def gone(path: Path) -> Any:
        if path == album / "locked":
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return listing(path)

    monkeypatch.setattr(os, "scandir", gone)
    reports = restore(plan([album], tmp_path / "out", recursive=True), tmp_path / "out")
    check_only_one_is_bad(reports, "locked", "Could not read the folder 'locked': No such file or directory.")


def test_a_folder_that_may_be_listed_but_not_entered_costs_only_its_photos(
    album: Path, tmp_path: Path, deny: Callable[[Path, str], None]
) -> None:
    deny(album / "locked", "entering")
    reports = restore(plan([album], tmp_path / "out", recursive=True), tmp_path / "out")
    check_only_one_is_bad(reports, "p.png", "you do not have permission to read it")


def test_a_photo_named_in_a_locked_folder_costs_only_itself(
    album: Path, tmp_path: Path, deny: Callable[[Path, str], None]
) -> None:
    deny(album / "locked", "listing")
    jobs = plan([album / "a.png", album / "locked" / "p.png", album / "z.png"], tmp_path / "out", recursive=False)
    check_only_one_is_bad(restore(jobs, tmp_path / "out"), "p.png", "you do not have permission to read it")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
@pytest.mark.parametrize("by_name", [False, True])
def test_a_link_to_itself_costs_only_itself(album: Path, tmp_path: Path, by_name: bool) -> None:
    (album / "self.png").symlink_to(album / "self.png")
    (album / "self").symlink_to(album / "self")  # not even named like a photo
    named = [album / name for name in ("a.png", "self.png", "z.png")]
    reports = restore(plan(named if by_name else [album], tmp_path / "out", recursive=True), tmp_path / "out")
    check_only_one_is_bad(reports, "self.png", "symbolic links")


def test_a_name_that_is_too_long_costs_only_itself(album: Path, tmp_path: Path) -> None:
    long = album / ("x" * 300 + ".png")
    jobs = plan([album / "a.png", long, album / "z.png"], tmp_path / "out", recursive=False)
    check_only_one_is_bad(restore(jobs, tmp_path / "out"), long.name, "too long")


def test_an_export_into_a_locked_folder_is_planned_and_refused_when_saved(
    album: Path, deny: Callable[[Path, str], None]
) -> None:
    deny(album / "locked", "listing")
    item = Item(album / "a.png", Edits())
    for existing in ("number", "skip", "overwrite"):
        (target,) = targets([(1, item)], ExportPlan(album / "locked", "{name}", existing=existing))
        assert target.path == album / "locked" / "a.png"


def test_the_window_finds_the_rest_too(album: Path, deny: Callable[[Path, str], None]) -> None:
    deny(album / "locked", "listing")
    found = list(find_photos([album], recursive=True))
    assert [each.path.name for each in found if each.problem is None] == ["a.png", "z.png"]
