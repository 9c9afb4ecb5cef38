"""A label that wraps is never squeezed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.gui.common.wrapped_label import WrappedLabel, breakable

WORDS = "What is red is filled in. Keys: [ ] size, E erase, Esc end. "


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


def test_a_long_name_is_broken_and_read_as_it_is(qtbot: QtBot) -> None:
    label = WrappedLabel()
    qtbot.addWidget(label)
    said = f"Could not read {'scan_' * 40}.jpg: the file ends early."
    label.setText(said)
    label.resize(200, 10)
    assert label.text() == said
    words = label.fontMetrics().boundingRect(0, 0, 200, 5000, Qt.TextFlag.TextWordWrap, QLabel.text(label))
    assert words.width() <= 200
    assert breakable("收到的不是文件，请从来源处重新获取后在此导入，或者选择其他的镜像站点。") == (
        "收到的不是文件，请从来源处重新获取后在此导入，或者选择其他的镜像站点。"
    )


def test_a_file_name_is_broken_between_its_words() -> None:
    assert breakable("Exported to grandmother_and_her_sisters_1931.jpg.").split("\u200b") == (
        ["Exported to grandmother_", "and_", "her_", "sisters_", "1931", ".jpg."]
    )
    assert breakable("0123456789abcdef" * 4).count("\u200b") == 63


def test_it_keeps_room_for_lines_it_has_not(qtbot: QtBot) -> None:
    label = WrappedLabel(least_lines=3)
    qtbot.addWidget(label)
    label.setText("One")
    assert label.minimumSizeHint().height() >= 3 * label.fontMetrics().lineSpacing()
