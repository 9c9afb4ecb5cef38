"""The states that packaging/screenshots.py shows: each a function that brings the window into it."""

from __future__ import annotations

import socket
from collections.abc import Callable

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from screen_stage import Stage

from gpen_desktop import paths
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.dialogs.model_card import ModelCard
from gpen_desktop.gui.dialogs.models_dialog import ModelsDialog
from gpen_desktop.models import catalog

FETCHED = "gfpgan-1.4"


def empty(stage: Stage) -> None:
    """The first start."""
    stage.until(stage.window.empty.isVisible)
    stage.settle(0.6)


def working(stage: Stage) -> None:
    """An album that is being restored."""
    window = stage.window
    window.imports.open_paths([paths.samples()])
    stage.until(lambda: window.workspace.jobs.restoring.done >= 2 and window.workspace.jobs.is_busy)


def done(stage: Stage) -> None:
    """A restored photo, split."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.point_at(QPoint(100, 300))


def faces(stage: Stage) -> None:
    """Several faces, one selected with its own strength, one off."""
    stage.open_sample("album_page_tilted.jpg")
    stage.window.faces.toggle(stage.window.workspace.faces[1].id)
    stage.window.faces.select(stage.window.workspace.faces[0].id)
    stage.window.panel.faces.strength.slider.setValue(55)
    stage.settle(0.6)
    stage.point_at(QPoint(60, 420))


def dark(stage: Stage) -> None:
    """Dark, side by side, looking closely."""
    stage.open_sample("collins_sepia_folded.jpg")
    stage.window.actions_["side"].trigger()
    stage.window.faces.jump_to(stage.window.workspace.faces[0].id)
    stage.settle(0.8)
    stage.point_at(QPoint(80, 500))


def chinese(stage: Stage) -> None:
    """In Chinese."""
    stage.window.panel.set_open_sections([True, True, True])
    stage.open_sample("hopper_grey_scratched.jpg")
    stage.point_at(QPoint(60, 300))


def points(stage: Stage) -> None:
    """A face's points being corrected."""
    stage.open_sample("hopper_grey_scratched.jpg")
    stage.window.faces.select(stage.window.workspace.faces[0].id)
    stage.window.faces.correct()
    stage.settle(0.8)


def error(stage: Stage) -> None:
    """A file that cannot be read."""
    stage.open_sample("hopper_grey_scratched.jpg")
    cut_off = stage.folder / "Scan_031.jpg"
    cut_off.write_bytes((paths.samples() / "hopper_small_blurry.jpg").read_bytes()[:300])
    stage.window.imports.open_paths([cut_off])
    stage.until(stage.window.unreadable.isVisible)
    stage.settle(0.4)


def export(stage: Stage) -> None:
    """The export dialog."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.window.exports.export()
    dialog = stage.dialog("ExportDialog")
    assert isinstance(dialog, ExportDialog)
    dialog.folder_field.setText("~/Pictures/Restored")
    stage.settle(0.3)


def settings(stage: Stage) -> None:
    """The settings."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.window.application.settings()
    stage.dialog("SettingsDialog")


def portrait(stage: Stage) -> None:
    """An upright photo with its face selected and all of the panel unfolded."""
    stage.window.panel.set_open_sections([True, True, True, True])
    stage.open_sample("collins_faded_colour.jpg")
    stage.window.faces.select(stage.window.workspace.faces[0].id)
    stage.settle(0.6)
    stage.point_at(QPoint(60, 300))


def crop(stage: Stage) -> None:
    """The part of a photo that is kept being chosen."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.window.actions_["crop"].trigger()
    stage.window.panel.crop.straighten.slider.setValue(30)
    stage.settle(0.8)


def compare(stage: Stage) -> None:
    """Two models compared."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.window.actions_["compare_models"].trigger()
    stage.settle(0.8)


def brush(stage: Stage) -> None:
    """Damage being marked, a stroke drawn."""
    stage.open_sample("hopper_grey_scratched.jpg")
    window, view = stage.window, stage.window.view
    window.panel.set_open_sections([False, True, False, False])
    window.panel.brush.toggled.emit(True)
    stage.settle(0.4)
    middle = view.rect().center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(view, middle + QPoint(60, 80))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 80))
    stage.settle(0.4)
    stage.until(lambda: not window.workspace.jobs.is_busy)
    stage.settle(0.6)


def no_faces(stage: Stage) -> None:
    """A photo without faces."""
    pixels = np.random.default_rng(1).integers(0, 256, (12, 16, 3), np.uint8)
    Image.fromarray(pixels).resize((800, 600), Image.Resampling.BICUBIC).save(stage.folder / "Landscape.jpg")
    stage.window.imports.open_paths([stage.folder / "Landscape.jpg"])
    stage.until(lambda: bool(stage.window.notification_strip.subject))
    stage.settle(0.6)


