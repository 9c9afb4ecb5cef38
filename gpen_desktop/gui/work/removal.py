"""Photos taken out of the album together, and what goes with them until they come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.order import is_kept_export
from gpen_desktop.gui.work.worker import ExportDone, ExportJob, Job, next_job_id


class Removal(QObject):
    """Undone, it brings back the exports that waited for the photos too, and the pause that ended with them. One that
    was being written may have come to its end in spite of the removal: it is not made again.

    places: the photos, each with its row. take_out, put_back: do so to all of them, which cancels their jobs, and to
    one, which has it restored if it was not; the latter returns whether the photo is in the album again.
    """

    def __init__(
        self,
        jobs: JobController,
        places: Sequence[tuple[int, AlbumItem]],
        take_out: Callable[[Sequence[AlbumItem]], object],
        put_back: Callable[[AlbumItem, int], bool],
    ) -> None:
        super().__init__()
        self._jobs = jobs
        self._places = places
        self._take_out_all = take_out
        self._put_back_one = put_back
        self._exports: dict[int, ExportJob] = {}
        self._is_out = False
        self._was_paused = False
        jobs.done.connect(self._on_done)
        jobs.cancelled.connect(self._on_cancelled)

    def take_out(self) -> None:
        """Drafts for other programs are given up for good: nobody holds the mouse any more."""
        items = [item for _, item in self._places]
        numbers = {item.id for item in items}
        exports = (job for job in self._jobs.all if is_kept_export(job))
        self._exports = {job.id: job for job in exports if job.item in numbers}
        self._is_out = True
        self._was_paused = self._jobs.is_paused
        self._take_out_all(items)

    def put_back(self) -> None:
        """What is being worked on now goes on: a pause comes back only where it ended as nothing was left to do."""
        is_idle = not self._jobs.is_busy
        back = {item.id for row, item in self._places if self._put_back_one(item, row)}
        if is_idle and self._was_paused:
            self._jobs.pause()  # first: else the first of the exports would begin
        wanted = {number: job for number, job in self._exports.items() if job.item in back}
        ending = {job.id for job in self._jobs.all}  # how is not known yet
        self._exports = {number: job for number, job in wanted.items() if number in ending}
        self._is_out = False
        self._jobs.submit(*(_anew(job) for number, job in wanted.items() if number not in ending))

    @Slot(object, object)
    def _on_done(self, job: Job, result: object) -> None:
        export = self._exports.pop(job.id, None)
        if export is not None and isinstance(result, ExportDone):
            (item,) = (item for _, item in self._places if item.id == export.item)
            item.take_export(export.edits, result.exported.path)

    @Slot(object)
    def _on_cancelled(self, job: Job) -> None:
        export = None if self._is_out else self._exports.pop(job.id, None)
        if export is not None:
            self._jobs.submit(_anew(export))


def _anew(job: ExportJob) -> ExportJob:
    return replace(job, id=next_job_id())
