"""Tone: fading, yellowed or shifted colours, low contrast; from the photo's own statistics.

A faded print is one whose blacks have gone grey and whose whites have gone dull, each dye by its own amount. So each
channel's darkest and lightest tones are looked for inside the picture (the paper's border left out) and moved back to
where they were, by one smooth curve a channel: no pixel is mixed with its neighbours, so there are no halos, and 16
bits stay 16. A photo in one hue (grey, sepia, any toning) gets one curve for all channels and keeps its hue, and how
light its middle is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.grain import luma
from gpen_desktop.core.pixels import is_grey, luminance
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.tone_curve import Curve, dye_curve, lightness_curve
from gpen_desktop.core.stages.tone_reading import ToneReading, read_tone
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import Photo, Pixels, frozen
from gpen_desktop.messages import say

_STRIP: Final = 256
"""Rows worked on at a time: a large photo as floats would not fit, and looking up tables keeps all other threads
waiting, the window's too."""

_PAPER: Final = 0.2
"""Red of yellowed paper (a of CIE Lab), as a share of its yellow (b): 0.1 to 0.5 in sepia prints."""


def restore_tone(work: Work, progress: Progress) -> Worked:
    """The photo with its tones where they were before they faded."""
    progress.report(0.0, "tone")
    reading = read_tone(work.photo.pixels)
    made = dataclasses.replace(work.photo, pixels=with_tone(work.photo.pixels, reading))
    if reading.is_green:
        return Worked(made, say("did-tone-and-cast", "Faded tones restored, a green cast taken out"))
    if not work.reading().is_faded:
        return Worked(made, say("did-contrast", "Contrast raised"))
    return Worked(made, say("did-tone", "Faded tones restored"))


def tone_of_parts(photo: Photo) -> Callable[[Pixels], Pixels]:
    """What restore_tone does to any part (h, w, 3) of a photo."""
    reading = read_tone(photo.pixels)
    return lambda part: with_tone(part, reading)


def make_neutral(work: Work, progress: Progress) -> Worked:
    """A photo in one hue, such as sepia, in greys of the same lightness; one in colours as it is."""
    progress.report(0.0, "neutral")
    photo = work.photo
    if is_grey(photo.pixels):
        return Worked(photo, say("is-neutral", "It is neutral grey already"))
    if not read_tone(photo.pixels).one_hue:
        return Worked(photo, say("not-one-hue", "Left in its colours: it is not in one hue"))
    return Worked(dataclasses.replace(photo, pixels=_neutral(photo.pixels)), say("did-neutral", "Made neutral grey"))


def neutral_of_parts(photo: Photo) -> Callable[[Pixels], Pixels]:
    """What make_neutral does to any part (h, w, 3) of a photo."""
    return _neutral if read_tone(photo.pixels).one_hue else lambda part: part


def _neutral(pixels: Pixels) -> Pixels:
    return frozen(cast(Pixels, np.repeat(luminance(pixels)[..., None], 3, axis=2)))


def with_tone(pixels: Pixels, reading: ToneReading) -> Pixels:
    """The photo (H, W, 3) with its tones where they were before they faded, of the same dtype, read-only."""
    if reading.one_hue:
        made = _by_lightness(pixels, _table([lightness_curve(reading)], pixels.dtype)[:, 0])
        return frozen(_without_green(made) if reading.is_green else made)
    return frozen(_by_channel(pixels, _table([dye_curve(reading, channel) for channel in range(3)], pixels.dtype)))


def _table(curves: Sequence[Curve], dtype: np.dtype[Any]) -> NDArray[np.unsignedinteger]:
    """(values of a sample, curves): output for each input of each curve."""
    white = int(np.iinfo(dtype).max)
    steps = np.linspace(0, 1, white + 1, dtype=np.float64)
    made: NDArray[np.unsignedinteger] = np.rint(np.stack([c.at(steps) for c in curves], 1) * white).astype(dtype)
    return made


def _by_channel(pixels: Pixels, table: NDArray[np.unsignedinteger]) -> Pixels:
    """Each channel by its own column of the table."""
    if pixels.dtype == np.uint8:
        return cast(Pixels, cv2.LUT(pixels, table[None]))
    out = np.empty_like(pixels)
    for y in range(0, pixels.shape[0], _STRIP):
        for channel in range(3):
            out[y : y + _STRIP, :, channel] = table[:, channel][pixels[y : y + _STRIP, :, channel]]
    return out


def _by_lightness(pixels: Pixels, table: NDArray[np.unsignedinteger]) -> Pixels:
    """Each pixel lighter or darker as the table says of its lightness, its hue kept."""
    white = float(np.iinfo(pixels.dtype).max)
    out = np.empty_like(pixels)
    for y in range(0, pixels.shape[0], _STRIP):
        strip = pixels[y : y + _STRIP].astype(np.float32)
        light = luma(strip)
        wanted = table[np.rint(light).astype(np.int64)].astype(np.float32)
        # the tint's distance from grey grows with contrast, but not where there is hardly light
        out[y : y + _STRIP] = np.clip(np.rint(strip - light[..., None] + wanted[..., None]), 0, white)
    return out


def _without_green(pixels: Pixels) -> Pixels:
    """Nowhere greener than yellowed paper of the same lightness and yellow."""
    white = np.float32(np.iinfo(pixels.dtype).max)
    out = np.empty_like(pixels)
    for y in range(0, pixels.shape[0], _STRIP):
        lab = cv2.cvtColor(pixels[y : y + _STRIP].astype(np.float32) / white, cv2.COLOR_RGB2LAB)
        lab[..., 1] = np.maximum(lab[..., 1], _PAPER * np.maximum(lab[..., 2], 0))
        made = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
        out[y : y + _STRIP] = np.rint(np.clip(made, 0, 1) * white)
    return out
