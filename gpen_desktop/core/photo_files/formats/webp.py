"""WebP files: RIFF chunks (RFC 9649). The encoder puts metadata in by itself."""

from __future__ import annotations

import struct

from gpen_desktop.core.photo_files.formats import pillow_codec
from gpen_desktop.core.photo_files.formats.codec import Codec, Encoded, Picture
from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, FileHeader
from gpen_desktop.core.source_file import Metadata

_ANIMATION_FLAG = 0x02
_QUALITY = 95  # where none is asked for
_LOSSLESS_EFFORT, _EFFORT = 80, 4  # of 100 and of 6: the library's own defaults


def read_header(data: bytes) -> FileHeader:
    """Read a WebP's chunks. Raises DamagedFileError."""
    chunks = _chunks(data)
    if not chunks:
        raise DamagedFileError(ENDS_EARLY)
    width, height = _size(chunks)
    first = dict(reversed(chunks))
    return FileHeader(
        format="WEBP",
        width=width,
        height=height,
        metadata=Metadata(
            exif=first.get(b"EXIF", b"").removeprefix(b"Exif\0\0"),
            icc=first.get(b"ICCP", b""),
            xmp=first.get(b"XMP ", b""),
        ),
        pixel_data=data,
        pictures=2 if first.get(b"VP8X", b"\0")[0] & _ANIMATION_FLAG else 1,
        animated=bool(first.get(b"VP8X", b"\0")[0] & _ANIMATION_FLAG),
        lossless=b"VP8L" in first,
    )


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    at = 12
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise DamagedFileError(ENDS_EARLY)
        found.append((kind, data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def _size(chunks: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Width and height as the first chunk states them."""
    kind, body = chunks[0]
    if len(body) < 10:
        raise DamagedFileError(DAMAGED)
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    raise DamagedFileError(DAMAGED)


def encode(picture: Picture) -> Encoded:
    """A WebP of 8-bit RGB or RGBA samples, with its metadata; lossless where its source was and no quality is asked."""
    metadata = picture.metadata
    lossless = picture.source.lossless and picture.quality is None
    blocks = {"exif": metadata.exif, "icc_profile": metadata.icc, "xmp": metadata.xmp}
    return Encoded(
        pillow_codec.encode(
            picture.samples,
            "WEBP",
            lossless=lossless,
            exact=lossless,  # the colours under what is transparent too
            quality=picture.quality or (_LOSSLESS_EFFORT if lossless else _QUALITY),
            method=_EFFORT,
            **blocks,
        )
    )


CODEC = Codec(read_header, pillow_codec.decode, encode)
