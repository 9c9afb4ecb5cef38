"""What passes between a format's functions and the rest: decoded pixels, a picture to store, a file's bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gpen_desktop.core.photo_files.formats.header import FileHeader
from gpen_desktop.core.source_file import Metadata, SourceFormat
from gpen_desktop.core.types import Pixels
from gpen_desktop.errors import ReasonError
from gpen_desktop.messages import Message


class CannotEncodeError(ReasonError):
    """The picture does not fit into the format."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """A file's pixels.

    samples: (H, W, C), uint8 or uint16: grey, grey and alpha, RGB, or RGBA. is_srgb: the colours were turned into sRGB,
    so the file's profile no longer holds. icc: a profile of which the header could not tell. jpeg_tables,
    jpeg_subsampling: as in SourceFormat.
    """

    samples: Pixels
    is_srgb: bool = False
    icc: bytes = b""
    jpeg_tables: Mapping[int, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    jpeg_subsampling: int = -1
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, eq=False)
class Picture:
    """What goes into a file.

    samples: as in Decoded, of a kind that the format can store. metadata: blocks it cannot hold are to be passed over.
    source: how the photo was stored before. quality: 1 to 100; None: as `source` where that is the same format.
    """

    samples: Pixels
    metadata: Metadata
    source: SourceFormat
    quality: int | None


@dataclass(frozen=True)
class Encoded:
    """A whole file, and what it could not keep."""

    data: bytes
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Codec:
    """How one format is read and written.

    read_header: a file up to its pixels; may raise anything a damaged file brings about (ValueError, struct.error,
    IndexError, KeyError, ArithmeticError). decode: the pixels, as stored; may raise anything. encode: raises
    CannotEncodeError; None for a format that is only read. pages, join: a file as files of one page each, and such
    files put together; None for a format without pages. is_animation: of a format that is only read, whether a file
    that starts with some bytes is an animation; raises where more of them are wanted; None for a format that has none.
    They may raise ValueError, struct.error, IndexError.
    """

    read_header: Callable[[bytes], FileHeader]
    decode: Callable[[FileHeader], Decoded]
    encode: Callable[[Picture], Encoded] | None
    pages: Callable[[bytes], Iterator[bytes]] | None = None
    join: Callable[[Iterable[bytes]], bytes] | None = None
    is_animation: Callable[[bytes], bool] | None = None
