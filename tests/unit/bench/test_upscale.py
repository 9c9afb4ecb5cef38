"""The bench of whole-photo enlarging: forms run in turn,."""

from __future__ import annotations

import pytest

from gpen_desktop.bench import upscale


@pytest.mark.slow
def test_forms_run_in_turns() -> None:
    result = upscale.run(rounds=1, megapixels=0, size=(64, 48), forms=("basicsr fp32", "ours fp32"))
    assert set(result["forms"]) == {"basicsr fp32", "ours fp32"}
    assert set(result["ratios"]) == {"fp32: times basicsr's speed"}
    assert all(form["least_s"] > 0 for form in result["forms"].values())
    assert result["large_photo"] is None
