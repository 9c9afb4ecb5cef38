"""Pages of photos before and after."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gpen_desktop.core.engine.edits import Edits, with_option
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.photo_files.load_save import save_photo
from gpen_desktop.lab.evaluation.contact_sheet import compared, page
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces


def test_a_row_a_photo_and_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    photo, faces = photo_with_faces((40, 60))
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    save_photo(photo, good, format="png")
    bad.write_bytes(b"nothing")
    engine = Engine(models=DrawnModels(KnownFaces(*faces), Sharpener()))
    rows = list(compared([bad, good, good], engine, with_option(Edits(), "scale", 2)))
    assert len(rows) == 2
    assert rows[0].after.shape == (800, 1400, 3)
    assert "good.png" in rows[0].told
    assert "enlarge" in rows[0].told
    sheet = page(rows)
    one = page(rows[:1])
    assert sheet.shape == (2 * one.shape[0], one.shape[1], 3)
    assert np.ptp(one[-200:, :200]) > 100


def test_detail_shows_the_same_place_before_and_after_enlarging(tmp_path: Path) -> None:
    photo, faces = photo_with_faces((300, 60))
    save_photo(photo, tmp_path / "a.png", format="png")
    engine = Engine(models=DrawnModels(KnownFaces(*faces), Sharpener()))
    edits = with_option(with_option(Edits(), "scale", 2), "strength", 0)
    (row,) = compared([tmp_path / "a.png"], engine, edits)
    sheet = page([row]).astype(int)
    side = sheet.shape[1] // 4
    before, after = sheet[-side:, 2 * side : 3 * side], sheet[-side:, 3 * side :]
    assert np.abs(before - after).mean() < 6
