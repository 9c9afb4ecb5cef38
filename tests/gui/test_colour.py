"""Colour and models for filling in the window: offered where they can be used, and the command line's bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from gpen_desktop import paths
from gpen_desktop.cli import main as cli
from gpen_desktop.cli.exits import Exit
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.gui.adjust.whole_photo import COLOUR_MODEL, FILLER
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.dialogs.models_dialog import ModelsDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.models import catalog
from tests.gui.steps import open_photos, shown_window, slider_of
from tests.narrowing import as_a, the

TINY = Path(__file__).parents[1] / "golden" / "gpen_tiny_64.pth"
GPEN_COLOUR, GPEN_FILLER = "gpen-colorization-1024", "gpen-inpainting-1024"


def install(*names: str) -> None:
    paths.user_weights().mkdir(parents=True, exist_ok=True)
    for name in names:
        info = catalog.by_name(name)
        assert info is not None
        shutil.copy(TINY, paths.user_weights() / info.file)


def agree(window: MainWindow, *names: str) -> None:
    """To using them though nobody vouches for them, in the list of models."""
    window.application.models()
    dialog = the(window.findChild(ModelsDialog))
    for name in names:
        dialog.select(name)
        dialog._card.use.click()
        dialog.notification_strip.button("use").click()
        assert not dialog._card.use.isEnabled()
    dialog.close()


@pytest.fixture
def real_window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    install(GPEN_COLOUR, GPEN_FILLER)
    with shown_window(Engine(ComputeOptions(device="cpu")), tmp_path / "settings.ini") as window:
        agree(window, GPEN_COLOUR, GPEN_FILLER)
        yield window


def portrait(folder: Path, mode: str) -> Path:
    with Image.open(paths.samples() / "hopper_small_blurry.jpg") as sample:
        grey = sample.convert("L")
        mirrored = grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        made = grey if mode == "L" else Image.merge("RGB", (grey, grey.rotate(180), mirrored))
        made.save(folder / f"{mode}.png")
    return folder / f"{mode}.png"


def open_photo(window: MainWindow, qtbot: QtBot, photo: Path) -> None:
    window.imports.open_paths([photo])
    qtbot.waitUntil(lambda: window.workspace.current is not None and window.workspace.current.path == photo)
    wait_done(window, qtbot)


def wait_done(window: MainWindow, qtbot: QtBot) -> None:
    """The real engine's, which loads what it needs first."""

    def is_done() -> bool:
        item = window.workspace.current
        is_ended = item is not None and item.state in (PhotoState.DONE, PhotoState.FAILED)
        return is_ended and not window.workspace.jobs.is_busy

    qtbot.waitUntil(is_done, timeout=120_000)


def test_without_a_model_it_is_there_with_a_way_to_get_one(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, portrait(tmp_path, "L"))
    assert window.panel.control("colour").isVisibleTo(window.panel)
    assert not window.panel.control("colour").isEnabled()
    for option, wanted in ((COLOUR_MODEL, catalog.COLOURISER), (FILLER, catalog.INPAINTER)):
        control = window.panel.whole.models[option]
        assert not control.combo.isEnabled()
        control.get.click()
        dialog = the(window.findChild(ModelsDialog))
        assert the(dialog._selected()).name == wanted
        dialog.close()
        dialog.deleteLater()
        QApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)


def test_the_slider_colours_a_grey_photo_and_files_are_those_of_the_command_line(
    real_window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window, photo = real_window, portrait(tmp_path, "L")
    open_photo(window, qtbot, photo)
    slider = slider_of(window, "colour")
    assert slider.isEnabled()
    assert not window.panel.whole.models[COLOUR_MODEL].get.isVisible()
    slider.setValue(70)
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: window.workspace.staged is not None and "colour" in window.workspace.staged.changed)
    assert the(window.workspace.current).edits.stages[COLOUR_MODEL] == GPEN_COLOUR
    with qtbot.waitSignal(window.workspace.exports.ended, timeout=60_000) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "window", pattern="{name}"), window.exports.exportable)
    options = ["--colour", "70", "--colour-model", GPEN_COLOUR, "--filler", GPEN_FILLER, "--device", "cpu", "--quiet"]
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "cli"), *options]) == Exit.ALL_DONE
    made = ended.args[0].exported[-1].path
    assert made.read_bytes() == (tmp_path / "cli" / "L.png").read_bytes()
    with Image.open(made) as picture:
        assert picture.mode == "RGB"
        assert np.ptp(np.asarray(picture).astype(int), axis=2).max() > 3
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert the(window.workspace.current).edits.stages["colour"] == 0


def test_a_photo_in_colour_is_not_offered_it_unless_that_is_asked_for(
    real_window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = real_window
    open_photo(window, qtbot, portrait(tmp_path, "RGB"))
    slider, anew = window.panel.control("colour"), as_a(QCheckBox, window.panel.control("recolour"))
    assert not slider.isEnabled()
    assert anew.isVisibleTo(window.panel)
    anew.click()
    assert slider.isEnabled()
    open_photo(window, qtbot, portrait(tmp_path, "L"))
    assert slider.isEnabled()
    assert not anew.isVisibleTo(window.panel)


def test_a_model_for_filling_is_chosen_in_the_panel(real_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = real_window
    open_photo(window, qtbot, portrait(tmp_path, "L"))
    control = window.panel.whole.models[FILLER]
    assert the(window.workspace.current).edits.stages[FILLER] == GPEN_FILLER  # it was said to be used
    control.combo.setCurrentIndex(control.combo.findData("none"))
    control.combo.activated.emit(control.combo.currentIndex())
    wait_done(window, qtbot)
    assert the(window.workspace.current).edits.stages[FILLER] == "none"
