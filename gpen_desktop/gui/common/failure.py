"""What went wrong in another thread, as the window shows it."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from pathlib import Path

from gpen_desktop.errors import GpenError
from gpen_desktop.gui.common.i18n import error_text
from gpen_desktop.messages import Message, say

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """what: one sentence. todo: what the user can do. details: a traceback when the fault is ours."""

    what: Message
    todo: Message | None = None
    path: Path | None = None
    details: str = ""

    @property
    def text(self) -> str:
        """Both sentences in the window's language."""
        return error_text(self.what, self.todo)


def from_exception(error: BaseException, path: Path | None = None) -> Failure:
    """Describe an error; one that is not ours on purpose is logged with its traceback, so that none is lost."""
    if isinstance(error, GpenError):
        return Failure(error.what, error.todo, error.path or path)
    details = "".join(traceback.format_exception(error))
    _log.error("unforeseen error while working on %s\n%s", path, details)
    return Failure(
        say(
            "unforeseen-with",
            "Something unexpected went wrong with {name} ({kind}).",
            name=path.name if path else say("the-photo-within", "the photo"),
            kind=type(error).__name__,
        ),
        say("others-not-affected", "The other photos are not affected."),
        path,
        details,
    )
