"""Cleaning: grain, noise, JPEG's blocks, half-tone screens and slight blur, by a network that gives the difference."""

from __future__ import annotations

import dataclasses

from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.tiles import changed
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import frozen
from gpen_desktop.messages import say


def clean(work: Work, progress: Progress) -> Worked:
    """The photo cleaned; where the network has nothing to say, pixels stay as they are, and grey stays grey."""
    cleaned = changed(work.photo.pixels, work.networks.cleaner(), progress, "clean", work.watcher)
    return Worked(dataclasses.replace(work.photo, pixels=frozen(cleaned)), say("did-clean", "Cleaned"))
