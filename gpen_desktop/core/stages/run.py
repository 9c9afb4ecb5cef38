"""Running stages over a photo: each runs once for what it is given, whatever is done with the result."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core import memory
from gpen_desktop.core.options import AUTO, AUTOMATIC, Value, Values
from gpen_desktop.core.output.cost import enlarged
from gpen_desktop.core.progress import Progress, SilentProgress, SubProgress
from gpen_desktop.core.stages.analysis import PhotoReading
from gpen_desktop.core.stages.automatic import seen_damage, seen_of
from gpen_desktop.core.stages.canvas import Canvas, in_parts, mixed, share_of
from gpen_desktop.core.stages.examined import Examined
from gpen_desktop.core.stages.registry import REPAIR, Stage
from gpen_desktop.core.stages.tiles import NOBODY, Watcher
from gpen_desktop.core.stages.work import Crops, Damage, Networks, NoNetworks, Work, Worked
from gpen_desktop.core.timings import Timings
from gpen_desktop.core.types import Crop, Face, Photo, Pixels, Rect, Seen, StageResult, Stroke, frozen
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import titled

_KEPT: Final = 2
"""Results kept of a stage: a stage before it may be switched off and on again."""


@dataclass(frozen=True, eq=False)
class Staged:
    """What stages made of a photo.

    photo: without anything done, the very photo they were given. scale: how many times larger it is. values: of the
    stages' options, those left to the program as it decided. seen: of the photo, where anything was left to the
    program. results: of the stages that did something, or could not. steps: of the stages that changed the photo: name,
    the photo before it and after it. damage: (H, W) bool, what was filled; None where nobody has looked. asked: (H, W)
    bool, what else would be filled, where that is asked about. brushed: the strokes that both hold. has_new_detail:
    whether a stage changed it that comes after faces are cut out of it.
    """

    photo: Photo
    scale: float
    values: Values
    seen: tuple[Seen, ...]
    results: tuple[StageResult, ...]
    steps: tuple[tuple[str, Photo, Photo], ...] = ()
    damage: NDArray[np.bool_] | None = None
    asked: NDArray[np.bool_] | None = None
    brushed: tuple[Stroke, ...] = ()
    has_new_detail: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels of the photo that the stages were given."""
        given = self.steps[0][1] if self.steps else self.photo
        return given.width, given.height

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the stages that changed the photo."""
        return tuple(result.stage for result in self.results if result.strength)


@dataclass(frozen=True)
class Viewer:
    """Who looks at a photo while stages work on it; called in the thread that works.

    looked_at: the part that is on screen, pixels of the photo; None while the photo is not on screen. show: takes what
    can be seen so far: the photo as it was shown before, and in it what is done, at the photo's own size.
    """

    looked_at: Callable[[], Rect | None]
    show: Callable[[Staged], None]


class StagedPhotos:
    """What stages made of one photo, kept for as long as it is wanted again. Not thread-safe.

    Parameters
    ----------
    source : the photo before any stage.
    networks : of the whole photo.
    seconds : what the stages take is added to these.
    crops : finds the faces of a photo, for stages that work on faces; told of those that a person drew.
    """

    def __init__(
        self,
        source: Photo,
        networks: Networks | None = None,
        seconds: Timings | None = None,
        crops: Callable[[Photo, str, int, tuple[Face, ...], Progress], tuple[Crop, ...]] | None = None,
    ) -> None:
        self._source = source
        self._networks = networks or NoNetworks()
        self._seconds = Timings() if seconds is None else seconds
        self._crops = crops or (lambda *_: ())
        self._by_hand: tuple[Face, ...] = ()
        self._on_faces: set[str] = set()  # stages that have asked for faces
        self._kept: dict[str, dict[Hashable, Worked]] = {}
        self._shown = source  # to a viewer
        self._examined = Examined(source, self._networks)

    def set_faces(self, by_hand: Iterable[Face]) -> None:
        """Those that a person drew or corrected. What was made of other ones is made anew."""
        self._by_hand = tuple(by_hand)

    def reading(self) -> PhotoReading:
        """What is seen of the photo before any stage, but for damage; looked at once."""
        with self._seconds.timed("examine"):
            return self._examined.reading

    def run(
        self,
        stages: Sequence[Stage],
        values: Values,
        strokes: tuple[Stroke, ...] = (),
        progress: Progress | None = None,
        viewer: Viewer | None = None,
    ) -> Staged:
        """Run those of `stages` that are on, one after the other; `values`: of every stage's options, strokes: of the
        brush over the damage. What the viewer looks at is made first, and shown as it comes; the result is the same.

        Raises Cancelled, WeightsError where a stage was turned on by hand whose weights are not on this computer, and
        what a stage raises.
        """
        progress = progress or SilentProgress()
        decided, missing = self._decided(stages, values, bool(strokes))
        on = [stage for stage in stages if stage.is_on(decided)]
        looking = [stage for stage in on if stage.only_looks(decided, bool(strokes))]
        on.sort(key=lambda stage: (stage.scale is not None, stage in looking))
        staged = Staged(self._source, 1.0, decided, self._seen(stages, values, missing), tuple(missing))
        if viewer is not None and self._shown is self._source:
            self._show_quick(viewer, staged, on)
        for number, stage in enumerate(on):
            if viewer is not None and number:
                self._show_so_far(viewer, staged, on[number:])
            part = SubProgress(progress, number / len(on), (number + 1) / len(on))
            seen = dataclasses.replace(staged, seen=self._seen(stages, values, staged.results))
            later = [each for each in on[number + 1 :] if each not in looking]
            watcher = NOBODY if viewer is None else self._watcher(viewer, seen, stage, later)
            work = Work(
                staged.photo,
                decided,
                self._networks,
                self._damage,
                self.reading,
                self._crops_for(stage),
                strokes,
                watcher,
            )
            staged = _after(staged, stage, self._worked(stage, work, part), strokes)
        if viewer is not None and staged.scale == 1:
            self._shown = staged.photo
        order = [stage.name for stage in stages]
        results = sorted(staged.results, key=lambda result: order.index(result.stage))
        return dataclasses.replace(staged, seen=self._seen(stages, values, results), results=tuple(results))

    def _show_quick(self, viewer: Viewer, staged: Staged, stages: Sequence[Stage]) -> None:
        """Bring to the viewer what is done at once, before what takes its time: a faded photo's tones, as they are
        before its grain goes."""
        is_quick = [stage.of_parts is not None for stage in stages]
        if any(is_quick) and not is_quick[0] and viewer.looked_at() is not None:
            pixels = frozen(in_parts(stages, staged.values, self._source)(self._source.pixels))
            self._shown = dataclasses.replace(self._source, pixels=pixels)
            viewer.show(dataclasses.replace(staged, photo=self._shown))

    def _show_so_far(self, viewer: Viewer, staged: Staged, left: Sequence[Stage]) -> None:
        """Bring to the viewer what is made, where all that is left takes its time."""
        is_new = staged.photo is not self._shown and staged.scale == 1
        if is_new and all(stage.of_parts is None for stage in left) and viewer.looked_at() is not None:
            self._shown = staged.photo
            viewer.show(staged)

    def _watcher(self, viewer: Viewer, staged: Staged, stage: Stage, later: Sequence[Stage]) -> Watcher:
        """Brings what a stage makes of `staged` to the viewer, as the stages after it will have it."""
        if any(each.of_parts is None for each in later):
            return Watcher(viewer.looked_at)
        canvas = Canvas(self._shown, staged.photo, stage, later, staged.values)
        has_new_detail = staged.has_new_detail or stage.scale is not None

        def made(rect: Rect, pixels: Pixels) -> None:
            canvas.take(rect, pixels)
            if viewer.looked_at() is not None and not canvas.is_whole:  # the whole comes by itself
                self._shown = canvas.photo()
                parts = dataclasses.replace(
                    staged, photo=self._shown, scale=1.0, steps=(), has_new_detail=has_new_detail
                )
                viewer.show(parts)

        return Watcher(viewer.looked_at, made)

    def forget_enlarged(self) -> None:
        """Let go of what is larger than the photo."""
        for kept in self._kept.values():
            for key in [key for key, worked in kept.items() if worked.photo.pixels.size > self._source.pixels.size]:
                del kept[key]

    def _decided(self, stages: Sequence[Stage], values: Values, is_brushed: bool) -> tuple[Values, list[StageResult]]:
        """The values, those left to the program decided by what is seen of the photo; and what could not be done."""
        decided, missing = dict(values), []
        for stage in stages:
            switch = stage.switch
            if stage.automatic is not None and values[switch] in (AUTOMATIC, AUTO):
                decided[switch] = stage.automatic(self.reading(), decided)
                if decided[switch] == stage.off and is_brushed and stage.brushed is not None:
                    decided[switch] = stage.brushed
            if values[switch] in (AUTOMATIC, AUTO) and decided[switch] != stage.off and not self._can(stage):
                decided[switch] = stage.off
                name = titled(stage.weights)
                words = say("model-missing", "Not done: the model '{name}' is not on this computer", name=name)
                missing.append(StageResult(stage.name, 0, words))
        return MappingProxyType(decided), missing

    def _can(self, stage: Stage) -> bool:
        return not stage.weights or self._networks.has(stage.weights)

    def _seen(self, stages: Sequence[Stage], values: Values, results: Sequence[StageResult]) -> tuple[Seen, ...]:
        if not any(values[stage.switch] in (AUTOMATIC, AUTO) for stage in stages):
            return ()
        repaired = next((result for result in results if result.stage == REPAIR.name), None)
        return (*seen_damage(repaired, values), *seen_of(self.reading()))

    def _worked(self, stage: Stage, work: Work, progress: Progress) -> Worked:
        before = work.photo
        own = tuple(work.values[option.name] for option in stage.options)
        share = share_of(stage, work.values)

        def run() -> Worked:
            return self._run(stage, work, progress)

        def key(own: tuple[Value, ...]) -> Hashable:
            faces = self._by_hand if stage.name in self._on_faces else ()
            return before, own, work.strokes, faces

        if self._is_large:  # to hold what another strength would be made of takes gigabytes
            return self._once(stage.name, lambda: key(own), lambda: _in_part(before, run(), share))
        full = self._once(stage.name, lambda: key(own[stage.blends :]), run)
        if share == 1 or full.photo is before:
            return full
        return self._once(
            f"{stage.name}, in part", lambda: (before, full, share), lambda: _in_part(before, full, share)
        )

    @property
    def _is_large(self) -> bool:
        return self._source.width * self._source.height > memory.LARGE

    def _run(self, stage: Stage, work: Work, progress: Progress) -> Worked:
        before = work.photo
        with self._seconds.timed(stage.name):
            worked = stage.run(work, progress)
        after = worked.photo
        wanted = (enlarged((before.width, before.height), _scale(stage, work.values)), before.pixels.dtype)
        if ((after.width, after.height), after.pixels.dtype) != wanted:
            raise ValueError(f"stage {stage.name} gave {after.pixels.shape} {after.pixels.dtype}, not {wanted}")
        return worked

    def _damage(self, progress: Progress) -> Damage:
        return self._examined.damage(progress)

    def _crops_for(self, stage: Stage) -> Crops:
        def crops(photo: Photo, template: str, size: int, progress: Progress) -> tuple[Crop, ...]:
            self._on_faces.add(stage.name)
            return self._crops(photo, template, size, self._by_hand, progress)

        return crops

    def _once(self, name: str, key: Callable[[], Hashable], make: Callable[[], Worked]) -> Worked:
        """What was made for what `key` gives, or made now; of each name the latest are kept. Whether a stage asks for
        faces, and so whether they belong to its key, is known once it has run."""
        kept = self._kept.setdefault(name, {})
        worked = kept.pop(key(), None) or make()
        kept[key()] = worked
        while len(kept) > (1 if self._is_large else _KEPT):
            del kept[next(iter(kept))]
        return worked


def _in_part(before: Photo, full: Worked, share: float) -> Worked:
    if share == 1 or full.photo is before:
        return full
    return dataclasses.replace(full, photo=blended(before, full.photo, share))


def blended(before: Photo, after: Photo, share: float) -> Photo:
    """`share` (0 to 1) of the way from one photo to another of the same size and depth; where they agree, nothing
    changes."""
    return dataclasses.replace(after, pixels=frozen(mixed(before.pixels, after.pixels, share)))


def _scale(stage: Stage, values: Values) -> float:
    return 1.0 if stage.scale is None else stage.scale(values)


def _after(staged: Staged, stage: Stage, worked: Worked, strokes: tuple[Stroke, ...]) -> Staged:
    """What stages made, with what one more made of that and of the brush's strokes."""
    before, is_changed = staged.photo, worked.photo is not staged.photo
    strength = int(staged.values[stage.switch]) if stage.blends else 100
    result = StageResult(stage.name, strength if is_changed else 0, worked.words, worked.asks)
    return dataclasses.replace(
        staged,
        photo=worked.photo,
        scale=staged.scale * (_scale(stage, staged.values) if is_changed else 1),
        results=(*staged.results, result),
        steps=(*staged.steps, (stage.name, before, worked.photo)) if is_changed else staged.steps,
        damage=staged.damage if worked.mask is None else worked.mask,
        asked=staged.asked if worked.mask is None else worked.asked,
        brushed=staged.brushed if worked.mask is None else strokes,
        has_new_detail=staged.has_new_detail or (is_changed and stage.scale is not None),
    )


def without(staged: Staged, stage: str) -> Photo:
    """The photo about as it would be without one of the stages that changed it: its change taken back from the result.

    At once, for looking at; the stages after it would have made a little more or less of what is given back. Where one
    enlarged the photo, the change is resampled to its size. None comes after one that enlarges. The photo itself for a
    stage that changed nothing.
    """
    for name, before, after in staged.steps:
        if name == stage:
            if after.pixels.shape != before.pixels.shape:
                return before
            depth, signed = (cv2.CV_8U, cv2.CV_16S) if after.pixels.dtype == np.uint8 else (cv2.CV_16U, cv2.CV_32S)
            change = cv2.subtract(before.pixels, after.pixels, dtype=signed)
            if staged.photo.pixels.shape != after.pixels.shape:
                size = (staged.photo.width, staged.photo.height)
                change = cv2.resize(change.astype(np.float32), size).astype(change.dtype)
            pixels = cv2.add(staged.photo.pixels, change, dtype=depth)
            return dataclasses.replace(staged.photo, pixels=frozen(cast(Pixels, pixels)))
    return staged.photo
