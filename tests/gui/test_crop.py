"""Turning, straightening and cropping in the window: seen at once, nothing restored anew, kept, undone, exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.edits import with_frame
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.options import SHAPES
from gpen_desktop.core.types import Frame
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the

SIZE = (420, 300)


@pytest.fixture
def opened(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """The window with a photo of SIZE whose faces are near (120, 140) and (300, 150)."""
    window.activateWindow()
    open_photos(window, qtbot, make_photo(tmp_path / "family.png", *SIZE))
    return window


def drag(window: MainWindow, qtbot: QtBot, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With the mouse, between points of the photo."""
    view = window.view
    at = [the(view.placement).to_pane(QPointF(*point)).toPoint() for point in (start, end)]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at[0])
    qtbot.mouseMove(view, at[1])
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at[1])


def frame(window: MainWindow) -> Frame:
    return the(window.workspace.current).edits.options.frame


def exported_size(window: MainWindow, qtbot: QtBot, folder: Path) -> tuple[int, int]:
    items = [(1, the(window.workspace.current))]
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(folder, existing="overwrite"), items)
    with Image.open(folder / "family_restored.png") as image:
        return image.size


def test_after_cropping_the_panel_shows_what_it_showed_before(opened: MainWindow, qtbot: QtBot) -> None:
    opened.resize(1000, 500)
    area = the(opened.panel.findChild(QScrollArea))
    bar, sections = area.verticalScrollBar(), opened.panel.open_sections
    qtbot.waitUntil(lambda: bar.maximum() > 40)
    bar.setValue(20)
    qtbot.keyClick(opened.view, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: bar.value() > 20)
    opened.panel.crop.button.click()
    assert opened.view.cropping is None
    qtbot.waitUntil(lambda: bar.value() == 20)
    assert opened.panel.open_sections == sections


