"""How the faces of a photo stand: what the edits make of those that are restored, and how they are marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gpen_desktop.core.compose.select import FaceChoice, judged, select
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.stages.registry import total_scale
from gpen_desktop.core.types import Face, FaceId, FaceState, RestoredFace
from gpen_desktop.gui.viewer.face_item import FaceMark, MarkState

_MARKS = {
    FaceState.RESTORED: MarkState.ON,
    FaceState.NOT_SELECTED: MarkState.OFF,
    FaceState.STRENGTH_ZERO: MarkState.OFF,
    FaceState.ALREADY_SHARP: MarkState.HELD_BACK,
    FaceState.TOO_SMALL: MarkState.HELD_BACK,
    FaceState.BLENDED_BACK: MarkState.CHANGED,
    FaceState.CHANGED: MarkState.CHANGED,
}


def choices(faces: Sequence[Face], restored: Sequence[RestoredFace], edits: Edits) -> dict[FaceId, FaceChoice]:
    """What the edits make of each face that is restored; the others are still being worked on."""
    done = {each.crop.face for each in restored}
    chosen = select(faces, judged(restored), edits.options, total_scale(edits.stages))
    return {face.id: chosen[face.id] for face in faces if face in done}


def strengths(
    restored: Sequence[RestoredFace], chosen: Mapping[FaceId, FaceChoice]
) -> tuple[tuple[RestoredFace, int], ...]:
    """The restored faces that are still the photo's, each with its strength, 0 to 100."""
    still = [(each, each.crop.face.id) for each in restored]
    return tuple((each, chosen[face].strength) for each, face in still if face in chosen)


def marks(faces: Sequence[Face], chosen: Mapping[FaceId, FaceChoice]) -> tuple[FaceMark, ...]:
    """The marks of all faces, numbered from 1 in their order."""
    return tuple(
        FaceMark(face.id, n, face.box, _MARKS[chosen[face.id].state] if face.id in chosen else MarkState.WORKING)
        for n, face in enumerate(faces, 1)
    )
