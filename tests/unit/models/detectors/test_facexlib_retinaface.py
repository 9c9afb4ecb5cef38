"""facexlib's detectors: the answers of its own class on the same random weights, from its own file layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gpen_desktop.errors import WeightsError
from gpen_desktop.models import registry
from gpen_desktop.models.detectors.facexlib_retinaface import OVERLAP, detect_faces
from gpen_desktop.models.detectors.retinaface import anchors
from gpen_desktop.models.spec import Task
from tests.unit.models import published_weights

PICTURES = np.random.default_rng(3).integers(0, 256, (2, 203, 331, 3), np.uint8)


@pytest.fixture(scope="module", params=["resnet50", "mobile0.25"])
def nets(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, nn.Module]:
    """facexlib's class, which declares no types, with random values, and our network of its file."""
    torch.manual_seed(0)
    theirs = published_weights.retinaface(request.param)
    file = tmp_path_factory.mktemp("weights") / "any name.pth"
    # as published: the state alone, with the prefix that training on several cards leaves
    torch.save({f"module.{name}": value for name, value in theirs.state_dict().items()}, file)
    return theirs, registry.load(file, Task.FACE_DETECTOR)


def _their_scores(theirs: Any, picture: np.ndarray) -> torch.Tensor:
    with torch.inference_mode():
        x = torch.from_numpy(picture[..., ::-1].transpose(2, 0, 1).copy())[None].float() - theirs.mean_tensor
        scores: torch.Tensor = theirs(x)[1][0, :, 1]
        return scores


def test_the_boxes_and_points_of_facexlib(nets: tuple[Any, nn.Module]) -> None:
    theirs, ours = nets
    picture = PICTURES[0]
    above = float(_their_scores(theirs, picture).quantile(0.95))
    with torch.inference_mode():
        wanted = theirs.detect_faces(np.ascontiguousarray(picture[..., ::-1]), above, OVERLAP)
    (found,) = detect_faces(ours, picture[None], above=above)
    assert len(wanted) > 10
    assert found.boxes.shape == (len(wanted), 4)
    for got, expected in (
        (found.boxes, wanted[:, :4]),
        (found.scores, wanted[:, 4]),
        (found.points.reshape(-1, 10), wanted[:, 5:]),
    ):
        assert np.abs(got - expected).max() <= 1e-4 * np.abs(expected).max()


def test_several_pictures_at_once_give_what_each_gives(nets: tuple[Any, nn.Module]) -> None:
    theirs, ours = nets
    above = float(_their_scores(theirs, PICTURES[0]).quantile(0.95))
    for together, alone in zip(
        detect_faces(ours, PICTURES, above=above),
        [detect_faces(ours, picture[None], above=above)[0] for picture in PICTURES],
        strict=True,
    ):
        np.testing.assert_allclose(together.boxes, alone.boxes, atol=1e-2)
        np.testing.assert_allclose(together.points, alone.points, atol=1e-2)


def test_nothing_likely_is_no_face(nets: tuple[Any, nn.Module]) -> None:
    (found,) = detect_faces(nets[1], PICTURES[:1, :40, :50], above=1.0)
    assert found.boxes.shape == (0, 4)
    assert found.points.shape == (0, 5, 2)
    assert found.scores.shape == (0,)


def test_anchors_are_worked_out_once_for_each_size() -> None:
    assert anchors(77, 91) is anchors(77, 91)


def test_in_half_precision_about_the_same_is_found(nets: tuple[Any, nn.Module], tmp_path: Path) -> None:
    theirs, ours = nets
    above = float(_their_scores(theirs, PICTURES[0]).quantile(0.95))
    torch.save(theirs.state_dict(), tmp_path / "any.pth")
    model = registry.read(tmp_path / "any.pth")
    assert model.spec.precisions == ("fp32", "fp16")
    half = model.build(torch.device("cpu"), torch.float16)  # a processor does it slowly, a graphics card by itself
    (found,), (exact,) = (detect_faces(net, PICTURES[:1], above=above) for net in (half, ours))
    surest = exact.boxes[0]
    gaps = np.abs(found.boxes - surest).max(axis=1)
    assert gaps.min() < 0.5
    assert found.boxes.dtype == np.float32


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    state = published_weights.retinaface("resnet50").state_dict()
    del state["ssh1.conv3X3.0.weight"]
    torch.save(state, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match=r"other\.pth.*face detector"):
        registry.load(tmp_path / "other.pth", Task.FACE_DETECTOR)
