"""What a photo needs: grain, JPEG blocks, a printed screen, blur, fading, size; seen in its pixels alone.
Whether a camera took it, its file tells.

Every measure is a plain number with a threshold beside it, so that what Automatic does can be told in a word and
checked. Thresholds were chosen on clean photos and damaged copies of them, and looked at on old photos; the
photos that measure the product's figures were not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.photo_files.exif import tells_exposure
from gpen_desktop.core.stages.noise_reading import NoiseReading, read_noise
from gpen_desktop.core.stages.tone_reading import ToneReading, flatness, is_faded, read_tone
from gpen_desktop.core.types import FloatImage, Photo, Pixels

_LARGEST: Final = 2400
"""Longer side, px, beyond which only the middle part of a photo is looked at for grain, blocks and screens."""

_GRAINY: Final = 3.2
"""Deviation of the noise in even places, in 8-bit steps, from which it is seen as grain."""

_EVENLY: Final = ((6.0, 15.0), (0.35, 0.65))
_EVENLY_IN_ONE_HUE: Final = (0.4, 0.19)
"""Share of a photo whose noise is within a third of its quietest tenth's, from which that noise is grain and no sand or
leaves: grain lies over all of a photo alike, and the more so the more it outdoes what is below. In colours by the
deviation of the noise: laid over 51 modern photos, noise of 8 steps has 0.36 to 0.5 at least, of 15 has 0.7 to 0.9;
sand and a thicket have 0.1 to 0.4 at any. In one hue, as most old photos are, JPEG has smoothed some of the grain, and
the lower share will do where noise is spread as chance spreads it."""

_BY_CHANCE: Final = 4.2
"""Kurtosis of the noise up to which chance spread it. Grain and printed dots have 2.9 to 4.1 where it was looked at;
meadows, bark, rough plaster, engravings and prints without middle tones 4.4 to 15."""

_ROUGH: Final = (1.05, 2.2)
"""Times that noise rises from one octave to the next coarser one, twice running, to be none: turf, plaster and concrete
are rough at every size and rise steadily, 1.08 to 1.9 in the three photos of them that were taken for grain, one of
them of those that measure. Grain has a size: beyond it it falls, and below that of wide grain it rises steeply. Of 0.9
px it rises by 1.2 and 0.7, of 1.4 by 2.4 and 0.9, of 1.8 by 3.9 and 1.2. Under about 640 px nothing can be told, and
all is grain that lies evenly."""

_BLOCKY: Final = ((1.25, 1.0), (2.8, 0.55))
"""Ratio and height of the steps across the borders of JPEG's blocks, from which on they are seen: in a busy photo they
have to be high, in an even one they show sooner. JPEG of quality 30 has them, of 85 hardly."""

_STILL: Final = 2.0
_NO_CHANCE: Final = 5.0
"""Deviation of the noise, 8-bit steps, above which it may be what JPEG left of grain or of fine printed dots, however
uneven: in nine of ten modern photos stored at quality 50 it is less. But not where its kurtosis is this high: that is
cloth, leaves or crowds. Grain that JPEG has spoilt had 4.5 at most, busy photos stored at quality 50 5.4 to 12."""

_SCREENED: Final = 14.0
"""Height of a peak in the spectrum over its surroundings, dB, from which a printed screen is seen."""

_PEAK: Final = 6.0
_PEAK_SHARE: Final = 0.12
"""Half the width of a screen's peak, in steps of the spectrum, and as a share of its frequency, whichever is more.
Chosen by hand."""

_SOFT: Final = 0.17
"""Share of contrast left in the finest octave of the photo's sharpest places, below which it is blurred. Of 176 photos
none has so little; blurred by a Gaussian of 2.5 pixels three quarters of them have, by 3 nearly all."""

_PARTS: Final = 4
"""Parts of a photo, each way, that its sharpness is looked at in: the edge of a mount, or what is out of focus, may be
the strongest edge of the whole and says nothing of the picture."""

_FAINT: Final = 3.0
"""Contrast in 8-bit steps, two octaves below the finest, at the strongest places of a part, below which nothing in it
can be sharp or not."""

_SPOILT_BLOCKS: Final = ((1.1, 1.4), (0.4, 0.8))
"""Ratio and height of the steps across the borders of JPEG's blocks between which a photo comes to count as spoilt."""

