"""What is seen of a photo's noise: how much, how evenly, how much in the shadows and in the lights, at what sizes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import FloatImage

_BLOCK: Final = 16
"""Side, px, of the blocks that noise is measured in."""

_QUIET: Final = 10
_ABOUT: Final = 1.35
"""Percentile of the blocks' noise that counts as the photo's; up to how much more is about as much."""

_FEW: Final = 20
"""Blocks below which nothing is said."""

_PAGE: Final = 2.0
_PRINTS: Final = 3.0
"""How much more noise blocks have than the quietest tenth of a photo, from which they may be prints on an album's page
or a mount that shows none itself; and how much more such prints have all over."""

_PRINTS_SHARE: Final = 0.12
_PRINTS_EVENLY: Final = 0.45
_PRINTS_TAILS: Final = 3.4
_PRINTS_TONES: Final = 100.0
"""Share of the photo that prints are at least, share of them that has about their noise, its kurtosis at most, and
the 8-bit steps from their dark tones to their light ones that have it at least: it is grain, as that of a lawn or beach
beneath a sky is not. A page with two grainy prints (a sample photo) has 3.5 times the page's noise, 0.30, 0.68, 3.2 and
138. Of 212 photos without, 30 of them those that measure, many have all of it but one: the nearest a kurtosis of 3.7,
or 67 steps."""

_TONES: Final = 4
"""Parts of one size, from dark to light, whose noise is measured apart: old prints that JPEG has smoothed have two to
three times more of it in the shadows than in the lights. 3 and 6 do the same."""

_EVENLY_IN_TONE: Final = (0.45, 0.7)
"""Share of such a part whose noise is within a third of its quietest tenth's, between which it comes to count as grain
where it is more than the whole photo's. Grain laid over modern photos has 0.6 to 1.0, on prints stored by JPEG 0.4 to
0.8; bushes and crowds have 0.2 to 0.6. By what cleaning gains (cleaning.kept_to_grain) 0.5 to 0.8 does the same and
leaves more grain on such prints; 0.3 to 0.5 costs bushes 1.4 dB under faint grain."""


@dataclass(frozen=True)
class NoiseReading:
    """Noise of a photo.

    level: its deviation in even places, 8-bit steps. evenness: share of the photo that has about so much. tails: its
    kurtosis there; 3 for a normal distribution. by_tone: (light, deviation) of the photo's parts from dark to light,
    8-bit steps; none where it is too small, dark or light to see any, and of prints on a page. steps: how many times as
    much the next coarser octave has of it, and how many times as much as that the one after; none where the photo is
    too small to tell.
    """

    level: float = 0.0
    evenness: float = 0.0
    tails: float = 3.0
    by_tone: tuple[tuple[float, float], ...] = ()
    steps: tuple[float, ...] = ()

    def at(self, light: FloatImage) -> FloatImage:
        """Deviation of the noise where the photo is so light, (H, W), both in 8-bit steps; of one that has any
        `by_tone`."""
        lights, levels = zip(*self.by_tone, strict=True)
        return np.asarray(np.interp(light, lights, levels), np.float32)

    def times(self, factor: float) -> NoiseReading:
        by_tone = tuple((light, factor * level) for light, level in self.by_tone)
        return dataclasses.replace(self, level=factor * self.level, by_tone=by_tone)


def read_noise(plane: FloatImage) -> NoiseReading:
    """Noise of a plane (h, w) in 8-bit steps where the picture itself is even, the quietest tenth of blocks, at full or
    at half size.

    Immerkær's mask (Fast Noise Variance Estimation, 1996) cancels slopes; clumps of film grain wider than it are found
    at half size.
    """
    if min(plane.shape) < 64:
        return NoiseReading()
    octaves = [_noise(each) for each in _octaves(plane)]
    readings = octaves[0], octaves[1].times(1.5)
    first = int(readings[1].level > readings[0].level)
    levels = [each.level for each in octaves[first : first + 3]]
    steps = tuple(coarser / finer for finer, coarser in pairwise(levels)) if all(levels) else ()
    return dataclasses.replace(readings[first], steps=steps)


def _octaves(plane: FloatImage) -> Iterator[FloatImage]:
    """The plane (h, w), and three times what is left of it at half the size."""
    yield plane
    for _ in range(3):
        plane = np.asarray(cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32)
        yield plane


def _noise(plane: FloatImage) -> NoiseReading:
    """Noise of the whole, or of prints that lie on a page without any."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    answer = np.abs(cv2.filter2D(plane, -1, mask))
    squares = np.square(answer)
    blocks = _Blocks(
        noise=_block_means(answer),
        light=_block_means(plane),
        squared=_block_means(squares),
        fourth=_block_means(np.square(squares)),
    )
    blocks = blocks.of((blocks.light > 20) & (blocks.light < 235))
    if len(blocks.noise) < _FEW:
        return NoiseReading()
    floor = float(np.percentile(blocks.noise, _QUIET))
    return _of_prints(blocks, floor) or _reading(blocks, floor)


