"""A disk that is full while photos are exported: they wait for room, and all else goes on."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.work import full_disk as full_disk_module
from gpen_desktop.gui.work.full_disk import disk_name
from tests.full_disk import full_disk
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos
from tests.narrowing import the


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While it is set, nothing can be written: the disk is full."""
    return full_disk(monkeypatch)


def export_to_the_full(disk: threading.Event, window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    """Begin to export all photos into a folder on a disk that is full, until the window says so."""
    disk.set()
    window.exports.export_as(ExportPlan(folder), window.exports.exportable)
    qtbot.waitUntil(lambda: window.notification_strip.subject == "disk-full")


def test_exports_wait_for_room_on_a_full_disk_and_go_on_by_themselves(
    window: MainWindow, disk: threading.Event, tmp_path: Path, qtbot: QtBot
) -> None:
    photos = [make_photo(tmp_path / f"{n}.png", seed=n) for n in range(4)]
    open_photos(window, qtbot, *photos[:3])
    export_to_the_full(disk, window, tmp_path / "out", qtbot)
    assert "is full" in window.notification_strip.text
    assert "goes on by itself" in window.notification_strip.text
    assert any(unit in window.notification_strip.text for unit in (" kB", " MB"))
    assert "Waiting for room" in window.status.doing
    assert "left" not in window.status.doing
    window.imports.open_paths([photos[3]])  # everything else goes on
    qtbot.waitUntil(lambda: len(window.workspace.album) == 4)
    qtbot.waitUntil(lambda: the(window.workspace.album.at(3)).state is PhotoState.DONE)
    assert not any(item.export_failure for item in window.workspace.album)
    assert not list((tmp_path / "out").iterdir())
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        disk.clear()
    assert {each.path.name for each in ended.args[0].exported} == {f"{n}_restored.png" for n in range(3)}
    assert not ended.args[0].failed
    assert window.notification_strip.subject == "exported"


def test_a_quota_that_is_used_up_is_not_told_as_a_full_disk(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> None:
    used_up = full_disk(monkeypatch, errno.EDQUOT)
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    export_to_the_full(used_up, window, tmp_path / "out", qtbot)
    assert "quota" in window.notification_strip.text
    assert "is full" not in window.notification_strip.text
    with qtbot.waitSignal(window.workspace.exports.ended):
        used_up.clear()


def test_a_full_disk_is_not_asked_for_its_name_by_the_window(
    window: MainWindow,
    disk: threading.Event,
    photo: Path,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_answer, asked_by = threading.Event(), list[threading.Thread]()

    def slow(path: Path) -> str:
        asked_by.append(threading.current_thread())
        assert may_answer.wait(20)
        return f"the stick of {path.parent.name}"

    monkeypatch.setattr(full_disk_module, "disk_name", slow)
    open_photos(window, qtbot, photo)
    disk.set()
    window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    qtbot.waitUntil(lambda: "Waiting for room" in window.status.doing)
    assert window.notification_strip.subject != "disk-full"
    may_answer.set()
    qtbot.waitUntil(lambda: window.notification_strip.subject == "disk-full")
    assert "The disk the stick of out is full" in window.notification_strip.text
    assert threading.main_thread() not in asked_by
    window.notification_strip.button("cancel").click()


def test_a_folder_that_may_not_be_looked_at_is_on_the_disk_of_those_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error there ended the thread that waits for room, and exports waited for ever without a word."""
    stat, gone = os.stat, tmp_path / "gone"

    def guarded(path: Any, *args: Any, **named: Any) -> os.stat_result:
        if str(path).startswith(str(gone)):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return stat(path, *args, **named)

    monkeypatch.setattr(os, "stat", guarded)
    assert disk_name(gone / "a.png") == disk_name(tmp_path)


def test_waiting_for_room_is_cancelled_and_leaves_nothing(
    window: MainWindow, disk: threading.Event, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    export_to_the_full(disk, window, tmp_path / "out", qtbot)
    qtbot.mouseClick(window.notification_strip.button("cancel"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.workspace.jobs.is_busy)
    assert window.notification_strip.subject == ""
    assert not window.workspace.exports.are_running
    assert window.workspace.jobs.disk.error is None
    assert window.workspace.album.unsaved
    disk.clear()
    qtbot.wait(100)
    assert not list((tmp_path / "out").iterdir())


def test_waiting_for_room_ends_with_the_photos_that_wait(
    window: MainWindow, disk: threading.Event, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    export_to_the_full(disk, window, tmp_path / "out", qtbot)
    window.photos.remove_shown()
    assert window.workspace.jobs.disk.error is None
    window.workspace.undo.undo()
    qtbot.waitUntil(lambda: window.notification_strip.subject == "disk-full")
    disk.clear()
    qtbot.waitUntil(lambda: window.notification_strip.subject == "exported")


def test_a_draft_on_a_full_disk_fails_at_once(
    window: MainWindow, disk: threading.Event, photo: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    disk.set()
    window.drafts.copy()
    qtbot.waitUntil(lambda: "disk is full" in window.notification_strip.text)
    assert window.workspace.jobs.disk.error is None


def test_a_pause_ends_with_the_last_photo_that_it_held_back(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    jobs = window.workspace.jobs
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)])
    qtbot.waitUntil(lambda: jobs.running is not None and len(jobs.waiting) == 2)
    jobs.pause()
    engine.gate.set()
    qtbot.waitUntil(lambda: jobs.running is None)  # the photo on screen is done all the same
    assert jobs.is_paused
    assert len(jobs.waiting) == 2
    window.workspace.remove(the(window.workspace.album.at(2)), the(window.workspace.album.at(1)))
    assert not jobs.is_busy
    assert not jobs.is_paused
