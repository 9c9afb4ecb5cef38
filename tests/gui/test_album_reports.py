"""The page on an album that was exported: offered, made and opened."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gpen_desktop.core.batch.report_page import page
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.patience import is_wanted_here
from gpen_desktop.errors import Cancelled
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.controllers import album_report
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import make_photo
from tests.gui.steps import open_photos
from tests.narrowing import the


def test_an_album_ends_with_a_report_that_can_be_opened(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{name}.png", seed=n) for n, name in enumerate("abc")))
    work, strip = window.workspace, window.notification_strip
    (tmp_path / "c.png").rename(tmp_path / "away.png")  # the last, so that it is not on screen
    with qtbot.waitSignal(work.exports.ended, timeout=20_000):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    assert strip.subject == "export-failed"
    (tmp_path / "away.png").rename(tmp_path / "c.png")
    strip.close_button.click()
    strip.button("report").click()
    qtbot.waitUntil(lambda: len(opened) == 1)
    text = Path(opened[0].toLocalFile()).read_text(encoding="utf-8")
    assert '<html lang="en">' in text
    assert "Photos: 3 (2 restored, 1 failed). Faces restored: 4." in text
    assert text.count("data:image/jpeg") == 4
    assert "2 photos exported" in strip.text  # it is still told
    i18n.apply(the(QApplication.instance()), "zh_CN")
    try:
        strip.button("report").click()
        qtbot.waitUntil(lambda: len(opened) == 2)
    finally:
        i18n.apply(the(QApplication.instance()), "en")
    text = Path(opened[1].toLocalFile()).read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in text
    assert "失败" in text


@pytest.mark.parametrize("is_put_away", [True, False])
def test_a_report_speaks_no_more_of_what_was_put_away_or_is_over(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, is_put_away: bool
) -> None:
    opened: list[QUrl] = []
    may_end = threading.Event()

    def slow_page(*arguments: Any) -> str:
        may_end.wait(20)
        return page(*arguments)

    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    monkeypatch.setattr(album_report, "page", slow_page)
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)))
    work, strip = window.workspace, window.notification_strip
    with qtbot.waitSignal(work.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    strip.button("report").click()
    assert strip.button("reveal").isVisible()  # it does not pass by itself
    if is_put_away:
        strip.close_button.click()
    else:
        (tmp_path / "blocked").write_text("a file where a folder should be")
        with qtbot.waitSignal(work.exports.ended):
            work.exports.export(the(work.current), tmp_path / "blocked" / "0.png", ExportOptions())
    may_end.set()
    qtbot.waitUntil(lambda: len(opened) == 1)
    assert window.notifications.on("exported") is None


def test_closing_waits_for_no_photo_of_a_report_on_a_disk_that_does_not_answer(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)))
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    has_begun, heard = threading.Event(), threading.Event()

    def stalled(*_all: object) -> str:
        has_begun.set()
        for _ in range(500):
            if not is_wanted_here():
                heard.set()
                raise Cancelled
            threading.Event().wait(0.01)
        return ""

    monkeypatch.setattr(album_report, "page", stalled)
    window.notification_strip.button("report").click()
    assert has_begun.wait(5)
    window.exports.shut_down()
    assert heard.is_set()


def test_a_report_is_offered_of_what_was_exported_last_only(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)))
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    assert window.notification_strip.button("report").isVisible()
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "again"), window.exports.exportable[:1])
        assert window.notifications.on("exported") is None
    assert window.notifications.on("exported") is not None


def test_what_was_tried_again_is_once_in_the_report(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{name}.png", seed=n) for n, name in enumerate("abc")))
    (tmp_path / "c.png").rename(tmp_path / "away.png")
    (tmp_path / "b.png").rename(tmp_path / "too.png")
    with qtbot.waitSignal(window.workspace.exports.ended, timeout=20_000):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    (tmp_path / "away.png").rename(tmp_path / "c.png")
    (tmp_path / "too.png").rename(tmp_path / "b.png")
    with qtbot.waitSignal(window.workspace.exports.ended, timeout=20_000):
        window.notification_strip.button("retry").click()
    window.notification_strip.button("report").click()
    qtbot.waitUntil(lambda: len(opened) == 1)
    assert "Photos: 3 (3 restored). Faces restored: 6." in Path(opened[0].toLocalFile()).read_text(encoding="utf-8")
