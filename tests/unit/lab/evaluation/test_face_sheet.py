"""The sheet of a photo's faces."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import ComposeOptions, Face, FloatImage, Photo, frozen
from gpen_desktop.errors import OptionError
from gpen_desktop.lab.evaluation import face_sheet as sheets
from gpen_desktop.models.spec import ModelSpec, Task
from tests.unit.lab.pictures import LANDMARKS, drawn_face

HEADS = ((60, 80), (200, 90))
"""Where two faces of 64 px lie in the photo."""


class Finder:
    def __init__(self, faces: int = 2) -> None:
        self._faces = tuple(Face(frozen((LANDMARKS + 0.5) * 64 / 512 - 0.5 + corner), 1.0) for corner in HEADS[:faces])

    def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        return self._faces


class Inverter:
    """Restores by turning colours round."""

    spec = ModelSpec("inverter", Task.FACE_RESTORER, size=64, template="ffhq")  # as large as the faces: none is blurred
    model_name, batch = "inverter", 1

    def restore(self, crops: list[FloatImage], progress: Progress) -> list[FloatImage]:
        return [frozen(1 - crop) for crop in crops]


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    picture = np.full((240, 320, 3), 90, np.uint8)
    for x, y in HEADS:
        picture[y : y + 64, x : x + 64] = cv2.GaussianBlur(drawn_face(64), (0, 0), 1.5)
    path = tmp_path / "two.png"
    cv2.imwrite(str(path), picture[..., ::-1])
    monkeypatch.setattr(sheets, "FaceDetector", Finder)
    monkeypatch.setattr(sheets, "Restorer", lambda _: Inverter())
    return path


@pytest.mark.parametrize("scale", [1, 4])
def test_a_face_has_its_head_before_and_after_the_crop_and_every_answer(photo: Path, scale: int) -> None:
    sheet = sheets.face_sheet(photo, ["one", "other"], ComposeOptions(), scale)
    side = sheet.shape[1] // 8
    assert sheet.shape[0] == 5 * side
    before, after, crop, first, second = (sheet[row * side : (row + 1) * side, :side].astype(int) for row in range(5))
    np.testing.assert_array_equal(first, second)
    assert np.abs(crop + first - 255).max() <= 1
    edges = np.ones((side, side), bool)
    edges[side // 8 : -side // 8, side // 8 : -side // 8] = False
    assert np.abs(before - after)[edges].mean() < 3  # surroundings are there, and stay
    middle = np.s_[3 * side // 8 : 5 * side // 8, 3 * side // 8 : 5 * side // 8]
    assert np.abs(before - after)[middle].mean() > 10
    # the head is where the photo has it, at any scale
    shown = cv2.resize(before.astype(np.uint8), (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(shown[30:34, 30:34].astype(int).mean((0, 1)) - crop[118:122, 118:122].mean((0, 1))).max() < 60
    assert (sheet[:, 2 * side :] == 255).all()  # two faces, six blanks


def test_a_photo_without_faces_is_named(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "FaceDetector", lambda: Finder(0))
    with pytest.raises(OptionError, match=r"two\.png"):
        sheets.face_sheet(photo, ["one"], ComposeOptions(), 1)
