"""A published detector over photos: chosen when it is installed, found faces lie in the photo's own pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from gpen_desktop import paths
from gpen_desktop.core.engine import local_models
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.faces.published_detection import PublishedDetector
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.types import Photo, frozen
from gpen_desktop.errors import Cancelled, OptionError, WeightsError
from gpen_desktop.models import catalog, store
from gpen_desktop.models.fingerprints import sha256_of

HOPPER = np.array([[148, 128], [203, 125], [178, 159], [155, 182], [203, 180]], np.float64)


def install(name: str, state: dict[str, torch.Tensor], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights that the catalogue vouches for."""
    info = catalog.by_name(name)
    assert info is not None
    paths.user_weights().mkdir(parents=True, exist_ok=True)
    file = paths.user_weights() / info.file
    torch.save(state, file)
    pinned = replace(info, bytes=file.stat().st_size, sha256=sha256_of(file))
    models = tuple(pinned if other.name == name else other for other in catalog.MODELS)
    monkeypatch.setattr(catalog, "MODELS", models)
    monkeypatch.setattr(store, "MODELS", models)
    return file


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The built-in detector's weights in the published MobileNet's place: they find faces."""
    return install("retinaface-mobilenet", load_file(paths.weights() / "retinaface_mobile025.safetensors"), monkeypatch)


@pytest.fixture
def hopper() -> Photo:
    return load_photo(paths.samples() / "hopper_grey_scratched.jpg")


def enlarged(photo: Photo, factor: float) -> Photo:
    pixels = cv2.resize(photo.pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return replace(photo, pixels=frozen(np.asarray(pixels, np.uint8)), path=None)


@pytest.mark.parametrize("factor", [0.5, 1.0, 4.0, 7.0])
def test_points_lie_where_a_person_points_at_any_size(installed: Path, hopper: Photo, factor: float) -> None:
    (face,) = PublishedDetector("retinaface-mobilenet", device="cpu").detect(enlarged(hopper, factor))
    assert np.linalg.norm(face.landmarks - HOPPER * factor, axis=1).mean() < 0.2 * 55 * factor
    assert 0.9 < face.score <= 1
    assert not face.landmarks.flags.writeable


def test_small_faces_are_left_out_and_a_size_is_asked_for(installed: Path, hopper: Photo) -> None:
    detector = PublishedDetector("retinaface-mobilenet", device="cpu")
    assert detector.detect(hopper, min_face=1000) == ()
    with pytest.raises(OptionError):
        detector.detect(hopper, min_face=0)


def test_a_box_drawn_by_hand_always_holds_a_face(installed: Path, hopper: Photo) -> None:
    face = PublishedDetector("retinaface-mobilenet", device="cpu").refine(hopper, (110, 60, 130, 160))
    assert np.linalg.norm(face.landmarks - HOPPER, axis=1).mean() < 0.2 * 55
    assert face.is_by_hand


def test_it_can_be_cancelled(installed: Path, hopper: Photo) -> None:
    class Stop:
        def report(self, fraction: float, stage: str) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        PublishedDetector("retinaface-mobilenet", device="cpu").detect(hopper, progress=Stop())


def test_the_best_installed_is_used_unless_another_is_asked_for(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert local_models.load_finder(ComputeOptions()).name == "retinaface-mobilenet"
    assert local_models.load_finder(ComputeOptions(detector=catalog.DETECTOR)).name == catalog.DETECTOR
    with pytest.raises(WeightsError, match="not on this computer"):
        local_models.load_finder(ComputeOptions(detector="retinaface-resnet50"))
    installed.write_bytes(installed.read_bytes()[:-1])  # half of it is never used
    assert local_models.load_finder(ComputeOptions()).name == catalog.DETECTOR


def test_a_precision_that_it_does_not_compute_in_is_no_fault(installed: Path, hopper: Photo) -> None:
    assert len(PublishedDetector("retinaface-mobilenet", device="cpu", precision="bf16").detect(hopper)) == 1
