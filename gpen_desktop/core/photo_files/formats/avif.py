"""AVIF: read by Pillow, or by OpenCV where it has more than 8 bits per channel; not written."""

from __future__ import annotations

from gpen_desktop.core.photo_files.formats import isobmff, opencv_codec, pillow_codec
from gpen_desktop.core.photo_files.formats.codec import Codec, Decoded
from gpen_desktop.core.photo_files.formats.header import DamagedFileError, FileHeader
from gpen_desktop.core.pixels import to_16_bits
from gpen_desktop.messages import say


def read_header(data: bytes) -> FileHeader:
    """Read an AVIF up to its pixels."""
    return isobmff.read_header(data, "AVIF")


def decode(header: FileHeader) -> Decoded:
    """Decode the primary picture, still as it lies in the file. Raises DamagedFileError, or what Pillow raises."""
    if header.bits == 8:
        return pillow_codec.decode(header)
    try:
        samples = opencv_codec.decode_16_bits(header.pixel_data)
    except DamagedFileError:  # or OpenCV was built without AVIF, as for Windows; Pillow knows, and keeps 8 bits
        decoded = pillow_codec.decode(header)
        words = say("read-as-8-bits", "Its {bits} bits per channel were read as 8.", bits=header.bits)
        return Decoded(decoded.samples, warnings=(*decoded.warnings, words))
    return Decoded(to_16_bits(samples, (1 << header.bits) - 1))


CODEC = Codec(read_header, decode, None, is_animation=isobmff.is_animation)
