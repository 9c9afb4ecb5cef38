"""What is done to clean photos to measure the whole-photo networks, and the measuring."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gpen_desktop.lab.evaluation import photo_damage
from gpen_desktop.lab.evaluation.photo_networks import measure_tone, psnr, screen_peak
from tests.narrowing import octets


@pytest.fixture
def photo() -> photo_damage.Picture:
    rng = np.random.default_rng(0)
    drawn = rng.integers(40, 210, (12, 16, 3), np.uint8)
    return octets(cv2.resize(drawn, (480, 360), interpolation=cv2.INTER_CUBIC))


def test_damage_is_fixed_by_its_seed(photo: photo_damage.Picture) -> None:
    for damage in (photo_damage.grain, photo_damage.faded, photo_damage.poorly_stored):
        assert np.array_equal(damage(photo, 1), damage(photo, 1))
    assert not np.array_equal(photo_damage.grain(photo, 1), photo_damage.grain(photo, 2))


def test_scratches_are_where_their_mask_is(photo: photo_damage.Picture) -> None:
    made = photo_damage.scratches(photo, 0)
    change = np.abs(made.picture.astype(int) - photo).max(2)
    assert change[made.mask].min() > 16
    assert change[~made.mask].max() <= 19
    assert 0.005 < made.mask.mean() < 0.2


def test_the_screen_stands_out_of_the_spectrum(photo: photo_damage.Picture) -> None:
    printed = photo_damage.half_tone(photo, 0)
    assert screen_peak(printed.picture) - screen_peak(printed.clean) > 20
    assert np.array_equal(printed.picture[printed.letters], printed.clean[printed.letters])


def test_psnr_of_equal_pictures_has_an_end(photo: photo_damage.Picture) -> None:
    assert psnr(photo, photo) == 70
    assert psnr(photo, np.clip(photo.astype(int) + 10, 0, 255).astype(np.uint8)) == pytest.approx(28.1, abs=0.1)


def test_a_faded_prints_tones_come_at_least_half_the_way_back(photo: photo_damage.Picture) -> None:
    pytest.importorskip("skimage")
    from_black_to_white = octets(np.clip((photo.astype(int) - 60) * 2, 0, 255).astype(np.uint8))
    told = measure_tone([from_black_to_white])
    for name in ("in colours", "in grey"):
        (before,), (after,) = (told[f"faded print {name}{made}: ΔE2000"] for made in ("", ", tones back"))
        assert after < before / 2
