"""The journal of an album: which results are there, made of what and how, so that an interrupted run can go on."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import sys
import threading
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, TextIO

from gpen_desktop.core.photo_files.reading import open_regular
from gpen_desktop.messages import Message, say

JOURNAL_NAME: Final = ".gpen-desktop-journal.jsonl"


@dataclass(frozen=True)
class _Entry:
    """What the journal says of a result. source, options: sha256 of the photo, and of all else it depends on. size
    (bytes), changed (ns), content (sha256): the result itself, as it was made."""

    source: str
    options: str
    size: int
    changed: int
    content: str

    def fits(self, file: Path) -> bool:
        """Whether the result is still as it was made; a copy of it is. Raises OSError."""
        state = file.stat()
        return state.st_size == self.size and (state.st_mtime_ns == self.changed or sha256_of(file) == self.content)


class Journal:
    """A JSON line for each result in an output folder, see _Entry; for one made again, the last line holds.

    A line is written when the result is whole and has no name yet: so no result is ever without one, and a line
    without its result says nothing. Whatever is not surely so is not so: a line that is cut short or makes no sense is
    passed over, and the photo is done again. May be used from several threads.

    Parameters
    ----------
    out_dir : the output folder; need not exist yet.
    options : all that a result depends on beside its photo.

    Attributes
    ----------
    problem : Message | None
        Why a journal that is there could not be read.
    """

    def __init__(self, out_dir: Path, options: dict[str, Any]) -> None:
        self._out_dir = out_dir
        self._options = hashlib.sha256(json.dumps(options, sort_keys=True, default=str).encode()).hexdigest()
        self._made: dict[str, list[_Entry]] = {}
        self._adding = threading.Lock()
        self.problem: Message | None = None
        try:
            self._made = _entries(out_dir)
        except OSError as error:
            self.problem = say(
                "journal-unreadable",
                "The journal in {folder} could not be read ({reason}): what is finished there is not known.",
                folder=str(out_dir),
                reason=error.strerror or str(error),
            )

    def has(self, source: Path, target: Path) -> bool:
        """Whether `target` is there as it was made, of the bytes that `source` has now, with these options."""
        entry = self._made.get(self._name(target), [None])[-1]
        try:
            return (
                entry is not None
                and entry.options == self._options
                and entry.fits(target)
                and entry.source == sha256_of(source)
            )
        except OSError:  # one of them went away; restoring the photo will say so
            return False

    def add(self, source: Path, target: Path, made: Path | None = None) -> None:
        """Note that `target` was made of `source`; on disk before this returns. Raises OSError.

        made: where the result is until it gets its name.
        """
        made = made or target
        state = made.stat()
        entry = _Entry(sha256_of(source), self._options, state.st_size, state.st_mtime_ns, sha256_of(made))
        self._out_dir.mkdir(parents=True, exist_ok=True)
        journal = self._out_dir / JOURNAL_NAME
        if journal.exists() and not journal.is_file():  # a pipe would be waited for
            raise OSError(errno.EINVAL, "not a regular file", str(journal))
        with self._adding, _opened_to_add(journal) as file:
            # the first line break ends a line that an interruption cut short
            file.write(f"\n{json.dumps({'name': self._name(target), **asdict(entry)})}\n")
            file.flush()
            os.fsync(file.fileno())
            self._made.setdefault(self._name(target), []).append(entry)

    def was_altered(self, target: Path) -> bool:
        """Whether the journal names `target`, and somebody changed it since. An empty one is what an interruption left
        behind; so is one that an earlier line speaks of."""
        entries = self._made.get(self._name(target), [])
        try:
            return bool(entries) and target.stat().st_size > 0 and not any(entry.fits(target) for entry in entries)
        except OSError:
            return False

    def _name(self, target: Path) -> str:
        """Within the output folder, which may be moved as a whole."""
        return target.relative_to(self._out_dir).as_posix()


def why_unknown(out_dir: Path) -> Message | None:
    """Why nobody can tell which files in an output folder are results: its journal is there, but cannot be read, or not
    be added to."""
    try:
        open_regular(out_dir / JOURNAL_NAME).close()
        _check_may_add(out_dir / JOURNAL_NAME)
    except FileNotFoundError:
        return None
    except OSError as error:
        return say(
            "journal-unusable",
            "The journal in {folder} cannot be read and written ({reason}), and without it results among your photos "
            "are taken for photos.",
            folder=str(out_dir),
            reason=error.strerror or str(error),
        )
    return None


def is_journalled(file: Path) -> bool:
    """Whether a journal in the file's folder, or in one above it, names it as a result, and it is still as it was made.

    One that cannot be read names nothing. Raises OSError where the file itself cannot be read.
    """
    file = file.resolve()
    for folder in file.parents:
        try:
            entries = _entries(folder).get(file.relative_to(folder).as_posix(), [])
        except OSError:
            continue
        if any(entry.fits(file) for entry in entries):
            return True
    return False


def has_journal(file: Path) -> bool:
    """Whether there is a journal in the file's folder, or in one above it."""
    return any(os.path.isfile(folder / JOURNAL_NAME) for folder in file.resolve().parents)  # noqa: PTH113  -- Path raises


