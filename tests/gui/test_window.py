"""What people do in the window, with fake models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from gpen_desktop.core.options import Mode
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.face_item import MarkState
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the


def test_first_start_says_what_to_do(window: MainWindow) -> None:
    assert window.empty.isVisible()
    assert not window.view.isVisible()
    assert not window.actions_["export"].isEnabled()
    assert not window.tools._export.isEnabled()
    window.resize(900, 700)
    window.resize(1300, 800)
    buttons = {button.defaultAction(): button for button in window.tools.findChildren(QToolButton)}
    assert not any(
        buttons[window.actions_[name]].isEnabled() for name in ("zoom_in", "fit", "actual", "split", "turn_left")
    )


def test_a_photo_is_restored_and_its_faces_marked(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    assert window.view.isVisible()
    assert the(window.workspace.current).state is PhotoState.DONE
    assert [mark.state for mark in window.workspace.marks()] == [MarkState.ON, MarkState.ON]
    assert window.strip.count() == 2
    assert "family.png" in window.windowTitle()


def test_models_run_in_a_thread_of_their_own(window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    assert engine.threads
    assert "MainThread" not in engine.threads


def test_the_photo_is_there_before_its_faces(window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot) -> None:
    engine.gate.clear()
    window.imports.open_paths([photo])
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None and len(window.workspace.marks()) == 2)
    assert window.view.pair is not None
    assert [mark.state for mark in window.workspace.marks()] == [MarkState.WORKING, MarkState.WORKING]
    assert the(window.workspace.current).state is PhotoState.WORKING
    assert window.status.doing.startswith("Restoring")
    engine.gate.set()
    wait_done(window, qtbot)


def test_a_slider_recomposes_without_the_model(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    runs, before = engine.runs, window.view.grab().toImage()
    window.panel.strength.slider.setValue(10)
    qtbot.waitUntil(lambda: window.view.grab().toImage() != before)
    assert engine.runs == runs
    assert the(window.workspace.current).edits.options.strength == 10


def test_a_dragged_slider_is_one_step_of_the_history(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    slider = window.panel.strength.slider
    for first in (70, 40):
        slider.setSliderDown(True)
        for value in range(first, first - 6, -1):
            slider.setValue(value)
        slider.setSliderDown(False)
    assert window.workspace.undo.count() == 2
    window.workspace.undo.undo()
    assert window.panel.strength.value() == 65
    window.workspace.undo.undo()
    assert window.panel.strength.value() == 80
    window.workspace.undo.redo()
    window.workspace.undo.redo()
    assert the(window.workspace.current).edits.options.strength == 35


def test_double_click_resets_a_slider(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    slider = window.panel.strength.slider
    slider.setValue(20)
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton)
    assert the(window.workspace.current).edits.options.strength == 80


def test_undo_shows_the_photo_that_it_changes(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    first, second = window.workspace.album
    window.panel.strength.slider.setValue(11)
    window.workspace.show_item(second)
    window.workspace.undo.undo()
    assert window.workspace.current is first
    assert first.edits.options.strength == 80
    wait_done(window, qtbot)


def test_apply_to_all_keeps_each_photos_own_faces(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    first, second = window.workspace.album
    window.workspace.show_item(second)
    wait_done(window, qtbot)
    first_face, second_face = window.workspace.faces
    window.faces.toggle(first_face.id)
    window.workspace.show_item(first)
    wait_done(window, qtbot)
    window.panel.mode.button(Mode.STRONG).click()
    window.actions_["apply_to_all"].trigger()
    options = second.edits.options
    assert (options.mode, options.faces) == (Mode.STRONG, frozenset([second_face.id]))
    window.workspace.undo.undo()
    assert second.edits.options.mode is Mode.NATURAL
    wait_done(window, qtbot)


def test_an_unforeseen_error_is_shown_with_its_details_and_can_be_retried(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    engine.errors = [ZeroDivisionError("a fault of ours")]
    open_photos(window, qtbot, photo)
    assert the(window.workspace.current).state is PhotoState.FAILED
    assert "ZeroDivisionError" in window.notification_strip.text
    assert "a fault of ours" in the(the(window.workspace.current).failure).details
    assert "a fault of ours" in caplog.text
    window.notification_strip.button("retry").click()
    wait_done(window, qtbot)
    assert the(window.workspace.current).state is PhotoState.DONE


def test_a_broken_model_is_named_and_another_can_be_chosen(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    engine.broken_models = {"other"}
    window.workspace.change(replace(the(window.workspace.current).edits, model="other"), lambda: "Model")
    qtbot.waitUntil(lambda: the(window.workspace.current).state is PhotoState.FAILED)
    assert "other" in window.notification_strip.text
    window.workspace.undo.undo()
    wait_done(window, qtbot)
    assert the(window.workspace.current).state is PhotoState.DONE


def test_sizes_and_unfolded_sections_survive_a_restart(
    window: MainWindow, engine: FakeEngine, own_folders: Path, qtbot: QtBot
) -> None:
    window.resize(window.minimumWidth(), 650)
    window.panel.set_open_sections([False, True, False, True])
    window.close()
    again = MainWindow(engine, SettingsStore(own_folders / "settings.ini"))
    qtbot.addWidget(again)
    assert again.panel.open_sections == [False, True, False, True]
    assert again.height() == 650
    again.close()


def test_hold_b_shows_the_photo_as_it_was(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    window.view.set_divider(0)
    after = window.view.grab().toImage()
    window.view.setFocus()
    qtbot.keyPress(window.view, Qt.Key.Key_B)
    before = window.view.grab().toImage()
    qtbot.keyRelease(window.view, Qt.Key.Key_B)
    assert before != after
    assert window.view.grab().toImage() == after


def test_undo_names_its_steps_in_the_language_of_the_moment(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "family.png"))
    window.panel.strength.slider.setValue(40)
    window.actions_["turn_left"].trigger()
    window.workspace.undo.undo()
    undo, redo = (window.actions_[name] for name in ("undo", "redo"))
    keys = [each.shortcut().toString(QKeySequence.SequenceFormat.NativeText) for each in (undo, redo)]
    assert (undo.toolTip(), redo.toolTip()) == (f"Undo: Strength ({keys[0]})", f"Redo: Turn ({keys[1]})")
    locale = QLocale()
    i18n.apply(qapp, "zh_CN")
    try:
        qtbot.waitUntil(lambda: undo.toolTip().startswith("撤销：修复强度"))
        assert "旋转" in redo.toolTip()
    finally:
        i18n.apply(qapp, "en")
        QLocale.setDefault(locale)
    qtbot.waitUntil(lambda: undo.toolTip().startswith("Undo: Strength"))
