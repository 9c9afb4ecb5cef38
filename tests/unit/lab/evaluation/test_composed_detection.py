"""Measuring the detector on composed scenes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gpen_desktop.core.types import Face, frozen
from gpen_desktop.lab.evaluation import composed_detection as composed
from gpen_desktop.lab.scenes import turning
from gpen_desktop.lab.scenes.placing import Cast
from gpen_desktop.lab.scenes.reading import portraits, stage
from tests.unit.lab.pictures import LANDMARKS, faces_table, props_folder


def answers(scene: composed.LabelledScene) -> tuple[Face, ...]:
    """Every labelled face, surely, and one that is none, less surely."""
    stray = Face(frozen(LANDMARKS / 512 * 20 - 500), 4.0)
    return *(Face(frozen(label.points.copy()), 6.0) for label in scene.labels), stray


def test_who_finds_all_has_full_recall_and_strays_count_against_precision(tmp_path: Path) -> None:
    cast = Cast(portraits(faces_table(tmp_path), "train"), [])
    scenes = composed.labelled_scenes(cast, stage(props_folder(tmp_path)), 10, seed=0)
    assert [s.photo.pixels.sum() for s in scenes] == [
        s.photo.pixels.sum() for s in composed.labelled_scenes(cast, stage(tmp_path / "props"), 10, seed=0)
    ]
    found = [answers(scene) for scene in scenes]
    figures = composed.measure(found, scenes, sure=3.0)
    assert figures.found == figures.wanted
    assert figures.false == 10
    assert figures.precision == pytest.approx(sum(figures.found) / (sum(figures.found) + 10))
    assert "recall 1.0000" in figures.told()
    assert composed.measure(found, scenes, sure=5.0).false == 0
    assert sum(composed.measure(found, scenes, sure=7.0).found) == 0


@pytest.mark.parametrize(("yaw", "kind"), [(0, "ahead"), (40, "three quarters"), (-75, "profile")])
def test_faces_are_told_apart_by_where_they_look(yaw: float, kind: str) -> None:
    points = (LANDMARKS + 0.5) / 2 - 0.5
    _, turned = turning.turn(yaw, 0, side=16).of(np.zeros((256, 256, 3), np.uint8), points)
    assert composed.KINDS[composed.kind_of(np.asarray(turned, np.float64))] == kind
