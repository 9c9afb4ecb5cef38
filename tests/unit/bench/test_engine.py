"""The engine's benchmark measures what it says. No timings are judged here."""

from __future__ import annotations

import pytest

from gpen_desktop.bench import engine
from gpen_desktop.models.gpen.reference import published


def test_operations_of_the_published_512_network() -> None:
    """276 GFLOP a face, as others count, have the FIR filters in them, which are about 2."""
    assert engine.convolution_flop(published(512)) / 1e9 == pytest.approx(274.1, abs=0.1)


def test_input_is_a_crop() -> None:
    x = engine.face_like(64)
    assert x.shape == (1, 3, 64, 64)
    assert x.min() >= -1
    assert x.max() <= 1
    assert x.std() > 0.1


@pytest.mark.slow
def test_forms_run_in_turns_and_agree() -> None:
    forms = ("reference fp32", "ours fp32", "ours fp32, batch 8", "ceiling fp32")
    result = engine.run(size=256, rounds=2, forms=forms)
    assert tuple(result["forms"]) == forms
    assert result["forms"]["ours fp32"]["relative_error"] < 1e-5
    assert result["forms"]["ours fp32, batch 8"]["relative_error"] < 1e-5
    assert all(form["least_s"] > 0 for form in result["forms"].values())
    assert set(result["ratios"]) == {
        "fp32: times the reference form's speed",
        "fp32: share of the convolution ceiling",
        "fp32: batch 8 per face over batch 1",
    }
    assert any("reference form's speed" in line for line in engine.lines(result))
