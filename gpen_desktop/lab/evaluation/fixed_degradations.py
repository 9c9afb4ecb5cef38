"""Damage in fixed steps, for measuring: each kind at each level makes the same of the same picture every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage import degradations as d
from gpen_desktop.lab.damage.degradations import Rng

Damage = Callable[[FloatImage, Rng], FloatImage]


def _small(picture: FloatImage, rng: Rng, side: int) -> FloatImage:
    return d.shrunk(picture, rng, side, lambda s: d.jpeg(s, 75))


def _old(picture: FloatImage, rng: Rng, deviation: float) -> FloatImage:
    soft = d.gaussian_blur(d.grey(picture), 1.5)
    return d.jpeg(d.scratches(d.film_grain(soft, rng, deviation, 0.6), rng, 3), 80)


# Lengths in px of a 256 px face.
GRADES: Final[Mapping[tuple[str, str], Damage]] = MappingProxyType(
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


def graded(kind: str, level: str, picture: FloatImage, seed: int) -> tuple[FloatImage, FloatImage]:
    """(target, input), both (S, S, 3) in [0, 1]; an old print's target is grey. KeyError for an unknown pair."""
    damaged = GRADES[kind, level](picture, np.random.default_rng(seed))
    target = d.grey(picture) if kind == "old print" else picture
    return target, np.clip(damaged, 0, 1).astype(np.float32)
