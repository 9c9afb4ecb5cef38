"""Faces in the window: selected, switched, added, corrected, removed, explained."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gpen_desktop.core.compose.select import chosen_faces
from gpen_desktop.core.engine.edits import turned_faces, with_face_replaced, with_option
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import NO_FACE, Drift, Face, Photo
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.album.status import Status
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.face_item import MarkState
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.rings import reached
from tests.gui.steps import on_chip, on_face, open_photos, wait_done
from tests.narrowing import the


def test_a_click_on_a_face_selects_it_and_one_beside_it_none(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    first = window.workspace.faces[0]
    window.panel.set_open_sections([False])
    qtbot.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=on_face(window, 0))
    assert window.faces.selected == first.id
    assert the(window.workspace.current).edits.options.faces == "all"
    assert window.panel.faces.strength.isVisible()
    assert "Restored." in [label.text() for label in window.panel.faces.findChildren(QLabel)]
    beside = the(window.view.placement).to_pane(QPointF(20, 20)).toPoint()
    qtbot.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=beside)
    assert window.faces.selected == NO_FACE


def test_the_photo_keeps_its_room_as_its_faces_come(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    window.workspace.add([photo])
    assert window.workspace.faces == ()
    for _ in range(3):  # layouts within layouts; no other event, or the faces might be there
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    size = window.view.size()
    wait_done(window, qtbot)
    qtbot.wait(50)  # time for a layout that has changed
    assert window.strip.count() == 2
    assert window.view.size() == size


def test_the_keyboard_reaches_the_strip_once_there_are_faces_in_it(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, really = threading.Event(), engine.detect

    def detect(photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        looks.wait(5)
        return really(photo, progress=progress)

    monkeypatch.setattr(engine, "detect", detect)
    window.workspace.add([photo])
    assert window.strip not in reached(window)
    assert window.strip.isVisible()
    assert window.strip.count() == 0
    looks.set()
    wait_done(window, qtbot)
    assert window.strip in reached(window)


def _said(window: MainWindow) -> list[str]:
    """By the panel's part on faces."""
    return [label.text() for label in window.panel.faces.findChildren(QLabel) if label.isVisible()]


def test_no_room_is_kept_for_faces_that_are_not_there(
    window: MainWindow, engine: FakeEngine, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.faces = ()
    open_photos(window, qtbot, photo)
    assert not window.strip.isVisible()
    assert "No faces found" in _said(window)
    bad = tmp_path / "broken.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    open_photos(window, qtbot, bad)
    assert not window.strip.isVisible()
    assert not [text for text in _said(window) if "faces" in text]


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
    assert the(window.workspace.current).edits.options.faces == frozenset([second.id])
    assert window.faces.selected == first.id
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: window.workspace.marks()[0].state is MarkState.ON)
    assert the(window.workspace.current).edits.options.faces == "all"


