"""What a user asks for on one photo, and every way to change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from gpen_desktop.core.engine import edits as editing
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.options import Mode
from gpen_desktop.core.types import ComposeOptions, FaceId
from tests.gui.fakes import face_at

FACES = (face_at(10, 10, 20), face_at(100, 10, 60), face_at(200, 10, 40))


ONE, TWO, THREE = (face.id for face in FACES)


def choosing(*faces: FaceId) -> Edits:
    return Edits(ComposeOptions(faces=frozenset(faces)))


def of_all(choice: Literal["all", "largest"] = "all") -> Edits:
    return Edits(ComposeOptions(faces=choice))


def test_toggling_twice_is_nothing() -> None:
    off = editing.toggled(of_all(), FACES, TWO)
    assert off.options.faces == frozenset([ONE, THREE])
    assert editing.toggled(off, FACES, TWO) == of_all()


def test_toggling_from_largest_keeps_the_largest() -> None:
    assert editing.toggled(of_all("largest"), FACES, ONE).options.faces == frozenset([ONE, TWO])


def test_an_added_face_is_on_and_takes_its_place_in_reading_order() -> None:
    new = face_at(50, 10)
    added = editing.with_face_added(choosing(ONE, THREE), FACES, new)
    assert added.options.faces == frozenset([ONE, THREE, new.id])
    assert added.faces == (FACES[0], new, *FACES[1:])
    assert editing.with_face_added(of_all(), FACES, new).options.faces == "all"


def test_a_corrected_face_keeps_what_was_said_of_it() -> None:
    edits = editing.with_face_strength(choosing(TWO), TWO, 10)
    moved = replace(FACES[1], landmarks=FACES[1].landmarks + 5)
    corrected = editing.with_face_replaced(edits, FACES, moved)
    assert corrected.faces == (FACES[0], moved, FACES[2])
    assert corrected.options == edits.options


def test_a_removed_face_takes_its_settings_along() -> None:
    edits = editing.with_face_strength(choosing(ONE, TWO, THREE), TWO, 10)
    edits = editing.with_face_strength(edits, THREE, 30)
    removed = editing.with_face_removed(edits, FACES, TWO)
    assert removed.options.faces == frozenset([ONE, THREE])
    assert dict(removed.options.face_strengths) == {THREE: 30}
    assert removed.faces == (FACES[0], FACES[2])


def test_a_look_carries_over_but_not_the_faces_chosen_by_hand() -> None:
    look = replace(choosing(TWO), model="other")
    look = replace(look, options=replace(look.options, strength=33, mode=Mode.DETAIL))
    mine = editing.with_look(editing.with_face_strength(choosing(ONE), ONE, 5), look)
    assert (mine.options.strength, mine.options.mode, mine.model) == (33, Mode.DETAIL, "other")
    assert mine.options.faces == frozenset([ONE])
    assert dict(mine.options.face_strengths) == {ONE: 5}
    assert editing.with_look(of_all(), of_all("largest")).options.faces == "largest"


def test_enlarging_counts_on_screen_where_it_is_seen() -> None:
    one = Edits()
    other = editing.with_option(one, "scale", 2)
    assert editing.restore_alike(one, other)
    assert not editing.enlarge_alike(one, other, (400, 300))
    assert not editing.enlarge_alike(one, other, None)
    assert editing.enlarge_alike(one, other, (2000, 1500))
    assert editing.enlarge_alike(other, editing.with_option(other, "tone", 3), (400, 300))
