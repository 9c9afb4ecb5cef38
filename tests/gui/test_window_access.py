"""Keyboard and screen reader in the window itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QScrollArea,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gpen_desktop.core.options import Mode
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.common.combo_box import ComboBox
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.panes import ViewMode
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.rings import name_of, reached, unmarked
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the


def test_whatever_the_keyboard_reaches_has_a_name(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    window.panel.set_open_sections([True, True, True, True])
    window.faces.select(window.workspace.faces[0].id)
    shown = [w for w in window.findChildren(QWidget) if w.isVisibleTo(window) and w.window() is window]
    reached = [w for w in shown if w.focusPolicy() & Qt.FocusPolicy.TabFocus and type(w) is not QScrollArea]
    assert len(reached) > 20
    assert [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in reached if not name_of(w)] == []


def test_the_keyboard_begins_at_opening_photos(window: MainWindow) -> None:
    assert window.focusWidget() is window.empty.focusProxy()


def test_the_first_page_leaves_the_keyboard_where_it_was_when_it_comes_back(window: MainWindow) -> None:
    sample = window.empty.findChildren(QToolButton)[0]
    sample.setFocus()
    window.hide()
    window.show()
    assert window.focusWidget() is sample


def test_no_two_actions_share_a_key(window: MainWindow) -> None:
    keys = Counter(key.toString() for action in window.actions() for key in action.shortcuts())
    assert [key for key, times in keys.items() if times > 1] == []


def test_every_action_has_words_and_is_listed(window: MainWindow) -> None:
    assert all(action.text() for action in window.actions())
    listed = [shortcut.what for group in window.actions_.shortcut_groups().values() for shortcut in group]
    for action in window.actions():
        if action.shortcuts():
            assert action.text().rstrip("…") in listed


def test_faces_are_chosen_and_toggled_by_keys(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    first = window.workspace.faces[0].id
    window.view.setFocus()
    qtbot.keyClick(window.view, Qt.Key.Key_N)
    assert window.faces.selected == first
    qtbot.keyClick(window.view, Qt.Key.Key_N)
    qtbot.keyClick(window.view, Qt.Key.Key_T)
    assert the(window.workspace.current).edits.options.faces == frozenset([first])
    qtbot.keyClick(window.view, Qt.Key.Key_N)
    assert window.faces.selected == first  # round and round


def test_sliders_move_by_one_and_by_ten_and_take_typed_numbers(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    strength = window.panel.strength
    qtbot.keyClick(strength.slider, Qt.Key.Key_Right)
    assert strength.value() == 81
    qtbot.keyClick(strength.slider, Qt.Key.Key_PageDown)
    assert strength.value() == 71
    strength.field.selectAll()
    qtbot.keyClicks(strength.field, "345")
    qtbot.keyClick(strength.field, Qt.Key.Key_Return)
    assert strength.value() == 100
    assert the(window.workspace.current).edits.options.strength == 100


def test_letters_typed_into_a_field_do_nothing_else(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    window.activateWindow()
    field = window.panel.presets.name_field
    field.setFocus()
    qtbot.keyClicks(field, "bats")
    assert field.text() == "bats"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    rows = window.panel.presets._list
    assert rows.viewport().height() == sum(rows.sizeHintForRow(row) for row in range(rows.count()))  # no empty ones
    assert window.panel.presets.all[-1].name == "bats"


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_B])
def test_space_shows_the_photo_as_it_was_while_held(
    window: MainWindow, key: Qt.Key, tmp_path: Path, qtbot: QtBot
) -> None:
    window.activateWindow()
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    assert window.focusWidget() is window.view  # from the start
    window.view.set_divider(0)
    after = window.view.grab().toImage()
    qtbot.keyPress(window.focusWidget(), key)
    assert window.view.grab().toImage() != after
    qtbot.keyRelease(window.focusWidget(), key)
    assert window.view.grab().toImage() == after


def test_keys_mean_the_photo_wherever_no_text_is_typed(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.activateWindow()
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    buttons = [*window.panel.findChildren(QAbstractButton), *window.tools.findChildren(QAbstractButton)]
    harmless = [window.panel.mode.button(Mode.STRONG), *(b for b in buttons if b.text() == "Skin protection")]
    for clicked in harmless:
        qtbot.mouseClick(clicked, Qt.MouseButton.LeftButton)
        assert window.focusWidget() is window.view, clicked
    for focused in (window.view, window.album):
        focused.setFocus()
        at = window.view.divider_at
        qtbot.keyClick(focused, Qt.Key.Key_Right)
        assert window.view.divider_at > at, focused
    field = window.panel.strength.field
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClicks(field, "55")
    at = window.view.divider_at
    qtbot.keyClick(field, Qt.Key.Key_Left)
    assert window.view.divider_at == at  # here the arrow is the text's
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert the(window.workspace.current).edits.options.strength == 55
    assert not field.hasFocus()


def test_the_album_is_framed_for_keys_and_not_for_a_click(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    album = window.album

    def is_framed() -> bool:
        edge = album.grab().toImage().pixelColor(0, album.height() // 2)
        return edge.name() == QColor(theme.tokens().accent).name()

    second = album.visualRect(album.model().index(1, 0)).center()
    qtbot.mouseClick(album.viewport(), Qt.MouseButton.LeftButton, pos=second)
    assert album.hasFocus()
    assert not is_framed()
    for reason in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
        QApplication.sendEvent(album, QFocusEvent(QEvent.Type.FocusIn, reason))  # as behind another window, or a menu
        assert not is_framed()
    qtbot.keyClick(album, Qt.Key.Key_Up)
    assert is_framed()
    QApplication.sendEvent(album, QFocusEvent(QEvent.Type.FocusIn, reason))
    assert is_framed()


def test_pausing_leaves_the_keyboard_to_the_photo_and_never_to_cancelling(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    """Pressed, 'Pause' goes, and Qt gave the keyboard to 'Cancel', or to 'Open'."""
    engine.gate.clear()
    with qtbot.waitSignal(window.imports.recent_changed):
        window.imports.open_paths([make_photo(tmp_path / f"{seed}.png", seed=seed) for seed in range(3)])
    pause, go_on = window.status.pause_button, window.status.continue_button
    qtbot.waitUntil(lambda: pause.isVisible() and window.focusWidget() is window.view)
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    assert window.focusWidget() is window.view
    qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    assert window.focusWidget() is window.view
    window.activateWindow()
    pause.setFocus(Qt.FocusReason.TabFocusReason)
    for expected in (go_on, pause):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
        assert window.focusWidget() is expected
    engine.gate.set()
    wait_done(window, qtbot)


def test_every_button_is_still_reached_by_tab(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    for part in (window.tools, window.panel):
        for button in part.findChildren(QAbstractButton):
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus or not button.isVisible(), button


def test_ctrl_w_closes_the_window_and_removes_nothing(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    keys = {key.toString(): action for action in window.actions() for key in action.shortcuts()}
    assert keys["Ctrl+W"] is window.actions_["quit"]
    keys["Ctrl+W"].trigger()
    assert window.notification_strip.subject == "closing"
    assert len(window.workspace.album) == 1


def test_a_model_whose_name_does_not_fit_ends_in_dots_and_is_read_as_a_tooltip(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    window.panel.set_open_sections([True, False, False])
    name = "A face restorer with quite a long name (256 px)"
    window.panel.set_models([(the(window.workspace.current).edits.model, name)], {})
    combo = next(box for box in window.panel.findChildren(ComboBox) if box.currentText() == name)
    assert combo.shown_text.endswith("…")
    where = combo.rect().center()
    QApplication.sendEvent(combo, QHelpEvent(QEvent.Type.ToolTip, where, combo.mapToGlobal(where)))
    assert combo.toolTip() == name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whatever_the_keyboard_reaches_shows_that_it_does(
    window: MainWindow, scheme: str, tmp_path: Path, qtbot: QtBot
) -> None:
    theme.apply(theme.application(), scheme)
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    window.panel.set_open_sections([True, True, True, True])
    window.faces.select(window.workspace.faces[0].id)
    window.activateWindow()
    controls = reached(window)
    assert len(controls) > 30
    assert unmarked(controls, window) == []


def test_a_photo_is_opened_compared_chosen_from_and_exported_by_keys_alone(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first page to the exported file, with nothing but keys sent to whatever has the focus."""
    photo, out = make_photo(tmp_path / "family.png"), tmp_path / "out"
    window.activateWindow()
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([str(photo)], ""))

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)

    with qtbot.waitSignal(window.imports.recent_changed):
        press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    wait_done(window, qtbot)
    view, work = window.view, window.workspace
    at = view.divider_at
    press(Qt.Key.Key_Right)
    assert view.divider_at > at
    for key, mode in ((Qt.Key.Key_D, ViewMode.SIDE_BY_SIDE), (Qt.Key.Key_W, ViewMode.BEFORE)):
        press(key)
        assert view.mode is mode
    press(Qt.Key.Key_S)
    press(Qt.Key.Key_N)
    first, second = work.faces
    assert window.faces.selected == first.id
    press(Qt.Key.Key_T)
    assert the(work.current).edits.options.faces == frozenset([second.id])
    for _ in range(80):
        if QApplication.focusWidget() is window.panel.strength.slider:
            break
        press(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is window.panel.strength.slider
    press(Qt.Key.Key_PageDown)
    assert the(work.current).edits.options.strength == 70
    press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = the(window.findChild(ExportDialog))
    qtbot.waitUntil(dialog.isActiveWindow)
    for _ in range(20):
        if QApplication.focusWidget() is dialog.folder_field:
            break
        press(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is dialog.folder_field
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(QApplication.focusWidget(), str(out))
    with qtbot.waitSignal(work.exports.ended):
        press(Qt.Key.Key_Return)
    assert (out / "family_restored.png").is_file()
    assert work.album.unsaved == []
