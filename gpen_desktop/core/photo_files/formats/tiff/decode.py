"""The pixels of a TIFF's first picture: by Pillow, but for those of 16 bits, of which it would keep 8."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import cast

import numpy as np
import tifffile
from numpy.typing import NDArray

from gpen_desktop.core.photo_files import tiff_structure as tiff
from gpen_desktop.core.photo_files.formats import opencv_codec, pillow_codec
from gpen_desktop.core.photo_files.formats.codec import Decoded
from gpen_desktop.core.photo_files.formats.header import DAMAGED, DamagedFileError, FileHeader
from gpen_desktop.core.photo_files.formats.tiff import tags
from gpen_desktop.core.pixels import divided_by_alpha, to_16_bits
from gpen_desktop.messages import say

_RGB, _WHITE_IS_ZERO, _ASSOCIATED_ALPHA = 2, 0, 1
# None, Deflate under both its numbers, PackBits: what tifffile reads without a further library.
_READ_BY_TIFFFILE = frozenset([1, 8, 32946, 32773])

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # else Python prints its remarks on damaged files


@dataclass(frozen=True)
class _Structure:
    """How a TIFF's pixels are stored, in the numbers of TIFF 6.0."""

    bits: tuple[int, ...]
    sample_format: int
    photometric: int
    compression: int
    planar: bool
    extra_samples: tuple[int, ...]


def decode(header: FileHeader) -> Decoded:
    """Decode the first picture. Raises DamagedFileError, or what the decoders raise."""
    structure = _structure(header.pixel_data)
    if structure.sample_format == 3:
        raise DamagedFileError(
            say("float-pixels", "its pixels are floating-point numbers; save it with 8 or 16 bits per channel first")
        )
    if structure.sample_format == 2 or max(structure.bits) > 16:
        raise DamagedFileError(
            say("odd-bit-depth", "it does not have 8 or 16 bits per channel; save it with 8 or 16 bits first")
        )
    if set(structure.bits) == {16} and structure.photometric in (0, 1, 2):
        return Decoded(_decode_16_bits(header.pixel_data, structure))
    decoded = pillow_codec.decode(header)
    if structure.bits[0] == 12:
        return Decoded(to_16_bits(decoded.samples, 4095), decoded.is_srgb, warnings=decoded.warnings)
    if 16 in structure.bits:
        words = say("read-as-8-bits", "Its {bits} bits per channel were read as 8.", bits=16)
        return Decoded(decoded.samples, decoded.is_srgb, warnings=(*decoded.warnings, words))
    return decoded


def _structure(data: bytes) -> _Structure:
    layout = tiff.layout_of(data)
    main = tiff.directory_at(data, layout, layout.first)

    def number(tag: int, default: int) -> int:
        return tiff.integer(data, layout, main.entries.get(tag), default)

    return _Structure(
        bits=tiff.integers(data, layout, main.entries.get(tags.BITS)) or (1,),
        sample_format=number(tags.SAMPLE_FORMAT, 1),
        photometric=number(tags.PHOTOMETRIC, 1),
        compression=number(tags.COMPRESSION, 1),
        planar=number(tags.PLANAR, 1) == 2,
        extra_samples=tiff.integers(data, layout, main.entries.get(tags.EXTRA_SAMPLES)),
    )


def _decode_16_bits(data: bytes, structure: _Structure) -> NDArray[np.uint16]:
    """(H, W, C) of a 16-bit grey or RGB TIFF."""
    colours = 3 if structure.photometric == _RGB else 1
    samples = _stored_samples(data, structure)
    if samples.shape[2] < colours:
        raise DamagedFileError(DAMAGED)
    extras = structure.extra_samples
    has_alpha = samples.shape[2] > colours and bool(extras) and extras[0] in (1, 2)
    samples = np.ascontiguousarray(samples[..., : colours + has_alpha])
    if structure.photometric == _WHITE_IS_ZERO:
        samples[..., 0] = 65535 - samples[..., 0]
    if has_alpha and extras[0] == _ASSOCIATED_ALPHA:
        samples = cast("NDArray[np.uint16]", divided_by_alpha(samples))
    return samples


def _stored_samples(data: bytes, structure: _Structure) -> NDArray[np.uint16]:
    if structure.compression in _READ_BY_TIFFFILE:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            file_samples = file.pages[0].asarray()
        samples = np.asarray(file_samples, dtype=np.uint16)
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
    return opencv_codec.decode_16_bits(data)
