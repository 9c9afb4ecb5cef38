"""What a user has asked for on one photo, and every way to change it. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gpen_desktop.core.types import ComposeOptions, Face

BUILTIN_MODEL: Final = "builtin-256"
BACKGROUND_OFF: Final = "none"


@dataclass(frozen=True)
class Edits:
    """options: for compose. model: name of the weights. faces: set by hand, None for what the detector finds."""

    options: ComposeOptions = field(default_factory=ComposeOptions)
    model: str = BUILTIN_MODEL
    background: str = BACKGROUND_OFF
    faces: tuple[Face, ...] | None = None


def with_look(edits: Edits, look: Edits) -> Edits:
    """`edits` with all that does not belong to one photo's own faces taken from `look`."""
    is_general = isinstance(look.options.faces, str) and isinstance(edits.options.faces, str)
    options = replace(
        look.options,
        faces=look.options.faces if is_general else edits.options.faces,
        face_strengths=edits.options.face_strengths,
    )
    return replace(edits, options=options, model=look.model, background=look.background)


def selected(edits: Edits, faces: tuple[Face, ...]) -> frozenset[int]:
    """Numbers of the faces that are on."""
    choice = edits.options.faces
    if choice == "all":
        return frozenset(range(1, len(faces) + 1))
    if choice == "largest":
        return frozenset({int(np.argmax([face.box[2] for face in faces])) + 1} if faces else ())
    return frozenset(choice)


def toggled(edits: Edits, faces: tuple[Face, ...], number: int) -> Edits:
    """Turn one face on or off."""
    chosen = selected(edits, faces) ^ {number}
    everything = len(chosen) == len(faces)
    return _with_options(edits, faces="all" if everything else tuple(sorted(chosen)))


def with_face_strength(edits: Edits, number: int, strength: int | None) -> Edits:
    """Give one face its own strength; None: the photo's again."""
    own = {n: s for n, s in edits.options.face_strengths.items() if n != number}
    if strength is not None:
        own[number] = strength
    return _with_options(edits, face_strengths=MappingProxyType(own))


def with_face_added(edits: Edits, faces: tuple[Face, ...], face: Face) -> Edits:
    """Add a face as the last number, turned on; the others keep their numbers."""
    choice = edits.options.faces
    if choice != "all":
        choice = (*sorted(selected(edits, faces)), len(faces) + 1)
    return replace(_with_options(edits, faces=choice), faces=(*faces, face))


def with_face_replaced(edits: Edits, faces: tuple[Face, ...], number: int, face: Face) -> Edits:
    """Put a corrected face in the place of face `number`."""
    return replace(edits, faces=(*faces[: number - 1], face, *faces[number:]))


def with_face_removed(edits: Edits, faces: tuple[Face, ...], number: int) -> Edits:
    """Take a face away; those after it move up by one."""

    def moved(n: int) -> int:
        return n - (n > number)

    choice = edits.options.faces
    if not isinstance(choice, str):
        choice = tuple(moved(n) for n in choice if n != number)
    own = {moved(n): s for n, s in edits.options.face_strengths.items() if n != number}
    left = (*faces[: number - 1], *faces[number:])
    return replace(_with_options(edits, faces=choice, face_strengths=MappingProxyType(own)), faces=left)


def within(options: ComposeOptions, count: int) -> ComposeOptions:
    """Options that speak of the first `count` faces only: for a photo whose faces are still coming in."""
    if isinstance(options.faces, str):
        return options
    return replace(options, faces=tuple(n for n in options.faces if n <= count))


def _with_options(edits: Edits, **changes: Any) -> Edits:
    return replace(edits, options=replace(edits.options, **changes))


def is_same_look(a: Edits, b: Edits) -> bool:
    """Whether two photos' edits would show the same values on every control."""
    return replace(with_look(a, a), faces=None) == replace(with_look(a, b), faces=None)


def own_strengths(edits: Edits) -> Mapping[int, int]:
    """Face number -> its own strength, where it has one."""
    return edits.options.face_strengths
