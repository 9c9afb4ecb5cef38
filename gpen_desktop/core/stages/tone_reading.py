"""What is seen of a photo's tones: its darkest and lightest, inside the picture, and whether it is a faded print."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.grain import luma
from gpen_desktop.core.types import FloatImage, Pixels

_LOOKED_AT: Final = 512
"""Longer side, px, at which a photo is looked at: tones do not depend on detail."""

_MARGIN: Final = 0.03
"""Share of each side that is never looked at: mounts, torn edges, scanner lids."""

_MOST_BORDER: Final = 0.2
"""Share of each side that can be taken for a border of paper."""

_MOST_FRAMES: Final = 3
_MOST_FRAME: Final = 0.3
_RIM: Final = 2
_OF_ONE_TONE: Final = 0.08
_LEAST: Final = 32
"""How many frames may lie in one another, how wide one may be, as a share of the side, how far from the edge its tone
is looked for, px, how far from that, as a share of white, its tone may lie elsewhere; how long a side has to be, px.
Both sides of one together are less than a quarter of the picture: beyond that its own lines count as a backdrop's."""

_TAIL: Final = 0.4
"""Percent of pixels that may lie beyond what counts as darkest and lightest."""

_BLACK: Final = 0.02
_WHITE: Final = 0.97
"""Where the darkest and lightest tones go."""

_MOST_GAIN: Final = 2.2
"""How much a curve may be steepened: beyond this, a scan's 8 bits and its grain show."""

_NO_PICTURE: Final = 0.12
"""Contrast below which there is nothing that could have faded: an empty page, a lens cap."""

BLACK_ALREADY: Final = 12 / 255
_DEEPEST: Final = 0.01
"""Tone below which nothing is told apart, and the share of a photo that may be brought there."""

_ONE_HUE: Final = 2.6
"""Spread of colour (CIE Lab a and b, about the mean at each lightness) below which a photo is in one hue."""

_GREEN: Final = -1.5
"""Mean a of CIE Lab below which a photo in one hue has a cast: of 151 photos 16 have -2 to -10, all of them faded
prints, the others -1.4 and more."""

_FLAT: Final = ((0.63, 0.685), (1, 0))
_DULL: Final = ((0.7, 0.79), (1, 0))
"""Where a photo passes from flat to good: contrast less how far black is lifted, in one hue; the whitest of the whites,
in colours. Modern photos, in light enough for it, have 0.69 at least, and 0.8."""

_TWO_HUES: Final = (2.0, 5.5)
"""The same, of a and of b alone, below which it is in two. Of 172 modern photos in colours 5 are, as are the three
portraits of the 1880s to 1908 that are not in one."""


@dataclass(frozen=True)
class ToneReading:
    """What was seen of a photo's tones, as shares of white.

    black, white: darkest and lightest tone of red, green and blue. middle: median of each. one_hue: grey, sepia or
    toned throughout; then the three are those of its lightness. two_hues: no more than warmer here and colder there, as
    an old print is where it has yellowed or its silver shows, or by the ink on it. median: of the lightness of the
    whole picture, even backdrops counted in. shade: of each, the tone below which lies the darkest percent of the photo
    that is not black already, wherever that is. tint: mean a and b of CIE Lab.
    """

    black: tuple[float, float, float]
    white: tuple[float, float, float]
    middle: tuple[float, float, float]
    one_hue: bool
    two_hues: bool
    median: float
    shade: tuple[float, float, float]
    tint: tuple[float, float]

    @property
    def contrast(self) -> float:
        """Distance of the lightest from the darkest tone, of the channel that has most."""
        return max(w - b for b, w in zip(self.black, self.white, strict=True))

    @property
    def gain(self) -> float:
        """How much steeper the steepest curve gets."""
        return max(gain_of(b, w) for b, w in zip(self.black, self.white, strict=True))

    @property
    def lifted(self) -> float:
        """How far the darkest tone is above black, of the channel where it is least."""
        return min(self.black)

    @property
    def is_green(self) -> bool:
        """Whether a photo in one hue has turned green: toned blue, it was meant so."""
        green, yellow = self.tint
        return self.one_hue and green < _GREEN and yellow > 0

    @property
    def cast(self) -> float:
        """How far the channels' ranges lie apart."""
        ends = [self.black, self.white]
        return max(max(end) - min(end) for end in ends)


