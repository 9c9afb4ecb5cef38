"""Comparing models on the photo on screen: each is run once for it, any two are shown at the sides of the divider."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction

from gpen_desktop.core.engine.edits import Edits, restore_alike
from gpen_desktop.core.types import Face, RestoredFace
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.album.album_model import AlbumItem, PhotoState
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.notifications import Notification, NotificationQueue, Severity
from gpen_desktop.gui.controllers.comparison_bar import ORIGINAL, ComparisonBar
from gpen_desktop.gui.viewer.compare_view import CompareView
from gpen_desktop.gui.work.wishes import Sides
from gpen_desktop.gui.work.worker import CompareJob, Job, next_job_id
from gpen_desktop.gui.work.workspace import Workspace

_SUBJECT = "comparison"


class ComparisonController(QObject):
    """Ties the two lists over the photo to the workspace. What other models made is kept until the photo, its faces or
    its stages are others; a model that nobody looks at any more is cancelled."""

    def __init__(
        self,
        workspace: Workspace,
        view: CompareView,
        panel: AdjustPanel,
        notifications: NotificationQueue,
        action: QAction,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._view = view
        self._panel = panel
        self._notifications = notifications
        self._action = action
        self._chosen = [ORIGINAL, ORIGINAL]
        self._of: tuple[AlbumItem, Edits, tuple[Face, ...]] | None = None
        self._made: dict[str, tuple[RestoredFace, ...]] = {}
        self._jobs: dict[str, int] = {}
        self.bar = ComparisonBar(view)
        self.bar.picked.connect(self._on_picked)
        self.bar.ended.connect(self._on_ended)
        view.tool_began.connect(self._on_ended)  # faces and damage are marked on the photo as it was
        action.toggled.connect(self._on_toggled)
        for changed in (workspace.current_changed, workspace.edits_changed, workspace.faces_changed):
            changed.connect(self._refresh)
        workspace.restored.connect(self._refresh)
        workspace.jobs.done.connect(self._on_done)
        workspace.jobs.failed.connect(self._on_failed)
        workspace.jobs.cancelled.connect(self._on_cancelled)

    @property
    def _models(self) -> list[tuple[str, str]]:
        """Name and title of what can be compared, the photo's own included."""
        rows = list(self._panel.model.rows)
        own = self._own
        return rows if own in [name for name, _ in rows] or own == ORIGINAL else [*rows, (own, own)]

    @property
    def _own(self) -> str:
        item = self._workspace.current
        return ORIGINAL if item is None else item.edits.model

    @Slot(bool)
    def _on_toggled(self, is_on: bool) -> None:
        if is_on:
            others = [name for name, _ in self._models if name != self._own]
            self._chosen = [others[-1] if others else ORIGINAL, self._own]
            self.bar.offer(self._models, self._chosen)
        self._view.chips.show_them(not is_on)
        self.bar.show(is_on)
        if not is_on:
            self._forget()
            self._workspace.compare(Sides())
        self._view.update()
        self._refresh()

    @Slot()
    def _on_ended(self) -> None:
        self._action.setChecked(False)

    @Slot(int, str)
    def _on_picked(self, side: int, name: str) -> None:
        self._chosen[side] = name
        self._notifications.withdraw(_SUBJECT)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Show what is there of the two that are picked, and have the rest made."""
        item = self._workspace.current
        if not self._action.isChecked():
            return
        if item is None:
            self._action.setChecked(False)
            return
        if not self._holds_for(item):
            self._forget()
            self._of = (item, item.edits, item.faces)
        for name in [name for name in self._jobs if name not in self._chosen]:
            self._drop(name)
        opened = self._workspace.photo_opened
        if opened is not None and item.state is PhotoState.DONE and item.faces:
            for name in self._chosen:
                if name not in (ORIGINAL, item.edits.model, *self._made, *self._jobs):
                    edits = item.edits
                    self._jobs[name] = next_job_id()
                    seen = (opened.photo, item.faces, edits.stages, edits.strokes, edits.quarters)
                    how = (name, *seen, edits.options.invents)
                    self._workspace.jobs.submit(CompareJob(self._jobs[name], item.id, item.path, *how))
        own = self._workspace.made.restored
        left, right = (own if name == item.edits.model else self._made.get(name) for name in self._chosen)
        self._workspace.compare(Sides(left, right))
        self.bar.show_working([name in self._jobs for name in self._chosen])

    def _holds_for(self, item: AlbumItem) -> bool:
        """Whether what was made so far is of this photo, its faces and stages; whatever its own model is."""
        if self._of is None or self._of[0] is not item or self._of[2] != item.faces:
            return False
        return restore_alike(replace(self._of[1], model=""), replace(item.edits, model=""))

    def _forget(self) -> None:
        for name in list(self._jobs):
            self._drop(name)
        self._of, self._made = None, {}

    def _drop(self, name: str) -> None:
        """Cancel a model's job, and hear no more of it."""
        self._workspace.jobs.cancel(self._jobs.pop(name))

    def _name_of(self, job: Job) -> str:
        """The model that a job of ours runs; '' for any other job."""
        return next((name for name, number in self._jobs.items() if number == job.id), "")

    @Slot(object, object)
    def _on_done(self, job: Job, result: object) -> None:
        name = self._name_of(job)
        if name and isinstance(result, tuple):
            del self._jobs[name]
            self._made[name] = result
            self._refresh()

    @Slot(object, object)
    def _on_failed(self, job: Job, failure: Failure) -> None:
        if self._name_of(job):
            self._notifications.post(Notification(_SUBJECT, lambda: failure.text, severity=Severity.ERROR))
            self._on_cancelled(job)

    @Slot(object)
    def _on_cancelled(self, job: Job) -> None:
        """It is not tried again until it is picked again."""
        name = self._name_of(job)
        if not name:
            return
        del self._jobs[name]
        instead = (ORIGINAL, self._own)
        self._chosen = [other if each == name else each for each, other in zip(self._chosen, instead, strict=True)]
        self.bar.offer(self._models, self._chosen)
        self._refresh()
