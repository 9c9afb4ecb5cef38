"""Photos taken out of the album together, and what goes with them until they come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.worker import ExportJob, next_job_id


class Removal:
    """Undone, it brings back the exports that waited for the photos too, and the pause that ended with them.

    places: the photos, each with its row. take_out, put_back: do so to all of them, which cancels their jobs, and to
    one, which has it restored if it was not.
    """

    def __init__(
        self,
        jobs: JobController,
        places: Sequence[tuple[int, AlbumItem]],
        take_out: Callable[[Sequence[AlbumItem]], object],
        put_back: Callable[[AlbumItem, int], object],
    ) -> None:
        self._jobs = jobs
        self._places = places
        self._take_out_all = take_out
        self._put_back_one = put_back
        self._exports: tuple[ExportJob, ...] = ()
        self._was_paused = False

    def take_out(self) -> None:
        """Drafts for other programs are given up for good: nobody holds the mouse any more."""
        items = [item for _, item in self._places]
        numbers = {item.id for item in items}
        exports = (job for job in self._jobs.all if isinstance(job, ExportJob) and not job.draft_for)
        self._exports = tuple(job for job in exports if job.item in numbers)
        self._was_paused = self._jobs.is_paused
        self._take_out_all(items)

    def put_back(self) -> None:
        """What is being worked on now goes on: a pause comes back only where it ended as nothing was left to do."""
        is_idle = not self._jobs.is_busy
        for row, item in self._places:
            self._put_back_one(item, row)
        if is_idle and self._was_paused:
            self._jobs.pause()  # first: else the first of the exports would begin
        self._jobs.submit(*(replace(job, id=next_job_id()) for job in self._exports))
