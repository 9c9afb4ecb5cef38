"""Asks before closing, in the window, where something would be lost."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.controllers.export_controller import ExportController
from gpen_desktop.gui.work.workspace import Workspace

_SUBJECT: Final = "closing"
_RECOUNT_MS: Final = 200
"""Photos that end in quick succession are counted together."""


class ClosingQuestion(QObject):
    """The question follows what happens while it stands, and goes once nothing would be lost any more.

    close_wanted: the user has said that the window may close.
    """

    close_wanted = Signal()

    def __init__(
        self,
        workspace: Workspace,
        exports: ExportController,
        notifications: NotificationQueue,
        store: SettingsStore,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._exports = exports
        self._notifications = notifications
        self._store = store
        self._recount = QTimer(self, singleShot=True, interval=_RECOUNT_MS)
        self._recount.timeout.connect(self._ask_again)
        album = workspace.album
        for changed in (album.dataChanged, album.rowsInserted, album.rowsRemoved, workspace.jobs.queue_changed):
            changed.connect(self._on_changed)

    def asks(self) -> bool:
        """Ask whether the window may close, if anything would be lost; True if it asks."""
        question, standing = self._question(), self._notifications.on(_SUBJECT)
        if question is not None and (standing is None or standing.text != question.text):
            self._notifications.post(question)
        return question is not None

    @Slot()
    def _on_changed(self) -> None:
        if self._notifications.on(_SUBJECT) is not None and not self._recount.isActive():
            self._recount.start()

    @Slot()
    def _ask_again(self) -> None:
        if self._notifications.on(_SUBJECT) is not None and not self.asks():
            self._notifications.withdraw(_SUBJECT)

    def _question(self) -> Notification | None:
        """What to ask now; None where nothing would be lost."""
        unsaved = len(self._workspace.album.unsaved) if self._store.get("program/confirm_close") else 0
        is_exporting = self._workspace.exports.are_running
        if not unsaved and not is_exporting and not self._workspace.jobs.restoring.is_under_way:
            return None

        def text() -> str:
            if is_exporting:
                return self.tr("Photos are still being exported.")
            if unsaved:
                return self.tr("Restored photos not exported yet: %n", "", unsaved)
            return self.tr("Photos are still being restored.")

        buttons = self._working_buttons() if is_exporting or not unsaved else self._unsaved_buttons()
        return Notification(_SUBJECT, text, buttons, Severity.WARNING, needs_answer=True, escape="stay")

    def _working_buttons(self) -> tuple[NotificationButton, ...]:
        """The safe one is the accented one."""
        return (
            NotificationButton("close", lambda: self.tr("Stop and close"), self.close_wanted.emit),
            NotificationButton("stay", lambda: self.tr("Keep working"), _stay, is_main=True),
        )

    def _unsaved_buttons(self) -> tuple[NotificationButton, ...]:
        return (
            NotificationButton("stay", lambda: self.tr("Stay"), _stay),
            NotificationButton("close", lambda: self.tr("Close without exporting"), self.close_wanted.emit),
            NotificationButton("export", lambda: self.tr("Export, then close…"), self._export, is_main=True),
        )

    def _export(self) -> None:
        """What is unsaved, and only that; then the window is asked to close again."""
        self._exports.export_unsaved(self._window.close)


def _stay() -> None:
    """The question goes, and nothing else."""
