"""The landmark network loads strictly and gives the same answer in any batch."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import nn

from gpen_desktop import paths
from gpen_desktop.errors import WeightsError
from gpen_desktop.models import catalog, registry, store
from gpen_desktop.models.detectors.landmarks import CROP_SIDE, LandmarkNet, find_landmarks
from gpen_desktop.models.detectors.retinaface import find_faces
from gpen_desktop.models.spec import Task

WEIGHTS = paths.weights() / "landmarks5.safetensors"


@pytest.fixture(scope="module")
def net() -> nn.Module:
    return registry.load(WEIGHTS, Task.LANDMARKS)


@pytest.fixture(scope="module")
def crop() -> NDArray[np.uint8]:
    """A face's crop from a sample photo, cut by hand."""
    data = np.frombuffer((paths.samples() / "hopper_grey_scratched.jpg").read_bytes(), np.uint8)
    grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return np.asarray(cv2.resize(grey[84:228, 106:250], (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def test_answers_as_the_network_that_was_trained(net: nn.Module) -> None:
    trained = LandmarkNet()
    trained.load_state_dict(load_file(WEIGHTS))
    x = torch.randn(8, 1, CROP_SIDE, CROP_SIDE, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(net(x), trained.eval()(x), rtol=1e-4, atol=1e-4)


def test_finds_the_points_of_a_face(net: nn.Module, crop: NDArray[np.uint8]) -> None:
    points, logits = find_landmarks(net, crop[None])
    by_hand = (np.array([[148, 128], [203, 125], [178, 159], [155, 182], [203, 180]]) - (106, 84)) * (CROP_SIDE / 144)
    assert logits[0] > 3
    assert np.linalg.norm(points[0] - by_hand, axis=1).mean() < 0.1 * np.linalg.norm(by_hand[1] - by_hand[0])


def test_a_crop_without_a_face_is_no_face(net: nn.Module) -> None:
    ramp = np.tile(np.linspace(0, 255, CROP_SIDE).astype(np.uint8), (CROP_SIDE, 1))
    _, logits = find_landmarks(net, np.stack([np.full_like(ramp, 77), ramp, ramp.T]))
    assert (logits < 0).all()


def test_does_not_mind_exposure_and_contrast(net: nn.Module, crop: NDArray[np.uint8]) -> None:
    faded = (crop * 0.5 + 90).astype(np.uint8)
    points, _ = find_landmarks(net, np.stack([crop, faded]))
    assert np.abs(points[0] - points[1]).max() < 2


def test_answers_do_not_depend_on_the_batch(net: nn.Module, crop: NDArray[np.uint8]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (250, CROP_SIDE, CROP_SIDE), np.uint8)
    many = np.concatenate([noise, crop[None]])
    alone_points, alone_logits = find_landmarks(net, crop[None])
    points, logits = find_landmarks(net, many)
    assert points.shape == (251, 5, 2)
    np.testing.assert_allclose(points[-1], alone_points[0], atol=1e-2)
    np.testing.assert_allclose(logits[-1], alone_logits[0], atol=1e-2)


def test_no_crops_give_no_points(net: nn.Module) -> None:
    points, logits = find_landmarks(net, np.zeros((0, CROP_SIDE, CROP_SIDE), np.uint8))
    assert points.shape == (0, 5, 2)
    assert logits.shape == (0,)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nowhere\.safetensors"):
        registry.load(tmp_path / "nowhere.safetensors", Task.LANDMARKS)


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "landmarks5.safetensors"
    damaged.write_bytes(WEIGHTS.read_bytes()[:100_000])
    with pytest.raises(WeightsError, match="landmarks5"):
        registry.load(damaged, Task.LANDMARKS)


@pytest.mark.parametrize("change", ["one key less", "one key more", "another shape"])
def test_weights_of_another_layout_are_refused(tmp_path: Path, change: str) -> None:
    state = load_file(WEIGHTS)
    if change == "one key less":
        del state["head.4.bias"]
    elif change == "one key more":
        state["head.5.bias"] = torch.zeros(3)
    else:
        state["head.4.bias"] = torch.zeros(7)
    other = tmp_path / "other.safetensors"
    save_file(state, other)
    with pytest.raises(WeightsError, match=r"other\.safetensors.*landmark network"):
        registry.load(other, Task.LANDMARKS)


def test_one_thread_finds_what_many_find() -> None:
    """Photos of an album are worked on with a core each, a single one with all."""
    pictures = [np.random.default_rng(seed).integers(0, 256, (90, 96 + 16 * seed, 3), np.uint8) for seed in range(4)]
    crops = np.random.default_rng(9).integers(0, 256, (30, 96, 96), np.uint8)
    reader = registry.load(store.find(catalog.LANDMARKS), Task.LANDMARKS)
    finder = registry.load(store.find(catalog.DETECTOR), Task.FACE_DETECTOR)
    threads = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            seen = [*find_landmarks(reader, crops), *find_landmarks(reader, crops[:1])]
            for picture in pictures:
                seen += find_faces(finder, picture, above=0.0)
            found.append(seen)
    finally:
        torch.set_num_threads(threads)
    for other in found[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(found[0], other, strict=True))
