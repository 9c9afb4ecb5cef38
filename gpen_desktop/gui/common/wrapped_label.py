"""A label whose words break into lines and are all seen."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

_BREAK: Final = "\u200b"
_LONG: Final = re.compile(r"[!-.0-~]{32,}")
"""What Qt does not break and a narrow line does not hold; it does break at '/', and between Chinese characters."""
_SEAM: Final = re.compile(r"(?<=[_-])(?=\w)|(?<=\w)(?=\.\w)")
"""Where a file name is best broken."""
_SEAMLESS: Final = re.compile(rf"[^{_BREAK}]{{32,}}")


def breakable(text: str) -> str:
    """With zero-width places to break at in long file names, which a label that wraps would cut off instead."""
    return _LONG.sub(lambda name: _broken(name[0]), text)


def _broken(name: str) -> str:
    """At its seams; where those are too far apart, anywhere."""
    return _SEAMLESS.sub(lambda part: _BREAK.join(part[0]), _SEAM.sub(_BREAK, name))


class WrappedLabel(QLabel):
    """As tall as its words need at the width it has: layouts within layouts would squeeze a label that only wraps. Long
    names are broken.

    least_lines: room for so many lines is kept where there are fewer, so that what is below stays where it is.
    """

    def __init__(self, least_lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least_lines = least_lines
        self._words = ""
        self.setWordWrap(True)

    def setText(self, text: str) -> None:
        self._words = text
        super().setText(breakable(text))

    def text(self) -> str:
        """As it was set."""
        return self._words

    def minimumSizeHint(self) -> QSize:
        least = self._least_lines * self.fontMetrics().lineSpacing()
        return QSize(super().minimumSizeHint().width(), max(least, self.heightForWidth(self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
