"""File -> header -> pixels, whatever lies in the file: a damaged one gives a DamagedFileError and nothing else."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

from PIL import UnidentifiedImageError

from gpen_desktop.core.photo_files import registry
from gpen_desktop.core.photo_files.formats.codec import Decoded
from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, FileHeader
from gpen_desktop.core.photo_files.reading import read_whole
from gpen_desktop.core.photo_files.registry import Format
from gpen_desktop.messages import say


def read_header(data: bytes, format: Format) -> FileHeader:
    """Read a file of this format up to its pixels. Raises DamagedFileError, whatever lies in the file."""
    try:
        header = format.codec().read_header(data)
    except (ValueError, struct.error, IndexError, KeyError, OverflowError, ArithmeticError) as error:
        raise error if isinstance(error, DamagedFileError) else DamagedFileError(DAMAGED) from error
    if header.width < 1 or header.height < 1:
        raise DamagedFileError(DAMAGED)
    return header


def is_animation(path: Path, start: bytes, format: Format) -> bool:
    """Whether a file of this format, which is only read and starts with these bytes, is an animation; False for a
    damaged one. Raises UnreadablePhotoError, PhotoTooLargeError."""
    tells = format.codec().is_animation
    if tells is None:
        return False
    with suppress(ValueError, struct.error, IndexError):
        return tells(start)
    with suppress(ValueError, struct.error, IndexError):
        return tells(read_whole(path))
    return False


def decode(header: FileHeader) -> Decoded:
    """Decode the pixels behind a header. Raises DamagedFileError, whatever lies in the file, and MemoryError."""
    try:
        return registry.by_name(header.format).codec().decode(header)
    except (DamagedFileError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise DamagedFileError(
            say(
                "unsupported-variant",
                "it is damaged, or a kind of {format} that is not supported",
                format=header.format,
            )
        ) from error
    except Exception as error:  # a decoder given a damaged file raises anything: SyntaxError, struct.error, KeyError …
        words = str(error).lower()
        early = any(sign in words for sign in ("truncated", "not enough", "incomplete", "unexpected end"))
        raise DamagedFileError(ENDS_EARLY if early else DAMAGED) from error
