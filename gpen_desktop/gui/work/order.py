"""Which job comes first, which may run at the same time, and which steps back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from gpen_desktop.gui.work.worker import ExportJob, Job, RefineJob, RestoreJob

ON_SCREEN: Final = 1
"""Urgency of what belongs to the photo on screen."""


@dataclass(eq=False)
class Running:
    """A job that the worker has. is_beside: others like it may run too. has_begun: it is past waiting for memory.
    is_stepping_back: it goes back into the queue once it is cancelled."""

    job: Job
    is_beside: bool
    cancel: threading.Event = field(default_factory=threading.Event)
    has_begun: bool = False
    is_stepping_back: bool = False

    @property
    def can_step_back(self) -> bool:
        """Whether it may be interrupted and done later, with nothing lost."""
        return isinstance(self.job, RestoreJob) or (self.is_beside and not self.has_begun)


def is_kept_export(job: Job) -> TypeGuard[ExportJob]:
    """Whether it makes a result for the user to keep, not a draft for another program."""
    return isinstance(job, ExportJob) and not job.draft_for


def urgency(job: Job, front: int) -> int:
    """0 for what comes first. front: the photo on screen."""
    if isinstance(job, RefineJob):
        return 0
    if job.item == front:
        return ON_SCREEN
    return 2 if isinstance(job, ExportJob) else 3


def go_together(one: Job, other: Job, front: int) -> bool:
    """Whether two jobs may run at the same time: exports by one model of two photos, that are not on screen. What
    is made of the photo on screen is at hand in the worker's own engine; so are drafts."""
    if not (is_kept_export(one) and is_kept_export(other)) or front in (one.item, other.item):
        return False
    are_two = one.item != other.item and one.target != other.target
    return are_two and one.edits.model == other.edits.model


def place_of(job: Job, waiting: Sequence[Job]) -> int:
    """Where in the queue a job comes that steps back: exports keep their order, a restoration goes on first."""
    if not isinstance(job, ExportJob):
        return 0
    later = (number for number, other in enumerate(waiting) if other.id > job.id)
    return next(later, len(waiting))
