"""Samples for the landmark network, and a tiny training of it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from gpen_desktop.errors import UnreadablePhotoError, WeightsError
from gpen_desktop.lab.training import landmark_samples as samples
from gpen_desktop.lab.training.train_landmarks import Settings, landmark_loss, train
from gpen_desktop.models.detectors.landmarks import CROP_SIDE, find_landmarks, load_landmarks, normalised
from tests.unit.lab.pictures import LANDMARKS, drawn_face, faces_table


@pytest.fixture
def data(tmp_path: Path) -> Settings:
    """A table of drawn faces, and one photo with one of them in it."""
    table = faces_table(tmp_path)
    photo = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    photo[60:188, 200:328] = drawn_face(128)
    cv2.imwrite(str(tmp_path / "photo.png"), photo)
    labels = {"photos": {"photo.png": {"faces": [{"box_xywh": [200, 60, 128, 128]}]}}}
    (tmp_path / "faces.json").write_text(json.dumps(labels), encoding="utf-8")
    return Settings(table, tmp_path / "faces.json", tmp_path / "net.safetensors", steps=2, batch=4)


def test_points_stay_on_what_they_mark() -> None:
    picture = np.zeros((320, 320), np.uint8)
    points = LANDMARKS * 320 / 512
    for number, (x, y) in enumerate(points):
        cv2.circle(picture, (round(x), round(y)), 6, 100 + 30 * number, -1)
    rng = np.random.default_rng(4)
    face = samples.LabelledFace(picture, points)
    whole = [sample for _ in range(40) if (sample := samples.face_sample(face, rng)).face]
    assert len(whole) > 25
    mirrored = 0
    for sample in whole:
        for number, (x, y) in enumerate(sample.points * CROP_SIDE):
            if 3 < x < CROP_SIDE - 4 and 3 < y < CROP_SIDE - 4:
                seen = sample.crop[round(y), round(x)]
                twin = (1, 0, 2, 4, 3)[number]
                mirrored += seen == pytest.approx(100 + 30 * twin, abs=12) and twin != number
                assert min(abs(seen - 100 - 30 * number), abs(seen - 100 - 30 * twin)) < 12
    assert mirrored > 10  # left stays left in a mirrored face, so another dot lies there


def test_boxes_beside_a_face_and_on_backgrounds_hold_none(data: Settings) -> None:
    rng = np.random.default_rng(2)
    (photo,) = samples.backgrounds(data.photos)
    bare = samples.Background(np.where(np.ones_like(photo.picture), photo.picture, 0), photo.boxes)
    x, y, w, h = photo.boxes[0].astype(int)
    bare.picture[:] = 10
    bare.picture[y : y + h, x : x + w] = 250
    for _ in range(50):
        sample = samples.background_sample([bare], rng)
        assert sample.face == 0
        assert sample.crop.max() < 20


def test_missing_faces_are_named(data: Settings) -> None:
    with pytest.raises(UnreadablePhotoError, match="'test'"):
        samples.labelled_faces(data.faces, "test")


def test_points_count_only_where_there_is_a_face() -> None:
    answers, points = torch.zeros(2, 11), torch.ones(2, 10)
    none = landmark_loss(answers, points, torch.zeros(2))
    assert landmark_loss(answers, torch.zeros(2, 10), torch.zeros(2)) == none
    assert landmark_loss(answers, points, torch.ones(2)) > none


def test_a_tiny_training_writes_weights_that_the_product_reads_and_resumes(
    data: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    net = train(data)
    assert "landmarks" in capsys.readouterr().out
    crops = np.random.default_rng(0).integers(0, 255, (2, 96, 96), np.uint8)
    points, _ = find_landmarks(load_landmarks(data.out), crops)
    with torch.no_grad():
        alone = net(normalised(torch.from_numpy(crops)))[:, :10].reshape(2, 5, 2) * CROP_SIDE
    np.testing.assert_allclose(points, alone.numpy(), atol=0.05)

    train(Settings(**{**vars(data), "steps": 3}))
    assert "step 3" in capsys.readouterr().out
    for damaged in (b"nothing", b""):
        data.out.with_suffix(".checkpoint").write_bytes(damaged)
        with pytest.raises(WeightsError, match="not a checkpoint"):
            train(data)
