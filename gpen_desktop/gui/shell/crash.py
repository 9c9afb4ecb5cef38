"""What the program could not foresee: written down on this computer, and shown if the user wants to see it.

`install()` at start makes Python's and the interpreter's own failures go to a log in the user's data folder, one file a
run, which is empty as long as nothing happens. A run that ends as it should marks its log, if there is something in it;
`left_behind()` gives the log of an earlier run that did not.
Nothing is ever sent anywhere.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import sys
import threading
import time
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO

from PySide6.QtCore import QObject, Signal, qVersion

from gpen_desktop import __version__, paths

_log = logging.getLogger(__name__)

_KEPT: Final = 10
_SURVIVED: Final = ".survived.log"
"""Ending of the log of a run that had failures and was closed by its user all the same."""
_STALE_SECONDS: Final = 24 * 3600
"""Empty logs older than this belong to runs that are over: cut off by a power failure, not by a fault of ours."""


class CrashLog(QObject):
    """The log of this run.

    Attributes
    ----------
    reported : Signal(str)
        One line on a failure that the program survived. Emitted in the thread where it happened.
    file : Path
        Where it is written.
    """

    reported = Signal(str)

    def __init__(self, file: Path, stream: TextIO, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.file = file
        self._stream = stream
        self._lock = threading.Lock()
        self._hooks = (sys.excepthook, threading.excepthook)

    def start(self) -> None:
        """Take over the interpreter's hooks."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        faulthandler.enable(self._stream)

    def close(self) -> None:
        """The run ends as it should: give the hooks back; the file goes if empty, else it is marked."""
        sys.excepthook, threading.excepthook = self._hooks
        faulthandler.disable()
        self._stream.close()
        if self.file.stat().st_size:
            self.file = self.file.replace(self.file.with_suffix(_SURVIVED))
        else:
            self.file.unlink()

    def write(self, heading: str, text: str) -> None:
        """Add to the log, with what one needs to know about the program and the computer the first time."""
        with self._lock:
            if not self.file.stat().st_size:
                self._stream.write(_about_this_run())
            self._stream.write(f"\n{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}  {heading}\n{text}")
            self._stream.flush()

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None, thread: str = "main thread"
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._hooks[0](kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        self.write(f"unforeseen error in {thread}", text)
        if sys.stderr is not None:  # a windowed program has none
            sys.stderr.write(text)
        self.reported.emit(traceback.format_exception_only(kind, error)[-1].strip())

    def _on_thread_exception(self, given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None and not issubclass(given.exc_type, SystemExit):
            name = given.thread.name if given.thread else "a thread that is gone"
            self._on_exception(given.exc_type, given.exc_value, given.exc_traceback, name)


def folder() -> Path:
    """Where the logs lie (may not exist yet)."""
    return paths.user_data() / "crash"


def install(parent: QObject | None = None) -> CrashLog | None:
    """Start the log of this run; None if the user's folder cannot be written (then failures go to stderr as usual)."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    file = folder() / f"{stamp}-{os.getpid()}.log"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        stream = file.open("w", encoding="utf-8")
    except OSError as error:
        _log.warning("no crash log: %s", error)
        return None
    log = CrashLog(file, stream, parent)
    log.start()
    return log


def left_behind(seen: str, current: CrashLog | None = None) -> Path | None:
    """The newest log of a run that crashed, if newer than the one named `seen`; clears away old and empty ones.

    seen: file name of the last log the user was told of, or ''. current: the log of this run, which is left out.
    """
    own = current.file if current else None
    logs = [file for file in sorted(folder().glob("*.log")) if file != own] if folder().is_dir() else []
    full = [file for file in logs if file.stat().st_size]
    for file in (*full[:-_KEPT], *(file for file in logs if _is_stale(file))):
        file.unlink(missing_ok=True)
    crashed = [file for file in full if not file.name.endswith(_SURVIVED)]
    return crashed[-1] if crashed and crashed[-1].name > seen else None


def read(file: Path) -> str:
    """A log as text; bytes cut off in the middle of a character do not matter."""
    return file.read_text(encoding="utf-8", errors="replace")


def _is_stale(file: Path) -> bool:
    # A younger empty one may belong to another window that is open now.
    return not file.stat().st_size and time.time() - file.stat().st_mtime > _STALE_SECONDS


def _about_this_run() -> str:
    torch = sys.modules.get("torch")
    lines = {
        "GPEN Desktop": __version__,
        "Python": platform.python_version(),
        "Qt": qVersion(),
        "PyTorch": getattr(torch, "__version__", "not loaded"),
        "System": platform.platform(),
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())
