"""Albums of many photos: removed, paused, gone on with, selected, shown."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine import export
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.load_save import save_photo
from gpen_desktop.gui.album import thumbnails
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.work.worker import ExportJob
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the


def test_a_right_click_in_the_album_offers_what_can_be_done_with_the_photo(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    album = window.album
    where = album.visualRect(album.model().index(1, 0)).center()
    qtbot.mouseClick(album.viewport(), Qt.MouseButton.RightButton, pos=where)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(album.viewport(), QContextMenuEvent(reason, where, album.viewport().mapToGlobal(where)))
    menu = album.findChild(QMenu)
    assert menu is not None
    assert menu.isVisible()
    assert window.workspace.current is list(window.workspace.album)[1]
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == [
        "Export…",
        "Copy the result",
        "Show in the file manager",
        "Turn left",
        "Turn right",
        "Crop and straighten",
        "Copy adjustments",
        "Paste adjustments",
        "Apply to all photos",
        "Remove from the album",
    ]
    menu.close()
    wait_done(window, qtbot)


def test_removing_a_photo_shows_its_neighbour_and_leaves_the_file(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    first, second = make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2)
    open_photos(window, qtbot, first, second)
    window.actions_["remove"].trigger()
    assert the(window.workspace.current).path == second
    assert window.album.selected() == [window.workspace.current]
    wait_done(window, qtbot)
    window.album.setFocus()
    qtbot.keyClick(window.album, Qt.Key.Key_Delete)
    assert window.workspace.current is None
    assert window.empty.isVisible()
    assert first.is_file()
    assert second.is_file()


def test_removing_a_photo_is_undone_with_its_edits_and_place(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    paths = [make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)]
    open_photos(window, qtbot, *paths)
    window.workspace.show_item(the(window.workspace.album.at(1)))
    wait_done(window, qtbot)
    window.panel.strength.slider.setValue(12)
    window.actions_["remove"].trigger()
    wait_done(window, qtbot)
    assert [item.path for item in window.workspace.album] == [paths[0], paths[2]]
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert [item.path for item in window.workspace.album] == paths
    assert the(window.workspace.current).path == paths[1]
    assert the(window.workspace.current).edits.options.strength == 12
    window.actions_["undo"].trigger()
    assert the(window.workspace.current).edits.options.strength == 80
    window.actions_["redo"].trigger()
    window.actions_["redo"].trigger()
    wait_done(window, qtbot)
    assert [item.path for item in window.workspace.album] == [paths[0], paths[2]]


def test_the_last_photo_removed_comes_back_too(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    window.actions_["remove"].trigger()
    assert window.empty.isVisible()
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert window.view.isVisible()


def test_a_cancelled_album_can_be_gone_on_with(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / f"{n}.png", seed=n) for n in range(4)])
    qtbot.waitUntil(lambda: len(window.workspace.jobs.waiting) == 3 and window.workspace.photo_opened is not None)
    window.status.cancel_wanted.emit()
    qtbot.waitUntil(lambda: not window.workspace.jobs.is_busy)
    assert all(item.state is PhotoState.WAITING for item in window.workspace.album)
    assert "4 waiting" in window.status.doing
    assert window.actions_["restore_waiting"].isEnabled()
    engine.gate.set()
    assert window.status.continue_button.isVisible()
    window.status.continue_button.click()
    assert not window.status.continue_button.isVisible()
    wait_done(window, qtbot)
    assert all(item.state is PhotoState.DONE for item in window.workspace.album)
    assert not window.actions_["restore_waiting"].isEnabled()


def test_a_paused_album_that_is_removed_leaves_nothing_to_go_on_with(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)])
    qtbot.waitUntil(lambda: len(window.workspace.jobs.waiting) == 2)
    window.status.pause_button.click()
    assert window.status.continue_button.isVisible()
    window.album.selectAll()
    window.actions_["remove"].trigger()
    engine.gate.set()
    qtbot.waitUntil(lambda: not window.workspace.jobs.is_busy)
    assert not window.status.continue_button.isVisible()


def test_a_paused_export_that_was_removed_with_its_album_comes_back_paused(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)))
    engine.gate.clear()
    make_photo(tmp_path / "late.png", seed=9)
    window.imports.open_paths([tmp_path / "late.png"])
    jobs = window.workspace.jobs
    qtbot.waitUntil(lambda: jobs.running is not None and window.workspace.photo_opened is not None)
    window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable[:3])
    window.status.pause_button.click()
    engine.gate.set()
    qtbot.waitUntil(lambda: jobs.running is None)
    assert len(jobs.waiting) == 3
    window.album.selectAll()
    window.actions_["remove"].trigger()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: jobs.running is None and window.workspace.photo_opened is not None)
    assert window.status.doing.startswith("Paused · Exporting 1 of 3")
    assert window.status.continue_button.isVisible()
    assert not (tmp_path / "out").exists()
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.status.continue_button.click()
    assert sorted(path.stem for path in (tmp_path / "out").iterdir()) == [f"{n}_restored" for n in range(3)]


def _held_exports(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Let exports stop once their file is written. Returns what is set then, and what lets them come to their end."""
    written, may_end = threading.Event(), threading.Event()

    def save(*arguments: Any, **options: Any) -> object:
        saved = save_photo(*arguments, **options)
        written.set()
        may_end.wait(20)
        return saved

    monkeypatch.setattr(export, "save_photo", save)
    return written, may_end


