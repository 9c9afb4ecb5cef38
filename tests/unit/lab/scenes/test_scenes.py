"""Composed scenes: what is read for them, where faces lie in them, how portraits turn, how views are taken."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Generator

from gpen_desktop.core.faces import regions
from gpen_desktop.core.types import Face
from gpen_desktop.errors import UnreadablePhotoError
from gpen_desktop.lab.scenes import ageing, placing, reading, turning, views
from gpen_desktop.lab.scenes.beside import CANVAS_SIDE
from tests.narrowing import the
from tests.unit.lab.pictures import LANDMARKS, faces_table, props_folder

DOTS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255))
POINTS = (LANDMARKS + 0.5) / 2 - 0.5
"""Of a portrait."""


@pytest.fixture
def props(tmp_path: Path) -> reading.Stage:
    return reading.stage(props_folder(tmp_path))


def dotted(background: int = 90) -> reading.Portrait:
    """A portrait whose landmarks are dots of five colours."""
    picture = np.full((256, 256, 3), background, np.uint8)
    for (x, y), colour in zip(POINTS, DOTS, strict=True):
        cv2.circle(picture, (round(x), round(y)), 9, colour, -1)
    return reading.Portrait(picture, POINTS)


def hits(picture: NDArray[np.uint8], landmarks: NDArray[np.float64]) -> tuple[int, int]:
    """How many of a dotted face's points lie on their own dot or its mirror twin, and how many do not."""
    seen = [picture[round(y), round(x)].astype(int) for x, y in landmarks]
    if max(np.ptp(colour) for colour in seen) < 40:  # a grey scene tells no dots apart
        return 0, 0
    guesses = [int(np.argmin([np.abs(colour - dot).sum() for dot in np.array(DOTS)])) for colour in seen]
    right = sum(guess in (number, (1, 0, 2, 4, 3)[number]) for number, guess in enumerate(guesses))
    return right, 5 - right


def test_portraits_keep_pixel_centres_whatever_the_size_of_their_files(tmp_path: Path) -> None:
    table = faces_table(tmp_path)
    first = tmp_path / "train" / "0.png"
    cv2.imwrite(str(first), cv2.resize(the(cv2.imread(str(first))), (320, 320)))
    for portrait in reading.portraits(table, "train"):
        assert portrait.picture.shape == (256, 256, 3)
        np.testing.assert_allclose(portrait.landmarks, POINTS)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    table, folder = faces_table(tmp_path), props_folder(tmp_path)
    with pytest.raises(UnreadablePhotoError, match="'test'"):
        reading.portraits(table, "test")
    for text in ("file,points\na.png,[]\n", "file,landmarks\na.png,[1\n", "file,landmarks\na.png\n"):
        (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
        with pytest.raises(UnreadablePhotoError, match="not a table of faces"):
            reading.portraits(tmp_path / "bad.csv", "train")
    cv2.imwrite(str(folder / "deep.png"), np.zeros((40, 40, 3), np.uint16))
    with pytest.raises(UnreadablePhotoError, match="8 bits"):
        reading.stage(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadablePhotoError, match="no pictures"):
        reading.stage(tmp_path / "empty")


def test_scenes_come_again_from_the_same_seed_and_show_crowds_single_faces_and_none(props: reading.Stage) -> None:
    cast = placing.Cast([dotted()], [turning.turn(40, 10, side=32)])
    first, again = ([placing.compose(cast, props, np.random.default_rng(s)) for s in range(25)] for _ in range(2))
    for a, b in zip(first, again, strict=True):
        assert (a.picture == b.picture).all()
        assert (a.landmarks == b.landmarks).all()
    counts = [len(scene.landmarks) for scene in first]
    assert min(counts) == 0
    assert 8 < max(counts) <= views.MOST_FACES
    widths = [Face(points, 0.0).box[2] for scene in first for points in scene.landmarks]
    assert min(widths) >= placing.WIDTHS[0] * 0.75  # narrowed faces have narrower eyes
    assert max(widths) > 100


def test_landmarks_lie_where_the_features_are(props: reading.Stage) -> None:
    right = wrong = 0
    for seed in range(50):
        scene = placing.compose(placing.Cast([dotted()], []), props, np.random.default_rng(seed))
        for face in scene.landmarks:
            if Face(face, 0.0).box[2] > 60 and (face > 4).all() and (face < CANVAS_SIDE - 5).all():
                hit, missed = hits(scene.picture, face)
                right, wrong = right + hit, wrong + missed
    assert right > 40
    assert wrong < 0.2 * right  # hats and scratches


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (35, 0), (-35, 0), (20, 25), (0, -20)])
def test_points_stay_on_what_they_mark_as_a_portrait_turns(yaw: float, pitch: float) -> None:
    portrait = dotted()
    picture, points = turning.turn(yaw, pitch).of(portrait.picture, portrait.landmarks)
    right, wrong = hits(picture, np.asarray(points, np.float64))
    assert wrong == 0
    assert right == 5
    np.testing.assert_allclose(turning.yaw_of(np.asarray(points, np.float64)), yaw, atol=12)


def test_a_profile_hides_the_far_side_of_the_face() -> None:
    halves = np.zeros((256, 256, 3), np.uint8)
    halves[:, :128] = (250, 0, 0)
    halves[:, 128:] = (0, 0, 250)
    picture, points = turning.turn(75, 0).of(halves, POINTS)
    assert points[2, 0] > points[:2, 0].max()  # the nose stands out to the right
    face = picture[60:200, 90 : round(float(points[0, 0]))]
    assert (face[..., 0] > 200).mean() > 0.95  # of the face only its left half is seen


