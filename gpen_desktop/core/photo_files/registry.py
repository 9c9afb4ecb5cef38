"""Every kind of photo file, registered once: the window, the command line and the settings take theirs from here.

Importing this imports no codec: `--help` and the settings need the facts alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from gpen_desktop.core.photo_files.camera_raw import is_camera_raw
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import Message, listed, say

if TYPE_CHECKING:
    from gpen_desktop.core.photo_files.formats.codec import Codec

RECOGNISED_BY: Final = 4096
"""Bytes at a file's start by which its kind is told: a TIFF's first directory mostly stands there, which tells scans
from cameras' raw files."""

Block = Literal["exif", "icc", "xmp", "xmp_extended", "photoshop", "comment", "texts", "colours", "chunks", "segments"]


@dataclass(frozen=True)
class Format:
    """One kind of photo file.

    name: as in SourceFormat.format; its lower-case form is the word of `--format`. title: as people write it.
    suffixes: in lower case, the usual one first. media_type: as in IANA's list. recognises: whether a file that starts
    with these RECOGNISED_BY bytes is of this kind, and no other. codec: imports and gives the functions that read
    and write it.
    becomes: name of the format in which a photo is stored that was read from this one, which cannot be written; ''
    where it can. offered: whether the user may choose it for results. holds: the blocks of metadata that go in.
    bits: the most per channel, 8 or 16. max_side: largest width and height in pixels; None: no bound worth a check.
    has_grey, has_alpha: whether one channel, or transparency, can be stored. has_quality: whether 1 to 100 is asked.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    media_type: str
    recognises: Callable[[bytes], bool]
    codec: Callable[[], Codec]
    becomes: str = ""
    offered: bool = False
    holds: frozenset[Block] = frozenset()
    bits: Literal[8, 16] = 8
    max_side: int | None = None
    has_grey: bool = True
    has_alpha: bool = True
    has_quality: bool = False

    @property
    def option(self) -> str:
        """The word for it on the command line and in the settings."""
        return self.name.lower()


def _starts_with(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(signatures)


def _has_brand(*brands: bytes) -> Callable[[bytes], bool]:
    """Whether an ISO media file names one of these among its brands (the `ftyp` box); a video names others."""

    def recognises(start: bytes) -> bool:
        named = start[8 : int.from_bytes(start[:4], "big")] if start[4:8] == b"ftyp" else b""
        return any(named[i : i + 4] in brands for i in (0, *range(8, len(named), 4)))

    return recognises


def _jpeg() -> Codec:
    from gpen_desktop.core.photo_files.formats import jpeg

    return jpeg.CODEC


def _png() -> Codec:
    from gpen_desktop.core.photo_files.formats import png

    return png.CODEC


def _tiff() -> Codec:
    from gpen_desktop.core.photo_files.formats.tiff import codec

    return codec.CODEC


def _webp() -> Codec:
    from gpen_desktop.core.photo_files.formats import webp

    return webp.CODEC


def _bmp() -> Codec:
    from gpen_desktop.core.photo_files.formats import bmp

    return bmp.CODEC


def _raw() -> Codec:
    from gpen_desktop.core.photo_files.formats import raw

    return raw.CODEC


def _jpeg_xl() -> Codec:
    from gpen_desktop.core.photo_files.formats import jpeg_xl

    return jpeg_xl.CODEC


def _heic() -> Codec:
    from gpen_desktop.core.photo_files.formats import heic

    return heic.CODEC


def _avif() -> Codec:
    from gpen_desktop.core.photo_files.formats import avif

    return avif.CODEC


FORMATS: Final = (
    Format(
        name="JPEG",
        title="JPEG",
        suffixes=(".jpg", ".jpeg", ".jpe", ".jfif"),
        media_type="image/jpeg",
        recognises=_starts_with(b"\xff\xd8\xff"),
        codec=_jpeg,
        offered=True,
        holds=frozenset(["exif", "icc", "xmp", "xmp_extended", "photoshop", "comment", "segments"]),
        max_side=65500,  # libjpeg's JPEG_MAX_DIMENSION
        has_alpha=False,
        has_quality=True,
    ),
    Format(
        name="PNG",
        title="PNG",
        suffixes=(".png",),
        media_type="image/png",
        recognises=_starts_with(b"\x89PNG\r\n\x1a\n"),
        codec=_png,
        offered=True,
        holds=frozenset(["exif", "icc", "xmp", "photoshop", "comment", "texts", "colours", "chunks"]),
        bits=16,
    ),
    Format(
        name="TIFF",
        title="TIFF",
        suffixes=(".tif", ".tiff"),
        media_type="image/tiff",
        recognises=lambda start: (
            start.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")) and not is_camera_raw(start)
        ),
        codec=_tiff,
        offered=True,
        holds=frozenset(["exif", "icc", "xmp", "photoshop"]),
        bits=16,
    ),
    Format(
        name="WEBP",
        title="WebP",
        suffixes=(".webp",),
        media_type="image/webp",
        recognises=lambda start: start[:4] == b"RIFF" and start[8:12] == b"WEBP",
        codec=_webp,
        offered=True,
        holds=frozenset(["exif", "icc", "xmp"]),
        max_side=16383,  # its 14 bits
        has_grey=False,
        has_quality=True,
    ),
    Format(
        name="BMP",
        title="BMP",
        suffixes=(".bmp", ".dib"),
        media_type="image/bmp",
        recognises=_starts_with(b"BM"),
        codec=_bmp,
    ),
    Format(
        name="AVIF",
        title="AVIF",
        suffixes=(".avif",),
        media_type="image/avif",
        recognises=_has_brand(b"avif", b"avis"),
        codec=_avif,
        becomes="JPEG",
    ),
    Format(
        name="HEIC",
        title="HEIC",
        suffixes=(".heic", ".heif", ".hif"),
        media_type="image/heic",
        recognises=_has_brand(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
        codec=_heic,
        becomes="JPEG",
    ),
    Format(
        name="JXL",
        title="JPEG XL",
        suffixes=(".jxl",),
        media_type="image/jxl",
        recognises=_starts_with(b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"),
        codec=_jpeg_xl,
        becomes="JPEG",
    ),
    Format(
        name="RAW",
        title="RAW",
        suffixes=(
            *(".dng", ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".sr2", ".raf", ".orf", ".rw2", ".rwl", ".pef", ".srw"),
            *(".3fr", ".fff", ".iiq", ".mos", ".erf", ".kdc", ".dcr", ".mrw", ".x3f"),
        ),
        media_type="image/x-dcraw",  # freedesktop's; makers have registered none
        recognises=is_camera_raw,
        codec=_raw,
        becomes="TIFF",
        bits=16,
    ),
)

SUPPORTED_SUFFIXES: Final = frozenset(suffix for format in FORMATS for suffix in format.suffixes)

# Kinds people may well have, so that the answer can name them.
_OTHER_STARTS = (
    (b"GIF8", say("kind-gif", "a GIF")),
    (b"%PDF", say("kind-pdf", "a PDF")),
    (b"8BPS", say("kind-photoshop", "a Photoshop")),
    (b"\0\0\0\x0cjP  ", say("kind-jpeg-2000", "a JPEG 2000")),
)


def is_supported(path: Path) -> bool:
    """Whether the name ends like that of a photo that can be read."""
    return path.suffix.lower() in SUPPORTED_SUFFIXES


def by_name(name: str) -> Format:
    """The format of this name ('JPEG', 'WEBP', …). Raises KeyError for one that is not registered."""
    for format in FORMATS:
        if format.name == name:
            return format
    raise KeyError(name)


def recognised(start: bytes) -> Format | None:
    """The format of a file that starts with these bytes (RECOGNISED_BY of them); None if it is not a known one."""
    return next((format for format in FORMATS if format.recognises(start)), None)


def other_kind_of(start: bytes) -> Message | None:
    """The name, with its article, of a kind that cannot be read but is known."""
    if start[4:8] == b"ftyp":
        return say("kind-video", "a video")
    return next((name for signature, name in _OTHER_STARTS if start.startswith(signature)), None)


def written() -> tuple[Format, ...]:
    """The formats in which photos can be stored."""
    return tuple(format for format in FORMATS if not format.becomes)


def stored_as(name: str) -> Format:
    """The format in which a photo that was read from the format `name` is stored when no other is asked for."""
    return by_name(by_name(name).becomes or name)


def asked_for(option: str, own: str) -> Format:
    """The format that is asked for: 'keep', that of a source in the format `own`, or the word of one that can be
    written. Raises OptionError."""
    if option == "keep":
        return stored_as(own)
    known = {format.option: format for format in written()}
    if option in known:
        return known[option]
    raise OptionError(
        say("no-such-format", "There is no format '{name}'.", name=option),
        todo=say("known-formats", "Formats: keep, {names}.", names=listed(known)),
    )


def named_like(path: Path, format: Format) -> Path:
    """The path with an ending of this format. An ending that is no photo's is part of the name ('scan.2024')."""
    if path.suffix.lower() in format.suffixes:
        return path
    usual = format.suffixes[0]
    return path.with_suffix(usual) if is_supported(path) else path.with_name(path.name + usual)