def test_dragging_over_a_face_pans_and_toggles_nothing(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    window.view.jump_to(window.workspace.marks()[0].rect, 8.0)
    start = the(window.view.placement).to_pane(window.workspace.marks()[0].rect.center()).toPoint() + QPoint(-40, 30)
    origin = the(window.view.placement).origin
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(window.view, start - QPoint(12 * step, 6 * step))
    qtbot.mouseRelease(window.view, Qt.MouseButton.LeftButton, pos=start - QPoint(60, 30))
    assert the(window.view.placement).origin != origin
    assert the(window.workspace.current).edits.options.faces == "all"


def test_own_strength_of_a_face(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    face = window.workspace.faces[1].id
    window.faces.select(face)
    window.panel.faces.strength.slider.setValue(30)
    assert dict(the(window.workspace.current).edits.options.face_strengths) == {face: 30}
    qtbot.mouseDClick(window.panel.faces.strength.slider, Qt.MouseButton.LeftButton)
    assert not the(window.workspace.current).edits.options.face_strengths


def test_a_missed_face_is_added_by_drawing_and_dragging(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    runs = engine.runs
    window.faces.draw()
    corner, other = (the(window.view.placement).to_pane(QPointF(*at)).toPoint() for at in ((180, 180), (240, 260)))
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseMove(window.view, (corner + other) / 2)
    qtbot.mouseMove(window.view, other)
    qtbot.mouseRelease(window.view, Qt.MouseButton.LeftButton, pos=other)
    qtbot.waitUntil(lambda: window.view.points is not None)
    nose = the(window.view.placement).to_pane(QPointF(*the(window.view.points)[2]))
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=nose.toPoint())
    qtbot.mouseMove(window.view, nose.toPoint() + QPoint(24, 0))
    qtbot.mouseRelease(window.view, Qt.MouseButton.LeftButton, pos=nose.toPoint() + QPoint(24, 0))
    moved = the(window.view.points)[2].copy()
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
    corner, other = (the(window.view.placement).to_pane(QPointF(*at)).toPoint() for at in ((200, 200), (214, 218)))
    qtbot.mousePress(window.view, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseMove(window.view, other)
    qtbot.mouseRelease(window.view, Qt.MouseButton.LeftButton, pos=other)
    qtbot.waitUntil(lambda: window.view.points is not None)
    qtbot.keyClick(window.view, Qt.Key.Key_Return)
    wait_done(window, qtbot)
    drawn = min(window.workspace.faces, key=lambda face: face.box[2])
    assert drawn.box[2] < the(window.workspace.current).edits.options.min_face
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


def test_faces_that_were_removed_are_not_told_as_not_found(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    for face in window.workspace.faces:
        window.faces.select(face.id)
        window.faces.remove()
    with qtbot.waitSignal(window.workspace.restored):
        pass
    assert window.workspace.faces == ()
    assert "All faces removed" in _said(window)
    assert window.notification_strip.subject != "no-faces"
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert "1 of 1 restored" in _said(window)


def test_that_a_photo_has_no_faces_is_told_once_a_visit(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    engine.faces = ()
    open_photos(window, qtbot, photo)
    assert window.notification_strip.subject == "no-faces"
    window.notification_strip.close_button.click()
    work = window.workspace
    with qtbot.waitSignal(work.restored):
        work.change(with_option(the(work.current).edits, "neutral", True), lambda: "Neutral grey")
    assert window.notification_strip.subject == ""


def test_no_faces_says_so_and_offers_to_draw_one(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    engine.faces = ()
    open_photos(window, qtbot, photo)
    assert the(window.workspace.current).status is Status.NO_FACES
    assert "No faces" in window.notification_strip.text
    window.notification_strip.button("draw").click()
    assert "Draw a box" in window.notification_strip.text


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
    model = the(window.workspace.current).edits.model
    window.panel.set_models([(model, model)], {})
    assert not slider.isVisible()
    window.panel.set_models([(model, model)], {}, [model])
    assert slider.isVisible()
    engine.invents = True
    slider.slider.setValue(40)
    wait_done(window, qtbot)
    inventor = engine.restorers[f"{model} vivid"]
    assert inventor.runs == 4  # each face twice
    slider.slider.setValue(70)
    wait_done(window, qtbot)
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert (slider.slider.value(), inventor.runs) == (0, 4)
    assert the(window.workspace.current).status is Status.RESTORED


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
    item = the(window.workspace.current)
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
    window.workspace.change(with_option(item.edits, "tone", 50), lambda: "Tone")
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
    item = the(window.workspace.current)
    drawn = replace(window.workspace.faces[0], score=float("inf"))
    window.workspace.change(with_face_replaced(item.edits, item.faces, drawn), lambda: "Draw")
    wait_done(window, qtbot)
    window.actions_["turn_right"].trigger()
    qtbot.waitUntil(lambda: window.workspace.photo_opened is not None)
    wait_done(window, qtbot)
    x, y = drawn.landmarks[2]
    assert next(face for face in item.faces if face.id == drawn.id).landmarks[2] == pytest.approx((299 - y, x))
    assert item.is_unsaved
