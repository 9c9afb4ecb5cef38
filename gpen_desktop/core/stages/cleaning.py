"""Cleaning: grain, noise, JPEG's blocks, half-tone screens and slight blur, by a network that gives the difference.

Where JPEG's blocks are all there is, it is one made for them: that leaves fine texture which the other takes for grain.
"""

from __future__ import annotations

import dataclasses

from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.tiles import changed
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import frozen
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import UNBLOCKER


def clean(work: Work, progress: Progress) -> Worked:
    """The photo cleaned; where the network has nothing to say, pixels stay as they are, and grey stays grey."""
    only_blocks = work.is_only_blocky() and work.networks.has(UNBLOCKER)
    network = work.networks.unblocker() if only_blocks else work.networks.cleaner()
    cleaned = changed(work.photo.pixels, network, progress, "clean", work.watcher)
    return Worked(dataclasses.replace(work.photo, pixels=frozen(cleaned)), say("did-clean", "Cleaned"))
