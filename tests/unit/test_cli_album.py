"""Names of results, the page about them, and doing again what failed."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gpen_desktop import paths
from gpen_desktop.cli.exits import Exit
from gpen_desktop.core.batch.batch import COPIED, PhotoReport, PhotoStatus
from gpen_desktop.core.batch.report_page import page
from gpen_desktop.core.output.journal import JOURNAL_NAME
from gpen_desktop.core.stages.automatic import DUSTY
from gpen_desktop.core.types import StageResult
from gpen_desktop.messages import say
from gpen_desktop.models import catalog, store
from gpen_desktop.models.fingerprints import sha256_of
from tests.unit.command_line import run

GOLDEN = Path(__file__).parents[1] / "golden"
SAMPLE = paths.samples() / "hopper_small_blurry.jpg"


def planned(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[str]:
    assert run("restore", *arguments, "--dry-run", "--quiet") == Exit.ALL_DONE
    return [line.rpartition(" -> ")[2] for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """a.jpg, bad.jpg, sub/a.jpg."""
    folder = tmp_path / "album"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.jpg", "sub/a.jpg"):
        shutil.copy(SAMPLE, folder / name)
    (folder / "bad.jpg").write_bytes(b"no photo")
    return folder


def test_results_are_named_by_pattern(album: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    names = planned(capsys, album, "-o", out, "--recursive", "--name", "{number} {name}_restored")
    assert names == [
        str(out / name) for name in ("001 a_restored.jpg", "002 bad_restored.jpg", "sub/003 a_restored.jpg")
    ]
    assert run("restore", album, "-o", out, "--name", "{nonsense}") == Exit.USAGE
    assert "{nonsense}" in capsys.readouterr().err


@pytest.mark.parametrize("output", ["out", "out/x.png"])
def test_a_mark_that_no_font_can_draw_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    assert run("restore", SAMPLE, "-o", tmp_path / output, "--mark", "\U0001f9ff mine") == Exit.USAGE
    assert not list(tmp_path.iterdir())
    told = capsys.readouterr().err
    assert "No font" in told
    assert "install a font" in told


@pytest.mark.parametrize(("name", "format"), [("x.png", "PNG"), ("x.jpg", "JPEG"), ("x.tiff", "TIFF")])
def test_a_single_photo_becomes_the_file_that_is_named(tmp_path: Path, name: str, format: str) -> None:
    assert run("restore", SAMPLE, "-o", tmp_path / "new" / name, "--quiet") == Exit.ALL_DONE
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]
    with Image.open(tmp_path / "new" / name) as result:
        assert result.format == format
    assert run("restore", SAMPLE, "-o", tmp_path / "new" / name, "--quiet") == Exit.NOTHING_DONE  # it is there


def test_a_name_is_a_folder_where_it_can_be_nothing_else(
    album: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there.jpg").mkdir()
    assert planned(capsys, SAMPLE, "-o", tmp_path / "there.jpg") == [str(tmp_path / "there.jpg" / SAMPLE.name)]
    assert planned(capsys, album, "-o", tmp_path / "x.jpg")[0] == str(tmp_path / "x.jpg" / "a.jpg")
    assert planned(capsys, SAMPLE, "-o", tmp_path / "1960.07") == [str(tmp_path / "1960.07" / SAMPLE.name)]
    assert run("restore", SAMPLE, "-o", tmp_path / "x.png", "--format", "jpeg") == Exit.USAGE
    assert run("restore", tmp_path / "gone.jpg", "-o", tmp_path / "x.png") == Exit.USAGE


@pytest.mark.parametrize("output", ["taken", "taken/new", "taken/x.png"])
def test_a_file_in_place_of_the_folder_is_told_once_and_before_anything_starts(
    album: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    (tmp_path / "taken").write_text("mine")
    assert run("restore", album, "-o", tmp_path / output, "--recursive") == Exit.NOTHING_DONE
    (told,) = capsys.readouterr().err.splitlines()
    assert told == f"gpen-desktop: {tmp_path / 'taken'} is a file, not a folder. Choose another folder."
    assert (tmp_path / "taken").read_text() == "mine"


def test_what_failed_is_done_again_in_its_place(album: Path, tmp_path: Path) -> None:
    out, report, html = tmp_path / "out", tmp_path / "r.json", tmp_path / "r.html"
    command = ("restore", album, "-o", out, "--recursive", "--quiet", "--report", report)
    assert run(*command, "--report", html) == Exit.SOME_FAILED
    made = (out / "a.jpg").stat().st_mtime_ns
    assert "bad.jpg" in html.read_text(encoding="utf-8")
    shutil.copy(SAMPLE, album / "bad.jpg")
    assert run(*command, "--retry", report) == Exit.ALL_DONE
    photos = json.loads(report.read_text(encoding="utf-8"))["photos"]
    assert [Path(each["target"]) for each in photos] == [out / "bad.jpg"]
    assert (out / "a.jpg").stat().st_mtime_ns == made
    assert (out / JOURNAL_NAME).is_file()
    last = report.read_bytes()
    html.unlink()
    empty = tmp_path / "new" / "empty.json"
    assert run(*command, "--report", empty, "--report", html, "--retry", report) == Exit.ALL_DONE  # nothing is left
    told = json.loads(empty.read_text(encoding="utf-8"))
    assert (told["photos"], "model" in told) == ([], False)
    assert "There was nothing to do." in html.read_text(encoding="utf-8")
    assert report.read_bytes() == last
    assert run(*command, "--report", empty, "--retry", empty) == Exit.ALL_DONE
    assert run(*command, "--retry", album / "a.jpg") == Exit.USAGE


def test_the_page_needs_nothing_else_and_obeys_no_name(tmp_path: Path) -> None:
    evil = tmp_path / "<img src=x onerror=alert(1)>.jpg"
    shutil.copy(SAMPLE, evil)
    failed = PhotoReport("gone.jpg", None, PhotoStatus.FAILED, error=say("no-such-file", "there is no such file"))
    done = PhotoReport(str(evil), str(SAMPLE), PhotoStatus.DONE, faces=({"state": "restored"},))
    text = page([done, failed, PhotoReport("c.jpg", "d.jpg", PhotoStatus.SKIPPED)], "GPEN & co")
    assert text.index("gone.jpg") < text.index("onerror")  # what failed comes first
    assert "<img src=x" not in text
    assert "GPEN &amp; co" in text
    assert "Photos: 3 (1 restored, 1 finished earlier, 1 failed). Faces restored: 1." in text
    assert text.count('src="data:image/jpeg;base64,') == 2
    assert re.findall(r'">(before|after)</td>', text) == ["before", "after"]  # to be seen, not only told
    assert not re.findall(r'(?:src|href)="(?!data:)|https?:|url\(|@import|<script', text)


def test_the_page_says_what_was_done_what_is_asked_and_what_was_left() -> None:
    stages = (
        StageResult("repair", 0, say("dust-seen", "Dust seen"), DUSTY),
        StageResult("tone", 100, say("did-tone", "Faded tones restored")),
        StageResult("clean", 0, say("nothing", "Nothing to clean")),
    )
    toned = PhotoReport("a.jpg", "b.jpg", PhotoStatus.DONE, stages=stages, faces=({"state": "restored"},))
    left = PhotoReport("c.jpg", "d.jpg", PhotoStatus.DONE, warnings=(COPIED,), faces=({"state": "already-sharp"},))
    text = page([toned, left], "")
    assert "Photos: 2 (1 restored, 1 unchanged). Faces restored: 1." in text
    assert re.findall(r"</b><br>([^<]*)<ul>(.*?)</ul>", text) == [
        ("restored, faces: 1 of 1", "<li>Dust seen</li><li>Faded tones restored</li>"),
        ("unchanged", ""),
    ]


def test_photos_that_went_away_have_no_pictures() -> None:
    text = page([PhotoReport("gone.jpg", "gone too.jpg", PhotoStatus.DONE)] * 3, "")
    assert "data:image" not in text


def install(name: str, monkeypatch: pytest.MonkeyPatch, weights: bytes = b"weights") -> Path:
    """A file that the catalogue vouches for."""
    info = catalog.by_name(name)
    assert info is not None
    paths.user_weights().mkdir(parents=True, exist_ok=True)
    file = paths.user_weights() / info.file
    file.write_bytes(weights)
    pinned = replace(info, bytes=len(weights), sha256=sha256_of(file))
    models = tuple(pinned if other.name == name else other for other in catalog.MODELS)
    monkeypatch.setattr(catalog, "MODELS", models)
    monkeypatch.setattr(store, "MODELS", models)
    return file


def test_what_auto_stands_for_is_among_the_options_of_a_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that is installed between two runs may find or paint otherwise: what is finished is finished no more."""
    monkeypatch.setattr(paths, "user_weights", lambda: tmp_path / "weights")
    install("gpen-colorization-1024", monkeypatch, (GOLDEN / "gpen_tiny_64.pth").read_bytes())
    Image.new("RGB", (80, 60), (90, 120, 60)).save(tmp_path / "photo.png")
    command = (tmp_path / "photo.png", "-o", tmp_path / "out", "--no-auto", "--colour", "50")
    assert run("restore", *command) == Exit.ALL_DONE
    capsys.readouterr()
    for better in ("retinaface-resnet50", "parsenet", "ddcolor"):
        assert "finished earlier" in planned(capsys, *command, "--resume")[0]
        file = install(better, monkeypatch)
        assert "finished earlier" not in planned(capsys, *command, "--resume")[0]
        file.unlink()
