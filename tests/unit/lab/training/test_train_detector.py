"""Composed scenes, what the detector is asked to say of them, and a tiny training of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from facexlib.detection.retinaface_utils import decode, decode_landm

from gpen_desktop.core.types import Face
from gpen_desktop.errors import UnreadablePhotoError, WeightsError
from gpen_desktop.lab.damage import scenes
from gpen_desktop.lab.training.train_detector import Settings, class_loss, face_boxes, targets, train
from gpen_desktop.models.detectors.retinaface import anchors, find_faces, load_retinaface
from tests.unit.lab.pictures import LANDMARKS, faces_table, needs_basicsr

pytestmark = needs_basicsr

DOTS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255))


@pytest.fixture
def data(tmp_path: Path) -> Settings:
    """A table of drawn faces, a background and a thing."""
    table = faces_table(tmp_path)
    props = tmp_path / "props"
    props.mkdir()
    rng = np.random.default_rng(0)
    cv2.imwrite(str(props / "wall.png"), rng.integers(0, 255, (300, 400, 3), np.uint8))
    cv2.imwrite(str(props / "thing.png"), rng.integers(0, 255, (60, 40, 4), np.uint8))
    return Settings(table, props, tmp_path / "net.safetensors", steps=2, batch=2)


def test_scenes_come_again_from_the_same_seed_and_show_crowds_single_faces_and_none(data: Settings) -> None:
    people, props = scenes.portraits(data.faces, "train"), scenes.stage(data.backgrounds)
    first, again = ([scenes.compose(people, props, np.random.default_rng(s)) for s in range(30)] for _ in range(2))
    for a, b in zip(first, again, strict=True):
        assert (a.picture == b.picture).all()
        assert (a.landmarks == b.landmarks).all()
    counts = [len(scene.landmarks) for scene in first]
    assert min(counts) == 0
    assert max(counts) > 8
    widths = [Face(points, 0.0).box[2] for scene in first for points in scene.landmarks]
    assert min(widths) >= scenes.WIDTHS[0] * 0.75  # narrowed faces have narrower eyes
    assert max(widths) > 100


def test_portraits_keep_pixel_centres(data: Settings) -> None:
    portrait = scenes.portraits(data.faces, "train")[0]
    np.testing.assert_allclose(portrait.landmarks, (LANDMARKS + 0.5) / 2 - 0.5)


def test_landmarks_lie_where_the_features_are(data: Settings) -> None:
    picture = np.full((256, 256, 3), 90, np.uint8)
    points = (LANDMARKS + 0.5) / 2 - 0.5
    for (x, y), colour in zip(points, DOTS, strict=True):
        cv2.circle(picture, (round(x), round(y)), 9, colour, -1)
    people, props = [scenes.Portrait(picture, points)], scenes.stage(data.backgrounds)
    right = wrong = 0
    for seed in range(60):
        scene = scenes.compose(people, props, np.random.default_rng(seed))
        for face in scene.landmarks:
            inside = (face > 4).all() and (face < scenes.SCENE_SIDE - 5).all()
            if Face(face, 0.0).box[2] < 60 or not inside:
                continue
            seen = [scene.picture[round(y), round(x)].astype(int) for x, y in face]
            if max(np.ptp(colour) for colour in seen) < 40:  # a grey scene tells no dots apart
                continue
            for number, colour in enumerate(seen):
                guess = int(np.argmin([np.abs(colour - dot).sum() for dot in np.array(DOTS)]))
                twin = (1, 0, 2, 4, 3)[number]  # left stays left in a mirrored scene
                right += guess in (number, twin)
                wrong += guess not in (number, twin)
    assert right > 40
    assert wrong < 0.2 * right  # hats, scratches and casts


def test_targets_are_what_facexlib_decodes(data: Settings) -> None:
    people, props = scenes.portraits(data.faces, "train"), scenes.stage(data.backgrounds)
    scene = next(
        s for s in (scenes.compose(people, props, np.random.default_rng(i)) for i in range(9)) if len(s.landmarks)
    )
    landmarks = torch.from_numpy(scene.landmarks).float()
    places = anchors(scenes.SCENE_SIDE, scenes.SCENE_SIDE) / scenes.SCENE_SIDE
    boxes, classes, points = targets([landmarks, torch.zeros(0, 5, 2)], places)
    assert (classes[1] == 0).all()
    told = classes[0] > 0
    assert told.any()
    ends = decode(boxes[0], places, (0.1, 0.2))[told] * scenes.SCENE_SIDE
    spots = decode_landm(points[0], places, (0.1, 0.2))[told].view(-1, 5, 2) * scenes.SCENE_SIDE
    for box, five in zip(ends, spots, strict=True):
        which = int((landmarks - five).abs().sum((1, 2)).argmin())
        assert torch.allclose(landmarks[which], five, atol=1e-2)
        assert torch.allclose(face_boxes(landmarks)[which], box, atol=1e-2)
    x, y, width, height = Face(scene.landmarks[0], 0.0).box
    assert face_boxes(landmarks)[0].tolist() == pytest.approx([x, y, x + width, y + height], abs=1e-3)


def test_only_the_hardest_anchors_without_a_face_count() -> None:
    answers = torch.zeros(1, 200, 2)
    answers[0, :, 0] = 9.0  # surely none
    answers[0, :30, 0] = -9.0  # taken for faces
    wanted = torch.zeros(1, 200)
    all_wrong = class_loss(answers, wanted)
    assert all_wrong == pytest.approx(20 * 9, rel=1e-3)  # the 20 that an empty scene has
    wanted[0, :30] = 1
    assert class_loss(answers, wanted) < 1


def test_a_tiny_training_writes_weights_that_the_product_reads_and_resumes(
    data: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    train(data)
    assert "step 2:" in capsys.readouterr().out
    assert data.out.stat().st_size < 1_000_000
    find_faces(load_retinaface(data.out), np.zeros((40, 60, 3), np.uint8), above=0.5)
    data.out.unlink()
    train(data)  # done already: nothing more is learnt, but the weights are there again
    assert data.out.is_file()
    assert "step" not in capsys.readouterr().out
    data.out.with_suffix(".checkpoint").write_bytes(b"no checkpoint")
    with pytest.raises(WeightsError, match="not a checkpoint"):
        train(data)


def test_what_is_missing_is_named(data: Settings, tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhotoError, match="'test'"):
        scenes.portraits(data.faces, "test")
    for text in ("file,points\na.png,[]\n", "file,landmarks\na.png,[1\n", "file,landmarks\na.png\n"):
        (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
        with pytest.raises(UnreadablePhotoError, match="not a table of faces"):
            scenes.portraits(tmp_path / "bad.csv", "train")
    cv2.imwrite(str(data.backgrounds / "deep.png"), np.zeros((40, 40, 3), np.uint16))
    with pytest.raises(UnreadablePhotoError, match="8 bits"):
        scenes.stage(data.backgrounds)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadablePhotoError, match="no pictures"):
        scenes.stage(tmp_path / "empty")
