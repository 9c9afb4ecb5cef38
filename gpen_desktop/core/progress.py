"""Progress and cancelling, passed down to every slow stage."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from gpen_desktop.errors import Cancelled


class Progress(Protocol):
    """What a slow stage is given: it reports how far it is and asks at each step whether to go on."""

    def report(self, fraction: float, stage: str) -> None:
        """Say that `fraction` (0 to 1) of `stage` is done. Raises Cancelled once cancelling was asked for."""
        ...


class SilentProgress:
    """Reports to nobody and is never cancelled."""

    def report(self, fraction: float, stage: str) -> None:
        """Do nothing."""


class CancellableProgress:
    """Hands reports to a function; may be cancelled from any thread.

    Parameters
    ----------
    on_report : called as on_report(fraction, stage) in the thread that works.
    cancelled : shared event; a new one when not given.
    """

    def __init__(
        self, on_report: Callable[[float, str], None] | None = None, cancelled: threading.Event | None = None
    ) -> None:
        self._on_report = on_report
        self._cancelled = cancelled if cancelled is not None else threading.Event()

    def cancel(self) -> None:
        """Make the next report raise Cancelled. Safe from any thread."""
        self._cancelled.set()

    def report(self, fraction: float, stage: str) -> None:
        """Hand the report on. Raises Cancelled when cancel() was called."""
        if self._cancelled.is_set():
            raise Cancelled
        if self._on_report is not None:
            self._on_report(fraction, stage)


class SubProgress:
    """The part [start, end] of another progress: stages within a job."""

    def __init__(self, parent: Progress, start: float, end: float) -> None:
        self._parent = parent
        self._start = start
        self._end = end

    def report(self, fraction: float, stage: str) -> None:
        """Report to the parent, scaled into this part."""
        self._parent.report(self._start + (self._end - self._start) * fraction, stage)
