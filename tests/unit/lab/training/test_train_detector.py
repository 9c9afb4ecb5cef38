"""What the detector and the landmark network are asked to say of views, and a tiny training of both."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from facexlib.detection.retinaface_utils import decode, decode_landm
from torch import Generator

from gpen_desktop.core.faces import regions
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import Face, Photo, frozen
from gpen_desktop.errors import WeightsError
from gpen_desktop.lab.scenes.views import VIEW_SIDE, Views
from gpen_desktop.lab.training.detector import landmark_crops
from gpen_desktop.lab.training.detector.anchor_targets import (
    Targets,
    decoded_points,
    detector_loss,
    face_boxes,
    targets,
)
from gpen_desktop.lab.training.detector.train import (
    DETECTOR_FILE,
    LANDMARKS_FILE,
    Settings,
    landmark_loss,
    share_of_rate,
    train,
)
from gpen_desktop.models import registry
from gpen_desktop.models.detectors.landmarks import CROP_SIDE, find_landmarks
from gpen_desktop.models.detectors.retinaface import anchors, find_faces
from gpen_desktop.models.spec import Task
from gpen_desktop.models.tensors import read_tensors
from tests.narrowing import octets
from tests.unit.lab.pictures import LANDMARKS, faces_table, props_folder

PLACES = anchors(VIEW_SIDE, VIEW_SIDE)


def points_at(x: float, y: float, eyes: float) -> torch.Tensor:
    """Landmarks (5, 2) of a face about (x, y) whose eyes are `eyes` px apart."""
    shape = torch.from_numpy(LANDMARKS - LANDMARKS.mean(axis=0)).float() / 126
    return shape * eyes + torch.tensor([x, y])


def views(*faces: torch.Tensor, counts: tuple[bool, ...] | None = None) -> Views:
    """One grey view with these faces."""
    landmarks = torch.full((1, 4, 5, 2), torch.nan)
    counted = torch.zeros(1, 4, dtype=torch.bool)
    for number, points in enumerate(faces):
        landmarks[0, number] = points
        counted[0, number] = counts is None or counts[number]
    return Views(torch.full((1, 3, VIEW_SIDE, VIEW_SIDE), 0.5), landmarks, counted)


def test_targets_are_what_facexlib_decodes() -> None:
    faces = (points_at(60, 80, 11), points_at(200, 150, 60), points_at(290, 30, 20))
    shown = views(*faces)
    wanted = targets(shown.landmarks, shown.counts, PLACES)
    told = wanted.faces[0]
    ends = decode(wanted.boxes[0], PLACES / VIEW_SIDE, (0.1, 0.2))[told] * VIEW_SIDE
    spots = decode_landm(wanted.points[0], PLACES / VIEW_SIDE, (0.1, 0.2))[told].view(-1, 5, 2) * VIEW_SIDE
    found = set()
    for box, five in zip(ends, spots, strict=True):
        which = int((torch.stack(faces) - five).abs().sum((1, 2)).argmin())
        found.add(which)
        x, y, width, height = Face(faces[which].double().numpy(), 0.0).box
        assert box.tolist() == pytest.approx([x, y, x + width, y + height], abs=1e-2)
        assert torch.allclose(faces[which], five, atol=1e-2)
    assert found == {0, 1, 2}
    torch.testing.assert_close(decoded_points(wanted.points, PLACES)[0][told], spots, atol=1e-2, rtol=0)


def test_a_face_no_anchor_fits_well_is_asked_of_its_best_one_and_nothing_of_an_empty_view() -> None:
    long_face = points_at(160, 160, 30)
    long_face[:, 1] = 160 + (long_face[:, 1] - 160) * 2.2
    shown = views(long_face)
    assert int(targets(shown.landmarks, shown.counts, PLACES).faces.sum()) >= 1
    empty = views()
    assert not targets(empty.landmarks, empty.counts, PLACES).faces.any()


def test_a_face_that_does_not_count_is_neither_asked_for_nor_denied() -> None:
    shown = views(points_at(100, 100, 30), counts=(False,))
    wanted = targets(shown.landmarks, shown.counts, PLACES)
    assert not wanted.faces.any()
    near = (PLACES[:, :2] - torch.tensor([100.0, 100.0])).abs().amax(1) < 8
    about = near & (PLACES[:, 2] == 64)
    assert wanted.doubtful[0][about].all()
    said = torch.zeros(1, len(PLACES), 2)
    said[0, :, 0] = 9.0
    blank = torch.zeros(1, len(PLACES), 4), said, torch.zeros(1, len(PLACES), 10)
    _, calm, _ = detector_loss(blank, wanted)
    said[0, wanted.doubtful[0], 1] = 20.0
    _, answered, _ = detector_loss(blank, wanted)
    assert answered == pytest.approx(float(calm), abs=1e-3)


def test_only_the_hardest_anchors_without_a_face_count() -> None:
    said = torch.zeros(1, 200, 2)
    said[0, :, 0] = 9.0  # surely none
    said[0, :30, 0] = -9.0  # taken for faces
    none = torch.zeros(1, 200, dtype=torch.bool)
    zeros = torch.zeros(1, 200, 4), torch.zeros(1, 200, 10)
    answers = zeros[0], said, zeros[1]
    _, all_wrong, _ = detector_loss(answers, Targets(none, none, *zeros))
    assert all_wrong == pytest.approx(20 * 9, rel=1e-3)  # the 20 that an empty scene has
    faces = none.clone()
    faces[0, :30] = True
    _, all_right, _ = detector_loss(answers, Targets(faces, none, *zeros))
    assert all_right * 30 < 1


def test_boxes_are_those_of_the_product() -> None:
    points = points_at(50, 60, 25)
    x, y, width, height = Face(points.double().numpy(), 0.0).box
    assert face_boxes(points).tolist() == pytest.approx([x, y, x + width, y + height], abs=1e-3)


def test_crops_are_cut_as_the_product_cuts_them() -> None:
    picture = octets(cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (320, 320), np.uint8), (0, 0), 3))
    frames = np.array([(100.0, 120.0, 60.0, 20.0), (160.0, 170.0, 290.0, -30.0), (30.0, 300.0, 150.0, 0.0)])
    pyramid = regions.GreyPyramid(Photo(frozen(np.repeat(picture[..., None], 3, axis=2)), SourceFormat("PNG")))
    theirs = pyramid.cut(frames, CROP_SIDE)
    ours = landmark_crops.cut(
        torch.from_numpy(picture)[None].float(), torch.zeros(3, dtype=torch.long), torch.from_numpy(frames).float()
    )
    assert np.abs(ours.numpy() - theirs).mean() < 0.6  # of 255


def test_points_of_crops_lie_where_the_view_has_them() -> None:
    faces = points_at(90, 90, 30), points_at(230, 220, 40)
    shown = views(*faces)
    for face in faces:
        for x, y in face.tolist():
            shown.pictures[0, :, round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2] = 1.0
    far = points_at(300, 20, 20).expand(1, 3, 5, 2)
    crops = landmark_crops.landmark_crops(shown, far, torch.ones(1, 3), 9, Generator().manual_seed(0))
    faces_seen = int(crops.faces.sum())
    assert faces_seen >= 2
    assert faces_seen < len(crops.faces)
    for picture, points in zip(crops.pictures[crops.faces > 0], crops.points[crops.faces > 0], strict=True):
        for x, y in (points.view(5, 2) * CROP_SIDE).tolist():
            if 2 < x < CROP_SIDE - 3 and 2 < y < CROP_SIDE - 3:
                assert picture[round(y), round(x)] > 190
    for picture in crops.pictures[crops.faces == 0]:
        assert (picture > 190).sum() < 5 * 40  # at most a face far off


def test_a_proposal_on_a_face_is_a_face_and_one_half_beside_it_nothing() -> None:
    source = Generator().manual_seed(1)
    shown = views(points_at(160, 160, 30))
    on, beside = points_at(161, 160, 30), points_at(185, 160, 30)
    only_proposals = landmark_crops.landmark_crops(shown, on.expand(1, 30, 5, 2), torch.ones(1, 30), 90, source)
    assert only_proposals.faces.sum() > 20
    half = landmark_crops.landmark_crops(shown, beside.expand(1, 30, 5, 2), torch.ones(1, 30), 90, source)
    assert len(half.faces) < len(only_proposals.faces)


def test_points_count_only_where_there_is_a_face() -> None:
    answers, points = torch.zeros(2, 11), torch.ones(2, 10)
    none = landmark_loss(answers, points, torch.zeros(2))
    assert landmark_loss(answers, torch.zeros(2, 10), torch.zeros(2)) == none
    assert landmark_loss(answers, points, torch.ones(2)) > none


def test_the_rate_rises_and_falls() -> None:
    shares = [share_of_rate(step, 2000) for step in (0, 199, 1000, 1999)]
    assert shares[0] < 0.01 < shares[2] < shares[1]
    assert shares[3] == pytest.approx(0.01, abs=1e-3)


@pytest.fixture
def data(tmp_path: Path) -> Settings:
    """Drawn faces, a background, a thing."""
    table = faces_table(tmp_path)
    return Settings(((table, "train"),), props_folder(tmp_path), tmp_path / "out", steps=1, batch=2, turns=1)


def test_a_tiny_training_writes_weights_that_the_product_reads_and_resumes(
    data: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    train(data)
    assert "step 1:" in capsys.readouterr().out
    assert (data.out / DETECTOR_FILE).stat().st_size < 1_000_000
    find_faces(registry.load(data.out / DETECTOR_FILE, Task.FACE_DETECTOR), np.zeros((40, 60, 3), np.uint8), above=0.5)
    find_landmarks(registry.load(data.out / LANDMARKS_FILE, Task.LANDMARKS), np.zeros((1, 96, 96), np.uint8))
    (data.out / DETECTOR_FILE).unlink()
    train(data)  # done already: nothing more is learnt, but the weights are there again
    assert (data.out / DETECTOR_FILE).is_file()
    assert "step" not in capsys.readouterr().out
    (data.out / "training.checkpoint").write_bytes(b"no checkpoint")
    with pytest.raises(WeightsError, match="checkpoint"):
        train(data)


def test_a_training_begins_from_weights_and_refuses_those_of_another_layout(data: Settings, tmp_path: Path) -> None:
    begun = Settings(**{**vars(data), "out": tmp_path / "begun", "start": data.out, "steps": 0})
    train(Settings(**{**vars(data), "steps": 0}))
    train(begun)
    (state, told), (start, told_before) = (read_tensors(out / DETECTOR_FILE) for out in (begun.out, data.out))
    assert told == told_before  # safetensors writes these in any order: bytes of the files may differ
    assert state.keys() == start.keys()
    assert all(torch.equal(state[name], start[name]) for name in start)
    (data.out / DETECTOR_FILE).write_bytes((data.out / LANDMARKS_FILE).read_bytes())
    with pytest.raises(WeightsError, match="checkpoint"):
        train(begun)
