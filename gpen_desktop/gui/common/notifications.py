"""What the window has to tell: failures, what is missing, what was done, and questions before closing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.gui.album.album_model import AlbumItem, PhotoState
from gpen_desktop.gui.album.file_controller import FileDesk
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.i18n import message_text
from gpen_desktop.gui.common.message_strip import Answer, MessageStrip
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.work.worker import Job
from gpen_desktop.gui.work.workspace import ExportRound, Workspace, is_export
from gpen_desktop.messages import Message

_FAILED, _NO_FACES, _EXPORTED, _CLOSING, _NOTHING = "failed", "no-faces", "exported", "closing", "nothing"


class News(QObject):
    """Fills the strip above the photo. close_wanted: the user has said that the window may close."""

    close_wanted = Signal()

    def __init__(
        self,
        workspace: Workspace,
        files: FileDesk,
        strip: MessageStrip,
        store: SettingsStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._files = files
        self._strip = strip
        self._store = store
        self._failure: Failure | None = None
        self._last_export: Path | None = None
        self._failed_exports: list[Job] = []
        self._failed_job: Job | None = None
        self._told_notes: set[Message] = set()
        workspace.exports_ended.connect(self._on_exports_ended)
        workspace.jobs.model_changed.connect(self._on_model)
        workspace.failed.connect(self._on_failed)
        workspace.job_failed.connect(self._on_job_failed)
        workspace.current_changed.connect(self._on_current)
        workspace.restored.connect(self._on_restored)
        files.nothing_found.connect(self._on_nothing_found)
        files.skipped.connect(self._on_skipped)
        files.copied.connect(self._on_copied)
        strip.answered.connect(self._on_answered)

    def asks_before_closing(self) -> bool:
        """Ask in the window whether it may close, if anything would be lost; True if it asks."""
        unsaved = len(self._workspace.unsaved) if self._store.get("general/confirm_close") else 0
        is_exporting = self._workspace.is_exporting
        if not unsaved and not is_exporting and not self._workspace.jobs.is_busy:
            return False
        answers = [Answer("stay", self.tr("Stay"))]
        if is_exporting:
            text = self.tr("Photos are still being exported.")
            answers.append(Answer("close", self.tr("Stop and close"), is_main=True))
        elif unsaved:
            text = self.tr("Restored photos not exported yet: %n", "", unsaved)
            answers.append(Answer("close", self.tr("Close without exporting")))
            answers.append(Answer("export", self.tr("Export all…"), is_main=True))
        else:
            text = self.tr("Photos are still being restored.")
            answers.append(Answer("close", self.tr("Stop and close"), is_main=True))
        self._strip.show_message(_CLOSING, text, answers, "strip-warning", closable=False)
        return True

    @Slot(object, object)
    def _on_failed(self, item: AlbumItem, failure: Failure) -> None:
        if item is self._workspace.current:
            self._show_failure(item, failure)

    @Slot(object, object, object)
    def _on_job_failed(self, item: AlbumItem, failure: Failure, job: Job) -> None:
        """Of exports all is told once they have ended."""
        if item is self._workspace.current and not is_export(job):
            self._show_failure(item, failure, job)

    @Slot(object)
    def _on_current(self, item: AlbumItem | None) -> None:
        for subject in (_FAILED, _NO_FACES, _NOTHING):
            self._strip.dismiss(subject)
        if item is not None and item.failure is not None:
            self._show_failure(item, item.failure)

    def _show_failure(self, item: AlbumItem, failure: Failure, job: Job | None = None) -> None:
        """job: what failed, if it was not reading or restoring the photo."""
        self._failure, self._failed_job = failure, job
        answers = [Answer("retry", self.tr("Try again"))]
        if failure.details:
            answers.insert(0, Answer("details", self.tr("Copy details")))
        if job is None and self._workspace.photo_opened is None and item.state is PhotoState.FAILED:
            answers = [*answers[:-1], Answer("remove", self.tr("Remove from the album"))]
        self._strip.show_message(_FAILED, failure.text, answers, "strip-error")

    @Slot(object, float)
    def _on_restored(self, item: AlbumItem, _seconds: float) -> None:
        if item is not self._workspace.current:
            return
        self._strip.dismiss(_FAILED)
        if item.state is PhotoState.SKIPPED:
            text = self.tr("No faces found in this photo.")
            self._strip.show_message(_NO_FACES, text, [Answer("draw", self.tr("Draw one"))])

    @Slot(object)
    def _on_nothing_found(self, given: tuple[Path, ...]) -> None:
        if given:
            text = self.tr("No photos found in {name}.").format(name=given[0].name)
        else:
            text = self.tr("There is no photo on the clipboard.")
        self._strip.show_message(_NOTHING, text)

    @Slot(object)
    def _on_exports_ended(self, ended: ExportRound) -> None:
        """What was exported and what was not, in one message, so that neither hides the other."""
        parts, answers, role = [], [], "strip"
        if ended.exported:
            self._last_export = ended.exported[-1].path
            parts.append(self._exported_text(len(ended.exported), self._last_export))
            answers.append(Answer("reveal", self.tr("Show")))
            # Photos of one album mostly lose the same; each sentence is said once.
            warnings = dict.fromkeys(message_text(text) for exported in ended.exported for text in exported.warnings)
            parts += warnings
            role = "strip-warning" if warnings else "strip"
        self._failed_exports = [job for job, _ in ended.failed]
        if ended.failed:
            total = len(ended.failed) + len(ended.exported)
            if total > 1:
                parts.append(self.tr("Not exported: {count} of {total}.").format(count=len(ended.failed), total=total))
            parts.append(ended.failed[-1][1].text)
            answers.insert(0, Answer("retry", self.tr("Try again")))
            role = "strip-error"
        self._strip.show_message(_EXPORTED, " ".join(parts), answers, role)

    def _exported_text(self, count: int, last: Path) -> str:
        if count == 1:
            return self.tr("Exported as {name}.").format(name=last.name)
        return self.tr("{count} photos exported to {folder}.").format(count=count, folder=last.parent.name)

    @Slot(object)
    def _on_model(self, status: ModelStatus | None) -> None:
        """Tell once what had to be changed, such as a card whose memory does not suffice."""
        fresh = [note for note in (status.notes if status else ()) if note not in self._told_notes]
        if fresh:
            self._told_notes.update(fresh)
            self._strip.show_message(_NOTHING, " ".join(message_text(note) for note in fresh))

    @Slot(object)
    def _on_skipped(self, path: Path) -> None:
        text = self.tr("{name} was skipped: a file of that name exists.").format(name=path.name)
        self._strip.show_message(_NOTHING, text)

    @Slot()
    def _on_copied(self) -> None:
        self._strip.show_message(_NOTHING, self.tr("The result is on the clipboard."))

    @Slot(str, str)
    def _on_answered(self, subject: str, key: str) -> None:
        item = self._workspace.current
        if subject == _CLOSING:
            if key == "close":
                self.close_wanted.emit()
            elif key == "export":
                self._files.export_all()
        elif subject == _EXPORTED and key == "reveal" and self._last_export is not None:
            self._files.reveal_path(self._last_export)
        elif subject == _EXPORTED and key == "retry":
            for job in self._failed_exports:
                self._workspace.do_again(job)
        elif subject == _FAILED and item is not None:
            self._on_failure_answered(item, key)
        elif subject == _NO_FACES and key == "draw":
            self.parent().faces.draw()

    def _on_failure_answered(self, item: AlbumItem, key: str) -> None:
        if key == "retry" and self._failed_job is not None:
            self._workspace.do_again(self._failed_job)
        elif key == "retry":
            self._workspace.retry(item)
        elif key == "remove":
            self._workspace.remove(item)
        elif key == "details" and self._failure is not None:
            QGuiApplication.clipboard().setText(self._failure.details)
