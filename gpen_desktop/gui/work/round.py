"""How far the work is: what was asked for since there was nothing left to do, and how much of it is done."""

from __future__ import annotations

import time


class Round:
    """Photos to restore, or files to export, by number. Each counts once, however often it is begun, until all are
    done; the next one that is wanted then begins another round. Several may be worked on at once."""

    def __init__(self) -> None:
        self._fractions: dict[int, float] = {}  # of those that are worked on, 0 to 1
        self._left: set[int] = set()
        self._done: set[int] = set()
        self._seconds = 0.0  # in which any was worked on, up to the last that stopped
        self._since = 0.0

    @property
    def done(self) -> int:
        return len(self._done)

    @property
    def total(self) -> int:
        return len(self._done) + len(self._left)

    @property
    def is_under_way(self) -> bool:
        return bool(self._left)

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, (self.done + sum(self._fractions.values())) / self.total) if self.total else 0.0

    def want(self, number: int) -> None:
        """One more, or one again."""
        if not self._left:
            self._done, self._seconds = set(), 0.0
        self._done.discard(number)
        self._left.add(number)

    def start(self, number: int) -> None:
        """One of them is being worked on."""
        if not self._fractions:
            self._since = time.monotonic()
        self._fractions[number] = 0.0

    def report(self, number: int, fraction: float) -> None:
        """How far one is that is being worked on."""
        self._fractions[number] = fraction

    def finish(self, number: int) -> None:
        """One is done, well or badly."""
        self.pause(number)
        if number in self._left:
            self._left.remove(number)
            self._done.add(number)

    def drop(self, number: int) -> None:
        """One is not wanted any more."""
        self._left.discard(number)

    def pause(self, number: int) -> None:
        """One that is being worked on stops: it is done, or steps back."""
        if number not in self._fractions:
            return
        del self._fractions[number]
        now = time.monotonic()
        self._seconds += now - self._since
        self._since = now

    def a_minute(self) -> float | None:
        """How many are done a minute; None before two are."""
        return 60 * self.done / self._seconds if self.done > 1 and self._seconds else None

    def seconds_left(self) -> float | None:
        """Estimated from those done; None before there is anything to go by."""
        return self._seconds / self.done * len(self._left) if self.done and self._left else None
