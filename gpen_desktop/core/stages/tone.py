"""Tone: fading, yellowed or shifted colours, low contrast; from the photo's own statistics.

A faded print is one whose blacks have gone grey and whose whites have gone dull, each dye by its own amount. So each
channel's darkest and lightest tones are looked for inside the picture (the paper's border left out) and moved back to
where they were, by one smooth curve a channel: no pixel is mixed with its neighbours, so there are no halos, and 16
bits stay 16. A photo in one hue (grey, sepia, any toning) gets one curve for all channels and keeps its hue.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.grain import luma
from gpen_desktop.core.pixels import is_grey, luminance
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.tone_reading import ToneReading, ends_of, gain_of, read_tone
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import Photo, Pixels, frozen
from gpen_desktop.messages import say

_STRIP: Final = 256
"""Rows worked on at a time: a large photo as floats would not fit, and looking up tables keeps all other threads
waiting, the window's too."""


def restore_tone(work: Work, progress: Progress) -> Worked:
    """The photo with its tones where they were before they faded."""
    progress.report(0.0, "tone")
    pixels = tone_of_parts(work.photo)(work.photo.pixels)
    return Worked(dataclasses.replace(work.photo, pixels=pixels), say("did-tone", "Faded tones restored"))


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
    white = int(np.iinfo(pixels.dtype).max)
    steps = np.linspace(0, 1, white + 1, dtype=np.float64)
    curves = np.stack([_curve(steps, reading, channel) for channel in range(3)], axis=1)
    table: NDArray[np.unsignedinteger] = np.rint(curves * white).astype(pixels.dtype)
    if reading.one_hue:
        return frozen(_by_lightness(pixels, table[:, 0]))
    return frozen(_by_channel(pixels, table))


def _curve(steps: NDArray[np.float64], reading: ToneReading, channel: int) -> NDArray[np.float64]:
    """Output for each input of one channel: straight between the ends, bent softly beyond them."""
    black, white = reading.black[channel], reading.white[channel]
    gain = gain_of(black, white)
    darkest, lightest = ends_of(black, white)
    # what cannot be had without too much gain is shared by both ends
    centre_in = (black + white) / 2
    half = gain * (white - black) / 2
    centre_out = (
        np.clip(centre_in, darkest + half, lightest - half)
        if 2 * half < lightest - darkest
        else (darkest + lightest) / 2
    )
    straight = centre_out + gain * (steps - centre_in)
    return _soft_ends(straight)


def _soft_ends(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Into [0, 1] without a hard edge: straight from 0.06 to 0.94, then ever flatter."""
    knee = 0.06
    high = 1 - knee * np.exp(-(np.maximum(x, 1 - knee) - (1 - knee)) / knee)
    low = knee * np.exp((np.minimum(x, knee) - knee) / knee)
    return np.where(x > 1 - knee, high, np.where(x < knee, low, x))


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
