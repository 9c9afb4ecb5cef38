"""Who holds the keyboard: the photo, unless one goes elsewhere by Tab or types."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QScrollArea, QWidget

_KEY: Final = Qt.Key
_MOVES: Final = (
    *(_KEY.Key_Up, _KEY.Key_Down, _KEY.Key_Left, _KEY.Key_Right),
    *(_KEY.Key_Home, _KEY.Key_End, _KEY.Key_PageUp, _KEY.Key_PageDown),
)

_COMES_BACK: Final = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""From another window or a menu: to one who used the mouse before as to one who used keys."""


def leave_to_tab(parts: QWidget) -> None:
    """Let the buttons and lists in there be reached by Tab only: a click on one does what it does, and the keys go on
    meaning the photo."""
    for kind in (QAbstractButton, QComboBox):
        for control in parts.findChildren(kind):
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    for area in parts.findChildren(QScrollArea):
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it is reached by Tab, and scrolls it


def frame_for_keys(rows: QAbstractItemView) -> None:
    """Frame a list that has the keyboard for one who uses it; a click on a row needs no frame around all of them."""
    rows.installEventFilter(_KeyFrame(rows))


class _KeyFrame(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.gotFocus():
            if event.reason() not in _COMES_BACK:
                _frame(watched, event.reason() != Qt.FocusReason.MouseFocusReason)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            _frame(watched, True)
        return False


def _frame(rows: QObject, is_framed: bool) -> None:
    """The style sheet draws no frame around what is 'clicked'."""
    if isinstance(rows, QWidget) and bool(rows.property("clicked")) == is_framed:
        rows.setProperty("clicked", not is_framed)
        rows.style().unpolish(rows)
        rows.style().polish(rows)
