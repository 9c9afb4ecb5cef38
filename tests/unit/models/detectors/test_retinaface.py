"""The built-in detector loads only what it is, finds faces of its sizes, and folding changes nothing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from facexlib.detection.retinaface import RetinaFace as RetinaFaceOfFacexlib
from facexlib.detection.retinaface_utils import PriorBox
from safetensors.torch import load_file, save_file
from torch import nn

from gpen_desktop import paths
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.errors import WeightsError
from gpen_desktop.models import registry
from gpen_desktop.models.detectors.folding import fold_batch_norms
from gpen_desktop.models.detectors.retinaface import RetinaFace, anchors, find_faces, network_input
from gpen_desktop.models.spec import Task

WEIGHTS = paths.weights() / "retinaface_mobile025.safetensors"
# Eyes, nose tip and mouth corners as a person pointed at them in the sample picture.
HOPPER = np.array([[148, 128], [203, 125], [178, 159], [155, 182], [203, 180]], np.float64)


@pytest.fixture(scope="module")
def net() -> nn.Module:
    return registry.load(WEIGHTS, Task.FACE_DETECTOR)


@pytest.fixture(scope="module")
def hopper() -> np.ndarray:
    return np.asarray(load_photo(paths.samples() / "hopper_grey_scratched.jpg").pixels, np.uint8)


@pytest.mark.parametrize("factor", [0.2, 0.3, 0.6, 1.0, 2.0])
def test_finds_the_face_at_any_of_its_sizes(net: nn.Module, hopper: np.ndarray, factor: float) -> None:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    picture = np.asarray(cv2.resize(hopper, None, fx=factor, fy=factor, interpolation=way), np.uint8)
    points, scores = find_faces(net, picture, above=0.5)
    assert points.shape == (len(scores), 5, 2)
    assert 0.7 < scores.max() <= 1
    off = np.linalg.norm(points[scores.argmax()] - HOPPER * factor, axis=1).mean()
    # a tenth of the eye distance, as far as pixels allow: the smallest face's eyes are 11 of them apart
    assert off < max(0.1 * 55 * factor, 2.5)


def test_it_is_the_network_of_facexlib(hopper: np.ndarray) -> None:
    theirs = RetinaFaceOfFacexlib("mobile0.25", phase="train", device="cpu")
    ours = RetinaFace()
    for net in (theirs, ours):
        net.load_state_dict(load_file(WEIGHTS))
        net.eval()
    picture = hopper[:123, :211]
    as_fed, _ = theirs.transform(np.ascontiguousarray(picture[..., ::-1]), use_origin_size=True)
    x = network_input(torch.tensor(picture)[None])
    assert torch.equal(x, as_fed - theirs.mean_tensor)
    with torch.inference_mode():
        for our, their in zip(ours(x), theirs(x), strict=True):
            torch.testing.assert_close(our, their, rtol=1e-5, atol=1e-5)
    shares = PriorBox(theirs.cfg, (123, 211)).forward()
    torch.testing.assert_close(anchors(123, 211), shares * torch.tensor([211.0, 123, 211, 123]), rtol=0, atol=1e-4)


def test_it_answers_as_facexlibs_class_does(net: nn.Module, hopper: np.ndarray) -> None:
    theirs = RetinaFaceOfFacexlib("mobile0.25", phase="test", device="cpu")
    theirs.load_state_dict(load_file(WEIGHTS))
    with torch.inference_mode():
        wanted = theirs.detect_faces(np.ascontiguousarray(hopper[..., ::-1]), conf_threshold=0.5)
    points, scores = find_faces(net, hopper, above=0.5)
    np.testing.assert_allclose(scores.max(), wanted[0, 4], atol=1e-3)
    np.testing.assert_allclose(points[scores.argmax()].reshape(10), wanted[0, 5:], atol=0.05)


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 300, 3), (65, 43, 3)])
def test_pictures_of_any_shape_are_taken(net: nn.Module, shape: tuple[int, int, int]) -> None:
    points, scores = find_faces(net, np.full(shape, 90, np.uint8), above=0.5)
    assert points.shape == (0, 5, 2)
    assert scores.shape == (0,)


@pytest.mark.parametrize("above", [0.0, 0.05, 0.9])
def test_all_that_the_whole_network_is_surer_of_is_given(net: nn.Module, hopper: np.ndarray, above: float) -> None:
    with torch.inference_mode():
        _, logits, _ = net(network_input(torch.tensor(hopper)[None]))
        scores = logits[0].softmax(dim=1)[:, 1].double().numpy()
    points, found = find_faces(net, hopper, above=above)
    assert np.array_equal(found, scores[scores > above])
    assert points.shape == (len(found), 5, 2)


def test_missing_and_damaged_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nowhere\.safetensors"):
        registry.load(tmp_path / "nowhere.safetensors", Task.FACE_DETECTOR)
    damaged = tmp_path / "half.safetensors"
    damaged.write_bytes(WEIGHTS.read_bytes()[:100_000])
    with pytest.raises(WeightsError, match="half"):
        registry.load(damaged, Task.FACE_DETECTOR)


def test_weights_of_another_layout_are_refused(tmp_path: Path) -> None:
    state = load_file(WEIGHTS)
    del state["ssh1.conv3X3.0.weight"]
    save_file(state, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match=r"other\.safetensors.*face detector"):
        registry.load(tmp_path / "other.safetensors", Task.FACE_DETECTOR)


def test_folding_keeps_the_function() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU()),
        nn.Sequential(nn.Conv2d(8, 8, 3, groups=8), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1), nn.BatchNorm2d(4)),
    )
    x = torch.randn(2, 3, 16, 16)
    for _ in range(3):
        net(x + 1)  # the norms learn something
    net.eval()
    with torch.inference_mode():
        before = net(x)
        fold_batch_norms(net)
        assert not any(isinstance(layer, nn.BatchNorm2d) for layer in net.modules())
        torch.testing.assert_close(net(x), before)


def test_a_batch_norm_without_a_convolution_is_refused() -> None:
    with pytest.raises(TypeError, match="follows no convolution"):
        fold_batch_norms(nn.Sequential(nn.BatchNorm2d(3)).eval())
