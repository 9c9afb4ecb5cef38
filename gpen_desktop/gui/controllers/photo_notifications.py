"""What is told of the photo on screen and of the model: failures, that it has no faces, what had to be changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.core.photo_files.formats.header import PART_MISSING
from gpen_desktop.gui.album import status
from gpen_desktop.gui.album.album_filter import AlbumFilter
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.album.status import Question, Status
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.i18n import joined, message_text
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from gpen_desktop.gui.viewer.preview import Opened
from gpen_desktop.gui.work.workspace import Workspace
from gpen_desktop.messages import Message

_FAILED, _NO_FACES, _NOT_FOUND, _MODEL, _SUMMARY = "failed", "no-faces", "face-not-found", "model", "summary"
_PART = "part-missing"


class PhotoNotifications(QObject):
    """Posts them, and withdraws those of a photo that leaves the screen; at the end of an album, how it went. That a
    photo cannot be read stands in its place instead.

    album_filter: says and changes which photos of the album are shown. draw: lets the user draw a face. export_all:
    exports the album. turn: turns the photo on screen clockwise by quarter turns. repair_asked: repairs those that ask
    about it.
    """

    def __init__(
        self,
        workspace: Workspace,
        notifications: NotificationQueue,
        album_filter: AlbumFilter,
        draw: Callable[[], object],
        export_all: Callable[[], object],
        turn: Callable[[int], object],
        repair_asked: Callable[[], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._notifications = notifications
        self._filter = album_filter
        self._draw = draw
        self._export_all = export_all
        self._turn = turn
        self._repair_asked = repair_asked
        self._was_restoring = False
        self._asks = False  # about damage, until that is put away
        self._told_notes: set[Message] = set()
        self._told_no_faces: AlbumItem | None = None  # since it is on screen
        album_filter.chosen.connect(self._on_filter)
        workspace.jobs.model_changed.connect(self._on_model)
        workspace.jobs.queue_changed.connect(self._on_queue)
        workspace.failed.connect(self._on_failed)
        workspace.refine_failed.connect(self._on_refine_failed)
        workspace.current_changed.connect(self._on_current)
        workspace.opened.connect(self._on_opened)
        workspace.restored.connect(self._on_restored)

    @Slot(object, object)
    def _on_failed(self, item: AlbumItem, failure: Failure) -> None:
        if item is self._workspace.current and self._workspace.photo_opened is not None:
            self._tell_failure(item, failure)

    @Slot(object)
    def _on_current(self, item: AlbumItem | None) -> None:
        self._notifications.withdraw(_FAILED, _NO_FACES, _NOT_FOUND, _PART)
        self._told_no_faces = None
        if item is None:
            self._notifications.withdraw(_SUMMARY)  # it offers to export what has left
        elif self._asks and self._notifications.current is None:  # what was told of the last photo took its place
            self._ask()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        if PART_MISSING in opened.photo.warnings:
            words = Notification(_PART, lambda: message_text(PART_MISSING), severity=Severity.WARNING)
            self._notifications.post(words)
        item = self._workspace.current
        if item is not None and item.failure is not None:
            self._tell_failure(item, item.failure)

    def _tell_failure(self, item: AlbumItem, failure: Failure) -> None:
        buttons = [NotificationButton("retry", lambda: self.tr("Try again"), partial(self._workspace.retry, item))]
        if failure.details:
            copy = partial(QGuiApplication.clipboard().setText, failure.details)
            buttons.insert(0, NotificationButton("details", lambda: self.tr("Copy details"), copy))
        self._notifications.post(Notification(_FAILED, lambda: failure.text, tuple(buttons), Severity.ERROR))

    @Slot(object)
    def _on_refine_failed(self, failure: Failure) -> None:
        again = NotificationButton("draw", lambda: self.tr("Draw again"), self._draw)
        self._notifications.post(Notification(_NOT_FOUND, lambda: failure.text, (again,), Severity.WARNING))

    @Slot(object, float)
    def _on_restored(self, item: AlbumItem, _seconds: float) -> None:
        if item is not self._workspace.current:
            return
        self._notifications.withdraw(_FAILED)
        is_none_found = not item.faces and item.edits.faces is None  # else the user has removed them
        if is_none_found and self._told_no_faces is not item:  # whatever else was done to the photo
            self._told_no_faces = item
            self._tell_no_faces(item.better_quarters)

    def _tell_no_faces(self, better_quarters: int) -> None:
        """And, where the photo lies on its side, offer to turn it."""
        draw = NotificationButton("draw", lambda: self.tr("Add a face"), self._draw)
        if not better_quarters:
            self._notifications.post(Notification(_NO_FACES, lambda: self.tr("No faces found in this photo."), (draw,)))
            return

        def way() -> str:
            return {1: self.tr("Turn right"), 2: self.tr("Turn by 180°"), 3: self.tr("Turn left")}[better_quarters]

        def text() -> str:
            return self.tr("This photo seems to lie on its side: faces are found once it is turned.")

        turn = NotificationButton("turn", way, partial(self._turn, better_quarters), is_main=True)
        self._notifications.post(Notification(_NO_FACES, text, (draw, turn)))

    @Slot()
    def _on_queue(self) -> None:
        """At the end of several photos: how they ended."""
        restoring = self._workspace.jobs.restoring
        has_ended = self._was_restoring and not restoring.is_under_way
        self._was_restoring = restoring.is_under_way
        if restoring.is_under_way or self._workspace.jobs.exporting.is_under_way:
            self._notifications.withdraw(_SUMMARY)  # it offers what has begun
        if has_ended and restoring.done >= 2 and not any(e.status is Status.WAITING for e in self._workspace.album):
            self._tell_end()
        elif has_ended and self._asks:
            self._ask()

    def _tell_end(self) -> None:
        statuses = [item.status for item in self._workspace.album]
        asking = self._asking

        def text() -> str:
            counts = self.tr("{counts}.").format(counts=status.counted(statuses))
            return joined([counts, self._damaged(asking)]) if asking else counts

        buttons = [NotificationButton("export", lambda: self.tr("Export all…"), self._export_all)]
        if asking:
            show = partial(self._filter.show_only, Question.REPAIR)
            buttons.insert(0, self._repair_button())
            buttons.insert(0, NotificationButton("asking", lambda: self.tr("Show the damaged"), show))
        if Status.FAILED in statuses:
            show = partial(self._filter.show_only, Status.FAILED)
            buttons.insert(0, NotificationButton("failed", lambda: self.tr("Show the failed"), show))
        self._notifications.post(Notification(_SUMMARY, text, tuple(buttons)))

    @property
    def _asking(self) -> int:
        """How many photos ask about damage."""
        return sum(item.asked is not None for item in self._workspace.album)

    def _damaged(self, count: int) -> str:
        return self.tr("%n with scratches or dust.", "", count)

    def _repair_button(self) -> NotificationButton:
        return NotificationButton("repair", lambda: self.tr("Repair the damaged"), self._repair_asked)

    @Slot()
    def _on_filter(self) -> None:
        """Where only photos that ask about repair are shown, what they ask is to be answered, of each or of all."""
        self._asks = self._filter.shown is Question.REPAIR
        if self._asks:
            self._ask()

    def _ask(self) -> None:
        count = self._asking
        if count and not self._workspace.jobs.restoring.is_under_way:
            put_away = partial(setattr, self, "_asks", False)
            ask = Notification(_SUMMARY, partial(self._damaged, count), (self._repair_button(),), closed=put_away)
            self._notifications.post(ask)

    @Slot(object)
    def _on_model(self, status: ModelStatus | None) -> None:
        """Tell once what had to be changed, such as a card whose memory does not suffice."""
        fresh = [note for note in (status.notes if status else ()) if note not in self._told_notes]
        if fresh:
            self._told_notes.update(fresh)
            self._notifications.post(Notification(_MODEL, lambda: joined(message_text(note) for note in fresh)))
