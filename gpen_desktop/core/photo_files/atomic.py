"""Writing a file so that it appears whole or not at all. A disk that does not answer is not waited for (patience.py):
what it may yet do, it does not name."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from gpen_desktop import part_files
from gpen_desktop.core.photo_files.patience import NoAnswerError, answer_of
from gpen_desktop.core.photo_files.reading import PATIENCE_S
from gpen_desktop.errors import Cancelled, DiskFullError, OutputExistsError, SaveError
from gpen_desktop.messages import Filling, Message, say

WRITING_PATIENCE_S: Final = 120.0
"""How long a disk may take over its last bytes: a slow stick has much of a large TIFF before it when it is flushed."""

GRACE_S: Final = 2.0
"""How long who cancels waits for what was begun to be put away: a slow stick takes a second for a piece of a file."""

_CHUNK: Final = 1 << 22

Around = Callable[[Path, Path], AbstractContextManager[None]]
"""What is done about a file that gets its name, called with that name and the one it has until then: entered when the
file is whole, left when it has its name; the error comes through where it gets none."""

PART_PREFIX: Final = ".gpen-"
"""How the names of files begin that are being written."""

NO_ROOM: Final = frozenset([errno.ENOSPC, errno.EDQUOT])
"""The errors that go away when there is room again: the disk is full, or somebody's share of it."""

_REASONS = {
    errno.ENOSPC: (say("disk-full", "the disk is full"), say("free-space", "Free some space, or save somewhere else.")),
    errno.EDQUOT: (
        say("quota-used-up", "the disk quota is used up"),
        say("free-space", "Free some space, or save somewhere else."),
    ),
    errno.EFBIG: (
        say("file-too-large-for-disk", "the file is larger than this disk allows"),
        say("save-elsewhere", "Save somewhere else."),
    ),
    errno.EACCES: (
        say("folder-not-writable", "you do not have permission to write to the folder"),
        say("choose-other-folder", "Choose another folder."),
    ),
    errno.EPERM: (
        say("folder-not-writable", "you do not have permission to write to the folder"),
        say("choose-other-folder", "Choose another folder."),
    ),
    errno.EROFS: (say("disk-read-only", "the disk is read-only"), say("choose-other-folder", "Choose another folder.")),
    errno.ENOENT: (
        say("folder-missing", "the folder does not exist"),
        say("create-folder", "Create it, or choose another."),
    ),
    errno.ENOTDIR: (
        say("folder-missing", "the folder does not exist"),
        say("create-folder", "Create it, or choose another."),
    ),
    errno.ENAMETOOLONG: (
        say("name-too-long", "the name is too long"),
        say("choose-shorter-name", "Choose a shorter name."),
    ),
    errno.EEXIST: (
        say("file-of-that-name", "a file of that name already exists"),
        say("choose-other-name", "Choose another name."),
    ),
    errno.EISDIR: (
        say("folder-of-that-name", "a folder of that name already exists"),
        say("choose-other-name", "Choose another name."),
    ),
}


def check(path: Path, *, overwrite: bool) -> None:
    """Say early what `write` would say. Raises OutputExistsError, SaveError, Cancelled."""
    try:
        is_folder, exists, has_parent = answer_of(
            lambda _: (path.is_dir(), path.exists(), path.parent.is_dir()), PATIENCE_S
        )
    except OSError as error:
        raise save_error(path, error) from error
    if is_folder or not has_parent:
        raise save_error(path, OSError(errno.EISDIR if is_folder else errno.ENOENT, ""))
    if exists and not overwrite:
        raise _exists_error(path)


def unaccompanied(_path: Path, _temporary: Path) -> AbstractContextManager[None]:
    """The Around of a file that has nothing to do with others."""
    return contextlib.nullcontext()


