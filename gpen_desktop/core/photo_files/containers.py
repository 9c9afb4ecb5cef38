"""Which kind of file it is, told by its content, and what it holds beside its pixels."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

from gpen_desktop.core.photo_files.formats import bmp, jpeg, png, tiff, webp
from gpen_desktop.core.photo_files.formats.header import DAMAGED, DamagedFileError, Scan
from gpen_desktop.messages import Message, say

SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
        "PNG": (".png",),
        "TIFF": (".tif", ".tiff"),
        "WEBP": (".webp",),
        "BMP": (".bmp", ".dib"),
    }
)
_SCANNERS: Mapping[str, Callable[[bytes], Scan]] = {
    "JPEG": jpeg.scan,
    "PNG": png.scan,
    "TIFF": tiff.scan,
    "WEBP": webp.scan,
    "BMP": bmp.scan,
}
_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (png.SIGNATURE, "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)
# Kinds people may well have, so that the answer can name them.
_OTHER_STARTS = (
    (b"GIF8", say("kind-gif", "a GIF")),
    (b"%PDF", say("kind-pdf", "a PDF")),
    (b"8BPS", say("kind-photoshop", "a Photoshop")),
    (b"\0\0\0\x0cjP  ", say("kind-jpeg-2000", "a JPEG 2000")),
    (b"\xff\x0a", say("kind-jpeg-xl", "a JPEG XL")),
    (b"\0\0\0\x0cJXL ", say("kind-jpeg-xl", "a JPEG XL")),
    (b"FUJIFILMCCD-RAW", say("kind-raw", "a camera's raw")),
)
_OTHER_BRANDS = {
    b"avif": say("kind-avif", "an AVIF"),
    b"heic": say("kind-heic", "an HEIC"),
    b"heix": say("kind-heic", "an HEIC"),
    b"mif1": say("kind-heic", "an HEIC"),
    b"crx ": say("kind-raw", "a camera's raw"),
}


def kind_of(data: bytes) -> str | None:
    """'JPEG', 'PNG', 'TIFF', 'WEBP' or 'BMP', by the content; None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for start, kind in _STARTS if data.startswith(start)), None)


def other_kind_of(data: bytes) -> Message | None:
    """The name, with its article, of a kind that is not supported but known."""
    if data[4:8] == b"ftyp":
        return _OTHER_BRANDS.get(bytes(data[8:12]), say("kind-video", "a video"))
    return next((name for start, name in _OTHER_STARTS if data.startswith(start)), None)


def scan(data: bytes, kind: str) -> Scan:
    """Read a file of this kind up to its pixels. Raises DamagedFileError, whatever lies in the file."""
    try:
        found = _SCANNERS[kind](data)
    except (ValueError, struct.error, IndexError, KeyError, OverflowError, ArithmeticError) as error:
        raise error if isinstance(error, DamagedFileError) else DamagedFileError(DAMAGED) from error
    if found.width < 1 or found.height < 1:
        raise DamagedFileError(DAMAGED)
    return found
