"""Comparing models in the window: each is run once for a photo, any two stand at the sides of the divider."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.edits import with_option
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import FloatImage, frozen
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.picture_pair import Version
from tests.gui.fakes import FakeEngine, FakeRestorer, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import as_a, the

COLOURS = {"red": (1.0, 0.0, 0.0), "green": (0.0, 1.0, 0.0), "blue": (0.0, 0.0, 1.0)}
STRIPES = np.where(np.arange(512) // 8 % 2, 0.2, 0.0).astype(np.float32)[:, None, None]
PHOTO = "builtin-256"


class Painter(FakeRestorer):
    """Paints faces in one colour; what is to invent detail beside it, with stripes."""

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        made = super().restore(crops, progress)
        name, _, is_vivid = self.model_name.partition(" ")
        painted = [np.broadcast_to(np.array(COLOURS[name], np.float32), crop.shape).copy() for crop in made]
        if is_vivid:
            painted = [np.clip(0.8 * crop + STRIPES[: crop.shape[0]], 0, 1) for crop in painted]
        return [frozen(np.asarray(crop, np.float32)) for crop in painted]


@pytest.fixture(autouse=True)
def models(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three models more, each of a colour."""
    usual = engine.load_restorer

    def load_restorer(model: str, wanted: ComputeOptions) -> FakeRestorer:
        usual(model, wanted)
        if model.partition(" ")[0] in COLOURS and not isinstance(engine.restorers[model], Painter):
            engine.restorers[model] = Painter(model, engine.gate)
        return engine.restorers[model]

    monkeypatch.setattr(engine, "load_restorer", load_restorer)