@dataclass(frozen=True, eq=False)
class _Blocks:
    """Blocks of a plane, (n,) each: mean noise, light, and the second and fourth moments of the noise."""

    noise: NDArray[np.float32]
    light: NDArray[np.float32]
    squared: NDArray[np.float32]
    fourth: NDArray[np.float32]

    def of(self, which: NDArray[np.bool_]) -> _Blocks:
        return _Blocks(self.noise[which], self.light[which], self.squared[which], self.fourth[which])


def _reading(blocks: _Blocks, floor: float) -> NoiseReading:
    """Of blocks whose quietest have the noise `floor`."""
    quiet = blocks.of(blocks.noise < _ABOUT * floor)
    count = len(quiet.noise)
    tails = float(np.median(quiet.fourth / np.maximum(np.square(quiet.squared), 1e-6))) if count else 3.0
    by_tone = tuple(_by_tone(blocks, floor))
    return NoiseReading(floor, count / len(blocks.noise), tails, by_tone).times(math.sqrt(math.pi / 2))


def _of_prints(blocks: _Blocks, floor: float) -> NoiseReading | None:
    """The noise of what has the same all over, and far more than the quietest tenth (`floor`); None where that is no
    print's."""
    noisy = np.sort(blocks.noise[blocks.noise > _PAGE * floor])
    if len(noisy) < _FEW:
        return None
    alike = np.searchsorted(noisy, _ABOUT * noisy, side="right") - np.arange(len(noisy))
    least = float(noisy[alike.argmax()])  # of most that differ by no more
    prints = blocks.of(blocks.noise >= least)
    if least < _PRINTS * floor or len(prints.noise) < _PRINTS_SHARE * len(blocks.noise):
        return None
    even = prints.of(prints.noise < _ABOUT * least)
    if len(even.noise) <= _PRINTS_EVENLY * len(prints.noise):
        return None
    # its least would leave mottles where there is more by chance
    seen = _reading(prints, float(np.median(even.noise)))
    darkest, lightest = np.percentile(even.light, (10, 90))
    is_grain = seen.tails < _PRINTS_TAILS and lightest - darkest > _PRINTS_TONES
    if not is_grain:
        return None
    # scans of pages show coarse grain, of which these blocks see less than half: held to that, it would stay in spots
    return dataclasses.replace(seen, by_tone=())


def _by_tone(blocks: _Blocks, least: float) -> Iterator[tuple[float, float]]:
    """(light, noise) from dark to light; noise of `least` where more is not sure."""
    for part in np.array_split(np.argsort(blocks.light, kind="stable"), _TONES):
        noise = blocks.noise[part]
        floor = float(np.percentile(noise, _QUIET))
        surely = float(np.interp((noise < _ABOUT * floor).mean(), _EVENLY_IN_TONE, (0, 1)))
        yield float(blocks.light[part].mean()), least + surely * max(0.0, floor - least)


def _block_means(plane: FloatImage) -> NDArray[np.float32]:
    size = (max(1, plane.shape[1] // _BLOCK), max(1, plane.shape[0] // _BLOCK))
    cut = plane[: size[1] * _BLOCK, : size[0] * _BLOCK]
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.float32).ravel()
