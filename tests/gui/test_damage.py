"""Damage in the window: shown over the photo, marked and erased with a brush, undone."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.edits import with_frame
from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.types import Frame
from gpen_desktop.gui.adjust.controls import Segments
from gpen_desktop.gui.album.status import Question
from gpen_desktop.gui.common.notifications import Notification
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.picture_pair import Version
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import as_a, the
from tests.unit.core.stages.stand_ins import DrawnNetworks


@pytest.fixture(autouse=True)
def networks(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> DrawnNetworks:
    """Damage is what is white; it is filled with green."""
    drawn = DrawnNetworks()

    def photo_networks(_wanted: ComputeOptions) -> DrawnNetworks:
        return drawn

    monkeypatch.setattr(engine, "photo_networks", photo_networks)
    return drawn


@pytest.fixture
def scratched(tmp_path: Path) -> Path:
    """Blue, with a white line from left to right."""
    path = make_photo(tmp_path / "scratched.png", 1000, 800)
    pixels = np.full((800, 1000, 3), 90, np.uint8)
    pixels[::8] = 40
    pixels[..., 2] += 30  # a photo in one hue would be filled so
    pixels[300:304] = 255
    Image.fromarray(pixels).save(path)
    return path


def _greens(window: MainWindow, y: int) -> float:
    """Share of a row of the result, photo pixels, that was filled."""
    part = the(window.view.pair).thumbnail(Version.AFTER, QRectF(0, y - 1, 1000, 3), QSizeF(1000, 3))
    colours = [part.pixelColor(x, 1) for x in range(0, 1000, 10)]
    return float(np.mean([c.green() - max(c.red(), c.blue()) > 60 for c in colours]))


def _drag(window: MainWindow, qtbot: QtBot, *points: tuple[float, float]) -> None:
    """With the mouse, between points of the photo."""
    view = window.view
    at = [the(view.placement).to_pane(QPointF(*point)).toPoint() for point in points]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at[0])
    for point in at[1:]:
        qtbot.mouseMove(view, point)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at[-1])


def test_it_is_shown_marked_erased_and_undone(window: MainWindow, scratched: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, scratched)
    (chip,) = (button for button in window.panel.seen.buttons if "repair" in button.text())
    assert not chip.isChecked()  # seen, and left until somebody asks
    assert _greens(window, 301) == 0
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _greens(window, 301) > 0.95)
    assert chip.isChecked()
    bar = window.panel.brush
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    picture = window.view.grab().toImage()
    on_line = the(window.view.placement).to_pane(QPointF(500, 302)).toPoint()
    assert picture.pixelColor(on_line).red() > picture.pixelColor(on_line).blue() + 40  # what is filled is red

    the(window.view.brush).radius = 10
    _drag(window, qtbot, (200, 600), (800, 600))
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _greens(window, 600) > 0.4)

    bar.kinds.button(True).click()
    assert the(window.view.brush).erases
    _drag(window, qtbot, (100, 302), (900, 302))
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _greens(window, 301) < 0.4)

    for _ in range(2):
        window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _greens(window, 301) > 0.95 and _greens(window, 600) == 0)


def _is_blue(window: MainWindow, x: float, y: float) -> bool:
    colour = window.view.grab().toImage().pixelColor(the(window.view.placement).to_pane(QPointF(x, y)).toPoint())
    return colour.blue() > colour.red() + 60


def test_what_is_asked_about_is_shown_while_its_chip_is_held(window: MainWindow, scratched: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, scratched)
    (chip,) = (button for button in window.panel.seen.buttons if "repair" in button.text())
    assert not _is_blue(window, 700, 302)
    qtbot.mousePress(chip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _is_blue(window, 700, 302))
    assert not _is_blue(window, 700, 500)
    qtbot.mouseRelease(chip, Qt.MouseButton.LeftButton)
    assert not _is_blue(window, 700, 302)
    assert not chip.isChecked()


def test_a_chip_held_before_that_is_known_shows_it_then(
    window: MainWindow, scratched: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    """Of a photo that one comes back to, the question is known before the places are: a long press was taken for a
    click, and repaired it."""
    open_photos(window, qtbot, make_photo(tmp_path / "sound.png"), scratched)
    album = window.workspace.album
    window.workspace.show_item(the(album.at(1)))
    (chip,) = (button for button in window.panel.seen.buttons if "repair" in button.text())
    assert window.workspace.staged is None
    qtbot.mousePress(chip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.view.placement is not None and _is_blue(window, 700, 302), timeout=30_000)
    qtbot.mouseRelease(chip, Qt.MouseButton.LeftButton)
    assert not chip.isChecked()
    assert not window.workspace.undo.canUndo()


def test_it_lies_where_it_is_on_a_straightened_and_cropped_photo(
    window: MainWindow, scratched: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, scratched)
    framed = with_frame(the(window.workspace.current).edits, Frame(8.0, (0.3, 0.1, 0.8, 0.9)))
    window.workspace.change(framed, lambda: "Crop")
    wait_done(window, qtbot)
    (chip,) = (button for button in window.panel.seen.buttons if "repair" in button.text())
    qtbot.mousePress(chip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _is_blue(window, 400, 302))
    assert _is_blue(window, 700, 302)
    assert not _is_blue(window, 150, 302)  # that was cut off
    qtbot.mouseRelease(chip, Qt.MouseButton.LeftButton)


def test_the_brush_shows_what_is_asked_about_and_erases_it(window: MainWindow, scratched: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, scratched)
    bar = window.panel.brush
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert _is_blue(window, 200, 302)
    assert any("blue" in label.text() for label in bar.findChildren(QLabel))
    bar.kinds.button(True).click()
    the(window.view.brush).radius = 10
    _drag(window, qtbot, (600, 302), (900, 302))
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: not _is_blue(window, 700, 302))
    assert _is_blue(window, 200, 302)
    as_a(Segments, window.panel.control("repair")).chosen.emit("on")
    wait_done(window, qtbot)
    assert not _is_blue(window, 200, 302)  # it is red: nobody is asked any more
    assert not any("blue" in label.text() for label in bar.findChildren(QLabel))


def test_an_album_shows_and_repairs_all_that_ask(
    window: MainWindow, scratched: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    second = Path(shutil.copy(scratched, tmp_path / "second.png"))
    open_photos(window, qtbot, make_photo(tmp_path / "sound.png"), scratched, second)
    strip, album = window.notification_strip, window.workspace.album
    assert strip.text == "3 restored. 2 with scratches or dust."
    assert [Question.REPAIR in item.kinds for item in album] == [False, True, True]
    assert "Scratches" in str(album.index(2, 0).data(Qt.ItemDataRole.ToolTipRole))
    strip.button("asking").click()
    assert [window.album.isRowHidden(row) for row in range(3)] == [True, False, False]
    assert window.workspace.current is album.at(1)
    strip.button("repair").click()
    wait_done(window, qtbot)
    assert [item.edits.stages["repair"] for item in album] == ["auto", "on", "on"]
    assert not any(Question.REPAIR in item.kinds for item in album)
    qtbot.waitUntil(lambda: _greens(window, 301) > 0.95)
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert [Question.REPAIR in item.kinds for item in album] == [False, True, True]


def test_what_an_album_asks_stands_until_it_is_answered(
    window: MainWindow, scratched: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    """Once one photo had been answered for, nothing offered to repair the rest."""
    second = Path(shutil.copy(scratched, tmp_path / "second.png"))
    open_photos(window, qtbot, scratched, second)
    window.album_side.filter.show_only(Question.REPAIR)
    strip = window.notification_strip
    assert strip.text == "2 with scratches or dust."
    window.notifications.post(Notification("no-faces", lambda: "No faces found in this photo."))
    window.workspace.show_item(the(window.workspace.album.at(1)))
    assert strip.text == "2 with scratches or dust."
    wait_done(window, qtbot)
    (chip,) = (button for button in window.panel.seen.buttons if "repair" in button.text())
    chip.click()
    wait_done(window, qtbot)
    assert strip.text == "1 with scratches or dust."
    strip.close_button.click()
    chip.click()  # asks again
    wait_done(window, qtbot)
    assert not strip.text


def test_keys_size_it_change_it_and_end_it(window: MainWindow, scratched: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, scratched)
    qtbot.mouseClick(window.panel.brush.button, Qt.MouseButton.LeftButton)
    assert window.panel.brush.button.accessibleName() == "Done"
    qtbot.waitUntil(lambda: _is_in_sight(window, window.panel.brush))  # with the words on colours and keys
    brush = the(window.view.brush)
    before = brush.radius
    qtbot.keyClick(window.view, Qt.Key.Key_BracketRight)
    qtbot.keyClick(window.view, Qt.Key.Key_E)
    assert brush.radius > before
    assert brush.erases
    qtbot.keyClick(window.view, Qt.Key.Key_Escape)
    assert window.view.brush is None
    assert not window.panel.brush.button.isChecked()
    assert window.panel.brush.button.accessibleName() == "Show and brush damage"


def _is_in_sight(window: MainWindow, part: QWidget) -> bool:
    """Whether the panel is scrolled so that all of a part of it is seen."""
    seen = part.visibleRegion().boundingRect()
    return window.isVisible() and seen == part.rect()


def test_brushing_turns_repairing_on(window: MainWindow, scratched: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, scratched)
    as_a(Segments, window.panel.control("repair")).chosen.emit("off")
    wait_done(window, qtbot)
    qtbot.mouseClick(window.panel.brush.button, Qt.MouseButton.LeftButton)
    assert the(window.workspace.current).edits.stages["repair"] == "auto"
    qtbot.mouseMove(window.view, QPoint(5, 5))
    wait_done(window, qtbot)


def test_the_photo_keeps_its_place_while_it_is_brushed(
    window: MainWindow, scratched: Path, engine: FakeEngine, qtbot: QtBot
) -> None:
    """The row of faces once went at every stroke, and the photo grew under the brush."""
    open_photos(window, qtbot, scratched)
    qtbot.mouseClick(window.panel.brush.button, Qt.MouseButton.LeftButton)
    face = window.workspace.faces[0].id
    window.faces.select(face)
    place = the(window.view.placement).to_pane(QPointF(500, 300))
    engine.gate.clear()
    _drag(window, qtbot, (200, 600), (800, 600))
    qtbot.wait(50)  # time for a layout that has changed
    assert window.strip.isVisible()
    assert window.faces.selected == face
    assert the(window.view.placement).to_pane(QPointF(500, 300)) == place
    engine.gate.set()
    wait_done(window, qtbot)
    assert window.faces.selected == face


def test_strokes_stay_to_be_seen_until_the_mask_has_them(
    window: MainWindow, scratched: Path, networks: DrawnNetworks, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Each went when the mouse was let go and came back a second later; a second one, when the first was filled."""
    may_fill = threading.Event()

    def filler() -> TiledNetwork:
        assert may_fill.wait(10)
        return DrawnNetworks.filler(networks)

    monkeypatch.setattr(networks, "filler", filler)
    open_photos(window, qtbot, scratched)
    qtbot.mouseClick(window.panel.brush.button, Qt.MouseButton.LeftButton)
    the(window.view.brush).radius = 10

    def is_red(y: float) -> bool:
        at = the(window.view.placement).to_pane(QPointF(500, y)).toPoint()
        colour = window.view.grab().toImage().pixelColor(at)
        return colour.red() > colour.blue() + 40

    with qtbot.waitSignal(window.workspace.jobs.started):
        _drag(window, qtbot, (200, 600), (800, 600))
    assert is_red(600)
    _drag(window, qtbot, (200, 700), (800, 700))
    assert is_red(600)
    assert is_red(700)
    window.workspace.seen_changed.emit()  # something else becomes known: the mask of before is still the last one
    assert is_red(600)
    assert is_red(700)
    may_fill.set()
    wait_done(window, qtbot)
    assert is_red(600)
    assert is_red(700)
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    assert is_red(600)
    assert not is_red(700)


def test_a_stroke_turns_repairing_on_again(window: MainWindow, scratched: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, scratched)
    qtbot.mouseClick(window.panel.brush.button, Qt.MouseButton.LeftButton)
    as_a(Segments, window.panel.control("repair")).chosen.emit("off")  # with the brush in hand
    wait_done(window, qtbot)
    the(window.view.brush).radius = 10
    _drag(window, qtbot, (200, 600), (800, 600))
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _greens(window, 600) > 0.4)
