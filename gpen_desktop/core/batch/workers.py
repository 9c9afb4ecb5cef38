"""Several photos at once, each in a thread of its own from its file to its result, in bounded number.

While one is read, another is looked at for faces, a third is composed or written. With as many
threads as cores each has one for all that a photo takes: cores that share small pieces of work mostly wait for each
other (record 0005).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, TypeVar

import cv2

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")

_AHEAD: Final = 4
"""How many photos for each thread may be finished while an earlier one is not: results are told in order."""

_LISTEN_EVERY: Final = 0.2
"""Seconds; on Windows a thread that waits for another hears of Ctrl+C in between only."""


def in_order(
    jobs: Iterable[JobT], work: Callable[[JobT], ResultT], count: int, stop: Callable[[], None]
) -> Iterator[ResultT]:
    """Yield work(job) of every job, in their order, `count` at a time in threads that share the cores.

    stop: called when nobody wants more: the listener stops or is interrupted, or work raises. It makes calls of `work`
    that are under way end; they are waited for. Raises what `work` raises.
    """
    waiting: deque[Future[ResultT]] = deque()
    threads_of_cv = cv2.getNumThreads()
    cv2.setNumThreads(max(1, threads_of_cv // count))
    pool = ThreadPoolExecutor(count, "photo", _share_cores, (count,))
    try:
        for job in jobs:
            while len(waiting) >= count * _AHEAD or (waiting and waiting[0].done()):
                yield _first(waiting)
            waiting.append(pool.submit(work, job))
        while waiting:
            yield _first(waiting)
    finally:
        for future in waiting:
            future.cancel()
        if waiting:
            stop()
        pool.shutdown(wait=True)
        cv2.setNumThreads(threads_of_cv)


def _first(waiting: deque[Future[ResultT]]) -> ResultT:
    """The result of the first, which stays among those that wait if this is interrupted."""
    while not wait([waiting[0]], _LISTEN_EVERY).done:
        pass
    result = waiting[0].result()
    waiting.popleft()
    return result


def _share_cores(count: int) -> None:
    from gpen_desktop.models import device  # noqa: PLC0415  -- brings torch, which takes seconds

    device.limit_threads_here(max(1, device.cpu_threads() // count))
