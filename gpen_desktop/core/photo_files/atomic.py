"""Writing a file so that it appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from gpen_desktop.errors import OutputExistsError, SaveError

_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space, or save somewhere else."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, or save somewhere else."),
    errno.EFBIG: ("the file is larger than this disk allows", "Save somewhere else."),
    errno.EACCES: ("the folder may not be written to", "Choose another folder."),
    errno.EPERM: ("the folder may not be written to", "Choose another folder."),
    errno.EROFS: ("the disk may not be written to", "Choose another folder."),
    errno.ENOENT: ("the folder does not exist", "Create it, or choose another one."),
    errno.ENOTDIR: ("the folder does not exist", "Create it, or choose another one."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one."),
    errno.EEXIST: ("a file of that name is there", "Choose another name."),
    errno.EISDIR: ("a folder of that name is there", "Choose another name."),
}


def check(path: Path, *, overwrite: bool) -> None:
    """Say early what `write` would say. Raises OutputExistsError, SaveError."""
    try:
        is_folder, exists, has_parent = path.is_dir(), path.exists(), path.parent.is_dir()
    except OSError as error:
        raise _save_error(path, error) from error
    if is_folder or not has_parent:
        raise _save_error(path, OSError(errno.EISDIR if is_folder else errno.ENOENT, ""))
    if exists and not overwrite:
        raise _exists_error(path)


def write(path: Path, data: bytes, *, overwrite: bool) -> None:
    """Write a file: a temporary one in the same folder, flushed to the disk, then given its name in one step.

    Raises OutputExistsError (a file is there and `overwrite` is off; also if it appears at the last moment) and
    SaveError. Whatever fails, nothing is left behind and what was there before is untouched.
    """
    check(path, overwrite=overwrite)
    temporary = path.with_name(f".gpen-{secrets.token_hex(8)}.part")
    try:
        _write_through(temporary, data)
        if overwrite:
            temporary.replace(path)
        else:
            _rename_new(temporary, path)
    except OSError as error:
        raise _save_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    _sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Create a folder with all above it, unless it is there. Raises SaveError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason, todo = _reason(error)
        raise SaveError(f"Could not make the folder {folder}: {reason}.", todo=todo, path=folder) from error


def _exists_error(path: Path) -> OutputExistsError:
    """The error for a file that is there already."""
    return OutputExistsError(
        f"{path.name} is there already.", todo="Allow overwriting, or choose another name.", path=path
    )


def _save_error(path: Path, error: OSError) -> SaveError:
    """The error for a file that the operating system would not let us write."""
    reason, todo = _reason(error)
    return SaveError(f"Could not save {path.name} in {path.parent}: {reason}.", todo=todo, path=path)


def _reason(error: OSError) -> tuple[str, str]:
    """What the operating system said, in plain words, and what to do about it ('' where we do not know)."""
    return _REASONS.get(error.errno or 0, ((error.strerror or str(error)).lower(), ""))


def _write_through(path: Path, data: bytes) -> None:
    # Not tempfile's: its files are for the user alone, a saved photo has the usual permissions.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _rename_new(temporary: Path, path: Path) -> None:
    """Give the file its name unless one of that name has appeared. Raises OutputExistsError, OSError."""
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise _exists_error(path) from error
    except OSError:  # no hard links on this disk (FAT, some network shares)
        _claim(path)
        try:
            temporary.replace(path)
        except OSError:
            path.unlink()
            raise


def _claim(path: Path) -> None:
    """Create an empty file of that name, which nobody else then can."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError as error:
        raise _exists_error(path) from error


def _sync_folder(folder: Path) -> None:
    """Have the new name itself written to the disk, where the system can (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
