"""Downloads of models: begun by the user alone, going on while dialogs come and go."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final

import shiboken6
from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from gpen_desktop.errors import Cancelled
from gpen_desktop.gui.common import failure
from gpen_desktop.models.catalog import ModelInfo

_OFTEN: Final = 0.1
"""Seconds between two reports of progress."""

_LONGEST_WAIT: Final = 1.0
"""Seconds for a download to hear that it is cancelled."""


@dataclass(eq=False)
class _Running:
    cancelled: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    total: int = 1
    told: float = 0.0
    thread: threading.Thread | None = None


class Downloads(QObject):
    """One thread a download. A thread that is left behind at the end does no harm: a download that is killed is gone on
    with, and no file has its name before it is whole.

    Attributes
    ----------
    progressed : Signal(str, float)
        Name of the model, share of it that is here.
    ended : Signal(str, object)
        Name of the model; None when it is here, the Failure when it could not be had. Not sent after a cancel.
    cancelled : Signal(str)
    """

    progressed = Signal(str, float)
    ended = Signal(str, object)
    cancelled = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[str, _Running] = {}
        self.ended.connect(self._forget)
        self.cancelled.connect(self._forget)

    def start(self, info: ModelInfo, mirror: str) -> None:
        """Fetch a model's weights, unless they are being fetched already."""
        if info.name in self._running:
            return
        running = self._running[info.name] = _Running(total=info.bytes or 1)
        thread = threading.Thread(
            target=self._fetch, args=(info, mirror, running), name=f"download {info.name}", daemon=True
        )
        running.thread = thread
        thread.start()
        self.progressed.emit(info.name, 0.0)

    def share(self, name: str) -> float | None:
        """How much of a model is here (0 to 1); None for one that is not being fetched."""
        running = self._running.get(name)
        return running.done / running.total if running is not None else None

    def cancel(self, name: str) -> None:
        """Stop at the next bytes; what is here of it is kept for another time."""
        if name in self._running:
            self._running[name].cancelled.set()

    def shut_down(self) -> None:
        """Stop all of them, without waiting long for a line on which nothing comes."""
        for name in self._running:
            self.cancel(name)
        for running in self._running.values():
            if running.thread is not None:
                running.thread.join(_LONGEST_WAIT)

    def _fetch(self, info: ModelInfo, mirror: str, running: _Running) -> None:
        from gpen_desktop.models import download  # noqa: PLC0415  -- only whoever asks for it opens a connection

        def report(done: int, total: int) -> None:
            if running.cancelled.is_set():
                raise Cancelled
            running.done, running.total = done, total
            if time.monotonic() - running.told > _OFTEN:
                running.told = time.monotonic()
                self._tell(self.progressed, info.name, done / total)

        def pause(seconds: float) -> None:
            if running.cancelled.wait(seconds):
                raise Cancelled

        try:
            download.fetch(info, report, mirror, pause)
        except Cancelled:
            self._tell(self.cancelled, info.name)
        except Exception as error:  # told to the user; a thread that ends in silence would leave a bar standing
            self._tell(self.ended, info.name, failure.from_exception(error))
        else:
            self._tell(self.ended, info.name, None)

    def _tell(self, signal: SignalInstance, *values: object) -> None:
        if shiboken6.isValid(self):  # else the window has closed meanwhile
            signal.emit(*values)

    @Slot(str)
    @Slot(str, object)
    def _forget(self, name: str, _failure: object = None) -> None:
        self._running.pop(name, None)
