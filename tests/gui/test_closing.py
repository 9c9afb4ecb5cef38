"""Closing the window: asked about where something would be lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.patience import NoAnswerError
from gpen_desktop.gui.controllers import export_controller
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the


def test_closing_with_unexported_photos_asks_in_the_window(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    assert not window.close()
    assert window.isVisible()
    assert window.notification_strip.subject == "closing"
    window.notification_strip.button("close").click()
    assert not window.isVisible()


def test_escape_is_to_stay(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    assert not window.close()
    qtbot.keyClick(window.view, Qt.Key.Key_Escape)
    assert window.notification_strip.isHidden()
    assert window.isVisible()


def test_closing_during_work_asks_then_ends_cleanly(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    window.imports.open_paths([photo])
    qtbot.waitUntil(lambda: window.workspace.jobs.running is not None)
    assert not window.close()
    assert "being restored" in window.notification_strip.text
    window.notification_strip.button("close").click()
    assert not window.isVisible()  # the fixture that looks for running threads does the rest


def test_the_question_on_closing_counts_what_is_restored_meanwhile(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)])
    qtbot.waitUntil(lambda: len(window.workspace.jobs.waiting) == 1)
    assert not window.close()
    assert "being restored" in window.notification_strip.text
    engine.gate.set()
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: window.notification_strip.text == "Restored photos not exported yet: 2")
    window.album.selectAll()
    window.actions_["remove"].trigger()
    qtbot.waitUntil(window.notification_strip.isHidden)  # nothing is left to lose


def test_an_empty_window_closes_at_once(window: MainWindow) -> None:
    assert window.close()


def test_exporting_before_closing_exports_what_is_unsaved_and_then_closes(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)))
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable[:2])
    assert not window.close()
    window.notification_strip.button("export").click()
    dialog = the(window.findChild(ExportDialog))
    dialog.folder_field.setText(str(tmp_path / "late"))
    assert [item.path.name for _, item in dialog.items] == ["2.png"]
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [path.name for path in (tmp_path / "late").iterdir()] == ["2_restored.png"]


def test_a_cancelled_export_before_closing_is_not_remembered(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)))
    work = window.workspace
    engine.gate.clear()
    work.change(replace(the(work.current).edits, model="another"), lambda: "Model")  # holds the exports up
    qtbot.waitUntil(lambda: work.jobs.running is not None)
    window.exports.export_unsaved(window.close)
    dialog = the(window.findChild(ExportDialog))
    dialog.folder_field.setText(str(tmp_path / "out"))
    dialog.accept()
    qtbot.waitUntil(lambda: work.exports.are_running)
    work.jobs.cancel_exports()
    engine.gate.set()
    wait_done(window, qtbot)
    with qtbot.waitSignal(work.exports.ended):
        for number, item in window.exports.exportable:
            work.exports.export(item, tmp_path / "late" / f"{number}.png", ExportOptions())
    assert work.album.unsaved == []
    assert window.isVisible()


def test_an_export_before_closing_that_never_began_is_not_remembered(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stalled(*_all: object) -> None:
        raise NoAnswerError

    open_photos(window, qtbot, photo)
    window.exports.export_unsaved(window.close)
    dialog = the(window.findChild(ExportDialog))
    dialog.folder_field.setText(str(tmp_path / "out"))
    monkeypatch.setattr(export_controller, "answer_of", stalled)
    dialog.accept()
    assert "does not answer" in window.notification_strip.text
    work = window.workspace
    with qtbot.waitSignal(work.exports.ended):
        work.exports.export(the(work.current), tmp_path / "late.png", ExportOptions())
    assert work.album.unsaved == []
    assert window.isVisible()


def test_a_failed_export_before_closing_keeps_the_window(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    (tmp_path / "blocked").write_text("a file where a folder should be")
    assert not window.close()
    window.notification_strip.button("export").click()
    dialog = the(window.findChild(ExportDialog))
    dialog.folder_field.setText(str(tmp_path / "blocked"))
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    assert window.isVisible()
    assert window.notification_strip.subject == "export-failed"
