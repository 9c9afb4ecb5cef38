"""What has to be said about the program itself: it crashed last time, settings were reset, a failure was survived."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from gpen_desktop.gui.common.message_strip import Answer, MessageStrip
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell import crash
from gpen_desktop.gui.shell.crash_report import CrashReport


@dataclass(frozen=True)
class _Item:
    subject: str
    text: str
    answers: tuple[Answer, ...]
    role: str = "strip-warning"


class ProgramNews(QObject):
    """Says these things one after the other in a strip.

    Attributes
    ----------
    strip : MessageStrip
        To be put into the window; hidden while there is nothing to say.
    """

    def __init__(self, store: SettingsStore, log: crash.CrashLog | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.strip = MessageStrip()
        self._store = store
        self._log = log
        self._left = crash.left_behind(str(store.get("crash/seen")), log)
        self._waiting: list[_Item] = []
        self.strip.answered.connect(self._on_answered)
        if self._left is not None:
            self._say(self._crashed())
        if store.repaired and store.backup is not None:
            self._say(self._reset(store.backup.name))
        if log is not None:
            log.reported.connect(self._on_reported)

    def _crashed(self) -> _Item:
        text = self.tr("The program ended unexpectedly last time. The report stays on this computer.")
        return _Item("crashed", text, (Answer("show", self.tr("Show report")),))

    def _reset(self, backup: str) -> _Item:
        text = self.tr("Some settings could not be read and were reset. The old ones are kept in {file}.")
        return _Item("reset", text.format(file=backup), (Answer("show", self.tr("Open folder")),))

    def _survived(self) -> _Item:
        text = self.tr("Something unforeseen went wrong. The program goes on; the report stays on this computer.")
        return _Item("survived", text, (Answer("show", self.tr("Show report")),), "strip-error")

    def _say(self, item: _Item) -> None:
        if self.strip.subject == "":
            self.strip.show_message(item.subject, item.text, item.answers, item.role)
        elif item.subject not in (self.strip.subject, *(each.subject for each in self._waiting)):
            self._waiting.append(item)

    @Slot(str)
    def _on_reported(self, _line: str) -> None:
        self._say(self._survived())

    @Slot(str, str)
    def _on_answered(self, subject: str, answer: str) -> None:
        if subject == "crashed" and self._left is not None:
            self._store.set("crash/seen", self._left.name)
        if answer == "show":
            self._show(subject)
        if self._waiting:
            self._say(self._waiting.pop(0))

    def _show(self, subject: str) -> None:
        file = self._left if subject == "crashed" else self._log.file if self._log else None
        if subject == "reset" and self._store.backup is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._store.backup.parent)))
        elif file is not None:
            report = CrashReport(file, self.strip.window())
            report.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            report.open()
