"""How exports went, from the first one asked for until none is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeGuard

from gpen_desktop.core.engine.export import Exported
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.work.worker import ExportJob, Job


@dataclass(frozen=True)
class ExportRound:
    """failed: the jobs, for Workspace.do_again, and what went wrong with each."""

    exported: tuple[Exported, ...] = ()
    failed: tuple[tuple[ExportJob, Failure], ...] = ()

    def with_exported(self, exported: Exported) -> ExportRound:
        """With one more that went well."""
        return replace(self, exported=(*self.exported, exported))

    def with_failed(self, job: ExportJob, failure: Failure) -> ExportRound:
        """With one more that failed."""
        return replace(self, failed=(*self.failed, (job, failure)))


def is_export(job: Job) -> TypeGuard[ExportJob]:
    """Whether a job keeps a result where the user wants it; drafts for other programs do not."""
    return isinstance(job, ExportJob) and not job.draft_for
