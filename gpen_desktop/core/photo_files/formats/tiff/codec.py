"""TIFF files: what the first directory says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gpen_desktop.core.photo_files import exif as exif_block
from gpen_desktop.core.photo_files import iptc
from gpen_desktop.core.photo_files import tiff_structure as tiff
from gpen_desktop.core.photo_files.camera_raw import is_camera_raw
from gpen_desktop.core.photo_files.formats.codec import Codec
from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, PART_MISSING, DamagedFileError, FileHeader
from gpen_desktop.core.photo_files.formats.tiff import tags
from gpen_desktop.core.photo_files.formats.tiff.decode import decode
from gpen_desktop.core.photo_files.formats.tiff.encode import encode
from gpen_desktop.core.photo_files.formats.tiff.pages import joined, page, page_offsets
from gpen_desktop.core.photo_files.tiff_structure import LONG, Directory, Layout, StructureError
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.messages import Message, say

_LEAST_SHARE = 0.01
"""Of the picture that has to be in the file: what has less was never a scan, and is large for nothing."""


def read_header(data: bytes) -> FileHeader:
    """Read a TIFF's first directory. Raises DamagedFileError."""
    layout, main = _first_directory(data)
    if is_camera_raw(data):  # one whose start did not tell
        raise DamagedFileError(
            say(
                "raw-needs-developing", "it is a camera's raw file, which has to be developed into a TIFF or JPEG first"
            )
        )
    _check_pixels_lie_within(data, layout, main)
    there = _share_there(data, layout, main)
    if there < _LEAST_SHARE:
        raise DamagedFileError(ENDS_EARLY)
    metadata, warnings = metadata_of(data, layout, main)
    return FileHeader(
        format="TIFF",
        width=tiff.integer(data, layout, main.entries.get(tags.WIDTH), 0),
        height=tiff.integer(data, layout, main.entries.get(tags.LENGTH), 0),
        metadata=metadata,
        pixel_data=_without_orientation(data, layout, main),
        pictures=len(page_offsets(data)),
        pixel_bytes=_pixel_bytes(data, layout, main),
        warnings=(*warnings, PART_MISSING) if there < 1 else tuple(warnings),
    )


def metadata_of(data: bytes, layout: Layout, main: Directory) -> tuple[Metadata, list[Message]]:
    """What a file's first directory and those below it say of the photo, and what could not be kept of that. Raises
    StructureError."""
    exif, warnings = _exif(data)
    metadata = Metadata(
        exif=exif,
        icc=tiff.raw(data, main.entries.get(tags.ICC)),
        xmp=tiff.raw(data, main.entries.get(tags.XMP)),
        photoshop=iptc.with_iptc(tiff.raw(data, main.entries.get(tags.PHOTOSHOP)), _iptc(data, layout, main)),
        dpi=_dpi(data, layout, main),
    )
    return metadata, warnings


def _first_directory(data: bytes) -> tuple[Layout, Directory]:
    try:
        layout = tiff.layout_of(data)
        if layout.first >= len(data):
            raise DamagedFileError(ENDS_EARLY)
        main = tiff.directory_at(data, layout, layout.first)
    except StructureError as error:
        raise DamagedFileError(DAMAGED) from error
    if tags.WIDTH not in main.entries or tags.LENGTH not in main.entries:
        raise DamagedFileError(DAMAGED)
    return layout, main


def _check_pixels_lie_within(data: bytes, layout: Layout, main: Directory) -> None:
    for offsets, sizes in ((tags.STRIP_OFFSETS, tags.STRIP_SIZES), (tags.TILE_OFFSETS, tags.TILE_SIZES)):
        starts = tiff.integers(data, layout, main.entries.get(offsets))
        lengths = tiff.integers(data, layout, main.entries.get(sizes))
        if any(start + length > len(data) for start, length in zip(starts, lengths, strict=False)):
            raise DamagedFileError(ENDS_EARLY)


