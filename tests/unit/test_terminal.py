"""What reaches the terminal, and what becomes of the work when nobody listens or the report cannot be written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gpen_desktop import paths
from gpen_desktop.cli.exits import Exit
from gpen_desktop.cli.terminal import printable, printable_lines
from gpen_desktop.core.photo_files import atomic
from tests.unit.command_line import run

SAMPLE = paths.samples() / "hopper_small_blurry.jpg"
EVIL = "a\x1b[2J\x9b31m\r\nb\u202egpj.jpg"
SHOWN = r"a\u001b[2J\u009b31m\u000d\u000ab\u202egpj.jpg"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names, and no closed pipes")


def test_what_a_terminal_would_obey_is_shown() -> None:
    assert printable(EVIL) == SHOWN
    assert printable("家庭 1960 👨‍👩‍👧 é.jpg") == "家庭 1960 👨‍👩‍👧 é.jpg"
    text = json.dumps({EVIL: [1, 2]}, indent=2, ensure_ascii=False)
    assert json.loads(printable_lines(text)) == {EVIL: [1, 2]}


@pytest.mark.parametrize(
    "command",
    [
        "restore PHOTO -o OUT --model builtin-256",
        "restore PHOTO -o OUT --dry-run",
        "restore PHOTO-gone -o OUT",
        "restore PHOTO -o OUT --strength PHOTO",
        "restore PHOTO -o OUT --PHOTO",
        "restore PHOTO -o OUT --model PHOTO-gone",
        "faces PHOTO",
        "models import PHOTO",
        "models import PHOTO-gone",
        "models verify PHOTO",
        "models remove PHOTO",
        "bench photo PHOTO",
        "bench PHOTO",
    ],
)
def test_no_name_moves_the_cursor(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = tmp_path / EVIL
    photo.write_bytes(b"no photo")
    parts = [part.replace("PHOTO", str(photo)).replace("OUT", str(tmp_path / "out")) for part in command.split()]
    try:
        run(*parts)
    except SystemExit as stopped:
        assert stopped.code == Exit.USAGE  # noqa: PT017  -- either way is fine
    told = "".join(capsys.readouterr())
    assert "gpj.jpg" in told
    assert not {"\x1b", "\x9b", "\r", "\u202e"} & set(told)


def test_faces_are_told_and_listed_under_such_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = Path(shutil.copy(SAMPLE, tmp_path / EVIL))
    assert run("faces", photo) == Exit.ALL_DONE
    assert SHOWN in capsys.readouterr().out
    assert run("faces", photo, "--json") == Exit.ALL_DONE
    told = capsys.readouterr().out
    assert "\x9b" not in told
    assert list(json.loads(told)) == [str(photo)]


@pytest.mark.parametrize("end", ["stdout", "stderr"])
def test_a_reader_that_goes_away_does_not_end_an_album(tmp_path: Path, end: str) -> None:
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(SAMPLE, tmp_path / name)
    reading, writing = os.pipe()
    os.close(reading)  # as `| head -1` leaves it
    options = ["--dry-run"] if end == "stdout" else []
    arguments: list[str | Path] = ["restore", tmp_path, "-o", tmp_path / "out", *options]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {end: writing}
    done = subprocess.run([sys.executable, "-m", "gpen_desktop", *arguments], check=False, text=True, **streams)
    os.close(writing)
    assert (done.returncode, done.stdout or "", done.stderr or "") == (Exit.ALL_DONE, "", "")
    if end == "stderr":
        assert all((tmp_path / "out" / name).is_file() for name in ("a.jpg", "b.jpg"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a disk that is always full is a device of Linux")
@pytest.mark.parametrize("way", ["a full disk", "not to be written"])
def test_words_that_cannot_be_written_do_not_end_an_album(tmp_path: Path, way: str) -> None:
    """As of `2> album.log`, and of a terminal that is gone."""
    shutil.copy(SAMPLE, tmp_path / "a.jpg")
    arguments: list[str | Path] = ["restore", tmp_path, "-o", tmp_path / "out", "--report", tmp_path / "r.json"]
    with open(*(("/dev/full", "w") if way == "a full disk" else (SAMPLE, "r"))) as told:  # noqa: PTH123  -- either
        done = subprocess.run([sys.executable, "-m", "gpen_desktop", *arguments], check=False, stderr=told)
    assert done.returncode == Exit.ALL_DONE
    assert json.loads((tmp_path / "r.json").read_text())["photos"][0]["outcome"] == "done"


@pytest.mark.parametrize("photos", ["good", "good and bad"])
def test_a_report_that_cannot_be_written_does_not_belie_what_was_done(
    tmp_path: Path, photos: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(SAMPLE, tmp_path)
    if photos == "good and bad":
        (tmp_path / "bad.jpg").write_bytes(b"no photo")
    writing = atomic.write

    def full(path: Path, data: bytes, **how: Any) -> None:
        if path.suffix == ".json":
            path = path.parent / "gone" / path.name
        writing(path, data, **how)

    monkeypatch.setattr(atomic, "write", full)
    command = ("restore", tmp_path, "-o", tmp_path / "out", "--report", tmp_path / "r.json", "--quiet")
    assert run(*command) == Exit.SOME_FAILED
    assert "Could not save r.json" in capsys.readouterr().err
    assert (tmp_path / "out" / SAMPLE.name).is_file()


def test_a_report_that_can_never_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "r.json").mkdir()
    command = ("restore", SAMPLE, "-o", tmp_path / "out", "--report", tmp_path / "r.json", "--quiet")
    assert run(*command) == Exit.NOTHING_DONE
    assert not (tmp_path / "out").exists()
