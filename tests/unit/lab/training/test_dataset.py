"""Aligned faces as training pairs."""

from __future__ import annotations

from itertools import islice
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import numpy as np
import pytest
import torch

from gpen_desktop.errors import UnreadablePhotoError
from gpen_desktop.lab import face_files
from gpen_desktop.lab.training.faces import dataset
from tests.unit.lab.pictures import drawn_face, face_folder

PLAIN = {"soft": 1.0, "noisy": 1.0}  # needs nothing of basicsr


def test_the_same_seed_gives_the_same_pairs() -> None:
    faces = dataset.SharedFaces([drawn_face(128, n) for n in range(3)])
    first, again = (list(islice(dataset.TrainingPairs(faces, 64, PLAIN, seed=4), 4)) for _ in range(2))
    other = next(iter(dataset.TrainingPairs(faces, 64, PLAIN, seed=5)))
    for (target, damaged), (target2, damaged2) in zip(first, again, strict=True):
        assert target.shape == damaged.shape == (64, 64, 3)
        assert target.dtype == damaged.dtype == torch.uint8
        assert torch.equal(target, target2)
        assert torch.equal(damaged, damaged2)
    assert not torch.equal(first[0][1], other[1])
    assert not torch.equal(first[0][1], first[1][1])


def test_faces_are_sent_to_other_processes_without_a_copy() -> None:
    faces = [drawn_face(256), drawn_face(320, 1)[:, :300]]
    shared = dataset.SharedFaces(faces)
    assert len(shared) == 2
    assert all(np.array_equal(shared[number], face) for number, face in enumerate(faces))
    assert len(ForkingPickler.dumps(dataset.TrainingPairs(shared, 256, PLAIN, seed=0))) < 5_000


def test_an_upright_face_is_as_sharp_as_its_area_average() -> None:
    """Targets that are softer than the pictures models are judged on would teach blur."""
    face = drawn_face(128)
    rng = np.random.default_rng(0)
    target = np.stack([dataset.augmented(face, rng, 64) for _ in range(40)]).astype(np.float32)
    detail = np.abs(np.diff(target, axis=2)).mean((1, 2, 3))
    assert detail.max() / detail.min() < 1.5
    assert target.shape == (40, 64, 64, 3)


def test_validation_is_every_face_in_every_kind() -> None:
    pairs = dataset.ValidationPairs([drawn_face(128, n) for n in range(2)], 64, ["clean", "soft", "noisy"])
    assert len(pairs) == 6
    assert torch.equal(pairs[4][1], pairs[4][1])
    assert not torch.equal(pairs[1][1], pairs[4][1])
    with pytest.raises(IndexError):
        pairs[6]


def test_bytes_become_what_the_network_takes() -> None:
    picture = torch.tensor([0, 51, 255], dtype=torch.uint8).repeat(1, 4, 4, 1)
    x = dataset.network_range(picture)
    assert x.shape == (1, 3, 4, 4)
    assert x.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(x[0, :, 0, 0], torch.tensor([-1.0, -0.6, 1.0]))


def test_folders_without_pictures_and_broken_pictures_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhotoError, match="no pictures"):
        face_files.face_files(tmp_path)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    (tmp_path / "empty.png").write_bytes(b"")
    for path in face_files.face_files(tmp_path):
        with pytest.raises(UnreadablePhotoError) as caught:
            face_files.read_face(path)
        assert caught.value.path == path


def test_faces_are_read_as_rgb(tmp_path: Path) -> None:
    path = face_files.face_files(face_folder(tmp_path, 1))[0]
    np.testing.assert_array_equal(face_files.read_face(path), drawn_face(128, 0))
