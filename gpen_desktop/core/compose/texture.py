"""Fine texture: how much of it is detail and how much noise, and what of the photo's own to keep.

All measures work on luma in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.affine import scale_of
from gpen_desktop.core.grain import FLAT_PERCENTILE, fine_band, local_deviation, luma
from gpen_desktop.core.resizing import resized
from gpen_desktop.core.types import Crop, FloatImage

# Texture is detail where its local energy is clearly over the floor that flat places show (noise is there everywhere).
_OVER_FLOOR: Final = 1.6
# Skin texture is faint; a stronger excursion is a scratch, dust or an edge, which the model is to judge.
_FAINT: Final = 0.06
# A source counts as sharp when it shows the restored crop's structures at nearly full strength, and its noise is faint
# beside them. Measured on aligned faces: clean faces 1.03 to 1.36 and 0.09 to 0.5; lightly damaged 0.72 to 1.04;
# blurred or small ones under 0.8; noisy ones over 1, but with noise over 0.65.
_SHARP_GAIN: Final = 0.9
_SHARP_NOISE: Final = 0.6
# ... and when the photo has nearly the crop's resolution there; below, the crop itself is an enlargement.
_SHARP_RESOLUTION: Final = 0.8
# Where it has less, both are compared as small as the photo shows the face: by photo pixels to a crop pixel, how
# strongly a sharp one shows the restored face's structures. Clean faces shrunk by area to 24 to 90 px have 0.71 to 0.94
# (a tenth to nine tenths of 23), to 120, 150, 190 px at least 0.78, 0.79, 0.84; blurred by half a pixel 0.56 to 0.70,
# to 0.78 at 90 px; 29 faces of a photo of 1927 0.39 to 0.62. JPEG and noise do not lower it: photos in bad order are
# told otherwise (stages/analysis.py: PhotoReading.is_in_good_order).
_SHARP_WHEN_SMALL: Final = ((0.35, 0.8), (0.72, 0.9))

# Gains over the eyes between which it is less and less the model that shows more of them. Clean faces have 0.75 to
# 1.05, as the model draws some lashes stronger and loses others; blurred ones under 0.5.
_OWN_EYES: Final = (0.5, 0.8)

# How much of what is invented is drawn, by crop pixels to a photo pixel: with so few to say where, skin in shadow
# becomes patches with edges, like cut paper, and from 5 on lids and lips lie beside the photo's. By eye, on 29 faces at
# 3.3 to 4.3 (0.68 broke two of those at 3.3) and on portraits with eyes 12 to 18 px apart.
_INVENTED: Final = ((2.4, 3.3, 5.0), (1.0, 0.48, 0.0))


def noise_floor(band: FloatImage, weight: FloatImage) -> float:
    """Deviation of a fine band (H, W) in the flat places of where `weight` (H, W) is over a half: the level that noise
    and grain have everywhere. Grain depends on tone, so it is measured where the face is and not in a dark corner."""
    return floor_of([(local_deviation(band)[::3, ::3], weight[::3, ::3] > 0.5)])


def floor_of(samples: Sequence[tuple[FloatImage, NDArray[np.bool_]]]) -> float:
    """The same of the local deviations of a band's parts, every third each way, and whether they are in the face."""
    inside = np.concatenate([local[is_inside] for local, is_inside in samples])
    everywhere = [local.ravel() for local, _ in samples]
    return float(np.percentile(inside if inside.size else np.concatenate(everywhere), FLAT_PERCENTILE))


def detail_weight(band: FloatImage, floor: float) -> FloatImage:
    """(H, W) in [0, 1]: 1 where a fine band (H, W) is detail, 0 where it is noise or too strong to be texture. floor:
    from noise_floor."""
    return not_noise(local_deviation(band), floor) * faintness(band)


def faintness(band: FloatImage) -> FloatImage:
    """(H, W) in [0, 1]: 1 where a fine band (H, W) is faint as texture is, 0 where it is a scratch, dust or an edge."""
    weight = band / _FAINT
    np.square(weight, out=weight)  # in place, here and below: a head may be as large as the photo
    np.negative(weight, out=weight)
    np.exp(weight, out=weight)
    return weight


def not_noise(local: FloatImage, floor: float) -> FloatImage:
    """(H, W) in [0, 1]: 1 where a fine band is more than noise, however strong it is. local: its local_deviation
    (H, W). floor: from noise_floor.

    A Wiener weight 1 - (floor / local)^2 with a safety factor on the floor.
    """
    weight = np.maximum(local, np.float32(1e-6))
    np.divide(np.float32(max(floor, 1e-4) * _OVER_FLOOR), weight, out=weight)
    np.square(weight, out=weight)
    np.subtract(1, weight, out=weight)
    return np.clip(weight, 0, 1, out=weight)


