"""An album's figures: of programs that do the same work, in turns, and of memory that grows or stays."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from gpen_desktop.bench import album

PROGRAM = """
import argparse, json, pathlib, shutil, sys, time
options = argparse.ArgumentParser()
options.add_argument("command"); options.add_argument("album", type=pathlib.Path)
options.add_argument("-o", type=pathlib.Path); options.add_argument("--quiet", action="store_true")
{more}
given = options.parse_args()
given.o.mkdir()
with open({log!r}, "a") as log:
    log.write(json.dumps([{name!r}, sys.argv[1:]]) + "\\n")
for photo in sorted(given.album.iterdir()):
    shutil.copy(photo, given.o)
time.sleep({seconds})
sys.exit({code})
"""


def checkout(folder: Path, log: Path, *, has_auto: bool, seconds: float = 0.3, code: int = 0) -> Path:
    """A program that does nothing but copy photos."""
    package = folder / "gpen_desktop"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    more = 'options.add_argument("--auto", action=argparse.BooleanOptionalAction)' if has_auto else ""
    text = PROGRAM.format(more=more, log=str(log), name=folder.name, seconds=seconds, code=code)
    (package / "__main__.py").write_text(text, encoding="utf-8")
    return folder


def test_both_checkouts_restore_faces_alone_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setattr(album, "_HERE", checkout(tmp_path / "new", log, has_auto=True))
    old = checkout(tmp_path / "old", log, has_auto=False, seconds=1.2)
    figures = album.run(photos=6, rounds=2, against=old)
    runs = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    of_one_photo, of_the_album = runs[:2], runs[2:]
    assert [(name, Path(arguments[1]).name) for name, arguments in of_one_photo] == [("new", "one"), ("old", "one")]
    assert [name for name, _ in of_the_album] == ["new", "old", "old", "new", "new", "new"]
    assert all(Path(arguments[1]).name == "album" for _, arguments in of_the_album)
    assert all(("--no-auto" in arguments) == (name == "new") for name, arguments in runs)
    assert figures["photos"] == 6
    assert figures["times_the_other"] > 1
    assert len(figures["two_at_once"]["share_of_one"]) == 2
    assert figures["this"]["memory_mb"]["grown"] is None  # too few photos to tell
    json.dumps(figures)


def test_memory_is_told_after_fifty_photos_and_at_the_end() -> None:
    grown = tuple((done, (500 + done) * 10**6) for done in range(0, 401, 5))
    told = album.figures_of([album.Run(60.0, grown)], 400)["memory_mb"]
    assert (told["after_50"], told["end"], told["most"]) == (560, 888, 900)
    assert told["grown"] == 328


def test_a_run_that_fails_is_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(album, "_HERE", checkout(tmp_path / "new", tmp_path / "log", has_auto=True, code=3))
    with pytest.raises(subprocess.CalledProcessError):
        album.run(photos=2, rounds=1)
