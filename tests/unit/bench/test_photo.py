"""The bench of one photo: its stages and its memory, and what is compared on an enlarged copy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.bench import photo

_COMPARISON = {"compose_seconds_24mp", "whole_photo_paste_seconds_24mp"}


@pytest.mark.slow
def test_a_small_photo_is_compared_on_an_enlarged_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo, "_LARGE", 600_000)
    monkeypatch.setattr(photo, "_RUNS", 2)
    made = photo.run(_saved(tmp_path, (96, 64)))
    assert made.keys() >= _COMPARISON
    assert {"clean", "tone", "enlarge"} <= made["whole_photo_seconds"].keys()
    assert made["peak_memory_mb"] > 100


@pytest.mark.slow
def test_a_large_photo_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo, "_COMPARED", 6000)
    monkeypatch.setattr(photo, "_PATIENCE", 0.0)
    made = photo.run(_saved(tmp_path, (96, 64)))
    assert not made.keys() & _COMPARISON


def _saved(folder: Path, size: tuple[int, int]) -> Path:
    path = folder / "photo.png"
    ramp = np.linspace(40, 220, size[0], dtype=np.uint8)
    Image.fromarray(np.broadcast_to(ramp[None, :, None], (size[1], size[0], 3)).copy()).save(path)
    return path
