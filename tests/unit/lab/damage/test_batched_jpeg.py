import cv2
import numpy as np
import pytest
import torch

from gpen_desktop.lab.damage.batched_jpeg import jpeg
from tests.narrowing import the

SAMPLING = {True: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, False: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444}


def picture() -> np.ndarray:
    """(64, 64, 3) uint8 RGB: shapes, ramps and grain."""
    rng = np.random.default_rng(0)
    ys, xs = np.mgrid[0:64, 0:64]
    shown = np.stack([xs * 3, ys * 3, 255 - xs * 2], axis=2).astype(float)
    shown[(xs - 30) ** 2 + (ys - 34) ** 2 < 200] = (220, 60, 40)
    return np.clip(shown + rng.normal(0, 6, shown.shape), 0, 255).astype(np.uint8)


def through_opencv(shown: np.ndarray, quality: int, *, halved: bool) -> np.ndarray:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLING[halved]]
    return the(cv2.imdecode(cv2.imencode(".jpg", shown[..., ::-1], options)[1], cv2.IMREAD_COLOR))[..., ::-1]


def as_batch(shown: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(shown.transpose(2, 0, 1).astype(np.float32) / 255)[None]


@pytest.mark.parametrize("halved", [True, False])
@pytest.mark.parametrize("quality", [20, 50, 75, 95])
def test_it_is_what_opencvs_codec_makes(quality: int, halved: bool) -> None:
    shown = picture()
    made = jpeg(as_batch(shown), torch.tensor([quality]), halved=halved)[0].permute(1, 2, 0).numpy() * 255
    expected = through_opencv(shown, quality, halved=halved).astype(float)
    damage = np.abs(expected - shown).mean()
    assert np.abs(made - expected).mean() < 0.25 * damage  # the codec rounds in integers on its way


def test_each_picture_has_a_quality_of_its_own() -> None:
    both = as_batch(picture()).repeat(2, 1, 1, 1)
    made = jpeg(both, torch.tensor([30, 90]), halved=True)
    alone = [jpeg(both[:1], torch.tensor([quality]), halved=True)[0] for quality in (30, 90)]
    assert torch.equal(made, torch.stack(alone))
    error = (made - both).square().mean((1, 2, 3))
    assert error[0] > error[1]
