"""A screen reader finds a name for whatever the keyboard can reach in the dialogs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDialog, QScrollArea, QWidget

from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs.about_dialog import AboutDialog
from gpen_desktop.gui.dialogs.downloads import Downloads
from gpen_desktop.gui.dialogs.models_dialog import ModelsDialog
from gpen_desktop.gui.dialogs.settings_dialog import SettingsDialog
from gpen_desktop.gui.dialogs.shortcuts import ShortcutsDialog, of_keys
from gpen_desktop.gui.dialogs.weights_watch import WeightsWatch
from gpen_desktop.gui.shell.crash_report import CrashReport

_DIALOGS: dict[str, Callable[[Path], QDialog]] = {
    "settings": lambda folder: SettingsDialog(SettingsStore()),
    "models": lambda folder: ModelsDialog(SettingsStore(), Downloads(), WeightsWatch()),
    "about": lambda folder: AboutDialog("builtin-256"),
    "shortcuts": lambda folder: ShortcutsDialog({"View": [of_keys("Move the divider", "Left")]}),
    "crash report": lambda folder: CrashReport(_log(folder)),
}


def _log(folder: Path) -> Path:
    file = folder / "20260101-100000-1.log"
    file.write_text("ValueError: broken", encoding="utf-8")
    return file


def _name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


@pytest.mark.parametrize("make", _DIALOGS.values(), ids=_DIALOGS)
def test_everything_the_keyboard_reaches_has_a_name(make, own_folders: Path, qtbot) -> None:
    dialog = make(own_folders)
    qtbot.addWidget(dialog)
    dialog.show()
    shown = [w for w in dialog.findChildren(QWidget) if w.isVisibleTo(dialog) and w.window() is dialog]
    reached = [w for w in shown if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    # A scroll area is a container: the names are those of what is in it. The line inside a spin box is the box's own.
    named = [w for w in reached if type(w) is not QScrollArea and w.objectName() != "qt_spinbox_lineedit"]
    assert len(named) >= 1
    nameless = [f"{type(w).__name__} {w.objectName()}" for w in named if not _name(w)]
    dialog.close()
    assert nameless == []
    assert dialog.windowTitle()
