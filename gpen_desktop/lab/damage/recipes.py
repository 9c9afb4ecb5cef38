"""Which damage a training face gets: kinds of bad photos, each with its own ranges, mixed by weight.

What belongs to the picture and not to its damage is in target and input alike: colours, tone, fading, colour casts. A
face model that changed them would change skin, and the product leaves tone to the user.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.affine import from_scaled
from gpen_desktop.core.faces.alignment import cut_out
from gpen_desktop.core.faces.small_faces import Doubled, for_inventor, for_network
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.stages.tiles import changed
from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage import degradations as d
from gpen_desktop.lab.damage.chance import Rng, log_uniform
from gpen_desktop.lab.typed import doubles, floats, octets

Kind = Callable[[FloatImage, Rng], FloatImage]
Recipe = Mapping[str, float]

_GREY: Final = 8
"""Mean difference of the channels, in levels, up to which a face is taken for a grey one."""


def degrade(face: NDArray[np.uint8], rng: Rng, recipe: Recipe) -> tuple[FloatImage, FloatImage]:
    """Make one training pair from a face (S, S, 3) RGB.

    recipe: weight of each kind in KINDS. Returns (target, input), both (S, S, 3) float32 in [0, 1].
    """
    names = list(recipe)
    weights = np.array([recipe[name] for name in names])
    return degrade_as(names[int(rng.choice(len(names), p=weights / weights.sum()))], face, rng)


def degrade_as(kind: str, face: NDArray[np.uint8], rng: Rng) -> tuple[FloatImage, FloatImage]:
    """As `degrade`, of one kind. KeyError for an unknown one."""
    colourless = _is_grey(face) or rng.random() < _COLOURLESS.get(kind, 0.0)
    target = _toned(floats(face.astype(np.float32) / 255), rng, faded=kind == "print_faded", colourless=colourless)
    damaged = KINDS[kind](target, rng)
    return target, np.clip(damaged, 0, 1).astype(np.float32)


def _is_grey(face: NDArray[np.uint8]) -> bool:
    """Whether it is a grey photo, toned a little or not."""
    return float(np.ptp(face[::8, ::8].astype(np.int16), axis=2).mean()) <= _GREY


def _toned(picture: FloatImage, rng: Rng, *, faded: bool, colourless: bool) -> FloatImage:
    """What target and input share: grey or not, exposure, white balance, contrast, fading."""
    if colourless or rng.random() < 0.2:
        picture = d.grey(picture)
        if rng.random() < 0.3:  # sepia
            picture = picture * np.array([1 + rng.uniform(0, 0.12), 1, 1 - rng.uniform(0, 0.25)], np.float32)
    elif rng.random() < 0.7:
        picture = picture * (rng.uniform(0.8, 1.15) * rng.uniform(0.93, 1.07, 3)).astype(np.float32)
    picture = np.clip(picture, 0, 1)
    if rng.random() < 0.25:
        picture = picture ** np.float32(rng.uniform(0.7, 1.4))
    if faded:
        picture = d.fading(picture, rng)
        if rng.random() < 0.5:
            picture = d.colour_cast(picture, rng)
    return np.clip(picture, 0, 1).astype(np.float32)


def _clean(x: FloatImage, rng: Rng) -> FloatImage:
    return d.jpeg(x, rng.uniform(90, 100)) if rng.random() < 0.3 else x


def _light(x: FloatImage, rng: Rng) -> FloatImage:
    x = d.noise(d.gaussian_blur(x, rng.uniform(0.3, 1.2)), rng, rng.uniform(0, 5), alike=rng.random() < 0.3)
    return d.jpeg(x, rng.uniform(75, 96)) if rng.random() < 0.9 else x


def _soft(x: FloatImage, rng: Rng) -> FloatImage:
    x = d.noise(d.gaussian_blur(x, rng.uniform(1.2, 3)), rng, rng.uniform(0, 5), alike=rng.random() < 0.3)
    return d.jpeg(x, rng.uniform(60, 96)) if rng.random() < 0.25 else x


def _low_resolution(x: FloatImage, rng: Rng) -> FloatImage:
    if rng.random() < 0.3:
        x = d.gaussian_blur(x, rng.uniform(0, 1))
    quality, deviation = rng.uniform(55, 95), rng.uniform(0, 3) if rng.random() < 0.4 else 0
    return d.shrunk(x, rng, int(rng.integers(48, 111)), lambda s: _stored(s, rng, deviation, quality))


def _enlarged(x: FloatImage, rng: Rng) -> FloatImage:
    """A face with fewer pixels than the network takes, else unharmed: what aligning a small, good face gives."""
    x = d.gaussian_blur(x, rng.uniform(0, 2))
    deviation = rng.uniform(0, 2) if rng.random() < 0.5 else 0
    quality = rng.uniform(80, 100)
    return d.shrunk(x, rng, int(rng.integers(64, 201)), lambda s: _stored(s, rng, deviation, quality))


@dataclass(frozen=True)
class SmallFile:
    """How a face comes to be small in a JPEG file.

    side: of the face's square in the file, px; where the file was saved at twice its size first, that is
    shrunk_between. calmed: as a network that invents gets it. blur: of the lens, px of the file. averaged: shrunk by
    averages, else by the cubic filter, which sharpens. tilt: of the head in the photo, degrees. noise: deviation / 255,
    of the scanner. grain, grain_size: of the film, deviation / 255 and px of the file. quality, chroma_halved, offset:
    of the JPEG and of its 8 px grid; again: quality of a second one, or 0, with its own chroma and offset.
    """

    side: int
    blur: float
    averaged: bool
    tilt: float
    noise: float
    noise_alike: bool
    grain: float
    grain_size: float
    quality: float
    chroma_halved: bool
    offset: int
    again: float
    again_chroma_halved: bool
    again_offset: int
    shrunk_between: bool
    calmed: bool = False


def small_file(rng: Rng) -> SmallFile:
    """Faces of 20 to 110 px from ear to ear, which take up 0.55 of the square, at the qualities of the web."""
    side = round(log_uniform(rng, 36, 200))
    again = rng.random() < 0.3
    return SmallFile(
        side=side,
        blur=rng.uniform(0, 1.4) if rng.random() < 0.7 else 0,
        averaged=bool(rng.random() < 0.7),
        tilt=float(np.clip(rng.normal(0, 4), -9, 9)) if rng.random() < 0.5 else 0,
        noise=rng.uniform(0, 6) if rng.random() < 0.5 else 0,
        noise_alike=bool(rng.random() < 0.7),
        grain=rng.uniform(1, 8) if rng.random() < 0.5 else 0,
        grain_size=rng.uniform(0.4, 1.4),
        quality=rng.uniform(60, 95),
        chroma_halved=bool(rng.random() < 0.65),
        offset=int(rng.integers(8)),
        again=rng.uniform(60, 95) if again else 0,
        again_chroma_halved=bool(rng.random() < 0.65),
        again_offset=int(rng.integers(8)),
        shrunk_between=bool(again and side <= 120 and rng.random() < 0.5),
    )


def _small_jpeg(x: FloatImage, rng: Rng) -> FloatImage:
    return through_small_file(x, rng, small_file(rng)).given


def _calmed(x: FloatImage, rng: Rng) -> FloatImage:
    return through_small_file(x, rng, dataclasses.replace(small_file(rng), calmed=True)).given


@dataclass(frozen=True, eq=False)
class SmallFace:
    """A face out of a small file, turned upright, (S, S, 3) each. shown: as it is, by the cubic filter. given: what a
    network of the product is given: cut out of the photo enlarged where it has few pixels (core.faces.small_faces)."""

    shown: FloatImage
    given: FloatImage


def through_small_file(x: FloatImage, rng: Rng, file: SmallFile) -> SmallFace:
    """A small face in a JPEG file, and what the product makes of it before its networks come."""
    whole = x.shape[0]
    last = max(8, round(file.side * whole / 256))
    side = 2 * last if file.shrunk_between else last
    middle = whole / 2 - 0.5
    x = d.gaussian_blur(x, file.blur * whole / side)
    if file.tilt:
        turn = cv2.getRotationMatrix2D((middle, middle), file.tilt, 1)
        x = floats(cv2.warpAffine(x, turn, (whole, whole), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101))
    x = floats(cv2.resize(x, (side, side), interpolation=cv2.INTER_AREA if file.averaged else cv2.INTER_CUBIC))
    if file.noise:
        x = d.noise(x, rng, file.noise, alike=file.noise_alike)
    if file.grain:
        x = d.film_grain(x, rng, file.grain, file.grain_size)
    x = _in_a_photo(x, file.offset, file.quality, chroma_halved=file.chroma_halved)
    if file.shrunk_between:
        x = floats(cv2.resize(x, (last, last), interpolation=cv2.INTER_AREA))
    if file.again:
        x = _in_a_photo(x, file.again_offset, file.again, chroma_halved=file.again_chroma_halved)
    turn_back = cv2.getRotationMatrix2D((middle, middle), -file.tilt, 1)
    to_crop = from_scaled(doubles(turn_back), last / whole, last / whole)
    pixels = octets(np.rint(np.clip(x, 0, 1) * 255).astype(np.uint8))
    crop = cut_out(pixels, to_crop, whole)
    face = (crop, pixels, to_crop, _doubling())
    calm = for_inventor(*face) if file.calmed else None
    return SmallFace(crop, for_network(*face) if calm is None else calm)


@cache
def _doubling() -> Doubled:
    """The product's enlarging, loaded once a process."""
    network = PhotoNetworks("cpu", "fp32").enlarger(0.0)
    return lambda pixels: changed(pixels, network, SilentProgress(), "enlarge")


