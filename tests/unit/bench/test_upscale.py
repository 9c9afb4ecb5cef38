"""The benches of enlarging and of finding faces: forms run in turn, and what they are compared by."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpen_desktop.bench import detect, hybrid, upscale


@pytest.mark.slow
def test_forms_run_in_turns() -> None:
    forms = ("basicsr fp32", "ours fp32")
    result = upscale.run(rounds=1, megapixels=0, size=(64, 48), forms=forms, hybrid_width=0)
    assert set(result["forms"]) == {"basicsr fp32", "ours fp32"}
    assert set(result["ratios"]) == {"fp32: times basicsr's speed"}
    assert all(form["least_s"] > 0 for form in result["forms"].values())
    assert result["large_photo"] is None
    assert result["hybrid"] is None


@pytest.mark.slow
def test_both_ways_to_a_photo_twice_as_large(tmp_path: Path) -> None:
    result = hybrid.run(tmp_path, rounds=1, width=160, blocks=1)
    assert set(result["forms"]) == set(hybrid.FORMS)
    assert result["times the speed of x4 then faces"] > 0


@pytest.mark.slow
def test_both_detectors_find_the_same() -> None:
    result = detect.run(rounds=1, size=(320, 240))
    assert result["faces"][0] == result["faces"][1] > 0
    assert result["relative_difference"] <= 1e-4
