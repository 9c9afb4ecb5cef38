"""While stages work on the photo on screen, the part that is looked at comes first, and every part as it is made."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF, QSizeF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.edits import with_option
from gpen_desktop.core.types import FloatImage
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.picture_pair import Version
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos, slider_of, wait_done
from tests.narrowing import the
from tests.unit.core.stages.stand_ins import DrawnNetworks


class Tiles:
    """A cleaner that makes everything black, a tile each time it is let."""

    def __init__(self) -> None:
        self.let = threading.Semaphore(0)

    def __call__(self, tile: FloatImage) -> FloatImage:
        assert self.let.acquire(timeout=20)
        return -np.ones_like(tile)


@pytest.fixture
def tiles(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Tiles:
    cleaner = Tiles()
    monkeypatch.setattr(engine, "photo_networks", lambda _wanted: DrawnNetworks(clean=cleaner))
    return cleaner


def colour(window: MainWindow, x: int, y: int) -> QColor:
    return the(window.view.pair).thumbnail(Version.AFTER, QRectF(x, y, 4, 4), QSizeF(4, 4)).pixelColor(2, 2)


BLACK = QColor(0, 0, 0)


def test_the_part_on_screen_is_shown_while_the_rest_is_made(
    window: MainWindow, tiles: Tiles, tmp_path: Path, qtbot: QtBot
) -> None:
    window.workspace.defaults = with_option(window.workspace.defaults, "clean", 0)
    open_photos(window, qtbot, make_photo(tmp_path / "photo.png"))  # four by three tiles
    window.workspace.look_closer((1, QRect(160, 110, 10, 10)))  # of the second level: the last tile
    slider_of(window, "clean").setValue(100)
    tiles.let.release()
    qtbot.waitUntil(lambda: colour(window, 330, 230) == BLACK)
    assert window.workspace.jobs.is_busy
    assert colour(window, 20, 20) != BLACK
    window.workspace.look_closer((0, QRect(0, 0, 20, 20)))
    tiles.let.release(2)  # one was chosen before
    qtbot.waitUntil(lambda: colour(window, 20, 20) == BLACK)
    assert window.workspace.jobs.is_busy
    assert colour(window, 200, 150) != BLACK
    tiles.let.release(20)
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: colour(window, 200, 150) == BLACK)


def test_a_photo_that_is_not_on_screen_is_made_in_one_piece(
    window: MainWindow, tiles: Tiles, tmp_path: Path, qtbot: QtBot
) -> None:
    tiles.let.release(200)
    window.workspace.defaults = with_option(window.workspace.defaults, "clean", 100)
    heard: list[int] = []
    window.workspace.jobs.staged.connect(lambda job, _staged: heard.append(job.item))
    open_photos(window, qtbot, *(make_photo(tmp_path / f"{seed}.png", seed=seed) for seed in (1, 2)))
    shown, other = window.workspace.album
    assert window.workspace.current is shown
    assert heard.count(shown.id) > 1
    assert heard.count(other.id) == 1
