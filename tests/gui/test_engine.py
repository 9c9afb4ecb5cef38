"""The real engine's bookkeeping, with a stand-in for the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpen_desktop.core.engine import restorer
from gpen_desktop.gui.work.engine import Compute, LocalEngine


def test_a_model_is_warmed_up_once_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done: list[str] = []

    class Loaded:
        def __init__(self, model: str, **_: object) -> None:
            done.append(f"load {model}")

        def warm_up(self) -> None:
            done.append("warm up")

    monkeypatch.setattr(restorer, "Restorer", Loaded)
    engine = LocalEngine(tmp_path, Compute())
    engine.restorer("a")
    engine.restorer("a")
    assert done == ["load a", "warm up"]
    engine.restorer("b")
    assert done[2:] == ["load b", "warm up"]