def test_cropping_that_is_asked_for_while_a_photo_is_read_begins_once_it_is_there(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    def ask(_item: object) -> None:
        assert window.workspace.photo_opened is None
        window.actions_["crop"].trigger()

    window.workspace.current_changed.connect(ask)
    window.imports.open_paths([make_photo(tmp_path / "family.png", *SIZE)])
    qtbot.waitUntil(lambda: window.view.cropping is not None)
    assert window.panel.crop.button.accessibleName() == "Done"


def test_a_crop_is_drawn_by_its_corner_and_exported(
    opened: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    runs = engine.runs
    qtbot.keyClick(opened.view, Qt.Key.Key_C)
    assert opened.view.cropping is not None
    drag(opened, qtbot, (419, 299), (215, 155))
    x0, y0, x1, y1 = the(frame(opened).box)
    assert (x0, y0) == (0, 0)
    assert (x1, y1) == pytest.approx((0.51, 0.51), abs=0.02)  # in the photo's own shape
    qtbot.keyClick(opened.view, Qt.Key.Key_Return)
    assert opened.view.cropping is None
    shown = opened.view.placement.sight.size
    assert exported_size(opened, qtbot, tmp_path / "out") == (round(shown.width()), round(shown.height()))
    assert 205 <= shown.width() <= 222
    assert engine.runs == runs  # nothing was restored anew
    assert len(opened.view._marks) == 1  # the other face is outside
    opened.workspace.undo.undo()
    assert opened.view.placement.sight.size.width() == SIZE[0]
    assert len(opened.view._marks) == 2


def test_a_typed_size_is_that_of_the_file_of_a_cropped_photo(opened: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    cropped = with_frame(the(opened.workspace.current).edits, Frame(box=(0.13, 0.21, 0.77, 0.86)))
    opened.workspace.change(cropped, lambda: "Crop")
    width, height = opened.panel.whole.size_fields.width_field, opened.panel.whole.size_fields.height_field
    for field, wanted in ((width, 500), (height, 411)):
        field.setText(str(wanted))
        qtbot.keyClick(field, Qt.Key.Key_Return)
        wait_done(opened, qtbot)
        assert field.value == wanted
        assert exported_size(opened, qtbot, tmp_path / "out") == (width.value, height.value)


def test_escape_goes_back_to_what_there_was(opened: MainWindow, qtbot: QtBot) -> None:
    opened.panel.crop.straighten.slider.setValue(20)
    before = frame(opened)
    assert before.degrees == 2.0
    opened.panel.crop.button.click()
    drag(opened, qtbot, (the(opened.view.cropping).box[2] - 1, 150), (300, 150))
    assert frame(opened) != before
    qtbot.keyClick(opened.view, Qt.Key.Key_Escape)
    assert frame(opened) == before
    assert opened.panel.crop.button.accessibleName() == "Crop"


def test_straightening_is_one_step_and_shows_no_empty_corner(
    opened: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    runs, steps = engine.runs, opened.workspace.undo.count()
    for value in (5, 10, 35):
        opened.panel.crop.straighten.slider.setValue(value)
    assert opened.workspace.undo.count() == steps + 1
    assert opened.panel.crop.straighten.field.text() == "3.5°"
    width, height = exported_size(opened, qtbot, tmp_path / "out")
    assert 370 < width < 410
    assert width / height == pytest.approx(1.4, abs=0.01)
    assert engine.runs == runs
    field = opened.panel.crop.straighten.field
    field.selectAll()
    qtbot.keyClicks(field, "-1,5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert frame(opened).degrees == -1.5
    face = opened.workspace.faces[0].landmarks[2]
    there = the(opened.view.placement).to_pane(QPointF(*face))
    back = the(opened.view.placement).to_photo(there)
    assert (back.x(), back.y()) == pytest.approx(tuple(face), abs=0.01)


@pytest.mark.parametrize("shape", ["10x15", "13x18", "20x30", "square"])
def test_print_sizes_upright_and_lying(opened: MainWindow, shape: str, tmp_path: Path, qtbot: QtBot) -> None:
    section = opened.panel.crop
    section.shape.setCurrentIndex(SHAPES.index(shape))
    section.shape.activated.emit(SHAPES.index(shape))
    assert opened.view.cropping is not None  # to be moved to where it is wanted
    drag(opened, qtbot, (210, 150), (260, 150))
    short, long = {"square": (1, 1)}.get(shape) or tuple(int(side) for side in shape.split("x"))
    width, height = exported_size(opened, qtbot, tmp_path / "out")
    assert width / height == pytest.approx(long / short, abs=0.02)
    if shape != "square":
        upright = next(b for b in section.findChildren(QPushButton) if b.accessibleName() == "Upright or lying")
        upright.click()
        width, height = exported_size(opened, qtbot, tmp_path / "out")
        assert width / height == pytest.approx(short / long, abs=0.02)
        assert "dots per inch" in section._told.text()


def test_the_crop_is_each_photos_own_and_turns_with_it(opened: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    first = the(opened.workspace.current)
    opened.panel.crop.shape.activated.emit(SHAPES.index("free"))
    drag(opened, qtbot, (1, 150), (210, 150))
    opened.panel.crop.button.click()
    cropped = frame(opened)
    open_photos(opened, qtbot, make_photo(tmp_path / "other.png", *SIZE, seed=2))
    assert frame(opened) == Frame()
    assert the(opened.view.placement).sight.size.width() == SIZE[0]
    opened.workspace.show_item(first)
    wait_done(opened, qtbot)
    assert frame(opened) == cropped
    opened.panel.crop.turn_wanted.emit(1)
    wait_done(opened, qtbot)
    assert frame(opened) != cropped
    assert the(opened.view.placement).sight.size.height() == pytest.approx(SIZE[0] / 2, abs=4)
    opened.panel.crop.reset.click()
    assert frame(opened) == Frame()


def test_a_cropped_photo_is_unsaved_until_it_is_exported(opened: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    exported_size(opened, qtbot, tmp_path / "out")
    assert opened.workspace.album.unsaved == []
    opened.panel.crop.straighten.slider.setValue(10)
    assert len(opened.workspace.album.unsaved) == 1
    assert the(opened.workspace.current).is_changed


def test_the_album_shows_what_is_kept(opened: MainWindow, qtbot: QtBot) -> None:
    item = the(opened.workspace.current)
    qtbot.waitUntil(lambda: opened.album.thumbnail(item) is not None)
    assert the(opened.album.thumbnail(item)).width() > the(opened.album.thumbnail(item)).height()
    opened.panel.crop.shape.activated.emit(SHAPES.index("square"))
    assert the(opened.album.thumbnail(item)).width() == the(opened.album.thumbnail(item)).height()


def test_faces_and_damage_are_marked_on_the_whole_photo(opened: MainWindow, qtbot: QtBot) -> None:
    opened.panel.crop.straighten.slider.setValue(40)
    assert the(opened.view.placement).sight.turn.isRotating()
    opened.view.draw_box()
    assert not the(opened.view.placement).sight.turn.isRotating()
    qtbot.keyClick(opened.view, Qt.Key.Key_Escape)
    assert the(opened.view.placement).sight.turn.isRotating()


def test_escape_gives_up_from_the_straighten_slider_too(opened: MainWindow, qtbot: QtBot) -> None:
    straighten = opened.panel.crop.straighten
    qtbot.keyClick(opened.view, Qt.Key.Key_C)
    straighten.slider.setFocus()
    straighten.slider.setValue(25)
    assert frame(opened).degrees == 2.5
    qtbot.keyClick(straighten.slider, Qt.Key.Key_Escape)
    assert opened.view.cropping is None
    assert frame(opened) == Frame()


def test_escape_gives_up_a_number_being_typed_first(opened: MainWindow, qtbot: QtBot) -> None:
    field = opened.panel.crop.straighten.field
    qtbot.keyClick(opened.view, Qt.Key.Key_C)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "3")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.0°"
    assert opened.view.cropping is not None
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert opened.view.cropping is None
    assert frame(opened) == Frame()
