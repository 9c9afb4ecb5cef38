"""What is done with the photo on screen and those selected with it: removing, turning, trying again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from gpen_desktop.core.engine.edits import turned
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.work.workspace import Workspace


class AlbumController(QObject):
    """selected: gives the photos that are selected."""

    def __init__(
        self, workspace: Workspace, selected: Callable[[], list[AlbumItem]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._selected = selected

    @Slot()
    def remove(self) -> None:
        """Take them out of the album, undoably."""
        if chosen := self._chosen():
            self._workspace.remove(*chosen)

    @Slot()
    def remove_shown(self) -> None:
        """Take the photo on screen out of the album and leave the others selected with it, undoably."""
        if self._workspace.current is not None:
            self._workspace.remove(self._workspace.current)

    @Slot()
    def retry(self) -> None:
        """Read and restore the photo on screen again."""
        if self._workspace.current is not None:
            self._workspace.retry(self._workspace.current)

    @Slot()
    def turn_left(self) -> None:
        self.turn(-1)

    @Slot()
    def turn_right(self) -> None:
        self.turn(1)

    def turn(self, quarters: int) -> None:
        """Turn them clockwise by quarter turns, undoably. One that nobody has looked at yet stays as it is."""
        sized = [(item, item.size) for item in self._chosen() if item.size is not None]
        changed = {item.id: turned(item.edits, size, quarters) for item, size in sized}
        self._workspace.change_all(changed, lambda: self.tr("Turn"))

    def _chosen(self) -> list[AlbumItem]:
        current, selected = self._workspace.current, self._selected()
        return selected if current in selected else [item for item in (current,) if item is not None]