@dataclass(frozen=True)
class Likeness:
    """How a source's fine band compares with what a model made of it.

    gain: how strongly the source shows the restored crop's own structures; under 1 where the model sharpened, over 1
    where it softened; noise does not count, for it is unlike any structure. noise: the source's noise power over the
    restored crop's detail power.
    """

    gain: float
    noise: float


def compare_detail(source: FloatImage, restored: FloatImage, weight: FloatImage) -> Likeness:
    """Compare two crops (S, S, 3) over `weight` (S, S) in their finest band, of 1 px in 256; the gain is a
    least-squares fit of one band to the other."""
    return _compared(source, restored, weight, source.shape[0] / 256)


def _compared(source: FloatImage, restored: FloatImage, weight: FloatImage, sigma: float) -> Likeness:
    had, got = fine_band(luma(source), sigma), fine_band(luma(restored), sigma)
    power = max(float((got * got * weight).sum()), 1e-9)
    mean_power = power / max(float(weight.sum()), 1e-6)
    return Likeness(
        gain=float((had * got * weight).sum()) / power, noise=noise_floor(had, weight) ** 2 / max(mean_power, 1e-9)
    )


def sharp_scale(crop: Crop, restored: FloatImage, face_mask: FloatImage, likeness: Likeness) -> float:
    """Up to which scale of the result a face is about as sharp already as the model made it (restored, (S, S, 3)): at
    any (infinity), at the photo's own size (1), at none (0). Of a photo in good order; face_mask: (S, S). likeness: by
    compare_detail."""
    if not is_enlarged(crop):
        return math.inf if _is_sharp(likeness, _SHARP_GAIN) else 0.0
    share = 1 / scale_of(crop.to_crop)
    parts = [crop.aligned_part(each) for each in (crop.pixels, restored, face_mask)]
    side = max(1, round(share * parts[0].shape[0]))
    source, made, weight = (resized(part, (side, side)) for part in parts)
    is_sharp = _is_sharp(_compared(source, made, weight, 1.0), float(np.interp(share, *_SHARP_WHEN_SMALL)))
    return 1.0 if is_sharp else 0.0


def _is_sharp(likeness: Likeness, gain: float) -> bool:
    return likeness.gain >= gain and likeness.noise < _SHARP_NOISE


def own_eyes(likeness: Likeness) -> float:
    """How far the detail in the eyes of a crop is the photo's own to keep, in [0, 1]: 0 where they are blurred.
    likeness: over the eyes alone."""
    return float(np.clip((likeness.gain - _OWN_EYES[0]) / (_OWN_EYES[1] - _OWN_EYES[0]), 0, 1))


def lack_of(likeness: Likeness) -> float:
    """How much a source lacks of what the model can show, in [0, 1]: detail, or freedom from noise.

    0 for a source that counts as sharp (compare_detail's figures for clean faces), 1 for one clearly blurred or noisy.
    """
    blur = (_SHARP_GAIN - likeness.gain) / 0.3
    noise = (likeness.noise - _SHARP_NOISE) / 0.4
    return float(np.clip(max(blur, noise), 0, 1))


def known_to_invent(crop: Crop) -> float:
    """How much of what is invented may be drawn on a crop, in [0, 1]: 0 where the photo has too few pixels to say
    where."""
    return float(np.interp(scale_of(crop.to_crop), *_INVENTED))


def is_enlarged(crop: Crop) -> bool:
    """Whether the photo has clearly fewer pixels there than the crop."""
    return 1 / scale_of(crop.to_crop) < _SHARP_RESOLUTION


def smooth_edges_kept(pixels: FloatImage, radius: int, epsilon: float) -> FloatImage:
    """Guided filter of a picture (S, S, 3) by its own luma (He, Sun, Tang 2010): flat places smoothed, edges kept."""
    side = (2 * radius + 1, 2 * radius + 1)
    guide = luma(pixels)
    mean = cv2.blur(guide, side)
    variance = cv2.blur(guide * guide, side) - mean * mean
    channel_means = cv2.blur(pixels, side)
    covariance = cv2.blur(pixels * guide[..., None], side) - channel_means * mean[..., None]
    slope = covariance / (variance + epsilon)[..., None]
    offset = channel_means - slope * mean[..., None]
    smooth: NDArray[np.float32] = cv2.blur(slope, side) * guide[..., None] + cv2.blur(offset, side)
    return smooth.astype(np.float32)
