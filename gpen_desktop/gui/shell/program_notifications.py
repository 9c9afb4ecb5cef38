"""What has to be said about the program itself: it crashed last time, settings were reset, a failure was survived."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell import crash
from gpen_desktop.gui.shell.crash_report import CrashReport


class ProgramNotifications(QObject):
    """Posts these things, at the start and as they come. window: reports open over it."""

    def __init__(
        self, notifications: NotificationQueue, store: SettingsStore, log: crash.CrashLog | None, window: QWidget
    ) -> None:
        super().__init__(window)
        self._notifications = notifications
        self._store = store
        self._log = log
        self._window = window
        if store.repaired and store.backup is not None:
            self._tell_reset(store.backup)
        left = crash.left_behind(str(store.get("crash/seen")), log)
        if left is not None:
            self._tell_crashed(left)
        if log is not None:
            log.reported.connect(self._on_reported)

    def _tell_crashed(self, file: Path) -> None:
        def text() -> str:
            return self.tr("The program ended unexpectedly last time. The report stays on this computer.")

        show = NotificationButton("show", lambda: self.tr("Show report"), partial(self._show_crash, file))
        seen = partial(self._store.set, "crash/seen", file.name)
        self._notifications.post(Notification("crashed", text, (show,), Severity.WARNING, closed=seen))

    def _show_crash(self, file: Path) -> None:
        self._store.set("crash/seen", file.name)
        self._show_report(file)

    def _tell_reset(self, backup: Path) -> None:
        def text() -> str:
            text = self.tr("Some settings could not be read and were reset. The old ones are kept in {file}.")
            return text.format(file=backup.name)

        folder = QUrl.fromLocalFile(str(backup.parent))
        show = NotificationButton("show", lambda: self.tr("Open folder"), partial(QDesktopServices.openUrl, folder))
        self._notifications.post(Notification("reset", text, (show,), Severity.WARNING))

    @Slot(str)
    def _on_reported(self, _line: str) -> None:
        if self._log is None:
            return

        def text() -> str:
            return self.tr("Something unexpected went wrong. The program goes on; the report stays on this computer.")

        show = NotificationButton("show", lambda: self.tr("Show report"), partial(self._show_report, self._log.file))
        self._notifications.post(Notification("survived", text, (show,), Severity.ERROR))

    def _show_report(self, file: Path) -> None:
        report = CrashReport(file, self._window)
        report.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        report.open()
