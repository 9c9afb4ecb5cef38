"""Seconds that stages took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timings(dict[str, float]):
    """Name of a stage -> seconds spent in it so far."""

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add what happens inside to the seconds of `stage`."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self[stage] = self.get(stage, 0.0) + time.perf_counter() - started
