"""A photo cut into tiles for a network, and what the network made of them put together again.

Each tile is given to the network with a margin as wide as the network sees, taken from the photo around it; the margin
of the answer is thrown away. So seams do not arise: every pixel kept had all its surroundings. Only at the photo's own
border is there nothing to take, and the picture is mirrored there, as it is for the photo as a whole.

So a tile's answer does not depend on those before it either, and they may come in any order: first those that somebody
is looking at.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.pixels import is_grey
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import FloatImage, Pixels, Rect
from gpen_desktop.errors import OutOfMemoryError

Network = Callable[[FloatImage], FloatImage]
"""(h, w, C) float32 in [0, 1], RGB first -> (h * scale, w * scale, D) float32; h and w are multiples of what it asks
for."""

SMALLEST: Final = 128
"""Pixels of a tile that are kept, each way, at least."""


@dataclass(frozen=True)
class Watcher:
    """Who looks on while a stage works, tile by tile; called in the thread that works.

    looked_at: the part of the stage's photo that is on screen, its pixels; None where nobody looks. Asked before each
    tile, and the one nearest to it is the next. made: hears of each part of the photo that is done, and what was made
    of it, (h * scale, w * scale, 3).
    """

    looked_at: Callable[[], Rect | None] = field(default=lambda: None)
    made: Callable[[Rect, Pixels], None] = field(default=lambda rect, pixels: None)


NOBODY: Final = Watcher()


@dataclass(frozen=True)
class Tile:
    """One part of a photo, px: inner is what is kept of the answer, outer what the network is given. x1, y1 outside."""

    inner: Rect
    outer: Rect


def cut(width: int, height: int, *, side: int, margin: int, multiple: int) -> tuple[Tile, ...]:
    """Tiles that cover a photo, row by row, of at most `side` px kept each way; all about the same size.

    What the network is given starts at multiples of `multiple`: one that halves its maps must halve them at the same
    places in every tile.
    """
    return _cut((0, 0, width, height), (width, height), max(SMALLEST, side), margin, multiple)


def _cut(rect: Rect, photo: tuple[int, int], side: int, margin: int, multiple: int) -> tuple[Tile, ...]:
    """Tiles that cover a part of a photo of (width, height)."""
    left, top, right, bottom = rect
    return tuple(
        Tile(
            (x0, y0, x1, y1),
            (
                max(0, x0 - margin) // multiple * multiple,
                max(0, y0 - margin) // multiple * multiple,
                min(photo[0], x1 + margin),
                min(photo[1], y1 + margin),
            ),
        )
        for y0, y1 in parts(top, bottom, side)
        for x0, x1 in parts(left, right, side)
    )


def parts(start: int, end: int, side: int) -> list[tuple[int, int]]:
    """(start, end) of the parts of a length, px: of `side` at most, all about the same."""
    count = -(-(end - start) // side)
    ends = np.linspace(start, end, count + 1).round().astype(int)
    return [(int(a), int(b)) for a, b in pairwise(ends)]


def _area(tile: Tile) -> int:
    x0, y0, x1, y1 = tile.inner
    return (x1 - x0) * (y1 - y0)


def _within(rect: Rect | None, pixels: Pixels) -> Rect | None:
    height, width = pixels.shape[:2]
    return rect and (max(0, rect[0]), max(0, rect[1]), min(width, rect[2]), min(height, rect[3]))


def _next(tiles: list[Tile], looked_at: Rect | None) -> Tile:
    """The tile that is nearest to what is looked at; of several in it the one that is nearest to its middle."""
    if looked_at is None:
        return tiles[0]
    x0, y0, x1, y1 = looked_at

    def distances(tile: Tile) -> tuple[int, int]:
        left, top, right, bottom = tile.inner
        dx, dy = max(0, left - x1 + 1, x0 - right + 1), max(0, top - y1 + 1, y0 - bottom + 1)
        return dx * dx + dy * dy, (left + right - x0 - x1) ** 2 + (top + bottom - y0 - y1) ** 2

    return min(tiles, key=distances)


def padded(part: FloatImage, multiple: int) -> FloatImage:
    """(h, w, C), mirrored on at the right and below until both sides are multiples."""
    height, width = part.shape[:2]
    more = (-height % multiple, -width % multiple)
    if not any(more):
        return part
    # a side shorter than what is missing cannot be mirrored in one go
    mirrored = min(height, width) > max(more)
    mode: Literal["reflect", "edge"] = "reflect" if mirrored else "edge"
    return np.pad(part, ((0, more[0]), (0, more[1]), (0, 0)), mode=mode)


@dataclass(frozen=True, eq=False)
class TiledNetwork:
    """A network, and the tiles that it is to be given.

    run: from one tile to its answer; raises OutOfMemoryError for one that is to be given in smaller ones. side: pixels
    kept of a tile, each way. margin: how far it sees. multiple: what the sides that it is given are multiples of; tiles
    are mirrored on to it. scale: its answer's size against what it is given.
    """

    run: Network
    side: int
    margin: int
    multiple: int
    scale: int = 1

    def answers(
        self,
        pixels: Pixels,
        progress: Progress,
        stage: str,
        where: NDArray[np.bool_] | None = None,
        watcher: Watcher = NOBODY,
    ) -> Iterator[tuple[Rect, FloatImage]]:
        """Give each tile of `pixels` (H, W, C) to the network; yields (rect in the answer's pixels, its answer
        (h, w, C)). where (H, W): only tiles that have any of these pixels.

        They come in their order, or what the watcher looks at first and then what is nearest to it. Where memory does
        not suffice for one, all that are left are halved each way, down to SMALLEST. Reports progress under the name
        `stage` before each tile, where Cancelled may be raised. Raises OutOfMemoryError.
        """
        size = (pixels.shape[1], pixels.shape[0])
        left = list(cut(*size, side=self.side, margin=self.margin, multiple=self.multiple))
        if where is not None:
            left = [each for each in left if where[each.inner[1] : each.inner[3], each.inner[0] : each.inner[2]].any()]
        whole = sum(map(_area, left))
        while left:
            progress.report(1 - sum(map(_area, left)) / whole, stage)
            tile = _next(left, _within(watcher.looked_at(), pixels))
            try:
                answer = self._answer(pixels, tile)
            except OutOfMemoryError:
                smaller = [part for each in left for part in self._halves(each, size)]
                if len(smaller) == len(left):
                    raise
                left = smaller
                continue
            left.remove(tile)
            x0, y0, x1, y1 = (edge * self.scale for edge in tile.inner)
            yield (x0, y0, x1, y1), answer
        progress.report(1.0, stage)

    def _answer(self, pixels: Pixels, tile: Tile) -> FloatImage:
        """What the network makes of the inner part of a tile."""
        x0, y0, x1, y1 = tile.outer
        part = pixels[y0:y1, x0:x1].astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
        made = self.run(padded(part, self.multiple))
        ix0, iy0, ix1, iy1 = tile.inner
        scale = self.scale
        return made[(iy0 - y0) * scale : (iy1 - y0) * scale, (ix0 - x0) * scale : (ix1 - x0) * scale]

    def _halves(self, tile: Tile, size: tuple[int, int]) -> tuple[Tile, ...]:
        """A tile of a photo of (width, height) in smaller ones."""
        x0, y0, x1, y1 = tile.inner
        side = max(SMALLEST, -(-max(x1 - x0, y1 - y0) // 2))
        return _cut(tile.inner, size, side, self.margin, self.multiple)


def mixed(one: TiledNetwork, other: TiledNetwork, share: float) -> TiledNetwork:
    """The mean of two networks' answers, `share` (0 to 1) of the other's. Both: of one scale, margin and multiple, or
    one would not know the smallest tiles of the other where memory is short."""

    def run(tile: FloatImage) -> FloatImage:
        return (1 - share) * one.run(tile) + share * other.run(tile)

    return dataclasses.replace(other, run=run, side=min(one.side, other.side))


def as_pixels(values: FloatImage, like: Pixels) -> Pixels:
    """Float values in [0, 1], clipped, as pixels of the same dtype as `like`."""
    white = float(np.iinfo(like.dtype).max)
    made: Pixels = np.rint(np.clip(values, 0, 1) * white).astype(like.dtype)
    return made


def of_photo(rect: Rect, scale: int) -> Rect:
    """What lies under a tile's answer, which is `scale` times larger."""
    x0, y0, x1, y1 = rect
    return x0 // scale, y0 // scale, x1 // scale, y1 // scale


def changed(pixels: Pixels, network: TiledNetwork, progress: Progress, stage: str, watcher: Watcher = NOBODY) -> Pixels:
    """(H * scale, W * scale, 3): the photo (H, W, 3), each pixel repeated `scale` times each way, with the network's
    answers added, which are what is to be changed. Grey stays grey."""
    scale, grey, white = network.scale, is_grey(pixels), np.float32(np.iinfo(pixels.dtype).max)
    made = np.empty((pixels.shape[0] * scale, pixels.shape[1] * scale, 3), pixels.dtype)
    for (x0, y0, x1, y1), change in network.answers(pixels, progress, stage, watcher=watcher):
        part = pixels[y0 // scale : y1 // scale, x0 // scale : x1 // scale].astype(np.float32) / white
        part = part.repeat(scale, axis=0).repeat(scale, axis=1)
        made[y0:y1, x0:x1] = as_pixels(part + (change.mean(axis=2, keepdims=True) if grey else change), pixels)
        watcher.made(of_photo((x0, y0, x1, y1), scale), made[y0:y1, x0:x1])
    return made
