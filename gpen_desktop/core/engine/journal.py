"""The journal of an album: which results are there, made of what and how, so that an interrupted run can go on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any, Final

JOURNAL_NAME: Final = ".gpen-desktop-journal.jsonl"


class Journal:
    """A JSON line for each result in an output folder: its name, what it was made of, and its own size and time; for
    one made again, the last line holds.

    Parameters
    ----------
    out_dir : the output folder; need not exist yet.
    options : all that a result depends on beside its photo.
    """

    def __init__(self, out_dir: Path, options: dict[str, Any]) -> None:
        self._out_dir = out_dir
        self._options = hashlib.sha256(json.dumps(options, sort_keys=True, default=str).encode()).hexdigest()[:16]
        self._made = {name: origin for name, (origin, _) in _lines(out_dir).items()}

    def has(self, source: Path, target: Path) -> bool:
        """Whether `target` is there and was made of `source` as it is now, with these options."""
        try:
            return target.is_file() and self._made.get(self._name(target)) == self._origin(source)
        except OSError:  # the source went away; restoring it will say so
            return False

    def add(self, source: Path, target: Path) -> None:
        """Note that `target` was made of `source`; on disk before this returns. Raises OSError."""
        origin = self._origin(source)
        self._out_dir.mkdir(parents=True, exist_ok=True)
        with (self._out_dir / JOURNAL_NAME).open("a", encoding="utf-8") as file:
            # the first line break ends a line that an interruption cut short
            file.write(f"\n{json.dumps([self._name(target), origin, _state(target)])}\n")
            file.flush()
            os.fsync(file.fileno())
        self._made[self._name(target)] = origin

    def _name(self, target: Path) -> str:
        """Within the output folder, which may be moved as a whole."""
        return target.relative_to(self._out_dir).as_posix()

    def _origin(self, source: Path) -> list[Any]:
        return [str(source.resolve()), *_state(source), self._options]


def is_journalled(file: Path) -> bool:
    """Whether a journal in the file's folder, or in one above it, names it as a result, and it is still as it was then.

    Raises OSError.
    """
    file = file.resolve()
    return any(
        (folder / JOURNAL_NAME).is_file()
        and _lines(folder).get(file.relative_to(folder).as_posix(), (None, None))[1] == _state(file)
        for folder in file.parents
    )


def _state(file: Path) -> list[int]:
    """[bytes, time of the last change in nanoseconds]."""
    state = file.stat()
    return [state.st_size, state.st_mtime_ns]


def _lines(folder: Path) -> dict[str, tuple[list[Any], list[int] | None]]:
    """A folder's journal: name -> what the result was made of, and its state (None in lines written before that
    was noted)."""
    made: dict[str, tuple[list[Any], list[int] | None]] = {}
    file = folder / JOURNAL_NAME
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
    for line in lines:
        with contextlib.suppress(ValueError):  # empty, or cut short
            name, origin, *state = json.loads(line)
            made[name] = (origin, state[0] if state else None)
    return made
