"""Colour profiles: whether one is what it says, and turning into sRGB what an RGB picture cannot hold."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from gpen_desktop.core.types import Pixels

_SIGNATURE_AT, _SPACE_AT, _HEADER = 36, 16, 132  # ICC.1:2022, table 17, and the tag count
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


def colour_space(icc: bytes) -> str:
    """'RGB', 'GRAY', 'CMYK', 'Lab' … as the profile's header says; '' if the block is not a usable profile."""
    if len(icc) < _HEADER or icc[_SIGNATURE_AT : _SIGNATURE_AT + 4] != b"acsp":
        return ""
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (OSError, ValueError, TypeError):
        return ""
    return icc[_SPACE_AT : _SPACE_AT + 4].decode("latin-1").strip()


def is_srgb(icc: bytes) -> bool:
    """Whether there is no profile, or one that calls itself sRGB."""
    try:
        return not icc or ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc))).startswith("sRGB")
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return False


def to_srgb(image: Image.Image, icc: bytes) -> Image.Image:
    """A CMYK, L or LAB picture as sRGB ('RGB', 8 bit): relative colorimetric with black point compensation.

    icc: the picture's profile; empty for LAB, whose values need none. Raises ImageCms.PyCMSError.
    """
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc)) if icc else ImageCms.createProfile("LAB")
    converted = ImageCms.profileToProfile(
        image,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=_FLAGS,
    )
    assert converted is not None
    return converted


def grey_to_srgb(pixels: Pixels, icc: bytes) -> Pixels:
    """Pixels whose channels are in the tones of a grey profile, in sRGB's tones: (H, W, 3), the dtype stays.

    Raises ImageCms.PyCMSError.
    """
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    tones = np.asarray(to_srgb(ramp, icc), dtype=np.float64)[0, :, 1]
    if pixels.dtype == np.uint8:
        return tones.round().astype(np.uint8)[pixels]
    curve = np.interp(np.arange(65536), np.arange(256) * 257.0, tones * 257.0)
    whole: NDArray[np.uint16] = curve.round().astype(np.uint16)
    return whole[pixels]
