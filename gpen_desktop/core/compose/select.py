"""Which faces are restored, and how strongly: decided once, for screen and file alike. Pure, and no pixels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gpen_desktop.core.types import ComposeOptions, Face, FaceId, FaceState
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say


@dataclass(frozen=True)
class FaceChoice:
    """What options make of one face. strength: 0 to 100, its own or the photo's; 0 unless state is RESTORED."""

    state: FaceState
    strength: int


def select(faces: Sequence[Face], sharp: Collection[FaceId], options: ComposeOptions) -> dict[FaceId, FaceChoice]:
    """What `options` make of each of a photo's faces, in their order. sharp: those that are sharp already.

    Neither size nor sharpness holds back a face that a person drew: that it be restored is why it was drawn.
    """
    chosen = chosen_faces(faces, options)
    return {face.id: _choice(face, face.id in chosen, face.id in sharp, options) for face in faces}


def chosen_faces(faces: Sequence[Face], options: ComposeOptions) -> frozenset[FaceId]:
    """The faces that are on: all, the widest one, or those named; what is not in the photo is left out."""
    everything = frozenset(face.id for face in faces)
    if options.faces == "all":
        return everything
    if options.faces == "largest":
        return frozenset({max(faces, key=lambda face: face.box[2]).id} if faces else ())
    return options.faces & everything


def by_number(faces: Sequence[Face], numbers: Collection[int]) -> frozenset[FaceId]:
    """Faces by the numbers that people see, from 1 in the order of `faces`. Raises OptionError for one that is not
    there."""
    missing = sorted(number for number in numbers if not 1 <= number <= len(faces))
    if missing:
        raise OptionError(
            say("no-such-face", "There is no face {number}; {count} were found.", number=missing[0], count=len(faces)),
            todo=say("see-face-numbers", "'gpen-desktop faces PHOTO' shows the numbers."),
        )
    return frozenset(faces[number - 1].id for number in numbers)


def _choice(face: Face, is_chosen: bool, is_sharp: bool, options: ComposeOptions) -> FaceChoice:
    strength = options.face_strengths.get(face.id, options.strength)
    if not is_chosen:
        return FaceChoice(FaceState.NOT_SELECTED, 0)
    if face.box[2] < options.min_face and not face.is_by_hand:
        return FaceChoice(FaceState.TOO_SMALL, 0)
    if strength == 0:
        return FaceChoice(FaceState.STRENGTH_ZERO, 0)
    if is_sharp and not options.restore_sharp and not face.is_by_hand:
        return FaceChoice(FaceState.ALREADY_SHARP, 0)
    return FaceChoice(FaceState.RESTORED, strength)