def test_profiles_are_pasted_with_their_noses_and_hats_leave_them_in_sight(props: reading.Stage) -> None:
    cast = placing.Cast([dotted()], placing.profile_turns(2, np.random.default_rng(0)))
    noses = []
    for seed in range(40):
        scene = placing.compose(cast, props, np.random.default_rng(seed))
        for face in scene.landmarks:
            inside = (face > 12).all() and (face < CANVAS_SIDE - 12).all()
            if inside and Face(face, 0.0).box[2] > 32 and abs(turning.yaw_of(face)) > 50:
                x, y = face[2].round().astype(int)
                around = scene.picture[y - 4 : y + 5, x - 4 : x + 5].reshape(-1, 3).astype(int)
                noses.append((np.ptp(around, axis=1) > 60).any())  # the dots are the portrait's only colours
    assert len(noses) > 15
    assert np.mean(noses) > 0.95


def test_profiles_look_to_either_side() -> None:
    turns = placing.profile_turns(2, np.random.default_rng(0))
    yaws = [np.degrees(np.arctan2(turn.rotation[0, 2], turn.rotation[0, 0])) for turn in turns]
    assert min(yaws) < -45
    assert max(yaws) > 45


def test_a_turn_by_nothing_changes_nothing_within_the_face() -> None:
    portrait = dotted()
    picture, points = turning.turn(0, 0).of(portrait.picture, portrait.landmarks)
    np.testing.assert_allclose(points, POINTS, atol=0.01)
    inside = np.s_[90:200, 90:166]
    assert np.abs(picture[inside].astype(int) - portrait.picture[inside]).mean() < 2


def scene_of(*faces: NDArray[np.float64]) -> placing.Scene:
    """A dark scene with the dots of these faces."""
    picture = np.full((CANVAS_SIDE, CANVAS_SIDE, 3), 90, np.uint8)
    for face in faces:
        for (x, y), colour in zip(face, DOTS, strict=True):
            cv2.circle(picture, (round(x), round(y)), 8, colour, -1)
    return placing.Scene(picture, np.array(faces).reshape(-1, 5, 2))


def test_points_stay_on_what_they_mark_in_views(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "aged", lambda pictures, _: pictures)  # its casts would hide the dots' colours
    scene = scene_of((POINTS - POINTS.mean(axis=0)) * 1.5 + 192)
    taken = views.seen(*views.stacked([scene] * 30), Generator().manual_seed(0))
    right = mirrored = 0
    for picture, landmarks in zip(taken.pictures, taken.landmarks[:, 0], strict=True):
        pixels = (picture.permute(1, 2, 0).numpy() * 255).astype(np.uint8)
        points = landmarks.double().numpy()
        if (points > 3).all() and (points < views.VIEW_SIDE - 4).all():
            hit, missed = hits(pixels, points)
            assert missed == 0
            right += hit
            x, y = points[0].round().astype(int)
            mirrored += int(pixels[y, x].argmax()) != 0  # the left eye's dot is red
    assert right > 100
    assert 0 < mirrored < 30
    assert taken.landmarks[:, 1:].isnan().all()


def test_faces_too_small_or_cut_by_the_edge_do_not_count() -> None:
    shape = POINTS - POINTS.mean(axis=0)
    tiny, whole, cut = shape * 0.05 + 150, shape * 0.8 + 192, shape * 1.2 + (2.0, 192.0)
    taken = views.seen(*views.stacked([scene_of(tiny, whole, cut)] * 20), Generator().manual_seed(1))
    assert not taken.counts[:, 0].any()
    assert taken.counts[:, 1].all()
    assert taken.counts[:, 2].float().mean() < 0.3
    assert not taken.counts[:, 3:].any()


def test_face_sizes_are_those_of_the_product() -> None:
    points = np.random.default_rng(0).uniform(0, 100, (6, 5, 2))
    np.testing.assert_allclose(views.face_sizes(torch.from_numpy(points)).numpy(), regions.face_sizes(points))


def test_ageing_comes_again_from_the_same_seed_and_does_not_leave_its_range() -> None:
    pictures = torch.rand(6, 3, 64, 64, generator=Generator().manual_seed(0))
    first, again = (ageing.aged(pictures, Generator().manual_seed(2)) for _ in range(2))
    assert torch.equal(first, again)
    assert float(first.min()) >= 0
    assert float(first.max()) <= 1
    assert (first - pictures).abs().mean(dim=(1, 2, 3)).min() > 0.001
    colours = (first[:, 0] - first[:, 2]).abs().mean(dim=(1, 2))
    assert len(torch.unique(colours)) > 2  # each picture by its own numbers


def test_a_pool_gives_views_of_ever_fresh_scenes(tmp_path: Path, props: reading.Stage) -> None:
    scenes = views.Scenes(placing.Cast([dotted()], []), props, seed=0)
    pool = views.Pool(scenes, batch=4, uses=2, workers=0, generator=Generator().manual_seed(0))
    first, second = pool.views(), pool.views()
    assert first.pictures.shape == (4, 3, views.VIEW_SIDE, views.VIEW_SIDE)
    assert not torch.equal(first.pictures, second.pictures)