def _in_a_photo(x: FloatImage, offset: int, quality: float, *, chroma_halved: bool) -> FloatImage:
    """Through JPEG where the photo goes on beyond the face and the 8 px grid does not begin with it."""
    around = floats(cv2.copyMakeBorder(x, offset, 8, offset, 8, cv2.BORDER_REPLICATE))
    side = x.shape[0]
    return d.jpeg(around, quality, chroma_halved=chroma_halved)[offset : offset + side, offset : offset + side]


def _noisy(x: FloatImage, rng: Rng) -> FloatImage:
    x = d.noise(d.gaussian_blur(x, rng.uniform(0.3, 1.5)), rng, rng.uniform(7, 22), alike=rng.random() < 0.3)
    return d.jpeg(x, rng.uniform(40, 90)) if rng.random() < 0.85 else x


def _severe(x: FloatImage, rng: Rng) -> FloatImage:
    x = d.gaussian_blur(x, rng.uniform(0.7, 2.5))
    deviation, quality = rng.uniform(2, 10), rng.uniform(40, 85)
    return d.shrunk(x, rng, int(rng.integers(30, 61)), lambda s: _stored(s, rng, deviation, quality))


def _old(x: FloatImage, rng: Rng) -> FloatImage:
    """A scan of an old grey print: soft, grainy, scratched, dusty, sometimes folded."""
    x = d.gaussian_blur(x, rng.uniform(0.6, 2.5))
    steps: list[Callable[[FloatImage], FloatImage]] = [lambda p: _grain(p, rng)]
    steps.append(lambda p: d.scratches(p, rng, int(rng.integers(1, 6))))
    if rng.random() < 0.2:
        steps.append(lambda p: d.dust(p, rng, int(rng.integers(3, 30))))
    if rng.random() < 0.12:
        steps.append(lambda p: d.fold(p, rng))
    for i in rng.permutation(len(steps)):
        x = steps[i](x)
    return d.jpeg(x, rng.uniform(55, 95)) if rng.random() < 0.9 else x


