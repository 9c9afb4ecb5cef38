"""16-bit PNG and TIFF, of which Pillow would keep 8."""

from __future__ import annotations

import io
import logging
import struct

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray

from gpen_desktop.core.photo_files.formats.header import DAMAGED, DamagedFileError
from gpen_desktop.core.photo_files.formats.tiff import Structure
from gpen_desktop.messages import say

Samples = NDArray[np.uint16]

_GREY_ALPHA, _RGB, _WHITE_IS_ZERO, _ASSOCIATED_ALPHA = 4, 2, 0, 1
# None, Deflate under both its numbers, PackBits: what tifffile reads without a further library.
_READ_BY_TIFFFILE = frozenset([1, 8, 32946, 32773])

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # else Python prints its remarks on damaged files


def is_16_bit_png(stream: bytes) -> bool:
    """Whether a PNG (IHDR first) has 16 bits per sample."""
    return stream[24] == 16


def png(stream: bytes, transparent: bytes) -> Samples:
    """(H, W, C) of a 16-bit PNG; `transparent`, its tRNS chunk, becomes alpha. Raises DamagedFileError."""
    samples = _with_opencv(stream)
    if stream[25] == _GREY_ALPHA:
        samples = np.ascontiguousarray(samples[..., [0, 3]])
    if len(transparent) == 2 * samples.shape[2]:
        key = np.array(struct.unpack(f">{samples.shape[2]}H", transparent), dtype=np.uint16)
        alpha = np.where((samples == key).all(axis=2), 0, 65535).astype(np.uint16)
        samples = np.dstack([samples, alpha])
    return samples


def tiff(stream: bytes, structure: Structure) -> Samples:
    """(H, W, C) of a 16-bit grey or RGB TIFF. Raises DamagedFileError."""
    colours = 3 if structure.photometric == _RGB else 1
    samples = _tiff_samples(stream, structure)
    if samples.shape[2] < colours:
        raise DamagedFileError(DAMAGED)
    extras = structure.extra_samples
    has_alpha = samples.shape[2] > colours and bool(extras) and extras[0] in (1, 2)
    samples = np.ascontiguousarray(samples[..., : colours + has_alpha])
    if structure.photometric == _WHITE_IS_ZERO:
        samples[..., 0] = 65535 - samples[..., 0]
    if has_alpha and extras[0] == _ASSOCIATED_ALPHA:
        samples[..., :-1] = _divided_by_alpha(samples)
    return samples


def _tiff_samples(stream: bytes, structure: Structure) -> Samples:
    if structure.compression in _READ_BY_TIFFFILE:
        with tifffile.TiffFile(io.BytesIO(stream)) as file:
            file_samples = file.pages[0].asarray()
        samples: Samples = np.asarray(file_samples, dtype=np.uint16)
        if structure.planar and samples.ndim == 3:
            samples = np.moveaxis(samples, 0, 2)
        return samples if samples.ndim == 3 else samples[..., None]
    # OpenCV's reader gives wrong pixels for planes kept apart, and none for grey with alpha.
    if (structure.planar and len(structure.bits) > 1) or len(structure.bits) not in (1, 3, 4):
        raise DamagedFileError(
            say(
                "unsupported-compression",
                "16-bit TIFFs with this compression are not supported; save it uncompressed first",
            )
        )
    return _with_opencv(stream)


def _with_opencv(stream: bytes) -> Samples:
    """(H, W, C) in RGB order."""
    decoded = cv2.imdecode(np.frombuffer(stream, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16:
        raise DamagedFileError(DAMAGED)
    samples = np.asarray(decoded, dtype=np.uint16)
    if samples.ndim == 2:
        return samples[..., None]
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(samples.shape[2])
    if order is None:
        raise DamagedFileError(DAMAGED)
    return np.ascontiguousarray(samples[..., order])


def _divided_by_alpha(samples: Samples) -> Samples:
    """Colours out of premultiplied ones: rounded, black where nothing shows."""
    alpha = samples[..., -1:].astype(np.uint32)
    colours = (samples[..., :-1].astype(np.uint64) * 65535 + alpha // 2) // np.maximum(alpha, 1)
    divided: Samples = np.minimum(colours, 65535).astype(np.uint16)
    return divided


def widened(samples: NDArray[np.uint8] | Samples, white: int) -> Samples:
    """Samples of 0 to `white` as 0 to 65535."""
    return ((samples.astype(np.uint32) * 65535 + white // 2) // white).astype(np.uint16)
