"""The queue of jobs and the thread they run in. Lives in the main thread."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QThread, Signal, Slot

from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.stages.tiles import Rect
from gpen_desktop.gui.work.round import Round
from gpen_desktop.gui.work.worker import ExportJob, Gaze, Job, RefineJob, RestoreJob, Worker

_ON_SCREEN: Final = 1
"""Urgency of what belongs to the photo on screen."""


class JobController(QObject):
    """Queues jobs and gives them to the worker one by one.

    What the user waits for comes first: finding points inside a drawn box, then the photo on screen, then exports, then
    the rest of the album in its order. In a pause the first two alone are done.

    Signals carry the job itself. Each submitted job ends with exactly one of done, failed, cancelled. staged: what the
    stages made of its photo, of the one at the front part by part too; told of a cancelled job too, as it is what a
    slider that moves on shows.

    Attributes
    ----------
    restoring, exporting : how far each is; finished photos that come back on screen, and drafts, count in neither.
    """

    started = Signal(object)
    progressed = Signal(object, float, str)
    staged = Signal(object, object)
    faces_found = Signal(object, object)
    faces_restored = Signal(object, object)
    done = Signal(object, object)
    failed = Signal(object, object)
    cancelled = Signal(object)
    model_changed = Signal(object)
    queue_changed = Signal()

    _dispatch = Signal(object, object)
    _compute_wanted = Signal(object)
    _choice_wanted = Signal()
    _forget_wanted = Signal(object)
    _warm_up_wanted = Signal(str)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Job] = []
        self._running: Job | None = None
        self._cancel = threading.Event()
        self._requeue = False
        self._front = 0
        self._is_paused = False
        self.restoring, self.exporting = Round(), Round()
        self._thread = QThread(self)
        self._thread.setObjectName("models")
        self._gaze = Gaze()
        self._worker = Worker(engine, self._gaze)
        self._worker.moveToThread(self._thread)
        self._dispatch.connect(self._worker.run)
        self._compute_wanted.connect(self._worker.set_compute)
        self._choice_wanted.connect(self._worker.choose_anew)
        self._forget_wanted.connect(self._worker.forget)
        self._warm_up_wanted.connect(self._worker.warm_up)
        self._worker.progressed.connect(self._on_progressed)
        self._worker.staged.connect(self._on_staged)
        self._worker.faces_found.connect(self._on_faces_found)
        self._worker.faces_restored.connect(self._on_faces_restored)
        self._worker.done.connect(self._on_done)
        self._worker.failed.connect(self._on_failed)
        self._worker.cancelled.connect(self._on_cancelled)
        self._worker.model_changed.connect(self.model_changed)
        self._thread.finished.connect(self._worker.deleteLater)
        self._thread.start()

    @property
    def running(self) -> Job | None:
        """The job the worker has now."""
        return self._running

    @property
    def waiting(self) -> tuple[Job, ...]:
        """Jobs not begun, in no particular order."""
        return tuple(self._waiting)

    @property
    def all(self) -> tuple[Job, ...]:
        """Those not begun, and the one the worker has now."""
        return (*self._waiting, self._running) if self._running is not None else tuple(self._waiting)

    def is_restoring(self, item: int) -> bool:
        """Whether a restoration of the photo waits or runs."""
        return any(isinstance(job, RestoreJob) and job.item == item for job in self.all)

    @property
    def is_busy(self) -> bool:
        return self._running is not None or bool(self._waiting)

    def submit(self, *jobs: Job) -> None:
        """Queue jobs. A restoration of the same photo that has not begun is replaced, one that runs is cancelled: a
        photo is restored for its latest wishes only."""
        items = {job.item for job in jobs if isinstance(job, RestoreJob)}
        replaced = [old for old in self._waiting if isinstance(old, RestoreJob) and old.item in items]
        self._waiting = [old for old in self._waiting if old not in replaced] + list(jobs)
        for job in jobs:
            self._count(job)
        for old in replaced:
            self._discount(old)
            self.cancelled.emit(old)
        if isinstance(self._running, RestoreJob) and self._running.item in items:
            self._cancel.set()
        self._make_way()
        self._next()

    def set_front(self, item: int) -> None:
        """The photo on screen: its jobs go first, and a running restoration of another photo steps back for it."""
        self._front = item
        self._gaze.turn_to(item)
        self._make_way()
        self._next()

    def look_at(self, part: Rect | None) -> None:
        """What of the photo on screen is seen, its pixels; None: all of it. The stages make that part first."""
        self._gaze.turn_to(self._front, part)

    def cancel_item(self, item: int) -> None:
        """Cancel all of a photo's jobs."""
        for job in [job for job in self._waiting if job.item == item]:
            self._waiting.remove(job)
            self._discount(job)
            self.cancelled.emit(job)
        if self._running is not None and self._running.item == item:
            self._requeue = False
            self._cancel.set()
        self.queue_changed.emit()

    def cancel(self, job_id: int) -> None:
        """Cancel one job."""
        for job in [job for job in self._waiting if job.id == job_id]:
            self._waiting.remove(job)
            self._discount(job)
            self.cancelled.emit(job)
        if self._running is not None and self._running.id == job_id:
            self._requeue = False
            self._cancel.set()
        self.queue_changed.emit()

    def forget(self, path: Path) -> None:
        """Drop what the engine keeps of a photo."""
        self._forget_wanted.emit(path)

    def cancel_all(self) -> None:
        """Cancel everything; the running job ends at its next step."""
        dropped, self._waiting = self._waiting, []
        self._requeue = self._is_paused = False
        self._cancel.set()
        for job in dropped:
            self._discount(job)
            self.cancelled.emit(job)
        self.queue_changed.emit()

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    def pause(self) -> None:
        """Begin neither exports nor photos that are not on screen until go_on. One that is being restored steps back
        and loses nothing; an export that runs is finished, as its file would be half."""
        self._is_paused = True
        self._make_way()
        self.queue_changed.emit()

    def go_on(self) -> None:
        """End a pause."""
        self._is_paused = False
        self._next()

    def warm_up(self, model: str) -> None:
        """Load the detector and a model ahead of the first photo."""
        self._warm_up_wanted.emit(model)

    def set_compute(self, wanted: ComputeOptions) -> None:
        """Use another device or precision from the next job on."""
        self._compute_wanted.emit(wanted)

    def choose_anew(self) -> None:
        """Weights came or went: use the best of those that are there from the next job on."""
        self._choice_wanted.emit()

    def shut_down(self) -> None:
        """Cancel, end the thread and wait for it. Blocks for one model step at most."""
        self._waiting.clear()
        self._requeue = False
        self._cancel.set()
        self._thread.quit()
        self._thread.wait()

    def _make_way(self) -> None:
        """Interrupt an album photo's restoration when something more urgent waits, or in a pause; it goes back into the
        queue.

        What the model has answered by then is kept, so only one step is done twice.
        """
        job = self._running
        if not isinstance(job, RestoreJob):
            return
        if self._is_held(job) or any(self._urgency(other) < self._urgency(job) for other in self._waiting):
            self._requeue = not any(isinstance(o, RestoreJob) and o.item == job.item for o in self._waiting)
            self._cancel.set()

    def _urgency(self, job: Job) -> int:
        if isinstance(job, RefineJob):
            return 0
        if job.item == self._front:
            return _ON_SCREEN
        return 2 if isinstance(job, ExportJob) else 3

    def _is_held(self, job: Job) -> bool:
        """Whether a pause holds it back. Nothing holds drafts back, for which somebody holds the mouse."""
        is_draft = isinstance(job, ExportJob) and bool(job.draft_for)
        return self._is_paused and not is_draft and self._urgency(job) > _ON_SCREEN

    def _next(self) -> None:
        if not self.is_busy:
            self._is_paused = False
        ready = [job for job in self._waiting if not self._is_held(job)]
        if self._running is None and ready:
            job = min(ready, key=self._urgency)  # min takes the first of equals: the album's order
            self._waiting.remove(job)
            self._running = job
            self._cancel = threading.Event()
            self._requeue = False
            if (counted := self._counted(job)) is not None:
                counted[0].start()
            self.started.emit(job)
            self._dispatch.emit(job, self._cancel)
        self.queue_changed.emit()

    def _ended(self) -> Job:
        job = self._running
        assert job is not None  # the worker speaks only of the job it was given
        self._running = None
        return job

    def _counted(self, job: Job) -> tuple[Round, int] | None:
        """Where a job counts, and as which number: a photo that is restored anew is the same one."""
        if isinstance(job, RestoreJob):
            return None if job.is_known else (self.restoring, job.item)
        if isinstance(job, ExportJob) and not job.draft_for:
            return self.exporting, job.id
        return None

    def _count(self, job: Job) -> None:
        if (counted := self._counted(job)) is not None:
            counted[0].want(counted[1])

    def _discount(self, job: Job) -> None:
        """A job that will not be done; its photo may be wanted by another."""
        counted = self._counted(job)
        if counted is not None and all(self._counted(other) != counted for other in self.all):
            counted[0].drop(counted[1])

    def _finish(self, job: Job) -> None:
        counted = self._counted(job)
        if counted is None:
            return
        if all(self._counted(other) != counted for other in self._waiting):
            counted[0].finish(counted[1])
        else:
            counted[0].pause()

    @Slot(int, float, str)
    def _on_progressed(self, _job_id: int, fraction: float, stage: str) -> None:
        if self._running is not None and not self._cancel.is_set():
            if (counted := self._counted(self._running)) is not None:
                counted[0].fraction = fraction
            self.progressed.emit(self._running, fraction, stage)

    @Slot(int, object)
    def _on_staged(self, _job_id: int, staged: object) -> None:
        if self._running is not None:
            self.staged.emit(self._running, staged)

    @Slot(int, object)
    def _on_faces_found(self, _job_id: int, faces: object) -> None:
        if self._running is not None and not self._cancel.is_set():
            self.faces_found.emit(self._running, faces)

    @Slot(int, object)
    def _on_faces_restored(self, _job_id: int, restored: object) -> None:
        if self._running is not None and not self._cancel.is_set():
            self.faces_restored.emit(self._running, restored)

    @Slot(int, object)
    def _on_done(self, _job_id: int, result: object) -> None:
        job = self._ended()
        self._finish(job)
        self.done.emit(job, result)
        self._next()

    @Slot(int, object)
    def _on_failed(self, _job_id: int, failure: object) -> None:
        job = self._ended()
        self._finish(job)
        self.failed.emit(job, failure)
        self._next()

    @Slot(int)
    def _on_cancelled(self, _job_id: int) -> None:
        job = self._ended()
        if (counted := self._counted(job)) is not None:
            counted[0].pause()
        if self._requeue:
            self._waiting.insert(0, job)
        else:
            self._discount(job)
            self.cancelled.emit(job)
        self._next()
