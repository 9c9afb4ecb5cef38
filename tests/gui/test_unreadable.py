"""Photos that cannot be read, half damaged ones, and disks that never answer, in the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.core.photo_files import reading
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.gui.album import file_intake
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.common.notifications import Notification, Severity
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the


def test_a_bad_file_says_what_to_do_and_does_not_stop_the_rest(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    bad = tmp_path / "broken.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    good = make_photo(tmp_path / "good.png")
    open_photos(window, qtbot, bad, good)
    assert [item.state for item in window.workspace.album] == [PhotoState.FAILED, PhotoState.DONE]
    assert window.unreadable.isVisible()
    assert "broken.png" in window.unreadable.text
    assert window.notification_strip.isHidden()  # it is said once
    window.unreadable.remove_button.click()
    wait_done(window, qtbot)
    assert [item.path for item in window.workspace.album] == [good]


def test_nothing_can_be_done_to_a_photo_that_cannot_be_read_until_it_can(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    good = make_photo(tmp_path / "good.png")
    bad = tmp_path / "broken.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    open_photos(window, qtbot, good)
    assert not window.unreadable.isVisible()
    open_photos(window, qtbot, bad)
    for name in ("export", "copy", "crop", "turn_left", "zoom_in", "fit", "split", "add_face", "compare_models"):
        assert not window.actions_[name].isEnabled(), name
    for name in ("remove", "reveal", "export_all", "next_photo", "previous_photo", "open"):
        assert window.actions_[name].isEnabled(), name
    assert not window.panel.strength.isEnabled()
    window.actions_["previous_photo"].trigger()
    wait_done(window, qtbot)
    assert window.view.isVisible()
    assert window.actions_["export"].isEnabled()
    assert window.panel.strength.isEnabled()
    window.actions_["next_photo"].trigger()
    assert window.unreadable.isVisible()
    bad.unlink()
    make_photo(bad)
    window.unreadable.retry_button.click()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    wait_done(window, qtbot)
    assert window.view.isVisible()
    assert window.actions_["export"].isEnabled()
    assert the(window.workspace.current).state is PhotoState.DONE


def test_a_half_damaged_jpeg_opens_as_far_as_it_goes_and_is_marked(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.faces = ()  # what is left of it; that is told too, and later
    whole = save_photo(load_photo(make_photo(tmp_path / "whole.png")), tmp_path / "half.jpg", format="jpeg").path
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    open_photos(window, qtbot, whole)
    item = the(window.workspace.current)
    assert item.state is PhotoState.DONE
    assert item.lacks_part
    assert "Part of the picture is missing" in window.notification_strip.text
    assert "missing" in window.album.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


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
    work.show_item(the(work.album.at(1)))
    qtbot.waitUntil(lambda: work.photo_opened is not None and the(work.album.at(1)).state is PhotoState.DONE)
    qtbot.waitUntil(lambda: work.jobs.running is not None and work.jobs.running.path == stalled)
    window.status.cancel_wanted.emit()
    qtbot.waitUntil(lambda: not work.jobs.is_busy)
    work.show_item(the(work.album.at(0)))
    window.close_now()
    assert not window.isVisible()


def test_what_is_told_lies_over_the_page_of_an_unreadable_photo(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no photo")
    window.notifications.post(Notification("a fact", lambda: "Something happened.", severity=Severity.WARNING))
    window.imports.open_paths([bad])
    qtbot.waitUntil(window.unreadable.isVisible)
    strip = window.notification_strip
    pages = the(strip.parentWidget())
    assert pages.childAt(strip.geometry().center()) in (strip, *strip.findChildren(QWidget))
