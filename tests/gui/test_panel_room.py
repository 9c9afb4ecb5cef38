"""The panel scrolls; it never squeezes what is in it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QSlider,
    QToolTip,
)
from pytestqt.qtbot import QtBot

from gpen_desktop.core.stages.registry import stage_options
from gpen_desktop.gui.adjust.seen_chips import Chip
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.common.i18n import setting_text
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.steps import open_photos, takes_wheel
from tests.narrowing import the


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


@pytest.mark.parametrize("share", [0.5, 1], ids=["in the middle", "at the end"])
def test_what_is_in_sight_stays_when_chips_come_above_it(
    share: float, window: MainWindow, photo: Path, qtbot: QtBot
) -> None:
    window.resize(1024, 700)
    open_photos(window, qtbot, photo)
    panel = window.panel
    panel.set_open_sections([True] * 4)
    panel.seen.show_chips((), is_known=True)
    qtbot.wait(50)  # until all of it has its height
    bar = the(panel.findChild(QScrollArea)).verticalScrollBar()
    bar.setValue(round(share * bar.maximum()))
    place = panel.brush.mapTo(panel, QPoint(0, 0))
    height = panel.seen.height()
    panel.seen.show_chips([Chip(stage, f"Something of {stage}", is_on=True) for stage in "abcdef"], is_known=True)
    qtbot.waitUntil(lambda: panel.seen.height() > height)
    qtbot.waitUntil(lambda: panel.brush.mapTo(panel, QPoint(0, 0)) == place)
    panel.seen.show_chips((), is_known=True)
    qtbot.waitUntil(lambda: panel.seen.height() == height)
    qtbot.waitUntil(lambda: panel.brush.mapTo(panel, QPoint(0, 0)) == place)


def test_the_wheel_is_left_to_the_panel_whatever_is_under_the_mouse(
    window: MainWindow, photo: Path, qtbot: QtBot
) -> None:
    """Over the list of models it chose another one."""
    open_photos(window, qtbot, photo)
    window.panel.set_open_sections([True] * 4)
    edits = the(window.workspace.current).edits
    window.panel.set_models([(edits.model, "One"), ("another", "Another")], {})
    controls = [
        control
        for kind in (QComboBox, QSlider, QLineEdit, QAbstractButton)
        for control in window.panel.findChildren(kind)
        if control.isVisible() and control.isEnabled()
    ]
    assert len(controls) > 30
    assert [control for control in controls if takes_wheel(control)] == []
    assert the(window.workspace.current).edits == edits


def test_a_long_tooltip_is_broken_into_lines(window: MainWindow, qapp: QApplication, qtbot: QtBot) -> None:
    """In one line it hid half of the photo."""
    slider = window.panel.control("clean")

    def is_said(words: str) -> bool:
        return _without_breaks(slider.toolTip()) == _without_breaks(words)

    try:
        for language in ("en", "zh_CN"):
            i18n.apply(qapp, language)
            help_text = setting_text(next(option for option in stage_options() if option.name == "clean").help)
            qtbot.waitUntil(partial(is_said, help_text))
            widths = [QFontMetrics(QToolTip.font()).horizontalAdvance(line) for line in slider.toolTip().split("\n")]
            assert len(widths) > 1
            assert max(widths) <= 350
    finally:
        i18n.apply(qapp, "en")


def _without_breaks(text: str) -> str:
    return "".join(text.split())
