"""What is known of a file before a pixel of it is decoded."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from gpen_desktop.core.source_file import Metadata
from gpen_desktop.errors import ReasonError
from gpen_desktop.messages import Message, say

ENDS_EARLY = say("file-ends-early", "the file ends early")
DAMAGED = say("file-damaged", "the file is damaged")
PART_MISSING = say("picture-data-missing", "Part of the picture is missing in the file.")
LEAST_PART = 0.125  # of the rows of a picture that is missing in part; with fewer, nobody would call it the photo
MAX_INFLATED = 64 << 20  # bytes of a file's metadata; no profile or text comes near it, a compression bomb no further


class DamagedFileError(ReasonError):
    """The file cannot be read."""


@dataclass(frozen=True)
class FileHeader:
    """A file's facts.

    format: as in SourceFormat. width, height: as stored (before orientation), pixels. pixel_data: what the decoder
    gets: the file without what could make it stumble. pictures: how many the file holds (2 may mean 'several').
    animated: whether they are frames of an animation.
    bits: per channel, where the decoder has to be told. orientation: how the decoder's pixels lie, 1 to 8 as in EXIF,
    where the format has its own word for it, which counts more than the metadata's; None where it has none.
    pixel_bytes: what a decoded pixel takes at most.
    progressive: whether a JPEG is. lossless: whether a WebP is. transparent: raw tRNS chunk of a PNG. warnings: what
    could not be read.
    """

    format: str
    width: int
    height: int
    metadata: Metadata
    pixel_data: bytes
    pictures: int = 1
    animated: bool = False
    bits: int = 8
    orientation: int | None = None
    pixel_bytes: int = 4
    progressive: bool = False
    lossless: bool = False
    transparent: bytes = b""
    warnings: tuple[Message, ...] = ()


class Inflater:
    """Decompresses the zlib streams of one file's metadata, up to MAX_INFLATED in all."""

    def __init__(self) -> None:
        self._left = MAX_INFLATED

    def inflate(self, packed: bytes) -> bytes | None:
        """The plain bytes; None if the stream is damaged, or there are more than anything sensible has."""
        if self._left <= 0:
            return None
        inflater = zlib.decompressobj()
        try:
            plain = inflater.decompress(packed, self._left)
        except zlib.error:
            return None
        self._left -= len(plain)
        return plain if inflater.eof else None
