"""The window's start and end."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication

from gpen_desktop import __version__
from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.gui.common import i18n, icons, own_folder, theme
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell import crash
from gpen_desktop.gui.shell.application_controller import ApplicationController
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.shell.program_notifications import ProgramNotifications


def run(files: list[str]) -> int:
    """Open the window, with these files in it. Returns the exit code once it is closed."""
    logging.basicConfig(level=logging.WARNING)
    app = QApplication(sys.argv[:1])
    set_up(app)
    log = crash.install(app)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    store = SettingsStore(parent=app)
    i18n.apply(app, str(store.get("program/language")))
    theme.apply(app, str(store.get("program/appearance")))
    own_folder.clear_left_behind()
    crops = own_folder.OwnFolder("crops")
    with contextlib.closing(crops):
        engine = Engine(ApplicationController.compute_of(store), CropCache(crops.path))
        window = MainWindow(engine, store)
        ProgramNotifications(window.notifications, store, log, window)
        window.model_notifications.offer()
        window.show()
        if files:
            window.imports.open_paths([Path(name) for name in files])
        else:
            # Once the window is painted: the models load while the user looks for a photo.
            QTimer.singleShot(0, window, window.load_ahead)
        code = app.exec()
        del window
    if log is not None:
        log.close()
    return code


def set_up(app: QApplication) -> None:
    """Name the application, for the system and for stored files; let its threads take turns quickly."""
    # Python's own 5 ms would be noticed: a picture passes between threads several times on its way to the screen.
    sys.setswitchinterval(0.001)
    app.setApplicationName("gpen-desktop")
    app.setApplicationDisplayName("GPEN Desktop")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("gpen-desktop")
    app.setWindowIcon(icons.app_icon())
    QLocale.setDefault(QLocale.system())
