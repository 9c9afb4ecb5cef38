"""An enlarged photo in the window: seen as it will be exported, at the size on screen that the photo had."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.edits import with_option
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages import enlarging
from gpen_desktop.core.types import Photo, frozen
from gpen_desktop.gui.adjust.controls import Segments
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer import qimage
from gpen_desktop.gui.viewer.picture_pair import PicturePair, Version
from gpen_desktop.gui.viewer.preview import Opened, Shown, Wanted
from gpen_desktop.gui.viewer.qimage import Picture
from gpen_desktop.gui.viewer.view_geometry import Placement, Sight
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.pixels import to_pixels
from tests.gui.steps import open_photos, slider_of, wait_done
from tests.narrowing import as_a, the


@pytest.fixture
def seen(window: MainWindow) -> list[Picture]:
    """The pictures of the result that come on screen, the latest last."""
    pictures: list[Picture] = []

    def take(shown: Shown) -> None:
        if shown.after_overview is not None:
            pictures.append(shown.after_overview)

    window.workspace.shown.connect(take)
    return pictures


def _size(pictures: list[Picture]) -> tuple[int, int]:
    return pictures[-1].images[0].width(), pictures[-1].images[0].height()


def _chip(window: MainWindow) -> QPushButton:
    return next(button for button in window.panel.seen.buttons if button.text().startswith("Small"))


def _exported(window: MainWindow, folder: Path, qtbot: QtBot) -> NDArray[np.int_]:
    with qtbot.waitSignal(window.workspace.exports.ended, timeout=10_000) as ended:
        window.exports.export_as(ExportPlan(folder, pattern="{name}"), window.exports.exportable)
    with Image.open(ended.args[0].exported[-1].path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_what_is_enlarged_is_seen_as_it_is_exported(
    window: MainWindow, seen: list[Picture], photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    assert _size(seen) == (420, 300)
    placement = window.view.placement
    qtbot.mouseClick(_chip(window), Qt.MouseButton.LeftButton)
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _size(seen) == (840, 600))
    assert window.view.placement == placement
    assert the(window.workspace.current).size == (420, 300)
    made = _exported(window, tmp_path / "out", qtbot)
    assert np.abs(to_pixels(seen[-1].images[0]).astype(int) - made).max() <= 1
    halved = to_pixels(seen[-1].images[1])
    assert np.abs(halved - cv2.resize(made.astype(np.float32), (420, 300), interpolation=cv2.INTER_AREA)).max() <= 2
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _size(seen) == (420, 300))
    assert not _chip(window).isChecked()


def test_a_slider_composes_anew_and_enlarges_no_second_time(
    window: MainWindow,
    seen: list[Picture],
    photo: Path,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    open_photos(window, qtbot, photo)
    qtbot.mouseClick(_chip(window), Qt.MouseButton.LeftButton)
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _size(seen) == (840, 600))
    before, runs = seen[-1], engine.runs
    monkeypatch.setattr(enlarging, "enlarge", None)  # would fail
    slider_of(window, "strength").setValue(30)
    assert not window.workspace.jobs.is_busy
    qtbot.waitUntil(lambda: seen[-1] is not before)
    assert _size(seen) == (840, 600)
    assert seen[-1].images[0] != before.images[0]
    assert engine.runs == runs


def test_another_photo_ends_the_enlarging_and_coming_back_begins_it_anew(
    window: MainWindow, seen: list[Picture], photo: Path, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    other = make_photo(tmp_path / "other.png", 440, 320, seed=2)
    open_photos(window, qtbot, photo, other)
    first, second = window.workspace.album
    engine.gate.clear()
    window.workspace.change(with_option(with_option(first.edits, "scale", 2), "tone", 50), lambda: "both")  # faces anew
    window.workspace.show_item(second)
    qtbot.waitUntil(lambda: _size(seen) == (440, 320))
    engine.gate.set()
    wait_done(window, qtbot)
    assert _size(seen) == (440, 320)
    window.workspace.show_item(first)
    qtbot.waitUntil(lambda: _size(seen) == (840, 600))


def test_holding_the_chip_shows_the_photo_before_it_was_enlarged(
    window: MainWindow, seen: list[Picture], photo: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    window.workspace.change(with_option(the(window.workspace.current).edits, "tone", 100), lambda: "tone")
    qtbot.mouseClick(_chip(window), Qt.MouseButton.LeftButton)
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: _size(seen) == (840, 600))
    enlarged = seen[-1]
    window.workspace.look_without("enlarge")
    qtbot.waitUntil(lambda: _size(seen) == (420, 300))
    window.workspace.look_without("tone")
    qtbot.waitUntil(lambda: _size(seen) == (840, 600))
    assert seen[-1].images[0] != enlarged.images[0]
    window.workspace.look_without("")
    qtbot.waitUntil(lambda: seen[-1].images[0] == enlarged.images[0])


def test_of_a_photo_too_large_to_be_seen_enlarged_that_is_told(
    window: MainWindow, seen: list[Picture], photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "large.png", 1500, 1400))
    as_a(Segments, window.panel.control("scale")).button(2).click()
    assert "shown at its own size" in window.notification_strip.text
    wait_done(window, qtbot)
    assert _size(seen) == (1500, 1400)
    as_a(Segments, window.panel.control("scale")).button(1).click()
    assert window.notifications.on("enlarged") is None
    open_photos(window, qtbot, photo)
    as_a(Segments, window.panel.control("scale")).button(2).click()
    assert window.notifications.on("enlarged") is None


@pytest.mark.parametrize("scale", [1.37, 2, 3, 4])
@pytest.mark.parametrize("zoom", [0.6, 1, 3, 7.3])
def test_before_and_after_lie_on_each_other(scale: float, zoom: float) -> None:
    """A fine, smooth pattern, enlarged about its pixel centres, is not shifted on the screen."""

    def drawn(width: int, height: int) -> QImage:
        u, v = (np.arange(width) + 0.5) * 180 / width, (np.arange(height) + 0.5) * 140 / height
        values = 128 + 60 * np.sin(u[None, :] / 3) + 60 * np.sin(v[:, None] / 3)
        return qimage.from_pixels(np.repeat(values[..., None], 3, axis=2).astype(np.uint8))

    width, height = round(180 * scale), round(140 * scale)
    photo = Photo(frozen(np.zeros((140, 180, 3), np.uint8)), SourceFormat("PNG"))
    pair = PicturePair(Opened(1, 1, photo, drawn(180, 140), 0))
    halvings = [drawn(-(-width // 2**k), -(-height // 2**k)) for k in range(3) if width % 2**k == height % 2**k == 0]
    after = Picture(tuple(halvings), QPointF(0, 0), QSizeF(180 / width, 140 / height))
    pair.take(Shown(Wanted(), after_overview=after))
    placement = Placement(Sight(QSizeF(180, 140)), zoom, QPointF(-3, -4))

    def painted(version: Version) -> NDArray[np.float64]:
        image = QImage(400, 300, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        pair.paint(painter, version, placement, placement.rect, 1.0)
        painter.end()
        right, bottom = min(400, int(180 * zoom) - 3), min(300, int(140 * zoom) - 4)
        return to_pixels(image)[:bottom, :right, 0].astype(float)[8:-8, 8:-8]

    one, other = painted(Version.BEFORE), painted(Version.AFTER)
    down, across = np.gradient(one)
    for slope in (across, down):
        shift = (slope * (other - one)).sum() / (slope * slope).sum()  # screen pixels
        assert abs(shift) < 0.1
