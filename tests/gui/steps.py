"""What tests do with a window, and where they find what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QSlider, QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop import paths
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.album.status import Status
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.face_item import MarkState
from tests.narrowing import as_a, the


@contextmanager
def shown_window(engine: Engine, settings: Path) -> Iterator[MainWindow]:
    """The window with these models and this file of settings, shown; ended afterwards."""
    theme.apply(theme.application(), "light")
    window = MainWindow(engine, SettingsStore(settings))
    window.resize(1200, 800)
    window.show()
    try:
        yield window
    finally:
        window.close_now()
        window.deleteLater()
        QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def open_photos(window: MainWindow, qtbot: QtBot, *photos: Path) -> None:
    """Open photos and wait until nothing is left to do."""
    with qtbot.waitSignal(window.imports.recent_changed):
        window.imports.open_paths(list(photos))
    wait_done(window, qtbot)


def wait_done(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until no job is left and the faces on screen are up to date."""

    def settled() -> bool:
        work = window.workspace
        if work.jobs.is_busy or any(item.state is PhotoState.WAITING for item in work.album):
            return False
        item = work.current
        return (
            item is None
            or item.status in (Status.FAILED, Status.NO_FACES, Status.SIDEWAYS)
            or (bool(work.marks()) and all(mark.state is not MarkState.WORKING for mark in work.marks()))
        )

    qtbot.waitUntil(settled, timeout=30_000)  # a busy machine takes its time


def install_weights(name: str, content: bytes = b"anything") -> Path:
    """Put a file into the user's folder of weights."""
    file = paths.user_weights() / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    return file


def on_face(window: MainWindow, number: int) -> QPoint:
    """The middle of a face, numbered from 0, in the view."""
    return the(window.view.placement).to_pane(window.workspace.marks()[number].rect.center()).toPoint()


def on_chip(window: MainWindow, number: int) -> QPoint:
    """The middle of the chip under its chin."""
    rect = window.workspace.marks()[number].rect
    bottom = the(window.view.placement).to_pane(QPointF(rect.center().x(), rect.bottom()))
    return (bottom + QPointF(0, 12)).toPoint()


def slider_of(window: MainWindow, option: str) -> QSlider:
    """The one that sets an option of the photo on screen."""
    return as_a(ValueSlider, window.panel.control(option)).slider


def takes_wheel(control: QWidget) -> bool:
    """Turn the wheel one notch over a control; whether it keeps that, so that what it lies in does not scroll."""
    where = QPointF(control.rect().center())
    event = QWheelEvent(
        where,
        control.mapToGlobal(where),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(control, event)
    return event.isAccepted()
