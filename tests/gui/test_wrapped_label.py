"""A label that wraps is never squeezed."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.gui.common.wrapped_label import WrappedLabel

WORDS = "Red is filled. Keys: [ ] size, E erase, Esc end. "


def test_it_has_room_for_all_its_words_however_deep_it_lies(qtbot: QtBot) -> None:
    outer, inner = QWidget(), QWidget()
    qtbot.addWidget(outer)
    label = WrappedLabel()
    QVBoxLayout(inner).addWidget(label)
    QGridLayout(outer).addWidget(inner)
    outer.resize(200, 10)
    outer.show()
    for times in (4, 1, 8):
        label.setText(WORDS * times)
        qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))


def test_it_keeps_room_for_lines_it_has_not(qtbot: QtBot) -> None:
    label = WrappedLabel(least_lines=3)
    qtbot.addWidget(label)
    label.setText("One")
    assert label.minimumSizeHint().height() >= 3 * label.fontMetrics().lineSpacing()