@pytest.mark.parametrize("is_over", [True, False])
def test_an_export_that_ended_in_spite_of_the_removal_is_not_made_again(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, is_over: bool
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)))
    work, item = window.workspace, the(window.workspace.current)
    started: list[object] = []
    work.jobs.started.connect(started.append)
    written, may_end = _held_exports(monkeypatch)
    window.exports.export_as(ExportPlan(tmp_path / "out"), [(1, item)])
    qtbot.waitUntil(written.is_set)
    window.actions_["remove"].trigger()
    if is_over:
        may_end.set()
        qtbot.waitUntil(lambda: not work.jobs.is_busy)
    window.actions_["undo"].trigger()
    may_end.set()
    wait_done(window, qtbot)
    assert work.current is item
    assert item.is_exported
    assert item.export_failure is None
    assert len([job for job in started if isinstance(job, ExportJob)]) == 1


def test_exports_of_a_photo_that_was_opened_anew_do_not_come_back(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)))
    work, other = window.workspace, the(window.workspace.album.at(1))
    written, may_end = _held_exports(monkeypatch)
    window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    qtbot.waitUntil(written.is_set)
    work.remove(other)
    window.imports.open_paths([other.path])
    qtbot.waitUntil(lambda: work.album.by_path(other.path) is not None)
    window.actions_["undo"].trigger()
    may_end.set()
    wait_done(window, qtbot)
    assert len(work.album) == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["0_restored.png"]


def test_an_album_is_paused_and_gone_on_with(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / f"{n}.png", seed=n) for n in range(4)])
    qtbot.waitUntil(lambda: len(window.workspace.jobs.waiting) == 3 and window.workspace.photo_opened is not None)
    window.status.pause_button.click()
    engine.gate.set()
    qtbot.waitUntil(lambda: window.workspace.jobs.running is None)
    assert [item.state is PhotoState.DONE for item in window.workspace.album] == [True, False, False, False]
    assert window.status.doing.startswith("Paused · Restoring 2 of 4")
    assert not window.status.pause_button.isVisible()
    assert window.status.rate == ""  # of one alone nothing can be said
    engine.gate.clear()
    window.status.continue_button.click()
    assert window.status.pause_button.isVisible()
    with qtbot.waitSignal(window.workspace.restored):
        engine.gate.set()
    assert "photos a minute" in window.status.rate
    wait_done(window, qtbot)
    assert all(item.state is PhotoState.DONE for item in window.workspace.album)
    assert not window.status.pause_button.isVisible()


def test_thumbnails_of_a_large_album_are_made_elsewhere_and_only_where_seen(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, threading.Thread]] = []
    really = thumbnails.make_thumbnail

    def watched(path: Path, side: int) -> object:
        made.append((path.name, threading.current_thread()))
        return really(path, side)

    monkeypatch.setattr(thumbnails, "make_thumbnail", watched)
    folder = tmp_path / "album"
    folder.mkdir()
    one = make_photo(tmp_path / "one.png", 80, 60)
    for number in range(500):
        os.link(one, folder / f"{number:03d}.png")
    engine.gate.clear()
    window.imports.open_paths([folder])
    qtbot.waitUntil(lambda: len(window.workspace.album) == 500)
    qtbot.waitUntil(lambda: len(made) >= 5)
    assert len(made) < 60
    window.album.scrollToBottom()
    qtbot.waitUntil(lambda: any(name == "499.png" for name, _ in made))
    assert all(thread is not threading.main_thread() for _, thread in made)
    assert len(made) < 120


def test_several_photos_are_selected_exported_and_removed_together(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [make_photo(tmp_path / f"{n}.png", seed=n) for n in range(4)]
    open_photos(window, qtbot, *paths)
    album, view = window.album, window.album.viewport()
    for row in (1, 2):
        where = album.visualRect(album.model().index(row, 0)).center()
        modifier = Qt.KeyboardModifier.ControlModifier if row == 2 else Qt.KeyboardModifier.NoModifier
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, modifier, where)
    wait_done(window, qtbot)
    assert [item.path for item in album.selected()] == paths[1:3]
    window.actions_["export"].trigger()
    dialog = the(window.findChild(ExportDialog))
    dialog.folder_field.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1_restored.png", "2_restored.png"]
    window.actions_["remove"].trigger()
    assert [item.path for item in window.workspace.album] == [paths[0], paths[3]]
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert [item.path for item in window.workspace.album] == paths


def test_adjustments_are_copied_and_pasted_onto_the_selected_and_that_is_told(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)))
    album = window.workspace.album
    assert not window.actions_["paste_look"].isEnabled()
    window.panel.strength.slider.setValue(33)
    window.actions_["copy_look"].trigger()
    window.workspace.show_item(the(album.at(1)))
    window.actions_["select_all"].trigger()
    window.actions_["paste_look"].trigger()
    assert [item.edits.options.strength for item in album] == [33, 33, 33]
    assert window.notification_strip.text == "Applied to 2 photos."
    window.notification_strip.button("undo").click()
    assert [item.edits.options.strength for item in album] == [33, 80, 80]
    assert not window.notification_strip.isVisible()
    window.actions_["apply_to_all"].trigger()
    assert "Applied to one photo." in window.notification_strip.text
    window.panel.strength.slider.setValue(50)
    assert "Applied" not in window.notification_strip.text  # its undo would undo something else
    wait_done(window, qtbot)
