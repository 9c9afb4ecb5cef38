"""JPEG XL: read by libjxl, through Pillow's plug-in, which is GPL and so an extra that the user installs; not written.

The header is read by our own code (ISO/IEC 18181-1, SizeHeader and ImageMetadata; 18181-2, the boxes), so that a size
is known before anything is decoded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final

from gpen_desktop.core.photo_files.formats import pillow_codec
from gpen_desktop.core.photo_files.formats.codec import Codec, Decoded
from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, FileHeader
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.messages import Message, say

_CODESTREAM: Final = b"\xff\x0a"
_RATIOS: Final = ((0, 0), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Width over height, by the number that stands for it."""
_SIZE_BITS: Final = (9, 13, 18, 30)
_START: Final = 64
"""Bytes of the codestream that are read for the header: it takes some twenty."""


def read_header(data: bytes) -> FileHeader:
    """Read a JPEG XL up to its pixels, which libjxl will turn as the file asks. Raises DamagedFileError."""
    try:
        import pillow_jxl  # noqa: F401, PLC0415  -- registers the decoder; an extra
    except ImportError as error:
        raise DamagedFileError(
            say("jpeg-xl-missing", "JPEG XL needs an extra: pip install 'gpen-desktop[jpeg-xl]'")
        ) from error
    boxes = [] if data.startswith(_CODESTREAM) else list(_boxes(data))
    width, height, animated = _facts(data, boxes)
    return FileHeader(
        format="JXL",
        width=width,
        height=height,
        metadata=_metadata(boxes),
        pixel_data=data,
        pictures=2 if animated else 1,
        animated=animated,
        orientation=1,
        pixel_bytes=8,
        warnings=tuple(_warnings(boxes)),
    )


def is_animation(start: bytes) -> bool:
    """Whether a file that starts so is an animation. Raises DamagedFileError where the picture begins only later."""
    return _facts(start, () if start.startswith(_CODESTREAM) else _boxes(start))[2]


def decode(header: FileHeader) -> Decoded:
    """Decode the picture. May raise whatever the plug-in raises."""
    return pillow_codec.decode_with_profile(header)


def _facts(data: bytes, boxes: Iterable[tuple[bytes, bytes]]) -> tuple[int, int, bool]:
    """Width, height and whether it is an animation, of a bare codestream or of one in boxes."""
    bits = _Bits(data[:_START] if data.startswith(_CODESTREAM) else _stream(boxes))
    if bits.number(16) != int.from_bytes(_CODESTREAM, "little"):
        raise DamagedFileError(DAMAGED)
    return _turned(bits, *_size(bits))


class _Bits:
    """Numbers out of a stream, the lowest bit first. Raises DamagedFileError where it ends."""

    def __init__(self, stream: bytes) -> None:
        self._bits = int.from_bytes(stream, "little")
        self._left = 8 * len(stream)

    def number(self, count: int) -> int:
        if count > self._left:
            raise DamagedFileError(ENDS_EARLY)
        value = self._bits & ((1 << count) - 1)
        self._bits >>= count
        self._left -= count
        return value


def _size(bits: _Bits) -> tuple[int, int]:
    """Width and height of a SizeHeader."""
    is_small = bits.number(1)

    def side() -> int:
        return (bits.number(5) + 1) * 8 if is_small else bits.number(_SIZE_BITS[bits.number(2)]) + 1

    height = side()
    over, under = _RATIOS[bits.number(3)]
    return (height * over // under if under else side()), height


def _turned(bits: _Bits, width: int, height: int) -> tuple[int, int, bool]:
    """Width and height as the picture will be decoded, and whether it is an animation."""
    if bits.number(1) or not bits.number(1):  # all as usual
        return width, height, False
    orientation = bits.number(3) + 1
    if bits.number(1):
        _size(bits)  # at which it is meant to be shown
    has_preview = bits.number(1)
    animated = not has_preview and bool(bits.number(1))
    return (height, width, animated) if orientation > 4 else (width, height, animated)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        end = len(data) if size == 0 else at + size
        if end < body:
            raise DamagedFileError(DAMAGED)
        if kind in (b"jxlc", b"jxlp"):
            yield kind, data[body : min(end, body + _START)]
        elif end > len(data):
            raise DamagedFileError(ENDS_EARLY)
        else:
            yield kind, data[body:end]
        at = end


def _stream(boxes: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The start of the codestream, whole or in numbered parts."""
    whole = b"".join(body if kind == b"jxlc" else body[4:] for kind, body in boxes if kind in (b"jxlc", b"jxlp"))
    if not whole:
        raise DamagedFileError(ENDS_EARLY)
    return whole


def _metadata(boxes: list[tuple[bytes, bytes]]) -> Metadata:
    found = dict(reversed(boxes))
    exif, xmp = found.get(b"Exif", b""), found.get(b"xml ", b"")
    if len(exif) >= 4 and not exif.startswith((b"II*\0", b"MM\0*")):  # some leave out how far ahead the block is
        exif = exif[4 + int.from_bytes(exif[:4], "big") :].removeprefix(b"Exif\0\0")
    return Metadata(exif=exif, xmp=xmp)


def _warnings(boxes: list[tuple[bytes, bytes]]) -> list[Message]:
    packed = any(kind == b"brob" and body[:4] in (b"Exif", b"xml ") for kind, body in boxes)
    return [say("packed-metadata-left-out", "Its metadata is compressed by Brotli and was left out.")] * packed


CODEC = Codec(read_header, decode, None, is_animation=is_animation)
