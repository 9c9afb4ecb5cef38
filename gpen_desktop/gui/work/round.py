"""How far the work is: what was asked for since there was nothing left to do, and how much of it is done."""

from __future__ import annotations

import time


class Round:
    """Photos to restore, or files to export, by number. Each counts once, however often it is begun, until all are
    done; the next one that is wanted then begins another round.

    Attributes
    ----------
    fraction : of the one that is being worked on, 0 to 1.
    """

    def __init__(self) -> None:
        self.fraction = 0.0
        self._left: set[int] = set()
        self._done: set[int] = set()
        self._seconds = 0.0
        self._started: float | None = None

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
        return min(1.0, (self.done + self.fraction) / self.total) if self.total else 0.0

    def want(self, number: int) -> None:
        """One more, or one again."""
        if not self._left:
            self._done, self._seconds = set(), 0.0
        self._done.discard(number)
        self._left.add(number)

    def start(self) -> None:
        """One of them is being worked on."""
        self.fraction, self._started = 0.0, time.monotonic()

    def finish(self, number: int) -> None:
        """One is done, well or badly."""
        self.pause()
        if number in self._left:
            self._left.remove(number)
            self._done.add(number)

    def drop(self, number: int) -> None:
        """One is not wanted any more."""
        self._left.discard(number)

    def pause(self) -> None:
        """What is being worked on stops: it is done, or steps back."""
        if self._started is not None:
            self._seconds += time.monotonic() - self._started
        self.fraction, self._started = 0.0, None

    def a_minute(self) -> float | None:
        """How many are done a minute; None before two are."""
        return 60 * self.done / self._seconds if self.done > 1 and self._seconds else None

    def seconds_left(self) -> float | None:
        """Estimated from those done; None before there is anything to go by."""
        return self._seconds / self.done * len(self._left) if self.done and self._left else None
