"""Looks by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gpen_desktop.core.engine import presets
from gpen_desktop.core.engine.edits import Edits, with_option
from gpen_desktop.core.options import Mode
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.registry import STAGES
from gpen_desktop.core.stages.run import StagedPhotos
from gpen_desktop.core.types import ComposeOptions, Photo, frozen


def built_in(key: str) -> presets.Preset:
    return next(preset for preset in presets.BUILT_IN if preset.key == key)


def test_a_preset_is_of_the_whole_photo_and_of_its_faces() -> None:
    newspaper = built_in("newspaper")
    applied = presets.applied(newspaper, with_option(Edits(), "scale", 2))
    assert (applied.options.mode, applied.stages["clean"], applied.stages["repair"]) == (Mode.STRONG, 100, "off")
    assert applied.stages["scale"] == 2
    assert presets.matches(newspaper, applied)


def test_automatic_is_what_photos_start_with_and_faces_only_leaves_the_rest() -> None:
    assert presets.matches(built_in("automatic"), Edits())
    photo = Photo(frozen(np.full((60, 80, 3), 90, np.uint8)), SourceFormat("PNG"))
    only_faces = presets.applied(built_in("faces"), Edits())
    assert StagedPhotos(photo).run(STAGES, only_faces.stages).photo is photo


def test_no_two_presets_are_the_same_look() -> None:
    looks = [presets.applied(preset, Edits()) for preset in presets.BUILT_IN]
    assert all(one != other for number, one in enumerate(looks) for other in looks[:number])


def test_own_presets_survive_being_stored() -> None:
    own = (presets.of_edits("外婆", Edits(ComposeOptions(mode=Mode.DETAIL, strength=12, sharpen=5))),)
    assert presets.from_text(presets.to_text(own)) == own


@pytest.mark.parametrize("text", ["", "{", "3", '[{"name": "x"}]', '[{"key": "", "name": "x", "mode": "loud"}]'])
def test_broken_stored_presets_are_left_out(text: str) -> None:
    assert presets.from_text(text) == ()


def test_a_preset_out_of_range_is_left_out() -> None:
    good = presets.of_edits("good", Edits())
    bad = presets.to_text([replace(good, name="bad", values={**good.values, "strength": 700}), good])
    assert presets.from_text(bad) == (good,)
