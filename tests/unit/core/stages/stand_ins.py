"""Networks of the whole photo that can be seen through."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from gpen_desktop.core.stages.tiles import Network, TiledNetwork
from gpen_desktop.core.stages.work import ChosenNetwork
from gpen_desktop.core.types import FloatImage
from gpen_desktop.models.catalog import CLEANER, ENLARGER, REPAIRER, UNBLOCKER
from tests.narrowing import floats


def blur_away(tile: FloatImage) -> FloatImage:
    """The difference to a slight blur."""
    return cv2.GaussianBlur(tile, (0, 0), 1.2) - tile


def find_white(tile: FloatImage) -> FloatImage:
    """Damage is what is nearly white."""
    return floats((tile.min(axis=2, keepdims=True) > 0.9).astype(np.float32))


def logits(likely: FloatImage) -> FloatImage:
    """Of how likely something is, 0 to 1."""
    inside = np.clip(likely.astype(np.float32), 1e-4, 1 - 1e-4)
    return floats(np.log(inside / (1 - inside)))


def fill_green(tile: FloatImage) -> FloatImage:
    return np.broadcast_to(np.array([0, 1, 0], np.float32), (*tile.shape[:2], 3))


def sharpen_doubled(tile: FloatImage) -> FloatImage:
    """What a cubic enlargement has that repeated pixels have not."""
    larger = cv2.resize(tile, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return larger - tile.repeat(2, axis=0).repeat(2, axis=1)


class DrawnNetworks:
    """As core/stages/work.Networks has it, of plain functions. find: how likely damage is, 0 to 1. runs: tiles given to
    each of them. spoilt: what the enlarger was asked for."""

    def __init__(self, *missing: str, clean: Network = blur_away, find: Network = find_white) -> None:
        self.missing = missing
        self.runs: dict[str, int] = {}
        self.spoilt: list[float] = []
        self._clean = clean
        self._find = find

    def has(self, name: str) -> bool:
        assert name in (CLEANER, UNBLOCKER, REPAIRER, ENLARGER)
        return name not in self.missing

    def cleaner(self) -> TiledNetwork:
        return TiledNetwork(self._counted("clean", self._clean), 128, 16, 8)

    def unblocker(self) -> TiledNetwork:
        return TiledNetwork(self._counted("unblock", self._clean), 128, 16, 8)

    def finder(self) -> TiledNetwork:
        return TiledNetwork(self._counted("find", lambda tile: logits(self._find(tile))), 128, 16, 8)

    def filler(self) -> TiledNetwork:
        return TiledNetwork(self._counted("fill", fill_green), 128, 16, 8)

    def enlarger(self, spoilt: float) -> TiledNetwork:
        self.spoilt.append(spoilt)
        return TiledNetwork(self._counted("enlarge", sharpen_doubled), 128, 16, 1, scale=2)

    def upscaler(self, name: str) -> TiledNetwork:
        """name: 'x' and its factor."""
        factor = int(name.removeprefix("x"))

        def enlarge(tile: FloatImage) -> FloatImage:
            return floats(cv2.resize(tile, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC))

        return TiledNetwork(self._counted(name, enlarge), 128, 16, 4, scale=factor)

    def colouriser(self, name: str) -> ChosenNetwork:
        """name: 'faces' for one that colours nothing else; red."""
        hue = np.array([60, 40], np.float32)
        red = self._counted("colour", lambda tile: np.broadcast_to(hue, (*tile.shape[:2], 2)))
        return ChosenNetwork(name, red, *((64, "ffhq") if name == "faces" else ()))

    def inpainter(self, name: str) -> ChosenNetwork:
        """name: 'faces' for one that fills nothing else; blue in holes, noise elsewhere."""

        def fill(tile: FloatImage) -> FloatImage:
            noise = np.random.default_rng(0).random((*tile.shape[:2], 3), dtype=np.float32)
            return np.where(tile[..., 3:] > 0, np.array([0, 0, 1], np.float32), noise)

        size, template = (64, "ffhq") if name == "faces" else (0, "")
        return ChosenNetwork(name, self._counted("inpaint", fill), size, template, multiple=8)

    def _counted(self, name: str, network: Callable[[FloatImage], FloatImage]) -> Network:
        def run(tile: FloatImage) -> FloatImage:
            self.runs[name] = self.runs.get(name, 0) + 1
            return network(tile)

        return run
