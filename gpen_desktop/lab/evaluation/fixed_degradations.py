"""Damage in fixed steps, for measuring: each kind at each level makes the same of the same picture every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import cv2
import numpy as np

from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage import degradations as d
from gpen_desktop.lab.damage.chance import Rng
from gpen_desktop.lab.damage.recipes import SmallFace, SmallFile, through_small_file
from gpen_desktop.lab.typed import floats

Damage = Callable[[FloatImage, Rng], FloatImage | SmallFace]


def _small(picture: FloatImage, rng: Rng, side: int) -> FloatImage:
    return d.shrunk(picture, rng, side, lambda s: d.jpeg(s, 75))


def _old(picture: FloatImage, rng: Rng, deviation: float) -> FloatImage:
    soft = d.gaussian_blur(d.grey(picture), 1.5)
    return d.jpeg(d.scratches(d.film_grain(soft, rng, deviation, 0.6), rng, 3), 80)


def _shrunk_to(picture: FloatImage, rng: Rng, side: int, deviation: float, quality: int) -> FloatImage:
    small = floats(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA))
    stored = d.jpeg(d.noise(small, rng, deviation, alike=False) if deviation else small, quality)
    return floats(cv2.resize(stored, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC))


def _blurred(picture: FloatImage, rng: Rng, sigma: float, deviation: float) -> FloatImage:
    return d.noise(d.gaussian_blur(picture, sigma), rng, deviation, alike=False)


def _old_scan(picture: FloatImage, rng: Rng) -> FloatImage:
    """White noise of 16 / 255 that the scanner blurred, 6 / 255 of it left."""
    grain = d.gaussian_blur(d.noise(np.zeros_like(picture), rng, 16, alike=True), 0.75)
    return d.jpeg(d.scratches(d.gaussian_blur(d.grey(picture), 1.5) + grain, rng, 3), 80)


def _in_file(
    picture: FloatImage, rng: Rng, width: int, *, again: int = 0, halved: bool = False, calmed: bool = False
) -> SmallFace:
    """A face `width` px from ear to ear in a JPEG file of middling quality, the head a little tilted."""
    file = SmallFile(
        side=_side_of(width),
        blur=0.4,
        averaged=True,
        tilt=3,
        noise=2,
        noise_alike=True,
        grain=0,
        grain_size=0,
        quality=88 if again else 78,
        chroma_halved=True,
        offset=3,
        again=again,
        again_chroma_halved=True,
        again_offset=6,
        shrunk_between=halved,
        calmed=calmed,
    )
    return through_small_file(picture, rng, file)


_FACE_SHARE: Final = 0.55
"""Of the side of an aligned face, from ear to ear."""

# Lengths in px of a 256 px face.
_STEPS: Final[Mapping[tuple[str, str], Damage]] = MappingProxyType(
    {
        ("clean", "as it is"): lambda p, _: p,
        ("blur", "sigma 1"): lambda p, _: d.gaussian_blur(p, 1.0),
        ("blur", "sigma 2"): lambda p, _: d.gaussian_blur(p, 2.0),
        ("blur", "sigma 4"): lambda p, _: d.gaussian_blur(p, 4.0),
        ("motion", "6 px"): lambda p, r: d.motion_blur(p, r, 6),
        ("motion", "12 px"): lambda p, r: d.motion_blur(p, r, 12),
        ("size", "96 px"): lambda p, r: _small(p, r, 96),
        ("size", "64 px"): lambda p, r: _small(p, r, 64),
        ("size", "40 px"): lambda p, r: _small(p, r, 40),
        ("noise", "5 / 255"): lambda p, r: d.noise(p, r, 5, alike=False),
        ("noise", "15 / 255"): lambda p, r: d.noise(p, r, 15, alike=False),
        ("noise", "25 / 255"): lambda p, r: d.noise(p, r, 25, alike=False),
        ("JPEG", "quality 60"): lambda p, _: d.jpeg(p, 60),
        ("JPEG", "quality 30"): lambda p, _: d.jpeg(p, 30),
        ("JPEG", "quality 15"): lambda p, _: d.jpeg(p, 15),
        ("old print", "grain 8"): lambda p, r: _old(p, r, 8),
        ("old print", "grain 20"): lambda p, r: _old(p, r, 20),
        ("half-tone", "random"): d.half_tone,
        ("fold", "one"): d.fold,
    }
)


# With these the figures of the model card (weights/README.md) are made.
_STANDARD: Final[Mapping[tuple[str, str], Damage]] = MappingProxyType(
    {
        ("light", ""): lambda p, r: d.jpeg(_blurred(p, r, 0.8, 3), 85),
        ("soft", ""): lambda p, r: _blurred(p, r, 2.0, 3),
        ("lowres", ""): lambda p, r: _shrunk_to(p, r, 64, 0, 75),
        ("noise", ""): lambda p, r: d.jpeg(_blurred(p, r, 0.8, 15), 60),
        ("severe", ""): lambda p, r: _shrunk_to(d.gaussian_blur(p, 1.5), r, 42, 6, 60),
        ("old", ""): _old_scan,
    }
)


def _side_of(width: int) -> int:
    """Side in px of the square of a face `width` px from ear to ear."""
    return round(width / _FACE_SHARE)


# Level -> width from ear to ear, px of the file, and what else became of the file.
_SMALL_FACES: Final[Mapping[str, tuple[int, Mapping[str, Any]]]] = MappingProxyType(
    {
        **{f"{width} px": (width, {}) for width in (25, 40, 60, 100)},
        "50 px, saved twice": (50, {"again": 78}),
        "50 px, halved": (50, {"again": 78, "halved": True}),
    }
)
_SMALL_JPEG: Final = "small JPEG"


def _small_jpeg(*, calmed: bool) -> Mapping[tuple[str, str], Damage]:
    def stored(width: int, file: Mapping[str, Any]) -> Damage:
        return lambda p, r: _in_file(p, r, width, calmed=calmed, **file)

    return MappingProxyType({(_SMALL_JPEG, level): stored(*face) for level, face in _SMALL_FACES.items()})


SETS: Final[Mapping[str, Mapping[tuple[str, str], Damage]]] = MappingProxyType(
    {
        "graded": _STEPS,
        "standard": _STANDARD,
        "small-jpeg": _small_jpeg(calmed=False),
        "small-jpeg-calmed": _small_jpeg(calmed=True),
    }
)
"""Name of a set -> (kind, level) -> what is done to a picture. small-jpeg is what a network gets that restores,
small-jpeg-calmed what one that invents does."""

_GREY_KINDS: Final = ("old print", "old")


@dataclass(frozen=True, eq=False)
class Damaged:
    """(S, S, 3) in [0, 1] each. target: the clean face. shown: as the damaged photo shows it. given: what a network is
    given of that: the same, or what the product makes of a face with few pixels first."""

    target: FloatImage
    shown: FloatImage
    given: FloatImage


def fixed(name: str, kind: str, level: str, picture: FloatImage, seed: int) -> Damaged:
    """A face (S, S, 3) in [0, 1], damaged; an old print's target is grey. KeyError for what is not in the set."""
    made = SETS[name][kind, level](picture, np.random.default_rng(seed))
    target = d.grey(picture) if kind in _GREY_KINDS else picture
    if isinstance(made, SmallFace):
        return Damaged(target, made.shown, made.given)
    damaged = np.clip(made, 0, 1).astype(np.float32)
    return Damaged(target, damaged, damaged)


def enlarged(kind: str, level: str) -> float:
    """Pixels of what `fixed` gives to one of the photo that it was enlarged from: 1 for kinds that
    come from none."""
    return 256 / _side_of(_SMALL_FACES[level][0]) if kind == _SMALL_JPEG else 1.0