def read_tone(pixels: Pixels) -> ToneReading:
    """Look at a photo (H, W, 3), uint8 or uint16."""
    whole = _reduced(pixels)
    within = _within_frames(whole)
    picture = whole[within]
    small = _inside(picture)
    lab = np.asarray(cv2.cvtColor(cv2.GaussianBlur(small, (0, 0), 1.5), cv2.COLOR_RGB2LAB), np.float32).reshape(-1, 3)
    green_red, blue_yellow = _spread(lab)
    one_hue = max(green_red, blue_yellow) < _ONE_HUE
    two_hues = green_red < _TWO_HUES[0] and blue_yellow < _TWO_HUES[1]
    values = np.repeat(luma(small).reshape(-1, 1), 3, axis=1) if one_hue else small.reshape(-1, 3)
    low, middle, high = np.percentile(values, [_TAIL, 50, 100 - _TAIL], axis=0)
    median = float(np.median(luma(_without_rim(picture, _MARGIN))))
    shown = np.dstack([luma(whole)] * 3) if one_hue else whole
    shade = _shade(shown, luma(whole), within)
    tint = float(lab[:, 1].mean()), float(lab[:, 2].mean())
    return ToneReading(_triple(low), _triple(high), _triple(middle), one_hue, two_hues, median, shade, tint)


def is_faded(reading: ToneReading) -> bool:
    """Whether what was seen is rather a faded print than a photo meant so.

    A fog, a beach or a night has little contrast too, but reaches black or white, or in colour the dyes agree: in a
    faded print no dye reaches black any more, and the paper is not white, or not white for all of them. In one hue, the
    greyer black has become the more contrast may be left: a good print in low light has a black of 0.1, and 0.75 of
    contrast. With a black greyer than any of those and a white that is not quite one, it is faded whatever its
    contrast; and where more than half of it is light, grey blacks or dull whites alone tell: light that falls on so
    much makes something white. In colours, paper yellows and dyes turn to red or magenta: where blue is the lightest of
    the whites, that is how the light was.
    """
    if reading.contrast < _NO_PICTURE:
        return False
    if reading.one_hue:
        white, is_light = reading.white[0], reading.middle[0] > 0.3
        lacks_both = reading.contrast < 0.6 + reading.lifted or (reading.lifted > 0.12 and white < 0.93)
        return lacks_both or (is_light and (reading.lifted > 0.13 or white < 0.83))
    dull = max(reading.white) < 0.88
    is_shifted = reading.cast > 0.12 and reading.white[2] < max(reading.white) - 0.03
    return (reading.lifted > 0.1 and dull) or (reading.lifted > 0.05 and is_shifted)


def flatness(reading: ToneReading) -> float:
    """0 to 1: how near a photo that is not faded is to it: less is done to it, as a photographer may have meant it so.

    Light pictures in one hue whose blacks are a little grey and whose whites a little dull; in colours, where no dye
    comes near white, and none is quite black.
    """
    if is_faded(reading) or reading.contrast < _NO_PICTURE:
        return 0.0
    if reading.one_hue:
        is_flat = reading.median > 0.42 and reading.lifted > 0.09
        return float(np.interp(reading.contrast - reading.lifted, *_FLAT)) if is_flat else 0.0
    return float(np.interp(max(reading.white), *_DULL)) if reading.lifted > 0.04 else 0.0


def gain_of(black: float, white: float, ends: tuple[float, float] | None = None) -> float:
    """How much steeper a curve has to get to bring these tones back to black and white, or to other ends, within
    limits."""
    darkest, lightest = ends or ends_of(black, white)
    return min(_MOST_GAIN, max(1.0, (lightest - darkest) / max(white - black, 1e-3)))


def ends_of(black: float, white: float) -> tuple[float, float]:
    """Where the darkest and lightest tones go: no nearer to grey than they are."""
    return min(_BLACK, black), max(_WHITE, white)


