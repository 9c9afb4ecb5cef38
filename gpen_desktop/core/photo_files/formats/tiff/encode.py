"""Writing a TIFF file around an EXIF block.

The file begins with the EXIF block itself, whose fields so keep their places (maker notes!); a new first directory and
the pixels follow. TIFF 6.0 (1992); Adobe's Deflate and predictor: TIFF Technical Notes (2002).
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.photo_files import iptc
from gpen_desktop.core.photo_files import tiff_structure as tiff
from gpen_desktop.core.photo_files.formats.codec import CannotEncodeError, Encoded, Picture
from gpen_desktop.core.photo_files.formats.tiff import tags
from gpen_desktop.core.photo_files.tiff_structure import (
    LONG,
    RATIONAL,
    SHORT,
    UNDEFINED,
    StructureError,
    Value,
)
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.core.types import Pixels
from gpen_desktop.messages import say

_STRIP_BYTES = 1 << 20  # uncompressed; big enough to compress well, small enough to be read in pieces


def encode(picture: Picture) -> Encoded:
    """A TIFF of 8- or 16-bit samples (alpha not premultiplied), Deflate with the horizontal predictor, with its
    metadata. Raises CannotEncodeError if the file would pass the 4 GiB that a TIFF can be."""
    try:
        return Encoded(_file(picture.samples, picture.metadata))
    except StructureError as error:
        raise CannotEncodeError(error.reason) from error


def _file(samples: Pixels, metadata: Metadata) -> bytes:
    base = metadata.exif or b"II*\0\0\0\0\0"
    order = tiff.layout_of(base).order
    strips = _strips(samples, order)
    block = bytearray(base)
    described = _described(base)
    values = [*_pixel_values(samples, order, [len(strip) for strip in strips]), *_block_values(metadata)]
    if not any(struct.unpack_from(order + "H", entry)[0] == tags.X_RESOLUTION for entry in described):
        values += _resolution_values(metadata.dpi, order)
    entries = [_appended(block, value, order) for value in values]
    pixels_at = _even(block) + len(strips) * 4
    offsets = np.cumsum([pixels_at, *(len(strip) for strip in strips[:-1])], dtype=np.uint64)
    if int(offsets[-1]) + len(strips[-1]) > 0xFFFF0000:
        raise StructureError(say("too-large-for-tiff", "the picture is too large for a TIFF file"))
    entries.append(_appended(block, _longs(tags.STRIP_OFFSETS, offsets.tolist(), order), order))
    block += bytes(pixels_at - len(block))
    end = pixels_at + sum(len(strip) for strip in strips)
    block[4:8] = struct.pack(order + "I", end + end % 2)
    # joined once: the pixels of a large scan would lie in memory several times
    return b"".join([block, *strips, bytes(end % 2), tiff.table(order, [*described, *entries])])


def _described(base: bytes) -> list[bytes]:
    """The entries of the EXIF block's first directory that may stand in a TIFF's."""
    layout = tiff.layout_of(base)
    if not layout.first:
        return []
    entries = tiff.raw_entries(base, layout, tiff.directory_at(base, layout, layout.first))
    taken = tags.OF_PIXELS | tags.APART
    return [entry for entry in entries if struct.unpack_from(layout.order + "H", entry)[0] not in taken]


def _strips(samples: Pixels, order: str) -> list[bytes]:
    height, width, channels = samples.shape
    rows = max(1, _STRIP_BYTES // (width * channels * samples.itemsize))
    return [zlib.compress(_differences(samples[y : y + rows], order), 6) for y in range(0, height, rows)]


def _differences(rows: Pixels, order: str) -> bytes:
    """Horizontal predictor: each sample less its left neighbour, modulo the sample's range."""
    delta: NDArray[np.uint8] | NDArray[np.uint16] = rows.copy()
    delta[:, 1:] -= rows[:, :-1]
    return delta.astype(np.dtype(f"{order}u{delta.itemsize}"), copy=False).tobytes()


def _pixel_values(samples: Pixels, order: str, sizes: list[int]) -> list[Value]:
    height, width, channels = samples.shape
    rows = max(1, _STRIP_BYTES // (width * channels * samples.itemsize))

    def shorts(tag: int, *numbers: int) -> Value:
        return Value(tag, SHORT, len(numbers), struct.pack(f"{order}{len(numbers)}H", *numbers))

    values = [
        _longs(tags.WIDTH, [width], order),
        _longs(tags.LENGTH, [height], order),
        shorts(tags.BITS, *[samples.itemsize * 8] * channels),
        shorts(tags.COMPRESSION, 8),
        shorts(tags.PHOTOMETRIC, 2 if channels >= 3 else 1),
        shorts(tags.SAMPLES, channels),
        _longs(tags.STRIP_ROWS, [min(rows, height)], order),
        _longs(tags.STRIP_SIZES, sizes, order),
        shorts(tags.PLANAR, 1),
        shorts(tags.PREDICTOR, 2),
    ]
    return [*values, shorts(tags.EXTRA_SAMPLES, 2)] if channels in (2, 4) else values


def _block_values(metadata: Metadata) -> list[Value]:
    records = iptc.records(metadata.photoshop)
    blocks = {
        tags.XMP: (1, metadata.xmp),
        tags.IPTC: (UNDEFINED, records),
        tags.PHOTOSHOP: (1, iptc.without_iptc(metadata.photoshop) if records else metadata.photoshop),
        tags.ICC: (UNDEFINED, metadata.icc),
    }
    return [Value(tag, kind, len(block), block) for tag, (kind, block) in blocks.items() if block]


def _resolution_values(dpi: tuple[float, float] | None, order: str) -> list[Value]:
    if dpi is None:
        return []
    pairs = [struct.pack(order + "II", min(round(value * 1000), 0xFFFFFFFF), 1000) for value in dpi]
    values = [
        Value(tag, RATIONAL, 1, pair) for tag, pair in zip((tags.X_RESOLUTION, tags.Y_RESOLUTION), pairs, strict=True)
    ]
    return [*values, Value(tags.RESOLUTION_UNIT, SHORT, 1, struct.pack(order + "H", 2))]


def _longs(tag: int, numbers: list[int], order: str) -> Value:
    return Value(tag, LONG, len(numbers), struct.pack(f"{order}{len(numbers)}I", *numbers))


def _even(block: bytearray) -> int:
    """Pad to a word boundary; gives back the end."""
    block += bytes(len(block) % 2)
    return len(block)


def _appended(block: bytearray, value: Value, order: str) -> bytes:
    """The 12-byte entry of a value, which goes to the block's end if it does not fit in."""
    head = struct.pack(order + "HHI", value.tag, value.kind, value.count)
    if len(value.raw) <= 4:
        return head + value.raw.ljust(4, b"\0")
    at = _even(block)
    block += value.raw
    return head + struct.pack(order + "I", at)