def _print(x: FloatImage, rng: Rng) -> FloatImage:
    """A print of poor make or a cutting: faded colours (shared with the target), dots or grain, dust, scratches."""
    x = d.gaussian_blur(x, rng.uniform(0.3, 1.5))
    x = d.half_tone(x, rng) if rng.random() < 0.35 else _grain(x, rng)
    x = d.dust(x, rng, int(rng.integers(0, 20)))
    if rng.random() < 0.3:
        x = d.fold(x, rng)
    return d.jpeg(x, rng.uniform(60, 95))


def _telephone(x: FloatImage, rng: Rng) -> FloatImage:
    """A snapshot: moved or shaken, in poor light, sent round and saved again."""
    x = d.motion_blur(x, rng, rng.uniform(3, 15)) if rng.random() < 0.6 else d.shaped_blur(x, rng, rng.uniform(0.6, 3))
    lights = rng.random()
    if lights < 0.3:
        gain = float(np.clip(x.mean(), 0.05, 1))
        x = d.low_light(x, rng)
        x = x * np.float32(gain / max(float(x.mean()), 0.05))  # exposure is the target's: tone is not to be learnt
    elif lights < 0.6:
        x = d.shot_noise(x, rng, rng.uniform(0.2, 1.5))
    if rng.random() < 0.4:
        return d.double_jpeg(x, rng, rng.uniform(45, 90))
    return d.jpeg(x, rng.uniform(45, 95))


