"""A scratch that is found on part of its length goes on; what belongs to the picture does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gpen_desktop.core.stages.damage import flaws
from gpen_desktop.core.types import Pixels

Mask = np.ndarray

HEIGHT, WIDTH = 260, 400
STRAIGHT = np.array([(30, 60), (370, 200)])
CURVED = np.stack([np.arange(30, 371), 200 - 150 * np.sin((np.arange(30, 371) - 30) / 340 * 1.5)], axis=1)


def leaves() -> Pixels:
    """Uneven ground, neither black nor white."""
    small = np.random.default_rng(7).uniform(0, 1, (HEIGHT // 8, WIDTH // 8)).astype(np.float32)
    light = np.clip(cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), 0, 1)
    return np.repeat((60 + 165 * light).astype(np.uint8)[..., None], 3, axis=2)


def line(points: np.ndarray, thickness: int = 5) -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.polylines(mask, [np.rint(points).astype(np.int32)], False, 1, thickness)
    return mask > 0


def left_of(mask: Mask, x: int) -> Mask:
    return mask & (np.arange(WIDTH) < x)


def found(pixels: Pixels, seen: Mask) -> Mask:
    return flaws(np.where(seen, 255, 0).astype(np.uint8), pixels, seen.shape).found


def shows(pixels: Pixels, ground: Pixels) -> Mask:
    return np.abs(pixels.astype(int) - ground).max(axis=2) > 30


@pytest.mark.parametrize("points", [STRAIGHT, CURVED], ids=["straight", "curved"])
@pytest.mark.parametrize("shade", [5, 245])
def test_a_scratch_goes_on_to_its_end_and_no_further(points: np.ndarray, shade: int) -> None:
    ground, scratch = leaves(), line(points)
    pixels = ground.copy()
    pixels[scratch] = shade
    plain = shows(pixels, ground)
    made = found(pixels, left_of(scratch, 130))
    assert made[plain].mean() > 0.85
    grown = cv2.dilate(scratch.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert (made & ~grown).sum() < 0.03 * made.sum()


def test_two_parts_of_one_scratch_are_joined() -> None:
    ground, scratch = leaves(), line(STRAIGHT)
    pixels = ground.copy()
    pixels[scratch] = 245
    seen = left_of(scratch, 120) | (scratch & ~left_of(scratch, 280))
    assert found(pixels, seen)[shows(pixels, ground)].mean() > 0.85


def test_depth_and_colour_do_not_count() -> None:
    ground, scratch = leaves(), line(STRAIGHT)
    pixels = ground.copy()
    pixels[scratch] = 245
    made = found(pixels, left_of(scratch, 130))
    assert np.array_equal(found(pixels.astype(np.uint16) * 257, left_of(scratch, 130)), made)
    tint = (ground * np.array([1, 0.8, 0.5])).astype(np.uint8)
    tinted = np.where(scratch[..., None], pixels, tint)
    assert found(tinted, left_of(scratch, 130))[shows(tinted, tint)].mean() > 0.85


def test_what_belongs_to_the_picture_does_not_go_on() -> None:
    stem = line(STRAIGHT)
    lit = leaves()
    lit[stem] = (150 + 90 * (np.sin(np.arange(WIDTH) / 5) > 0))[np.nonzero(stem)[1], None]  # otherwise at each place
    midway = leaves()
    midway[stem] = 120  # in a tone of the picture
    strap = leaves()
    strap[np.arange(HEIGHT)[:, None] > 60 + (np.arange(WIDTH) - 30) * 140 / 340] //= 4  # an edge: other sides
    strap[stem] = 245
    for pixels in (lit, midway, strap):
        seen = left_of(stem, 130)
        assert found(pixels, seen)[seen].any()
        assert not found(pixels, seen)[:, 140:].any()


def test_a_photo_with_nothing_found_or_specks_alone_gains_nothing() -> None:
    pixels = leaves()
    nothing = np.zeros((HEIGHT, WIDTH), np.bool_)
    assert not found(pixels, nothing).any()
    specks = nothing.copy()
    specks[20::60, 20::60] = True
    specks = cv2.dilate(specks.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    pixels[specks] = 255
    assert not (found(pixels, specks) & ~specks).any()
