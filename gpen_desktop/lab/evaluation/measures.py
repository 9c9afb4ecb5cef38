"""How good a restored face is, in numbers. Pictures are (S, S, 3) uint8 RGB, aligned to the FFHQ template."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import nn

from gpen_desktop.core.faces.alignment import template_points
from gpen_desktop.core.faces.identity import landmarks_around
from gpen_desktop.core.faces.masks import skin_mask
from gpen_desktop.core.types import Crop, Face, FloatImage, frozen
from gpen_desktop.errors import OptionError
from gpen_desktop.lab.damage import basicsr_compat
from gpen_desktop.lab.typed import doubles, floats, octets
from gpen_desktop.messages import say
from gpen_desktop.models import registry, store
from gpen_desktop.models.catalog import LANDMARKS
from gpen_desktop.models.spec import Task

Picture = NDArray[np.uint8]
Measure = Callable[[Picture, Picture, Picture], float]
"""measure(restored, clean, damaged)."""

# Sides of the crops in which landmarks are looked for, in eye distances: the answers are averaged.
_LANDMARK_SIDES: Final = (2.3, 2.6, 2.9)
# Skin colour is what is left after a blur of this many eye distances: grain is not colour.
_COLOUR_BLUR: Final = 0.05
# Mean square of a band, in levels, below which there is nothing but rounding.
_NO_ENERGY: Final = 0.01


@dataclass(frozen=True)
class Told:
    """What a measure is called and means. better: 'higher', 'lower' or 'nearer to 1'. logarithm: whether the measure
    gives the natural logarithm of what is told, whose means are geometric then."""

    title: str
    unit: str
    better: str
    digits: int
    logarithm: bool = False


TOLD: Final[Mapping[str, Told]] = {
    "psnr": Told("PSNR", "dB", "higher", 2),
    "psnr_gain": Told("PSNR gained over the damaged face", "dB", "higher", 2),
    "ssim": Told("SSIM", "", "higher", 3),
    "niqe": Told("NIQE", "", "lower", 2),
    "octave_1": Told("energy in the finest octave, of the clean face's", "", "nearer to 1", 2, logarithm=True),
    "octave_2": Told("energy in the second octave, of the clean face's", "", "nearer to 1", 2, logarithm=True),
    "octave_3": Told("energy in the third octave, of the clean face's", "", "nearer to 1", 2, logarithm=True),
    "landmark_shift": Told("landmark shift", "% of the eye distance", "lower", 2),
    "skin_delta_e": Told("skin ΔE2000 from the clean face", "", "lower", 2),
    "skin_change": Told("skin ΔE2000 from the damaged face", "", "lower", 2),
}


TONES: Final = ("light", "medium", "dark")
"""What `skin_tone` answers."""


def all_measures() -> dict[str, Measure]:
    """By the names of TOLD. Raises OptionError where basicsr or scikit-image is missing, WeightsError."""
    net = registry.load(store.find(LANDMARKS), Task.LANDMARKS)
    return {
        "psnr": lambda restored, clean, _: psnr(restored, clean),
        "psnr_gain": psnr_gain,
        "ssim": lambda restored, clean, _: ssim(restored, clean),
        "niqe": lambda restored, *_: niqe(restored),
        "octave_1": lambda restored, clean, _: octave_energy(restored, clean, 1),
        "octave_2": lambda restored, clean, _: octave_energy(restored, clean, 2),
        "octave_3": lambda restored, clean, _: octave_energy(restored, clean, 3),
        "landmark_shift": lambda restored, clean, _: landmark_shift(net, restored, clean),
        "skin_delta_e": lambda restored, clean, _: skin_delta_e(restored, clean),
        "skin_change": lambda restored, _, damaged: skin_delta_e(restored, damaged),
    }


def psnr(restored: Picture, clean: Picture) -> float:
    """dB over all three channels; infinite for equal pictures."""
    return float(basicsr_compat.metrics().calculate_psnr(restored, clean, crop_border=0))


def psnr_gain(restored: Picture, clean: Picture, damaged: Picture) -> float:
    """dB by which the restored face is nearer to the clean one than the damaged one was: compared face by face, its
    confidence interval is not widened by some faces being harder than others. Not a number for undamaged faces."""
    before, after = psnr(damaged, clean), psnr(restored, clean)
    return after - before if math.isfinite(before) else math.nan


def ssim(restored: Picture, clean: Picture) -> float:
    """Of the grey pictures: Gaussian window of 11 px, sigma 1.5, where it fits whole."""
    a, b = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None] for picture in (restored, clean))
    return float(basicsr_compat.metrics().calculate_ssim(a, b, crop_border=0))


def niqe(restored: Picture) -> float:
    """Naturalness without a reference (Mittal et al. 2013); lower is more natural. Rough on so small a picture: four
    blocks of 96 px."""
    return float(basicsr_compat.metrics().calculate_niqe(restored[..., ::-1], crop_border=0))


def octave_energy(restored: Picture, clean: Picture, octave: int) -> float:
    """Natural logarithm of the ratio of energies in one octave of the grey pictures, 1 the finest: bands of a pyramid
    with OpenCV's binomial filter. What least squares makes smooth has less than 1, grain and crackle have more: by
    itself it proves nothing."""
    ours, theirs = (_band_energy(picture, octave) for picture in (restored, clean))
    return math.log(max(ours, _NO_ENERGY) / max(theirs, _NO_ENERGY))


def _band_energy(picture: Picture, octave: int) -> float:
    grey = floats(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32))
    for _ in range(octave - 1):
        grey = floats(cv2.pyrDown(grey))
    band = grey - cv2.pyrUp(cv2.pyrDown(grey), dstsize=grey.shape[::-1])
    return float(np.square(band).mean())


def landmark_shift(net: nn.Module, restored: Picture, clean: Picture) -> float:
    """Mean distance of five landmarks between the two, in percent of the eye distance, by the built-in network."""
    eye = _eye_distance(clean.shape[0])
    found = [_landmarks(net, picture) for picture in (restored, clean)]
    return float(np.linalg.norm(found[0] - found[1], axis=1).mean() / eye * 100)


def delta_e(made: Picture, clean: Picture) -> float:
    """Mean CIEDE2000 of every pixel."""
    colour = _skimage_color()
    return float(colour.deltaE_ciede2000(*(colour.rgb2lab(picture) for picture in (made, clean))).mean())


def skin_delta_e(restored: Picture, clean: Picture) -> float:
    """Mean CIEDE2000 over the clean face's skin, after a blur that takes grain and pores away."""
    colour = _skimage_color()
    size = clean.shape[0]
    mask = skin_mask(as_crop(floats(clean.astype(np.float32) / 255)))
    rows, columns = np.nonzero(mask.max(1) > 0.05)[0], np.nonzero(mask.max(0) > 0.05)[0]
    if rows.size == 0 or columns.size == 0:
        return float("nan")
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    sigma = _COLOUR_BLUR * _eye_distance(size)
    labs = [
        colour.rgb2lab(cv2.GaussianBlur(p.astype(np.float32) / 255, (0, 0), sigma)[part]) for p in (restored, clean)
    ]
    return float(np.average(colour.deltaE_ciede2000(*labs), weights=mask[part]))


