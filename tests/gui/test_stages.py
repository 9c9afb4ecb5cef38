"""A stage of the whole photo, registered once, is in the window: its controls, its picture, undo, the export."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs.settings_dialog import SettingsDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.picture_pair import Version
from tests.gui.fakes import make_photo
from tests.gui.steps import open_photos, slider_of, wait_done
from tests.narrowing import as_a, the
from tests.unit.core.stages import toy_stage


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> toy_stage.Negative:
    """Registered before the window is made."""
    return toy_stage.register(monkeypatch)


def test_it_is_shown_undone_and_exported(
    toy: toy_stage.Negative, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    photo = make_photo(tmp_path / "a.png")
    with Image.open(photo) as image:
        corner = as_a(tuple, image.getpixel((2, 2)))
    open_photos(window, qtbot, photo)
    slider_of(window, "negate").setValue(100)
    wait_done(window, qtbot)
    negative = tuple(255 - value for value in corner)

    def shown() -> tuple[int, ...]:
        part = the(window.view.pair).thumbnail(Version.AFTER, QRectF(0, 0, 4, 4), QSizeF(4, 4))
        colour = part.pixelColor(2, 2)
        return (colour.red(), colour.green(), colour.blue())

    qtbot.waitUntil(lambda: shown() == negative)
    plan = ExportPlan(tmp_path / "out", pattern="{name}")
    with qtbot.waitSignal(window.workspace.exports.ended, timeout=10_000) as ended:
        window.exports.export_as(plan, window.exports.exportable)
    with Image.open(ended.args[0].exported[-1].path) as image:
        assert image.getpixel((2, 2)) == negative
    window.actions_["undo"].trigger()
    wait_done(window, qtbot)
    qtbot.waitUntil(lambda: shown() == corner)
    assert toy.runs == 1


def test_photos_start_with_what_the_settings_say(engine: Engine, own_folders: Path, qtbot: QtBot) -> None:
    store = SettingsStore(own_folders / "settings.ini")
    dialog = SettingsDialog(store)
    qtbot.addWidget(dialog)
    as_a(QCheckBox, dialog.editor("restore/negate_to_white")).setChecked(False)
    assert store.get("restore/negate_to_white") is False
