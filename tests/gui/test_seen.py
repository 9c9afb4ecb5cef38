"""What was seen of the whole photo, in the window: chips that tell it, switch it, and show the photo without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QLocale, QRectF, QSizeF, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.gui.adjust.controls import Segments
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.picture_pair import Version
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, slider_of, wait_done
from tests.narrowing import as_a, the


@pytest.fixture
def faded(tmp_path: Path) -> Path:
    """A photo with neither black nor white left in it."""
    path = make_photo(tmp_path / "faded.png", 1000, 800)
    with Image.open(path) as image:
        pixels = np.asarray(image, np.float32)
    Image.fromarray((110 + pixels * 0.3).astype(np.uint8)).save(path)
    return path


def _contrast(window: MainWindow) -> float:
    """Of what is on screen as the result."""
    part = the(window.view.pair).thumbnail(Version.AFTER, QRectF(0, 0, 1000, 800), QSizeF(40, 32))
    values = [part.pixelColor(x, y).lightness() for x in range(0, 40, 4) for y in range(0, 32, 4)]
    return float(np.ptp(values))


def test_a_chip_tells_what_was_seen_and_switches_it(window: MainWindow, faded: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, faded)
    qtbot.waitUntil(lambda: _contrast(window) > 120)
    (chip,) = (chip for chip in window.panel.seen.chips if chip.stage == "tone")
    assert (chip.text, chip.is_on, chip.help) == ("Faded", True, "Faded tones restored")
    button = next(button for button in window.panel.seen.buttons if button.text() == "Faded")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _contrast(window) < 100)
    assert not button.isChecked()
    assert the(window.workspace.current).edits.stages["tone"] == 0
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _contrast(window) > 120)
    assert button.isChecked()


def test_chips_and_the_photo_speak_the_language_that_is_chosen(
    window: MainWindow, faded: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    open_photos(window, qtbot, faded)
    qtbot.waitUntil(lambda: "Faded" in [button.text() for button in window.panel.seen.buttons])
    locale = QLocale()
    i18n.apply(qapp, "zh_CN")
    try:
        qtbot.waitUntil(lambda: "褪色" in [button.text() for button in window.panel.seen.buttons])
        assert window.view.accessibleName() == "照片，修复前与修复后"
    finally:
        i18n.apply(qapp, "en")
        QLocale.setDefault(locale)
    qtbot.waitUntil(lambda: window.view.accessibleName() == "Photo, before and after")


def test_holding_a_chip_shows_the_photo_without(window: MainWindow, faded: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, faded)
    qtbot.waitUntil(lambda: _contrast(window) > 120)
    button = next(button for button in window.panel.seen.buttons if button.text() == "Faded")
    qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _contrast(window) < 100)
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _contrast(window) > 120)
    assert not window.workspace.undo.canUndo()


def test_a_small_photo_is_offered_to_be_enlarged(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "small.png"))
    button = next(button for button in window.panel.seen.buttons if "2×" in button.text())
    assert not button.isChecked()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert the(window.workspace.current).edits.stages["scale"] == 2


def test_tab_comes_to_the_chips_where_they_stand(window: MainWindow, faded: Path, tmp_path: Path, qtbot: QtBot) -> None:
    """They are made anew with each photo, and came after all else in the panel."""
    open_photos(window, qtbot, make_photo(tmp_path / "small.png"), faded)
    for row in (0, 1):
        window.workspace.show_item(the(window.workspace.album.at(row)))
        wait_done(window, qtbot)
        at: QWidget = window.panel.mode.last_button
        passed: list[QWidget] = []
        while (at := the(at.nextInFocusChain())) is not window.panel.strength.slider:
            passed += [at] if at.focusPolicy() & Qt.FocusPolicy.TabFocus else []
        chips = window.panel.seen.buttons
        assert chips
        assert passed[: len(chips)] == list(chips)


def test_a_wanted_width_or_height_is_typed(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    photo = make_photo(tmp_path / "small.png")
    with Image.open(photo) as image:
        width, height = image.size
    open_photos(window, qtbot, photo)
    fields = window.panel.whole.size_fields

    def enter(field: QLineEdit, number: int) -> float:
        field.setText(str(number))
        qtbot.keyClick(field, Qt.Key.Key_Return)
        return float(the(window.workspace.current).edits.stages["scale"])

    def shown() -> tuple[int, int]:
        return fields.width_field.value, fields.height_field.value

    assert shown() == (width, height)
    assert enter(fields.width_field, width * 3 // 2) == pytest.approx(1.5, abs=0.01)
    assert shown() == (width * 3 // 2, round(height * (width * 3 // 2) / width))
    assert enter(fields.height_field, height * 2) == 2
    assert shown() == (width * 2, height * 2)
    assert enter(fields.width_field, width * 9) == 4
    assert enter(fields.width_field, 1) == 1
    window.actions_["undo"].trigger()
    assert shown() == (width * 4, height * 4)
    assert as_a(Segments, window.panel.control("scale")).button(4).isChecked()


def test_a_slider_is_followed_before_the_faces_are(
    window: MainWindow, faded: Path, engine: FakeEngine, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, faded)
    qtbot.waitUntil(lambda: _contrast(window) > 120)
    engine.gate.clear()  # faces wait
    slider_of(window, "tone").setValue(0)
    qtbot.waitUntil(lambda: _contrast(window) < 100)
    engine.gate.set()
    wait_done(window, qtbot)
