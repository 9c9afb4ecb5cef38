"""Edits, presets and the plan of an export: pure functions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from gpen_desktop.core.engine import edits as editing
from gpen_desktop.core.engine import presets
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.types import ComposeOptions, FaceId, Mode
from gpen_desktop.errors import OptionError
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.dialogs.export_plan import ExportPlan, file_name, targets
from tests.gui.fakes import face_at, make_photo

FACES = (face_at(10, 10, 20), face_at(100, 10, 60), face_at(200, 10, 40))


ONE, TWO, THREE = (face.id for face in FACES)


def choosing(*faces: FaceId) -> Edits:
    return Edits(ComposeOptions(faces=frozenset(faces)))


def of_all(choice: Literal["all", "largest"] = "all") -> Edits:
    return Edits(ComposeOptions(faces=choice))


def test_toggling_twice_is_nothing() -> None:
    off = editing.toggled(of_all(), FACES, TWO)
    assert off.options.faces == {ONE, THREE}
    assert editing.toggled(off, FACES, TWO) == of_all()


def test_toggling_from_largest_keeps_the_largest() -> None:
    assert editing.toggled(of_all("largest"), FACES, ONE).options.faces == {ONE, TWO}


def test_an_added_face_is_on_and_takes_its_place_in_reading_order() -> None:
    new = face_at(50, 10)
    added = editing.with_face_added(choosing(ONE, THREE), FACES, new)
    assert added.options.faces == {ONE, THREE, new.id}
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
    assert removed.options.faces == {ONE, THREE}
    assert dict(removed.options.face_strengths) == {THREE: 30}
    assert removed.faces == (FACES[0], FACES[2])


def test_a_look_carries_over_but_not_the_faces_chosen_by_hand() -> None:
    look = replace(choosing(TWO), model="other")
    look = replace(look, options=replace(look.options, strength=33, mode=Mode.DETAIL))
    mine = editing.with_look(editing.with_face_strength(choosing(ONE), ONE, 5), look)
    assert (mine.options.strength, mine.options.mode, mine.model) == (33, Mode.DETAIL, "other")
    assert mine.options.faces == {ONE}
    assert dict(mine.options.face_strengths) == {ONE: 5}
    assert editing.with_look(of_all(), of_all("largest")).options.faces == "largest"


def test_the_built_in_portrait_preset_is_as_the_brief_has_it() -> None:
    portrait = next(preset for preset in presets.BUILT_IN if preset.key == "portrait")
    applied = presets.applied(portrait, Edits())
    assert (applied.options.mode, applied.options.strength) == (Mode.STRONG, 70)
    assert applied.options.skin_protection
    assert presets.matches(portrait, applied)


def test_own_presets_survive_being_stored() -> None:
    own = (presets.of_options("外婆", ComposeOptions(mode=Mode.DETAIL, strength=12, sharpen=5)),)
    assert presets.from_text(presets.to_text(own)) == own


@pytest.mark.parametrize("text", ["", "{", "3", '[{"name": "x"}]', '[{"key": "", "name": "x", "mode": "loud"}]'])
def test_broken_stored_presets_are_left_out(text: str) -> None:
    assert presets.from_text(text) == ()


def test_a_preset_out_of_range_is_left_out() -> None:
    good = presets.of_options("good", ComposeOptions())
    bad = presets.to_text([replace(good, name="bad", strength=700), good])
    assert presets.from_text(bad) == (good,)


@pytest.fixture
def item(tmp_path: Path) -> AlbumItem:
    return AlbumItem(1, make_photo(tmp_path / "Oma 1931.png", 60, 40), Edits())


def test_names_are_made_from_the_pattern(item: AlbumItem) -> None:
    assert file_name("{name}_restored", item, 7) == "Oma 1931_restored"
    assert file_name("{number}-{model}", item, 7) == "007-builtin-256"
    assert file_name("a/b:{name}", item, 7) == "a_b_Oma 1931"


@pytest.mark.parametrize("pattern", ["", "  ", "{nam}", "{", "{name.x}", "{0}", "..."])
def test_a_pattern_that_gives_no_name_says_so(pattern: str, item: AlbumItem) -> None:
    with pytest.raises(OptionError):
        file_name(pattern, item, 1)


def test_an_export_never_lands_on_its_source(item: AlbumItem) -> None:
    plan = ExportPlan(folder=item.path.parent, pattern="{name}", existing="overwrite")
    assert targets([(1, item)], plan)[0].path == item.path.with_name("Oma 1931-2.png")


def test_an_export_never_lands_on_another_photo_of_the_album(item: AlbumItem) -> None:
    path = item.path.with_name("Oma 1931.jpg")
    path.write_bytes(item.path.read_bytes())
    other = AlbumItem(2, path, Edits())
    plan = ExportPlan(folder=item.path.parent, pattern="{name}", format="jpeg", existing="overwrite")
    for target in (targets([(1, item)], plan, [item, other])[0], targets([(1, item), (2, other)], plan)[0]):
        assert target.path == item.path.with_name("Oma 1931-2.jpg")


def test_what_happens_to_existing_files(item: AlbumItem, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "Oma 1931_restored.png").write_bytes(b"")
    for existing, name in (("number", "Oma 1931_restored-2.png"), ("overwrite", "Oma 1931_restored.png")):
        assert targets([(1, item)], ExportPlan(folder=out, existing=existing))[0].path == out / name
    assert targets([(1, item)], ExportPlan(folder=out, existing="skip"))[0].path is None


def test_two_photos_of_one_name_do_not_meet(item: AlbumItem, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    other = AlbumItem(2, make_photo(tmp_path / "inner" / "oma 1931.png", 60, 40), Edits())
    for existing in ("number", "skip", "overwrite"):
        paths = [t.path.name for t in targets([(1, item), (2, other)], ExportPlan(tmp_path / "x", existing=existing))]
        assert paths == ["Oma 1931_restored.png", "oma 1931_restored-2.png"]


def test_the_ending_follows_the_format(item: AlbumItem, tmp_path: Path) -> None:
    assert targets([(1, item)], ExportPlan(tmp_path / "x", format="jpeg"))[0].path.suffix == ".jpg"
