"""Whatever works in the background leaves the processor to the window."""

from __future__ import annotations

import errno
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QImage
from pytestqt.qtbot import QtBot

from gpen_desktop.core.compose import preview as composing
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import Face, Photo
from gpen_desktop.gui.album import thumbnails
from gpen_desktop.gui.album.thumbnails import ThumbnailLoader
from gpen_desktop.gui.common.process import give_way
from gpen_desktop.gui.controllers import album_report
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer import preview
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.worker import RestoreJob, next_job_id
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no niceness of their own")


def niceness() -> int:
    """Of the calling thread, beside the one that draws."""
    own, drawing = (os.getpriority(os.PRIO_PROCESS, each) for each in (threading.get_native_id(), os.getpid()))
    return own - drawing


class _Asked:
    """Notes how nice the threads are that call it, and how nice a thread is that begins in one."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.of_threads_begun_there: list[int] = []

    def __call__(self) -> None:
        self.answers.append(niceness())
        begun = threading.Thread(target=lambda: self.of_threads_begun_there.append(niceness()))
        begun.start()
        begun.join()


def test_the_models_give_way_and_so_do_the_threads_that_they_begin(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _Asked()

    def detect(found: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        asked()
        return FakeEngine.detect(engine, found, progress=progress)

    monkeypatch.setattr(engine, "detect", detect)
    jobs.submit(RestoreJob(next_job_id(), 1, photo, "m"))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert asked.answers
    assert min(asked.answers + asked.of_threads_begun_there) > 0


def test_pictures_for_the_screen_are_made_in_threads_that_give_way(
    window: MainWindow, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _Asked()

    def compose_part(*args: Any) -> object:
        asked()
        return composing.compose_part(*args)

    monkeypatch.setattr(preview, "compose_part", compose_part)
    window.imports.open_paths([photo])
    qtbot.waitUntil(lambda: bool(asked.answers))
    qtbot.waitUntil(lambda: not window.workspace.jobs.is_busy)
    assert min(asked.answers) > 0


def test_thumbnails_give_way(photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, made = _Asked(), thumbnails.make_thumbnail

    def make_thumbnail(path: Path, side: int) -> QImage:
        asked()
        return made(path, side)

    monkeypatch.setattr(thumbnails, "make_thumbnail", make_thumbnail)
    loader = ThumbnailLoader(64)
    with qtbot.waitSignal(loader.ready):
        loader.get(photo)
    loader.shut_down()
    assert min(asked.answers) > 0


def test_the_page_of_an_album_gives_way(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, opened = _Asked(), list[QUrl]()

    def page(*_all: object) -> str:
        asked()
        return ""

    monkeypatch.setattr(album_report, "page", page)
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)))
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    window.notification_strip.button("report").click()
    qtbot.waitUntil(lambda: bool(opened))
    assert min(asked.answers) > 0


def test_who_gives_way_twice_gives_way_once() -> None:
    seen: list[int] = []

    def twice() -> None:
        give_way()
        seen.append(niceness())
        give_way()
        seen.append(niceness())

    thread = threading.Thread(target=twice)
    thread.start()
    thread.join()
    assert seen[0] == seen[1] > 0
    assert niceness() == 0


def test_who_may_not_give_way_works_all_the_same(
    window: MainWindow, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a sandbox: pictures for the screen are made in a pool that would break."""

    def refused(*_all: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "setpriority", refused)
    open_photos(window, qtbot, photo)
    assert window.notification_strip.subject == ""
