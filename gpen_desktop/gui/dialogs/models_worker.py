"""Reading and copying weights files away from the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QThread, Signal, Slot

from gpen_desktop.gui.common import failure
from gpen_desktop.models import importing, store
from gpen_desktop.models.store import InstalledModel


class _Worker(QObject):
    """Lives in the thread; does one file at a time."""

    verified = Signal(object, object)
    imported = Signal(object, object)
    failed = Signal(object)

    @Slot(object)
    def verify(self, model: InstalledModel) -> None:
        if not QThread.currentThread().isInterruptionRequested():
            self._told(lambda: self.verified.emit(model, store.verify(model)))

    @Slot(str)
    def import_file(self, file: str) -> None:
        self._told(lambda: self.imported.emit(*importing.import_file(file)))

    def _told(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # told to the user; a slot that raises would leave the dialog waiting
            self.failed.emit(failure.from_exception(error))


class ModelsWorker(QObject):
    """Owns the thread. Call `stop()` before it goes.

    Attributes
    ----------
    verified : Signal(InstalledModel, Verification)
    imported : Signal(InstalledModel, Verification)
    failed : Signal(Failure)
    """

    verified = Signal(object, object)
    imported = Signal(object, object)
    failed = Signal(object)
    _verify_wanted = Signal(object)
    _import_wanted = Signal(str)

    _LONGEST_READ_MS: Final = 60_000
    """A file that is being read is read to its end; none takes this long but from a dying disk."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("models")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._verify_wanted.connect(self._worker.verify)
        self._import_wanted.connect(self._worker.import_file)
        self._worker.verified.connect(self.verified)
        self._worker.imported.connect(self.imported)
        self._worker.failed.connect(self.failed)
        self._thread.start()

    def verify(self, model: InstalledModel) -> None:
        """Compare a file with its known hash; answered by `verified` or `failed`."""
        self._verify_wanted.emit(model)

    def import_file(self, file: str) -> None:
        """Copy a file into the user's weights folder; answered by `imported` or `failed`."""
        self._import_wanted.emit(file)

    @Slot()
    def stop(self) -> None:
        """End after the file that is being read; files that wait are left."""
        self._thread.requestInterruption()
        self._thread.quit()
        self._thread.wait(self._LONGEST_READ_MS)
