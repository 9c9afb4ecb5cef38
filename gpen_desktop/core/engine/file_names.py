"""Names for files that take no other file's place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path


def name_key(path: Path) -> str:
    """One key for names that are one file on some systems: those that differ in case or in how accents are written."""
    return unicodedata.normalize("NFC", str(path.resolve())).casefold()


def free_path(wanted: Path, is_taken: Callable[[Path], bool]) -> Path:
    """`wanted`, or the first of 'name-2', 'name-3', … that is not taken."""
    candidate, number = wanted, 2
    while is_taken(candidate):
        candidate = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        number += 1
    return candidate
