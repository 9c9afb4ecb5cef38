"""The arrow keys: which way each moves what is worked on."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, Qt

WAYS: Final = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
