"""What a user has asked for on one photo, and every way to change it. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from gpen_desktop.core.compose.framing import turned_frame
from gpen_desktop.core.compose.select import chosen_faces
from gpen_desktop.core.faces.regions import in_reading_order
from gpen_desktop.core.options import Mode, Value, Values, face_option
from gpen_desktop.core.photo_files.turning import QUARTERS, turned_points
from gpen_desktop.core.stages.registry import (
    enlarging,
    in_album,
    is_same,
    is_seen_enlarged,
    keeping_size,
    stage_values,
)
from gpen_desktop.core.types import ComposeOptions, Face, FaceId, Frame, Stroke, frozen
from gpen_desktop.models.catalog import BUILTIN


@dataclass(frozen=True)
class Edits:
    """What is asked for on one photo.

    options: for compose. stages: a value for every option of the whole photo's stages. strokes: of the brush over the
    photo's damage. model: name of the weights. faces: set by hand, None for what the detector finds. quarters: how
    often the photo is turned clockwise, by quarter turns, 0 to 3; strokes, faces and the options' frame
    are places in the turned photo.
    """

    options: ComposeOptions = field(default_factory=ComposeOptions)
    stages: Values = field(default_factory=stage_values)
    strokes: tuple[Stroke, ...] = ()
    model: str = BUILTIN
    faces: tuple[Face, ...] | None = None
    quarters: int = 0


def turned(edits: Edits, size: tuple[int, int], quarters: int) -> Edits:
    """Turn the photo clockwise by quarter turns more. size: (width, height) as it is turned now, in pixels."""
    faces = edits.faces and turned_faces(edits.faces, size, quarters)
    strokes = tuple(_turned_stroke(stroke, size, quarters) for stroke in edits.strokes)
    framed = with_frame(edits, turned_frame(edits.options.frame, quarters))
    return replace(framed, faces=faces, strokes=strokes, quarters=(edits.quarters + quarters) % QUARTERS)


def turned_faces(faces: Iterable[Face], size: tuple[int, int], quarters: int) -> tuple[Face, ...]:
    """Faces of a photo of (width, height) pixels, as they lie once it is turned clockwise by quarter turns; in reading
    order there."""
    return in_reading_order(
        replace(face, landmarks=frozen(turned_points(face.landmarks, size, quarters))) for face in faces
    )


def _turned_stroke(stroke: Stroke, size: tuple[int, int], quarters: int) -> Stroke:
    points = turned_points(np.array(stroke.points), size, quarters)
    return replace(stroke, points=tuple((float(x), float(y)) for x, y in points))


def with_look(edits: Edits, look: Edits) -> Edits:
    """`edits` with all that does not belong to one photo, its faces, damage and frame, taken from `look`."""
    is_general = isinstance(look.options.faces, str) and isinstance(edits.options.faces, str)
    options = replace(
        look.options,
        faces=look.options.faces if is_general else edits.options.faces,
        face_strengths=edits.options.face_strengths,
        frame=edits.options.frame,
    )
    return replace(edits, options=options, stages=look.stages, model=look.model)


def with_frame(edits: Edits, frame: Frame) -> Edits:
    """Keep another part of the photo."""
    return _with_options(edits, frame=frame)


def with_option(edits: Edits, name: str, value: Value) -> Edits:
    """Change one declared option, of the faces' look or of a stage. Raises OptionError."""
    if name in edits.stages:
        return replace(edits, stages=stage_values({**edits.stages, name: value}))
    face_option(name).check(value)
    return _with_options(edits, **{name: Mode(str(value)) if name == "mode" else value})


def option_value(edits: Edits, name: str) -> Value:
    """The value of one declared option. KeyError for a name that is none."""
    value: Value = edits.stages[name] if name in edits.stages else getattr(edits.options, face_option(name).name)
    return value


def toggled(edits: Edits, faces: tuple[Face, ...], face: FaceId) -> Edits:
    """Turn one of the photo's faces on or off."""
    chosen = chosen_faces(faces, edits.options) ^ {face}
    return _with_options(edits, faces="all" if len(chosen) == len(faces) else chosen)


def with_face_strength(edits: Edits, face: FaceId, strength: int | None) -> Edits:
    """Give one face its own strength; None: the photo's again."""
    own = {other: s for other, s in edits.options.face_strengths.items() if other != face}
    if strength is not None:
        own[face] = strength
    return _with_options(edits, face_strengths=MappingProxyType(own))


def with_face_added(edits: Edits, faces: tuple[Face, ...], face: Face) -> Edits:
    """Add a face to the photo's, turned on."""
    choice = edits.options.faces
    if choice != "all":
        choice = chosen_faces(faces, edits.options) | {face.id}
    return replace(_with_options(edits, faces=choice), faces=in_reading_order((*faces, face)))


def with_face_replaced(edits: Edits, faces: tuple[Face, ...], face: Face) -> Edits:
    """Put a corrected face in the place of the one with its id."""
    return replace(edits, faces=in_reading_order(face if face.id == other.id else other for other in faces))


def with_face_removed(edits: Edits, faces: tuple[Face, ...], face: FaceId) -> Edits:
    """Take a face away, and what was said of it."""
    choice = edits.options.faces
    if not isinstance(choice, str):
        choice -= {face}
    left = tuple(other for other in faces if other.id != face)
    return replace(_with_options(with_face_strength(edits, face, None), faces=choice), faces=left)


def _with_options(edits: Edits, **changes: Any) -> Edits:
    return replace(edits, options=replace(edits.options, **changes))


def with_stroke(edits: Edits, stroke: Stroke) -> Edits:
    """Brush over the photo's damage once more."""
    return replace(edits, strokes=(*edits.strokes, stroke))


def see_same_faces(a: Edits, b: Edits) -> bool:
    """Whether faces are found in the same photo: turned alike, and as the same stages leave it."""
    return (a.strokes, a.quarters) == (b.strokes, b.quarters) and is_same(keeping_size(), a.stages, b.stages)


def restore_alike(a: Edits, b: Edits) -> bool:
    """Whether what the slow parts make of a photo before anybody looks at it is the same."""
    shown = in_album(a.stages)
    is_shown_alike = shown == in_album(b.stages) and is_same(shown, a.stages, b.stages)
    is_restored_alike = (a.model, a.faces, a.options.invents) == (b.model, b.faces, b.options.invents)
    return is_restored_alike and see_same_faces(a, b) and is_shown_alike


def enlarge_alike(a: Edits, b: Edits, size: tuple[int, int] | None) -> bool:
    """Whether a screen shows a photo of (width, height) pixels, None while that is not known, enlarged alike."""
    is_alike = is_same(enlarging(), a.stages, b.stages)
    return is_alike or (size is not None and not any(is_seen_enlarged(each.stages, size) for each in (a, b)))
