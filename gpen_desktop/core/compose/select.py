"""Which faces are restored, and how strongly: decided once, for screen and file alike. Pure, and no pixels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpen_desktop.core.types import ComposeOptions, Face, FaceId, FaceState, RestoredFace
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say


@dataclass(frozen=True)
class FaceChoice:
    """What options make of one face. strength: 0 to 100, its own or the photo's, or as much of it as the guard of its
    identity allows; 0 unless the state is one of RESTORED_STATES."""

    state: FaceState
    strength: int


@dataclass(frozen=True)
class Judged:
    """What is known of a face once it is restored. sharp_scale: up to which scale of the result its source was sharp
    already (RestoredFace). share: how much of it may be blended in, 0 to 1 (Drift.share)."""

    sharp_scale: float = 0.0
    share: float = 1.0


def judged(restored: Iterable[RestoredFace]) -> dict[FaceId, Judged]:
    """What is known of restored faces, for select."""
    return {each.crop.face.id: Judged(each.sharp_scale, each.drift.share) for each in restored}


def select(
    faces: Sequence[Face], known: Mapping[FaceId, Judged], options: ComposeOptions, scale: float
) -> dict[FaceId, FaceChoice]:
    """What `options` make of each of a photo's faces, in their order. known: of those that are restored. scale: how
    many times larger than the photo the result is.

    Neither size nor sharpness holds back a face that a person drew: that it be restored is why it was drawn.
    """
    chosen = chosen_faces(faces, options)
    return {face.id: _choice(face, face.id in chosen, known.get(face.id, Judged()), options, scale) for face in faces}


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


def _choice(face: Face, is_chosen: bool, known: Judged, options: ComposeOptions, scale: float) -> FaceChoice:
    strength = options.face_strengths.get(face.id, options.strength)
    if not is_chosen:
        return FaceChoice(FaceState.NOT_SELECTED, 0)
    if face.box[2] < options.min_face and not face.is_by_hand:
        return FaceChoice(FaceState.TOO_SMALL, 0)
    if strength == 0:
        return FaceChoice(FaceState.STRENGTH_ZERO, 0)
    if scale <= known.sharp_scale and not options.restore_sharp and not face.is_by_hand:
        return FaceChoice(FaceState.ALREADY_SHARP, 0)
    return _guarded(strength, known.share, options)


def _guarded(strength: int, share: float, options: ComposeOptions) -> FaceChoice:
    """What becomes of a face that is to be composed, of which so large a share is still the same face."""
    allowed = int(100 * share)
    if strength <= allowed or options.if_changed == "keep":
        return FaceChoice(FaceState.RESTORED, strength)
    if allowed == 0 or options.if_changed == "leave":
        return FaceChoice(FaceState.CHANGED, 0)
    return FaceChoice(FaceState.BLENDED_BACK, allowed)
