"""Shared by the window's tests.

Conventions: no display is needed (offscreen); every test has its own settings and its own user folder; the model may be
faked, Qt never; a Qt warning fails the test (pyproject.toml); a thread that a test leaves running fails it.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSettings, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gpen_desktop import paths
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.work.jobs import JobController
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import shown_window


def pytest_configure(config: pytest.Config) -> None:
    # The offscreen platform says this of every window that has a size of its own and of menus; no other platform does.
    lacks = r"propagateSizeHints|raise\(\)|grabbing the keyboard"
    config.addinivalue_line("qt_log_ignore", f"This plugin does not support ({lacks})")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder and settings file of this test only; gives the folder."""
    folder = tmp_path / "user"
    folder.mkdir()
    monkeypatch.setattr(paths, "user_data", lambda: folder)
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_leaked_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A thread that still runs after its test belongs to a window or a worker that was not ended; ours have names."""
    started: list[QThread] = []
    really = QThread.start

    def start(thread: QThread, *priority: QThread.Priority) -> None:
        started.append(thread)
        really(thread, *priority)

    monkeypatch.setattr(QThread, "start", start)
    yield
    QApplication.processEvents()
    running = [each for each in started if shiboken6.isValid(each) and each.objectName() and each.isRunning()]
    for thread in running:
        thread.quit()
        thread.wait(2000)
    assert not running, f"left running: {[thread.objectName() for thread in running]}"


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    """The fake models; finds fakes.TWO_FACES in every photo."""
    folder = tmp_path / "answers"
    folder.mkdir()
    return FakeEngine(folder)


@pytest.fixture
def window(engine: FakeEngine, own_folders: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window with fake models, shown; ended after the test."""
    with shown_window(engine, own_folders / "settings.ini") as window:
        with qtbot.waitExposed(window):
            pass
        yield window
        engine.gate.set()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """One that the window opens."""
    return make_photo(tmp_path / "family.png")


@pytest.fixture
def jobs(engine: FakeEngine) -> Iterator[JobController]:
    """The queue with fake models, without a window."""
    controller = JobController(engine)
    yield controller
    controller.shut_down()
