"""What somebody who looks at a photo sees of it while stages work on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import cast

import cv2

from gpen_desktop.core.options import Values
from gpen_desktop.core.stages.registry import Stage
from gpen_desktop.core.types import Photo, Pixels, Rect, frozen


class Canvas:
    """What a viewer sees while a stage works on a photo.

    Parameters
    ----------
    shown : what was seen before, of the size of the photo.
    before : the photo that the stage was given.
    later : the stages after it, which do the same to a pixel wherever it lies.
    """

    def __init__(self, shown: Photo, before: Photo, stage: Stage, later: Sequence[Stage], values: Values) -> None:
        self._pixels = shown.pixels
        self._before = before
        self._share = share_of(stage, values)
        self._later = later
        self._values = values
        self._fresh: list[tuple[Rect, Pixels]] = []
        self._left = before.width * before.height

    @property
    def is_whole(self) -> bool:
        """Whether all of the stage's result has come."""
        return self._left <= 0

    def take(self, rect: Rect, pixels: Pixels) -> None:
        """A part of the photo, and the stage's full effect there, maybe enlarged."""
        self._fresh.append((rect, pixels))
        self._left -= (rect[2] - rect[0]) * (rect[3] - rect[1])

    def photo(self) -> Photo:
        """With all parts in it that are made by now."""
        made = self._pixels.copy()
        for (x0, y0, x1, y1), pixels in self._fresh:
            part = _at_size(pixels, (x1 - x0, y1 - y0))
            made[y0:y1, x0:x1] = self._finish(mixed(self._before.pixels[y0:y1, x0:x1], part, self._share))
        self._fresh.clear()
        self._pixels = frozen(made)
        return dataclasses.replace(self._before, pixels=self._pixels)

    @cached_property
    def _finish(self) -> Callable[[Pixels], Pixels]:
        return in_parts(self._later, self._values, self._before)


def in_parts(stages: Sequence[Stage], values: Values, photo: Photo) -> Callable[[Pixels], Pixels]:
    """What the stages that do the same to a pixel wherever it lies do to any part of a photo.

    What they do is decided by this photo, which the others may not have come to yet: it may differ by a trace from what
    they make of the result.
    """
    works = [(stage.of_parts(photo), share_of(stage, values)) for stage in stages if stage.of_parts is not None]

    def made(part: Pixels) -> Pixels:
        for work, share in works:
            part = mixed(part, work(part), share)
        return part

    return made


def _at_size(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def mixed(before: Pixels, after: Pixels, share: float) -> Pixels:
    """`share` (0 to 1) of the way from one picture to another of the same shape and depth."""
    return after if share == 1 else cast(Pixels, cv2.addWeighted(before, 1 - share, after, share, 0))


def share_of(stage: Stage, values: Values) -> float:
    """How much of a stage's full effect is wanted, 0 to 1."""
    return int(values[stage.switch]) / 100 if stage.blends else 1.0
