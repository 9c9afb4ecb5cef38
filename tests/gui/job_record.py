"""What a JobController said."""

from __future__ import annotations

from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.worker import RestoreJob


class Record:
    """What the controller said, in order."""

    def __init__(self, jobs: JobController) -> None:
        self.events: list[tuple[str, int]] = []
        self.results: dict[int, object] = {}
        self.failures: dict[int, Failure] = {}
        self.partial: list[int] = []
        jobs.started.connect(lambda job: self.events.append(("started", job.item)))
        jobs.done.connect(self._on_done)
        jobs.failed.connect(self._on_failed)
        jobs.cancelled.connect(lambda job: self.events.append(("cancelled", job.item)))
        jobs.faces_restored.connect(lambda _job, result: self.partial.append(len(result.restored)))

    def _on_done(self, job: RestoreJob, result: object) -> None:
        self.events.append(("done", job.item))
        self.results[job.item] = result

    def _on_failed(self, job: RestoreJob, failure: Failure) -> None:
        self.events.append(("failed", job.item))
        self.failures[job.item] = failure

    def items(self, what: str) -> list[int]:
        return [item for said, item in self.events if said == what]
