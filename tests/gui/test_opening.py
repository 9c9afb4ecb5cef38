"""Photos into the window: dropped, pasted, in folders, of the last time; and where there is nothing to open."""

from __future__ import annotations

import errno
import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from gpen_desktop.core.output.journal import JOURNAL_NAME
from gpen_desktop.gui.album import file_intake
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.controllers import import_controller
from gpen_desktop.gui.shell.drop_window import DropHint
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the


def test_folders_are_opened_with_those_in_them(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "album" / "inner").mkdir(parents=True)
    make_photo(tmp_path / "album" / "b.png")
    make_photo(tmp_path / "album" / "inner" / "a.png")
    (tmp_path / "album" / "notes.txt").write_text("no photo")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "album"))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(drop)
    qtbot.waitUntil(lambda: len(window.workspace.album) == 2)
    wait_done(window, qtbot)
    assert [item.path.name for item in window.workspace.album] == ["b.png", "a.png"]
    assert all(item.state is PhotoState.DONE for item in window.workspace.album)


def test_a_drop_is_a_copy_also_where_the_source_would_rather_move(
    window: MainWindow, photo: Path, qtbot: QtBot
) -> None:
    """A source that is answered 'moved' deletes its file: the original."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    offered = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    mouse = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)  # Shift asks for a move
    for event in (
        QDragEnterEvent(QPoint(5, 5), offered, *mouse),
        QDragMoveEvent(QPoint(5, 5), offered, *mouse),
        QDropEvent(QPointF(5, 5), offered, *mouse),
    ):
        assert event.proposedAction() == Qt.DropAction.MoveAction
        QApplication.sendEvent(window, event)
        assert event.isAccepted()
        assert event.dropAction() == Qt.DropAction.CopyAction
    qtbot.waitUntil(lambda: len(window.workspace.album) == 1)
    wait_done(window, qtbot)


def test_photos_held_over_an_album_show_that_they_join_it(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    mouse = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    hint = the(window.findChild(DropHint))
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, *mouse))
    assert hint.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not hint.isVisible()


def test_a_photo_that_is_being_read_does_not_ask_to_be_gone_on_with(
    window: MainWindow, photo: Path, qtbot: QtBot
) -> None:
    window.workspace.add([photo])
    assert window.status.doing == ""
    assert not window.status.continue_button.isVisible()
    wait_done(window, qtbot)
    assert window.status.doing == "1 restored"


def test_a_pasted_picture_becomes_a_photo(window: MainWindow, qtbot: QtBot) -> None:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    data = QMimeData()
    data.setImageData(image)
    assert window.imports.open_mime(data)
    qtbot.waitUntil(lambda: len(window.workspace.album) == 1)
    wait_done(window, qtbot)
    assert the(window.workspace.photo_opened).photo.width == 400


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


def test_nothing_to_open_is_said(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "empty").mkdir()
    window.imports.open_paths([tmp_path / "empty"])
    qtbot.waitUntil(lambda: "empty" in window.notification_strip.text)
    assert window.notification_strip.isVisible()


def test_pasting_where_nothing_was_ever_put_says_so(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    class NothingEver:
        @staticmethod
        def clipboard() -> NothingEver:
            return NothingEver()

        def mimeData(self) -> None:
            return None

    monkeypatch.setattr(import_controller, "QGuiApplication", NothingEver)
    window.imports.paste()
    assert window.notification_strip.text == "There is no photo on the clipboard."


def test_a_disk_that_fails_while_it_is_looked_through_is_told(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def broken(*_given: object, **_how: object) -> list[object]:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(file_intake, "find_photos", broken)
    window.imports.open_paths([tmp_path])
    qtbot.waitUntil(lambda: tmp_path.name in window.notification_strip.text)
    assert "went wrong" in window.notification_strip.text


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

    monkeypatch.setattr(os, "scandir", scandir)
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


def test_a_folder_in_an_album_that_cannot_be_read_is_told_beside_what_can(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was written to the log alone, and nobody missed its photos."""
    closed = [tmp_path / f"closed {n}" for n in range(5)]
    for folder in closed:
        folder.mkdir()
    photo = make_photo(tmp_path / "a.png")
    really = os.scandir

    def scandir(folder: Path) -> object:
        if folder in closed:
            raise PermissionError
        return really(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    open_photos(window, qtbot, tmp_path)
    assert [item.path for item in window.workspace.album] == [photo]
    told = window.notification_strip.text
    assert [folder.name in told for folder in closed] == [True, True, True, False, False]
    assert told.endswith("And 2 more.")


def test_the_same_photo_is_not_added_twice(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    with qtbot.waitSignal(window.imports._intake.found):
        window.imports.open_paths([photo])
    assert len(window.workspace.album) == 1


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
    names = [path.name for path in window.imports.samples]
    assert len(names) == len({name.split("_")[0] for name in names}) == 3
    assert "collins_sepia_folded.jpg" in names  # creased, and asked about; of hopper_grey_scratched nothing is asked


def test_the_dialog_for_photos_opens_where_there_is_something(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(import_controller, "pictures_folder", lambda: tmp_path / "Pictures")

    def cancelled(_parent: object, _title: str, folder: str, _kinds: str) -> tuple[list[str], str]:
        asked.append(folder)
        return [], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", cancelled)
    window.imports.open()
    (tmp_path / "Pictures").mkdir()
    window.imports.open()
    assert asked == [str(Path.home()), str(tmp_path / "Pictures")]


def test_the_dialog_for_photos_opens_at_home_where_the_last_folder_may_not_be_looked_at(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    window._store.set("window/open_folder", str(tmp_path / "closed" / "photos"))
    really = Path.is_dir

    def is_dir(folder: Path) -> bool:
        if "closed" in folder.parts:
            raise PermissionError
        return really(folder)

    monkeypatch.setattr(Path, "is_dir", is_dir)

    def choose(_parent: object, _title: str, folder: str) -> str:
        asked.append(folder)
        return ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose)
    window.imports.open_folder()
    assert asked == [str(Path.home())]
