"""What the window wants on screen: the photo with its faces, or what two models made of them side by side."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect

from gpen_desktop.core.engine.engine import RestoredFaces
from gpen_desktop.core.types import Rect, RestoredFace
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.viewer.preview import Wanted
from gpen_desktop.gui.work import face_marks


@dataclass(frozen=True, eq=False)
class Sides:
    """The faces as two models made them. left: None for the photo as it was. right: None for the photo's own model."""

    left: tuple[RestoredFace, ...] | None = None
    right: tuple[RestoredFace, ...] | None = None


def wish(
    visit: int,
    item: AlbumItem,
    made: RestoredFaces,
    sides: Sides,
    left_out: str,
    detail: tuple[int, QRect] | None,
) -> Wanted:
    """visit, left_out: as Wanted has them. made: by the photo's own model. detail: a pyramid level and the part of it
    that is looked at closer."""
    level, rect = detail or (0, None)
    return Wanted(
        visit,
        item.id,
        item.path,
        _strengths(item, made.restored if sides.right is None else sides.right),
        item.edits.options,
        made.staged,
        left_out,
        level,
        None if rect is None else _rect(rect),
        item.edits.quarters,
        None if sides.left is None else _strengths(item, sides.left),
    )


def part_on_screen(detail: tuple[int, QRect] | None) -> Rect | None:
    """Of the photo, in its pixels. detail: as in `wish`; where there is none, all of it is on screen, or may be."""
    if detail is None:
        return None
    level, rect = detail
    x0, y0, x1, y1 = (side << level for side in _rect(rect))
    return x0, y0, x1, y1


def _rect(rect: QRect) -> Rect:
    return rect.x(), rect.y(), rect.x() + rect.width(), rect.y() + rect.height()


def _strengths(item: AlbumItem, restored: tuple[RestoredFace, ...]) -> tuple[tuple[RestoredFace, int], ...]:
    return face_marks.strengths(restored, face_marks.choices(item.faces, restored, item.edits))
