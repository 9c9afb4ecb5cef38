"""How a photo of the album stands, in one word: what is seen on its thumbnail, counted, and filtered by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final

from PySide6.QtCore import QCoreApplication

from gpen_desktop.core.compose.select import Judged, select
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.stages.registry import total_scale
from gpen_desktop.core.types import RESTORED_STATES, Face, FaceId, FaceState
from gpen_desktop.gui.common.i18n import marked


class Question(Enum):
    """What a photo asks, however it stands. REPAIR: whether scratches or dust that were seen are to go."""

    REPAIR = "repair"


class Status(Enum):
    """Of these, all but the first two are how it ends. SIDEWAYS: faces would be found if it were turned. GOOD: every
    face is sharp already. LEFT: the user, or the smallest face set, leaves all of its faces out."""

    WAITING = "waiting"
    WORKING = "working"
    RESTORED = "restored"
    GOOD = "good"
    SIDEWAYS = "sideways"
    NO_FACES = "no faces"
    LEFT = "left"
    FAILED = "failed"


Kind = Status | Question
"""Photos are counted and filtered by it."""

_WORDS: Final[dict[Kind, str]] = {
    Question.REPAIR: marked("Status", "damaged?"),
    Status.WAITING: marked("Status", "waiting"),
    Status.WORKING: marked("Status", "being restored"),
    Status.RESTORED: marked("Status", "restored"),
    Status.GOOD: marked("Status", "already good"),
    Status.SIDEWAYS: marked("Status", "on its side"),
    Status.NO_FACES: marked("Status", "no faces"),
    Status.LEFT: marked("Status", "left as it is"),
    Status.FAILED: marked("Status", "failed"),
}
_COUNTED = {
    Status.RESTORED: marked("Status", "{count} restored"),
    Status.GOOD: marked("Status", "{count} already good"),
    Status.SIDEWAYS: marked("Status", "{count} lying sideways"),
    Status.NO_FACES: marked("Status", "{count} without faces"),
    Status.LEFT: marked("Status", "{count} left alone"),
    Status.FAILED: marked("Status", "{count} failed"),
    Status.WAITING: marked("Status", "{count} waiting"),
}


def outcome(faces: Sequence[Face], judged: Mapping[FaceId, Judged], edits: Edits, is_whole_changed: bool) -> Status:
    """What became of a photo that is done. judged: what is known of its faces. is_whole_changed: by a stage."""
    scale = total_scale(edits.stages)
    states = {choice.state for choice in select(faces, judged, edits.options, scale).values()}
    if states & RESTORED_STATES or is_whole_changed or scale > 1:
        return Status.RESTORED
    if not states:
        return Status.NO_FACES
    return Status.GOOD if FaceState.ALREADY_SHARP in states else Status.LEFT


def text(kind: Kind) -> str:
    """A status or a question in words."""
    return QCoreApplication.translate("Status", _WORDS[kind])


def counted(statuses: Iterable[Status]) -> str:
    """How photos ended, such as '24 restored, 4 already good, 2 without faces', and how many wait."""
    counts = Counter(statuses)
    parts = [
        QCoreApplication.translate("Status", _COUNTED[status]).format(count=counts[status])
        for status in _COUNTED
        if counts[status]
    ]
    return QCoreApplication.translate("Status", marked("Status", ", ")).join(parts)
