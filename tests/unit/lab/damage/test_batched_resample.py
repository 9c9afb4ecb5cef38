import cv2
import numpy as np
import pytest
import torch

from gpen_desktop.lab.damage.batched_resample import AREA, CUBIC, LANCZOS, LINEAR, Place, resample

FILTERS = {AREA: cv2.INTER_AREA, CUBIC: cv2.INTER_CUBIC, LINEAR: cv2.INTER_LINEAR, LANCZOS: cv2.INTER_LANCZOS4}
WHOLE = Place(torch.tensor([0]), torch.tensor([64]))


def picture() -> np.ndarray:
    rng = np.random.default_rng(0)
    return cv2.GaussianBlur(rng.random((64, 64, 3), dtype=np.float32), (0, 0), 1.5)


def as_batch(shown: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(shown.transpose(2, 0, 1).copy())[None]


def as_picture(batch: torch.Tensor) -> np.ndarray:
    return batch[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("form", [AREA, CUBIC, LINEAR])
@pytest.mark.parametrize("side", [16, 23, 50])
def test_shrinking_is_opencvs(form: int, side: int) -> None:
    shown = picture()
    small = Place(torch.tensor([5]), torch.tensor([side]))
    made = as_picture(resample(as_batch(shown), WHOLE, small, torch.tensor([form]), 64))
    inside = np.s_[2 : side - 2, 2 : side - 2]  # edges are weighed anew here, repeated there
    expected = cv2.resize(shown, (side, side), interpolation=FILTERS[form])
    np.testing.assert_allclose(made[5 : 5 + side, 5 : 5 + side][inside], expected[inside], atol=2e-5)


@pytest.mark.parametrize("form", [CUBIC, LINEAR, LANCZOS])
def test_enlarging_is_opencvs(form: int) -> None:
    shown = picture()[:20, :20]
    canvas = as_batch(np.pad(shown, ((3, 41), (3, 41), (0, 0)), mode="edge"))
    place = Place(torch.tensor([3]), torch.tensor([20]))
    made = as_picture(resample(canvas, place, WHOLE, torch.tensor([form]), 64))
    expected = cv2.resize(shown, (64, 64), interpolation=FILTERS[form])
    np.testing.assert_allclose(made[14:50, 14:50], expected[14:50, 14:50], atol=2e-5)


def test_the_edge_is_repeated_around_a_small_picture() -> None:
    small = Place(torch.tensor([5]), torch.tensor([20]))
    made = resample(as_batch(picture()), WHOLE, small, torch.tensor([AREA]), 64)
    assert torch.equal(made[..., 0], made[..., 5])
    assert torch.equal(made[..., -1], made[..., 24])


def test_each_picture_has_a_side_of_its_own() -> None:
    both = as_batch(picture()).repeat(2, 1, 1, 1)
    before, after = (Place(torch.tensor([0, 0]), torch.tensor(sides)) for sides in ([64, 64], [16, 40]))
    made = resample(both, before, after, torch.tensor([AREA, CUBIC]), 64)
    for i, (side, form) in enumerate(((16, AREA), (40, CUBIC))):
        alone = resample(both[:1], WHOLE, Place(torch.tensor([0]), torch.tensor([side])), torch.tensor([form]), 64)
        torch.testing.assert_close(made[i : i + 1], alone)
