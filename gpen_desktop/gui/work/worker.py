"""The one object that owns the models. It lives in its own thread and does one job at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gpen_desktop.core.engine.export import Exported, ExportOptions, export
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.photo_files import atomic
from gpen_desktop.core.progress import CancellableProgress, SubProgress
from gpen_desktop.core.types import ComposeOptions, Face, Photo, RestoredFace
from gpen_desktop.errors import Cancelled
from gpen_desktop.gui.common.failure import from_exception
from gpen_desktop.gui.work.engine import Compute, Engine

_log = logging.getLogger(__name__)

_KEPT_SESSIONS: Final = 2
"""Photos whose sessions stay in memory: the one on screen and the one that is being worked on."""

_numbers = count(1)


def next_job_id() -> int:
    """A number that no other job of this run has."""
    return next(_numbers)


IDLE_MS: Final = 60_000
"""After so long without a job the engine gives back the memory it keeps for the next one."""


@dataclass(frozen=True)
class RestoreJob:
    """Find and restore the faces of a photo.

    entry: the photo's number in the album. photo: when it is in memory already. faces: when known or set by hand.
    """

    id: int
    entry: int
    path: Path
    model: str
    photo: Photo | None = None
    faces: tuple[Face, ...] | None = None


@dataclass(frozen=True)
class ExportJob:
    """Compose a photo at full size and save it as `target`, with the same calls as the command line."""

    id: int
    entry: int
    path: Path
    model: str
    photo: Photo | None
    faces: tuple[Face, ...] | None
    options: ComposeOptions
    target: Path
    export: ExportOptions
    is_draft: bool = False
    """For handing to another program; the photo stays unsaved."""


@dataclass(frozen=True)
class RefineJob:
    """Find the landmarks of the face inside `box` (x, y, w, h)."""

    id: int
    entry: int
    path: Path
    photo: Photo
    box: tuple[float, float, float, float]


Job = RestoreJob | ExportJob | RefineJob


@dataclass(frozen=True, eq=False)
class Restored:
    """The first len(restored) of the photo's faces, restored. is_whole: none is missing."""

    faces: tuple[Face, ...]
    restored: tuple[RestoredFace, ...]
    is_whole: bool
    seconds: float


class Worker(QObject):
    """Does jobs. Every signal carries the job's id first; each job ends with exactly one of done, failed, cancelled."""

    progressed = Signal(int, float, str)
    faces_found = Signal(int, object)
    faces_restored = Signal(int, object)
    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)
    model_changed = Signal(object)

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)  # a child: it moves to the worker's thread too
        self._idle.timeout.connect(self._rest)
        self._sessions: OrderedDict[int, Session] = OrderedDict()
        self._model = ""
        self._told_status: object = None

    @Slot(object, object)
    def run(self, job: Job, cancelled: threading.Event) -> None:
        """Do one job. Nothing that goes wrong in it leaves this slot."""
        self._idle.stop()
        progress = CancellableProgress(lambda fraction, stage: self.progressed.emit(job.id, fraction, stage), cancelled)
        try:
            result = self._result(job, progress)
        except Cancelled:
            self.cancelled.emit(job.id)
        except BaseException as error:  # told to the user; a slot that raises would lose it
            self.failed.emit(job.id, from_exception(error, job.path))
        else:
            self.done.emit(job.id, result)
        self._idle.start()

    @Slot()
    def _rest(self) -> None:
        """After an idle time: give memory back to the system."""
        self._engine.rest()

    @Slot(object)
    def set_compute(self, compute: Compute) -> None:
        """Use another device or precision from the next job on."""
        self._sessions.clear()
        self._engine.set_compute(compute)

    @Slot(str)
    def warm_up(self, model: str) -> None:
        """Load what the first photo will need. What goes wrong here is told by that photo's job, which meets it too."""
        try:
            self._engine.finder()
            self._engine.restorer(model)
        except Exception as error:
            _log.info("nothing loaded ahead: %s", error)
        self._tell_status()

    @Slot(int)
    def forget(self, entry: int) -> None:
        """Drop what is kept of a photo that left the album."""
        self._sessions.pop(entry, None)

    def _result(self, job: Job, progress: CancellableProgress) -> object:
        progress.report(0.0, "open")
        if isinstance(job, RefineJob):
            return self._engine.finder().refine(job.photo, job.box)
        if isinstance(job, RestoreJob):
            return self._restore(job, progress)
        return self._export(job, progress)

    def _restore(self, job: RestoreJob, progress: CancellableProgress) -> Restored:
        started = time.perf_counter()
        session = self._session(job)
        faces = session.faces(SubProgress(progress, 0.0, 0.2))
        self.faces_found.emit(job.id, faces)
        batch = self._engine.restorer(job.model).batch
        restored: tuple[RestoredFace, ...] = ()
        try:
            for start in range(0, len(faces), batch):
                end = min(start + batch, len(faces))
                session.set_faces(faces[:end])
                share = SubProgress(progress, 0.2 + 0.8 * start / len(faces), 0.2 + 0.8 * end / len(faces))
                restored = session.restore(share)
                if end < len(faces):
                    seconds = time.perf_counter() - started
                    self.faces_restored.emit(job.id, Restored(faces, restored, is_whole=False, seconds=seconds))
        finally:
            session.set_faces(faces)
        self._tell_status()
        return Restored(faces, restored, is_whole=True, seconds=time.perf_counter() - started)

    def _export(self, job: ExportJob, progress: CancellableProgress) -> Exported:
        session = self._session(job)
        composed = session.compose(job.options, SubProgress(progress, 0.0, 0.9))
        progress.report(0.9, "save")
        atomic.make_folder(job.target.parent)
        return export(session.photo, composed, job.target, job.export)

    def _session(self, job: RestoreJob | ExportJob) -> Session:
        if job.model != self._model:
            self._sessions.clear()  # they hold on to the old model, and two may not fit into memory
            self._model = job.model
        restorer = self._engine.restorer(job.model)
        self._tell_status()
        session = self._sessions.pop(job.entry, None)
        if session is None or (job.photo is not None and session.photo is not job.photo):
            finder = self._engine.finder()
            session = Session(job.photo, finder, restorer) if job.photo else Session.open(job.path, finder, restorer)
        self._sessions[job.entry] = session
        while len(self._sessions) > _KEPT_SESSIONS:
            self._sessions.popitem(last=False)
        session.set_restorer(restorer)
        if job.faces is not None:
            session.set_faces(job.faces)
        return session

    def _tell_status(self) -> None:
        status = self._engine.status()
        if status != self._told_status:
            self._told_status = status
            self.model_changed.emit(status)
