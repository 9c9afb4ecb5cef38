"""The settings window, made from the declarations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gpen_desktop import settings
from gpen_desktop.core.options import Value
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs.about_dialog import AboutDialog
from gpen_desktop.gui.dialogs.settings_dialog import SettingsDialog
from gpen_desktop.gui.dialogs.shortcuts import ShortcutsDialog, of_actions, of_keys
from gpen_desktop.settings import Group
from tests.gui.steps import takes_wheel
from tests.narrowing import as_a, the


@pytest.fixture
def store(qapp: QApplication) -> SettingsStore:
    return SettingsStore()


@pytest.fixture
def dialog(store: SettingsStore, qtbot: QtBot) -> SettingsDialog:
    dialog = SettingsDialog(store)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_every_shown_setting_has_a_named_control(dialog: SettingsDialog) -> None:
    shown = [setting for setting in settings.declared() if setting.group]
    assert len(shown) > 15
    for setting in shown:
        control = dialog.editor(setting.key)
        assert control.accessibleName() == setting.label
        assert control.accessibleDescription() == setting.help


@pytest.mark.parametrize(
    ("key", "change", "value"),
    [
        ("restore/mode", lambda box: (box.setCurrentIndex(1), box.activated.emit(1)), "strong"),
        ("restore/scale", lambda box: box.setValue(4), 4),
        ("restore/scale", lambda box: box.setValue(2.5), 2.5),
        ("restore/skin_protection", lambda box: box.click(), False),
        ("restore/min_face", lambda box: box.setValue(64), 64),
        ("restore/strength", lambda both: both.findChild(QSpinBox).setValue(55), 55),
        ("export/pattern", lambda line: (line.setText("{name}-new"), line.editingFinished.emit()), "{name}-new"),
    ],
)
def test_change_holds_at_once(
    dialog: SettingsDialog, store: SettingsStore, key: str, change: Callable[[QWidget], object], value: Value
) -> None:
    change(dialog.editor(key))
    assert store.get(key) == value
    assert type(store.get(key)) is type(value)


def test_a_broken_name_pattern_is_refused_where_it_is_typed(
    dialog: SettingsDialog, store: SettingsStore, qtbot: QtBot
) -> None:
    dialog.show_group(Group.EXPORT)
    line = as_a(QLineEdit, dialog.editor("export/pattern"))
    line.setText("{foo")
    line.editingFinished.emit()
    assert store.get("export/pattern") == "{name}_restored"
    said = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert any("not a valid pattern" in text for text in said)
    line.setText("{name}_new")
    line.editingFinished.emit()
    assert store.get("export/pattern") == "{name}_new"
    said = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert not any("not a valid pattern" in text for text in said)


def test_shows_changes_made_elsewhere(dialog: SettingsDialog, store: SettingsStore) -> None:
    store.set("restore/mode", "detail")
    store.set("restore/strength", 33)
    assert as_a(QComboBox, dialog.editor("restore/mode")).currentData() == "detail"
    assert the(dialog.editor("restore/strength").findChild(QSpinBox)).value() == 33


def test_restores_one_page_only(dialog: SettingsDialog, store: SettingsStore) -> None:
    store.set("restore/strength", 33)
    store.set("export/quality", 50)
    dialog.show_group(Group.RESTORING)
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "Reset this page").click()
    assert store.get("restore/strength") == 80
    assert store.get("export/quality") == 50


def test_keyboard_reaches_pages_and_controls(dialog: SettingsDialog, store: SettingsStore, qtbot: QtBot) -> None:
    groups = the(dialog.findChild(QListWidget))
    qtbot.keyClick(groups, Qt.Key.Key_Down)
    assert groups.currentRow() == 1
    mode = dialog.editor("restore/mode")
    assert mode.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(mode, Qt.Key.Key_Down)
    assert store.get("restore/mode") == "strong"


@pytest.mark.parametrize("key", ["restore/mode", "restore/strength", "restore/min_face"])
def test_scrolling_past_a_control_changes_nothing(dialog: SettingsDialog, store: SettingsStore, key: str) -> None:
    dialog.show_group(Group.RESTORING)
    editor = dialog.editor(key)
    for control in [editor, *editor.findChildren(QWidget)]:
        takes_wheel(control)
    assert store.get(key) == settings.by_key(key).default


def test_speaks_a_new_language_while_open(dialog: SettingsDialog, store: SettingsStore, qapp: QApplication) -> None:
    store.set("restore/strength", 33)
    i18n.apply(qapp, "zh_CN")
    qapp.processEvents()
    assert dialog.windowTitle() != "Settings"
    i18n.apply(qapp, "en")
    qapp.processEvents()
    assert dialog.windowTitle() == "Settings"
    assert the(dialog.editor("restore/strength").findChild(QSpinBox)).value() == 33


def test_shortcuts_are_read_from_the_actions(qtbot: QtBot, qapp: QApplication) -> None:
    open_, plain = QAction("&Open…", qapp), QAction("Plain", qapp)
    open_.setShortcuts([QKeySequence("Ctrl+O"), QKeySequence("F3")])
    (shortcut,) = of_actions([open_, plain])
    assert (shortcut.what, shortcut.keys) == ("Open", ("Ctrl+O", "F3"))
    dialog = ShortcutsDialog({"Files": [shortcut], "View": [of_keys("Move the divider", "Left")]})
    qtbot.addWidget(dialog)
    words = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"Files", "Open", "Ctrl+O", "F3", "View", "Move the divider", "Left"} <= words


def test_about_names_licences_of_models_and_libraries(qtbot: QtBot) -> None:
    dialog = AboutDialog("builtin-256")
    qtbot.addWidget(dialog)
    models, libraries = (the(the(dialog.tabs.widget(i)).findChild(QListWidget)) for i in (0, 1))
    assert models.item(0).text() == "Built-in face restorer (256 px)  ·  in use"
    names = [libraries.item(row).text().split()[0].lower() for row in range(libraries.count())]
    assert {"torch", "numpy", "pyside6_essentials", "opencv-python", "lucide", "python"} <= set(names)
    pages, notices = the(dialog.tabs.widget(1)), as_a(QPlainTextEdit, dialog.tabs.widget(2))
    for row, name in enumerate(names):
        libraries.setCurrentRow(row)
        text = pages.findChildren(QPlainTextEdit)[0].toPlainText()
        assert len(text) > 200, name
    assert "MIT License" in notices.toPlainText()
