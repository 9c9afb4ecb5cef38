"""Masks along a face's own outlines, from what a parser says of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.faces.masks import masks_by_points
from gpen_desktop.core.faces.parsing import FaceParser
from gpen_desktop.core.types import Crop
from gpen_desktop.models import registry, store
from gpen_desktop.models.architecture import ReadModel
from gpen_desktop.models.spec import ModelSpec, Task
from tests.unit.core.drawn_faces import KnownFaces, Sharpener, photo_with_faces

SPEC = ModelSpec("drawn", Task.FACE_PARSER, size=512)
SKIN, GLASSES, MOUTH, HAIR, HAT, CLOTHES = (100, 250), (180, 200), (250, 370), (100, 100), (256, 40), (30, 480)
"""(x, y) in a crop of 512 px."""


class DrawnRegions(nn.Module):
    """A face in a crop of 512 px: skin in a disc, glasses in a band of it, hair above, a hat on top, clothes below."""

    answer: torch.Tensor

    def __init__(self, sees: bool = True) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(50.0))
        ys, xs = torch.meshgrid(torch.arange(512), torch.arange(512), indexing="ij")
        classes = torch.zeros(512, 512, dtype=torch.long)
        if sees:
            classes[(ys > 400)] = 18
            classes[(ys > 60) & (ys < 400) & (xs > 60) & (xs < 452)] = 13
            classes[(xs - 256) ** 2 + (ys - 270) ** 2 < 180**2] = 1
            classes[(ys > 180) & (ys < 230) & (xs > 120) & (xs < 390)] = 3
            classes[(ys > 350) & (ys < 390) & (xs > 210) & (xs < 300)] = 10
            classes[ys < 60] = 14
        self.register_buffer("answer", nn.functional.one_hot(classes, 19).permute(2, 0, 1).float())

    def forward(self, faces: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.answer.expand(len(faces), -1, -1, -1) * self.scale, faces


@pytest.fixture
def crops() -> list[Crop]:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    return [crop_face(photo, face, template="ffhq", size=256) for face in faces]


def parser(monkeypatch: pytest.MonkeyPatch, net: nn.Module) -> FaceParser:
    monkeypatch.setattr(store, "find", lambda name: name)
    monkeypatch.setattr(registry, "read", lambda path: ReadModel(SPEC, lambda device, dtype: net))
    return FaceParser("parsenet", device="cpu")


def at(mask: np.ndarray, place: tuple[int, int]) -> float:
    return float(mask[place[1] // 2, place[0] // 2])


def test_parts_are_where_the_parser_sees_them(crops: list[Crop], monkeypatch: pytest.MonkeyPatch) -> None:
    both = parser(monkeypatch, DrawnRegions()).masks(crops, [crop.pixels for crop in crops])
    assert len(both) == 2
    for masks in both:
        assert at(masks.skin, SKIN) > 0.9
        for place in (GLASSES, MOUTH, HAIR, HAT, CLOTHES):
            assert at(masks.skin, place) < 0.1
        for place in (SKIN, GLASSES, MOUTH):
            assert at(masks.face, place) > 0.8
        assert at(masks.face, HAIR) < 0.4
        assert at(masks.head(1.0), HAIR) > 0.6
        assert at(masks.head(0.0), HAIR) == at(masks.face, HAIR)
        for place in (HAT, CLOTHES):
            assert at(masks.head(1.0), place) < 0.3
        for mask in (masks.face, masks.skin, masks.around):
            assert mask.shape == (256, 256)
            assert mask.dtype == np.float32
            assert 0 <= mask.min() <= mask.max() <= 1
            assert max(mask[0].max(), mask[-1].max(), mask[:, 0].max(), mask[:, -1].max()) == 0
            assert not mask.flags.writeable
        assert np.abs(np.diff(masks.face, axis=0)).max() < 0.12


def test_a_parser_that_sees_no_face_is_not_listened_to(crops: list[Crop], monkeypatch: pytest.MonkeyPatch) -> None:
    masks, _ = parser(monkeypatch, DrawnRegions(sees=False)).masks(crops, [crop.pixels for crop in crops])
    usual = masks_by_points(crops[0])
    assert np.array_equal(masks.face, usual.face)
    assert np.array_equal(masks.skin, usual.skin)
    assert np.array_equal(masks.head(1.0), usual.head(1.0))


def test_a_session_lays_faces_in_by_them(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    by_parser = parser(monkeypatch, DrawnRegions())
    restored = list(Session(photo, KnownFaces(*faces), Sharpener(), parser=by_parser).restore())
    expected = by_parser.masks([face.crop for face in restored], [face.restored for face in restored])
    for face, masks in zip(restored, expected, strict=True):
        assert np.array_equal(face.face_mask, masks.face)
        assert np.array_equal(face.skin_mask, masks.skin)
        assert (face.head_mask >= masks.face).all()