def _anything(x: FloatImage, rng: Rng) -> FloatImage:
    """Blur of any width and shape, lines, any size, noise and JPEG, in the wide ranges of a first training."""
    sigma = log_uniform(rng, 0.3, 4.5)
    choice = rng.random()
    if choice < 0.6:
        x = floats(cv2.GaussianBlur(x, (0, 0), sigma))
    elif choice < 0.8:
        x = d.shaped_blur(x, rng, max(0.5, min(sigma, 3)))
    elif choice < 0.9:
        x = d.motion_blur(x, rng, rng.uniform(4, 17))
    if rng.random() < 0.15:
        x = d.scratches(x, rng, int(rng.integers(1, 5)))
    side = x.shape[0]
    small = max(24, round(side / rng.choice([1, rng.uniform(1, 2), rng.uniform(1, 4), rng.uniform(2, 7)])))
    deviation = rng.uniform(0, 20 if rng.random() < 0.3 else 10)
    quality = rng.uniform(30, 95)
    if small == side:
        return _stored(x, rng, deviation, quality)
    return d.shrunk(x, rng, small, lambda s: _stored(s, rng, deviation, quality))


def _stored(x: FloatImage, rng: Rng, deviation: float, quality: float) -> FloatImage:
    if deviation:
        x = d.noise(x, rng, deviation, alike=rng.random() < 0.4)
    return d.jpeg(x, quality) if rng.random() < 0.85 else x


def _grain(x: FloatImage, rng: Rng) -> FloatImage:
    deviation = rng.uniform(5, 24)
    if rng.random() < 0.6:
        return d.noise(x, rng, deviation, alike=rng.random() < 0.8)
    return d.film_grain(x, rng, deviation, rng.uniform(0, 1.2))


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "clean": _clean,
        "light": _light,
        "soft": _soft,
        "low_resolution": _low_resolution,
        "enlarged": _enlarged,
        "small_jpeg": _small_jpeg,
        "calmed": _calmed,
        "noisy": _noisy,
        "severe": _severe,
        "old": _old,
        "print_faded": _print,
        "telephone": _telephone,
        "anything": _anything,
    }
)
_COLOURLESS: Final[Mapping[str, float]] = MappingProxyType({"old": 1.0, "small_jpeg": 0.3, "calmed": 0.3})
"""How often a kind is of a grey photo for certain; the others are so now and then."""

# Small faces from JPEG files are what old group photos are full of, and what the first built-in network never saw. Of
# the rest, half is blur and low resolution, which are learnt slowest, and enough good faces that they are left alone.
DEFAULT: Final[Recipe] = MappingProxyType(
    {
        "clean": 6,
        "light": 8,
        "soft": 12,
        "low_resolution": 8,
        "enlarged": 8,
        "small_jpeg": 55,
        "noisy": 7,
        "severe": 9,
        "old": 9,
        "print_faded": 2,
        "telephone": 3,
        "anything": 5,
    }
)

# A network that invents gets small faces calmed, and lacks texture most where blur or few pixels left none.
VIVID: Final[Recipe] = MappingProxyType(
    {
        **DEFAULT,
        "soft": 14,
        "low_resolution": 12,
        "small_jpeg": 12,
        "calmed": 22,
        "telephone": 1,
    }
)
