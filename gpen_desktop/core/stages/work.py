"""What a stage of the whole photo is given, and what it gives back; brings neither PyTorch nor OpenCV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.options import Values
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.tiles import NOBODY, TiledNetwork, Watcher
from gpen_desktop.core.types import Crop, FloatImage, Photo, Seen, Stroke
from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import Message, say

if TYPE_CHECKING:
    from gpen_desktop.core.stages.analysis import PhotoReading


@dataclass(frozen=True, eq=False)
class ChosenNetwork:
    """A model of the user's choice, as a function of one picture.

    name: for people. run: (h, w, C) float32 in [0, 1], RGB first -> (h, w, D) float32. size, template: side in pixels
    and place of the aligned faces that it takes alone; 0 and '' where it takes any picture. multiple: of what the sides
    of a picture have to be.
    """

    name: str
    run: Callable[[FloatImage], FloatImage]
    size: int = 0
    template: str = ""
    multiple: int = 1


Crops = Callable[[Photo, str, int, Progress], tuple[Crop, ...]]
"""The faces of a photo, each cut out upright: photo, template, side in pixels, what hears of it; with those that a
person drew."""


class Networks(Protocol):
    """The networks of the whole photo: core/stages/networks.py, or a stand-in. Each raises WeightsError where it is
    not on this computer, and DeviceError."""

    def has(self, name: str) -> bool:
        """Whether the weights of that name in the catalogue are on this computer."""
        ...

    def cleaner(self) -> TiledNetwork:
        """(h, w, 3) in [0, 1] -> (h, w, 3), what to add to it."""
        ...

    def unblocker(self) -> TiledNetwork:
        """As `cleaner`, for a photo over which nothing lies but JPEG's blocks."""
        ...

    def finder(self) -> TiledNetwork:
        """(h, w, 3) in [0, 1] -> (h, w, 1), logits of how likely damage is, positive on damage."""
        ...

    def filler(self) -> TiledNetwork:
        """(h, w, 4) in [0, 1], the last one 1 in holes -> (h, w, 3), worth something in the holes alone."""
        ...

    def enlarger(self, spoilt: float) -> TiledNetwork:
        """(h, w, 3) in [0, 1] -> (h * scale, w * scale, 3), what to add to the photo with its pixels repeated. spoilt:
        0 for a photo in good order, 1 for one that noise or JPEG's blocks lie over (stages/analysis.spoilt)."""
        ...

    def upscaler(self, name: str) -> TiledNetwork:
        """The model of that name, or of that file, for the whole photo: (h, w, 3) in [0, 1] -> (h * scale,
        w * scale, 3)."""
        ...

    def colouriser(self, name: str) -> ChosenNetwork:
        """The model of that name, or of that file; AUTO for the first that is here. A grey picture (h, w, 3), or a grey
        face -> (h, w, 2), a and b of CIE Lab."""
        ...

    def inpainter(self, name: str) -> ChosenNetwork:
        """The model of that name, or of that file: (h, w, 4), the last one 1 in holes -> (h, w, 3)."""
        ...


_NONE: Final = say("no-photo-networks", "There are no networks for the whole photo here.")


class NoNetworks:
    """Networks, where there are none."""

    def has(self, name: str) -> bool:
        return False

    def upscaler(self, name: str) -> TiledNetwork:
        return self.cleaner()

    def colouriser(self, name: str) -> ChosenNetwork:
        raise WeightsError(_NONE)

    inpainter = colouriser

    def cleaner(self) -> TiledNetwork:
        raise WeightsError(_NONE)

    unblocker = finder = filler = cleaner

    def enlarger(self, spoilt: float) -> TiledNetwork:
        return self.cleaner()


@dataclass(frozen=True, eq=False)
class Damage:
    """found: (h, w) bool, true on damage, at the size at which it was looked for. dust: (h, w), 1 on what of that is a
    light speck of dust, -1 on a dark one, else 0. lengths, areas: (n,) of each flaw, px at that size; sure: what share
    of it is surely damage. shape: (H, W) of the photo. All read-only."""

    found: NDArray[np.bool_]
    dust: NDArray[np.int8]
    lengths: NDArray[np.float64]
    areas: NDArray[np.int32]
    sure: NDArray[np.float32]
    shape: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Work:
    """photo: as the stages before left it. values: of the options of all stages. damage: where the photo is damaged as
    it was opened; reading: what else was seen of it then; both are looked for when they are first asked. crops: finds
    the faces of any photo. strokes: of the brush over the damage. watcher: of the stage's own tiles."""

    photo: Photo
    values: Values
    networks: Networks
    damage: Callable[[Progress], Damage]
    reading: Callable[[], PhotoReading]
    crops: Crops
    strokes: tuple[Stroke, ...] = ()
    watcher: Watcher = NOBODY


@dataclass(frozen=True, eq=False)
class Worked:
    """photo: what a stage made, or the very photo it was given. words: what it did, or why it did nothing. mask: (H, W)
    bool, where it worked, of a stage that works in places. asks: what it saw on the way and asks about; asked: (H, W)
    bool, where else it would work if the answer is yes."""

    photo: Photo
    words: Message
    mask: NDArray[np.bool_] | None = None
    asks: Seen | None = None
    asked: NDArray[np.bool_] | None = None
