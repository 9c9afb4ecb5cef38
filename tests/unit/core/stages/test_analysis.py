"""What a photo needs, seen in its pixels."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import cv2
import numpy as np
import pytest

from gpen_desktop import paths
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.analysis import PhotoReading, read_photo, spoilt
from gpen_desktop.core.types import FloatImage, Photo
from tests.narrowing import floats, the


def scene(height: int = 800, width: int = 1000) -> FloatImage:
    """Shapes with sharp edges over soft shading, in 8-bit steps."""
    rng = np.random.default_rng(3)
    picture = cv2.resize(
        rng.random((9, 12, 3), dtype=np.float32) * 235 + 10, (width, height), interpolation=cv2.INTER_CUBIC
    )
    for _ in range(60):
        x, y, r = int(rng.integers(width)), int(rng.integers(height)), int(rng.integers(8, 60))
        cv2.circle(picture, (x, y), r, rng.uniform(5, 250, 3).tolist(), -1, cv2.LINE_AA)
    return np.clip(picture, 2, 252)


def read(picture: np.ndarray) -> PhotoReading:
    return read_photo(Photo(np.rint(np.clip(picture, 0, 255)).astype(np.uint8), SourceFormat("PNG")))


def compressed(picture: np.ndarray, quality: int) -> FloatImage:
    data = cv2.imencode(".jpg", picture.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return the(cv2.imdecode(data, cv2.IMREAD_COLOR)).astype(np.float32)


def screened(picture: FloatImage, period: float, degrees: float) -> FloatImage:
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]]
    turn = math.radians(degrees)
    u, v = xs * math.cos(turn) + ys * math.sin(turn), ys * math.cos(turn) - xs * math.sin(turn)
    threshold = 127 + 60 * (np.cos(u * 2 * math.pi / period) + np.cos(v * 2 * math.pi / period))
    dots = np.where(picture.mean(axis=2) > threshold, 235, 25).astype(np.float32)
    return np.repeat(cv2.GaussianBlur(dots, (0, 0), 0.8)[..., None], 3, axis=2)


def with_noise(seen: PhotoReading, **changed: Any) -> PhotoReading:
    return dataclasses.replace(seen, noise=dataclasses.replace(seen.noise, **changed))


def test_a_good_photo_needs_nothing() -> None:
    seen = read(scene())
    assert not any((seen.is_grainy, seen.is_blocky, seen.is_screened, seen.is_soft, seen.is_faded, seen.is_small))


def test_what_lies_over_a_photo_is_weighed_before_it_is_seen() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (800, 1000, 3)).astype(np.float32)
    good, noisy, faint = (np.clip(scene() + each * noise, 0, 255).astype(np.uint8) for each in (0, 3, 2))
    assert spoilt(good) == 0
    assert spoilt(noisy) == spoilt(compressed(scene(), 50).astype(np.uint8)) == 1
    assert 0 < spoilt(faint) < 1
    assert not read(noisy).is_grainy


@pytest.mark.parametrize(("clumps", "deviation"), [(0.0, 10), (1.2, 10), (1.8, 32)])
def test_grain_is_seen(clumps: float, deviation: float) -> None:
    grain = np.random.default_rng(0).normal(0, 1, (800, 1000, 1)).astype(np.float32)
    if clumps:
        grain = floats(cv2.GaussianBlur(grain, (0, 0), clumps))[..., None]
    seen = read(scene() + grain / grain.std() * deviation)
    assert seen.is_grainy
    assert not seen.is_screened


def test_the_grain_of_a_photo_in_one_hue_is_as_chance_has_it_and_a_meadow_is_not() -> None:
    rng = np.random.default_rng(0)
    picture = np.repeat(scene().mean(axis=2, keepdims=True), 3, axis=2) * 0.6 + 40
    # as JPEG leaves of it, here more and there less
    amounts = np.linspace(4, 14, 1000, dtype=np.float32)[None, :, None]
    normal = rng.normal(0, 1, (800, 1000, 1)).astype(np.float32)
    spiky = rng.laplace(0, 0.5, (800, 1000, 1)).astype(np.float32) ** 3
    assert read(picture + amounts * normal).is_grainy
    assert not read(picture + amounts * np.clip(spiky / np.abs(spiky).mean(), -12, 12)).is_grainy


def test_coarse_grain_lies_evenly_and_a_thicket_does_not() -> None:
    grain = np.random.default_rng(0).normal(0, 18, (800, 1000, 1)).astype(np.float32)
    grainy = read(scene() + grain)
    assert grainy.is_grainy
    assert not with_noise(grainy, evenness=0.4).is_grainy  # leaves all over: no drawing has them


def test_what_is_rough_at_every_size_is_no_grain() -> None:
    rng = np.random.default_rng(0)
    sizes = [rng.normal(0, 1, (800 >> k, 1000 >> k)).astype(np.float32) for k in range(6)]
    # as strong in each octave, so that steps of pixels far apart are larger
    turf = sum(2**k * cv2.resize(each, (1000, 800), interpolation=cv2.INTER_LINEAR) for k, each in enumerate(sizes))
    assert read(scene() + 8 * sizes[0][..., None]).is_grainy
    rough = read(scene() + 4 * turf[..., None])
    assert not rough.is_grainy
    assert with_noise(rough, steps=(1.2, 0.9)).is_grainy


def on_a_page(print_: FloatImage) -> FloatImage:
    """Two of a print (h, w, 3) on a dark page with hardly any noise, two and a half times as large as both."""
    page = 60 + np.random.default_rng(1).normal(0, 0.6, (1000, 1400, 1)).astype(np.float32).repeat(3, axis=2)
    for left in (100, 750):
        page[200 : 200 + print_.shape[0], left : left + print_.shape[1]] = print_
    return floats(page)


def test_grainy_prints_are_seen_on_a_page_without_grain_and_a_lawn_is_not() -> None:
    grain = np.random.default_rng(0).normal(0, 12, (520, 520, 1)).astype(np.float32)
    tones = np.linspace(35, 220, 520, dtype=np.float32)[None, :, None].repeat(3, axis=2)
    seen = read(on_a_page(floats(tones + grain)))
    assert seen.is_grainy
    assert 9 < seen.noise.level < 14
    assert not read(on_a_page(floats(tones + 0.1 * grain))).is_grainy
    lawn = np.full((520, 520, 3), 110, np.float32) + grain
    assert not read(on_a_page(lawn)).is_grainy


def test_noise_is_measured_in_8_bit_steps() -> None:
    grain = np.random.default_rng(0).normal(0, 8, (800, 1000, 1)).astype(np.float32)
    assert 6 < read(scene() + grain).noise.level < 10


def test_noise_is_measured_by_tone_and_dark_leaves_are_not_noise() -> None:
    rng = np.random.default_rng(0)
    light = np.linspace(30, 220, 1000, dtype=np.float32)[None, :, None]
    noise = rng.normal(0, 1, (800, 1000, 1)).astype(np.float32)
    tones = np.array([[50.0, 200.0]], np.float32)

    shadows = read(light + np.interp(light, (90, 160), (12, 4)) * noise.repeat(3, axis=2))
    assert 9 < shadows.noise.at(tones)[0, 0] < 15
    assert 3 < shadows.noise.at(tones)[0, 1] < 5

    unevenly = cv2.resize(rng.uniform(0, 30, (40, 50)).astype(np.float32), (1000, 800))[..., None]
    leaves = read(light + (4 + unevenly * (light < 125)) * noise.repeat(3, axis=2))
    assert leaves.noise.at(tones).max() < 1.2 * leaves.noise.level


def test_jpeg_blocks_are_seen_where_the_photo_begins_anywhere() -> None:
    assert read(compressed(scene(), 25)).is_blocky
    assert read(compressed(scene(), 25)[3:, 5:]).is_blocky
    assert not read(compressed(scene(), 95)).is_blocky


def test_blocks_over_leaves_are_all_there_is_and_over_grain_are_not() -> None:
    rng = np.random.default_rng(0)
    over_grain = read(compressed(np.clip(scene() + rng.normal(0, 6, (800, 1000, 1)), 0, 255), 50))
    assert over_grain.is_blocky
    assert not over_grain.is_only_blocky
    # as the quietest places of a photo of leaves or a crowd are, which no drawing has
    assert with_noise(over_grain, evenness=0.2, tails=8.0).is_only_blocky


@pytest.mark.parametrize(("period", "degrees"), [(2.6, 52), (4, 45), (7, 20)])
def test_a_printed_screen_is_seen_with_its_period(period: float, degrees: float) -> None:
    seen = read(screened(scene(), period, degrees))
    assert seen.is_screened
    assert seen.screen_period == pytest.approx(period, rel=0.12)


def test_the_finest_dots_are_a_screen_too() -> None:
    """At 45 degrees, with hardly two pixels from dot to dot along a side."""
    ys, xs = np.mgrid[:600, :700]
    dots = 60 * np.cos(2 * np.pi * 0.455 * xs) * np.cos(2 * np.pi * 0.455 * ys)
    assert read(np.clip(scene(600, 700) + dots[..., None], 0, 255)).is_screened


def test_the_blocks_of_jpeg_are_no_screen() -> None:
    ys, xs = np.mgrid[:600, :700]
    grid = sum(12 * np.cos(2 * np.pi * k / 8 * xs) * np.cos(2 * np.pi * k / 8 * ys) for k in (1, 2, 3))
    assert not read(np.clip(scene(600, 700) + grid[..., None], 0, 255)).is_screened


def test_a_fence_is_no_screen() -> None:
    picture = scene()
    picture[:, ::6] *= 0.4
    assert not read(picture).is_screened


def test_prints_askew_on_a_page_are_no_screen() -> None:
    """Their straight edges are lines through the spectrum, at right angles as a screen's dots are."""
    assert not read_photo(load_photo(paths.samples() / "album_page_tilted.jpg")).is_screened


def test_blur_is_seen() -> None:
    assert read(cv2.GaussianBlur(scene(), (0, 0), 5)).is_soft


def test_the_soft_edge_of_a_mount_is_no_blur() -> None:
    """Where the light falls on its bevel, it is the strongest edge of all."""
    mounted = np.full((600, 700, 3), 245.0)
    mounted[100:500, 100:600] = 20
    mounted = cv2.GaussianBlur(mounted, (0, 0), 4)
    mounted[120:480, 120:580] = 90 + 0.3 * scene(360, 460)
    assert not read(mounted).is_soft


def test_small_is_told_by_pixels() -> None:
    assert read(scene(300, 400)).is_small


@pytest.mark.parametrize("size", [(1, 1), (5, 200), (40, 40)])
def test_a_tiny_photo_is_looked_at_too(size: tuple[int, int]) -> None:
    read(scene()[: size[0], : size[1]])


def test_an_even_photo_is_looked_at_too() -> None:
    assert not read(np.full((300, 300, 3), 128, np.float32)).is_grainy
