"""Faces are numbered as one reads, from the top and from the left, and alike wherever a number is seen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from pytestqt.qtbot import QtBot

from gpen_desktop.cli import main as cli
from gpen_desktop.core.compose.select import chosen_faces
from gpen_desktop.core.engine import local_models
from gpen_desktop.core.faces.regions import in_reading_order
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import NO_FACE, ComposeOptions, Face, FaceId, Photo
from gpen_desktop.gui.shell.main_window import MainWindow
from tests.gui.fakes import FakeEngine, face_at, make_photo
from tests.gui.steps import open_photos, wait_done
from tests.narrowing import the

TOP, BOTTOM = (face_at(90, 80, 30), face_at(330, 90, 30)), (face_at(100, 220, 30), face_at(320, 215, 30))
READ = (*TOP, *BOTTOM)


def differs(window: MainWindow, expected: list[FaceId]) -> dict[str, list[FaceId]]:
    """Where the window shows another order than this of the faces' ids."""
    return {where: order for where, order in seen(window).items() if order != expected}


def seen(window: MainWindow) -> dict[str, list[FaceId]]:
    """The faces' ids in the order of their numbers, wherever the window shows these."""
    work, strip = window.workspace, window.strip
    marks = sorted(work.marks(), key=lambda mark: mark.number)
    stepped = []
    window.faces.select(NO_FACE)
    for _ in work.faces:
        window.faces.step(1)
        stepped.append(window.faces.selected)
    session = work.jobs._worker._engine.open(the(work.current).path, the(work.current).edits.model, work.faces)
    composed = [face.face.id for face in session.compose(ComposeOptions()).faces]
    return {
        "album": [face.id for face in the(work.current).faces],
        "chips": [mark.face for mark in marks],
        "strip": [strip.item(row).data(Qt.ItemDataRole.UserRole) for row in range(strip.count())],
        "keys": stepped,
        "report": composed,
    }


def test_the_same_order_in_album_chips_strip_keys_and_report(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.faces = in_reading_order(reversed(READ))
    open_photos(window, qtbot, make_photo(tmp_path / "group.png"))
    assert differs(window, [face.id for face in READ]) == {}


def test_so_it_is_after_drawing_one_and_turning_the_photo(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.faces = (TOP[0], *BOTTOM)
    open_photos(window, qtbot, make_photo(tmp_path / "group.png"))
    window.view.box_drawn.emit(QRectF(300, 50, 60, 70))
    qtbot.waitUntil(lambda: window.view.points is not None)
    window.view.points_ended.emit(True)
    wait_done(window, qtbot)
    drawn = window.workspace.faces[1]
    assert drawn.is_by_hand
    assert differs(window, [TOP[0].id, drawn.id, BOTTOM[0].id, BOTTOM[1].id]) == {}
    window.photos.turn(2)
    wait_done(window, qtbot)
    assert differs(window, [BOTTOM[1].id, BOTTOM[0].id, drawn.id, TOP[0].id]) == {}
    assert chosen_faces(window.workspace.faces, the(window.workspace.current).edits.options) == {
        face.id for face in window.workspace.faces
    }


def test_the_command_line_numbers_them_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Finder:
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            return in_reading_order(reversed(READ))

    monkeypatch.setattr(local_models, "FaceDetector", lambda precision: Finder())
    photo = make_photo(tmp_path / "group.png")
    assert cli.run(["faces", str(photo), "--json"]) == 0
    (faces,) = json.loads(capsys.readouterr().out).values()
    assert [face["number"] for face in faces] == [1, 2, 3, 4]
    for face, expected in zip(faces, READ, strict=True):
        assert np.allclose(face["landmarks"], expected.landmarks, atol=0.01)
