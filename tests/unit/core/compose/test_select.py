"""Which faces are restored, how strongly, and why the others are not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from gpen_desktop.core.compose.select import Judged, by_number, chosen_faces, select
from gpen_desktop.core.types import ComposeOptions, Face, FaceId, FaceSelection, FaceState
from gpen_desktop.errors import OptionError
from tests.unit.core.drawn_faces import photo_with_faces

SMALL, LARGE, MIDDLE = (photo_with_faces((0, 0), size=size)[1][0] for size in (64, 256, 128))
FACES = (SMALL, LARGE, MIDDLE)


def ids(*faces: Face) -> frozenset[FaceId]:
    return frozenset(face.id for face in faces)


def sharp(*faces: Face) -> dict[FaceId, Judged]:
    return {face.id: Judged(sharp_scale=1) for face in faces}


def states(options: ComposeOptions, *sharp_ones: Face) -> list[FaceState]:
    return [choice.state for choice in select(FACES, sharp(*sharp_ones), options, 1).values()]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("all", ids(*FACES)),
        ("largest", ids(LARGE)),
        (frozenset(), ids()),
        (ids(SMALL, MIDDLE), ids(SMALL, MIDDLE)),
        (ids(MIDDLE) | {FaceId("gone")}, ids(MIDDLE)),
    ],
)
def test_which_faces_are_on(choice: FaceSelection, expected: frozenset[FaceId]) -> None:
    assert chosen_faces(FACES, ComposeOptions(faces=choice)) == expected


def test_the_largest_of_none_is_none() -> None:
    assert chosen_faces((), ComposeOptions(faces="largest")) == frozenset()


def test_a_face_is_left_out_for_the_first_reason_that_holds() -> None:
    options = ComposeOptions(
        faces=ids(LARGE, MIDDLE), min_face=round((LARGE.box[2] + MIDDLE.box[2]) / 2), face_strengths={LARGE.id: 0}
    )
    assert states(options, *FACES) == [FaceState.NOT_SELECTED, FaceState.STRENGTH_ZERO, FaceState.TOO_SMALL]


def test_what_a_person_drew_is_restored_however_small_or_sharp() -> None:
    drawn = replace(SMALL, score=float("inf"))
    options = ComposeOptions(min_face=400)
    assert select((drawn,), sharp(drawn), options, 1)[drawn.id].state is FaceState.RESTORED
    off = replace(options, faces=frozenset())
    assert select((drawn,), sharp(drawn), off, 1)[drawn.id].state is FaceState.NOT_SELECTED


def test_sharp_faces_are_left_alone_unless_asked() -> None:
    assert states(ComposeOptions(), LARGE)[1] is FaceState.ALREADY_SHARP
    assert states(ComposeOptions(restore_sharp=True), LARGE)[1] is FaceState.RESTORED


@pytest.mark.parametrize(
    ("sharp_scale", "scale", "state"),
    [
        (0, 1, FaceState.RESTORED),
        (1, 1, FaceState.ALREADY_SHARP),
        (1, 1.5, FaceState.RESTORED),
        (math.inf, 4, FaceState.ALREADY_SHARP),
    ],
)
def test_a_face_that_is_sharp_at_the_photos_size_is_restored_in_a_larger_result(
    sharp_scale: float, scale: float, state: FaceState
) -> None:
    known = {LARGE.id: Judged(sharp_scale=sharp_scale)}
    assert select((LARGE,), known, ComposeOptions(), scale)[LARGE.id].state is state


def test_each_face_has_the_photos_strength_or_its_own() -> None:
    options = ComposeOptions(strength=40, face_strengths={LARGE.id: 90}, faces=ids(SMALL, LARGE))
    assert [choice.strength for choice in select(FACES, {}, options, 1).values()] == [40, 90, 0]


def test_a_face_that_changed_is_blended_in_as_far_as_it_may_be() -> None:
    known = {LARGE.id: Judged(share=0.7), MIDDLE.id: Judged(share=0.0)}

    def made(**options: Any) -> list[tuple[FaceState, int]]:
        return [(each.state, each.strength) for each in select(FACES, known, ComposeOptions(**options), 1).values()][1:]

    assert made() == [(FaceState.BLENDED_BACK, 70), (FaceState.CHANGED, 0)]
    assert made(strength=60) == [(FaceState.RESTORED, 60), (FaceState.CHANGED, 0)]
    assert made(if_changed="leave") == [(FaceState.CHANGED, 0)] * 2
    assert made(if_changed="keep") == [(FaceState.RESTORED, 80)] * 2


def test_numbers_count_from_one_in_the_order_of_the_faces() -> None:
    assert by_number(FACES, (1, 3)) == ids(SMALL, MIDDLE)


@pytest.mark.parametrize("number", [0, 4])
def test_a_number_that_is_not_there_is_refused(number: int) -> None:
    with pytest.raises(OptionError, match=f"no face {number}; 3 were found"):
        by_number(FACES, (1, number))
