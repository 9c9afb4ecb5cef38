"""Undo and redo in menus and toolbar: whether there is anything, and what it was."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QUndoStack

from gpen_desktop.gui.adjust.history import Command
from gpen_desktop.gui.shell.actions import Actions


class HistoryActions(QObject):
    """Keeps both actions as the history is."""

    def __init__(self, undo: QUndoStack, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._undo = undo
        self._actions = actions
        undo.indexChanged.connect(self._show)

    @Slot()
    def say(self) -> None:
        """Say what each would do, in the present language."""
        for step in map(self._undo.command, range(self._undo.count())):
            assert isinstance(step, Command)
            step.say()
        self._show()

    @Slot()
    def _show(self) -> None:
        undo = self._undo
        for name, nothing, step, can, text in (
            ("undo", self.tr("Undo"), self.tr("Undo: {step}"), undo.canUndo(), undo.undoText()),
            ("redo", self.tr("Redo"), self.tr("Redo: {step}"), undo.canRedo(), undo.redoText()),
        ):
            self._actions[name].setEnabled(can)
            self._actions.set_tip(name, step.format(step=text) if text else nothing)
