"""How likely damage is: what looks at several sizes say, together."""

from __future__ import annotations

import cv2
import numpy as np

from gpen_desktop.core.progress import CancellableProgress, Progress, SilentProgress
from gpen_desktop.core.stages.likely_damage import LOOKED_AT, likely_damage
from gpen_desktop.core.types import FloatImage, Pixels

SURE = np.float32(9)
"""A logit."""


def white(picture: Pixels, progress: Progress) -> FloatImage:
    progress.report(1.0, "repair")
    return np.where(picture.min(axis=2) > 200, SURE, -SURE)


def lined(height: int, width: int, thickness: int) -> Pixels:
    photo = np.zeros((height, width, 3), np.uint8)
    cv2.line(photo, (20, height // 2), (width - 20, height // 2 + 30), (255, 255, 255), thickness)
    return photo


def test_a_small_photo_is_looked_at_larger_and_a_large_one_about_as_it_is() -> None:
    for size, longest in (((200, 300), 600), ((1100, LOOKED_AT), round(LOOKED_AT * 4 / 3))):
        seen: list[int] = []

        def look(picture: Pixels, progress: Progress, seen: list[int] = seen) -> FloatImage:
            seen.append(max(picture.shape[:2]))
            return white(picture, progress)

        photo = lined(*size, 5)
        likely = likely_damage(photo, look, SilentProgress())
        assert likely.shape == size
        assert max(seen) == longest
        assert len(seen) == 4
        assert (likely[photo[..., 0] > 0] > 127).mean() > 0.95
        assert (likely[photo[..., 0] == 0] < 30).mean() > 0.98


def test_what_a_look_upside_down_says_lies_where_it_is() -> None:
    """The finder, here, sees only the upper half of what it is given."""

    def upper(picture: Pixels, progress: Progress) -> FloatImage:
        logits = white(picture, progress)
        logits[len(logits) // 2 :] = -1
        return logits

    photo = np.zeros((120, 160, 3), np.uint8)
    photo[20:24, 10:80] = photo[90:94, 60:140] = 255
    likely = likely_damage(photo, upper, SilentProgress())
    assert (likely[21:23, 14:76] > 200).all()
    assert (likely[91:93, 64:136] > 200).all()
    assert (likely > 127).sum() < 1.2 * (photo[..., 0] > 0).sum()


def test_what_only_smaller_looks_find_counts_where_it_is_wide() -> None:
    """The largest looks are blind here: a thin line is left in doubt, a wide one is not."""

    def look(picture: Pixels, progress: Progress) -> FloatImage:
        logits = white(picture, progress)
        return np.full_like(logits, -SURE) if picture.shape[1] == 600 else logits

    for thickness, is_likely in ((2, False), (12, True)):
        photo = lined(200, 300, thickness)
        likely = likely_damage(photo, look, SilentProgress())
        assert (np.median(likely[photo[..., 0] > 0]) > 200) == is_likely


def test_progress_runs_through_all_looks_once() -> None:
    told: list[float] = []
    likely_damage(lined(100, 100, 3), white, CancellableProgress(lambda fraction, stage: told.append(fraction)))
    assert told == sorted(told)
    assert len(set(told)) == 4
    assert told[-1] == 1.0
