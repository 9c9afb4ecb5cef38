"""The photos in the window, and how far each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, QUrl

from gpen_desktop.core.compose.select import Judged
from gpen_desktop.core.engine.edits import Edits, turned_faces
from gpen_desktop.core.options import AUTO
from gpen_desktop.core.photo_files.formats.header import PART_MISSING
from gpen_desktop.core.stages.registry import REPAIR
from gpen_desktop.core.types import Face, FaceId, Seen
from gpen_desktop.gui.album import status
from gpen_desktop.gui.album.status import Kind, Question, Status
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.i18n import message_text
from gpen_desktop.messages import Message

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()

ItemRole = Qt.ItemDataRole.UserRole
"""The AlbumItem of a row."""


class PhotoState(Enum):
    """How far a photo is; `AlbumItem.status` says how it ended."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


_UNDER_WAY = {
    PhotoState.WAITING: Status.WAITING,
    PhotoState.WORKING: Status.WORKING,
    PhotoState.FAILED: Status.FAILED,
}


@dataclass(eq=False)
class AlbumItem:
    """One photo of the album. Lives in the main thread; the only mutable thing that knows a photo.

    edits: what is asked for. is_being_read: for the screen, before it is restored. is_unreadable: its file could not be
    opened when it was last put on screen. found: the detector's faces, None before it has run. former: those it found
    before the photo was seen otherwise; the same ones, found again, keep their ids, and so what was chosen for them.
    saved: the edits it was last exported with. exported_to: where. export_failure: why the last export did not succeed.
    judged: what is known of its restored faces. is_whole_changed: whether a stage changed the whole photo. size:
    (width, height) in pixels, as it is turned. better_quarters: as in RestoredFaces. warnings: of its file. These hold
    once it is done. seen: of the whole photo, what is switched off too; None before anybody has looked.
    """

    id: int
    path: Path
    edits: Edits
    is_sample: bool = False
    state: PhotoState = PhotoState.WAITING
    progress: float = 0.0
    failure: Failure | None = None
    is_being_read: bool = False
    is_unreadable: bool = False
    found: tuple[Face, ...] | None = None
    former: tuple[Face, ...] = ()
    saved: Edits | None = None
    exported_to: Path | None = None
    export_failure: Failure | None = None
    judged: Mapping[FaceId, Judged] = field(default_factory=dict)
    is_whole_changed: bool = False
    size: tuple[int, int] | None = None
    better_quarters: int = 0
    warnings: tuple[Message, ...] = ()
    seen: tuple[Seen, ...] | None = None

    def take_seen(self, seen: tuple[Seen, ...]) -> None:
        """Take what was seen of it. What was seen for other stages stays: one that is off does not look again."""
        stages = {each.stage for each in seen}
        self.seen = (*(each for each in self.seen or () if each.stage not in stages), *seen)

    def take_export(self, edits: Edits, path: Path) -> None:
        """It was exported as `path`, as it was edited then."""
        self.saved, self.exported_to, self.export_failure = edits, path, None

    def turn(self, quarters: int) -> None:
        """It lies otherwise from now on, clockwise by quarter turns; whether that is better is not known yet."""
        self.former = () if self.size is None else turned_faces(self.former, self.size, quarters)
        if self.size is not None:
            self.size = self.size if quarters % 2 == 0 else (self.size[1], self.size[0])
        self.better_quarters = 0

    @property
    def status(self) -> Status:
        """How it stands, and once it is done, how it ended."""
        return Status.SIDEWAYS if self.better_quarters and not self.faces else self._outcome

    @property
    def asked(self) -> Seen | None:
        """Damage that was seen in it, while nobody has said what is to be done about it."""
        if self.edits.stages[REPAIR.switch] != AUTO:
            return None
        seen = (each for each in self.seen or () if each.stage == REPAIR.name and each.offered is not None)
        return next(seen, None)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What it is filtered by."""
        return (self.status,) if self.asked is None else (self.status, Question.REPAIR)

    @property
    def _outcome(self) -> Status:
        """The same, whichever side is up."""
        if self.state is PhotoState.DONE:
            return status.outcome(self.faces, self.judged, self.edits, self.is_whole_changed)
        if self.state is PhotoState.WAITING and self.is_being_read:
            return Status.WORKING
        return _UNDER_WAY[self.state]

    @property
    def is_changed(self) -> bool:
        """Whether its result is anything but the photo as it was; so it may be, until it is done."""
        return self._lies_otherwise or self._outcome in (Status.WAITING, Status.WORKING, Status.RESTORED)

    @property
    def _lies_otherwise(self) -> bool:
        """Whether it was turned, straightened or cropped."""
        return self.edits.quarters != 0 or not self.edits.options.frame.is_whole

    @property
    def lacks_part(self) -> bool:
        """Whether its file ends before its picture does."""
        return PART_MISSING in self.warnings

    @property
    def is_exported(self) -> bool:
        """Whether it was exported as it is now."""
        return self.saved == self.edits

    @property
    def faces(self) -> tuple[Face, ...]:
        """The faces as they are now: set by hand, or found; the former ones while they are looked for anew."""
        known = self.faces_or_unknown
        return self.former if known is None else known

    @property
    def faces_or_unknown(self) -> tuple[Face, ...] | None:
        """Set by hand, or found; None when nobody has looked at it as it is now."""
        return self.edits.faces if self.edits.faces is not None else self.found

    @property
    def is_unsaved(self) -> bool:
        """Whether closing the window would lose something: a result that was never exported as it is now."""
        is_done = self.state is PhotoState.DONE
        return is_done and not self.is_exported and (self._outcome is Status.RESTORED or self._lies_otherwise)


class AlbumModel(QAbstractListModel):
    """The items in order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[AlbumItem] = []
        self._ids = count(1)

    def __iter__(self) -> Iterator[AlbumItem]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return bool(self._items)

    @property
    def unsaved(self) -> list[AlbumItem]:
        """Photos that closing the window would lose something of."""
        return [item for item in self._items if item.is_unsaved]

    def add(self, paths: Iterable[Path], edits: Edits, is_sample: bool = False) -> list[AlbumItem]:
        """Add photos that are not there yet. Returns the new items."""
        known = {item.path for item in self._items}
        fresh = [path for path in dict.fromkeys(paths) if path not in known]
        if not fresh:
            return []
        items = [AlbumItem(next(self._ids), path, edits, is_sample) for path in fresh]
        first = len(self._items)
        self.beginInsertRows(QModelIndex(), first, first + len(items) - 1)
        self._items += items
        self.endInsertRows()
        return items

    def put_back(self, item: AlbumItem, row: int) -> None:
        """Give a photo that was removed its place again."""
        self.beginInsertRows(QModelIndex(), row, row)
        self._items.insert(row, item)
        self.endInsertRows()

    def remove(self, item: AlbumItem) -> None:
        """Take a photo out of the album."""
        row = self._items.index(item)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._items[row]
        self.endRemoveRows()

    def item(self, item_id: int) -> AlbumItem | None:
        """The item with this number, None if it has left."""
        return next((item for item in self._items if item.id == item_id), None)

    def by_path(self, path: Path) -> AlbumItem | None:
        """The item of a file."""
        return next((item for item in self._items if item.path == path), None)

    def at(self, row: int) -> AlbumItem | None:
        return self._items[row] if 0 <= row < len(self._items) else None

    def row_of(self, item: AlbumItem) -> int:
        return self._items.index(item)

    def touch(self, item: AlbumItem) -> None:
        """Say that something about an item has changed."""
        if item in self._items:
            index = self.index(self.row_of(item))
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self.at(index.row()) if index.isValid() else None
        if item is None:
            return None
        if role == ItemRole:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.path.name
        if role == Qt.ItemDataRole.ToolTipRole:
            failure = item.failure or item.export_failure
            said = [failure.text] if failure else [message_text(warning) for warning in item.warnings]
            said += [] if item.asked is None else [message_text(item.asked.words)]
            return "\n".join([item.path.name, self._status_text(item), *said])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            asked = [] if item.asked is None else [message_text(item.asked.words)]
            return ", ".join([item.path.name, self._status_text(item), *asked])
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Exported files, for other programs."""
        data = QMimeData()
        items = [item for index in indexes if (item := self.at(index.row()))]
        data.setUrls([QUrl.fromLocalFile(str(item.exported_to)) for item in items if item.exported_to])
        return data

    def _status_text(self, item: AlbumItem) -> str:
        text = status.text(item.status)
        return self.tr("{status}, exported").format(status=text) if item.is_exported else text
