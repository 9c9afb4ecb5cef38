"""BMP files: the header alone, since there is nothing else beside the pixels."""

from __future__ import annotations

import struct

import cv2
import numpy as np

from gpen_desktop.core.photo_files.formats import pillow_codec
from gpen_desktop.core.photo_files.formats.codec import CannotEncodeError, Codec, Encoded, Picture
from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, FileHeader
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.core.types import Pixels
from gpen_desktop.messages import say

_INCHES_PER_METRE = 1 / 0.0254
_RESOLUTION_AT = 38  # in a file with the usual header (BITMAPINFOHEADER and later)


def read_header(data: bytes) -> FileHeader:
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
    return FileHeader(format="BMP", width=abs(width), height=abs(height), metadata=Metadata(dpi=dpi), pixel_data=data)


def _dpi(data: bytes) -> tuple[float, float] | None:
    x, y = struct.unpack_from("<ii", data, _RESOLUTION_AT)
    return (x / _INCHES_PER_METRE, y / _INCHES_PER_METRE) if x > 0 and y > 0 else None


def encode(picture: Picture) -> Encoded:
    """A BMP of 8-bit samples, with their resolution. Raises CannotEncodeError."""
    bare = _bare(picture.samples)
    x, y = (round(value * _INCHES_PER_METRE) for value in picture.metadata.dpi or (0.0, 0.0))
    return Encoded(bare[:_RESOLUTION_AT] + struct.pack("<ii", x, y) + bare[_RESOLUTION_AT + 8 :])


def _bare(samples: Pixels) -> bytes:
    """Pillow writes no alpha that is read back, so OpenCV does; a BMP has no grey with alpha."""
    channels = samples.shape[2]
    if channels in (1, 3):
        return pillow_codec.encode(samples, "BMP")
    order = [0, 0, 0, 1] if channels == 2 else [2, 1, 0, 3]
    done, data = cv2.imencode(".bmp", np.ascontiguousarray(samples[..., order]))
    if not done:
        raise CannotEncodeError(say("bmp-encoder-failed", "the BMP encoder failed"))
    return data.tobytes()


CODEC = Codec(read_header, pillow_codec.decode, encode)
