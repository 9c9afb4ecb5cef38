"""What was computed otherwise than it was to be, such as on the CPU for want of memory: told by whoever had to, and
heard by whoever answers for the result. Needs no PyTorch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gpen_desktop.messages import Message


class _Listening(threading.local):
    """Who listens in this thread."""

    def __init__(self) -> None:
        self.ears: list[list[Message]] = []


_here = _Listening()
_told: list[Message] = []
_telling = threading.Lock()


def tell(note: Message) -> None:
    """Say what was done otherwise for what this thread works on."""
    with _telling:
        _add(note, _told)
    for ear in _here.ears:
        _add(note, ear)


@contextmanager
def heard() -> Iterator[list[Message]]:
    """What is told in this thread meanwhile, each once."""
    ear: list[Message] = []
    _here.ears.append(ear)
    try:
        yield ear
    finally:
        _here.ears = [each for each in _here.ears if each is not ear]


def told() -> tuple[Message, ...]:
    """What was told in any thread since `forget`, each once."""
    with _telling:
        return tuple(_told)


def forget() -> None:
    """From now on it is computed in another way."""
    with _telling:
        _told.clear()


def _add(note: Message, notes: list[Message]) -> None:
    if note not in notes:
        notes.append(note)
