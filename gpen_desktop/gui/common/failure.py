"""What went wrong in another thread, as the window shows it."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from gpen_desktop.errors import GpenError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """what: one sentence. todo: what the user can do, may be empty. details: a traceback when the fault is ours."""

    what: str
    todo: str = ""
    path: Path | None = None
    details: str = ""

    @property
    def sentence(self) -> str:
        return " ".join(part for part in (self.what, self.todo) if part)


def from_exception(error: BaseException, path: Path | None = None) -> Failure:
    """Describe an error; one that is not ours on purpose is logged with its traceback, so that none is lost."""
    if isinstance(error, GpenError):
        return Failure(error.what, error.todo, error.path or path)
    details = "".join(traceback.format_exception(error))
    _log.error("unforeseen error while working on %s\n%s", path, details)
    name = path.name if path else QCoreApplication.translate("Failure", "the photo")
    what = QCoreApplication.translate("Failure", "Something unforeseen went wrong with {name} ({kind}).").format(
        name=name, kind=type(error).__name__
    )
    return Failure(what, QCoreApplication.translate("Failure", "The other photos are not affected."), path, details)
