"""What people do in the window, with fake models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gpen_desktop.core.compose import texture
from gpen_desktop.core.compose.select import chosen_faces
from gpen_desktop.core.engine.edits import turned_faces, with_face_replaced, with_option
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.options import Mode
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import NO_FACE, Drift, Face, Photo
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.album.status import Status
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.face_item import MarkState
from tests.gui.fakes import FakeEngine, face_at, make_photo


def open_photos(window: MainWindow, qtbot: QtBot, *photos: Path) -> None:
    """Open photos and wait until nothing is left to do."""
    with qtbot.waitSignal(window.imports.recent_changed):
        window.imports.open_paths(list(photos))
    wait_done(window, qtbot)


def wait_done(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until no job is left and the faces on screen are up to date."""

    def settled() -> bool:
        work = window.workspace
        if work.jobs.is_busy or any(item.state is PhotoState.WAITING for item in work.album):
            return False
        item = work.current
        return (
            item is None
            or item.status in (Status.FAILED, Status.NO_FACES, Status.SIDEWAYS)
            or (bool(work.marks()) and all(mark.state is not MarkState.WORKING for mark in work.marks()))
        )

    qtbot.waitUntil(settled, timeout=10_000)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "family.png")


def test_first_start_says_what_to_do(window: MainWindow) -> None:
    assert window.empty.isVisible()
    assert not window.view.isVisible()
    assert not window.actions_["export"].isEnabled()
    assert not window.tools._export.isEnabled()
    window.resize(900, 700)
    window.resize(1300, 800)
    buttons = {button.defaultAction(): button for button in window.tools.findChildren(QToolButton)}
    assert not any(
        buttons[window.actions_[name]].isEnabled() for name in ("zoom_in", "fit", "actual", "split", "turn_left")
    )


def test_a_photo_is_restored_and_its_faces_marked(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    assert window.view.isVisible()
    assert window.workspace.current.state is PhotoState.DONE
    assert [mark.state for mark in window.workspace.marks()] == [MarkState.ON, MarkState.ON]
    assert window.strip.count() == 2
    assert "family.png" in window.windowTitle()


def test_models_run_in_a_thread_of_their_own(window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    assert engine.threads
    assert "MainThread" not in engine.threads


def test_the_photo_is_there_before_its_faces(window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot) -> None:
    engine.gate.clear()
    window.imports.open_paths([photo])
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None and len(window.workspace.marks()) == 2)
    assert window.view.pair is not None
    assert [mark.state for mark in window.workspace.marks()] == [MarkState.WORKING, MarkState.WORKING]
    assert window.workspace.current.state is PhotoState.WORKING
    assert window.status.doing.startswith("Restoring")
    engine.gate.set()
    wait_done(window, qtbot)


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


def test_a_pasted_picture_becomes_a_photo(window: MainWindow, qtbot: QtBot) -> None:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    data = QMimeData()
    data.setImageData(image)
    assert window.imports.open_mime(data)
    qtbot.waitUntil(lambda: len(window.workspace.album) == 1)
    wait_done(window, qtbot)
    assert window.workspace.photo_opened.photo.width == 400


def on_face(window: MainWindow, number: int) -> QPoint:
    """The middle of a face, numbered from 0, in the view."""
    return window.view.placement.to_pane(window.workspace.marks()[number].rect.center()).toPoint()


def on_chip(window: MainWindow, number: int) -> QPoint:
    """The middle of the chip under its chin."""
    rect = window.workspace.marks()[number].rect
    bottom = window.view.placement.to_pane(QPointF(rect.center().x(), rect.bottom()))
    return (bottom + QPointF(0, 12)).toPoint()


def test_a_click_on_a_face_selects_it_and_one_beside_it_none(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    first = window.workspace.faces[0]
    window.panel.set_open_sections([False])
    qtbot.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=on_face(window, 0))
    assert window.faces.selected == first.id
    assert window.workspace.current.edits.options.faces == "all"
    assert window.panel.faces.strength.isVisible()
    assert "Restored." in [label.text() for label in window.panel.faces.findChildren(QLabel)]
    beside = window.view.placement.to_pane(QPointF(20, 20)).toPoint()
    qtbot.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=beside)
    assert window.faces.selected == NO_FACE


