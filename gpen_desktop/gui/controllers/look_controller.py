"""One photo's adjustments given to others: to all, or copied and pasted onto those that are selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from gpen_desktop.core.engine.edits import Edits, with_look
from gpen_desktop.gui.adjust.history import StepName
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue
from gpen_desktop.gui.work.workspace import Workspace

_APPLIED = "applied"


class LookController(QObject):
    """copied: there are adjustments to paste. selected: gives the photos that are selected."""

    copied = Signal()

    def __init__(
        self,
        workspace: Workspace,
        notifications: NotificationQueue,
        selected: Callable[[], list[AlbumItem]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._notifications = notifications
        self._selected = selected
        self._copied: Edits | None = None
        workspace.undo.indexChanged.connect(self._on_history)

    @Slot()
    def apply_to_all(self) -> None:
        """Give every photo the look of the one on screen."""
        if self._workspace.current is not None:
            self._give(self._workspace.current.edits, self._workspace.album, lambda: self.tr("Apply to all photos"))

    @Slot()
    def copy(self) -> None:
        """Keep the look of the photo on screen for pasting."""
        if self._workspace.current is not None:
            self._copied = self._workspace.current.edits
            self.copied.emit()

    @Slot()
    def paste(self) -> None:
        """Give the selected photos the look that was copied."""
        if self._copied is not None:
            self._give(self._copied, self._selected(), lambda: self.tr("Paste adjustments"))

    def _give(self, look: Edits, items: Iterable[AlbumItem], name: StepName) -> None:
        """Each photo keeps its own choice of faces. What it came to is told, with a way back."""
        changed = {item.id: with_look(item.edits, look) for item in items}
        count = self._workspace.change_all(changed, name)
        if not count:
            self._notifications.post(
                Notification(_APPLIED, lambda: self.tr("Nothing to change: they look alike already."))
            )
            return

        def applied() -> str:
            one, many = self.tr("Applied to one photo."), self.tr("Applied to {count} photos.")
            return one if count == 1 else many.format(count=count)

        undo = NotificationButton("undo", lambda: self.tr("Undo"), partial(self._undo, self._workspace.undo.index()))
        self._notifications.post(Notification(_APPLIED, applied, (undo,)))

    def _undo(self, index: int) -> None:
        if self._workspace.undo.index() == index:
            self._workspace.undo.undo()

    @Slot()
    def _on_history(self) -> None:
        """What was told is not the latest change any more."""
        self._notifications.withdraw(_APPLIED)
