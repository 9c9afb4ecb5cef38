"""The one object that calls the engine. It lives in its own thread and tells by signals.

It does one job at a time, but for exports of photos that are not on screen: several of those at once, in threads of
their own, as the command line does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gpen_desktop.core.batch.album import PlannedPhoto
from gpen_desktop.core.batch.batch import BatchOptions, PhotoReport, Surroundings, export_photo
from gpen_desktop.core.batch.side_by_side import SideBySide
from gpen_desktop.core.engine.compute import ComputeOptions, ModelStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine, RestoredFaces
from gpen_desktop.core.engine.export import Exported, ExportOptions
from gpen_desktop.core.options import Values
from gpen_desktop.core.photo_files.patience import waiting_while
from gpen_desktop.core.progress import CancellableProgress, Progress, SubProgress
from gpen_desktop.core.stages.registry import stage_values
from gpen_desktop.core.stages.run import Viewer
from gpen_desktop.core.types import Face, Frame, Photo, Rect, RestoredFace, Stroke
from gpen_desktop.errors import Cancelled, DiskFullError
from gpen_desktop.gui.common.failure import from_exception
from gpen_desktop.gui.common.process import give_way

_log = logging.getLogger(__name__)

_numbers = count(1)


def next_job_id() -> int:
    """A number that no other job of this run has."""
    return next(_numbers)


WAITING: Final = "open"
"""The stage of a job that may still wait: for a disk, or for memory."""

IDLE_MS: Final = 60_000
"""After so long without a job the engine gives back the memory it keeps for the next one."""


@dataclass(frozen=True)
class RestoreJob:
    """Run the stages of a photo, find and restore its faces.

    item: the photo's number in the album. photo: when it is in memory already. faces: when known or set by hand.
    former: as in AlbumItem. stages: values of their options. strokes: of the brush over the photo's damage. quarters:
    as in Edits. invents: detail is asked for. is_known: the photo is finished and comes back on screen; it is not
    counted.
    """

    id: int
    item: int
    path: Path
    model: str
    photo: Photo | None = None
    faces: tuple[Face, ...] | None = None
    stages: Values = field(default_factory=stage_values)
    strokes: tuple[Stroke, ...] = ()
    quarters: int = 0
    is_known: bool = False
    invents: bool = False
    former: tuple[Face, ...] = ()


@dataclass(frozen=True)
class CompareJob:
    """Restore a photo's faces with another model, for looking at beside its own. Fields: as in RestoreJob."""

    id: int
    item: int
    path: Path
    model: str
    photo: Photo
    faces: tuple[Face, ...]
    stages: Values
    strokes: tuple[Stroke, ...]
    quarters: int
    invents: bool


@dataclass(frozen=True)
class ExportJob:
    """Compose a photo at full size and save it as `target`, with the same call as the command line.

    edits: as the photo was edited when the export was asked for. faces, former: as in RestoreJob.
    draft_for: what a result is handed to another program for ('copy', 'drag'), the photo staying unsaved; '' keeps it.
    """

    id: int
    item: int
    path: Path
    edits: Edits
    faces: tuple[Face, ...] | None
    target: Path
    export: ExportOptions
    draft_for: str = ""
    former: tuple[Face, ...] = ()

    @property
    def planned(self) -> PlannedPhoto:
        """From where to where."""
        return PlannedPhoto(self.path, self.target)

    @property
    def options(self) -> BatchOptions:
        """All that is to be done to the photo."""
        look = replace(self.edits.options, frame=Frame())  # drawn by looking at the first page, as strokes are
        if not isinstance(look.faces, str):  # chosen on the first page
            look = replace(look, faces="all")
        return BatchOptions(self.edits, self.export, None, self.faces, self.former, further=look)


@dataclass(frozen=True)
class ExportDone:
    """What an export came to: for the window, and for a report."""

    exported: Exported
    report: PhotoReport


@dataclass(frozen=True)
class RefineJob:
    """Find the landmarks of the face inside `box` (x, y, w, h)."""

    id: int
    item: int
    path: Path
    photo: Photo
    box: tuple[float, float, float, float]


Job = RestoreJob | CompareJob | ExportJob | RefineJob


class Gaze:
    """What somebody looks at; told in one thread, asked in another."""

    def __init__(self) -> None:
        self._now: tuple[int, Rect | None] = (0, None)

    def turn_to(self, item: int, part: Rect | None = None) -> None:
        """A photo, and the part of it that is on screen, its pixels; None: all of it."""
        self._now = (item, part)  # at once for every thread

    def on(self, item: int) -> Rect | None:
        """The part of a photo that is on screen; None where it is another photo."""
        looked_at, part = self._now
        return None if looked_at != item else part or _ALL


_ALL: Final = (0, 0, 1 << 30, 1 << 30)


