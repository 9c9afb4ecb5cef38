"""Small screens: the window fits, and nothing in it is out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.gui.common import i18n, room
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import make_photo
from tests.gui.steps import open_photos
from tests.narrowing import the

SIZES = [(1440, 900), (1024, 700), (960, 500), (640, 420)]
"""The last but one is all there is of 1920 x 1080 at scale 2."""


@pytest.fixture(params=i18n.LANGUAGES)
def spoken(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    i18n.apply(qapp, request.param)
    yield request.param
    i18n.apply(qapp, "en")


@pytest.mark.parametrize("size", SIZES)
def test_everything_is_in_reach(
    window: MainWindow, spoken: str, size: tuple[int, int], tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    window.panel.set_open_sections([True, True, True])
    window.faces.select(window.workspace.faces[0].id)
    window.resize(*size)
    QApplication.processEvents()
    assert window.size() == QSize(*size)
    for part in (window.tools, window.album, window.view, window.strip, window.panel, window.status):
        assert window.rect().contains(in_window(part, window)), part
    assert window.view.width() >= 200
    unfolded = the(window.tools.findChild(QToolButton, "qt_toolbar_ext_button"))
    assert not unfolded.isVisible()  # Qt's own way of folding has no words and no keys
    area = the(window.panel.findChild(QScrollArea))
    for control in the(area.widget()).findChildren(QWidget):
        if control.isVisibleTo(area) and control.focusPolicy():
            area.ensureWidgetVisible(control, 0, 0)
            assert not control.visibleRegion().isEmpty(), control


def test_before_and_after_are_named_on_a_small_screen(window: MainWindow, spoken: str) -> None:
    window.resize(1024, 700)
    QApplication.processEvents()
    buttons = {button.defaultAction(): button for button in window.tools.findChildren(QToolButton)}
    for mode in ("before", "split", "side", "after"):
        assert buttons[window.actions_[mode]].toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    unfolded = the(window.tools.findChild(QToolButton, "qt_toolbar_ext_button"))
    assert not unfolded.isVisible()


@pytest.mark.parametrize("size", SIZES)
def test_what_stands_in_an_unreadable_photos_place_is_in_reach(
    window: MainWindow, spoken: str, size: tuple[int, int], tmp_path: Path, qtbot: QtBot
) -> None:
    bad = tmp_path / f"{'scan_' * 20}.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    open_photos(window, qtbot, bad)
    window.resize(*size)
    QApplication.processEvents()
    assert window.size() == QSize(*size)
    page = window.unreadable
    assert page.isVisible()
    qtbot.waitUntil(lambda: the(page.widget()).width() <= page.width())
    for label in page.findChildren(QLabel):
        assert page.rect().contains(in_window(label, page)) or size == SIZES[-1], label.text()
    for button in (page.remove_button, page.retry_button):
        page.ensureWidgetVisible(button, 0, 0)
        assert button.visibleRegion().boundingRect() == button.rect()


def in_window(part: QWidget, window: QWidget) -> QRect:
    return part.rect().translated(part.mapTo(window, part.rect().topLeft()))


def test_keys_of_what_is_folded_away_still_work(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    window.resize(640, 420)
    QApplication.processEvents()
    assert window.actions_["zoom_in"].isVisible()
    assert window.actions_["zoom_in"].isEnabled()


@pytest.mark.parametrize("name", ["settings", "models", "shortcuts", "about", "export"])
def test_dialogs_fit_the_smallest_screen(
    window: MainWindow, spoken: str, name: str, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"))
    window.actions_[name].trigger()
    dialog = next(dialog for dialog in window.findChildren(QDialog) if dialog.isVisible())
    smallest = dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
    assert smallest.width() <= 940
    assert smallest.height() <= 480
    dialog.close()


def test_a_window_opens_as_large_as_the_screen_allows() -> None:
    assert room.fitted(QSize(1440, 900), QSize(1920, 1040)) == QSize(1440, 900)
    assert room.fitted(QSize(1440, 900), QSize(960, 500)) == QSize(902, 470)


def test_the_first_window_fits_the_screen(window: MainWindow) -> None:
    window.resize(1, 1)
    window._restore_state()
    available = window.screen().availableSize()
    assert window.width() <= available.width()
    assert window.height() <= available.height()
