"""A stage that a test adds by one registration: it turns the photo negative, as far as is asked."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from gpen_desktop.core.options import PERCENT, Option
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.registry import Stage
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import frozen
from gpen_desktop.messages import say
from tests.narrowing import as_pixels


class Negative:
    """Counts its runs; leaves black photos alone."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, work: Work, progress: Progress) -> Worked:
        self.runs += 1
        photo = work.photo
        progress.report(0.5, "negate")
        if not photo.pixels.any():
            return Worked(photo, say("toy-idle", "It is black."))
        value = photo.white if work.values["negate_to_white"] else photo.white // 2
        pixels = as_pixels((value - np.minimum(photo.pixels, value)).astype(photo.pixels.dtype))
        return Worked(dataclasses.replace(photo, pixels=frozen(pixels)), say("toy", "It was turned negative."))


def register(monkeypatch: pytest.MonkeyPatch) -> Negative:
    """Add the stage; the monkeypatch takes it away again."""
    work = Negative()
    stage = Stage(
        name="negate",
        options=(
            Option("negate", int, 0, "Negate", "Turns the photo negative.", limits=PERCENT, unit="%"),
            Option("negate_to_white", bool, True, "To white", "Black becomes white, and not grey."),
        ),
        off=0,
        run=work,
        blends=True,
    )
    monkeypatch.setattr(registry, "STAGES", (stage, *registry.STAGES))
    return work
