"""Undo and redo: over every change of a photo's edits, and over taking a photo out of the album."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QUndoCommand

from gpen_desktop.core.engine.edits import Edits

StepName = Callable[[], str]
"""What was done, in the window's language of the moment."""

Apply = Callable[[Mapping[int, Edits]], None]
"""Sets the edits of items, by their numbers."""

_MERGED = 1


class Command(QUndoCommand):
    """A step that can say what it was in another language, too."""

    def __init__(self, name: StepName) -> None:
        super().__init__(name())
        self._name = name

    def say(self) -> None:
        """Say it in the present language."""
        self.setText(self._name())


class RemoveCommand(Command):
    """Something taken away that can be put back. remove, put_back: do and undo it."""

    def __init__(self, name: StepName, remove: Callable[[], object], put_back: Callable[[], object]) -> None:
        super().__init__(name)
        self._remove = remove
        self._put_back = put_back

    def redo(self) -> None:
        self._remove()

    def undo(self) -> None:
        self._put_back()


class EditCommand(Command):
    """A change of one or several photos' edits.

    merge: changes of one control in a row, such as those of a slider being dragged, become one when their `merge` is
    the same and not ''.
    """

    def __init__(
        self, name: StepName, before: Mapping[int, Edits], after: Mapping[int, Edits], apply: Apply, merge: str = ""
    ) -> None:
        super().__init__(name)
        self._before = dict(before)
        self._after = dict(after)
        self._apply = apply
        self._merge = merge

    def id(self) -> int:
        return _MERGED if self._merge else -1

    def redo(self) -> None:
        self._apply(self._after)

    def undo(self) -> None:
        self._apply(self._before)

    def mergeWith(self, other: QUndoCommand) -> bool:
        if (
            not isinstance(other, EditCommand)
            or other._merge != self._merge
            or other._before.keys() != self._before.keys()
        ):
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True
