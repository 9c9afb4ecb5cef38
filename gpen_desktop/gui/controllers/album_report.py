"""What became of the photos that were exported: the page that the command line writes, opened in the browser."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QThreadPool, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from gpen_desktop import __version__, paths
from gpen_desktop.core.batch.batch import PhotoReport
from gpen_desktop.core.batch.report_page import Language, page
from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.core.photo_files import atomic
from gpen_desktop.core.photo_files.patience import waiting_while
from gpen_desktop.errors import Cancelled
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.common.failure import Failure, from_exception
from gpen_desktop.gui.common.process import give_way
from gpen_desktop.gui.work.exports import ExportRound
from gpen_desktop.messages import Filling, say

_NAME: Final = "report.html"


class AlbumReport(QObject):
    """Collects reports of exports, and makes the page off the main thread.

    ended: the page was opened (None), or could not be written (Failure).
    """

    ended = Signal(object)

    _made = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._reports: dict[tuple[int, str], PhotoReport] = {}
        self._status: ModelStatus | None = None
        self._is_closed = threading.Event()
        self._pool = QThreadPool(self)
        self._made.connect(self._on_made)

    def begin(self) -> None:
        """Forget what was exported before."""
        self._reports = {}

    def add(self, ended: ExportRound) -> None:
        """What was tried again takes the place of what had failed."""
        for job, report in sorted(ended.reports, key=lambda each: each[0].id):
            self._reports[job.item, str(job.target)] = report

    @Slot(object)
    def set_status(self, status: ModelStatus | None) -> None:
        """What restores."""
        self._status = status

    def open(self) -> None:
        """Make the page, and show it in the browser."""
        app = QCoreApplication.instance()
        assert app is not None  # there is a window
        language = Language(i18n.current(app).replace("_", "-"), i18n.message_text)
        self._pool.start(partial(self._make, tuple(self._reports.values()), self._made_with(), language))

    def shut_down(self) -> None:
        """Wait for a page that is being made, one photo of it at most."""
        self._is_closed.set()
        self._pool.waitForDone()

    def _made_with(self) -> Filling:
        program = f"GPEN Desktop {__version__}"
        if self._status is None:
            return program
        model, device = self._status.model, self._status.device
        return say("report-made-with", "{program}, {model} on {device}", program=program, model=model, device=device)

    def _make(self, reports: Sequence[PhotoReport], made_with: Filling, language: Language) -> None:
        """In a thread of the pool."""
        give_way()
        file = paths.user_data() / _NAME  # nobody else's folder, as the pictures are nobody else's
        try:
            with waiting_while(lambda: not self._is_closed.is_set()):
                text = page(reports, made_with, language, self._tick)
                atomic.make_folder(file.parent)
                atomic.write(file, text.encode("utf-8"), overwrite=True)
        except Cancelled:
            return
        except Exception as error:
            self._made.emit(from_exception(error, file))
        else:
            self._made.emit(file)

    def _tick(self) -> None:
        if self._is_closed.is_set():
            raise Cancelled

    @Slot(object)
    def _on_made(self, made: object) -> None:
        if isinstance(made, Failure):
            self.ended.emit(made)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(made)))
        self.ended.emit(None)
