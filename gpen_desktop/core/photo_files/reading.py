"""Reading a file's bytes, once it is sure that it is a file: a pipe waits for ever, a device never ends. Nor is a disk
waited for that does not answer (patience.py)."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gpen_desktop.core.photo_files.patience import NoAnswerError, answer_of
from gpen_desktop.errors import PhotoTooLargeError, UnreadablePhotoError
from gpen_desktop.messages import Filling, say

MAX_BYTES: Final = 2**32
"""As far as a TIFF's offsets reach (TIFF 6.0, section 2); the most pixels that are read, raw, take 3.2 GB."""


PATIENCE_S: Final = 15.0
"""How long a file may give nothing: twice what a disk takes to spin up."""

_CHUNK: Final = 1 << 22


class NotRegularError(OSError):
    """A pipe, a device, a socket: nothing that can be read from its beginning to its end."""


def open_regular(path: Path) -> io.BufferedReader:
    """Open a regular file, or what a link to one leads to, without ever waiting. Raises OSError, NotRegularError."""
    _check_regular(path, path.stat().st_mode)  # first: opening alone can start a device
    # What takes its place in between is not waited for either.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    try:
        _check_regular(path, os.fstat(file.fileno()).st_mode)
    except OSError:
        file.close()
        raise
    return file


def _check_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise NotRegularError(errno.EINVAL, "not a regular file", str(path))


def read_start(path: Path, length: int) -> bytes:
    """The first `length` bytes of a file, or what there is. Raises UnreadablePhotoError."""
    try:
        return answer_of(lambda _: _first(path, length), PATIENCE_S)
    except (OSError, ValueError) as error:
        raise _error(path, error) from error


def read_whole(path: Path) -> bytes:
    """All bytes of a file. Raises UnreadablePhotoError, PhotoTooLargeError (over MAX_BYTES, found before reading)."""
    try:
        return answer_of(lambda tick: _all(path, tick), PATIENCE_S)
    except (OSError, ValueError) as error:
        raise _error(path, error) from error
    except MemoryError as error:
        raise PhotoTooLargeError(
            say("no-memory-to-read", "There is not enough memory to read {name}.", name=path.name),
            todo=say("close-other-programs", "Close other programs."),
            path=path,
        ) from error


def _first(path: Path, length: int) -> bytes:
    with open_regular(path) as file:
        return file.read(length)


def _all(path: Path, tick: Callable[[], None]) -> bytes:
    """tick: called for every chunk that has come."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_BYTES:
            raise _too_large(path, size)
        chunks = []
        while size > 0 and (chunk := file.read(min(size, _CHUNK))):
            chunks.append(chunk)
            size -= len(chunk)
            tick()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def unreadable(path: Path, reason: Filling) -> UnreadablePhotoError:
    """The error for a file that cannot be read. reason: half a sentence."""
    return UnreadablePhotoError(
        say("cannot-read", "Could not read {name}: {reason}.", name=path.name, reason=reason), path=path
    )


def _too_large(path: Path, size: int) -> PhotoTooLargeError:
    return PhotoTooLargeError(
        say("file-too-large", "{name} is too large: {size} GB.", name=path.name, size=round(size / 1e9, 1)),
        todo=say("file-limit", "Files can have up to {limit} GB.", limit=MAX_BYTES // 10**9),
        path=path,
    )


def _error(path: Path, error: OSError | ValueError) -> UnreadablePhotoError:
    if isinstance(error, FileNotFoundError | ValueError):  # ValueError: a name with a zero in it
        return unreadable(path, say("no-such-file", "there is no such file"))
    if isinstance(error, NoAnswerError):
        return unreadable(path, say("no-answer", "the disk does not answer"))
    if isinstance(error, NotRegularError):
        return unreadable(path, say("not-regular", "it is not a regular file"))
    with contextlib.suppress(OSError):
        if path.is_dir():  # Windows says 'permission denied' of a folder
            return unreadable(path, say("is-folder", "it is a folder"))
    if error.errno in (errno.EACCES, errno.EPERM):
        return unreadable(path, say("no-permission-to-read", "you do not have permission to read it"))
    return unreadable(path, (error.strerror or str(error)).lower())
