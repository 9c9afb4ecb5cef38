"""The window's start and end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from pathlib import Path

# OpenCV, when imported, points Qt at plugins of its own on Linux; that must be undone before Qt starts.
import cv2  # noqa: F401
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from gpen_desktop import __version__
from gpen_desktop.gui import crash, i18n, icons, theme
from gpen_desktop.gui.crash_strip import CrashStrip
from gpen_desktop.gui.engine import LocalEngine
from gpen_desktop.gui.main_window import MainWindow
from gpen_desktop.gui.program_desk import ProgramDesk
from gpen_desktop.gui.settings_store import SettingsStore

for _name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    if "cv2" in os.environ.get(_name, ""):
        del os.environ[_name]


def run(files: list[str]) -> int:
    """Open the window, with these files in it. Returns the exit code once it is closed."""
    logging.basicConfig(level=logging.WARNING)
    app = QApplication(sys.argv[:1])
    set_up(app)
    log = crash.install(app)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    store = SettingsStore(parent=app)
    i18n.apply(app, str(store.get("general/language")))
    theme.apply(app, str(store.get("general/appearance")))
    with tempfile.TemporaryDirectory(prefix="gpen-desktop-answers-") as folder:
        window = MainWindow(LocalEngine(Path(folder), ProgramDesk.compute_of(store)), store)
        _offer_crash_log(window, store, log)
        window.show()
        if files:
            window.files.open_paths([Path(name) for name in files])
        code = app.exec()
        del window
    if log is not None:
        log.close()
    return code


def set_up(app: QApplication) -> None:
    """Name the application, for the system and for stored files."""
    app.setApplicationName("gpen-desktop")
    app.setApplicationDisplayName("GPEN Desktop")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("gpen-desktop")
    app.setWindowIcon(icons.app_icon())
    QLocale.setDefault(QLocale.system())


def _offer_crash_log(window: MainWindow, store: SettingsStore, log: crash.CrashLog | None) -> None:
    left = crash.left_behind(str(store.get("crash/seen")), log)
    if left is not None:
        window.offer(CrashStrip(left))