def skin_tone(clean: Picture) -> str:
    """Of TONES, by the individual typology angle of the face's skin: above 41°, down to 10°, below
    (Chardon et al. 1991; the lightest two and the darkest two of its classes in one). What the picture shows, exposure
    and all; no statement on the person. '' for a grey picture, or one that shows no skin."""
    colour = _skimage_color()
    mask = skin_mask(as_crop(floats(clean.astype(np.float32) / 255)))
    if not mask.any() or is_grey(clean):
        return ""
    lightness, _, yellow = np.average(colour.rgb2lab(clean).reshape(-1, 3), axis=0, weights=mask.ravel())
    angle = math.degrees(math.atan2(lightness - 50, yellow))
    return "light" if angle > 41 else "medium" if angle > 10 else "dark"


def is_grey(picture: Picture) -> bool:
    """Whether its channels differ by no more than rounding does."""
    return bool(np.ptp(picture.astype(np.int16), axis=2).max() <= 1)


def as_crop(pixels: FloatImage, enlarged: float = 1.0) -> Crop:
    """An aligned face as the crop of a photo that is that face, `enlarged` pixels of it to one of the photo: landmarks
    at the FFHQ template, (S, S, 3) in [0, 1]."""
    points = template_points("ffhq", pixels.shape[0]) / enlarged
    return Crop(Face(frozen(points), float("inf")), frozen(pixels), frozen(enlarged * np.eye(2, 3)))


def _skimage_color() -> ModuleType:
    """skimage.color. Raises OptionError where it is missing."""
    try:
        return import_module("skimage.color")  # of the lab extra, which may be absent
    except ImportError as error:
        raise OptionError(
            say("scikit-image-missing", "This needs scikit-image."),
            todo=say("install-lab", "Install it: uv sync --extra lab"),
        ) from error


def _eye_distance(size: int) -> float:
    points = template_points("ffhq", size)
    return float(np.linalg.norm(points[1] - points[0]))


def _landmarks(net: nn.Module, picture: Picture) -> NDArray[np.float64]:
    """(5, 2) in pixels of the picture."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    size = picture.shape[0]
    centre = template_points("ffhq", size).mean(axis=0)
    found = landmarks_around(net, [octets(grey)], centre, _eye_distance(size), _LANDMARK_SIDES)
    return doubles(found[0])