_IN_GOOD_ORDER: Final = 0.5
"""`spoilt` from which noise or JPEG's blocks may be what looks sharp on a small face. Of 9 modern group photos of the
web with sharp small faces it is 0 to 0.47, of 35 old ones with faces all but two have 0.5 or more."""

_SPOILT_NOISE: Final = ((0.8, 1.8), (0.35, 0.6))
"""Deviation of the noise, 8-bit steps, and its evenness between which it does: noise of 3 steps is seen as 1.8."""

_SMALL: Final = 700_000
"""Pixels below which enlarging is offered: less than a screen shows."""

_SEEN_FLAT: Final = 0.2
"""Share of a faded photo's restoring below which nobody would see any."""


@dataclass(frozen=True)
class PhotoReading:
    """What was seen of a photo.

    noise: see stages/noise_reading.py.
    blocks: steps across the borders of 8 x 8 blocks against those within (1: none). block_steps: how much higher, 8-bit
    steps. screen: peak of a printed screen in the spectrum, dB. screen_period: its distance between dots, px.
    sharpness: contrast in the finest octave, against that two octaves below, where that is strongest; of the parts of
    the photo the upper quarter. tone: see stages/tone_reading.py. pixels: how many. is_exposed: whether the file tells
    how long a camera exposed it.
    """

    noise: NoiseReading
    blocks: float
    block_steps: float
    screen: float
    screen_period: float
    sharpness: float
    tone: ToneReading
    pixels: int
    is_exposed: bool

    @property
    def grain_to_come(self) -> float:
        """Deviation of the noise once the tones are back, which raises it with the contrast of a faded photo."""
        return self.noise.level * (1 + self.fading * (self.tone.gain - 1))

    @property
    def is_grainy(self) -> bool:
        return self._lies_evenly and not self._is_rough

    @property
    def _is_rough(self) -> bool:
        """Whether what looks like noise is there at every size."""
        least, most = _ROUGH
        return bool(self.noise.steps) and all(least < step < most for step in self.noise.steps)

    @property
    def _lies_evenly(self) -> bool:
        """Whether there is enough noise to be seen, and so evenly as grain lies."""
        if self.tone.one_hue:
            surely, maybe = _EVENLY_IN_ONE_HUE
            enough = maybe if self.noise.tails < _BY_CHANCE else surely
        else:
            enough = float(np.interp(self.noise.level, *_EVENLY))
        return self.grain_to_come > _GRAINY and self.noise.evenness > enough

    @property
    def is_blocky(self) -> bool:
        return any(self.blocks > ratio and self.block_steps > steps for ratio, steps in _BLOCKY)

    @property
    def is_only_blocky(self) -> bool:
        """Whether JPEG's blocks are all there is to be cleaned."""
        is_noisy = self.noise.level >= _STILL and self.noise.tails <= _NO_CHANCE
        return self.is_blocky and not (is_noisy or self.is_grainy or self.is_screened or self.is_soft)

    @property
    def is_in_good_order(self) -> bool:
        """Whether noise and JPEG's blocks count for so little that small faces may be taken for sharp."""
        return _spoilt(self.noise, self.blocks, self.block_steps) < _IN_GOOD_ORDER

    @property
    def looks_old(self) -> bool:
        """Whether it may be an old print by its colours."""
        return self.tone.one_hue or self.tone.two_hues or self.is_faded

    @property
    def may_be_print(self) -> bool:
        """Whether it may be the scan of a print, which can have scratches: whatever no camera has said it took."""
        return self.looks_old or not self.is_exposed

    @property
    def is_screened(self) -> bool:
        return self.screen > _SCREENED

    @property
    def is_soft(self) -> bool:
        return self.sharpness < _SOFT

    @property
    def is_faded(self) -> bool:
        return is_faded(self.tone)

    @property
    def is_flat(self) -> bool:
        """Whether it is not faded, and yet its tones gain by a part of what those of a faded photo are given."""
        return flatness(self.tone) > _SEEN_FLAT

    @property
    def fading(self) -> float:
        """0 to 1: how much of a faded photo's restoring it needs."""
        return 1.0 if self.is_faded else flatness(self.tone) * self.is_flat

    @property
    def is_small(self) -> bool:
        return self.pixels < _SMALL


