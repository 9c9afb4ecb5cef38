"""Restored crops that are known are not restored again, whatever the restorer had to do otherwise in each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpen_desktop.core import fallbacks
from gpen_desktop.core.engine.crop_cache import CachedRestorer, CropCache
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import FloatImage
from gpen_desktop.messages import Message, say
from tests.unit.core.drawn_faces import Sharpener

CROP = np.random.default_rng(0).random((256, 256, 3), dtype=np.float32)
DISPLACED = say("test-displaced", "The weights did not fit.")
FOR_A_WHILE = say("test-for-a-while", "This crop did not fit.")


class Telling(Sharpener):
    """Tells of each run what it did otherwise."""

    def __init__(self, *notes: Message) -> None:
        super().__init__()
        self._notes = notes

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        for note in self._notes:
            fallbacks.tell(note)
        return super().restore(crops, progress)


def restored_twice(inner: Telling, folder: Path) -> list[list[Message]]:
    """What is told of each of two runs over the same crop."""
    cached, told = CachedRestorer(inner, CropCache(folder)), []
    for _ in range(2):
        with fallbacks.heard() as otherwise:
            cached.restore([CROP], SilentProgress())
        told.append(otherwise)
    return told


def test_weights_on_the_cpu_for_good_are_no_reason_to_compute_again_but_are_told_again(tmp_path: Path) -> None:
    inner = Telling(DISPLACED)
    inner.status = replace(inner.status, notes=(DISPLACED,))
    assert restored_twice(inner, tmp_path) == [[DISPLACED], [DISPLACED]]
    assert inner.crops_seen == 1


def test_what_was_otherwise_for_a_while_is_computed_again(tmp_path: Path) -> None:
    inner = Telling(FOR_A_WHILE)
    assert restored_twice(inner, tmp_path) == [[FOR_A_WHILE], [FOR_A_WHILE]]
    assert inner.crops_seen == 2


@pytest.mark.parametrize("left", [None, 0, 50, 1000], ids=["gone", "empty", "cut in its header", "cut"])
def test_a_crop_whose_file_went_away_is_computed_again_and_kept_again(tmp_path: Path, left: int | None) -> None:
    """As when the system clears its temporary folder while the window is open."""
    inner = Telling()
    cached = CachedRestorer(inner, CropCache(tmp_path))
    first = cached.restore([CROP], SilentProgress())
    (file,) = tmp_path.iterdir()
    if left is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:left])
    for _ in range(2):
        assert np.array_equal(cached.restore([CROP], SilentProgress()), first)
    assert inner.crops_seen == 2
