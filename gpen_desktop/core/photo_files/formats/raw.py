"""Cameras' raw files: developed by LibRaw with the camera's own colours and white balance into 16-bit sRGB; not
written.

What they say of the photo is read by our own code: from the TIFF that most are underneath, from Canon's boxes, or from
the preview that a camera puts into the file.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import rawpy

from gpen_desktop.core.photo_files import exif as exif_block
from gpen_desktop.core.photo_files import tiff_structure as tiff
from gpen_desktop.core.photo_files.formats import jpeg
from gpen_desktop.core.photo_files.formats.codec import Codec, Decoded
from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, FileHeader
from gpen_desktop.core.photo_files.formats.tiff import codec, tags
from gpen_desktop.core.photo_files.tiff_structure import StructureError
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.messages import Message, say

_SRGB_CURVE: Final = (2.4, 12.92)
_CLIPPED: Final = 0.001
"""The share of pixels that may become white where a dark exposure is brightened; dcraw's own is a hundredth."""

_ORIENTATIONS: Final = {3: 3, 5: 8, 6: 6}
"""LibRaw's words for how a picture is to be turned, in EXIF's."""

_OLYMPUS: Final = (b"IIRO", b"IIRS", b"MMOR")
_MAGIC: Final = {b"II": b"*\0", b"MM": b"\0*"}
_PANASONIC: Final = b"IIU\0"
_CANON_BOXES: Final = (b"CMT1", b"CMT2", b"CMT4")  # the camera; how it was exposed; where
_COLOUR_SPACE, _SRGB = 0xA001, 1


def read_header(data: bytes) -> FileHeader:
    """Read a raw file up to its pixels. LibRaw finds them: no other code knows every maker's files."""
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            sizes = raw.sizes
    except rawpy.LibRawError as error:
        raise DamagedFileError(_reason(error)) from error
    metadata, warnings = _metadata(data)
    return FileHeader(
        format="RAW",
        width=sizes.width,
        height=sizes.height,
        metadata=metadata,
        pixel_data=data,
        bits=16,
        orientation=_ORIENTATIONS.get(sizes.flip, 1),
        pixel_bytes=8,
        warnings=warnings,
    )


def decode(header: FileHeader) -> Decoded:
    """Develop the picture, still as it lies on the sensor. Raises DamagedFileError."""
    try:
        with rawpy.imread(io.BytesIO(header.pixel_data)) as raw:
            samples = raw.postprocess(
                use_camera_wb=True,
                output_color=rawpy.ColorSpace.sRGB,
                output_bps=16,
                gamma=_SRGB_CURVE,
                auto_bright_thr=_CLIPPED,
                user_flip=0,
            )
    except rawpy.LibRawError as error:
        raise DamagedFileError(_reason(error)) from error
    return Decoded(samples if samples.ndim == 3 else samples[..., None], is_srgb=True)


def _reason(error: Exception) -> Message:
    if isinstance(error, rawpy.LibRawIOError):
        return ENDS_EARLY
    if isinstance(error, rawpy.LibRawFileUnsupportedError):
        return say("raw-unknown", "it is a raw file of a kind that is not known; develop it into a TIFF first")
    return DAMAGED


def _metadata(data: bytes) -> tuple[Metadata, tuple[Message, ...]]:
    """What the file says of the photo, and what of it could not be kept."""
    warnings: list[Message] = []
    try:
        if data[4:8] == b"ftyp":
            found = Metadata(exif=of_canon(data))
        elif data.startswith(_PANASONIC):  # whose first directory describes the sensor
            found = _of_preview(data)
        else:
            plain = data[:2] + _MAGIC[data[:2]] + data[4:] if data.startswith(_OLYMPUS) else data
            found, warnings = _of_tiff(plain)
    except StructureError:  # no TIFF
        found = _of_preview(data)
    if not found.exif:
        warnings.append(say("raw-without-metadata", "What the raw file says of the photo was not found."))
    return found, tuple(warnings)


def _of_tiff(data: bytes) -> tuple[Metadata, list[Message]]:
    """Of a file that is a TIFF underneath. Raises StructureError."""
    layout = tiff.layout_of(data)
    main = tiff.directory_at(data, layout, layout.first)
    found, warnings = codec.metadata_of(data, layout, main)
    return replace(found, exif=_in_srgb(found.exif), icc=b""), warnings


def _of_preview(data: bytes) -> Metadata:
    """Of the JPEG that the camera put into the file to be shown."""
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            preview = raw.extract_thumb()
        if preview.format != rawpy.ThumbFormat.JPEG:
            return Metadata()
        said = jpeg.read_header(bytes(preview.data)).metadata
        return Metadata(exif=_in_srgb(said.exif), xmp=said.xmp)
    except (rawpy.LibRawError, StructureError, ValueError, struct.error, IndexError):
        return Metadata()


def of_canon(data: bytes) -> bytes:
    """The EXIF block of a CR3, whose directories stand in boxes of their own. Raises StructureError."""
    found = dict(_boxes(data))
    parts: list[list[tiff.Value]] = []
    order = "<"
    for kind in _CANON_BOXES:
        block = found.get(kind, b"")
        if not block:
            parts.append([])
            continue
        layout = tiff.layout_of(block)
        order = layout.order
        main = tiff.directory_at(block, layout, layout.first)
        parts.append(tiff.values_of(block, layout, main, tags.OF_PIXELS | tags.APART))
    return _in_srgb(tiff.build(order, *parts)) if any(parts) else b""


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Canon's boxes with directories: in the first `uuid` box of the first `moov` box."""
    whole = _body(data, 0, len(data), b"moov")
    inside = _body(data, *whole, b"uuid")
    at, end = inside[0] + 16, inside[1]
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8:
            return
        yield kind, data[at + 8 : min(at + size, end)]
        at += size


def _body(data: bytes, at: int, end: int, wanted: bytes) -> tuple[int, int]:
    """Where the body of the first box of a kind lies between two places; (0, 0) where there is none."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == wanted and size >= 8:
            return at + 8, min(at + size, end)
        if size < 8:
            break
        at += size
    return 0, 0


def _in_srgb(exif: bytes) -> bytes:
    """The block with the colour space that its pixels have now, where it names one: what was set at the camera held for
    its JPEGs. Raises StructureError."""
    if not exif:
        return exif
    block, changed = exif_block.parse(exif), bytearray(exif)
    for directory in block.directories:
        if (entry := directory.entries.get(_COLOUR_SPACE)) is not None:
            tiff.set_entry(changed, block.layout, entry.at, _COLOUR_SPACE, tiff.SHORT, _SRGB)
    return bytes(changed)


CODEC = Codec(read_header, decode, None)
