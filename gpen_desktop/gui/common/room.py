"""How much room there is for a window on its screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

_SHARE: Final = 0.94
"""Of the screen that a window takes at most when it opens: what is behind it stays in sight."""


def fitted(wished: QSize, available: QSize) -> QSize:
    """A window's size: as wished, or as much of it as a screen with that much room allows."""
    return wished.boundedTo(available * _SHARE)


def resize(window: QWidget, width: int, height: int) -> None:
    """Make a window so large, or as large as its screen allows."""
    window.resize(fitted(QSize(width, height), window.screen().availableSize()))
