"""BMP files: the header alone, since there is nothing else beside the pixels."""

from __future__ import annotations

import struct

from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, Scan
from gpen_desktop.core.types import Metadata

_INCHES_PER_METRE = 1 / 0.0254
_RESOLUTION_AT = 38  # in a file with the usual header (BITMAPINFOHEADER and later)


def scan(data: bytes) -> Scan:
    """Read a BMP's header. Raises DamagedFileError."""
    if len(data) < 26:
        raise DamagedFileError(ENDS_EARLY)
    (header_size,) = struct.unpack_from("<I", data, 14)
    if header_size == 12:
        width, height, dpi = *struct.unpack_from("<HH", data, 18), None
    elif header_size >= 40 and len(data) >= 54:
        (width, height), dpi = struct.unpack_from("<ii", data, 18), _dpi(data)
    else:
        raise DamagedFileError(DAMAGED)
    return Scan(format="BMP", width=abs(width), height=abs(height), metadata=Metadata(dpi=dpi), stream=data)


def _dpi(data: bytes) -> tuple[float, float] | None:
    x, y = struct.unpack_from("<ii", data, _RESOLUTION_AT)
    return (x / _INCHES_PER_METRE, y / _INCHES_PER_METRE) if x > 0 and y > 0 else None


def assemble(picture: bytes, metadata: Metadata) -> bytes:
    """Set the resolution of a BMP (as an encoder gives it)."""
    x, y = (round(value * _INCHES_PER_METRE) for value in metadata.dpi or (0.0, 0.0))
    return picture[:_RESOLUTION_AT] + struct.pack("<ii", x, y) + picture[_RESOLUTION_AT + 8 :]
