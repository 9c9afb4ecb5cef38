"""Whatever the keyboard can reach in the dialogs has a name for a screen reader, and a ring to be seen by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QStackedWidget, QTabWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs.about_dialog import AboutDialog
from gpen_desktop.gui.dialogs.downloads import Downloads
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog, Selection
from gpen_desktop.gui.dialogs.models_dialog import ModelsDialog
from gpen_desktop.gui.dialogs.settings_dialog import SettingsDialog
from gpen_desktop.gui.dialogs.shortcuts import ShortcutsDialog, of_keys
from gpen_desktop.gui.dialogs.weights_watch import WeightsWatch
from gpen_desktop.gui.shell.crash_report import CrashReport
from gpen_desktop.settings import Group
from tests.gui.rings import name_of, reached, unmarked

_DIALOGS: dict[str, Callable[[Path], QDialog]] = {
    "settings": lambda folder: _turned_over(SettingsDialog(SettingsStore())),
    "export": lambda folder: ExportDialog(
        SettingsStore(), [Selection("This photo", ((1, AlbumItem(1, folder / "a.png", Edits())),))], 0
    ),
    "models": lambda folder: ModelsDialog(SettingsStore(), Downloads(), WeightsWatch()),
    "about": lambda folder: AboutDialog("builtin-256"),
    "shortcuts": lambda folder: ShortcutsDialog({"View": [of_keys("Move the divider", "Left")]}),
    "crash report": lambda folder: CrashReport(_log(folder)),
}


def _turned_over(dialog: SettingsDialog) -> SettingsDialog:
    """With every page, as they are made when they are first turned to."""
    for group in reversed(Group):
        dialog.show_group(group)
    return dialog


def _log(folder: Path) -> Path:
    file = folder / "20260101-100000-1.log"
    file.write_text("ValueError: broken", encoding="utf-8")
    return file


@pytest.mark.parametrize("make", _DIALOGS.values(), ids=_DIALOGS)
def test_everything_the_keyboard_reaches_has_a_name(
    make: Callable[[Path], QDialog], own_folders: Path, qtbot: QtBot
) -> None:
    dialog = make(own_folders)
    qtbot.addWidget(dialog)
    dialog.show()
    named = reached(dialog)
    assert len(named) >= 1
    nameless = [f"{type(w).__name__} {w.objectName()}" for w in named if not name_of(w)]
    dialog.close()
    assert nameless == []
    assert dialog.windowTitle()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", _DIALOGS.values(), ids=_DIALOGS)
def test_whatever_has_the_keyboard_has_a_ring(
    make: Callable[[Path], QDialog], scheme: str, own_folders: Path, qtbot: QtBot
) -> None:
    theme.apply(theme.application(), scheme)
    dialog = make(own_folders)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    found = unmarked(reached(dialog), dialog)
    stacks, tabs = dialog.findChildren(QStackedWidget), dialog.findChildren(QTabWidget)
    pages: list[QStackedWidget | QTabWidget] = [*stacks, *tabs]
    for page in pages:
        for number in range(page.count()):
            page.setCurrentIndex(number)
            QApplication.processEvents()
            found += unmarked(reached(page), page)
    dialog.close()
    theme.apply(theme.application(), "light")
    assert found == []
