"""How photos ended: counted, told, filtered by."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gpen_desktop.core.compose import texture
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import Face, Photo
from gpen_desktop.gui.album.status import Status
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import FakeEngine, face_at, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the


def test_exports_and_visits_do_not_add_to_what_is_restored(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)]
    open_photos(window, qtbot, *paths)
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / "late.png", seed=9), make_photo(tmp_path / "later.png", seed=8)])
    qtbot.waitUntil(lambda: len(window.workspace.album) == 5)
    work = window.workspace
    work.show_item(the(work.album.at(0)))
    qtbot.waitUntil(lambda: work.photo_opened is not None and work.photo_opened.item == the(work.current).id)
    work.show_item(the(work.album.at(1)))
    window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable[:3])
    assert "Restoring 1 of 2" in window.status.doing
    assert "Exporting 1 of 3" in window.status.doing
    engine.gate.set()
    wait_done(window, qtbot)


def test_a_photo_without_faces_is_not_waiting_again_when_visited(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.faces = ()
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    seen: list[Status] = []
    window.workspace.album.dataChanged.connect(lambda: seen.extend(item.status for item in window.workspace.album))
    window.workspace.show_item(the(window.workspace.album.at(1)))
    wait_done(window, qtbot)
    assert set(seen) <= {Status.NO_FACES}


def test_an_album_ends_with_what_became_of_it_and_a_filter(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    bad = tmp_path / "4.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)), bad)
    assert window.notification_strip.text == "3 restored, 1 failed."
    window.notification_strip.button("failed").click()
    assert [window.album.isRowHidden(row) for row in range(4)] == [True, True, True, False]
    window.album_side.filter.show_only(None)
    album = window.workspace.album
    assert window.status.doing == "3 restored, 1 failed"
    for face in the(album.at(1)).faces:
        window.workspace.show_item(the(album.at(1)))
        window.faces.toggle(face.id)
    wait_done(window, qtbot)
    assert the(album.at(1)).status is Status.LEFT
    assert "left as it is" in album.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert window.status.doing == "2 restored, 1 left alone, 1 failed"
    window.album_side.filter.show_only(Status.RESTORED)
    assert [window.album.isRowHidden(row) for row in range(4)] == [False, True, False, True]
    window.album.setCurrentIndex(album.index(0, 0))
    window.album.step(1)
    assert window.workspace.current is album.at(2)
    window.album_side.filter.show_only(None)
    assert not any(window.album.isRowHidden(row) for row in range(4))
    wait_done(window, qtbot)


def test_photos_that_are_added_are_seen_whatever_was_filtered_by(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    """Under 'Restored' or 'Damaged?' stood also whatever was opened later."""
    paths = [make_photo(tmp_path / f"{n}.png", seed=n) for n in range(5)]
    open_photos(window, qtbot, *paths[:3])
    shown = window.album_side.filter
    shown.show_only(Status.RESTORED)
    window.actions_["remove"].trigger()
    window.actions_["undo"].trigger()
    assert shown.shown is Status.RESTORED
    engine.gate.clear()
    window.imports.open_paths(paths[3:])
    qtbot.waitUntil(lambda: len(window.workspace.album) == 5)
    assert shown.shown is None
    assert not any(window.album.isRowHidden(row) for row in range(5))
    engine.gate.set()
    wait_done(window, qtbot)
    shown.show_only(Status.RESTORED)
    window.workspace.remove(*list(window.workspace.album)[1:])
    assert shown.shown is None  # nobody could choose otherwise any more


def test_a_photo_of_sharp_faces_is_already_good_and_nothing_of_it_is_unsaved(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texture, "sharp_scale", lambda *_: 1.0)
    open_photos(window, qtbot, photo)
    assert the(window.workspace.current).status is Status.GOOD
    assert window.workspace.album.unsaved == []
    said = [label.text() for label in window.panel.faces.findChildren(QLabel)]
    assert "0 of 2 restored · 2 already sharp" in said


class OnItsSide(FakeEngine):
    """Finds faces only in photos that are higher than wide."""

    def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        return super().detect(photo, progress=progress) if photo.height > photo.width else ()


def test_a_photo_on_its_side_is_noticed_and_turned_and_back_again(
    own_folders: Path, tmp_path: Path, photo: Path, qtbot: QtBot
) -> None:
    (tmp_path / "side").mkdir()
    engine = OnItsSide(tmp_path / "side", faces=(face_at(120, 140),))
    window = MainWindow(engine, SettingsStore(own_folders / "settings.ini"))
    qtbot.addWidget(window)
    window.show()
    open_photos(window, qtbot, photo)
    item = the(window.workspace.current)
    assert [each.status for each in window.workspace.album] == [Status.SIDEWAYS]
    assert window.status.doing == "1 lying sideways"
    assert "lie on its side" in window.notification_strip.text
    window.notification_strip.button("turn").click()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    wait_done(window, qtbot)
    opened = the(window.workspace.photo_opened).photo
    assert (opened.width, opened.height) == (300, 420)
    assert item.status is Status.RESTORED
    assert not window.notification_strip.isVisible()
    thumbnail = the(window.album.thumbnail(item))
    assert thumbnail.height() > thumbnail.width()
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    exported = load_photo(tmp_path / "out" / "family_restored.png")
    assert (exported.width, exported.height) == (300, 420)
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    wait_done(window, qtbot)
    assert the(window.workspace.photo_opened).photo.width == 420
    assert [each.status for each in window.workspace.album] == [Status.SIDEWAYS]
    window.close_now()