class Worker(QObject):
    """Does jobs. Every signal carries the job's id first; each job ends with exactly one of done, failed, cancelled,
    disk_full: then it can be done once there is room (a DiskFullError says where).

    staged: what stages made of the photo; before that, while somebody looks at it, what they made of its parts. gaze:
    which part is looked at.
    at_once_changed: how many jobs `run_beside` can do at once.
    """

    progressed = Signal(int, float, str)
    staged = Signal(int, object)
    faces_found = Signal(int, object)
    faces_restored = Signal(int, object)
    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)
    disk_full = Signal(int, object)
    model_changed = Signal(object)
    at_once_changed = Signal(int)

    def __init__(self, engine: Engine, gaze: Gaze) -> None:
        super().__init__()
        self._engine = engine
        self._gaze = gaze
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)  # a child: it moves to the worker's thread too
        self._idle.timeout.connect(self._rest)
        self._told_status: ModelStatus | None = None
        self._beside: SideBySide | None = None

    @Slot()
    def begin(self) -> None:
        """The thread has begun."""
        give_way()

    @Slot(object, object)
    def run(self, job: Job, cancelled: threading.Event) -> None:
        """Do one job, and nothing beside it. Nothing that goes wrong in it leaves this slot."""
        self.end_beside()
        self._idle.stop()
        self._do(job, cancelled, partial(self._result, job))
        self._tell_status()  # a device may have turned out not to work
        self._idle.start()

    @Slot(object, object, int)
    def run_beside(self, job: ExportJob, cancelled: threading.Event, together: int) -> None:
        """Begin an export and return; others may be begun beside it, up to so many as at_once_changed tells. together:
        how many there are, it among them: what they do not need of the cores, each has for itself."""
        self._idle.stop()
        try:
            beside = self._beside_with(job.edits.model, min(together, self._engine.cpu_threads()))
        except Exception as error:
            self.failed.emit(job.id, from_exception(error, job.path))
            return

        def result(progress: CancellableProgress) -> ExportDone:
            engine = beside.engine_here()
            try:
                return _exported(job, engine, progress, Surroundings(room=beside.room, turns=beside.turns))
            finally:
                engine.forget(job.path)
                beside.keeping.check()

        beside.threads.submit(partial(self._do, cancelled=cancelled, result_of=result), job)

    def _beside_with(self, model: str, at_once: int) -> SideBySide:
        if self._beside is None or self._beside.model != model or self._beside.at_once < at_once:
            self.close_beside()
            self._beside = SideBySide(self._engine, model, at_once)
            self.at_once_changed.emit(self._beside.at_once)
        return self._beside

    @Slot()
    def end_beside(self) -> None:
        """Wait for the exports that `run_beside` began, and give back what they used."""
        if self._beside is not None:
            self.close_beside()
            self._tell_status()
        self._idle.start()

    @Slot()
    def close_beside(self) -> None:
        """The same for good: the thread ends."""
        beside, self._beside = self._beside, None
        if beside is not None:
            beside.close()

    def _do(self, job: Job, cancelled: threading.Event, result_of: Callable[[CancellableProgress], object]) -> None:
        progress = CancellableProgress(lambda fraction, stage: self.progressed.emit(job.id, fraction, stage), cancelled)
        try:
            with waiting_while(lambda: not cancelled.is_set()):
                progress.report(0.0, WAITING)
                result = result_of(progress)
        except Cancelled:
            self.cancelled.emit(job.id)
        except DiskFullError as error:
            self.disk_full.emit(job.id, error)
        except BaseException as error:  # told to the user; a slot that raises would lose it
            self.failed.emit(job.id, from_exception(error, job.path))
        else:
            self.done.emit(job.id, result)

    @Slot()
    def _rest(self) -> None:
        """After an idle time: give memory back to the system."""
        self._engine.rest()

    @Slot(object)
    def set_compute(self, wanted: ComputeOptions) -> None:
        """Use another device or precision from the next job on."""
        self.end_beside()
        self._engine.set_compute(wanted)

    @Slot(str)
    def warm_up(self, model: str) -> None:
        """Load what the first photo will need. What goes wrong here is told by that photo's job, which meets it too."""
        self.end_beside()
        try:
            self._engine.load(model)
        except Exception as error:
            _log.info("nothing loaded ahead: %s", error)
        self._tell_status()

    @Slot()
    def choose_anew(self) -> None:
        """Weights came or went."""
        self.end_beside()
        self._engine.choose_anew()

    @Slot(object)
    def forget(self, path: Path) -> None:
        """Drop what is kept of a photo that left the album."""
        self._engine.forget(path)

    def _result(self, job: Job, progress: CancellableProgress) -> object:
        if isinstance(job, RefineJob):
            return self._engine.refine(job.photo, job.box)
        if isinstance(job, CompareJob):
            return self._compare(job, progress)
        if isinstance(job, ExportJob):
            return _exported(job, self._engine, progress, Surroundings())
        return self._restore(job, progress)

    def _compare(self, job: CompareJob, progress: CancellableProgress) -> tuple[RestoredFace, ...]:
        session = self._engine.open(job.photo, job.model, job.faces, job.stages, job.strokes, job.quarters)
        self._tell_status()
        return tuple(session.invent(progress) if job.invents else session.restore(progress))

    def _restore(self, job: RestoreJob, progress: CancellableProgress) -> RestoredFaces:
        session = self._engine.open(
            job.photo or job.path, job.model, job.faces, job.stages, job.strokes, job.quarters, job.former
        )
        self._tell_status()
        viewer = Viewer(lambda: self._gaze.on(job.item), lambda parts: self.staged.emit(job.id, parts))
        self.staged.emit(job.id, self._engine.stage(session, SubProgress(progress, 0.0, 0.3), viewer))
        rest = SubProgress(progress, 0.3, 0.9)
        for result in self._engine.restore(session, rest, invents=job.invents, viewer=viewer):
            if not result.restored:
                self.faces_found.emit(job.id, result.faces)
            elif result.more or not result.is_whole:
                self.faces_restored.emit(job.id, result)
        if not result.faces and job.faces is None:  # it may lie on its side
            return replace(result, better_quarters=session.better_quarters(SubProgress(progress, 0.9, 1.0)))
        return result

    def _tell_status(self) -> None:
        status = self._engine.status()
        if status != self._told_status:
            self._told_status = status
            self.model_changed.emit(status)


def _exported(job: ExportJob, engine: Engine, progress: Progress, around: Surroundings) -> ExportDone:
    return ExportDone(*export_photo(job.planned, engine, job.options, progress, around))
