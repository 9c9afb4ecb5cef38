"""Curves that bring faded tones back: where each tone goes, by what was read of the photo."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.stages.tone_reading import BLACK_ALREADY, ToneReading, ends_of, gain_of

_GREY: Final = 0.5
_MIDDLE: Final = 0.47
"""Lightness about which faces lie, and about which the medians of good photos do."""

_FEW: Final = 0.02
_FEW_OF_MEDIAN: Final = 0.03
"""How far what is held may be moved away from there, and how far a dark photo's median may fall."""

_LIT: Final = (0.6, 0.66)
"""A lit face, and where it may go so that a dark backdrop does."""

_LEAST_BEND: Final = 0.75
_STEEPEST: Final = 2.6
"""How far a curve may be bent down, and how steep it may be anywhere with blacks that go back: more draws eight bits
apart, and grain."""

_PARTS: Final = np.linspace(1, 0, 41)
"""How far blacks may go back, the most first."""

_WHITES_GO: Final = ((0.1, 0.35), (0.85, 0.6))
"""How far whites go back to white, by how far below them the median is, as a share of what lies between black and
white."""


@dataclass(frozen=True)
class Curve:
    """Straight from (black, low) to (white, high), then bent: times `bend` as steep at black and through it at white.

    All are shares of white.
    """

    black: float
    white: float
    low: float
    high: float
    bend: float = 1.0

    def at(self, tones: NDArray[np.float64]) -> NDArray[np.float64]:
        """Output in [0, 1] for each input."""
        along = (tones - self.black) / max(self.white - self.black, 1e-3)
        inside = np.clip(along, 0, 1)
        bent = self.bend * inside / (1 + (self.bend - 1) * inside)
        # straight on beyond the ends, as steep as there
        bent += self.bend * np.minimum(along, 0) + np.maximum(along - 1, 0) / self.bend
        return _soft_ends(self.low + (self.high - self.low) * bent)

    @property
    def steepest(self) -> float:
        gain = (self.high - self.low) / max(self.white - self.black, 1e-3)
        return gain * max(self.bend, 1 / self.bend)

    def straight(self, tone: float) -> float:
        """Where a tone goes without being bent."""
        return self.low + (self.high - self.low) * (tone - self.black) / max(self.white - self.black, 1e-3)

    def bend_for(self, tone: float, wanted: float) -> float:
        """How it has to be bent to bring a tone where it is wanted."""
        span = max(self.high - self.low, 1e-3)
        found, asked = np.clip([(t - self.low) / span for t in (self.straight(tone), wanted)], 0.02, 0.98)
        return float(asked * (1 - found) / (found * (1 - asked)))


def _curve_of(black: float, white: float, ends: tuple[float, float]) -> Curve:
    """What brings the darkest and lightest tone to `ends`; what cannot be had without too much gain is shared by
    both."""
    darkest, lightest = ends
    half = gain_of(black, white, ends) * (white - black) / 2
    centre = (
        float(np.clip((black + white) / 2, darkest + half, lightest - half))
        if 2 * half < lightest - darkest
        else (darkest + lightest) / 2
    )
    return Curve(black, white, centre - half, centre + half)


def lightness_curve(reading: ToneReading) -> Curve:
    """Of a photo in one hue: its blacks and whites go back, and its middle stays about where it is.

    How light a face or a backdrop was when the print was new, nobody knows: blacks that have gone grey would, by a
    straight line, make all dark faces darker. Blacks go back as far as shadows stay open and no tone is drawn out too
    much.
    """
    black, white = reading.black[0], reading.white[0]
    darkest, lightest = ends_of(black, white)
    # where most is as light as paper, that is what has gone dull; else the lightest may be faces
    share = float(np.interp((white - reading.median) / max(white - black, 1e-3), *_WHITES_GO))
    lightest = white + share * (lightest - white)
    median = reading.median
    for part in _PARTS:
        curve = _held(_curve_of(black, white, (black - part * (black - darkest), lightest)), median)
        is_held = median >= _MIDDLE or curve.at(np.array(median)) > median - _FEW_OF_MEDIAN - _FEW / 2
        if is_held and curve.steepest <= _STEEPEST and _stays_open(curve, reading.shade[0]):
            break
    return curve


def dye_curve(reading: ToneReading, channel: int) -> Curve:
    """Of a photo in colours: each dye has faded along a line of its own, and bent the other's colours would stay in
    the middle tones. Blacks go as far back as shadows stay open."""
    black, white = reading.black[channel], reading.white[channel]
    darkest, lightest = ends_of(black, white)
    for part in _PARTS:
        curve = _curve_of(black, white, (black - part * (black - darkest), lightest))
        if _stays_open(curve, reading.shade[channel]):
            break
    return curve


def _stays_open(curve: Curve, shade: float) -> bool:
    """Whether shadows do not sink into black."""
    return bool(curve.at(np.array(shade)) >= min(shade, BLACK_ALREADY))


def _held(curve: Curve, median: float) -> Curve:
    """Bent so that it keeps the tone between a photo's median and the middle, or takes it half as far towards the
    middle; and keeps a dark photo's median."""
    tone = (median + _GREY) / 2
    moved = curve.straight(tone) - tone
    moved = moved / 2 if moved * (_MIDDLE - tone) > 0 else float(np.clip(moved, -_FEW, _FEW))
    bend = max(_LEAST_BEND, curve.bend_for(tone, tone + moved))
    if median < _MIDDLE:
        bend = max(bend, min(curve.bend_for(median, median - _FEW_OF_MEDIAN), curve.bend_for(*_LIT)))
    return dataclasses.replace(curve, bend=bend)


def _soft_ends(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Into [0, 1] without a hard edge: straight from 0.06 to 0.94, then ever flatter."""
    knee = 0.06
    high = 1 - knee * np.exp(-(np.maximum(x, 1 - knee) - (1 - knee)) / knee)
    low = knee * np.exp((np.minimum(x, knee) - knee) / knee)
    return np.where(x > 1 - knee, high, np.where(x < knee, low, x))
