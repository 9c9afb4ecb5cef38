"""Where exported photos go, and under which names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.export_plan import ExportPlan, file_name, targets
from gpen_desktop.errors import OptionError
from tests.gui.fakes import make_photo
from tests.narrowing import the


@dataclass(frozen=True)
class Item:
    path: Path
    edits: Edits


@pytest.fixture
def item(tmp_path: Path) -> Item:
    return Item(make_photo(tmp_path / "Oma 1931.png", 60, 40), Edits())


def test_names_are_made_from_the_pattern(item: Item) -> None:
    assert file_name("{name}_restored", item, 7) == "Oma 1931_restored"
    assert file_name("{number}-{model}", item, 7) == "007-builtin-256"
    assert file_name("a/b:{name}", item, 7) == "a_b_Oma 1931"


@pytest.mark.parametrize(
    "pattern", ["", "  ", "{nam}", "{", "{name.x}", "{0}", "...", "{foo", "{name[x]}", "{name!r}", "{number:>9999}"]
)
def test_a_pattern_that_gives_no_name_says_so(pattern: str, item: Item) -> None:
    with pytest.raises(OptionError):
        file_name(pattern, item, 1)


def test_an_export_never_lands_on_its_source(item: Item) -> None:
    plan = ExportPlan(folder=item.path.parent, pattern="{name}", existing="overwrite")
    assert targets([(1, item)], plan)[0].path == item.path.with_name("Oma 1931-2.png")


def test_an_export_never_lands_on_another_photo_of_the_album(item: Item) -> None:
    path = item.path.with_name("Oma 1931.jpg")
    path.write_bytes(item.path.read_bytes())
    other = Item(path, Edits())
    plan = ExportPlan(folder=item.path.parent, pattern="{name}", format="jpeg", existing="overwrite")
    for target in (targets([(1, item)], plan, [item, other])[0], targets([(1, item), (2, other)], plan)[0]):
        assert target.path == item.path.with_name("Oma 1931-2.jpg")


def test_what_happens_to_existing_files(item: Item, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "Oma 1931_restored.png").write_bytes(b"")
    for existing, name in (("number", "Oma 1931_restored-2.png"), ("overwrite", "Oma 1931_restored.png")):
        assert targets([(1, item)], ExportPlan(folder=out, existing=existing))[0].path == out / name
    assert targets([(1, item)], ExportPlan(folder=out, existing="skip"))[0].path is None


def test_two_photos_of_one_name_do_not_meet(item: Item, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    other = Item(make_photo(tmp_path / "inner" / "oma 1931.png", 60, 40), Edits())
    for existing in ("number", "skip", "overwrite"):
        plan = ExportPlan(tmp_path / "x", existing=existing)
        names = [the(target.path).name for target in targets([(1, item), (2, other)], plan)]
        assert names == ["Oma 1931_restored.png", "oma 1931_restored-2.png"]


def test_the_ending_follows_the_format(item: Item, tmp_path: Path) -> None:
    (target,) = targets([(1, item)], ExportPlan(tmp_path / "x", format="jpeg"))
    assert the(target.path).suffix == ".jpg"


def test_names_that_are_one_file_on_some_systems_do_not_meet(tmp_path: Path) -> None:
    """The same letter written as one character and as two."""
    items = []
    for number, name in enumerate(("Zoé.png", "Zoe\u0301.png"), 1):
        (tmp_path / str(number)).mkdir()
        items.append((number, Item(make_photo(tmp_path / str(number) / name, 60, 40), Edits())))
    paths = [target.path for target in targets(items, ExportPlan(tmp_path / "x"))]
    assert [path.stem[-2:] for path in paths if path] == ["ed", "-2"]
