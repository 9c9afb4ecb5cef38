"""Getting the pictures of the whole-photo networks, from an archive that the test makes itself."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from gpen_desktop.errors import OptionError, SaveError
from gpen_desktop.lab.training.photos import fetch, photo_bank

pytestmark = pytest.mark.skipif(
    not (shutil.which("dpkg-deb") and Path("/usr/lib/apt/apt-helper").is_file()), reason="no apt or dpkg-deb here"
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with one package: a small picture to learn on, a large one to hold out, one that nobody asks for."""
    inside = tmp_path / "package"
    pictures = inside / "usr/share/pictures"
    (pictures / "far").mkdir(parents=True)
    for name, shape in (("a.png", (40, 60, 3)), ("far/b.png", (1200, 1600, 3)), ("c.png", (8, 8, 3))):
        cv2.imwrite(str(pictures / name), np.full(shape, 90, np.uint8))
    (inside / "DEBIAN").mkdir()
    (inside / "DEBIAN/control").write_text(
        "Package: p\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\nDescription: pictures\n"
    )
    (tmp_path / "archive").mkdir()
    line = ["dpkg-deb", "--root-owner-group", "--build", str(inside), str(tmp_path / "archive/p.deb")]
    subprocess.run(line, check=True, capture_output=True)
    return tmp_path / "archive"


def _list(archive: Path, sha256: str, heldout: str = "far/b.png") -> Path:
    path = archive / "sources.toml"
    path.write_text(f"""
[[packages]]
name = "p"
version = "1:1"
path = "p.deb"
sha256 = "{sha256}"
licence = "CC0"
folder = "usr/share/pictures"
tiles = 3
training = ["a.png"]
heldout = ["{heldout}"]

[[shared]]
folder = "faces"
licence = "CC0"
tiles = 1
spread = 2
""")
    return path


def _hash(archive: Path) -> str:
    return hashlib.sha256((archive / "p.deb").read_bytes()).hexdigest()


def test_lays_out_what_the_list_names(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    for i in range(5):
        (tmp_path / f"faces/{i}.jpg").touch()
    out = tmp_path / "out"
    numbers = fetch.fetch(_list(archive, _hash(archive)), out, f"file://{archive}", tmp_path)
    assert numbers == {"training": 3, "choosing": 0, "heldout": 1}
    rows = photo_bank.read_list(out / "training.txt")
    assert [(most, path.name) for most, path in rows] == [(3, "a.png"), (1, "0.jpg"), (1, "2.jpg")]
    assert all(path.is_file() for _, path in rows)
    held = cv2.imread(str(out / "heldout/p_far-b.png"))
    assert held is not None
    assert held.shape == (949, 1265, 3)
    assert not list(out.rglob("c.png"))


def test_gets_a_package_once(archive: Path, tmp_path: Path) -> None:
    sources = _list(archive, _hash(archive))
    fetch.fetch(sources, tmp_path / "out", f"file://{archive}")
    (archive / "p.deb").unlink()
    assert fetch.fetch(sources, tmp_path / "out", f"file://{archive}")["training"] == 1


def test_what_could_not_be_written_whole_is_got_again(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cut file would count as one that is here."""
    sources, out = _list(archive, _hash(archive)), tmp_path / "out"

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(SaveError):
            fetch.fetch(sources, out, f"file://{archive}")
    assert not [path for path in out.rglob("*") if path.is_file()]
    assert fetch.fetch(sources, out, f"file://{archive}") == {"training": 1, "choosing": 0, "heldout": 1}
    assert cv2.imread(str(out / "heldout/p_far-b.png")) is not None


def test_another_package_than_the_list_names_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError) as caught:
        fetch.fetch(_list(archive, "0" * 64), tmp_path / "out", f"file://{archive}")
    assert caught.value.what.code == "not-fetched"
    assert not (tmp_path / "out/pictures").exists()


def test_a_computer_without_apt_is_told_so(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_APT_HELPER", str(tmp_path / "apt-helper"))
    with pytest.raises(OptionError) as caught:
        fetch.fetch(_list(archive, _hash(archive)), tmp_path / "out", f"file://{archive}")
    assert caught.value.what.code == "no-apt"


def test_a_picture_that_the_package_lacks_is_named(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError) as caught:
        fetch.fetch(_list(archive, _hash(archive), "d.png"), tmp_path / "out", f"file://{archive}")
    assert "d.png" in str(caught.value)


def test_the_list_holds_nothing_out_that_anything_learns_on() -> None:
    rows = tomllib.loads(fetch.SOURCES.read_text(encoding="utf-8"))
    learnt = {row["name"] for row in rows["packages"] if row.get("training")}
    held = [row for row in rows["packages"] if row.get("heldout")]
    assert learnt.isdisjoint(row["name"] for row in held)
    assert sum(len(row["heldout"]) for row in [*held, *rows["shared"]] if "heldout" in row) == 30
