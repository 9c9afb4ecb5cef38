"""Looks by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpen_desktop.core.engine import presets
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.options import Mode
from gpen_desktop.core.types import ComposeOptions


def test_the_built_in_portrait_preset_is_as_the_brief_has_it() -> None:
    portrait = next(preset for preset in presets.BUILT_IN if preset.key == "portrait")
    applied = presets.applied(portrait, Edits())
    assert (applied.options.mode, applied.options.strength) == (Mode.STRONG, 70)
    assert applied.options.skin_protection
    assert presets.matches(portrait, applied)


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
