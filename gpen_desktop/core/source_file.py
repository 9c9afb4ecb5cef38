"""What is known of the file that a photo came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Metadata:
    """What a file says about its picture, as raw blocks.

    exif: TIFF structure without the 'Exif\\0\\0' prefix. icc: ICC profile. xmp: XMP packet.
    xmp_extended: what did not fit into a JPEG's packet, put together. photoshop: Photoshop image resources ('8BIM…'),
    in which IPTC lies. dpi: pixels per inch (x, y). png_chunks: a PNG's texts, colour statements and other chunks,
    (type, data). jpeg_segments: a JPEG's application data beside these, (marker, data).
    """

    exif: bytes = b""
    icc: bytes = b""
    xmp: bytes = b""
    xmp_extended: bytes = b""
    photoshop: bytes = b""
    comment: bytes = b""
    dpi: tuple[float, float] | None = None
    png_chunks: tuple[tuple[bytes, bytes], ...] = ()
    jpeg_segments: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True)
class SourceFormat:
    """How the source file was stored, so that the output can be stored alike.

    format: its name in core/photo_files/registry.py, such as 'JPEG'. grey: one channel in the file.
    jpeg_tables, jpeg_subsampling: the JPEG's own quantisation tables (zigzag undone, as Pillow gives them) and chroma
    sampling (Pillow's number 0, 1, 2, or -1 unknown). progressive: whether a JPEG was. lossless: whether a WebP was.
    pictures: how many the file holds: pages of a TIFF, or 2 for several. animated: whether they are frames.
    """

    format: str
    grey: bool = False
    jpeg_tables: Mapping[int, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    jpeg_subsampling: int = -1
    progressive: bool = False
    lossless: bool = False
    pictures: int = 1
    animated: bool = False
