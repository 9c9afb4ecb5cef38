"""Several photos at once, each in a thread of its own from its file to its result, in bounded number.

While one is read, another is looked at for faces, a third is composed or written. As many are computed as there are
cores, each by one for all that it takes: cores that share small pieces of work mostly wait for each other (record
0005). Those that wait for the disk come on top.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from typing import Final, TypeVar

import cv2

from gpen_desktop.core.photo_files import patience

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")

_AHEAD: Final = 4
"""How many photos for each thread may be finished while an earlier one is not: results are told in order."""

_SMALL: Final = 1 << 22
"""Pixels of a photo that takes little memory, and a core for not much longer than a disk takes to have its result."""

_LISTEN_EVERY: Final = 0.2
"""Seconds; on Windows a thread that waits for another hears of Ctrl+C in between only."""


class Turns:
    """So many photos are computed at a time.

    Parameters
    ----------
    count : photos.
    """

    def __init__(self, count: int = 1) -> None:
        self._free = threading.Semaphore(count)

    @contextmanager
    def turn(self, pixels: int) -> Iterator[None]:
        """Compute one of so many pixels, in this thread, once it is its turn. Whenever it waits for a disk, another has
        the turn, unless it is large: then all that it takes of memory would come on top."""
        with self._free, patience.lending(self._lent) if pixels <= _SMALL else nullcontext():
            yield

    @contextmanager
    def _lent(self) -> Iterator[None]:
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()


class Threads:
    """So many threads, which share the cores as far as OpenCV computes.

    Parameters
    ----------
    computing : of them, those that compute at a time.
    count : photos in work at once.
    """

    def __init__(self, computing: int, count: int) -> None:
        self.count = count
        self._of_cv = cv2.getNumThreads()
        cv2.setNumThreads(max(1, self._of_cv // computing))
        self._pool = ThreadPoolExecutor(count, "photo")

    def submit(self, work: Callable[[JobT], ResultT], job: JobT) -> Future[ResultT]:
        """Have the next thread that is free do work(job)."""
        return self._pool.submit(work, job)

    def in_order(
        self, jobs: Iterable[JobT], work: Callable[[JobT], ResultT], stop: Callable[[], None]
    ) -> Iterator[ResultT]:
        """Yield work(job) of every job, in their order, and close the threads in the end.

        stop: called when nobody wants more: the listener stops or is interrupted, or work raises. It makes calls of
        `work` that are under way end; they are waited for. Raises what `work` raises.
        """
        waiting: deque[Future[ResultT]] = deque()
        try:
            for job in jobs:
                while len(waiting) >= self.count * _AHEAD or (waiting and waiting[0].done()):
                    yield _first(waiting)
                waiting.append(self.submit(work, job))
            while waiting:
                yield _first(waiting)
        finally:
            for future in waiting:
                future.cancel()
            if waiting:
                stop()
            self.close()

    def close(self) -> None:
        """Wait for what is under way, and end the threads."""
        self._pool.shutdown(wait=True)
        cv2.setNumThreads(self._of_cv)


def _first(waiting: deque[Future[ResultT]]) -> ResultT:
    """The result of the first, which stays among those that wait if this is interrupted."""
    while not wait([waiting[0]], _LISTEN_EVERY).done:
        pass
    result = waiting[0].result()
    waiting.popleft()
    return result
