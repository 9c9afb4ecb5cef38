"""Undo and redo in menus and toolbar: whether there is anything, and what it was."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QUndoStack

from gpen_desktop.gui.shell.actions import Actions


class HistoryActions(QObject):
    """Keeps both actions as the history is."""

    def __init__(self, undo: QUndoStack, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._undo = undo
        self._actions = actions
        undo.indexChanged.connect(self.say)

    @Slot()
    def say(self) -> None:
        """Say what each would do, in the present language."""
        undo = self._undo
        for name, word, can, text in (
            ("undo", self.tr("Undo"), undo.canUndo(), undo.undoText()),
            ("redo", self.tr("Redo"), undo.canRedo(), undo.redoText()),
        ):
            self._actions[name].setEnabled(can)
            self._actions[name].setToolTip(f"{word}: {text}" if text else word)