def test_a_face_that_is_off_stays_visibly_so(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    view = window.view
    view._fade.opacity = 0.0
    hidden = view.grab().toImage()
    window.faces.toggle(window.workspace.faces[0].id)
    wait_done(window, qtbot)
    chip = on_chip(window, 0)
    area = QRect(chip - QPoint(14, 8), QSize(28, 16))
    assert view.grab().toImage().copy(area) != hidden.copy(area)


def test_the_checkbox_turns_a_face_off_and_undo_on_again(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    qtbot.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=on_chip(window, 0))
    qtbot.waitUntil(lambda: window.workspace.marks()[0].state is MarkState.OFF)
    first, second = window.workspace.faces
    assert window.workspace.current.edits.options.faces == {second.id}
    assert window.faces.selected == first.id
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: window.workspace.marks()[0].state is MarkState.ON)
    assert window.workspace.current.edits.options.faces == "all"


def test_dragging_over_a_face_pans_and_toggles_nothing(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    window.view.jump_to(window.workspace.marks()[0].rect, 8.0)
    start = window.view.placement.to_pane(window.workspace.marks()[0].rect.center()).toPoint() + QPoint(-40, 30)
    origin = window.view.placement.origin
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(window.view, start - QPoint(12 * step, 6 * step))
    qtbot.mouseRelease(window.view, Qt.MouseButton.LeftButton, pos=start - QPoint(60, 30))
    assert window.view.placement.origin != origin
    assert window.workspace.current.edits.options.faces == "all"


def test_a_slider_recomposes_without_the_model(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    runs, before = engine.runs, window.view.grab().toImage()
    window.panel.strength.slider.setValue(10)
    qtbot.waitUntil(lambda: window.view.grab().toImage() != before)
    assert engine.runs == runs
    assert window.workspace.current.edits.options.strength == 10


def test_a_dragged_slider_is_one_step_of_the_history(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    slider = window.panel.strength.slider
    for first in (70, 40):
        slider.setSliderDown(True)
        for value in range(first, first - 6, -1):
            slider.setValue(value)
        slider.setSliderDown(False)
    assert window.workspace.undo.count() == 2
    window.workspace.undo.undo()
    assert window.panel.strength.value() == 65
    window.workspace.undo.undo()
    assert window.panel.strength.value() == 80
    window.workspace.undo.redo()
    window.workspace.undo.redo()
    assert window.workspace.current.edits.options.strength == 35


def test_double_click_resets_a_slider(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    slider = window.panel.strength.slider
    slider.setValue(20)
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton)
    assert window.workspace.current.edits.options.strength == 80


def test_undo_shows_the_photo_that_it_changes(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    first, second = window.workspace.album
    window.panel.strength.slider.setValue(11)
    window.workspace.show_item(second)
    window.workspace.undo.undo()
    assert window.workspace.current is first
    assert first.edits.options.strength == 80
    wait_done(window, qtbot)


def test_apply_to_all_keeps_each_photos_own_faces(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    first, second = window.workspace.album
    window.workspace.show_item(second)
    wait_done(window, qtbot)
    first_face, second_face = window.workspace.faces
    window.faces.toggle(first_face.id)
    window.workspace.show_item(first)
    wait_done(window, qtbot)
    window.panel.mode.button(Mode.STRONG).click()
    window.actions_["apply_to_all"].trigger()
    assert second.edits.options.mode is Mode.STRONG
    assert second.edits.options.faces == {second_face.id}
    window.workspace.undo.undo()
    assert second.edits.options.mode is Mode.NATURAL
    wait_done(window, qtbot)


def test_own_strength_of_a_face(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    face = window.workspace.faces[1].id
    window.faces.select(face)
    window.panel.faces.strength.slider.setValue(30)
    assert dict(window.workspace.current.edits.options.face_strengths) == {face: 30}
    qtbot.mouseDClick(window.panel.faces.strength.slider, Qt.MouseButton.LeftButton)
    assert not window.workspace.current.edits.options.face_strengths


def test_a_missed_face_is_added_by_drawing_and_dragging(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    runs = engine.runs
    window.faces.draw()
    corner, other = (window.view.placement.to_pane(QPointF(*at)).toPoint() for at in ((180, 180), (240, 260)))
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseMove(window.view, (corner + other) / 2)
    qtbot.mouseMove(window.view, other)
    qtbot.mouseRelease(window.view, Qt.MouseButton.LeftButton, pos=other)
    qtbot.waitUntil(lambda: window.view.points is not None)
    nose = window.view.placement.to_pane(QPointF(*window.view.points[2]))
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=nose.toPoint())
    qtbot.mouseMove(window.view, nose.toPoint() + QPoint(24, 0))
    qtbot.mouseRelease(window.view, Qt.MouseButton.LeftButton, pos=nose.toPoint() + QPoint(24, 0))
    moved = window.view.points[2].copy()
    qtbot.keyClick(window.view, Qt.Key.Key_Return)
    wait_done(window, qtbot)
    faces = window.workspace.faces
    assert len(faces) == 3
    assert faces[2].landmarks[2] == pytest.approx(moved)
    assert engine.runs == runs + 1  # the other two were known
    window.workspace.undo.undo()
    wait_done(window, qtbot)
    assert len(window.workspace.faces) == 2


def test_a_face_drawn_by_hand_is_restored_however_small(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    window.faces.draw()
    corner, other = (window.view.placement.to_pane(QPointF(*at)).toPoint() for at in ((200, 200), (214, 218)))
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseMove(window.view, other)
    qtbot.mouseRelease(window.view, Qt.MouseButton.LeftButton, pos=other)
    qtbot.waitUntil(lambda: window.view.points is not None)
    qtbot.keyClick(window.view, Qt.Key.Key_Return)
    wait_done(window, qtbot)
    drawn = min(window.workspace.faces, key=lambda face: face.box[2])
    assert drawn.box[2] < window.workspace.current.edits.options.min_face
    states = {mark.face: mark.state for mark in window.workspace.marks()}
    assert states[drawn.id] is MarkState.ON


def test_a_false_face_is_removed_and_its_neighbour_stays_on(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    first, second = window.workspace.faces
    window.faces.select(first.id)
    window.actions_["remove_face"].trigger()
    wait_done(window, qtbot)
    assert window.workspace.faces == (second,)
    assert [(mark.face, mark.number, mark.state) for mark in window.workspace.marks()] == [(second.id, 1, MarkState.ON)]


def test_no_faces_says_so_and_offers_to_draw_one(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    engine.faces = ()
    open_photos(window, qtbot, photo)
    assert window.workspace.current.status is Status.NO_FACES
    assert "No faces" in window.notification_strip.text
    window.notification_strip.button("draw").click()
    assert "Draw a box" in window.notification_strip.text


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
    assert window.workspace.current.state is PhotoState.DONE


def test_an_unforeseen_error_is_shown_with_its_details_and_can_be_retried(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    engine.errors = [ZeroDivisionError("a fault of ours")]
    open_photos(window, qtbot, photo)
    assert window.workspace.current.state is PhotoState.FAILED
    assert "ZeroDivisionError" in window.notification_strip.text
    assert "a fault of ours" in window.workspace.current.failure.details
    assert "a fault of ours" in caplog.text
    window.notification_strip.button("retry").click()
    wait_done(window, qtbot)
    assert window.workspace.current.state is PhotoState.DONE


def test_a_broken_model_is_named_and_another_can_be_chosen(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    engine.broken_models = {"other"}
    window.workspace.change(replace(window.workspace.current.edits, model="other"), "Model")
    qtbot.waitUntil(lambda: window.workspace.current.state is PhotoState.FAILED)
    assert "other" in window.notification_strip.text
    window.workspace.undo.undo()
    wait_done(window, qtbot)
    assert window.workspace.current.state is PhotoState.DONE


def test_closing_with_unexported_photos_asks_in_the_window(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    assert not window.close()
    assert window.isVisible()
    assert window.notification_strip.subject == "closing"
    window.notification_strip.button("close").click()
    assert not window.isVisible()


def test_closing_during_work_asks_then_ends_cleanly(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    window.imports.open_paths([photo])
    qtbot.waitUntil(lambda: window.workspace.jobs.running is not None)
    assert not window.close()
    assert "being restored" in window.notification_strip.text
    window.notification_strip.button("close").click()
    assert not window.isVisible()  # the fixture that looks for running threads does the rest


def test_the_question_on_closing_counts_what_is_restored_meanwhile(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2)])
    qtbot.waitUntil(lambda: len(window.workspace.jobs.waiting) == 1)
    assert not window.close()
    assert "being restored" in window.notification_strip.text
    engine.gate.set()
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: window.notification_strip.text == "Restored photos not exported yet: 2")
    window.album.selectAll()
    window.actions_["remove"].trigger()
    qtbot.waitUntil(window.notification_strip.isHidden)  # nothing is left to lose


def test_an_empty_window_closes_at_once(window: MainWindow) -> None:
    assert window.close()


def test_sizes_and_unfolded_sections_survive_a_restart(
    window: MainWindow, engine: FakeEngine, own_folders: Path, qtbot: QtBot
) -> None:
    window.resize(window.minimumWidth(), 650)
    window.panel.set_open_sections([False, True, False, True])
    window.close()
    again = MainWindow(engine, SettingsStore(own_folders / "settings.ini"))
    qtbot.addWidget(again)
    assert again.panel.open_sections == [False, True, False, True]
    assert again.height() == 650
    again.close()


def test_hold_b_shows_the_photo_as_it_was(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    window.view.set_divider(0)
    after = window.view.grab().toImage()
    window.view.setFocus()
    qtbot.keyPress(window.view, Qt.Key.Key_B)
    before = window.view.grab().toImage()
    qtbot.keyRelease(window.view, Qt.Key.Key_B)
    assert before != after
    assert window.view.grab().toImage() == after


def test_exports_and_visits_do_not_add_to_what_is_restored(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)]
    open_photos(window, qtbot, *paths)
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / "late.png", seed=9), make_photo(tmp_path / "later.png", seed=8)])
    qtbot.waitUntil(lambda: len(window.workspace.album) == 5)
    work = window.workspace
    work.show_item(work.album.at(0))
    qtbot.waitUntil(lambda: work.photo_opened is not None and work.photo_opened.item == work.current.id)
    work.show_item(work.album.at(1))
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
    window.workspace.show_item(window.workspace.album.at(1))
    wait_done(window, qtbot)
    assert set(seen) <= {Status.NO_FACES}


def test_an_album_ends_with_what_became_of_it_and_a_filter(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    bad = tmp_path / "4.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{n}.png", seed=n) for n in range(3)), bad)
    assert "3 restored, 1 failed." in [each.text for each in window.notifications._posted]
    album = window.workspace.album
    assert window.status.doing == "3 restored, 1 failed"
    for face in album.at(1).faces:
        window.workspace.show_item(album.at(1))
        window.faces.toggle(face.id)
    wait_done(window, qtbot)
    assert album.at(1).status is Status.LEFT
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


def test_a_photo_of_sharp_faces_is_already_good_and_nothing_of_it_is_unsaved(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texture, "is_sharp_already", lambda *_: True)
    open_photos(window, qtbot, photo)
    assert window.workspace.current.status is Status.GOOD
    assert window.workspace.album.unsaved == []
    said = [label.text() for label in window.panel.faces.findChildren(QLabel)]
    assert "0 of 2 restored · 2 already sharp" in said


def test_a_face_that_changed_too_much_is_marked_and_explained(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    blended, left = engine.faces
    engine.drifts = {blended.id: Drift(colour=9.0), left.id: Drift(structure=1.0)}
    open_photos(window, qtbot, photo)
    assert [mark.state for mark in window.workspace.marks()] == [MarkState.CHANGED] * 2
    assert [mark.text for mark in window.workspace.marks()] == ["1 !", "2 !"]
    assert "Face 2 changed too much" in window.strip.item(1).toolTip()
    said = [label.text() for label in window.panel.faces.findChildren(QLabel)]
    assert "1 of 2 restored · 1 blended back · 1 changed too much" in said
    window.faces.select(left.id)
    said = [label.text() for label in window.panel.faces.findChildren(QLabel)]
    assert "It changed too much, so it stays as it was." in said
    window.panel.faces.if_changed.button("keep").click()
    assert [mark.state for mark in window.workspace.marks()] == [MarkState.ON] * 2
    wait_done(window, qtbot)


def test_detail_is_invented_once_it_is_asked_for_where_a_model_for_it_is_here(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    slider = window.panel.control("invent")
    assert isinstance(slider, ValueSlider)
    open_photos(window, qtbot, photo)
    model = window.workspace.current.edits.model
    window.panel.set_models([(model, model)], {})
    assert not slider.isVisible()
    window.panel.set_models([(model, model)], {}, [model])
    assert slider.isVisible()
    engine.invents = True
    slider.slider.setValue(40)
    wait_done(window, qtbot)
    inventor = engine.restorers[f"{model} vivid"]
    assert inventor.runs == 2
    slider.slider.setValue(70)
    wait_done(window, qtbot)
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert (slider.slider.value(), inventor.runs) == (0, 2)
    assert window.workspace.current.status is Status.RESTORED


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
    item = window.workspace.current
    assert item.status is Status.SIDEWAYS
    assert window.status.doing == "1 on their side"
    assert "lie on its side" in window.notification_strip.text
    window.notification_strip.button("turn").click()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    wait_done(window, qtbot)
    opened = window.workspace.photo_opened.photo
    assert (opened.width, opened.height) == (300, 420)
    assert item.status is Status.RESTORED
    assert not window.notification_strip.isVisible()
    thumbnail = window.album.thumbnail(item)
    assert thumbnail.height() > thumbnail.width()
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    exported = load_photo(tmp_path / "out" / "family_restored.png")
    assert (exported.width, exported.height) == (300, 420)
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    wait_done(window, qtbot)
    assert window.workspace.photo_opened.photo.width == 420
    assert item.status is Status.SIDEWAYS
    window.close_now()


class Forgetful(FakeEngine):
    """Knows no face again by itself, as a detector does not."""

    def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        quarters = photo.quarters
        upright = (photo.width, photo.height) if quarters % 2 == 0 else (photo.height, photo.width)
        return turned_faces((Face(face.landmarks, face.score) for face in self.faces), upright, quarters)


def test_faces_that_are_off_stay_off_however_the_photo_is_seen(
    own_folders: Path, tmp_path: Path, photo: Path, qtbot: QtBot
) -> None:
    (tmp_path / "crops").mkdir()
    window = MainWindow(Forgetful(tmp_path / "crops"), SettingsStore(own_folders / "settings.ini"))
    qtbot.addWidget(window)
    window.show()
    others = [make_photo(tmp_path / f"{n}.png", seed=n) for n in range(2, 5)]
    open_photos(window, qtbot, photo, *others)
    item = window.workspace.current
    off = item.faces[0].id
    window.faces.toggle(off)
    wait_done(window, qtbot)

    def are_off() -> list[str]:
        wait_done(window, qtbot)
        return [face.id for face in item.faces if face.id not in chosen_faces(item.faces, item.edits.options)]

    assert are_off() == [off]
    for other in (*list(window.workspace.album)[1:], item):  # the engine keeps two
        window.workspace.show_item(other)
        wait_done(window, qtbot)
    window.workspace.change(with_option(item.edits, "tone", 50), "Tone")
    assert are_off() == [off]
    window.actions_["turn_right"].trigger()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    assert are_off() == [off]
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    assert are_off() == [off]
    window.close_now()


def test_turning_takes_faces_drawn_by_hand_along(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    item = window.workspace.current
    drawn = replace(window.workspace.faces[0], score=float("inf"))
    window.workspace.change(with_face_replaced(item.edits, item.faces, drawn), "Draw")
    wait_done(window, qtbot)
    window.actions_["turn_right"].trigger()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    wait_done(window, qtbot)
    x, y = drawn.landmarks[2]
    assert next(face for face in item.faces if face.id == drawn.id).landmarks[2] == pytest.approx((299 - y, x))
    assert item.is_unsaved


def test_a_half_damaged_jpeg_opens_as_far_as_it_goes_and_is_marked(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    whole = save_photo(load_photo(make_photo(tmp_path / "whole.png")), tmp_path / "half.jpg", format="jpeg").path
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    open_photos(window, qtbot, whole)
    item = window.workspace.current
    assert item.state is PhotoState.DONE
    assert item.lacks_part
    assert "Part of the picture is missing" in window.notification_strip.text
    assert "missing" in window.album.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