@pytest.fixture
def comparing(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A photo on screen, and what 'red' makes of it compared with what its own model did."""
    window.panel.set_models([(name, name.title()) for name in (PHOTO, "blue", "green", "red")], {})
    open_photos(window, qtbot, make_photo(tmp_path / "photo.png"))
    as_a(QCheckBox, window.panel.control("skin_protection")).click()  # which would give skin its own colour back
    with qtbot.waitSignal(window.workspace.shown, check_params_cb=lambda shown: shown.wanted.options.strength == 100):
        window.panel.strength.slider.setValue(100)
    wait_done(window, qtbot)
    window.actions_["compare_models"].trigger()
    wait_done(window, qtbot)
    return window


def colour(window: MainWindow, version: Version) -> tuple[float, ...]:
    """Between the eyes of the first face."""
    part = the(window.view.pair).thumbnail(version, QRectF(118, 136, 5, 5), QSizeF(5, 5)).pixelColor(2, 2)
    return part.redF(), part.greenF(), part.blueF()


def shows(window: MainWindow, qtbot: QtBot, version: Version, name: str) -> None:
    qtbot.waitUntil(lambda: max(np.abs(np.subtract(colour(window, version), COLOURS[name]))) < 0.35)


def pick(window: MainWindow, side: int, name: str) -> None:
    combo = window.comparison.bar.sides[side].combo
    combo.setCurrentIndex(combo.findData(name))
    combo.activated.emit(combo.currentIndex())


def test_any_two_and_each_is_run_once(comparing: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = comparing
    own = colour(window, Version.AFTER)
    shows(window, qtbot, Version.BEFORE, "red")
    assert not window.view.chips.are_shown
    pick(window, 1, "green")
    wait_done(window, qtbot)
    shows(window, qtbot, Version.AFTER, "green")
    shows(window, qtbot, Version.BEFORE, "red")
    pick(window, 0, "green")
    pick(window, 1, "red")
    wait_done(window, qtbot)
    shows(window, qtbot, Version.BEFORE, "green")
    shows(window, qtbot, Version.AFTER, "red")
    assert [engine.restorers[name].runs for name in ("red", "green")] == [2, 2]  # two faces, once each
    pick(window, 0, "")
    pick(window, 1, PHOTO)
    qtbot.waitUntil(lambda: max(np.abs(np.subtract(colour(window, Version.AFTER), own))) < 0.05)
    assert "MainThread" not in engine.threads
    assert "blue" not in engine.restorers


def test_invented_detail_is_compared_too(comparing: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = comparing
    shows(window, qtbot, Version.BEFORE, "red")

    def stripes() -> float:
        """How far the face is from even, steps of 255; nan of what is no red face, as the photo."""
        part = the(window.view.pair).thumbnail(Version.BEFORE, QRectF(118, 126, 10, 30), QSizeF(10, 30))
        colours = [part.pixelColor(5, y) for y in range(30)]
        is_red = all(each.red() > 200 and each.green() < 80 for each in colours)
        return float(np.ptp([each.green() for each in colours])) if is_red else np.nan

    qtbot.waitUntil(lambda: stripes() < 2)
    engine.invents = True
    window.workspace.change(with_option(the(window.workspace.current).edits, "invent", 100), lambda: "Invent")
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: stripes() > 20)
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: stripes() < 2)


def test_what_is_asked_for_is_nobodys_edit_and_ends_with_the_key(comparing: MainWindow, qtbot: QtBot) -> None:
    window = comparing
    edits = the(window.workspace.current).edits
    pick(window, 1, "green")
    wait_done(window, qtbot)
    assert the(window.workspace.current).edits == edits
    window.view.setFocus()
    qtbot.keyClick(window.view, Qt.Key.Key_M)
    assert not window.actions_["compare_models"].isChecked()
    assert not window.comparison.bar.sides[0].isVisible()
    assert window.view.chips.are_shown
    qtbot.waitUntil(lambda: colour(window, Version.BEFORE)[0] < 0.95)  # the photo as it was, not red any more


def test_a_slider_moves_both_sides_and_runs_nothing(comparing: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = comparing
    shows(window, qtbot, Version.BEFORE, "red")
    runs = engine.runs
    before = colour(window, Version.BEFORE)
    window.panel.strength.slider.setValue(20)
    qtbot.waitUntil(lambda: max(np.abs(np.subtract(colour(window, Version.BEFORE), before))) > 0.2)
    assert engine.runs == runs


def test_what_nobody_looks_at_any_more_is_cancelled(comparing: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = comparing
    engine.gate.clear()
    pick(window, 0, "blue")
    qtbot.waitUntil(lambda: window.workspace.jobs.running is not None)
    assert window.comparison.bar.sides[0].working.isVisible()
    window.comparison.bar.close.click()
    qtbot.waitUntil(lambda: not window.workspace.jobs.is_busy)
    engine.gate.set()
    assert "blue" not in engine.restorers or engine.restorers["blue"].runs == 0
    assert not window.actions_["compare_models"].isChecked()


def test_another_photo_is_compared_too(comparing: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot) -> None:
    window = comparing
    open_photos(window, qtbot, make_photo(tmp_path / "other.png", seed=5))
    as_a(QCheckBox, window.panel.control("skin_protection")).click()
    window.panel.strength.slider.setValue(100)
    wait_done(window, qtbot)
    shows(window, qtbot, Version.BEFORE, "red")
    assert engine.restorers["red"].runs == 4


def test_a_model_that_fails_is_told_of(comparing: MainWindow, engine: FakeEngine, qtbot: QtBot) -> None:
    window = comparing
    engine.broken_models.add("blue")
    pick(window, 0, "blue")
    qtbot.waitUntil(lambda: "damaged" in window.notification_strip.text)
    assert window.comparison.bar.sides[0].combo.currentData() == ""
    wait_done(window, qtbot)


def test_marking_on_the_photo_ends_it(comparing: MainWindow, qtbot: QtBot) -> None:
    comparing.panel.brush.button.click()
    assert comparing.view.brush is not None
    assert not comparing.actions_["compare_models"].isChecked()
    wait_done(comparing, qtbot)
