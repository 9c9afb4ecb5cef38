"""The photos in the window, and how far each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import count
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, Qt, QUrl

from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.types import Face
from gpen_desktop.gui.common.failure import Failure

EntryRole = Qt.ItemDataRole.UserRole
"""The Entry of a row."""


class EntryState(Enum):
    """How far a photo is. SKIPPED: nothing to restore in it."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(eq=False)
class Entry:
    """One photo of the album. Lives in the main thread; the only mutable thing that knows a photo.

    edits: what is asked for. found: the detector's faces, None before it has run. saved: the edits it was last exported
    with. exported_to: where.
    """

    id: int
    path: Path
    edits: Edits
    is_sample: bool = False
    state: EntryState = EntryState.WAITING
    progress: float = 0.0
    failure: Failure | None = None
    found: tuple[Face, ...] | None = None
    saved: Edits | None = None
    exported_to: Path | None = None

    @property
    def faces(self) -> tuple[Face, ...]:
        """The faces as they are now: set by hand, or found."""
        return self.edits.faces if self.edits.faces is not None else self.found or ()

    @property
    def faces_or_unknown(self) -> tuple[Face, ...] | None:
        """The same; None when nobody has looked yet."""
        return self.edits.faces if self.edits.faces is not None else self.found

    @property
    def is_unsaved(self) -> bool:
        """Whether closing the window would lose something: a result that was never exported as it is now."""
        return self.state is EntryState.DONE and self.saved != self.edits


class AlbumModel(QAbstractListModel):
    """The entries in order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._ids = count(1)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, paths: Iterable[Path], edits: Edits, is_sample: bool = False) -> list[Entry]:
        """Add photos that are not there yet. Returns the new entries."""
        known = {entry.path for entry in self._entries}
        fresh = [path for path in dict.fromkeys(paths) if path not in known]
        if not fresh:
            return []
        entries = [Entry(next(self._ids), path, edits, is_sample) for path in fresh]
        first = len(self._entries)
        self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
        self._entries += entries
        self.endInsertRows()
        return entries

    def remove(self, entry: Entry) -> None:
        """Take a photo out of the album."""
        row = self._entries.index(entry)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._entries[row]
        self.endRemoveRows()

    def entry(self, entry_id: int) -> Entry | None:
        """The entry with this number, None if it has left."""
        return next((entry for entry in self._entries if entry.id == entry_id), None)

    def by_path(self, path: Path) -> Entry | None:
        """The entry of a file."""
        return next((entry for entry in self._entries if entry.path == path), None)

    def at(self, row: int) -> Entry | None:
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def row_of(self, entry: Entry) -> int:
        return self._entries.index(entry)

    def touch(self, entry: Entry) -> None:
        """Say that something about an entry has changed."""
        if entry in self._entries:
            index = self.index(self.row_of(entry))
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802  -- Qt's name, as below
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.at(index.row()) if index.isValid() else None
        if entry is None:
            return None
        if role == EntryRole:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.path.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.failure.sentence if entry.failure else entry.path.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.path.name}, {self.state_text(entry.state)}"
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # noqa: N802
        """Exported files, for other programs."""
        data = QMimeData()
        entries = [entry for index in indexes if (entry := self.at(index.row()))]
        data.setUrls([QUrl.fromLocalFile(str(entry.exported_to)) for entry in entries if entry.exported_to])
        return data

    def state_text(self, state: EntryState) -> str:
        """A state in words."""
        return {
            EntryState.WAITING: self.tr("waiting"),
            EntryState.WORKING: self.tr("being restored"),
            EntryState.DONE: self.tr("restored"),
            EntryState.FAILED: self.tr("failed"),
            EntryState.SKIPPED: self.tr("no faces"),
        }[state]
