"""How strongly a photo needs each stage."""

from __future__ import annotations

import numpy as np
import pytest

from gpen_desktop.core.stages.automatic import needed_tone
from gpen_desktop.core.types import Photo, SourceFormat
from tests.unit.core.stages.test_tone import faded, scene, stored, toned


def photo_of(picture: np.ndarray, dtype: type = np.uint8) -> Photo:
    return Photo(stored(picture, dtype), SourceFormat("PNG"))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_faded_photo_needs_its_tones_a_good_one_does_not(dtype: type) -> None:
    assert needed_tone(photo_of(scene(), dtype)) == 0
    assert needed_tone(photo_of(faded(scene()), dtype)) == 80


def test_grain_is_not_raised_beyond_what_can_be_looked_at() -> None:
    large = scene(600, 800)
    grain = np.random.default_rng(2).normal(0, 9 / 255, (600, 800, 1)).astype(np.float32)
    clean, grainy = 0.3 + 0.4 * toned(large), 0.3 + 0.4 * toned(large) + grain
    assert 20 < needed_tone(photo_of(grainy)) < needed_tone(photo_of(clean)) == 80