def closing(stage: Stage) -> None:
    """The question on closing."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.window.close()
    stage.settle(0.4)


def models(stage: Stage) -> None:
    """The models."""
    stage.window.application.models()
    stage.dialog("ModelsDialog")


def models_fetching(stage: Stage) -> None:
    """A model being fetched: two fifths are here, and the server takes its time."""
    info = catalog.by_name(FETCHED)
    assert info is not None
    assert info.bytes is not None
    assert info.sha256 is not None
    paths.user_weights().mkdir(parents=True)
    part = paths.user_weights() / f".{info.file}.{info.sha256[:8]}.part"
    with part.open("wb") as file:
        file.truncate(info.bytes * 2 // 5)
    server = socket.create_server(("127.0.0.1", 0))  # it never answers
    fetch(stage, f"http://127.0.0.1:{server.getsockname()[1]}")
    stage.settle(0.6)


def models_failed(stage: Stage) -> None:
    """A model that could not be fetched."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    fetch(stage, f"http://127.0.0.1:{free}")  # nobody listens there
    dialog = stage.subject
    assert isinstance(dialog, ModelsDialog)
    stage.until(lambda: stage.window.application.downloads.share(FETCHED) is None)
    stage.settle(0.6)


def fetch(stage: Stage, mirror: str) -> None:
    """Ask for a model's weights in the dialog, and agree to its licence."""
    stage.store.set("models/mirror", mirror)
    stage.window.application.get_model(FETCHED)
    dialog = stage.dialog("ModelsDialog")
    assert isinstance(dialog, ModelsDialog)
    card = dialog.findChild(ModelCard)
    assert card is not None
    card.get.click()
    dialog.notification_strip.button("agree").click()
    stage.settle(0.6)


def exporting(stage: Stage) -> None:
    """All photos being exported, paused after the first."""
    window = stage.window
    window.imports.open_paths([paths.samples()])
    stage.until(lambda: window.workspace.jobs.restoring.done >= 2 and not window.workspace.jobs.is_busy)
    window.workspace.exports.exported.connect(window.workspace.jobs.pause)
    window.exports.export_as(ExportPlan(stage.folder / "out"), window.exports.exportable)
    stage.until(lambda: window.workspace.jobs.is_paused and window.workspace.jobs.running is None)
    stage.settle(0.4)


def exported(stage: Stage) -> None:
    """All photos exported."""
    exporting(stage)
    window = stage.window
    window.workspace.exports.exported.disconnect(window.workspace.jobs.pause)
    window.status.continue_button.click()
    stage.until(lambda: not window.workspace.jobs.is_busy)
    stage.settle(0.6)


def failures(stage: Stage) -> None:
    """An album at its end of which one photo could not be read, and no export could be written."""
    window = stage.window
    cut_off = stage.folder / "Scan_031.jpg"
    cut_off.write_bytes((paths.samples() / "hopper_small_blurry.jpg").read_bytes()[:300])
    window.imports.open_paths([paths.samples() / "album_page_tilted.jpg", cut_off, *sorted(paths.samples().glob("h*"))])
    stage.until(lambda: window.workspace.jobs.restoring.done >= 2 and not window.workspace.jobs.is_busy)
    (stage.folder / "out").write_text("a file where a folder should be")
    window.exports.export_as(ExportPlan(stage.folder / "out"), window.exports.exportable)
    stage.until(lambda: not window.workspace.jobs.is_busy)
    stage.settle(0.6)


def export_all(stage: Stage) -> None:
    """The export dialog for several photos."""
    window = stage.window
    window.imports.open_paths([paths.samples()])
    stage.until(lambda: window.workspace.jobs.restoring.done >= 2 and not window.workspace.jobs.is_busy)
    window.exports.export_all()
    stage.dialog("ExportDialog")


def shortcuts(stage: Stage) -> None:
    """The list of keys."""
    stage.window.application.shortcuts()
    stage.dialog("ShortcutsDialog")


def about(stage: Stage) -> None:
    """What the program is."""
    stage.window.application.about()
    stage.dialog("AboutDialog")


STATES: dict[str, tuple[Callable[[Stage], None], str, str]] = {
    "empty": (empty, "light", "en"),
    "working": (working, "light", "en"),
    "done": (done, "light", "en"),
    "faces": (faces, "light", "en"),
    "dark": (dark, "dark", "en"),
    "chinese": (chinese, "dark", "zh_CN"),
    "points": (points, "light", "en"),
    "error": (error, "light", "en"),
    "export": (export, "dark", "en"),
    "export_all": (export_all, "light", "en"),
    "exporting": (exporting, "light", "en"),
    "exported": (exported, "light", "en"),
    "failures": (failures, "light", "en"),
    "settings": (settings, "light", "en"),
    "portrait": (portrait, "light", "zh_CN"),
    "crop": (crop, "light", "zh_CN"),
    "compare": (compare, "light", "zh_CN"),
    "brush": (brush, "light", "en"),
    "no_faces": (no_faces, "light", "en"),
    "closing": (closing, "light", "en"),
    "models": (models, "light", "en"),
    "models_fetching": (models_fetching, "light", "en"),
    "models_failed": (models_failed, "light", "en"),
    "shortcuts": (shortcuts, "light", "en"),
    "about": (about, "light", "en"),
}
"""By name: what brings the window there, and the colours and language it is shown in."""
