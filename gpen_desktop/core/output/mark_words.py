"""The words of a visible mark. Pure; cheap to import."""

from __future__ import annotations

from typing import Final

from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say

USUAL: Final = "Restored with GPEN Desktop"
"""The words of who asks for a mark and names none."""

LONGEST: Final = 100
"""Characters."""


def check_mark(words: str) -> None:
    """Raise OptionError for words that cannot be a mark; '' is none, and always right."""
    if len(words) > LONGEST or any(not character.isprintable() for character in words):
        raise OptionError(
            say("bad-mark", "This cannot be a visible mark."),
            todo=say("mark-limits", "It is one line of at most {limit} characters.", limit=LONGEST),
        )
