"""An album that is exported is held, goes on and is cancelled by the buttons below it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.gui.dialogs.export_dialog import ExportDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.work.order import is_kept_export
from gpen_desktop.gui.work.worker import Job
from tests.gui.fakes import FakeEngine, make_photo
from tests.gui.steps import wait_done
from tests.narrowing import the

COUNT = 7


@pytest.fixture
def half_done(window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot) -> Callable[[], list[str]]:
    """An album of which some photos are exported, and some are being restored for it until `engine.gate` is opened.
    Gives the names of what is in the folder `out`."""
    engine.gate.clear()
    window.imports.open_paths([make_photo(tmp_path / f"{n}.png", seed=n) for n in range(COUNT)])
    qtbot.waitUntil(lambda: len(window.workspace.album) == COUNT)
    window.exports.export_as(ExportPlan(tmp_path / "out"), window.exports.exportable)
    done = 0

    def hold_the_others(job: Job) -> None:
        nonlocal done
        if is_kept_export(job):
            done += 1
            if done == 2:
                engine.gate.clear()

    window.workspace.jobs.done.connect(hold_the_others)
    engine.gate.set()
    qtbot.waitUntil(lambda: done >= 2, timeout=20_000)
    return lambda: sorted(path.name for path in (tmp_path / "out").iterdir())


def press(window: MainWindow, label: str, qtbot: QtBot) -> None:
    """Press a button of the bar below."""
    (button,) = [button for button in window.status.findChildren(QPushButton) if button.text() == label]
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_held_album_begins_nothing_and_goes_on_to_the_last(
    window: MainWindow, engine: FakeEngine, half_done: Callable[[], list[str]], qtbot: QtBot
) -> None:
    jobs = window.workspace.jobs
    press(window, "Pause", qtbot)
    begun: list[object] = []
    jobs.started.connect(begun.append)
    engine.gate.set()
    qtbot.waitUntil(lambda: jobs.running is None)
    there = half_done()
    assert "Paused" in window.status.doing
    qtbot.wait(200)
    assert begun == []
    assert 2 <= len(there) < COUNT  # those in work were finished
    assert half_done() == there
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        press(window, "Continue", qtbot)
    assert half_done() == [f"{n}_restored.png" for n in range(COUNT)]
    assert sorted(each.path.name for each in ended.args[0].exported) == half_done()  # each once
    wait_done(window, qtbot)


def test_a_cancelled_album_keeps_what_is_done_and_the_rest_can_be_exported_later(
    window: MainWindow, engine: FakeEngine, half_done: Callable[[], list[str]], tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.workspace.exports.ended) as ended:
        press(window, "Cancel", qtbot)
    qtbot.waitUntil(lambda: not window.workspace.jobs.is_busy)
    done = sorted(each.path for each in ended.args[0].exported)
    assert 2 <= len(done) < COUNT
    assert half_done() == [path.name for path in done]  # nothing half
    assert not ended.args[0].failed
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in done}
    engine.gate.set()
    press(window, "Continue", qtbot)
    wait_done(window, qtbot)
    assert half_done() == [path.name for path in done]  # on screen; nobody has asked for the files again
    window.exports.export_all()
    dialog = the(window.findChild(ExportDialog))
    left = f"Not exported yet ({COUNT - len(done)})"
    (choice,) = [dialog.which.button(n) for n in range(3) if dialog.which.button(n).text() == left]
    qtbot.mouseClick(choice, Qt.MouseButton.LeftButton)
    dialog.folder_field.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(window.workspace.exports.ended):
        dialog.accept()
    assert half_done() == [f"{n}_restored.png" for n in range(COUNT)]
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in done} == before
