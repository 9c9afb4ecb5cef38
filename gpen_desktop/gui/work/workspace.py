"""What the window works on: the album, the photo on screen, its edits and their history, and the jobs they lead to.

No widgets. The window shows what this says and calls what the user does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QRect, Signal, Slot
from PySide6.QtGui import QUndoStack

from gpen_desktop.core.compose.select import FaceChoice, judged
from gpen_desktop.core.engine.edits import Edits, enlarge_alike, restore_alike, see_same_faces
from gpen_desktop.core.engine.engine import Engine, RestoredFaces
from gpen_desktop.core.stages.run import Staged
from gpen_desktop.core.types import Face, FaceId, FaceState
from gpen_desktop.gui.adjust.history import EditCommand, RemoveCommand, StepName
from gpen_desktop.gui.album.album_model import AlbumItem, AlbumModel, PhotoState
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.viewer.face_item import FaceMark
from gpen_desktop.gui.viewer.preview import Opened, Preview, Shown
from gpen_desktop.gui.work import face_marks
from gpen_desktop.gui.work.exports import Exports
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.photo_states import PhotoStates, restore_job
from gpen_desktop.gui.work.removal import Removal
from gpen_desktop.gui.work.wishes import Sides, part_on_screen, wish
from gpen_desktop.gui.work.worker import Job, RefineJob, RestoreJob, next_job_id

_NOTHING_YET = RestoredFaces((), (), seconds=0.0)


class Workspace(QObject):
    """Attributes
    ----------
    album : the photos. jobs : the queue. exports : what becomes files. undo : the history. preview : makes the pictures
    on screen.

    Signals
    -------
    current_changed: another photo is on screen (AlbumItem or None). opened, shown: its pictures (of preview.py).
    edits_changed: the current photo's edits are others. faces_changed: its faces, or their states.
    failed: a photo (AlbumItem) that could not be read or restored, and what went wrong (Failure).
    refined: a Face found in a drawn box; refine_failed: a Failure instead.
    seen_changed: what was seen of the current photo, or is done about it.
    restored: a photo (AlbumItem) and seconds it took, 0 if it was known.
    """

    current_changed = Signal(object)
    opened = Signal(object)
    shown = Signal(object)
    edits_changed = Signal()
    faces_changed = Signal()
    seen_changed = Signal()
    failed = Signal(object, object)
    refined = Signal(object)
    refine_failed = Signal(object)
    restored = Signal(object, float)

    def __init__(self, engine: Engine, defaults: Edits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.album = AlbumModel(self)
        self.undo = QUndoStack(self)
        self.jobs = JobController(engine, self)
        self._states = PhotoStates(self.album, self.jobs, self)
        self._states.failed.connect(self.failed)
        self.exports = Exports(self.album, self.jobs, self)
        self.preview = Preview(self)
        self.defaults = defaults
        self._current: AlbumItem | None = None
        self._visit = 0
        self._opened: Opened | None = None
        self._made = _NOTHING_YET
        self._detail: tuple[int, QRect] | None = None
        self._left_out = ""
        self._sides = Sides()
        self.jobs.staged.connect(self._on_staged)
        self.jobs.faces_found.connect(self._on_faces_found)
        self.jobs.faces_restored.connect(self._on_faces_restored)
        self.jobs.done.connect(self._on_done)
        self.jobs.failed.connect(self._on_failed)
        self.preview.opened.connect(self._on_opened)
        self.preview.open_failed.connect(self._on_open_failed)
        self.preview.failed.connect(self._on_show_failed)
        self.preview.shown.connect(self._on_shown)

    # The album

    @property
    def current(self) -> AlbumItem | None:
        """The photo on screen."""
        return self._current

    @property
    def photo_opened(self) -> Opened | None:
        """The photo on screen, once it is read."""
        return self._opened

    def add(self, paths: Iterable[Path], is_sample: bool = False) -> list[AlbumItem]:
        """Add photos, show the first new one, and restore all."""
        paths = list(paths)
        items = self.album.add(paths, self.defaults, is_sample)
        shown = items[0] if items else next((e for p in paths if (e := self.album.by_path(p))), None)
        if shown is not None:
            self.show_item(shown)
        self.jobs.submit(*(self._restore_job(item) for item in items if item is not shown))
        return items

    def show_item(self, item: AlbumItem) -> None:
        """Put a photo on screen."""
        if item is self._current:
            return
        left = self._current if self._opened is None else None
        self._current = item
        self._visit += 1
        self._opened, self._made, self._detail, self._left_out = None, _NOTHING_YET, None, ""
        self._sides = Sides()
        self.jobs.set_front(item.id)
        self.current_changed.emit(item)
        self._want()
        if left is not None and left.state is PhotoState.WAITING and not self.jobs.is_restoring(left.id):
            self._restore(left)  # it was to be queued once it was read

    def remove(self, *items: AlbumItem) -> None:
        """Take photos out of the album, undoably; a neighbour comes on screen. The files stay."""
        places = sorted(((self.album.row_of(item), item) for item in items), key=itemgetter(0))
        removal = Removal(self.jobs, places, self._take_out_all, self._put_back)
        self.undo.push(RemoveCommand(lambda: self.tr("Remove from the album"), removal.take_out, removal.put_back))

    def _take_out_all(self, items: Iterable[AlbumItem]) -> None:
        for item in sorted(items, key=lambda item: item is self._current):  # the one on screen last
            self._take_out(item)

    def _put_back(self, item: AlbumItem, row: int) -> bool:
        if self.album.by_path(item.path) is not None:
            return False  # it was opened anew meanwhile
        self.album.put_back(item, min(row, len(self.album)))
        if item.state is PhotoState.WORKING:
            item.state = PhotoState.WAITING
        self.show_item(item)
        return True

    def _take_out(self, item: AlbumItem) -> None:
        if self.album.item(item.id) is None:
            return
        row = self.album.row_of(item)
        self.jobs.cancel_item(item.id)
        self.jobs.forget(item.path)
        self.album.remove(item)
        if item is not self._current:
            return
        self._current = None
        neighbour = self.album.at(min(row, len(self.album) - 1))
        if neighbour is not None:
            self.show_item(neighbour)
        else:
            self._opened = None
            self.preview.clear()
            self.current_changed.emit(None)

    def retry(self, item: AlbumItem) -> None:
        """Read and restore a photo again after a failure."""
        item.failure, item.is_unreadable = None, False
        self._states.set(item, PhotoState.WAITING)
        if item is self._current and self._opened is None:
            self._want()
        else:
            self._restore(item)

    def go_on(self) -> None:
        """End a pause, or queue what a cancel left behind."""
        if self.jobs.is_paused:
            self.jobs.go_on()
            return
        for item in self.album:
            if item.state is PhotoState.WAITING and not self.jobs.is_restoring(item.id):
                self._restore(item)

    def shut_down(self) -> None:
        """Cancel all work and end the threads; the history goes while there is still somebody to hear of it."""
        self.undo.clear()
        self.preview.shut_down()
        self.jobs.shut_down()

    # Edits

    def change(self, edits: Edits, name: StepName, merge: str = "") -> None:
        """Change the current photo's edits, undoably. name: of what was done. merge: see EditCommand."""
        item = self._current
        if item is not None and edits != item.edits:
            merge = f"{item.id} {merge}" if merge else ""
            self._push(name, {item.id: item.edits}, {item.id: edits}, merge)

    def change_all(self, change: Mapping[int, Edits], name: StepName) -> int:
        """Change several photos' edits at once; by item number. Returns how many became others."""
        changed = {e.id: change[e.id] for e in self.album if e.id in change and change[e.id] != e.edits}
        if changed:
            self._push(name, {e.id: e.edits for e in self.album if e.id in changed}, changed, "")
        return len(changed)

    def _push(self, name: StepName, before: dict[int, Edits], after: dict[int, Edits], merge: str) -> None:
        self.undo.push(EditCommand(name, before, after, self._apply, merge))

    def _apply(self, edits: Mapping[int, Edits]) -> None:
        items = [item for item_id in edits if (item := self.album.item(item_id))]
        if len(items) == 1:
            self.show_item(items[0])  # an undo is seen where it happens
        for item in items:
            old, item.edits = item.edits, edits[item.id]
            if not see_same_faces(old, item.edits):
                item.former, item.found = item.found or item.former, None
            if old.quarters != item.edits.quarters:
                self._turned(item, item.edits.quarters - old.quarters)
            is_seen_alike = item is not self._current or enlarge_alike(old, item.edits, item.size)
            if not (restore_alike(old, item.edits) and is_seen_alike):
                item.state = PhotoState.WAITING
                self._restore(item)
            self.album.touch(item)
        if self._current in items:
            self._want()
            self.edits_changed.emit()
            self.faces_changed.emit()

    def _turned(self, item: AlbumItem, quarters: int) -> None:
        """It is another photo now: seen, looked through and shown anew."""
        item.turn(quarters)
        if item is self._current:
            self._current = None
            self.show_item(item)

    # Faces

    @property
    def faces(self) -> tuple[Face, ...]:
        """Of the photo on screen."""
        return self._current.faces if self._current else ()

    def marks(self) -> tuple[FaceMark, ...]:
        """How the current photo's faces stand."""
        return face_marks.marks(self.faces, self._choices())

    def face(self, face: FaceId) -> Face | None:
        """One of the current photo's faces; None for one that is not there."""
        return next((each for each in self.faces if each.id == face), None)

    def face_states(self) -> dict[FaceId, FaceState]:
        """What became of each of the current photo's faces, without those that are being worked on."""
        return {face: choice.state for face, choice in self._choices().items()}

    def _choices(self) -> dict[FaceId, FaceChoice]:
        """What the edits make of the current photo's faces, of those that are restored."""
        edits = self._current.edits if self._current is not None else self.defaults
        return face_marks.choices(self.faces, self._made.restored, edits)

    def refine(self, box: tuple[float, float, float, float]) -> None:
        """Look for a face inside a drawn box of the current photo; `refined` or `refine_failed` answers."""
        item = self._current
        if self._opened is not None and item is not None:
            self.jobs.submit(RefineJob(next_job_id(), item.id, item.path, self._opened.photo, box))

    # The whole photo

    @property
    def staged(self) -> Staged | None:
        """What the stages made of the photo on screen, once they have."""
        return self._made.staged

    @property
    def made(self) -> RestoredFaces:
        """What the model of the current photo's edits made of it so far."""
        return self._made

    def compare(self, sides: Sides) -> None:
        """Show what two models made of the current photo, until another one comes; Sides(): before and after."""
        self._sides = sides
        self._want()

    @Slot(str)
    def look_without(self, stage: str) -> None:
        """Show the photo about as it would be without one of its stages; '': as it is."""
        self._left_out = stage
        self._want()

    @Slot(object, object)
    def _on_staged(self, job: RestoreJob, staged: Staged) -> None:
        item = self.album.item(job.item)
        if item is None or job.quarters != item.edits.quarters:
            return  # it was removed or turned meanwhile
        item.take_seen(staged.seen)
        if item is self._current:
            # faces that are known stay until they are found anew: a slider is followed at once
            self._made = replace(self._made, staged=staged)
            self._want()
            self.seen_changed.emit()

    # Pictures

    @Slot(object)
    def look_closer(self, detail: tuple[int, QRect] | None) -> None:
        """Show a part of a pyramid level, or the overview only (None)."""
        self._detail = detail
        self.jobs.look_at(part_on_screen(detail))
        self._want()

    def _want(self) -> None:
        if (item := self._current) is not None:
            self._states.read(item if self._opened is None else None)
            self.preview.want(wish(self._visit, item, self._made, self._sides, self._left_out, self._detail))

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        if self._current is None or opened.visit != self._visit:
            return
        self._opened, self._current.is_unreadable = opened, False
        self._states.read(None)
        self.opened.emit(opened)
        running = self.jobs.running
        if not (isinstance(running, RestoreJob) and running.item == opened.item):
            self._restore(self._current)

    @Slot(int, object)
    def _on_open_failed(self, item_id: int, failure: Failure) -> None:
        if (item := self.album.item(item_id)) is not None:
            item.is_unreadable = True
        self._on_show_failed(item_id, failure)

    @Slot(int, object)
    def _on_show_failed(self, item_id: int, failure: Failure) -> None:
        item = self.album.item(item_id)
        if item is not None:
            self._states.fail(item, failure)

    @Slot(object)
    def _on_shown(self, shown: Shown) -> None:
        if self._current is None or shown.wanted.visit != self._visit or self._opened is None:
            return
        self.shown.emit(shown)

    # Jobs

    def _restore_job(self, item: AlbumItem) -> RestoreJob:
        return restore_job(item, self._opened.photo if item is self._current and self._opened else None)

    def _restore(self, item: AlbumItem) -> None:
        if item.state is not PhotoState.DONE:  # coming back to a finished photo does not make it unfinished
            self._states.set(item, PhotoState.WAITING)
        self.jobs.submit(self._restore_job(item))

    @Slot(object, object)
    def _on_faces_found(self, job: RestoreJob, faces: tuple[Face, ...]) -> None:
        item = self.album.item(job.item)
        if item is None or job.faces is not None:
            return
        item.found = faces
        if item is self._current:
            self.faces_changed.emit()

    @Slot(object, object)
    def _on_faces_restored(self, job: RestoreJob, result: RestoredFaces) -> None:
        item = self.album.item(job.item)
        if item is not None and item is self._current and result.faces == item.faces_or_unknown:
            self._made = result
            self._want()
            self.faces_changed.emit()

    @Slot(object, object)
    def _on_done(self, job: Job, result: Any) -> None:
        item = self.album.item(job.item)
        if isinstance(job, RestoreJob) and item is not None:
            self._on_restored(item, job, result)
        elif isinstance(job, RefineJob) and item is self._current:
            self.refined.emit(result)

    def _on_restored(self, item: AlbumItem, job: RestoreJob, result: RestoredFaces) -> None:
        if self.jobs.is_restoring(item.id):
            return  # it was wanted differently meanwhile
        is_new = item.state is not PhotoState.DONE
        item.judged = judged(result.restored)
        item.is_whole_changed = result.shown is not None
        if is_new:
            item.better_quarters = result.better_quarters
        if result.staged is not None:
            item.size, item.warnings = result.staged.size, result.staged.photo.warnings
        self._states.set(item, PhotoState.DONE)
        self._on_faces_restored(job, result)
        self.restored.emit(item, result.seconds if is_new else 0.0)

    @Slot(object, object)
    def _on_failed(self, job: Job, failure: Failure) -> None:
        item = self.album.item(job.item)
        if isinstance(job, RestoreJob) and item is not None:
            self._states.fail(item, failure)
        elif isinstance(job, RefineJob) and item is self._current:
            self.refine_failed.emit(failure)
