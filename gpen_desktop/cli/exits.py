"""Exit codes, the same for every command."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; scripts rely on them."""

    ALL_DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    NOTHING_DONE = 3
    CANCELLED = 130
