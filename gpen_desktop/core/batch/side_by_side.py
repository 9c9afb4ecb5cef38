"""What photos that are in work at once share: threads, one set of networks, memory."""

from __future__ import annotations

import threading
from typing import Final

from gpen_desktop import allocator
from gpen_desktop.core import memory
from gpen_desktop.core.batch.workers import Threads, Turns
from gpen_desktop.core.engine.engine import Engine

_SHARE: Final = 0.5
"""Of the memory that is free: what photos and all that is made of them may take together."""

_ASIDE: Final = 1
"""Photos that wait for the disk beside those that are computed. A disk has a result for sure after 50 ms, a core has
computed one after 200."""

_KEPT: Final = 384 << 20
"""Bytes of freed memory that stay for each photo that is computed. Two photos of up to ten megapixels left 600 MB in
all; where less stayed an album took a tenth to a sixth longer, for what was given back and taken anew."""

_KEPT_SHARE: Final = 0.25
"""Of the memory that is free: what may stay at most, so that a computer of 8 GB has some for other programs."""


class SideBySide:
    """Threads with an engine each, which share the networks of one engine; that one is to rest until `close`.

    Parameters
    ----------
    engine : whose networks they are.
    model : name of the network that restores the faces of all photos.
    at_once : photos that are computed, as far as memory goes; one more may wait for the disk.

    Attributes
    ----------
    at_once : as above.
    threads : in which `engine_here` may be asked for.
    room : memory, to be held by each photo.
    turns : of computing, one to be had by each photo that has its memory.
    keeping : of what photos that are done with took, to be checked after each.
    """

    def __init__(self, engine: Engine, model: str, at_once: int) -> None:
        self.model = model
        self.at_once = at_once
        self.threads = Threads(at_once, at_once + _ASIDE)
        self.turns = Turns(at_once)
        free = memory.available_bytes()
        self.room = memory.Room(int(free * _SHARE))
        self.keeping = allocator.Keeping(min(_KEPT * at_once, int(free * _KEPT_SHARE)))
        self._networks = engine.shared(model)
        self._cores_each = max(1, engine.cpu_threads() // at_once)
        self._of_thread = threading.local()

    def engine_here(self) -> Engine:
        """The engine of the thread that asks."""
        if not hasattr(self._of_thread, "engine"):
            self._networks.limit_threads_here(self._cores_each)
            self._of_thread.engine = Engine(models=self._networks)
        engine: Engine = self._of_thread.engine
        return engine

    def close(self) -> None:
        """Wait for what is under way, and end what runs beside."""
        self.threads.close()
        self._networks.close()
