"""TIFF files: what the first directory says, and writing a file around an EXIF block.

A file that is written begins with the EXIF block itself, whose fields so keep their places (maker notes!); a new first
directory and the pixels follow. TIFF 6.0 (1992); Adobe's Deflate and predictor: TIFF Technical Notes (2002).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.photo_files import exif as exif_block
from gpen_desktop.core.photo_files import iptc
from gpen_desktop.core.photo_files.formats import tiff_structure as tiff
from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, Scan
from gpen_desktop.core.photo_files.formats.tiff_structure import (
    LONG,
    RATIONAL,
    SHORT,
    UNDEFINED,
    Directory,
    Layout,
    StructureError,
    Value,
)
from gpen_desktop.core.types import Metadata, Pixels
from gpen_desktop.messages import Message, say

_SUBFILE, _WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_STRIP_OFFSETS, _SAMPLES, _STRIP_ROWS, _STRIP_SIZES, _PLANAR = 273, 277, 278, 279, 284
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _PREDICTOR = 282, 283, 296, 317
_TILE_OFFSETS, _TILE_SIZES, _SUB_DIRECTORIES, _EXTRA_SAMPLES, _SAMPLE_FORMAT = 324, 325, 330, 338, 339
_XMP, _IPTC, _PHOTOSHOP, _ICC, _LAYERS, _DNG_VERSION = 700, 33723, 34377, 34675, 37724, 50706

# How the pixels lie and are coded: true of the source file only, so never carried over.
_OF_PIXELS = frozenset(
    number
    for numbers in (
        (*range(254, 267), 273, *range(277, 282), 284, *range(288, 294), 297, 301, *range(317, 327)),
        (*range(330, 348), *range(512, 522), *range(529, 533), *range(50706, 52600), _LAYERS),
    )
    for number in numbers
)
_APART = frozenset([_XMP, _IPTC, _PHOTOSHOP, _ICC])  # kept in fields of their own
_STRIP_BYTES = 1 << 20  # uncompressed; big enough to compress well, small enough to be read in pieces


@dataclass(frozen=True)
class Structure:
    """How a TIFF's pixels are stored, in the numbers of TIFF 6.0."""

    bits: tuple[int, ...]
    sample_format: int
    photometric: int
    compression: int
    planar: bool
    extra_samples: tuple[int, ...]


def scan(data: bytes) -> Scan:
    """Read a TIFF's first directory. Raises DamagedFileError."""
    layout, main = _first_directory(data)
    _refuse_raw(data, layout, main)
    _check_pixels_lie_within(data, layout, main)
    exif, warnings = _exif(data)
    photoshop = iptc.with_iptc(tiff.raw(data, main.entries.get(_PHOTOSHOP)), _iptc(data, layout, main))
    return Scan(
        format="TIFF",
        width=tiff.integer(data, layout, main.entries.get(_WIDTH), 0),
        height=tiff.integer(data, layout, main.entries.get(_LENGTH), 0),
        metadata=Metadata(
            exif=exif,
            icc=tiff.raw(data, main.entries.get(_ICC)),
            xmp=tiff.raw(data, main.entries.get(_XMP)),
            photoshop=photoshop,
            dpi=_dpi(data, layout, main),
        ),
        stream=exif_block.upright(data),
        pictures=2 if main.following else 1,
        warnings=tuple(warnings),
    )


def structure(data: bytes) -> Structure:
    """How the pixels of the first picture are stored. Raises DamagedFileError."""
    layout, main = _first_directory(data)

    def number(tag: int, default: int) -> int:
        return tiff.integer(data, layout, main.entries.get(tag), default)

    return Structure(
        bits=tiff.integers(data, layout, main.entries.get(_BITS)) or (1,),
        sample_format=number(_SAMPLE_FORMAT, 1),
        photometric=number(_PHOTOMETRIC, 1),
        compression=number(_COMPRESSION, 1),
        planar=number(_PLANAR, 1) == 2,
        extra_samples=tiff.integers(data, layout, main.entries.get(_EXTRA_SAMPLES)),
    )


def _first_directory(data: bytes) -> tuple[Layout, Directory]:
    try:
        layout = tiff.layout_of(data)
        if layout.first >= len(data):
            raise DamagedFileError(ENDS_EARLY)
        main = tiff.directory_at(data, layout, layout.first)
    except StructureError as error:
        raise DamagedFileError(DAMAGED) from error
    if _WIDTH not in main.entries or _LENGTH not in main.entries:
        raise DamagedFileError(DAMAGED)
    return layout, main


def _refuse_raw(data: bytes, layout: Layout, main: Directory) -> None:
    """Cameras' raw files are TIFFs whose first picture is a small preview."""
    is_preview = tiff.integer(data, layout, main.entries.get(_SUBFILE), 0) & 1
    if _DNG_VERSION in main.entries or (is_preview and _SUB_DIRECTORIES in main.entries):
        raise DamagedFileError(
            say(
                "raw-needs-developing", "it is a camera's raw file, which has to be developed into a TIFF or JPEG first"
            )
        )