def read_photo(photo: Photo) -> PhotoReading:
    """Look at a photo."""
    plane = _grey(_middle(photo.pixels))
    screen, period = _screen(plane)
    blocks, block_steps = _blocks(plane)
    return PhotoReading(
        noise=read_noise(plane),
        blocks=blocks,
        block_steps=block_steps,
        screen=screen,
        screen_period=period,
        sharpness=_sharpness(plane),
        tone=read_tone(photo.pixels),
        pixels=photo.width * photo.height,
        is_exposed=tells_exposure(photo.metadata.exif),
    )


def spoilt(pixels: Pixels) -> float:
    """0 to 1: how far noise or JPEG's blocks lie over a photo (H, W, 3), also where nobody would see them yet.

    0 for one in good order, 1 for a JPEG of quality 50, or noise of three 8-bit steps.
    """
    plane = _grey(_middle(pixels))
    return _spoilt(read_noise(plane), *_blocks(plane))


def _spoilt(noise: NoiseReading, blocks: float, block_steps: float) -> float:
    by_noise, by_blocks = (
        [np.interp(each, between, (0, 1)) for each, between in zip(seen, bounds, strict=True)]
        for seen, bounds in (((noise.level, noise.evenness), _SPOILT_NOISE), ((blocks, block_steps), _SPOILT_BLOCKS))
    )
    return float(max(min(by_noise), *by_blocks))


def _middle(pixels: Pixels) -> Pixels:
    """The middle part, cut at a multiple of 8 so that JPEG's blocks stay where they are."""
    cuts = []
    for side in pixels.shape[:2]:
        start = max(0, (side - _LARGEST) // 2) // 8 * 8
        cuts.append(slice(start, start + min(side, _LARGEST)))
    part: Pixels = pixels[cuts[0], cuts[1]]
    return part


def _grey(pixels: Pixels) -> FloatImage:
    """(H, W) float32 in 8-bit steps."""
    step = np.float32(255 / np.iinfo(pixels.dtype).max)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32) * step


def _blocks(plane: FloatImage) -> tuple[float, float]:
    """The strongest of the eight phases over the mean of the others, and less it; of both directions the weaker."""
    if min(plane.shape) < 64:
        return 1.0, 0.0
    ratios, steps = [], []
    for direction in (plane, plane.T):
        # second differences: a slope is no step
        second = np.abs(direction[:, 1:-2] - direction[:, 2:-1] - (direction[:, :-3] - direction[:, 3:]) / 3)
        columns = np.minimum(second, 12).mean(axis=0)
        phases = np.array([columns[k::8].mean() for k in range(8)])
        strongest = int(phases.argmax())
        others = float(np.delete(phases, strongest).mean())
        ratios.append(float(phases[strongest]) / max(others, 0.05))
        steps.append(float(phases[strongest]) - others)
    return min(ratios), min(steps)


