"""Patterns of file names: what they may say, and the names they give. Pure; cheap to import."""

from __future__ import annotations

import re
import string
from typing import Final

from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say

_PLACES: Final = frozenset({"name", "number", "model"})
_FORBIDDEN: Final = '<>:"/\\|?*'
"""In file names of one system or another."""


def check_pattern(pattern: str) -> None:
    """Raise OptionError for a pattern that is broken or gives no file name."""
    file_name(pattern, "photo", 1, "model")


def file_name(pattern: str, name: str, number: int, model: str) -> str:
    """A name without ending. name: of the photo's file, without ending. number: in the album, from 1.

    Only bare places may stand in the pattern: what else Python's format language can say means nothing in a file name.
    Raises OptionError for a pattern that says more, or of which nothing is left.
    """
    if not _is_sound(pattern):
        raise OptionError(
            say("bad-pattern", "'{pattern}' is not a valid pattern for file names.", pattern=pattern),
            todo=say("pattern-places", "Use {{name}}, {{number}} and {{model}}; everything else stays as it is."),
        )
    filled = pattern.format(name=name, number=f"{number:03d}", model=model)
    filled = _clean(filled).strip(" .")
    if not filled:
        raise OptionError(
            say("pattern-empty", "The pattern gives an empty file name."), todo=say("use-name", "Use {{name}}.")
        )
    return filled


def _clean(words: str) -> str:
    return "".join("_" if character in _FORBIDDEN else character for character in words)


def number_in(result: str, pattern: str, name: str | None, model: str) -> int | None:
    """The number with which a sound pattern gave a result's name; None where it did not give that name. result, name:
    without endings; name None: of any photo."""
    words = {"name": ".+?" if name is None else re.escape(_clean(name)), "model": re.escape(_clean(model))}
    parts = [
        re.escape(_clean(literal)) + ("" if place is None else words.get(place, r"(\d{3,})"))
        for literal, place, _, _ in string.Formatter().parse(pattern)
    ]
    match = re.fullmatch("".join(parts), result)
    return int(match.group(1)) if match else None


def has_number(pattern: str) -> bool:
    """Whether names depend on the number."""
    return _is_sound(pattern) and any(place == "number" for _, place, _, _ in string.Formatter().parse(pattern))


def _is_sound(pattern: str) -> bool:
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError:
        return False
    return all(place is None or (place in _PLACES and not spec and not how) for _, place, spec, how in parts)
