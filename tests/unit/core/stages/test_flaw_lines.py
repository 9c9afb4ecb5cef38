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
    return np.asarray(np.abs(pixels.astype(int) - ground).max(axis=2) > 30)


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


def goes_on(pixels: Pixels, stem: Mask) -> bool:
    """Whether what was found of a stem to its middle is followed any further."""
    seen = left_of(stem, 130)
    made = found(pixels, seen)
    assert made[seen].any()
    return bool(made[:, 140:].any())


def test_what_is_lit_otherwise_from_place_to_place_does_not_go_on() -> None:
    stem, even = line(STRAIGHT), np.full((HEIGHT, WIDTH, 3), 150, np.uint8)
    even[:20, :20], even[-20:, -20:] = 5, 250
    plain, lit = even.copy(), even.copy()
    plain[stem] = 238
    lit[stem] = (238 + 14 * np.sin(np.arange(WIDTH) / 3))[np.nonzero(stem)[1], None]
    rough = np.clip(even + np.random.default_rng(3).normal(0, 12, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8)
    rough[stem] = 238
    assert goes_on(rough, stem)
    assert not goes_on(lit, stem)


def test_what_has_a_tone_of_the_picture_does_not_go_on() -> None:
    stem, pale = line(STRAIGHT), np.maximum(leaves(), 170)
    pale[:30, :60], pale[-30:, -60:] = 5, 250  # so that 110 is neither
    midway, dark = pale.copy(), pale.copy()
    midway[stem], dark[stem] = 110, 8
    assert goes_on(dark, stem)
    assert not goes_on(midway, stem)


def test_an_edge_with_other_sides_does_not_go_on() -> None:
    stem, strap = line(STRAIGHT), leaves()
    strap[np.arange(HEIGHT)[:, None] > 60 + (np.arange(WIDTH) - 30) * 140 / 340] //= 4
    strap[stem] = 245
    assert not goes_on(strap, stem)


def test_a_speck_at_the_rim_does_not_become_the_edge_of_a_mount() -> None:
    pixels = np.random.default_rng(2).integers(100, 140, (1000, 1400, 1), np.uint8).repeat(3, axis=2)
    edge = np.zeros((1000, 1400), np.bool_)
    edge[4:8] = True
    pixels[edge] = 250
    speck = edge & (np.arange(1400) > 600) & (np.arange(1400) < 650)
    made = found(pixels, speck)
    assert made.any()
    assert not (made & ~speck).any()


def test_a_net_of_cracks_is_not_followed() -> None:
    net = np.zeros((1200, 1200), np.bool_)
    net[10::12, :] = net[:, 10::12] = True
    pixels = np.full((1200, 1200, 3), 120, np.uint8)
    pixels[net] = 250
    seen = net & (np.arange(1200) < 1000)
    assert not (found(pixels, seen) & ~seen).any()


def test_a_photo_with_nothing_found_or_specks_alone_gains_nothing() -> None:
    pixels = leaves()
    nothing = np.zeros((HEIGHT, WIDTH), np.bool_)
    assert not found(pixels, nothing).any()
    specks = nothing.copy()
    specks[20::60, 20::60] = True
    specks = cv2.dilate(specks.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    pixels[specks] = 255
    assert not (found(pixels, specks) & ~specks).any()
