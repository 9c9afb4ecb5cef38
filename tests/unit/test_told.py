"""What `gpen-desktop restore` says in the end."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gpen_desktop.cli.told import summarise
from gpen_desktop.core.batch.batch import PhotoReport, PhotoStatus
from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.core.stages.automatic import DAMAGE, DUSTY, SMALL
from gpen_desktop.core.types import Seen, StageResult
from gpen_desktop.messages import say

GRAINY = Seen("clean", say("seen-grain", "Grainy"))


def _said(*reports: PhotoReport) -> str:
    told = io.StringIO()
    summarise(reports, ModelStatus("builtin-256", "CPU", say("cpu", "Chosen")), "in out", Console(file=told, width=200))
    return told.getvalue()


def _report(*seen: Seen, done: str = "") -> PhotoReport:
    stages = (StageResult(done, 100, say("did", "Done")),) if done else ()
    return PhotoReport("a.jpg", "out/a.jpg", PhotoStatus.DONE, seen=seen, stages=stages)


@pytest.mark.parametrize(("seen", "how"), [(DAMAGE, "--repair on"), (DUSTY, "--repair dust"), (SMALL, "--scale 2")])
def test_what_is_done_on_demand_only_is_offered_once(seen: Seen, how: str) -> None:
    said = _said(_report(seen), _report(seen, GRAINY), _report(GRAINY))
    assert said.count(how) == 1
    assert "2 photos" in said


def test_what_was_done_or_not_seen_is_offered_no_more() -> None:
    assert "--" not in _said(_report(DAMAGE, done="repair"), _report(SMALL, done="enlarge"), _report(GRAINY))
