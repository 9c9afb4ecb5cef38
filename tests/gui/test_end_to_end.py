"""The window with the built-in model, and the command line with the same options: the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from gpen_desktop import paths
from gpen_desktop.cli import main
from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.face_item import MarkState
from gpen_desktop.models import store
from gpen_desktop.models.catalog import BUILTIN
from tests.gui.steps import shown_window

pytestmark = pytest.mark.slow


@pytest.fixture
def real_window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    folder = tmp_path / "answers"
    folder.mkdir()
    with shown_window(Engine(cache=CropCache(folder)), tmp_path / "settings.ini") as window:
        yield window


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )


def restored(window: MainWindow) -> bool:
    work = window.workspace
    marks = work.marks()
    is_done = work.current is not None and work.current.state is PhotoState.DONE and not work.jobs.is_busy
    return is_done and bool(marks) and all(mark.state is not MarkState.WORKING for mark in marks)


@pytest.mark.parametrize("sample", ["album_page_tilted.jpg", "collins_faded_colour.jpg"])
def test_window_and_command_line_give_the_same_bytes(
    real_window: MainWindow, sample: str, tmp_path: Path, qtbot: QtBot
) -> None:
    window, photo = real_window, paths.samples() / sample
    drop(window, photo)
    qtbot.waitUntil(lambda: restored(window), timeout=120_000)
    count = len(window.workspace.faces)
    assert count >= 1
    last = window.workspace.faces[-1].id

    window.faces.toggle(last)
    window.panel.strength.slider.setValue(35)
    window.actions_["undo"].trigger()  # the strength
    window.actions_["undo"].trigger()  # the face
    window.panel.strength.slider.setValue(64)
    window.faces.toggle(last)
    qtbot.waitUntil(lambda: window.workspace.marks()[-1].state is MarkState.OFF)
    chosen = [str(n) for n in range(1, count)]

    with qtbot.waitSignal(window.workspace.exports.ended, timeout=60_000) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "window", pattern="{name}"), window.exports.exportable)
    arguments = ["restore", str(photo), "-o", str(tmp_path / "cli"), "--strength", "64", "--quiet"]
    if chosen:
        assert main.run([*arguments, "--faces", ",".join(chosen)]) == 0
        assert ended.args[0].exported[-1].path.read_bytes() == (tmp_path / "cli" / sample).read_bytes()
    # and with every face, by undo
    window.actions_["undo"].trigger()
    with qtbot.waitSignal(window.workspace.exports.ended, timeout=60_000) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "window", pattern="{name}"), window.exports.exportable)
    assert main.run([*arguments, "--overwrite"]) == 0
    assert ended.args[0].exported[-1].path.read_bytes() == (tmp_path / "cli" / sample).read_bytes()
    assert ended.args[0].exported[-1].path.read_bytes() != photo.read_bytes()


@pytest.mark.slow
def test_an_album_exported_at_once_has_the_bytes_of_the_command_line(
    real_window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window, album = real_window, tmp_path / "album"
    album.mkdir()
    for name in ("hopper_small_blurry.jpg", "hopper_grey_scratched.jpg", "collins_faded_colour.jpg"):
        shutil.copy(paths.samples() / name, album)
    window.imports.open_paths(sorted(album.iterdir()))
    work = window.workspace
    qtbot.waitUntil(lambda: len(work.album) == 3 and not work.jobs.is_busy, timeout=240_000)
    with qtbot.waitSignal(work.exports.ended, timeout=120_000) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "window", pattern="{name}"), window.exports.exportable)
    assert len(ended.args[0].exported) == 3
    assert main.run(["restore", str(album), "-o", str(tmp_path / "cli"), "--quiet"]) == 0
    for photo in album.iterdir():
        made = (tmp_path / "window" / photo.name).read_bytes()
        assert made == (tmp_path / "cli" / photo.name).read_bytes()
        assert made != photo.read_bytes()


@pytest.mark.skipif(store.inventor_of(BUILTIN) is None, reason="weights that invent detail are not here")
def test_invented_detail_is_the_same_in_both(real_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window, photo = real_window, paths.samples() / "hopper_small_blurry.jpg"
    drop(window, photo)
    qtbot.waitUntil(lambda: restored(window), timeout=120_000)
    slider = window.panel.control("invent")
    assert isinstance(slider, ValueSlider)
    slider.slider.setValue(60)
    qtbot.waitUntil(lambda: restored(window), timeout=120_000)
    with qtbot.waitSignal(window.workspace.exports.ended, timeout=60_000) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "window", pattern="{name}"), window.exports.exportable)
    mixed = ended.args[0].exported[-1].path.read_bytes()
    for invent in (60, 0):
        folder = tmp_path / f"cli {invent}"
        assert main.run(["restore", str(photo), "-o", str(folder), "--invent", str(invent), "--quiet"]) == 0
        assert ((folder / photo.name).read_bytes() == mixed) == (invent == 60)
