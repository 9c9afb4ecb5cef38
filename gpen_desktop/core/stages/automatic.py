"""What Automatic does about what it sees: how strongly a photo needs each stage."""

from __future__ import annotations

from typing import Final

from gpen_desktop.core.stages.analysis import read_grain
from gpen_desktop.core.stages.tone import is_faded, read_tone
from gpen_desktop.core.types import Photo

_USUAL_TONE: Final = 80
"""For a faded photo, in percent: all of the way would take a print's age away altogether."""

_MOST_GRAIN: Final = 6.0
"""8-bit steps of grain that a photo may have afterwards; contrast raises grain and the paper's texture with it."""


def needed_tone(photo: Photo) -> int:
    """0 to 100: how strongly the tones of a photo are to be restored."""
    reading = read_tone(photo.pixels)
    if not is_faded(reading):
        return 0
    grain = read_grain(photo.pixels) * reading.gain
    return round(_USUAL_TONE * min(1.0, _MOST_GRAIN / max(grain, 1e-3)))
