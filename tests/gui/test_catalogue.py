"""Every model of the catalogue runs, one of each task in the window too: the published ones by their names, from a
state dict of their real layout; what comes with the program from its files."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gpen_desktop import allocator, paths
from gpen_desktop.cli import main as cli
from gpen_desktop.cli.exits import Exit
from gpen_desktop.core import memory
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.models import catalog, registry, store
from gpen_desktop.models.fingerprints import sha256_of
from gpen_desktop.models.spec import PHOTO_TASKS, Task
from gpen_desktop.models.tensors import read_tensors
from tests.gui.steps import shown_window
from tests.narrowing import the
from tests.unit.models.published_weights import LAYOUTS, network, write

SAMPLE = "hopper_small_blurry.jpg"
_HUGE = "gpen-2048"
_HUGE_BYTES = 8 << 30
FACES = [name for name in LAYOUTS if (info := catalog.by_name(name)) is not None and info.restores_faces]
PHOTOS = [
    name for name in LAYOUTS if (info := catalog.by_name(name)) is not None and info.can_be_chosen_for(PHOTO_TASKS)
]


FINDERS = [name for name in LAYOUTS if (info := catalog.by_name(name)) is not None and info.task is Task.FACE_DETECTOR]


COLOURISERS = ["ddcolor", "gpen-colorization-1024"]
INPAINTERS = ["lama", "gpen-inpainting-1024"]


IN_WINDOW = {"gpen-256", "realesr-animevideo-x4", "gpen-colorization-1024", "lama"}
"""Beside detectors and the parser. The window gives any name to the engine that the command line gives it to."""


def _is_quick(name: str) -> bool:
    return name.startswith("realesr-")


def test_none_is_left_out() -> None:
    published = {info.name for info in catalog.MODELS if info.usable and not info.shipped}
    assert set(LAYOUTS) == published
    run = [*FACES, *PHOTOS, *FINDERS, catalog.PARSER, *COLOURISERS, *INPAINTERS]
    assert sorted(run) == sorted(published)
    assert all(IN_WINDOW.intersection(names) for names in (FACES, PHOTOS, COLOURISERS, INPAINTERS))


@pytest.fixture
def installed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a model, installed with random values that the catalogue vouches for; memory and disk are given back
    after it."""
    name = str(request.param)
    info = catalog.by_name(name)
    assert info is not None
    paths.user_weights().mkdir(parents=True)
    file = write(network(name), paths.user_weights() / info.file)
    pinned = replace(info, bytes=file.stat().st_size, sha256=sha256_of(file))
    models = tuple(pinned if other.name == name else other for other in catalog.MODELS)
    monkeypatch.setattr(catalog, "MODELS", models)
    monkeypatch.setattr(store, "MODELS", models)
    yield name
    file.unlink()
    gc.collect()
    allocator.give_back()


def restored_in_window(photo: Path, folder: Path, qtbot: QtBot, **settings: str) -> None:
    with shown_window(Engine(ComputeOptions(device="cpu")), folder / "settings.ini") as window:
        for name, value in settings.items():
            window._store.set(f"restore/{name}", value)
        window.imports.open_paths([photo])
        qtbot.waitUntil(
            lambda: (
                (item := window.workspace.current) is not None and item.state in (PhotoState.DONE, PhotoState.FAILED)
            ),
            timeout=240_000,
        )
        assert the(window.workspace.current).state is PhotoState.DONE, the(window.workspace.current).failure


@pytest.mark.slow
@pytest.mark.parametrize("installed", FACES, indirect=True)
def test_faces(installed: str, tmp_path: Path, qtbot: QtBot) -> None:
    photo, report = Path(shutil.copy(paths.samples() / SAMPLE, tmp_path)), tmp_path / "report.json"
    # what random values make of a face is never the same face
    options = ["--model", installed, "--device", "cpu", "--restore-sharp", "--if-changed", "keep", "--no-auto"]
    options += ["--report", str(report)]
    if installed == _HUGE and memory.available_bytes() < _HUGE_BYTES:
        pytest.skip("needs 8 GB of memory")
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["model"] == installed
    assert [face["state"] for face in said["photos"][0]["faces"]] == ["restored"]
    if installed in IN_WINDOW:
        restored_in_window(photo, tmp_path, qtbot, model=installed)
    if installed == "codeformer":
        made = []
        for fidelity in (0, 1):
            out = tmp_path / f"fidelity {fidelity}"
            options[1] = f"codeformer:fidelity={fidelity}"
            assert cli.run(["restore", str(photo), "-o", str(out), *options]) == Exit.ALL_DONE
            made.append((out / SAMPLE).read_bytes())
        assert made[0] != made[1]


