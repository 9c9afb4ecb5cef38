"""How the view is shared: one pane, or two of the same size, beside or above one another. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF

_GAP: Final = 8.0


class ViewMode(Enum):
    """How before and after share the view."""

    SPLIT = "split"
    SIDE_BY_SIDE = "side"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Panes:
    """size: of each pane. corners: where they are in the view; the photo lies at the same place in every one."""

    size: QSizeF
    corners: tuple[QPointF, ...] = (QPointF(0, 0),)

    def corner_of(self, point: QPointF) -> QPointF:
        """Corner of the pane that a point of the view is in; the gap is shared."""
        reach = _GAP / 2
        inside = [
            corner
            for corner in self.corners
            if QRectF(corner, self.size).adjusted(-reach, -reach, reach, reach).contains(point)
        ]
        return inside[-1] if inside else self.corners[0]


def one(view: QSizeF) -> Panes:
    """The whole view."""
    return Panes(view)


def two(view: QSizeF, photo: QSizeF | None) -> Panes:
    """Two, in which the photo gets largest: side by side, or stacked where it is wide for the view."""
    beside = QSizeF((view.width() - _GAP) / 2, view.height())
    above = QSizeF(view.width(), (view.height() - _GAP) / 2)
    if photo is not None and _scale(photo, above) > _scale(photo, beside):
        return Panes(above, (QPointF(0, 0), QPointF(0, above.height() + _GAP)))
    return Panes(beside, (QPointF(0, 0), QPointF(beside.width() + _GAP, 0)))


def _scale(photo: QSizeF, pane: QSizeF) -> float:
    return min(pane.width() / photo.width(), pane.height() / photo.height())
