"""Exporting, recent photos, dragging out, and albums of many photos."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from gpen_desktop.core import memory
from gpen_desktop.core.batch import album
from gpen_desktop.core.engine import export
from gpen_desktop.core.engine.edits import with_frame, with_option
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.output.journal import JOURNAL_NAME
from gpen_desktop.core.photo_files import reading
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.types import Frame
from gpen_desktop.errors import SaveError
from gpen_desktop.gui.album import file_intake, thumbnails
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.controllers import draft_controller, export_controller
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.work.worker import ExportJob
from gpen_desktop.messages import say
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.test_window import open_photos, wait_done


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "family.png")


def test_exporting_saves_and_then_nothing_is_unsaved(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    assert len(window.workspace.album.unsaved) == 1
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    (exported,) = ended.args[0].exported
    assert exported.path == tmp_path / "out" / "family_restored.png"
    assert exported.path.is_file()
    assert window.workspace.album.unsaved == []
    assert "family_restored.png" in window.notification_strip.text
    window.panel.strength.slider.setValue(3)
    assert len(window.workspace.album.unsaved) == 1


def test_a_visible_mark_is_asked_for_checked_and_remembered(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    window.exports.export()
    dialog = window.findChild(ExportDialog)
    assert dialog.plan.mark == ""
    dialog.folder_field.setText(str(tmp_path / "out"))
    dialog.mark_field.setText("x" * 101)
    assert "100" in dialog.outlook
    dialog.mark_field.setText(" by Ida ")
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        dialog.accept()
    (exported,) = ended.args[0].exported
    plain = tmp_path / "plain"
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(plain), window.exports.exportable)
    before, after = (load_photo(each.path).pixels for each in (ended.args[0].exported[0], exported))
    assert (before != after).any(axis=2).nonzero()[0].min() > 200
    window.exports.export()
    assert window.findChild(ExportDialog).mark_field.text() == "by Ida"


def test_what_belongs_to_a_photo_comes_along_as_on_the_command_line(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    for ending in (".xmp", ".png.xmp", ".mov", ".txt"):
        photo.with_suffix(ending).write_bytes(ending.encode())
    open_photos(window, qtbot, photo)
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "out", format="jpeg"), window.exports.exportable)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["family_restored.jpg", "family_restored.jpg.xmp", "family_restored.mov", "family_restored.xmp"]
    assert (tmp_path / "out" / "family_restored.mov").read_bytes() == b".mov"
    assert [warning.code for warning in ended.args[0].exported[0].warnings] == []
    (tmp_path / "out" / "family_restored-2.xmp").write_bytes(b"somebody's")
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "out", format="jpeg"), window.exports.exportable)
    assert [warning.code for warning in ended.args[0].exported[0].warnings] == ["companion-there"]
    assert (tmp_path / "out" / "family_restored-2.xmp").read_bytes() == b"somebody's"


def test_every_page_is_exported_restored(
    window: MainWindow, engine: FakeEngine, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    pixels = load_photo(photo).pixels
    scan = tmp_path / "scan.tif"
    with tifffile.TiffWriter(scan) as file:
        for shift in (0, 3):
            file.write(np.roll(pixels, shift, axis=0), photometric="rgb")
    open_photos(window, qtbot, scan)
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    (exported,) = ended.args[0].exported
    assert exported.warnings == ()
    with tifffile.TiffFile(scan) as before, tifffile.TiffFile(exported.path) as after:
        assert [page.shape for page in after.pages] == [page.shape for page in before.pages]
        for old, new in zip(before.pages, after.pages, strict=True):
            assert (old.asarray() != new.asarray()).mean() > 0.02
    # what was drawn on the first page cuts no other
    workspace = window.workspace
    workspace.change(with_frame(workspace.current.edits, Frame(shape="square")), "Crop")
    with qtbot.waitSignal(workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "cropped"), window.exports.exportable)
    with tifffile.TiffFile(scan) as before, tifffile.TiffFile(ended.args[0].exported[0].path) as after:
        assert after.pages[0].shape[0] == after.pages[0].shape[1]
        assert after.pages[1].shape == before.pages[1].shape


def test_export_all_goes_through_the_dialog(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    window.actions_["export_all"].trigger()
    dialog = window.findChild(ExportDialog)
    assert dialog.isVisible()
    assert dialog.which.button(1).isChecked()
    assert dialog.focusWidget() is dialog.which.button(1)  # All (2), not This photo
    dialog.folder_field.setText(str(tmp_path / "results"))
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        dialog.accept()
    assert len(ended.args[0].exported) == 2
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["1_restored.png", "2_restored.png"]


def test_results_go_beside_the_originals_and_only_those_that_changed(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    open_photos(window, qtbot, make_photo(folders[0] / "1.png"), make_photo(folders[1] / "2.png", seed=2))
    engine.faces = ()
    open_photos(window, qtbot, make_photo(tmp_path / "empty.png", seed=3))
    window.actions_["export_all"].trigger()
    dialog = window.findChild(ExportDialog)
    dialog.folder_field.setText(str(tmp_path / "out"))
    assert "3 files, 1_restored.png to empty_restored.png, in" in dialog.outlook
    assert str(tmp_path / "out") in dialog.outlook
    assert "nothing changed: 1" in dialog.outlook
    dialog.only_changed.click()
    dialog.where.button(True).click()
    assert "2 files, 1_restored.png to 2_restored.png, in their own folders" in dialog.outlook
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    assert [(folder / f"{n}_restored.png").is_file() for n, folder in enumerate(folders, 1)] == [True, True]
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "empty_restored.png").exists()


def test_a_huge_enlargement_says_its_size_and_memory_first(
    window: MainWindow, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_photos(window, qtbot, photo)
    item = window.workspace.current
    assert item.size == (420, 300)
    item.size = (6000, 4000)
    window.actions_["export"].trigger()
    dialog = window.findChild(ExportDialog)
    assert "memory" not in dialog.outlook
    item.edits = with_option(item.edits, "scale", 4)
    monkeypatch.setattr(memory, "available_bytes", lambda: 64 << 30)
    assert "24000 × 16000 pixels (384 megapixels); takes up to 9.2 GB of memory" in dialog.outlook
    assert "enlarge it less" not in dialog.outlook
    monkeypatch.setattr(memory, "available_bytes", lambda: 4 * 10**9)
    assert "Only 4.0 GB are free: enlarge it less." in dialog.outlook


def test_an_export_says_its_whole_path(window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "GPEN Desktop"), window.exports.exportable)
    assert str(tmp_path / "GPEN Desktop" / "family_restored.png") in window.notification_strip.text
    assert window.notification_strip.button("reveal").text() == "Show in folder"


def test_a_failed_export_is_told_and_stays_told_though_others_succeed(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    first, second = make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2)
    open_photos(window, qtbot, first, second)
    work, strip = window.workspace, window.notification_strip
    with qtbot.waitSignal(work.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    assert work.album.unsaved == []
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    shown, other = work.current, next(item for item in work.album if item is not work.current)
    with qtbot.waitSignal(work.exports.ended) as ended:
        work.exports.export(other, blocked / "2.png", ExportOptions())
        work.exports.export(shown, tmp_path / "out" / "new.png", ExportOptions())
    ((job, failure),) = ended.args[0].failed
    assert (job.path, len(ended.args[0].exported)) == (other.path, 1)
    assert strip.subject == "export-failed"
    assert str(failure.what) in strip.text
    assert other.export_failure == failure
    assert str(failure.what) in window.album.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert work.album.unsaved == [other]  # what was saved before is not what was asked for now
    with qtbot.waitSignal(work.exports.ended):
        work.exports.export(shown, tmp_path / "out" / "newer.png", ExportOptions())
    strip.close_button.click()
    assert "newer.png" in strip.text  # what went well waited behind it


def test_a_full_disk_is_not_told_as_saved_and_trying_again_exports(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)))
    really = export.save_photo
    runs = window.workspace.jobs

    def full(*arguments: object, **options: object) -> object:
        raise SaveError(say("test-full", "Could not save it: the disk is full."))

    monkeypatch.setattr(export, "save_photo", full)
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    assert "exported into" not in window.notification_strip.text
    assert "3 photos were not exported" in window.notification_strip.text
    assert "disk is full" in window.notification_strip.text
    assert len(window.workspace.album.unsaved) == 3
    monkeypatch.setattr(export, "save_photo", really)
    started: list[object] = []
    runs.started.connect(started.append)
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.notification_strip.button("retry").click()
    assert len(ended.args[0].exported) == len(started) == 3
    assert all(isinstance(job, ExportJob) for job in started)
    assert window.workspace.album.unsaved == []
    assert [item.export_failure for item in window.workspace.album] == [None] * 3


def test_copying_does_not_mix_with_dragging(
    window: MainWindow, engine: FakeEngine, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    other = make_photo(tmp_path / "other.png", seed=2)
    open_photos(window, qtbot, photo, other)
    drafted: list[tuple[str, str]] = []
    window.workspace.exports.drafted.connect(lambda item, result, use: drafted.append((result.path.name, use)))
    window.actions_["copy"].trigger()
    window.drafts.drag_out([window.workspace.album.at(1)])
    with qtbot.waitSignal(window.drafts.copied):
        pass
    qtbot.waitUntil(lambda: len(drafted) == 2)
    assert drafted == [("family_restored.png", "copy"), ("other_restored.png", "drag")]
    assert "family_restored" in QApplication.clipboard().mimeData().urls()[0].toLocalFile()


class _Drag(QObject):
    """Stands in for a drag, which takes the mouse until it is let go."""

    begun: ClassVar[list[list[str]]] = []

    def setMimeData(self, data: QMimeData) -> None:
        self.begun.append([Path(url.toLocalFile()).name for url in data.urls()])

    def exec(self, _action: Qt.DropAction) -> None:
        """Let go at once."""


@pytest.fixture
def drags(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Names of the files of each drag that began."""
    _Drag.begun.clear()
    monkeypatch.setattr(draft_controller, "QDrag", _Drag)
    return _Drag.begun


