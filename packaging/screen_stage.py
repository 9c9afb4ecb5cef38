"""The real window in a folder of its own, brought into its states for packaging/screenshots.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gpen_desktop import paths
from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.common import i18n, theme
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.face_item import MarkState

SIZE = (1280, 800)


class Stage:
    """A window, and what is needed to bring it into a state and take its picture."""

    def __init__(self, app: QApplication, folder: Path, scheme: str, language: str) -> None:
        self.app = app
        self.folder = folder
        i18n.apply(app, language)
        theme.apply(app, scheme)
        self.store = store = SettingsStore(folder / "settings.ini")
        store.set("program/appearance", scheme)
        store.set("program/language", language)
        self.window = MainWindow(Engine(cache=CropCache(folder)), store)
        self.window.resize(QSize(*SIZE).boundedTo(self.window.screen().availableSize()))
        self.window.move(0, 0)
        self.window.show()
        self.subject: QWidget = self.window
        self.settle(0.6)

    def settle(self, seconds: float) -> None:
        """Let the window live for a while."""
        self.until(lambda: False, seconds, is_needed=False)

    def until(self, holds: Callable[[], bool], seconds: float = 120, *, is_needed: bool = True) -> None:
        """Let the window live until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            self.app.processEvents()
            time.sleep(0.002)
            if time.monotonic() > end:
                if is_needed:
                    raise TimeoutError("the window did not get there")
                return

    def open_sample(self, name: str) -> None:
        """Open a sample and wait until it is restored."""
        self.window.imports.open_paths([paths.samples() / name])
        self.until(self.is_done)
        self.settle(0.6)

    def is_done(self) -> bool:
        """Whether nothing is left to do and all faces stand."""
        work = self.window.workspace
        marks = work.marks()
        return (
            not work.jobs.is_busy
            and work.current is not None
            and work.current.state is PhotoState.DONE
            and bool(marks)
            and all(mark.state is not MarkState.WORKING for mark in marks)
        )

    def point_at(self, where: QPoint) -> None:
        """Bring the mouse over the photo, which shows the marks."""
        QTest.mouseMove(self.window.view, where)
        self.settle(0.4)

    def dialog(self, kind: str) -> QDialog:
        """The dialog of that class; it is what the picture is of (without a window manager it has no frame)."""
        dialog = next(d for d in self.window.findChildren(QDialog) if type(d).__name__ == kind)
        dialog.move(self.window.geometry().center() - dialog.rect().center())
        self.settle(0.5)
        self.subject = dialog
        return dialog

    def close(self) -> None:
        self.window.close_now()
        self.window.deleteLater()
        self.app.processEvents()
