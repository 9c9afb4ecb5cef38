"""Exports of the album's photos: queued, marked on the photos, and how each round of them went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from gpen_desktop.core.batch.batch import PhotoReport, PhotoStatus
from gpen_desktop.core.engine.export import Exported, ExportOptions
from gpen_desktop.gui.album.album_model import AlbumItem, AlbumModel
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.order import is_kept_export
from gpen_desktop.gui.work.worker import ExportDone, ExportJob, Job, next_job_id


@dataclass(frozen=True)
class ExportRound:
    """Exports in the order in which they ended. failed: the jobs, for Exports.again, and what went wrong with each.
    reports: of every job, as core/batch/report_page takes them."""

    exported: tuple[Exported, ...] = ()
    failed: tuple[tuple[ExportJob, Failure], ...] = ()
    reports: tuple[tuple[ExportJob, PhotoReport], ...] = ()

    def with_exported(self, job: ExportJob, done: ExportDone) -> ExportRound:
        """With one more that went well."""
        return replace(self, exported=(*self.exported, done.exported), reports=(*self.reports, (job, done.report)))

    def with_failed(self, job: ExportJob, failure: Failure) -> ExportRound:
        """With one more that failed."""
        report = PhotoReport(str(job.path), None, PhotoStatus.FAILED, error=failure.what, todo=failure.todo)
        return replace(self, failed=(*self.failed, (job, failure)), reports=(*self.reports, (job, report)))


class Exports(QObject):
    """exported: a photo (AlbumItem) and Exported. drafted: the same, and what for (ExportJob.draft_for).

    draft_failed: the photo, a Failure, and the job, for `again`. ended: no export is left, and how they went
    (ExportRound), since there was none.
    """

    exported = Signal(object, object)
    drafted = Signal(object, object, str)
    draft_failed = Signal(object, object, object)
    ended = Signal(object)

    def __init__(self, album: AlbumModel, jobs: JobController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._album = album
        self._jobs = jobs
        self._round = ExportRound()
        jobs.done.connect(self._on_done)
        jobs.failed.connect(self._on_failed)
        jobs.queue_changed.connect(self._on_queue)

    @property
    def are_running(self) -> bool:
        """Whether an export waits or runs; drafts for other programs do not count."""
        return any(is_kept_export(job) for job in self._jobs.all)

    def export(self, item: AlbumItem, target: Path, options: ExportOptions, draft_for: str = "") -> None:
        """Queue an export of the photo as it is edited now. draft_for: see ExportJob."""
        faces = item.faces_or_unknown
        job = ExportJob(next_job_id(), item.id, item.path, item.edits, faces, target, options, draft_for, item.former)
        self._jobs.submit(job)

    def again(self, job: ExportJob) -> None:
        """Try once more what has failed, with the edits as they are now."""
        item = self._album.item(job.item)
        if item is not None:
            self.export(item, job.target, job.export, job.draft_for)

    @Slot(object, object)
    def _on_done(self, job: Job, result: object) -> None:
        if not isinstance(job, ExportJob) or not isinstance(result, ExportDone):
            return
        item, exported = self._album.item(job.item), result.exported
        if job.draft_for:
            if item is not None:
                self.drafted.emit(item, exported, job.draft_for)
            return
        self._round = self._round.with_exported(job, result)
        if item is not None:
            item.take_export(job.edits, exported.path)
            self._album.touch(item)
            self.exported.emit(item, exported)

    @Slot(object, object)
    def _on_failed(self, job: Job, failure: Failure) -> None:
        if not isinstance(job, ExportJob):
            return
        item = self._album.item(job.item)
        if job.draft_for:
            if item is not None:
                self.draft_failed.emit(item, failure, job)
            return
        self._round = self._round.with_failed(job, failure)
        if item is not None:
            item.saved, item.export_failure = None, failure  # an earlier export is not what was asked for
            self._album.touch(item)

    @Slot()
    def _on_queue(self) -> None:
        if self._round != ExportRound() and not self.are_running:
            ended, self._round = self._round, ExportRound()
            self.ended.emit(ended)
