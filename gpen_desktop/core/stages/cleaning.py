"""Cleaning: grain, noise, JPEG's blocks, half-tone screens and slight blur, by a network that gives the difference.

Where JPEG's blocks are all there is, it is one made for them: that leaves fine texture which the other takes for grain.
"""

from __future__ import annotations

import dataclasses

from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.tiles import TiledNetwork, changed
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import frozen
from gpen_desktop.messages import Message, say
from gpen_desktop.models.catalog import UNBLOCKER


def clean(work: Work, progress: Progress) -> Worked:
    """The photo cleaned; where the network has nothing to say, pixels stay as they are, and grey stays grey."""
    network, words = _network(work)
    cleaned = changed(work.photo.pixels, network, progress, "clean", work.watcher)
    return Worked(dataclasses.replace(work.photo, pixels=frozen(cleaned)), words)


def unblocks(work: Work) -> bool:
    """Whether the network for blocks alone is what cleans."""
    return work.is_only_blocky() and work.networks.has(UNBLOCKER)


def _network(work: Work) -> tuple[TiledNetwork, Message]:
    """The one for what is to be cleaned, and the words for it."""
    if unblocks(work):
        return work.networks.unblocker(), say("did-unblock", "Cleaned of the blocks that strong compression leaves")
    if not work.is_only_blocky():
        return work.networks.cleaner(), say("did-clean", "Cleaned")
    words = say("did-clean-otherwise", "Cleaned as if it were grainy: the model for blocky photos is not there")
    return work.networks.cleaner(), words
