"""What Automatic does about what it sees: how strongly a photo needs each stage, and the words for what was seen."""

from __future__ import annotations

from typing import Final

import numpy as np

from gpen_desktop.core.options import AUTO, DUST, Values
from gpen_desktop.core.stages.analysis import PhotoReading
from gpen_desktop.core.types import Seen, StageResult
from gpen_desktop.messages import say

_USUAL_TONE: Final = 80
"""For a faded photo, in percent: all of the way would take a print's age away altogether. A flat one gets a part."""

_BLOCKS_ALONE: Final = 70
"""By their own network, in percent: all of the way gains another 0.14 dB at quality 30 and 0.01 at 50, and takes what
JPEG left of skin and cloth."""

_MOST_GRAIN: Final = 6.0
"""8-bit steps of grain that a photo may have afterwards; contrast raises grain and the paper's texture with it."""

_LEFT_BY_CLEANING: Final = 0.15
"""Share of grain that is left where a photo is cleaned all of the way."""


DAMAGE: Final = Seen("repair", say("seen-damage", "Scratches: repair?"), offered="on")
DUSTY: Final = Seen("repair", say("seen-dust", "Dust: remove?"), offered=DUST)
"""Both seen by the finder, and not by the reading."""

SMALL: Final = Seen("enlarge", say("seen-small", "Small: enlarge 2×?"), offered=2)


def needed_repair(reading: PhotoReading, values: Values) -> str:
    """Whether damage is to be looked for at all: in what may be a print. In what a camera took, the finder can only be
    mistaken."""
    del values
    return AUTO if reading.may_be_print else "off"


def needed_cleaning(reading: PhotoReading, values: Values) -> int:
    """0 to 100: how strongly grain, JPEG's blocks and a printed screen are to be taken out of a photo."""
    del values
    if reading.is_screened:
        return 100
    if reading.is_only_blocky:
        return _BLOCKS_ALONE
    grain = np.interp(reading.grain_to_come, (3.2, 12.0), (75, 95)) if reading.is_grainy else 0
    # what lies between blocks is often cloth or leaves: less than for grain
    blocks = np.interp(reading.block_steps, (0.5, 2.0), (45, 65)) if reading.is_blocky else 0
    blur = 50 if reading.is_soft else 0
    return round(max(grain, blocks, blur))


def needed_tone(reading: PhotoReading, values: Values) -> int:
    """0 to 100: how strongly the tones of a photo are to be restored, after it was cleaned as `values` have it."""
    if not reading.fading:
        return 0
    left = 1 - (1 - _LEFT_BY_CLEANING) * int(values["clean"]) / 100
    return round(_USUAL_TONE * reading.fading * min(1.0, _MOST_GRAIN / max(reading.grain_to_come * left, 1e-3)))


def seen_damage(result: StageResult | None, values: Values) -> tuple[Seen, ...]:
    """What was seen of damage, of what the stage did that repairs it, None where it was off. What a person brushed over
    was not seen by the program."""
    if result is None:
        return ()
    if result.strength and values["repair"] != AUTO:
        return (DUSTY if values["repair"] == DUST else DAMAGE,)
    return () if result.asks is None else (result.asks,)


def seen_of(reading: PhotoReading) -> tuple[Seen, ...]:
    """What was seen, each in a word or two, and which stage does something about it."""
    every = (
        # a screen's dots are as even as grain
        (reading.is_grainy and not reading.is_screened, Seen("clean", say("seen-grain", "Grainy"))),
        (reading.is_blocky, Seen("clean", say("seen-blocks", "Blocky"))),
        (reading.is_screened, Seen("clean", say("seen-screen", "Print dots"))),
        (reading.is_soft, Seen("clean", say("seen-blur", "Slightly blurred"))),
        (reading.is_faded, Seen("tone", say("seen-fading", "Faded"))),
        (reading.is_flat, Seen("tone", say("seen-flat", "Low contrast"))),
        (reading.is_small, SMALL),
    )
    return tuple(seen for is_so, seen in every if is_so)
