"""The queue of jobs and the thread they run in. Lives in the main thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.types import Rect
from gpen_desktop.errors import DiskFullError
from gpen_desktop.gui.common.failure import from_exception
from gpen_desktop.gui.work import order
from gpen_desktop.gui.work.full_disk import FullDisk
from gpen_desktop.gui.work.order import Running, is_kept_export
from gpen_desktop.gui.work.round import Round
from gpen_desktop.gui.work.worker import WAITING, ExportJob, Gaze, Job, RestoreJob, Worker


class JobController(QObject):
    """Queues jobs and gives them to the worker one by one; exports of photos that are not on screen several at once.

    What the user waits for comes first: finding points inside a drawn box, then the photo on screen, then exports, then
    the rest of the album in its order. In a pause the first two alone are done. Where a disk is full, exports wait for
    room and all else goes on.

    Signals carry the job itself. Each submitted job ends with exactly one of done, failed, cancelled. staged: what the
    stages made of its photo, of the one at the front part by part too; told of a cancelled job too, as it is what a
    slider that moves on shows.

    Attributes
    ----------
    restoring, exporting : how far each is; finished photos that come back on screen, and drafts, count in neither.
    disk : whose `error` exports wait for.
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
    _dispatch_beside = Signal(object, object, int)
    _beside_ended = Signal()
    _compute_wanted = Signal(object)
    _choice_wanted = Signal()
    _forget_wanted = Signal(object)
    _warm_up_wanted = Signal(str)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Job] = []
        self._running: dict[int, Running] = {}
        self._at_once = 1
        self._are_beside = False  # the worker has threads for several
        self._front = 0
        self._is_paused = False
        self.restoring, self.exporting = Round(), Round()
        self.disk = FullDisk(self)
        self.disk.has_room.connect(self._next)
        self._thread = QThread(self)
        self._thread.setObjectName("models")
        self._gaze = Gaze()
        self._worker = Worker(engine, self._gaze)
        self._worker.moveToThread(self._thread)
        self._dispatch.connect(self._worker.run)
        self._dispatch_beside.connect(self._worker.run_beside)
        self._beside_ended.connect(self._worker.end_beside)
        self._worker.at_once_changed.connect(self._on_at_once)
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
        self._worker.disk_full.connect(self._on_disk_full)
        self._worker.model_changed.connect(self.model_changed)
        self._thread.started.connect(self._worker.begin)
        self._thread.finished.connect(self._worker.close_beside)
        self._thread.finished.connect(self._worker.deleteLater)
        self._thread.start()

    @property
    def running(self) -> Job | None:
        """The job the worker has now; of several, the first that it was given."""
        return next((running.job for running in self._running.values()), None)

    @property
    def waiting(self) -> tuple[Job, ...]:
        """Jobs not begun, in no particular order."""
        return tuple(self._waiting)

    @property
    def all(self) -> tuple[Job, ...]:
        """Those not begun, and those the worker has now."""
        return (*self._waiting, *(running.job for running in self._running.values()))

    def is_restoring(self, item: int) -> bool:
        """Whether a restoration of the photo waits or runs."""
        return any(isinstance(job, RestoreJob) and job.item == item for job in self.all)

    @property
    def is_busy(self) -> bool:
        return bool(self._running) or bool(self._waiting)

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
        for running in self._running.values():
            if isinstance(running.job, RestoreJob) and running.job.item in items:
                running.cancel.set()
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
        self._cancel_those(lambda job: job.item == item)

    def cancel(self, job_id: int) -> None:
        """Cancel one job."""
        self._cancel_those(lambda job: job.id == job_id)

    def cancel_exports(self) -> None:
        """Cancel all exports, but for drafts."""
        self._cancel_those(is_kept_export)

    def _cancel_those(self, are_meant: Callable[[Job], bool]) -> None:
        """Those that wait go at once, one that runs ends at its next step."""
        dropped = [job for job in self._waiting if are_meant(job)]
        self._waiting = [job for job in self._waiting if not are_meant(job)]
        for running in self._running.values():
            if are_meant(running.job):
                running.is_stepping_back = False
                running.cancel.set()
        for job in dropped:
            self._discount(job)
            self.cancelled.emit(job)
        self._end_holds()
        self.queue_changed.emit()

    def forget(self, path: Path) -> None:
        """Drop what the engine keeps of a photo."""
        self._forget_wanted.emit(path)

    def cancel_all(self) -> None:
        """Cancel everything; what runs ends at its next step."""
        self._is_paused = False
        self._cancel_those(lambda job: True)

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
        for running in self._running.values():
            running.is_stepping_back = False
            running.cancel.set()
        self.disk.shut_down()
        self._thread.quit()
        self._thread.wait()

    def _make_way(self) -> None:
        """Interrupt an album photo's restoration, and exports that only wait for memory, when something more urgent
        waits, or in a pause; they go back into the queue.

        What the model has answered by then is kept, so only one step is done twice.
        """
        ready = [job for job in self._waiting if not self._is_held(job)]
        for running in self._running.values():
            job = running.job
            if not running.can_step_back:
                continue
            if self._is_held(job) or any(self._urgency(other) < self._urgency(job) for other in ready):
                restored = [other.item for other in self._waiting if isinstance(other, RestoreJob)]
                is_replaced = isinstance(job, RestoreJob) and job.item in restored
                running.is_stepping_back = not is_replaced
                running.cancel.set()

    def _urgency(self, job: Job) -> int:
        return order.urgency(job, self._front)

    def _is_held(self, job: Job) -> bool:
        """Whether a pause or a full disk holds it back. Nothing does drafts, for which somebody holds the mouse."""
        if isinstance(job, ExportJob) and job.draft_for:
            return False
        if isinstance(job, ExportJob) and self.disk.error is not None:
            return True
        return self._is_paused and self._urgency(job) > order.ON_SCREEN

    def _end_holds(self) -> None:
        """A pause ends, and so does waiting for room, where there is nothing left to hold back."""
        if not self.is_busy:
            self._is_paused = False
        if not any(map(is_kept_export, self.all)):
            self.disk.give_up()

    @Slot()
    def _next(self) -> None:
        self._end_holds()
        while (job := self._startable()) is not None:
            self._start(job)
        if self._are_beside and not self._running:
            self._are_beside = False
            self._beside_ended.emit()
        self.queue_changed.emit()

    def _startable(self) -> Job | None:
        """What the worker can be given now. While anything more urgent waits, nothing else is begun."""
        ready = [job for job in self._waiting if not self._is_held(job)]
        if not ready:
            return None
        job = min(ready, key=self._urgency)  # min takes the first of equals: the album's order
        if not self._running:
            return job
        is_room = len(self._running) < self._at_once and all(running.is_beside for running in self._running.values())
        is_beside_all = all(self._go_together(job, running.job) for running in self._running.values())
        return job if is_room and is_beside_all else None

    def _start(self, job: Job) -> None:
        together = sum(self._go_together(job, other) for other in self.all if not self._is_held(other)) + 1
        running = self._running[job.id] = Running(job, together > 1)  # one alone has all cores
        self._waiting.remove(job)
        if (counted := self._counted(job)) is not None:
            counted[0].start(counted[1])
        self.started.emit(job)
        if running.is_beside:
            self._are_beside = True
            self._dispatch_beside.emit(job, running.cancel, together)
        else:
            self._dispatch.emit(job, running.cancel)

    def _go_together(self, one: Job, other: Job) -> bool:
        return order.go_together(one, other, self._front)

    def _counted(self, job: Job) -> tuple[Round, int] | None:
        """Where a job counts, and as which number: a photo that is restored anew is the same one."""
        if isinstance(job, RestoreJob):
            return None if job.is_known else (self.restoring, job.item)
        if is_kept_export(job):
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
            counted[0].pause(counted[1])

    def _told_of(self, job_id: int) -> Job | None:
        """The job that the worker speaks of; None for one that was cancelled: what is said of it comes too late."""
        running = self._running.get(job_id)
        return None if running is None or running.cancel.is_set() else running.job

    @Slot(int)
    def _on_at_once(self, count: int) -> None:
        self._at_once = count
        self._next()

    @Slot(int, float, str)
    def _on_progressed(self, job_id: int, fraction: float, stage: str) -> None:
        if (job := self._told_of(job_id)) is not None:
            self._running[job_id].has_begun = stage != WAITING
            if (counted := self._counted(job)) is not None:
                counted[0].report(counted[1], fraction)
            self.progressed.emit(job, fraction, stage)

    @Slot(int, object)
    def _on_staged(self, job_id: int, staged: object) -> None:
        if job_id in self._running:
            self.staged.emit(self._running[job_id].job, staged)

    @Slot(int, object)
    def _on_faces_found(self, job_id: int, faces: object) -> None:
        if (job := self._told_of(job_id)) is not None:
            self.faces_found.emit(job, faces)

    @Slot(int, object)
    def _on_faces_restored(self, job_id: int, restored: object) -> None:
        if (job := self._told_of(job_id)) is not None:
            self.faces_restored.emit(job, restored)

    @Slot(int, object)
    def _on_done(self, job_id: int, result: object) -> None:
        job = self._running.pop(job_id).job
        self._finish(job)
        self.done.emit(job, result)
        self._next()

    @Slot(int, object)
    def _on_failed(self, job_id: int, failure: object) -> None:
        job = self._running.pop(job_id).job
        self._finish(job)
        self.failed.emit(job, failure)
        self._next()

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        ended = self._running.pop(job_id)
        if (counted := self._counted(ended.job)) is not None:
            counted[0].pause(counted[1])
        if ended.is_stepping_back:
            self._waiting.insert(order.place_of(ended.job, self._waiting), ended.job)
        else:
            self._discount(ended.job)
            self.cancelled.emit(ended.job)
        self._next()

    @Slot(int, object)
    def _on_disk_full(self, job_id: int, error: DiskFullError) -> None:
        """The export goes back into the queue: the worker is not to wait, it has the photo on screen to do."""
        full = self._running[job_id]
        if is_kept_export(full.job):
            if not full.cancel.is_set():
                full.is_stepping_back = True
                self.disk.wait(error)
                self._make_way()
            self._on_cancelled(job_id)
        else:
            self._on_failed(job_id, from_exception(error))
