"""Waiting for a disk that may never answer, such as a share whose server is gone.

The system's calls can then not be interrupted. So they run in a thread of their own, which is left behind where it does
not answer: whoever asked gets an error, or goes on with something else, and the program can end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Generic, TypeVar

from gpen_desktop.errors import Cancelled

T = TypeVar("T")

_LOOK_S: Final = 0.05
"""How often whoever waits looks whether it is still wanted."""


class NoAnswerError(OSError):
    """Nothing came for as long as was to be waited."""


class _Waiting(threading.local):
    """Whether this thread is still to wait, by default always, and what is entered as long as it waits."""

    def __init__(self) -> None:
        self.is_wanted: Callable[[], bool] = lambda: True
        self.meanwhile: Callable[[], AbstractContextManager[None]] = nullcontext


_this_thread = _Waiting()


@contextmanager
def waiting_while(is_wanted: Callable[[], bool]) -> Iterator[None]:
    """What is read in this thread meanwhile raises Cancelled as soon as it is wanted no more."""
    former, _this_thread.is_wanted = _this_thread.is_wanted, is_wanted
    try:
        yield
    finally:
        _this_thread.is_wanted = former


@contextmanager
def lending(meanwhile: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """What this thread holds and needs for computing alone, others may have as long as it waits for a disk: it is given
    away as meanwhile() is entered, and back as that is left."""
    former, _this_thread.meanwhile = _this_thread.meanwhile, meanwhile
    try:
        yield
    finally:
        _this_thread.meanwhile = former


def lent_here() -> AbstractContextManager[None]:
    """To be entered as long as this thread waits for something else: lends what it has to lend."""
    return _this_thread.meanwhile()


def is_wanted_here() -> bool:
    """Whether what this thread waits for is still wanted."""
    return _this_thread.is_wanted()


class _Asked(threading.Thread, Generic[T]):
    def __init__(self, call: Callable[[Callable[[], None]], T]) -> None:
        super().__init__(name="waiting for a disk", daemon=True)
        self._call = call
        self.last = time.monotonic()
        self.ended = threading.Event()
        self.is_left = False
        self.answer: list[T] = []
        self.error: BaseException | None = None

    def tick(self) -> None:
        self.last = time.monotonic()
        if self.is_left:
            raise Cancelled

    def is_wanted(self) -> bool:
        """What the call waits for in turn, it waits for in a patience of its own."""
        self.last = time.monotonic()
        return not self.is_left

    def run(self) -> None:
        try:
            with waiting_while(self.is_wanted):
                self.answer.append(self._call(self.tick))
        except BaseException as error:  # raised again where it was asked for
            self.error = error
        self.ended.set()


def answer_of(call: Callable[[Callable[[], None]], T], patience: float, grace: float = 0.0) -> T:
    """What `call` gives or raises. It is handed a function to call whenever something has come or gone; in a call that
    nobody waits for any more, that function raises Cancelled, as does what the call itself waits for.

    patience: seconds without anything after which NoAnswerError is raised. grace: seconds in which a call that is
    wanted no more may put away what it began; one that ends well in them is answered. Raises Cancelled, see
    waiting_while. What the thread has to lend, it lends meanwhile (`lending`).
    """
    asked = _Asked(call)
    asked.start()
    with lent_here():
        _wait_for(asked, patience, grace)
    if asked.error is None:
        return asked.answer[0]
    error, asked.error = asked.error, None
    try:
        raise error
    finally:
        del error, asked  # through the traceback they would hold one another, and all that was to be written


def _wait_for(asked: _Asked[T], patience: float, grace: float) -> None:
    try:
        while not asked.ended.wait(_LOOK_S):
            if not _this_thread.is_wanted():
                asked.is_left = True
                if asked.ended.wait(grace):
                    break
                raise Cancelled
            if time.monotonic() - asked.last > patience:
                raise NoAnswerError("it does not answer")
    finally:
        asked.is_left = True