def _check_pixels_lie_within(data: bytes, layout: Layout, main: Directory) -> None:
    for offsets, sizes in ((_STRIP_OFFSETS, _STRIP_SIZES), (_TILE_OFFSETS, _TILE_SIZES)):
        starts = tiff.integers(data, layout, main.entries.get(offsets))
        lengths = tiff.integers(data, layout, main.entries.get(sizes))
        if any(start + length > len(data) for start, length in zip(starts, lengths, strict=False)):
            raise DamagedFileError(ENDS_EARLY)


def _exif(data: bytes) -> tuple[bytes, list[Message]]:
    """The descriptive fields as an EXIF block."""
    exif = exif_block.rebuilt(data, _OF_PIXELS | _APART)
    moved = bool(exif) and exif_block.maker_note_at(data) != exif_block.maker_note_at(exif)
    return exif, [
        say(
            "maker-notes-moved",
            "The maker notes had to be moved within the file; some programs may not find all of them.",
        )
    ] * moved


def _iptc(data: bytes, layout: Layout, main: Directory) -> bytes:
    """The IPTC records. Some writers call them 4-byte integers, pad them, and swap them by the file's byte order."""
    entry = main.entries.get(_IPTC)
    block = tiff.raw(data, entry)
    if entry is not None and entry.kind == LONG and not block.startswith(b"\x1c"):
        block = np.frombuffer(block, "<u4").astype(">u4").tobytes()
    return iptc.without_padding(block)


def _dpi(data: bytes, layout: Layout, main: Directory) -> tuple[float, float] | None:
    x = tiff.rational(data, layout, main.entries.get(_X_RESOLUTION))
    y = tiff.rational(data, layout, main.entries.get(_Y_RESOLUTION))
    factor = {2: 1.0, 3: 2.54}.get(tiff.integer(data, layout, main.entries.get(_RESOLUTION_UNIT), 2))
    return (x * factor, y * factor) if x and y and factor else None


def write(samples: Pixels, metadata: Metadata) -> bytes:
    """A TIFF file of these samples, Deflate with the horizontal predictor, with its metadata.

    samples: (H, W, C): grey, grey and alpha, RGB, or RGBA (alpha not premultiplied). Raises StructureError
    if metadata.exif is damaged beyond reading, or the file would pass the 4 GiB that a TIFF can be.
    """
    base = metadata.exif or b"II*\0\0\0\0\0"
    order = tiff.layout_of(base).order
    strips = _strips(samples, order)
    block = bytearray(base)
    described = _described(base)
    values = [*_pixel_values(samples, order, [len(strip) for strip in strips]), *_block_values(metadata)]
    if not any(struct.unpack_from(order + "H", entry)[0] == _X_RESOLUTION for entry in described):
        values += _resolution_values(metadata.dpi, order)
    entries = [_appended(block, value, order) for value in values]
    pixels_at = _even(block) + len(strips) * 4
    offsets = np.cumsum([pixels_at, *(len(strip) for strip in strips[:-1])], dtype=np.uint64)
    if int(offsets[-1]) + len(strips[-1]) > 0xFFFF0000:
        raise StructureError(say("too-large-for-tiff", "the picture is too large for a TIFF file"))
    entries.append(_appended(block, _longs(_STRIP_OFFSETS, offsets.tolist(), order), order))
    block += bytes(pixels_at - len(block)) + b"".join(strips)
    first = _even(block)
    block += tiff.table(order, [*described, *entries])
    block[4:8] = struct.pack(order + "I", first)
    return bytes(block)


def _described(base: bytes) -> list[bytes]:
    """The entries of the EXIF block's first directory that may stand in a TIFF's."""
    layout = tiff.layout_of(base)
    if not layout.first:
        return []
    entries = tiff.raw_entries(base, layout, tiff.directory_at(base, layout, layout.first))
    taken = _OF_PIXELS | _APART
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
        _longs(_WIDTH, [width], order),
        _longs(_LENGTH, [height], order),
        shorts(_BITS, *[samples.itemsize * 8] * channels),
        shorts(_COMPRESSION, 8),
        shorts(_PHOTOMETRIC, 2 if channels >= 3 else 1),
        shorts(_SAMPLES, channels),
        _longs(_STRIP_ROWS, [min(rows, height)], order),
        _longs(_STRIP_SIZES, sizes, order),
        shorts(_PLANAR, 1),
        shorts(_PREDICTOR, 2),
    ]
    return [*values, shorts(_EXTRA_SAMPLES, 2)] if channels in (2, 4) else values


def _block_values(metadata: Metadata) -> list[Value]:
    records = iptc.records(metadata.photoshop)
    blocks = {
        _XMP: (1, metadata.xmp),
        _IPTC: (UNDEFINED, records),
        _PHOTOSHOP: (1, iptc.without_iptc(metadata.photoshop) if records else metadata.photoshop),
        _ICC: (UNDEFINED, metadata.icc),
    }
    return [Value(tag, kind, len(block), block) for tag, (kind, block) in blocks.items() if block]


def _resolution_values(dpi: tuple[float, float] | None, order: str) -> list[Value]:
    if dpi is None:
        return []
    pairs = [struct.pack(order + "II", min(round(value * 1000), 0xFFFFFFFF), 1000) for value in dpi]
    values = [Value(tag, RATIONAL, 1, pair) for tag, pair in zip((_X_RESOLUTION, _Y_RESOLUTION), pairs, strict=True)]
    return [*values, Value(_RESOLUTION_UNIT, SHORT, 1, struct.pack(order + "H", 2))]


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