def _pixel_bytes(data: bytes, layout: Layout, main: Directory) -> int:
    """Bytes of a decoded pixel; all channels are decoded, also those that are then left out."""
    bits = tiff.integers(data, layout, main.entries.get(tags.BITS)) or (1,)
    channels = max(3, tiff.integer(data, layout, main.entries.get(tags.SAMPLES), 1), len(bits))
    return channels * (2 if max(bits) > 8 else 1)


def _share_there(data: bytes, layout: Layout, main: Directory) -> float:
    """How much of the picture is in the file, 0 to 1, by the strips that the height asks for, and by their bytes where
    nothing is compressed."""

    def number(tag: int, default: int) -> int:
        return tiff.integer(data, layout, main.entries.get(tag), default)

    sizes = tiff.integers(data, layout, main.entries.get(tags.STRIP_SIZES))
    if not sizes:  # tiles, or a file that the decoder will refuse
        return 1.0
    height, rows = number(tags.LENGTH, 0), number(tags.STRIP_ROWS, 0) or number(tags.LENGTH, 1)
    bits = tiff.integers(data, layout, main.entries.get(tags.BITS)) or (1,)
    is_planar = number(tags.PLANAR, 1) == 2
    strips = len(sizes) / max(1, -(-height // rows) * (len(bits) if is_planar else 1))
    wide_as = [sum(bits)] if not is_planar else list(bits)
    needed = height * sum(-(-number(tags.WIDTH, 0) * depth // 8) for depth in wide_as)
    is_plain = number(tags.COMPRESSION, 1) == 1 and number(tags.PHOTOMETRIC, 1) != tags.YCBCR
    return min(1.0, strips, sum(sizes) / max(1, needed) if is_plain else 1.0)


def _exif(data: bytes) -> tuple[bytes, list[Message]]:
    """The descriptive fields as an EXIF block."""
    exif = exif_block.rebuilt(data, tags.OF_PIXELS | tags.APART)
    moved = bool(exif) and exif_block.maker_note_at(data) != exif_block.maker_note_at(exif)
    return exif, [
        say(
            "maker-notes-moved",
            "The maker notes had to be moved within the file; some programs may not find all of them.",
        )
    ] * moved


def _without_orientation(data: bytes, layout: Layout, main: Directory) -> bytes:
    """The file without what would make Pillow turn the picture, which is done by load_photo: the orientation itself,
    wherever it is repeated, and the XMP packet, which may state one."""
    block = bytearray(data)
    for tag, at in tiff.places(data, layout, main):
        if tag == tiff.ORIENTATION:
            tiff.set_entry(block, layout, at, tag, tiff.SHORT, 1)
        elif tag == tags.XMP:
            tiff.set_entry(block, layout, at, tag, tiff.BYTE, 0)
    return bytes(block)


def _iptc(data: bytes, layout: Layout, main: Directory) -> bytes:
    """The IPTC records. Some writers call them 4-byte integers, pad them, and swap them by the file's byte order."""
    entry = main.entries.get(tags.IPTC)
    block = tiff.raw(data, entry)
    if entry is not None and entry.kind == LONG and not block.startswith(b"\x1c"):
        block = np.frombuffer(block, "<u4").astype(">u4").tobytes()
    return iptc.without_padding(block)


def _dpi(data: bytes, layout: Layout, main: Directory) -> tuple[float, float] | None:
    x = tiff.rational(data, layout, main.entries.get(tags.X_RESOLUTION))
    y = tiff.rational(data, layout, main.entries.get(tags.Y_RESOLUTION))
    factor = {2: 1.0, 3: 2.54}.get(tiff.integer(data, layout, main.entries.get(tags.RESOLUTION_UNIT), 2))
    return (x * factor, y * factor) if x and y and factor else None


def _pages(data: bytes) -> Iterator[bytes]:
    return (page(data, offset) for offset in page_offsets(data))


CODEC = Codec(read_header, decode, encode, _pages, joined)
