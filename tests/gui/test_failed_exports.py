"""Exports that fail or cannot be kept whole: told, tried again, sent elsewhere."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine import export, export_plan
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.load_save import save_photo
from gpen_desktop.errors import SaveError
from gpen_desktop.gui.controllers import export_controller
from gpen_desktop.gui.dialogs import export_dialog
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.work.worker import ExportJob
from gpen_desktop.messages import say
from tests.gui.fakes import make_photo
from tests.gui.steps import open_photos
from tests.narrowing import the


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
    shown, other = the(work.current), next(item for item in work.album if item is not work.current)
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


def test_a_photo_that_fails_twice_is_told_once(window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    (tmp_path / "file").write_bytes(b"no folder")
    for _ in range(2):
        with qtbot.waitSignal(window.workspace.exports.ended):
            window.exports.export_as(ExportPlan(tmp_path / "file" / "out"), window.exports.exportable)
    assert window.notification_strip.subject == "export-failed"
    assert "2 photos" not in window.notification_strip.text
    started: list[object] = []
    window.workspace.jobs.started.connect(started.append)
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.notification_strip.button("retry").click()
    assert len(started) == 1


def test_what_cannot_be_written_in_one_folder_is_exported_to_another(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    (tmp_path / "file").write_bytes(b"no folder")
    exports, strip = window.workspace.exports, window.notification_strip
    with qtbot.waitSignal(exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "file" / "out"), window.exports.exportable)
    strip.button("elsewhere").click()
    assert strip.subject == "export-failed"  # until it has gone well
    dialog = the(window.findChild(ExportDialog))
    dialog.folder_field.setText(str(tmp_path / "other"))
    with qtbot.waitSignal(exports.ended):
        dialog.accept()
    assert len(list((tmp_path / "other").iterdir())) == 1
    assert strip.subject == "exported"


def test_just_what_failed_is_proposed_to_be_exported_elsewhere(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)))
    work, strip = window.workspace, window.notification_strip
    (tmp_path / "file").write_bytes(b"no folder")
    with qtbot.waitSignal(work.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "file" / "out"), window.exports.exportable[1:])

    def proposed() -> list[str]:
        strip.button("elsewhere").click()
        (dialog,) = (each for each in window.findChildren(ExportDialog) if each.isVisible())
        dialog.reject()
        return [item.path.name for _, item in dialog.items]

    assert len(work.album.unsaved) == 3
    assert proposed() == ["1.png", "2.png"]
    with qtbot.waitSignal(work.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable[2:])
    assert proposed() == ["1.png"]
    _, failed, _ = work.album
    failed.edits = replace(failed.edits, options=replace(failed.edits.options, faces=frozenset()))
    assert failed not in work.album.unsaved  # nothing would be lost, yet it was asked for
    assert proposed() == ["1.png"]
    assert strip.subject == "export-failed"
    work.remove(failed)
    assert strip.subject != "export-failed"


def test_a_full_disk_is_not_told_as_saved_and_trying_again_exports(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)))
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
    monkeypatch.setattr(export, "save_photo", save_photo)
    started: list[object] = []
    runs.started.connect(started.append)
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.notification_strip.button("retry").click()
    assert len(ended.args[0].exported) == len(started) == 3
    assert all(isinstance(job, ExportJob) for job in started)
    assert window.workspace.album.unsaved == []
    assert [item.export_failure for item in window.workspace.album] == [None] * 3


def test_what_an_export_could_not_keep_is_said_once(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = export.export

    def with_warning(*arguments: Any) -> object:
        return replace(
            really(*arguments),
            warnings=(say("lost", "{block} could not be kept.", block=say("block-xmp", "XMP data")),),
        )

    monkeypatch.setattr(export, "export", with_warning)
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    assert window.notification_strip.text.count("XMP data could not be kept.") == 1


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
        window.exports.export_as(ExportPlan(tmp_path / "share"), [(1, the(window.workspace.current))])
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
    monkeypatch.setattr(export_plan, "targets", lambda *_, **__: answers.wait(20))
    window.exports.export_as(ExportPlan(tmp_path / "share"), [(1, the(window.workspace.current))])
    answers.set()
    assert "does not answer" in window.notification_strip.text
    assert not window.workspace.jobs.is_busy


def test_a_folder_that_does_not_answer_is_told_before_it_is_asked_for(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    share, answers, really = tmp_path / "share", threading.Event(), os.path.exists

    def exists(path: Path) -> bool:
        if path == share:
            answers.wait(20)
        return really(path)

    open_photos(window, qtbot, photo)
    window.exports.export()
    dialog = the(window.findChild(ExportDialog))
    monkeypatch.setattr(export_dialog, "PLANNING_S", 0.1)
    monkeypatch.setattr(os.path, "exists", exists)
    dialog.folder_field.setText(str(share))
    assert dialog.outlook == "The folder does not answer. Choose another."
    answers.set()


def test_a_file_in_place_of_the_folder_is_told_before_and_after_it_is_asked_for(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    told = f"{taken} is a file, not a folder. Choose another folder."
    open_photos(window, qtbot, photo)
    window.exports.export()
    dialog = the(window.findChild(ExportDialog))
    export = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Export")
    dialog.folder_field.setText(str(taken / "new"))
    assert dialog.outlook == told
    assert not export.isEnabled()
    dialog.folder_field.setText(str(tmp_path / "out"))
    assert "Will be saved as" in dialog.outlook
    assert export.isEnabled()
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(taken), window.exports.exportable)
    assert told in window.notification_strip.text
    assert taken.read_text() == "mine"
