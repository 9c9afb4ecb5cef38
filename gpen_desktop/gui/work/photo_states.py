"""How far each photo of the album is, as the jobs tell it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from gpen_desktop.core.types import Photo
from gpen_desktop.gui.album.album_model import AlbumItem, AlbumModel, PhotoState
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.worker import Job, RestoreJob, next_job_id


class PhotoStates(QObject):
    """failed: a photo (AlbumItem) that could not be read or restored, and what went wrong (Failure)."""

    failed = Signal(object, object)

    def __init__(self, album: AlbumModel, jobs: JobController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._album = album
        self._jobs = jobs
        self._read: AlbumItem | None = None
        jobs.started.connect(self._on_started)
        jobs.progressed.connect(self._on_progressed)
        jobs.cancelled.connect(self._on_cancelled)

    def set(self, item: AlbumItem, state: PhotoState, progress: float = 0.0) -> None:
        """Change a photo's state, and let the album show it."""
        item.state, item.progress = state, progress
        self._album.touch(item)

    def read(self, item: AlbumItem | None) -> None:
        """This photo is being read for the screen now; None: none is."""
        former, self._read = self._read, item
        if former is item:
            return
        for each in (former, item):
            if each is not None:
                each.is_being_read = each is item
                self._album.touch(each)

    def fail(self, item: AlbumItem, failure: Failure) -> None:
        """A photo has failed."""
        item.failure = failure
        self.set(item, PhotoState.FAILED)
        self.failed.emit(item, failure)

    @Slot(object)
    def _on_started(self, job: Job) -> None:
        item = self._album.item(job.item)
        if item is not None and isinstance(job, RestoreJob):
            item.failure = None
            if item.state is not PhotoState.DONE:
                self.set(item, PhotoState.WORKING)

    @Slot(object, float, str)
    def _on_progressed(self, job: Job, fraction: float, _stage: str) -> None:
        item = self._album.item(job.item)
        if item is not None and isinstance(job, RestoreJob) and item.state is PhotoState.WORKING:
            self.set(item, PhotoState.WORKING, fraction)

    @Slot(object)
    def _on_cancelled(self, job: Job) -> None:
        item = self._album.item(job.item)
        if item is not None and item.state is PhotoState.WORKING and not self._jobs.is_restoring(item.id):
            self.set(item, PhotoState.WAITING)


def restore_job(item: AlbumItem, photo: Photo | None) -> RestoreJob:
    """The job that restores a photo as it is edited now. photo: where it is in memory already."""
    return RestoreJob(
        next_job_id(),
        item.id,
        item.path,
        item.edits.model,
        photo,
        item.faces_or_unknown,
        item.edits.stages,
        item.edits.strokes,
        item.edits.quarters,
        invents=item.edits.options.invents,
        is_known=item.state is PhotoState.DONE,
        former=item.former,
    )
