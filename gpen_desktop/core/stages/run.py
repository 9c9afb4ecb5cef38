"""Running stages over a photo: each runs once for what it is given, whatever is done with the result."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final, cast

import cv2

from gpen_desktop.core.options import AUTOMATIC, Value, Values
from gpen_desktop.core.progress import Progress, SilentProgress, SubProgress
from gpen_desktop.core.stages.registry import Stage
from gpen_desktop.core.types import Photo, Pixels, frozen

_KEPT: Final = 2
"""Results kept of a stage: a stage before it may be switched off and on again."""


@dataclass(frozen=True, eq=False)
class Staged:
    """What stages made of a photo. scale: how many times larger it is. changed: names of the stages that had anything
    to do; without any, photo is the very photo they were given."""

    photo: Photo
    scale: int
    changed: tuple[str, ...]


class StagedPhotos:
    """What stages made of one photo, kept for as long as it is wanted again. Not thread-safe.

    Parameters
    ----------
    source : the photo before any stage.
    timed : given a stage's name, a context that times what is done in it.
    """

    def __init__(self, source: Photo, timed: Callable[[str], AbstractContextManager[None]] | None = None) -> None:
        self._source = source
        self._timed = timed or (lambda _: nullcontext())
        self._needed: dict[tuple[str, Photo], int] = {}
        self._kept: dict[str, dict[Hashable, Photo]] = {}

    def run(self, stages: Sequence[Stage], values: Values, progress: Progress | None = None) -> Staged:
        """Run those of `stages` that are on, one after the other; `values`: of every stage's options.

        Raises Cancelled, and what a stage raises.
        """
        progress = progress or SilentProgress()
        on = [stage for stage in stages if stage.is_on(values)]
        photo, scale, changed = self._source, 1, []
        for number, stage in enumerate(on):
            part = SubProgress(progress, number / len(on), (number + 1) / len(on))
            after = self._after(stage, photo, values, part)
            if after is not photo:
                changed.append(stage.name)
                scale *= stage.scale(values) if stage.scale is not None else 1
            photo = after
        return Staged(photo, scale, tuple(changed))

    def _after(self, stage: Stage, before: Photo, values: Values, progress: Progress) -> Photo:
        own = tuple(values[option.name] for option in stage.options)
        share = self._strength(stage, before, own[0]) / 100 if stage.blends else 1.0
        if share == 0:
            return before
        full = self._once(stage.name, (before, own[stage.blends :]), lambda: self._run(stage, before, values, progress))
        if share == 1 or full is before:
            return full
        return self._once(f"{stage.name}, in part", (before, full, share), lambda: blended(before, full, share))

    def _strength(self, stage: Stage, before: Photo, value: Value) -> int:
        if stage.automatic is None or value != AUTOMATIC:
            return int(value)
        key = (stage.name, before)
        if key not in self._needed:
            self._needed = {key: stage.automatic(before)}
        return self._needed[key]

    def _run(self, stage: Stage, before: Photo, values: Values, progress: Progress) -> Photo:
        with self._timed(stage.name):
            after = stage.run(before, values, progress)
        scale = stage.scale(values) if stage.scale is not None else 1
        wanted = (before.height * scale, before.width * scale, before.pixels.dtype)
        if (after.height, after.width, after.pixels.dtype) != wanted:
            raise ValueError(f"stage {stage.name} gave {after.pixels.shape} {after.pixels.dtype}, not {wanted}")
        return after

    def _once(self, name: str, key: Hashable, make: Callable[[], Photo]) -> Photo:
        """What was made for `key`, or made now; of each name the latest are kept."""
        kept = self._kept.setdefault(name, {})
        photo = kept.pop(key, None) or make()
        kept[key] = photo
        while len(kept) > _KEPT:
            del kept[next(iter(kept))]
        return photo


def blended(before: Photo, after: Photo, share: float) -> Photo:
    """`share` (0 to 1) of the way from one photo to another of the same size and depth; where they agree, nothing
    changes."""
    mixed = cv2.addWeighted(before.pixels, 1 - share, after.pixels, share, 0)
    return dataclasses.replace(after, pixels=frozen(cast(Pixels, mixed)))