def _reduced(pixels: Pixels) -> FloatImage:
    white = np.float32(np.iinfo(pixels.dtype).max)
    factor = min(1.0, _LOOKED_AT / max(pixels.shape[:2]))
    size = (max(8, round(pixels.shape[1] * factor)), max(8, round(pixels.shape[0] * factor)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32) / white


def _inside(small: FloatImage) -> FloatImage:
    """Without margin and border: lines from each side in that are as even as paper and like the outermost one."""
    turned = small
    for margin in (_MARGIN, 0.01):  # a mount, and within it the print's own white border
        for _ in range(4):
            turned = np.rot90(turned)
            turned = turned[_border_lines(turned, margin) :]
    return np.ascontiguousarray(turned)


def _within_frames(small: FloatImage) -> tuple[slice, slice]:
    """Rows and columns without what lies all round the picture in one tone: a page, a mount, a film's black rebate, one
    in another.

    Its edge may be askew, written on or have round corners.
    """
    light = luma(small)
    rows, columns = slice(0, light.shape[0]), slice(0, light.shape[1])
    for _ in range(_MOST_FRAMES):
        part = light[rows, columns]
        if min(part.shape) < _LEAST:
            break
        near = np.abs(part - _rim_tone(part)) < _OF_ONE_TONE
        near[:_RIM] = near[-_RIM:] = near[:, :_RIM] = near[:, -_RIM:] = True  # a scan's own edge
        top, bottom, left, right = widths = [_frame_width(np.rot90(near, turns)) for turns in (0, 2, 3, 1)]
        if not all(widths):  # a backdrop: the sitter comes in at the lower side
            break
        rows = slice(rows.start + top, rows.stop - bottom)
        columns = slice(columns.start + left, columns.stop - right)
    return rows, columns


def _rim_tone(light: FloatImage) -> float:
    """Median of the outermost lines of a picture (H, W), less a scan's own edge."""
    return float(np.median(np.concatenate([light[_RIM], light[-1 - _RIM], light[:, _RIM], light[:, -1 - _RIM]])))


def _without_rim(picture: FloatImage, share: float) -> FloatImage:
    """Without `share` of each side."""
    dy, dx = (round(share * side) for side in picture.shape[:2])
    return picture[dy : len(picture) - dy, dx : picture.shape[1] - dx]


def _shade(whole: FloatImage, light: FloatImage, within: tuple[slice, slice]) -> tuple[float, float, float]:
    """ToneReading.shade of a whole photo (H, W, 3) of that lightness (H, W). Of what lies round the picture, what has
    the frame's tone is left out, and no more: a dark corner of the picture may have been taken for frame."""
    counts = np.abs(light - _rim_tone(light)) > _OF_ONE_TONE / 2
    counts[within] = True
    counts[:_RIM] = counts[-_RIM:] = counts[:, :_RIM] = counts[:, -_RIM:] = False
    red, green, blue = (_darkest_percent(whole[..., channel][counts], light.size) for channel in range(3))
    return red, green, blue


def _darkest_percent(values: FloatImage, count: int) -> float:
    """The tone below which a hundredth of `count` of the values lie that are not black already."""
    values = np.sort(values[values >= BLACK_ALREADY])
    return float(values[min(len(values) - 1, round(_DEEPEST * count))]) if len(values) else 1.0


def _frame_width(near: NDArray[np.bool_]) -> int:
    """How wide a frame is at the top of a picture (H, W), in lines, what is blurred beside it counted in; 0 for none.

    near: true on its tone. Where most of a side goes on in this tone, that is a backdrop, or sky.
    """
    runs = np.where(near.all(axis=0), len(near), near.argmin(axis=0))
    if np.mean(runs > _RIM) < 0.75:
        return 0
    width = float(np.percentile(runs, 75))
    return 0 if width > _MOST_FRAME * len(near) else math.ceil(width) + 1 + round(0.01 * max(near.shape))


def _border_lines(picture: FloatImage, share: float) -> int:
    """How many lines at the top are border; `share` of them always."""
    height = picture.shape[0]
    margin, last = round(share * height), round(_MOST_BORDER * height)
    lines = np.ascontiguousarray(picture[: max(last, margin + 1)])
    means, spreads = lines.mean(axis=(1, 2)), lines.std(axis=1).mean(axis=1)
    first = margin
    for line in range(margin, last):
        if spreads[line] > 0.035 or abs(means[line] - means[margin]) > 0.08:
            break
        first = line + 2  # the edge between border and picture is neither
    return int(min(first, height - 8))


def _spread(lab: FloatImage) -> tuple[float, float]:
    """Deviation of a and of b of blurred pixels (n, 3) in CIE Lab from what others as light have."""
    bins = np.clip((lab[:, 0] / 5).astype(int), 0, 19)
    spread = np.zeros(2)
    for k in range(20):
        inside = lab[bins == k, 1:]
        if len(inside) > 20:
            spread += ((inside - np.median(inside, axis=0)) ** 2).sum(axis=0)
    green_red, blue_yellow = np.sqrt(spread / len(lab))
    return float(green_red), float(blue_yellow)


def _triple(values: NDArray[np.floating]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
