"""Who holds the keyboard: the photo, unless one goes elsewhere by Tab or types."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QScrollArea, QWidget


def leave_to_tab(parts: QWidget) -> None:
    """Let the buttons and lists in there be reached by Tab only: a click on one does what it does, and the keys go on
    meaning the photo."""
    for kind in (QAbstractButton, QComboBox):
        for control in parts.findChildren(kind):
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    for area in parts.findChildren(QScrollArea):
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it is reached by Tab, and scrolls it