def _screen(plane: FloatImage) -> tuple[float, float]:
    """(height in dB, period in px) of the strongest peak that stands at two directions a right angle apart."""
    side = 256
    if min(plane.shape) < side:
        side = 128
    if min(plane.shape) < side:
        return 0.0, 0.0
    window = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
    power = np.zeros((side, side))
    count = 0
    for y in np.linspace(0, plane.shape[0] - side, 5).astype(int):
        for x in np.linspace(0, plane.shape[1] - side, 5).astype(int):
            tile = plane[y : y + side, x : x + side]
            if 30 < tile.mean() < 225:
                spectrum = np.abs(np.fft.fft2((tile - tile.mean()) * window)) ** 2
                power += spectrum / max(float(spectrum.sum()), 1e-6)
                count += 1
    if count < 3:
        return 0.0, 0.0
    level = 10 * np.log10(np.fft.fftshift(power) + 1e-12).astype(np.float32)
    around = cv2.medianBlur(level, 5) if side < 256 else _wide_median(level)
    frequency = np.fft.fftshift(np.fft.fftfreq(side))
    fx, fy = np.meshgrid(frequency, frequency)
    radius = np.hypot(fx, fy)
    rise = np.minimum(level - around, level - _along_ray(level, radius))
    least, most = np.minimum(np.abs(fx), np.abs(fy)), np.maximum(np.abs(fx), np.abs(fy))
    rise[(radius < 0.07) | (most > 0.48) | (least < 0.012)] = 0
    rise[(np.abs(8 * fx - np.rint(8 * fx)) < 0.06) & (np.abs(8 * fy - np.rint(8 * fy)) < 0.06)] = 0  # JPEG's blocks
    # a screen has its dots in rows and columns: what stands alone is cloth, or a fence
    middle = side // 2
    turned = np.zeros_like(rise)
    ys, xs = np.nonzero(rise > 6)
    grown = cv2.dilate(rise, np.ones((5, 5), np.uint8))
    for y, x in zip(ys, xs, strict=True):
        ty, tx = middle + (x - middle), middle - (y - middle)
        if 0 <= ty < side and 0 <= tx < side:
            turned[y, x] = min(rise[y, x], grown[ty, tx])
    best = np.unravel_index(int(turned.argmax()), turned.shape)
    return float(turned[best]), float(1 / radius[best]) if turned[best] > 0 else 0.0


def _along_ray(level: FloatImage, radius: NDArray[np.float64]) -> FloatImage:
    """The higher of what lies before and behind each place of a centred spectrum (S, S), dB, on the ray from its
    middle. radius (S, S): how far each is from there, in cycles a pixel.

    An edge, as of a print askew on its mount, is such a ray, and its four sides stand at right angles as a screen's
    rows do.
    """
    side = level.shape[0]
    middle = side // 2
    ys, xs = np.mgrid[0:side, 0:side].astype(np.float32) - middle
    smooth = cv2.blur(level, (3, 3))
    step = np.maximum(_PEAK, _PEAK_SHARE * side * radius) / np.maximum(side * radius, 1)
    near, far = (
        cv2.remap(
            smooth,
            (middle + xs * share).astype(np.float32),
            (middle + ys * share).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for share in (1 - step, 1 + step)
    )
    return np.asarray(np.maximum(near, far), np.float32)


def _wide_median(level: FloatImage) -> FloatImage:
    small = cv2.resize(level, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_NEAREST)
    return np.asarray(
        cv2.resize(cv2.medianBlur(small, 5), level.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32
    )


def _sharpness(plane: FloatImage) -> float:
    """Contrast of the finest octave against that of the third, at the places of each part where the third has most; a
    quarter of the parts is sharper."""
    if min(plane.shape) < 32:
        return 1.0
    levels = [plane]
    for _ in range(3):
        levels.append(np.asarray(cv2.pyrDown(levels[-1]), np.float32))
    bands = [np.abs(level - cv2.pyrUp(below, dstsize=level.shape[::-1])) for level, below in pairwise(levels)]
    fine, coarse = bands[0], np.asarray(cv2.resize(bands[2], bands[0].shape[::-1], interpolation=cv2.INTER_LINEAR))
    shares = []
    for y0, y1 in _parts(plane.shape[0]):
        for x0, x1 in _parts(plane.shape[1]):
            part = coarse[y0:y1, x0:x1]
            edges = part >= np.percentile(part, 90)
            strength = float(part[edges].mean())
            if strength > _FAINT:
                shares.append(float(fine[y0:y1, x0:x1][edges].mean()) / strength)
    return float(np.percentile(shares, 75)) if shares else 1.0  # an even picture has no places to be sharp


def _parts(length: int) -> Iterator[tuple[int, int]]:
    return pairwise(length * number // _PARTS for number in range(_PARTS + 1))
