"""Results for other programs: copied, dragged out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine import export
from gpen_desktop.core.photo_files.load_save import save_photo
from gpen_desktop.errors import SaveError
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.controllers import draft_controller
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.messages import say
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the


def test_copying_does_not_mix_with_dragging(
    window: MainWindow, engine: FakeEngine, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    other = make_photo(tmp_path / "other.png", seed=2)
    open_photos(window, qtbot, photo, other)
    drafted: list[tuple[str, str]] = []
    window.workspace.exports.drafted.connect(lambda item, result, use: drafted.append((result.path.name, use)))
    window.actions_["copy"].trigger()
    window.drafts.drag_out([the(window.workspace.album.at(1))])
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
    second = the(window.workspace.album.at(1))
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
    wanted: list[list[AlbumItem]] = []
    album.drag_wanted.connect(wanted.append)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=first)
    for step in range(1, 6):
        where = QPointF(first + (second - first) * step / 5)
        held = (Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(view, QMouseEvent(QEvent.Type.MouseMove, where, view.mapToGlobal(where), *held))
    assert [[item.path.name for item in items] for items in wanted] == [["1.png"]]
    assert the(window.workspace.current).path.name == "1.png"
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=second)
    wait_done(window, qtbot)


def test_a_draft_that_fails_is_told_and_tried_again_as_such(
    window: MainWindow, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_photos(window, qtbot, photo)

    def full(*arguments: object, **options: object) -> object:
        raise SaveError(say("test-full", "Could not save it: the disk is full."))

    monkeypatch.setattr(export, "save_photo", full)
    with qtbot.waitSignal(window.workspace.exports.draft_failed):
        window.actions_["copy"].trigger()
    assert "disk is full" in window.notification_strip.text
    monkeypatch.setattr(export, "save_photo", save_photo)
    with qtbot.waitSignal(window.drafts.copied):
        window.notification_strip.button("retry").click()


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