@pytest.mark.parametrize("installed", [*FINDERS, pytest.param(catalog.PARSER, marks=pytest.mark.slow)], indirect=True)
def test_detectors_and_the_parser(installed: str, tmp_path: Path, qtbot: QtBot) -> None:
    photo, report = Path(shutil.copy(paths.samples() / SAMPLE, tmp_path)), tmp_path / "report.json"
    options = ["--device", "cpu", "--restore-sharp", "--no-auto", "--report", str(report)]
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    said = json.loads(report.read_text(encoding="utf-8"))
    used = said["parser" if installed == catalog.PARSER else "detector"]
    assert used == installed
    with shown_window(Engine(ComputeOptions(device="cpu")), tmp_path / "settings.ini") as window:
        window.imports.open_paths([photo])
        qtbot.waitUntil(
            lambda: (item := window.workspace.current) is not None and item.state is PhotoState.DONE, timeout=60_000
        )
        labels = window.status.findChildren(QLabel)
        for label in labels:
            QApplication.sendEvent(label, QEvent(QEvent.Type.ToolTip))
        assert any(the(catalog.by_name(installed)).title in label.toolTip() for label in labels)


@pytest.mark.parametrize(
    "installed",
    [pytest.param(name, marks=() if _is_quick(name) else pytest.mark.slow) for name in PHOTOS],
    indirect=True,
)
def test_whole_photos(installed: str, tmp_path: Path, qtbot: QtBot) -> None:
    photo = tmp_path / "photo.png"
    with Image.open(paths.samples() / SAMPLE) as sample:
        sample.convert("RGB").resize((72, 56)).save(photo)
    options = ["--background", installed, "--scale", "2", "--device", "cpu", "--no-auto"]
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    with Image.open(tmp_path / "out" / "photo.png") as made:
        assert made.size == (144, 112)
    if installed in IN_WINDOW:
        restored_in_window(photo, tmp_path, qtbot, background=installed)


@pytest.mark.slow
@pytest.mark.parametrize("installed", COLOURISERS, indirect=True)
def test_colourisers(installed: str, tmp_path: Path, qtbot: QtBot) -> None:
    photo = tmp_path / "photo.png"
    with Image.open(paths.samples() / SAMPLE) as sample:
        sample.convert("L").save(photo)
    options = ["--colour", "100", "--device", "cpu", "--no-auto"]
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    with Image.open(tmp_path / "out" / "photo.png") as made:
        assert made.mode == "RGB"
    if installed in IN_WINDOW:
        restored_in_window(photo, tmp_path, qtbot, colour="100", colour_model=installed)


@pytest.mark.slow
@pytest.mark.parametrize("installed", INPAINTERS, indirect=True)
def test_inpainters(installed: str, tmp_path: Path, qtbot: QtBot) -> None:
    photo, report = Path(shutil.copy(paths.samples() / "collins_sepia_folded.jpg", tmp_path)), tmp_path / "report.json"
    options = ["--repair", "on", "--filler", installed, "--device", "cpu", "--report", str(report)]
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    assert "did-repair-by" in report.read_text(encoding="utf-8")
    if installed in IN_WINDOW:
        restored_in_window(photo, tmp_path, qtbot, repair="on", filler=installed)


def test_what_comes_with_the_program(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()

    def noted(path: Path) -> object:
        read.add(path.name)
        return read_tensors(path)

    monkeypatch.setattr(registry, "read_tensors", noted)
    photo = Path(shutil.copy(paths.samples() / SAMPLE, tmp_path))
    shipped = {info.file for info in catalog.MODELS if info.shipped}
    whole = {"repair": "on", "clean": "60", "scale": "2", "invent": "50"}
    options = [word for name, value in whole.items() for word in (f"--{name}", value)]
    options += ["--restore-sharp", "--device", "cpu"]
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    one_cleaner_a_photo = {the(catalog.by_name(name)).file for name in (catalog.CLEANER, catalog.UNBLOCKER)}
    assert read <= shipped
    assert shipped - read < one_cleaner_a_photo
    read.clear()
    restored_in_window(photo, tmp_path, qtbot, **{name: value for name, value in whole.items() if name != "scale"})
    assert read <= shipped