def write(path: Path, data: bytes, *, overwrite: bool, around_naming: Around = unaccompanied) -> None:
    """Write a file: a temporary one in the same folder, flushed to the disk, then given its name in one step.

    around_naming: see Around; it runs in another thread, but is wanted only as long as the caller's waiting is.
    Raises OutputExistsError (a file is there and `overwrite` is off; also if it appears at the last moment),
    DiskFullError, SaveError and Cancelled (see patience.py), each only while the file has no name: whatever the disk
    does after that, the file is there. Whatever fails, nothing is left behind and what was there
    before is untouched; a disk that answers late is left with a temporary file at most.
    """
    check(path, overwrite=overwrite)
    named = threading.Event()

    def written(tick: Callable[[], None]) -> None:
        with part_files.created(path.parent, PART_PREFIX) as (temporary, file):
            for start in range(0, len(data), _CHUNK):
                file.write(memoryview(data)[start : start + _CHUNK])
                file.flush()
                os.fsync(file.fileno())  # bit by bit: all at once a slow disk would seem not to answer
                tick()
            file.close()  # Windows gives no name to what is open
            tick()
            with around_naming(path, temporary):
                tick()
                if overwrite:
                    temporary.replace(path)
                else:
                    _rename_new(temporary, path)
                named.set()
        _sync_folder(path.parent)

    try:
        answer_of(written, WRITING_PATIENCE_S, GRACE_S)
    except Cancelled:
        if not named.is_set():
            raise
    except OSError as error:
        if not named.is_set():
            raise save_error(path, error, len(data)) from error


def check_folder(folder: Path) -> None:
    """Say early what `make_folder` would say of a file that is there. Raises SaveError, Cancelled."""
    _at_folder(folder, check_no_file)


def make_folder(folder: Path) -> None:
    """Create a folder with all above it, unless it is there. Raises SaveError, Cancelled."""

    def make(folder: Path) -> None:
        check_no_file(folder)
        folder.mkdir(parents=True, exist_ok=True)

    _at_folder(folder, make)


def check_no_file(folder: Path) -> None:
    """Raises SaveError for a file that is there by the name of the folder, or of one above it. Waits for the disk as
    long as that takes: for whoever has a patience of their own."""
    above = (folder, *folder.parents)
    there = next((path for path in above if os.path.exists(path)), None)  # noqa: PTH110  -- Path.exists raises where it may not look
    if there is not None and not os.path.isdir(there):  # noqa: PTH112  -- as Path.is_dir does
        raise SaveError(
            say("file-not-folder", "{path} is a file, not a folder.", path=str(there)),
            todo=say("choose-other-folder", "Choose another folder."),
            path=there,
        )


def _at_folder(folder: Path, do: Callable[[Path], None]) -> None:
    """What is done there while the disk is not waited for for ever. Raises SaveError, Cancelled."""
    try:
        answer_of(lambda _: do(folder), PATIENCE_S)
    except OSError as error:
        reason, todo = _reason(error)
        what = say(
            "cannot-create-folder", "Could not create the folder {folder}: {reason}.", folder=str(folder), reason=reason
        )
        raise _refused(what, todo, folder, error) from error


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two names are one file. Raises Cancelled."""
    try:
        return answer_of(lambda _: one.samefile(other), PATIENCE_S)
    except OSError:  # one of the two is not there (or not to be seen): not the same file
        return False


def _exists_error(path: Path) -> OutputExistsError:
    """The error for a file that is there already."""
    return OutputExistsError(
        say("output-exists", "{name} already exists.", name=path.name),
        todo=say("allow-overwriting", "Allow overwriting, or choose another name."),
        path=path,
    )


def save_error(path: Path, error: OSError, size: int = 0) -> SaveError:
    """The error for a file of `size` bytes that the operating system would not let us write."""
    reason, todo = _reason(error)
    what = say(
        "cannot-save-in",
        "Could not save {name} in {folder}: {reason}.",
        name=path.name,
        folder=str(path.parent),
        reason=reason,
    )
    return _refused(what, todo, path, error, size)


def _refused(what: Message, todo: Message | None, path: Path, error: OSError, size: int = 0) -> SaveError:
    """The error that says so; of the kind that room for `size` bytes would mend, where it would."""
    if error.errno in NO_ROOM:
        return DiskFullError(what, needed=size, todo=todo, path=path, is_quota=error.errno == errno.EDQUOT)
    return SaveError(what, todo=todo, path=path)


def _reason(error: OSError) -> tuple[Filling, Message | None]:
    """What the operating system said, in plain words, and what to do about it (None where we do not know)."""
    if isinstance(error, NoAnswerError):
        return say("no-answer", "the disk does not answer"), say("choose-other-folder", "Choose another folder.")
    return _REASONS.get(error.errno or 0, ((error.strerror or str(error)).lower(), None))


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
