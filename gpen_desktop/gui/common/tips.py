"""Tooltips in lines short enough to be read beside what they speak of; Qt writes plain text in one, however long."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QAction, QTextLayout
from PySide6.QtWidgets import QToolTip, QWidget

_WIDEST: Final = 340
"""Of a line, px."""


def set_tip(part: QWidget | QAction, text: str) -> None:
    """Give a part a tooltip; a line ends where the language lets it."""
    part.setToolTip("\n".join(_lines(text)))


def _lines(text: str) -> list[str]:
    layout = QTextLayout(text, QToolTip.font())
    lines = []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(_WIDEST)
        lines.append(text[line.textStart() : line.textStart() + line.textLength()].strip())
    layout.endLayout()
    return lines
