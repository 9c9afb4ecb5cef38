"""What is dropped onto the window, whichever part of it takes it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDropEvent


def accept_copy(event: QDropEvent) -> None:
    """Take a copy, whatever the source would rather do: one that is told 'moved' deletes its file."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
