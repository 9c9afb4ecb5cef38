"""Results out of the window: asked about, exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gpen_desktop.core import memory
from gpen_desktop.core.engine.edits import with_frame, with_option
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.types import Frame
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import open_photos
from tests.narrowing import the


def test_exporting_saves_and_then_nothing_is_unsaved(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    assert len(window.workspace.album.unsaved) == 1
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    (exported,) = ended.args[0].exported
    assert exported.path == tmp_path / "out" / "family_restored.png"
    assert exported.path.is_file()
    assert window.workspace.album.unsaved == []
    assert "family_restored.png" in window.notification_strip.text
    window.panel.strength.slider.setValue(3)
    assert len(window.workspace.album.unsaved) == 1


def test_a_visible_mark_is_asked_for_checked_and_remembered(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photos(window, qtbot, photo)
    window.exports.export()
    dialog = the(window.findChild(ExportDialog))
    assert dialog.plan.mark == ""
    dialog.folder_field.setText(str(tmp_path / "out"))
    dialog.mark_field.setText("x" * 101)
    assert "100" in dialog.outlook
    dialog.mark_field.setText(" by Ida ")
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        dialog.accept()
    (exported,) = ended.args[0].exported
    plain = tmp_path / "plain"
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(plain), window.exports.exportable)
    before, after = (load_photo(each.path).pixels for each in (ended.args[0].exported[0], exported))
    assert (before != after).any(axis=2).nonzero()[0].min() > 200
    window.exports.export()
    assert the(window.findChild(ExportDialog)).mark_field.text() == "by Ida"


def test_what_belongs_to_a_photo_comes_along_as_on_the_command_line(
    window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    for ending in (".xmp", ".png.xmp", ".mov", ".txt"):
        photo.with_suffix(ending).write_bytes(ending.encode())
    open_photos(window, qtbot, photo)
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "out", format="jpeg"), window.exports.exportable)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["family_restored.jpg", "family_restored.jpg.xmp", "family_restored.mov", "family_restored.xmp"]
    assert (tmp_path / "out" / "family_restored.mov").read_bytes() == b".mov"
    assert [warning.code for warning in ended.args[0].exported[0].warnings] == []
    (tmp_path / "out" / "family_restored-2.xmp").write_bytes(b"somebody's")
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "out", format="jpeg"), window.exports.exportable)
    assert [warning.code for warning in ended.args[0].exported[0].warnings] == ["companion-there"]
    assert (tmp_path / "out" / "family_restored-2.xmp").read_bytes() == b"somebody's"


def test_every_page_is_exported_restored(
    window: MainWindow, engine: FakeEngine, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    pixels = load_photo(photo).pixels
    scan = tmp_path / "scan.tif"
    with tifffile.TiffWriter(scan) as file:
        for shift in (0, 3):
            file.write(np.roll(pixels, shift, axis=0), photometric="rgb")
    open_photos(window, qtbot, scan)
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    (exported,) = ended.args[0].exported
    assert exported.warnings == ()
    with tifffile.TiffFile(scan) as before, tifffile.TiffFile(exported.path) as after:
        assert [page.shape for page in after.pages] == [page.shape for page in before.pages]
        for old, new in zip(before.pages, after.pages, strict=True):
            assert (old.asarray() != new.asarray()).mean() > 0.02
    # what was drawn on the first page cuts no other
    workspace = window.workspace
    workspace.change(with_frame(the(workspace.current).edits, Frame(shape="square")), lambda: "Crop")
    with qtbot.waitSignal(workspace.exports.ended) as ended:
        window.exports.export_as(ExportPlan(tmp_path / "cropped"), window.exports.exportable)
    with tifffile.TiffFile(scan) as before, tifffile.TiffFile(ended.args[0].exported[0].path) as after:
        assert after.pages[0].shape[0] == after.pages[0].shape[1]
        assert after.pages[1].shape == before.pages[1].shape


def test_export_all_goes_through_the_dialog(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, make_photo(tmp_path / "1.png"), make_photo(tmp_path / "2.png", seed=2))
    window.actions_["export_all"].trigger()
    dialog = the(window.findChild(ExportDialog))
    assert dialog.isVisible()
    assert dialog.which.button(1).isChecked()
    assert dialog.focusWidget() is dialog.which.button(1)  # All (2), not This photo
    dialog.folder_field.setText(str(tmp_path / "results"))
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        dialog.accept()
    assert len(ended.args[0].exported) == 2
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["1_restored.png", "2_restored.png"]


def test_of_one_photo_there_is_nothing_to_choose(window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    window.actions_["export"].trigger()
    dialog = the(window.findChild(ExportDialog))
    assert dialog.isVisible()
    assert not dialog.which.isVisible()
    assert "Photos" not in [label.text() for label in dialog.findChildren(QLabel)]
    dialog.folder_field.setText(str(tmp_path / "results"))
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["family_restored.png"]


def test_results_go_beside_the_originals_and_only_those_that_changed(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    open_photos(window, qtbot, make_photo(folders[0] / "1.png"), make_photo(folders[1] / "2.png", seed=2))
    engine.faces = ()
    open_photos(window, qtbot, make_photo(tmp_path / "empty.png", seed=3))
    window.actions_["export_all"].trigger()
    dialog = the(window.findChild(ExportDialog))
    dialog.folder_field.setText(str(tmp_path / "out"))
    assert "3 files, 1_restored.png to empty_restored.png, in" in dialog.outlook
    assert str(tmp_path / "out") in dialog.outlook
    assert "nothing changed: 1" in dialog.outlook
    dialog.only_changed.click()
    dialog.where.button(True).click()
    assert "2 files, 1_restored.png to 2_restored.png, in their own folders" in dialog.outlook
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    assert [(folder / f"{n}_restored.png").is_file() for n, folder in enumerate(folders, 1)] == [True, True]
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "empty_restored.png").exists()


def test_a_huge_enlargement_says_its_size_and_memory_first(
    window: MainWindow, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_photos(window, qtbot, photo)
    item = the(window.workspace.current)
    assert item.size == (420, 300)
    item.size = (6000, 4000)
    window.actions_["export"].trigger()
    dialog = the(window.findChild(ExportDialog))
    assert "memory" not in dialog.outlook
    item.edits = with_option(item.edits, "scale", 4)
    monkeypatch.setattr(memory, "available_bytes", lambda: 64 << 30)
    assert "24000 × 16000 pixels (384 megapixels); takes up to 9.2 GB of memory" in dialog.outlook
    assert "enlarge it less" not in dialog.outlook
    monkeypatch.setattr(memory, "available_bytes", lambda: 4 * 10**9)
    assert "Only 4.0 GB are free: enlarge it less." in dialog.outlook


def test_an_export_says_its_whole_path(window: MainWindow, photo: Path, tmp_path: Path, qtbot: QtBot) -> None:
    open_photos(window, qtbot, photo)
    with qtbot.waitSignal(window.workspace.exports.ended):
        window.exports.export_as(ExportPlan(tmp_path / "GPEN Desktop"), window.exports.exportable)
    assert str(tmp_path / "GPEN Desktop" / "family_restored.png") in window.notification_strip.text
    assert window.notification_strip.button("reveal").text() == "Show in folder"