def names_by_source(out_dir: Path) -> dict[str, list[Path]]:
    """The results that a folder's journal names for each source, by its sha256, the latest last; empty where it cannot
    be read."""
    try:
        entries = _entries(out_dir)
    except OSError:
        return {}
    found: dict[str, list[Path]] = {}
    for name, lines in entries.items():
        found.setdefault(lines[-1].source, []).append(out_dir / name)
    return found


def results(out_dir: Path) -> frozenset[Path]:
    """The files in an output folder that its journal names and that are still as they were made; none where it cannot
    be read."""
    found = set()
    try:
        entries = _entries(out_dir)
    except OSError:
        return frozenset()
    for name, lines in entries.items():
        file = out_dir / name
        try:
            if any(entry.fits(file) for entry in lines):
                found.add(file.resolve())
        except OSError:  # gone since
            continue
    return frozenset(found)


def sha256_of(file: Path) -> str:
    """Hash of a regular file, hexadecimal. Raises OSError."""
    with open_regular(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_may_add(journal: Path) -> None:
    """Whether `_opened_to_add` will open it; nothing is written or changed. Raises OSError."""
    if os.access(journal, os.W_OK):
        return
    is_ours = sys.platform == "win32" or journal.stat().st_uid == os.geteuid()
    if not is_ours or not os.access(journal.parent, os.W_OK):  # nor on a disk that is read-only
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(journal))


def _opened_to_add(journal: Path) -> TextIO:
    """Raises OSError. One that came from a disc or a backup may be read-only, though the results beside it are not."""
    try:
        return journal.open("a", encoding="utf-8")
    except PermissionError:
        journal.chmod(journal.stat().st_mode | stat.S_IWUSR)
        return journal.open("a", encoding="utf-8")


def _entries(folder: Path) -> dict[str, list[_Entry]]:
    """A folder's journal, by the names of the results, the latest line last; empty without one. Raises OSError."""
    try:
        with open_regular(folder / JOURNAL_NAME) as file:
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return {}
    entries: dict[str, list[_Entry]] = {}
    for line in lines:
        if (found := _parsed(line)) is not None:
            entries.setdefault(found[0], []).append(found[1])
    return entries


def _parsed(line: str) -> tuple[str, _Entry] | None:
    """Name and entry of a line; None for one that is empty, cut short, or of another kind."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    types = {"name": "str"} | {field.name: field.type for field in fields(_Entry)}
    if not isinstance(record, dict) or {key: type(value).__name__ for key, value in record.items()} != types:
        return None
    return record.pop("name"), _Entry(**record)
