"""Unforeseen failures: written down, offered at the next start."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.gui.common.notification_strip import NotificationStrip
from gpen_desktop.gui.common.notifications import NotificationQueue
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell import crash
from gpen_desktop.gui.shell.crash_report import CrashReport
from gpen_desktop.gui.shell.program_notifications import ProgramNotifications
from tests.narrowing import the

Start = Callable[..., NotificationStrip]


@pytest.fixture
def log(qapp: QApplication) -> Iterator[crash.CrashLog]:
    log = the(crash.install())
    yield log
    if log.file.exists():
        log.close()


def _raise(message: str) -> None:
    raise ValueError(message)


def _report(message: str) -> None:
    """What the interpreter does with an exception nobody caught."""
    try:
        _raise(message)
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def test_failure_is_written_and_told(log: crash.CrashLog, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    log.reported.connect(told.append)
    _report("first")
    _report("second")
    text = crash.read(log.file)
    assert text.count("GPEN Desktop: ") == 1
    assert "in _raise" in text
    assert text.index("ValueError: first") < text.index("ValueError: second")
    assert told == ["ValueError: first", "ValueError: second"]
    assert "ValueError: first" in capsys.readouterr().err


def test_failure_in_a_thread_is_written(log: crash.CrashLog, capsys: pytest.CaptureFixture[str]) -> None:
    thread = threading.Thread(target=_raise, args=("far away",), name="reader")
    thread.start()
    thread.join()
    assert "unforeseen error in reader" in crash.read(log.file)
    assert "ValueError: far away" in crash.read(log.file)


def test_quiet_run_leaves_nothing(log: crash.CrashLog) -> None:
    hook = sys.excepthook
    log.close()
    assert not log.file.exists()
    assert sys.excepthook is not hook
    assert crash.left_behind("") is None


def test_next_start_is_offered_the_newest_log_once(log: crash.CrashLog) -> None:
    for name in ("20260101-100000-1.log", "20260102-100000-1.log"):
        (crash.folder() / name).write_text("text", encoding="utf-8")
    newest = crash.left_behind("", log)
    assert newest is not None
    assert newest.name == "20260102-100000-1.log"
    assert crash.left_behind(newest.name, log) is None


def test_log_of_this_run_is_not_offered(log: crash.CrashLog, capsys: pytest.CaptureFixture[str]) -> None:
    _report("now")
    assert crash.left_behind("", log) is None
    assert crash.left_behind("") == log.file


def test_a_survived_failure_is_no_crash_at_the_next_start(
    log: crash.CrashLog, capsys: pytest.CaptureFixture[str]
) -> None:
    _report("survived")
    log.close()
    assert "ValueError: survived" in crash.read(log.file)
    assert crash.left_behind("") is None


def test_old_logs_are_cleared_away(log: crash.CrashLog) -> None:
    for day in range(1, 15):
        (crash.folder() / f"202601{day:02}-100000-1.log").write_text("text", encoding="utf-8")
    stale = crash.folder() / "20251231-100000-1.log"
    stale.touch()
    os.utime(stale, (time.time() - 1e6,) * 2)
    crash.left_behind("", log)
    kept = sorted(file.name for file in crash.folder().glob("2026010*.log"))
    assert kept == [f"202601{day:02}-100000-1.log" for day in range(5, 10)]
    assert not stale.exists()
    assert log.file.exists()


def test_crash_of_the_interpreter_itself_is_written(own_folders: Path) -> None:
    code = f"""
        import faulthandler, pathlib
        from gpen_desktop import paths
        paths.user_data = lambda: pathlib.Path({str(own_folders)!r})
        from gpen_desktop.gui.shell import crash
        log = crash.install()
        faulthandler._sigsegv()
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, check=False)
    assert done.returncode != 0
    left = crash.left_behind("")
    assert left is not None
    assert "Segmentation fault" in crash.read(left)


def test_folder_that_cannot_be_written_does_not_stop_the_window(qapp: QApplication, own_folders: Path) -> None:
    (own_folders / "crash").write_text("a file where a folder should be", encoding="utf-8")
    hook = sys.excepthook
    assert crash.install() is None
    assert sys.excepthook is hook


@pytest.fixture
def start(qtbot: QtBot, log: crash.CrashLog) -> Start:
    """Makes what a window makes at its start."""

    def start(store: SettingsStore | None = None) -> NotificationStrip:
        window = QWidget()
        qtbot.addWidget(window)
        queue = NotificationQueue(window)
        strip = NotificationStrip(queue, window)
        ProgramNotifications(queue, store or SettingsStore(), log, window)
        return strip

    return start


def _open_report(strip: NotificationStrip) -> str:
    strip.button("show").click()
    report = the(strip.window().findChild(CrashReport))
    text = report.text.toPlainText()
    report.close()
    return text


def test_nothing_is_said_when_nothing_happened(start: Start) -> None:
    assert start().isHidden()


def test_crash_is_offered_at_the_next_start_only(start: Start) -> None:
    file = crash.folder() / "20260101-100000-1.log"
    file.write_bytes("ValueError: кадр\n".encode() + b"\xff")
    store = SettingsStore()
    first = start(store)
    assert "ended unexpectedly" in first.text
    assert "ValueError: кадр" in _open_report(first)
    assert first.isHidden()
    assert start(store).isHidden()


def test_offer_can_be_put_away(start: Start) -> None:
    (crash.folder() / "20260101-100000-1.log").write_text("text", encoding="utf-8")
    store = SettingsStore()
    start(store).close_button.click()
    assert start(store).isHidden()


def test_survived_failure_is_said_while_it_runs(start: Start, qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    shown = start()
    thread = threading.Thread(target=_raise, args=("far away",))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: not shown.isHidden())
    assert "The program goes on" in shown.text
    assert "ValueError: far away" in _open_report(shown)


def test_reset_settings_are_told_after_the_crash(start: Start, own_folders: Path) -> None:
    (own_folders / "settings.ini").write_text("[restore]\nstrength=lots\n", encoding="utf-8")
    (crash.folder() / "20260101-100000-1.log").write_text("text", encoding="utf-8")
    store = SettingsStore()
    shown = start(store)
    assert "ended unexpectedly" in shown.text
    shown.close_button.click()
    assert the(store.backup).name in shown.text


def test_report_can_be_copied(qtbot: QtBot, own_folders: Path) -> None:
    file = own_folders / "20260101-100000-1.log"
    file.write_text("ValueError: broken", encoding="utf-8")
    report = CrashReport(file)
    qtbot.addWidget(report)
    next(button for button in report.findChildren(QPushButton) if button.text() == "Copy").click()
    assert QGuiApplication.clipboard().text() == "ValueError: broken"