def test_a_drag_let_go_too_early_begins_at_once_the_next_time(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, drags: list[list[str]]
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    window._store.set("export/pattern", "{number}_{name}")
    second = window.workspace.album.at(1)
    window.drafts.drag_out([second])
    with qtbot.waitSignal(window.workspace.exports.drafted):
        pass
    assert drags == []
    assert "drag it out again" in window.notification_strip.text
    window.drafts.drag_out([second])
    assert drags == [["002_2.png"]]
    second.edits = replace(second.edits, options=replace(second.edits.options, strength=5))
    window.drafts.drag_out([second])  # another result: it is made anew
    assert len(drags) == 1
    with qtbot.waitSignal(window.workspace.exports.drafted):
        pass


def test_a_held_mouse_takes_up_no_neighbour_while_the_file_is_made(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, drags: list[list[str]]
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    album, view = window.album, window.album.viewport()
    first, second = (album.visualRect(album.model().index(row, 0)).center() for row in (0, 1))
    wanted: list[list[object]] = []
    album.drag_wanted.connect(wanted.append)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=first)
    for step in range(1, 6):
        where = QPointF(first + (second - first) * step / 5)
        held = (Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(view, QMouseEvent(QEvent.Type.MouseMove, where, view.mapToGlobal(where), *held))
    assert [[item.path.name for item in items] for items in wanted] == [["1.png"]]
    assert window.workspace.current.path.name == "1.png"
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=second)
    wait_done(window, qtbot)


def test_a_draft_that_fails_is_told_and_tried_again_as_such(
    window: MainWindow, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_photos(window, qtbot, photo)
    really = export.save_photo

    def full(*arguments: object, **options: object) -> object:
        raise SaveError(say("test-full", "Could not save it: the disk is full."))

    monkeypatch.setattr(export, "save_photo", full)
    with qtbot.waitSignal(window.workspace.exports.draft_failed):
        window.actions_["copy"].trigger()
    assert "disk is full" in window.notification_strip.text
    monkeypatch.setattr(export, "save_photo", really)
    with qtbot.waitSignal(window.drafts.copied):
        window.notification_strip.button("retry").click()


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


def test_recent_photos_are_remembered_latest_first(
    window: MainWindow, own_folders: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    for name in ("1.png", "2.png"):
        open_photos(window, qtbot, make_photo(tmp_path / name))
    assert [path.name for path in window.imports.recent] == ["2.png", "1.png"]
    assert len(json.loads(str(window._store.get("window/recent")))) == 2
    (tmp_path / "2.png").unlink()
    assert [path.name for path in window.imports.recent] == ["1.png"]
    window.imports.forget_recent()
    assert window.imports.recent == []


def test_the_result_is_copied_for_other_programs(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    with qtbot.waitSignal(window.drafts.copied):
        window.actions_["copy"].trigger()
    data = QApplication.clipboard().mimeData()
    file = Path(data.urls()[0].toLocalFile())
    assert file.name == "family_restored.png"
    assert file.read_bytes() != photo.read_bytes()
    assert len(window.workspace.album.unsaved) == 1  # a draft is no export
    window.close_now()
    assert not file.exists()
    assert not QApplication.clipboard().mimeData().hasUrls()  # they would lead nowhere
    assert QApplication.clipboard().image().width() == 420


def test_nothing_to_open_is_said(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "empty").mkdir()
    window.imports.open_paths([tmp_path / "empty"])
    qtbot.waitUntil(lambda: "empty" in window.notification_strip.text)
    assert window.notification_strip.isVisible()


def test_why_there_is_nothing_to_open_is_said(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {name: tmp_path / name for name in ("nothing", "papers", "away", "done", "closed")}
    for name, folder in folders.items():
        if name != "away":
            folder.mkdir()
    (folders["papers"] / "letter.txt").write_text("no photo")
    (folders["done"] / "out").mkdir()
    (folders["done"] / "out" / JOURNAL_NAME).write_text("")
    make_photo(folders["done"] / "out" / "a.png")
    really = os.scandir

    def scandir(folder: Path) -> object:
        if folder == folders["closed"]:
            raise PermissionError
        return really(folder)

    monkeypatch.setattr(album.os, "scandir", scandir)
    reasons = {}
    for name, folder in folders.items():
        with qtbot.waitSignal(window.imports._intake.nothing) as nothing:
            window.imports.open_paths([folder])
        reasons[name] = nothing.args[0].code
        assert name in window.notification_strip.text
    assert reasons == {
        "nothing": "opened-empty",
        "papers": "opened-other-kinds",
        "away": "opened-gone",
        "done": "opened-results",
        "closed": "folder-unreadable",
    }
    assert len(window.workspace.album) == 0


def test_the_same_photo_is_not_added_twice(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    with qtbot.waitSignal(window.imports._intake.found):
        window.imports.open_paths([photo])
    assert len(window.workspace.album) == 1


def test_removing_a_photo_shows_its_neighbour_and_leaves_the_file(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    first, second = make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2)
    open_photos(window, qtbot, first, second)
    window.actions_["remove"].trigger()
    assert window.workspace.current.path == second
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
    window.workspace.show_item(window.workspace.album.at(1))
    wait_done(window, qtbot)
    window.panel.strength.slider.setValue(12)
    window.actions_["remove"].trigger()
    wait_done(window, qtbot)
    assert [item.path for item in window.workspace.album] == [paths[0], paths[2]]
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert [item.path for item in window.workspace.album] == paths
    assert window.workspace.current.path == paths[1]
    assert window.workspace.current.edits.options.strength == 12
    window.actions_["undo"].trigger()
    assert window.workspace.current.edits.options.strength == 80
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
    engine.gate.set()
    assert window.status.continue_button.isVisible()
    window.status.continue_button.click()
    assert not window.status.continue_button.isVisible()
    wait_done(window, qtbot)
    assert all(item.state is PhotoState.DONE for item in window.workspace.album)


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


def test_what_an_export_could_not_keep_is_said_once(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = export.export

    def with_warning(*arguments: object) -> object:
        return replace(
            really(*arguments),
            warnings=(say("lost", "{block} could not be kept.", block=say("block-xmp", "XMP data")),),
        )

    monkeypatch.setattr(export, "export", with_warning)
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    assert window.notification_strip.text.count("XMP data could not be kept.") == 1


def test_exporting_before_closing_exports_what_is_unsaved_and_then_closes(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)))
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable[:2])
    assert not window.close()
    window.notification_strip.button("export").click()
    dialog = window.findChild(ExportDialog)
    dialog.folder_field.setText(str(tmp_path / "late"))
    assert [item.path.name for _, item in dialog.items] == ["2.png"]
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [path.name for path in (tmp_path / "late").iterdir()] == ["2_restored.png"]


def test_a_failed_export_before_closing_keeps_the_window(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    (tmp_path / "blocked").write_text("a file where a folder should be")
    assert not window.close()
    window.notification_strip.button("export").click()
    dialog = window.findChild(ExportDialog)
    dialog.folder_field.setText(str(tmp_path / "blocked"))
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    assert window.isVisible()
    assert window.notification_strip.subject == "export-failed"


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
    dialog = window.findChild(ExportDialog)
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
    window.workspace.show_item(album.at(1))
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


def test_the_album_of_the_last_time_is_offered(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    assert not window.empty.last_button.isVisible()
    paths = [make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)]
    open_photos(window, qtbot, *paths)
    stored = json.loads(str(window._store.get("window/album")))
    stored["day"] = (date.today() - timedelta(days=1)).isoformat()
    window._store.set("window/album", json.dumps(stored))
    later = MainWindow(engine, window._store)
    qtbot.addWidget(later)
    later.show()
    assert later.empty.last_button.text() == "Open the photos of yesterday (3)"
    paths[1].unlink()
    with qtbot.waitSignal(later.imports.recent_changed):
        later.empty.last_button.click()
    assert [item.path for item in later.workspace.album] == [paths[0], paths[2]]
    wait_done(later, qtbot)
    later.imports.forget_recent()
    assert window._store.get("window/album") == ""
    later.close_now()


def test_the_samples_offered_are_of_different_subjects(window: MainWindow) -> None:
    subjects = [path.name.split("_")[0] for path in window.imports.samples]
    assert len(subjects) == len(set(subjects)) == 3


@pytest.fixture
def stalled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A photo on a share whose server is gone; it answers once the test is over."""
    path, answers, really = make_photo(tmp_path / "0 stalled.png"), threading.Event(), reading.open_regular

    def open_regular(asked: Path) -> object:
        if asked == path:
            answers.wait(30)
        return really(asked)

    monkeypatch.setattr(reading, "open_regular", open_regular)
    yield path
    answers.set()


def test_a_file_that_never_answers_does_not_stop_the_others(
    window: MainWindow, stalled: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE_S", 0.5)
    others = [make_photo(tmp_path / f"{n}.png", seed=n) for n in (1, 2)]
    open_photos(window, qtbot, stalled, *others)
    first, *rest = window.workspace.album
    assert [item.state for item in rest] == [PhotoState.DONE, PhotoState.DONE]
    assert first.state is PhotoState.FAILED
    assert "does not answer" in window.unreadable.text
    qtbot.waitUntil(lambda: window.album.thumbnail(rest[1]) is not None)


def test_a_folder_that_never_answers_is_told(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    monkeypatch.setattr(file_intake, "PATIENCE_S", 0.1)
    monkeypatch.setattr(file_intake, "find_photos", lambda *_, **__: iter(lambda: answers.wait(20), True))
    window.imports.open_paths([tmp_path])
    qtbot.waitUntil(lambda: "does not answer" in window.notification_strip.text)
    answers.set()


def test_moving_on_cancelling_and_closing_do_not_wait_for_a_stalled_file(
    window: MainWindow, stalled: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.imports.recent_changed):
        window.imports.open_paths([stalled, make_photo(tmp_path / "1.png")])
    work = window.workspace
    work.show_item(work.album.at(1))
    qtbot.waitUntil(lambda: work.photo_opened is not None and work.album.at(1).state is PhotoState.DONE)
    qtbot.waitUntil(lambda: work.jobs.running is not None and work.jobs.running.path == stalled)
    window.status.cancel_wanted.emit()
    qtbot.waitUntil(lambda: not work.jobs.is_busy)
    work.show_item(work.album.at(0))
    window.close_now()
    assert not window.isVisible()


def test_saving_to_a_stalled_folder_blocks_neither_cancel_nor_closing(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, really = threading.Event(), os.fsync

    def fsync(file: int) -> None:
        answers.wait(30)
        really(file)

    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    monkeypatch.setattr(os, "fsync", fsync)
    jobs = window.workspace.jobs
    for _ in range(2):
        window.exports.export_as(ExportPlan(tmp_path / "share"), [(1, window.workspace.current)])
        qtbot.waitUntil(lambda: any(tmp_path.glob("share/*.part")))
        assert jobs.is_busy
        window.status.cancel_wanted.emit()
        qtbot.waitUntil(lambda: not jobs.is_busy)
    assert len(window.workspace.album.unsaved) == 1
    window.close_now()
    assert not window.isVisible()
    answers.set()
    qtbot.waitUntil(lambda: not any((tmp_path / "share").iterdir()))


def test_a_folder_that_does_not_say_what_is_in_it_is_told(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    answers = threading.Event()
    monkeypatch.setattr(export_controller, "PLANNING_S", 0.1)
    monkeypatch.setattr(export_controller.export_plan, "targets", lambda *_, **__: answers.wait(20))
    window.exports.export_as(ExportPlan(tmp_path / "share"), [(1, window.workspace.current)])
    answers.set()
    assert "does not answer" in window.notification_strip.text
    assert not window.workspace.jobs.is_busy
