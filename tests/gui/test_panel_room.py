"""The panel scrolls; it never squeezes what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.steps import open_photos


@pytest.mark.parametrize("height", [500, 700])
def test_every_slider_has_the_height_that_it_asks_for(
    window: MainWindow, photo: Path, qtbot: QtBot, height: int
) -> None:
    window.resize(1024, height)
    open_photos(window, qtbot, photo)
    window.panel.seen.hide()  # whose chips wrap, which makes a scroll area reckon otherwise
    for is_open in (False, True):
        window.panel.set_open_sections([is_open] * 4)
        qtbot.wait(50)
        sliders = [each for each in window.panel.findChildren(ValueSlider) if each.isVisible()]
        assert sliders
        assert [each.height() for each in sliders] == [each.sizeHint().height() for each in sliders]
