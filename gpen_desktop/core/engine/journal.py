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
    """A JSON line for each result in an output folder; for one made again, the last line holds.

    Parameters
    ----------
    out_dir : the output folder; need not exist yet.
    options : all that a result depends on beside its photo.
    """

    def __init__(self, out_dir: Path, options: dict[str, Any]) -> None:
        self._out_dir = out_dir
        self._options = hashlib.sha256(json.dumps(options, sort_keys=True, default=str).encode()).hexdigest()[:16]
        self._made = self._read()

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
            file.write(f"\n{json.dumps([self._name(target), origin])}\n")
            file.flush()
            os.fsync(file.fileno())
        self._made[self._name(target)] = origin

    def _name(self, target: Path) -> str:
        """Within the output folder, which may be moved as a whole."""
        return target.relative_to(self._out_dir).as_posix()

    def _origin(self, source: Path) -> list[Any]:
        state = source.stat()
        return [str(source.resolve()), state.st_size, state.st_mtime_ns, self._options]

    def _read(self) -> dict[str, list[Any]]:
        made: dict[str, list[Any]] = {}
        file = self._out_dir / JOURNAL_NAME
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
        for line in lines:
            with contextlib.suppress(ValueError):  # empty, or cut short
                name, origin = json.loads(line)
                made[name] = origin
        return made
