"""What is shown while photos are restored: a bar, their rate, and what stops them."""

from __future__ import annotations

import threading
import time

from rich.console import Console
from rich.progress import Progress as Bar

from gpen_desktop.cli.terminal import printable
from gpen_desktop.core.batch.album import PlannedPhoto
from gpen_desktop.core.batch.batch import PhotoReport, PhotoStatus
from gpen_desktop.core.progress import Progress
from gpen_desktop.errors import DiskFullError


class BatchBar:
    """A bar for photos of which several are in work: how many are done, how many a minute, what stops them."""

    def __init__(self, bar: Bar, count: int) -> None:
        self._bar = bar
        self._task = bar.add_task("Restoring", total=count, rate="")
        self._lock = threading.Lock()
        self._parts: dict[int, float] = {}
        self._done = 0
        self._made = 0
        self._started = time.monotonic()

    def begin(self, number: int, job: PlannedPhoto) -> Progress:
        """A photo is begun."""
        self._bar.update(self._task, description=f"Restoring {printable(job.source.name)}")
        return _PartProgress(self, number)

    def part(self, number: int, fraction: float) -> None:
        """So much of a photo is done."""
        with self._lock:
            if number >= self._done:  # those before are whole
                self._parts[number] = fraction
            self._show()

    def end(self, report: PhotoReport) -> None:
        """The first photo of those in work is done."""
        with self._lock:
            self._parts.pop(self._done, None)
            self._done += 1
            self._made += report.outcome is PhotoStatus.DONE
            minutes = (time.monotonic() - self._started) / 60
            rate = f"{self._made / minutes:.0f} a minute" if self._made > 1 else ""
            self._bar.update(self._task, rate=rate)
            self._show()

    def full(self, error: DiskFullError) -> None:
        """Nothing can be written."""
        complain(f"{error} Waiting until there is room; Ctrl+C ends.")

    def room(self) -> None:
        """It can again."""
        complain("There is room again: going on.")

    def _show(self) -> None:
        self._bar.update(self._task, completed=self._done + sum(self._parts.values()))


class _PartProgress:
    """Shows a photo's own progress as part of the whole."""

    def __init__(self, bar: BatchBar, number: int) -> None:
        self._bar = bar
        self._number = number

    def report(self, fraction: float, stage: str) -> None:
        self._bar.part(self._number, fraction)


def complain(text: str) -> None:
    """Say what went wrong, also to those who want to hear nothing else."""
    Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(printable(text), style="yellow")
