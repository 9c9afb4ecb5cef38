"""Results out of the window: asking how to export, exporting, telling what came of it, the file manager."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from gpen_desktop.core.batch.control import room_wanted
from gpen_desktop.core.engine import export_plan
from gpen_desktop.core.engine.export import Exported
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.patience import NoAnswerError, answer_of
from gpen_desktop.errors import DiskFullError
from gpen_desktop.gui.album.album_model import AlbumItem, PhotoState
from gpen_desktop.gui.common import desktop
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.i18n import joined, message_text
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.controllers.album_report import AlbumReport
from gpen_desktop.gui.dialogs.export_dialog import PLANNING_S, ExportDialog, Selection
from gpen_desktop.gui.work.exports import ExportRound
from gpen_desktop.gui.work.order import is_kept_export
from gpen_desktop.gui.work.worker import ExportJob, Job
from gpen_desktop.gui.work.workspace import Workspace

_EXPORTED, _FAILED, _LEFT_OUT, _REPORT = "exported", "export-failed", "left-out", "report"
_FULL = "disk-full"


class ExportController(QObject):
    """Asks, exports and tells. selected: gives the photos that are selected."""

    def __init__(
        self,
        workspace: Workspace,
        notifications: NotificationQueue,
        store: SettingsStore,
        selected: Callable[[], list[AlbumItem]],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._notifications = notifications
        self._store = store
        self._selected = selected
        self._window = window
        self._failed: list[tuple[ExportJob, Failure]] = []
        self._afterwards: Callable[[], object] | None = None
        self._exported: Sequence[Exported] = ()
        self._making_report: Notification | None = None
        self._report = AlbumReport(self)
        self._report.ended.connect(self._on_report)
        workspace.jobs.model_changed.connect(self._report.set_status)
        workspace.jobs.disk.changed.connect(self._on_disk)
        workspace.exports.ended.connect(self._on_ended)
        workspace.jobs.cancelled.connect(self._on_cancelled)
        workspace.album.rowsRemoved.connect(self._on_removed)

    @property
    def exportable(self) -> list[tuple[int, AlbumItem]]:
        """Photos that there can be a result of, with their numbers."""
        return [(n, item) for n, item in enumerate(self._workspace.album, 1) if item.state is not PhotoState.FAILED]

    @Slot()
    def export(self) -> None:
        """Ask how to export the photo on screen, or all that are selected, and do it."""
        self._ask(self._chosen() or self._current())

    @Slot()
    def export_all(self) -> None:
        """Ask how to export all photos, and do it."""
        self._ask(self.exportable)

    def export_unsaved(self, afterwards: Callable[[], object]) -> None:
        """Ask how to export what was not exported yet, and do it. afterwards: called once nothing of it is left."""
        self._ask(self._unsaved(), afterwards)

    def _current(self) -> list[tuple[int, AlbumItem]]:
        return [(n, item) for n, item in self.exportable if item is self._workspace.current]

    def _chosen(self) -> list[tuple[int, AlbumItem]]:
        """Those selected, if they are several."""
        selected = self._selected()
        chosen = [(n, item) for n, item in self.exportable if item in selected]
        return chosen if len(chosen) > 1 else []

    def _unsaved(self) -> list[tuple[int, AlbumItem]]:
        return [(n, item) for n, item in self.exportable if item.is_unsaved]

    def _ask(
        self,
        proposed: list[tuple[int, AlbumItem]],
        afterwards: Callable[[], object] | None = None,
        *,
        proposed_name: str = "",
    ) -> None:
        """Propose to export these photos, or the others that there are. proposed_name: what they are called where no
        other choice means just them; '': there always is one."""
        if not self.exportable:
            return
        selections = self._selections(proposed, proposed_name)
        chosen = next((n for n, each in enumerate(selections) if each.items == tuple(proposed)), 0)
        dialog = ExportDialog(self._store, selections, chosen, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(partial(self._on_accepted, dialog, afterwards))
        dialog.open()

    def _selections(self, proposed: list[tuple[int, AlbumItem]], proposed_name: str) -> list[Selection]:
        """What can be chosen, as `_ask` has it."""
        current, chosen, every, unsaved = self._current(), self._chosen(), self.exportable, self._unsaved()
        # none of them twice
        all_ = [] if every == current else every
        fresh = [] if unsaved == every else unsaved
        named = (
            (self.tr("This photo"), current),
            (self.tr("Selected ({count})").format(count=len(chosen)), chosen),
            (self.tr("All ({count})").format(count=len(all_)), all_),
            (self.tr("Not exported yet ({count})").format(count=len(fresh)), fresh),
        )
        selections = [Selection(name, tuple(items)) for name, items in named if items]
        if proposed_name and all(each.items != tuple(proposed) for each in selections):
            selections.append(Selection(proposed_name, tuple(proposed)))
        return selections

    def _on_accepted(self, dialog: ExportDialog, afterwards: Callable[[], object] | None) -> None:
        self.export_as(dialog.plan, list(dialog.items))
        self._afterwards = afterwards if self._workspace.exports.are_running else None

    def export_as(self, plan: ExportPlan, items: list[tuple[int, AlbumItem]]) -> None:
        """Export photos, each with its number. Raises OptionError for a pattern that gives no name."""
        self._afterwards = None
        if not self._workspace.exports.are_running:
            self._report.begin()
            self._notifications.withdraw(_EXPORTED, _REPORT)  # a report would not be of what it speaks of any more
        album = list(self._workspace.album)
        try:
            targets = answer_of(lambda tick: export_plan.targets(items, plan, album, tick), PLANNING_S)
        except NoAnswerError:
            self._tell_no_answer()
            return
        self._tell_left_out([target.item for target in targets if target.path is None])
        for target in targets:
            if target.path is not None:
                self._workspace.exports.export(target.item, target.path, plan.options)

    @Slot(object)
    def _on_cancelled(self, job: Job) -> None:
        """What was to follow was to follow this export."""
        if is_kept_export(job):
            self._afterwards = None

    def _tell_no_answer(self) -> None:
        def text() -> str:
            return self.tr("The folder does not answer. Nothing was exported.")

        self._notifications.post(Notification(_LEFT_OUT, text, severity=Severity.ERROR))

    @Slot()
    def _on_disk(self) -> None:
        """A disk is full, or has room again."""
        jobs = self._workspace.jobs
        if (error := jobs.disk.error) is None:
            self._notifications.withdraw(_FULL)
        elif (name := jobs.disk.name) is not None:
            cancel = NotificationButton("cancel", lambda: self.tr("Cancel export"), jobs.cancel_exports)
            text = partial(self._full_text, error, name)
            self._notifications.post(Notification(_FULL, text, (cancel,), Severity.WARNING))

    def _full_text(self, error: DiskFullError, name: str) -> str:
        if error.is_quota:
            disk = (
                self.tr("Your quota on the disk {name} is used up") if name else self.tr("Your disk quota is used up")
            )
        else:
            disk = self.tr("The disk {name} is full") if name else self.tr("The system disk is full")
        disk = disk.format(name=name)
        wanted = QLocale().formattedDataSize(room_wanted(error), 1, QLocale.DataSizeFormat.DataSizeSIFormat)
        text = self.tr("{disk}: {size} must be free. The export goes on by itself once there is room.")
        return text.format(disk=disk, size=wanted)

    @Slot(object)
    def _on_ended(self, ended: ExportRound) -> None:
        """What was exported and what failed are told apart, so that neither hides the other; what has failed is told
        until it has gone well or left the album."""
        anew = {job.item for job, _ in ended.failed}
        kept = [each for each in self._failed if each[0].item not in anew]
        self._failed = self._still_failed((*kept, *ended.failed))
        self._report.add(ended)
        self._notifications.withdraw(_EXPORTED, _FAILED, _REPORT)
        if ended.exported:
            self._tell_exported(ended.exported)
        if self._failed:
            self._tell_failed()
        afterwards, self._afterwards = self._afterwards, None
        if afterwards is not None and not self._workspace.album.unsaved:
            afterwards()

    @Slot()
    def _on_removed(self) -> None:
        """Of a photo that has left nothing is to be told any more."""
        left = self._still_failed(self._failed)
        if left != self._failed:
            self._failed = left
            self._notifications.withdraw(_FAILED)
            if left:
                self._tell_failed()

    def _still_failed(self, failed: Sequence[tuple[ExportJob, Failure]]) -> list[tuple[ExportJob, Failure]]:
        """Those whose photos are in the album, and were not exported since."""
        items = {item.id for item in self._workspace.album if item.export_failure is not None}
        return [each for each in failed if each[0].item in items]

    def _tell_exported(self, exported: Sequence[Exported]) -> None:
        self._exported = exported
        report = NotificationButton("report", lambda: self.tr("Open report"), self._open_report)
        buttons = (self._show_button(), report) if len(exported) > 1 else (self._show_button(),)
        severity = Severity.WARNING if any(each.warnings for each in exported) else Severity.INFO
        text = partial(self._exported_text, exported)
        self._notifications.post(Notification(_EXPORTED, text, buttons, severity))

    def _exported_text(self, exported: Sequence[Exported]) -> str:
        count, last = len(exported), exported[-1].path
        folders = {each.path.parent for each in exported}
        if count == 1:
            text = self.tr("Exported to {path}.").format(path=last)
        elif len(folders) == 1:
            text = self.tr("{count} photos exported into the folder {folder}.").format(count=count, folder=last.parent)
        else:
            text = self.tr("{count} photos exported into {folders} folders.").format(count=count, folders=len(folders))
        # Photos of one album mostly lose the same; each sentence is said once.
        warnings = dict.fromkeys(message_text(sentence) for each in exported for sentence in each.warnings)
        return joined((text, *warnings))

    def _show_button(self) -> NotificationButton:
        show = partial(self.reveal_path, self._exported[-1].path)
        return NotificationButton("reveal", lambda: self.tr("Show in folder"), show)

    def _open_report(self) -> None:
        """Pictures of hundreds of photos take their time: what is told stands aside for as long."""

        def text() -> str:
            return self.tr("Putting the report together…")

        self._making_report = Notification(_EXPORTED, text, (self._show_button(),))
        self._notifications.post(self._making_report)
        self._report.open()

    @Slot(object)
    def _on_report(self, failure: Failure | None) -> None:
        self._notifications.withdraw(_REPORT)
        if self._notifications.on(_EXPORTED) is self._making_report:  # nobody put it away, and no other round began
            self._tell_exported(self._exported)
        if failure is not None:
            self._notifications.post(Notification(_REPORT, lambda: failure.text, severity=Severity.WARNING))

    def shut_down(self) -> None:
        """Wait for what is under way in the background."""
        self._report.shut_down()

    def _tell_failed(self) -> None:
        count, last = len(self._failed), self._failed[-1][1]

        def text() -> str:
            all_of_them = self.tr("{count} photos were not exported.").format(count=count)
            return joined((all_of_them, last.text) if count > 1 else (last.text,))

        again = NotificationButton("retry", lambda: self.tr("Try again"), self._try_again)
        elsewhere = NotificationButton("elsewhere", lambda: self.tr("Export elsewhere…"), self._export_elsewhere)
        buttons = (again, elsewhere) if self._not_written() else (again,)
        self._notifications.post(Notification(_FAILED, text, buttons, Severity.ERROR, closed=self._failed.clear))

    def _try_again(self) -> None:
        failed, self._failed = self._failed, []
        for job, _ in failed:
            self._workspace.exports.again(job)

    def _export_elsewhere(self) -> None:
        """A folder that cannot be written into will not be by trying again."""
        self._tell_failed()  # until it has gone well: the dialog may be cancelled
        if failed := self._not_written():
            self._ask(failed, proposed_name=self.tr("Not written ({count})").format(count=len(failed)))

    def _not_written(self) -> list[tuple[int, AlbumItem]]:
        """Photos whose export failed, of those that there can be a result of."""
        failed = {job.item for job, _ in self._still_failed(self._failed)}
        return [(n, item) for n, item in self.exportable if item.id in failed]

    def _tell_left_out(self, items: list[AlbumItem]) -> None:
        def text() -> str:
            if len(items) == 1:
                return self.tr("{name} was skipped: a file of that name exists.").format(name=items[0].path.name)
            return self.tr("{count} photos were skipped: files of their names exist.").format(count=len(items))

        if items:
            self._notifications.post(Notification(_LEFT_OUT, text, severity=Severity.WARNING))

    @Slot()
    def reveal(self) -> None:
        """Show the result in the file manager, or the photo if it was not exported."""
        if self._workspace.current is not None:
            self.reveal_item(self._workspace.current)

    def reveal_item(self, item: AlbumItem) -> None:
        """The same of any photo."""
        self.reveal_path(item.exported_to or item.path)

    def reveal_path(self, path: Path) -> None:
        """Show a file in the file manager."""
        if not desktop.in_file_manager(path):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
