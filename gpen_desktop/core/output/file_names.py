"""Names for files that take no other file's place."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path


def name_key(path: Path) -> str:
    """One key for names that are one file on some systems: those that differ in case or in how accents are written."""
    return unicodedata.normalize("NFC", str(real_path(path))).casefold()


def real_path(path: Path) -> Path:
    """Absolute and without links, as far as they can be followed: one to itself stays as it is, and nothing is raised
    (Path.resolve raises for it)."""
    return Path(os.path.realpath(path))


def is_missing(path: Path) -> bool:
    """Whether there is nothing of that name. What may not be looked at is not missing: reading it says why."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def free_path(wanted: Path, is_taken: Callable[[Path], bool]) -> Path:
    """`wanted`, or the first of 'name-2', 'name-3', … that is not taken."""
    candidate, number = wanted, 2
    while is_taken(candidate):
        candidate = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        number += 1
    return candidate


def unnumbered(path: Path) -> Path | None:
    """What must have been wanted where free_path gave `path` with a number; None for a name without one."""
    stem, dash, number = path.stem.rpartition("-")
    return path.with_name(f"{stem}{path.suffix}") if dash and stem and number.isdigit() else None
