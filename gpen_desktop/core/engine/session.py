"""One photo being worked on: caches the slow stages, composes anew on new options."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import cv2

from gpen_desktop.core import memory
from gpen_desktop.core.compose.invention import gets_detail, invented
from gpen_desktop.core.compose.layers import FaceLayers, LaterLayers, Layers, cut_out_anew, face_layers, scales_between
from gpen_desktop.core.compose.render import compose
from gpen_desktop.core.engine.face_networks import CropRestorer, FaceFinder, Guard, Parser
from gpen_desktop.core.engine.heads import restore_heads
from gpen_desktop.core.engine.network_input import calm_input, network_input
from gpen_desktop.core.engine.remembered_faces import RememberedFaces
from gpen_desktop.core.engine.restored import as_grey_as, restored_face
from gpen_desktop.core.engine.result_size import check_enlarged
from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.faces.high_heads import with_room_above
from gpen_desktop.core.faces.masks import FaceMasks, masks_by_points
from gpen_desktop.core.faces.regions import with_known_ids, with_those_by_hand
from gpen_desktop.core.options import Values
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.photo_files.turning import turned
from gpen_desktop.core.progress import Progress, SilentProgress, SubProgress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.run import Staged, StagedPhotos, Viewer
from gpen_desktop.core.stages.work import Networks, NoNetworks
from gpen_desktop.core.timings import Timings
from gpen_desktop.core.types import (
    Composed,
    ComposeOptions,
    Crop,
    Drift,
    Face,
    FloatImage,
    Photo,
    Pixels,
    RestoredFace,
    Stroke,
    frozen,
)


class Session:
    """One photo, its faces, what a model made of them, and any number of compositions.

    The slow stages run once and are kept; setting other faces, another restorer or other values of the stages drops
    what depended on the old ones. Not thread-safe: one thread at a time.

    Attributes
    ----------
    photo : the photo as loaded.
    seconds : name of a stage -> seconds spent in it so far.
    """

    def __init__(
        self,
        photo: Photo,
        finder: FaceFinder,
        restorer: CropRestorer,
        networks: Networks | None = None,
        guard: Guard | None = None,
        parser: Parser | None = None,
    ) -> None:
        """guard: compares each restored face with its source; without one none has drifted."""
        self.photo = photo
        self.seconds = Timings()
        self._finder = RememberedFaces(finder)
        self._restorer: CropRestorer | None = restorer
        self._guard = guard
        self._parser = parser
        self._load_inventor: Callable[[], CropRestorer | None] | None = None
        self._values = registry.stage_values()
        self._strokes: tuple[Stroke, ...] = ()
        crops = partial(_crops_of, self._finder, self.seconds)  # not of this object: a cycle would keep it
        self._networks = networks or NoNetworks()
        self._staged = StagedPhotos(photo, self._networks, self.seconds, crops)
        self._seen = photo  # the photo in which faces are found
        self._found: tuple[Face, ...] | None = None
        self._better_quarters: int | None = None
        self._given: tuple[Face, ...] | None = None
        self._former: tuple[Face, ...] = ()  # found in the photo as it was seen before
        self._restored: dict[Face, RestoredFace] = {}
        self._reduced: tuple[Photo, Photo] | None = None  # an enlarged photo, and what a screen shows of it

    @classmethod
    def open(
        cls,
        path: Path | str,
        finder: FaceFinder,
        restorer: CropRestorer,
        networks: Networks | None = None,
        quarters: int = 0,
        guard: Guard | None = None,
        parser: Parser | None = None,
    ) -> Session:
        """Load a photo, turn it clockwise by quarter turns, and start on it. Raises PhotoError."""
        started = time.perf_counter()
        session = cls(turned(load_photo(path), quarters), finder, restorer, networks, guard, parser)
        session.seconds["load"] = time.perf_counter() - started
        return session

    @property
    def model_name(self) -> str:
        """Of the restorer, with its options, for people and reports."""
        return self._at_hand.model_name

    def better_quarters(self, progress: Progress | None = None) -> int:
        """How often the photo would have to be turned clockwise, by quarter turns, for most faces to be found in it; 0
        where none are found either way. Looked into once: what the stages do to a photo does not turn it. Raises
        Cancelled."""
        if self._better_quarters is not None:
            return self._better_quarters
        progress = progress or SilentProgress()
        shown, counts = self.shown().photo, {}
        for number, quarters in enumerate((1, 3, 2)):
            part = SubProgress(progress, number / 3, (number + 1) / 3)
            with self.seconds.timed("detect"):
                counts[quarters] = len(self._finder.detect(turned(shown, quarters), progress=part))
        best = max(counts, key=lambda quarters: counts[quarters])
        self._better_quarters = best if counts[best] else 0
        return self._better_quarters

    def set_stages(self, values: Values, strokes: Sequence[Stroke] = ()) -> None:
        """Use these values of the stages' options, and these strokes of the brush over the damage, from now on. Raises
        OptionError."""
        self._values = registry.stage_values(values)
        self._strokes = tuple(strokes)

    def shown(self, progress: Progress | None = None, viewer: Viewer | None = None) -> Staged:
        """The photo that faces are found in: what the stages give that keep its size."""
        return self._staged.run(registry.keeping_size(), self._values, self._strokes, progress, viewer)

    @property
    def _size(self) -> tuple[int, int]:
        return self.photo.width, self.photo.height

    @property
    def has_more_on_screen(self) -> bool:
        """Whether `on_screen` gives something else than `shown`."""
        return registry.on_screen(self._values, self._size) != registry.keeping_size()

    @property
    def has_more_in_album(self) -> bool:
        """Whether it does although nobody looks at the photo yet."""
        return registry.in_album(self._values) != registry.keeping_size()

    def on_screen(self, progress: Progress | None = None, viewer: Viewer | None = None) -> Staged:
        """What a screen shows: as `shown`, and enlarged; where it would be too large for that, gone over by the model
        that was chosen to enlarge, at the photo's own size. Raises as `compose` does."""
        if not self.has_more_on_screen:
            return self.shown(progress, viewer)
        stages = registry.on_screen(self._values, self._size)
        check_enlarged(self.photo, registry.total_scale(self._values))
        staged = self._staged.run(stages, self._values, self._strokes, progress, viewer)
        if staged.scale == 1 or registry.is_seen_enlarged(self._values, self._size):
            return staged
        if self._reduced is None or self._reduced[0] is not staged.photo:
            self._reduced = (staged.photo, _reduced(staged.photo, self.photo))
        return dataclasses.replace(staged, photo=self._reduced[1], scale=1)

    def faces(self, progress: Progress | None = None) -> tuple[Face, ...]:
        """The photo's faces in reading order: those that were set, or those found, on first use."""
        progress = progress or SilentProgress()
        self._see(SubProgress(progress, 0.0, 0.5))
        if self._given is not None:
            return self._given
        if self._found is None:
            with self.seconds.timed("detect"):
                found = self._finder.detect(self._seen, progress=SubProgress(progress, 0.5, 1.0))
            self._found = with_known_ids(found, self._former)
        return self._found

    def set_faces(self, faces: Sequence[Face] | None, former: Sequence[Face] = ()) -> None:
        """Use these faces from now on (added, corrected, removed by hand), or those found (None).

        What is known of unchanged ones is kept. former: found earlier, perhaps in what other stages left of the photo:
        where they are found again they keep their ids.
        """
        self._former = tuple(former) or self._former
        self._given = None if faces is None else tuple(faces)
        self._staged.set_faces(face for face in self._given or () if face.is_by_hand)
        if self._given is not None:
            self._restored = {face: self._restored[face] for face in self._given if face in self._restored}

    def set_restorer(
        self, restorer: CropRestorer | None, load_inventor: Callable[[], CropRestorer | None] | None = None
    ) -> None:
        """Use another model from now on; None: hold on to none until there is another.

        load_inventor: gives the network that invents detail beside it, if any, for the same crops; called when detail
        is first asked for.
        """
        self._load_inventor = load_inventor
        if restorer is not self._restorer:
            self._restorer = restorer
            self._restored = {}

    @property
    def _at_hand(self) -> CropRestorer:
        assert self._restorer is not None  # Engine.open sets it
        return self._restorer

    def restore(self, progress: Progress | None = None) -> Iterator[RestoredFace]:
        """Yield every face restored, in the order of faces(), as soon as the model is done with it.

        Only those not restored yet are run through the model, a batch at a time. Whoever stops listening, or cancels,
        keeps what was yielded. Raises Cancelled, and what the model raises.
        """
        progress = progress or SilentProgress()
        faces = self.faces(SubProgress(progress, 0.0, 0.2))
        fresh = [face for face in faces if face not in self._restored]
        answered: dict[Face, tuple[Crop, FloatImage, FaceMasks]] = {}
        for face in faces:
            if face not in self._restored:
                if face not in answered:
                    first = fresh.index(face)
                    batch = fresh[first : first + self._at_hand.batch]
                    start, end = (0.2 + 0.8 * n / len(fresh) for n in (first, first + len(batch)))
                    answered = self._answers(batch, SubProgress(progress, start, end))
                with self.seconds.timed("mask"):
                    made = restored_face(*answered[face])
                self._restored[face] = self._guarded(self._held_sharp(made))
            yield self._restored[face]

    def invent(self, progress: Progress | None = None) -> Iterator[RestoredFace]:
        """Yield every face again, in the order of faces(), with what the inventing network makes of it; as restore
        gives it where there is no such network.

        Only those that lack it and may get any are run through that network, a batch at a time. Raises as restore does.
        """
        progress = progress or SilentProgress()
        faces = tuple(self.restore(SubProgress(progress, 0.0, 0.5)))
        inventor = self._load_inventor() if self._load_inventor is not None else None
        if inventor is not None:
            asked = []
            for face in faces:
                if face.vivid is None and gets_detail(face):
                    asked.append(face)
                elif face.vivid is None:
                    self._set_vivid(face, face.restored, face.drift)
            self._add_vivid(asked, inventor, SubProgress(progress, 0.5, 1.0))
        for face in faces:
            yield self._restored[face.crop.face]

    def _add_vivid(self, faces: Sequence[RestoredFace], inventor: CropRestorer, progress: Progress) -> None:
        for start in range(0, len(faces), inventor.batch):
            batch = faces[start : start + inventor.batch]
            part = SubProgress(progress, start / len(faces), (start + len(batch)) / len(faces))
            with self.seconds.timed("restore"):
                answers = self._invented_answers(batch, inventor, part)
            for face, pair in zip(batch, answers, strict=True):
                vivid = as_grey_as(face.crop, invented(face, pair))
                drift = self._guarded(dataclasses.replace(face, restored=vivid)).drift
                self._set_vivid(face, vivid, drift)

    def _set_vivid(self, face: RestoredFace, vivid: FloatImage, drift: Drift) -> None:
        self._restored[face.crop.face] = dataclasses.replace(face, vivid=vivid, vivid_drift=drift)

    def _invented_answers(
        self, batch: Sequence[RestoredFace], inventor: CropRestorer, progress: Progress
    ) -> Iterator[tuple[FloatImage, FloatImage]]:
        """What the inventing network makes of each crop, grain taken off, and of what the restorer makes of that."""
        crops = [face.crop for face in batch]
        calm = [calm_input(crop, self._seen, self._networks) for crop in crops]
        given = [
            network_input(crop, self._seen, self._networks) if pixels is None else pixels
            for crop, pixels in zip(crops, calm, strict=True)
        ]
        first = restore_heads(inventor, crops, given, SubProgress(progress, 0.0, 0.3))
        grainy = [n for n, pixels in enumerate(calm) if pixels is not None]
        asked = ([crops[n] for n in grainy], [given[n] for n in grainy])
        made = dict(zip(grainy, restore_heads(self._at_hand, *asked, SubProgress(progress, 0.3, 0.6)), strict=True))
        # without grain it was restored before
        restored = [made.get(n, face.restored) for n, face in enumerate(batch)]
        return zip(first, restore_heads(inventor, crops, restored, SubProgress(progress, 0.6, 1.0)), strict=True)

    def compose(self, options: ComposeOptions, progress: Progress | None = None) -> Composed:
        """The picture that `options` ask for; stages and restoring run first where they have not yet.

        Raises PhotoTooLargeError where the enlarged photo would be beyond what can be worked on, OptionError.
        """
        progress = progress or SilentProgress()
        check_enlarged(self.photo, registry.total_scale(self._values))
        faces = self.invent if options.invents else self.restore
        restored = tuple(faces(SubProgress(progress, 0.0, 0.8)))
        staged = self._staged.run(registry.STAGES, self._values, self._strokes, SubProgress(progress, 0.8, 1.0))
        memory.give_back_after(staged.photo.width * staged.photo.height)
        with self.seconds.timed("compose"):
            layers = self._layers_for(restored, staged)
            composed = compose(staged.photo, layers, options, registry.total_scale(self._values))
        return dataclasses.replace(composed, seen=staged.seen, stages=staged.results)

    def rest(self) -> None:
        """Give back the memory of enlarged photos; they are made anew where they are wanted again."""
        self._staged.forget_enlarged()
        self._reduced = None

    def _see(self, progress: Progress) -> None:
        """Bring the photo in which faces are found up to date; in another one they are found and cut out anew."""
        seen = self.shown(progress).photo
        if seen is not self._seen:
            self._seen, self._former, self._found = seen, self._found or self._former, None
            self._restored = {}

    def _layers_for(self, restored: tuple[RestoredFace, ...], staged: Staged) -> Sequence[Layers]:
        if staged.photo.width * staged.photo.height > memory.LARGE:
            where = (staged.photo.pixels.shape, scales_between(self.photo, staged.photo))
            return [LaterLayers(*where, face, partial(self._new_layers, face, staged)) for face in restored]
        return [self._new_layers(face, staged) for face in restored]

    def _new_layers(self, face: RestoredFace, staged: Staged) -> FaceLayers:
        base, scales = staged.photo.pixels, scales_between(self.photo, staged.photo)
        return face_layers(base, cut_out_anew(base, face, scales) if staged.has_new_detail else face, scales)

    def _answers(self, faces: Sequence[Face], progress: Progress) -> dict[Face, tuple[Crop, FloatImage, FaceMasks]]:
        """One batch run through the model: each face's crop, what the model made of it, and its masks."""
        with self.seconds.timed("align"):
            crops = [self._crop(face) for face in faces]
        with self.seconds.timed("restore"):
            given = [network_input(crop, self._seen, self._networks) for crop in crops]
            made = restore_heads(self._at_hand, crops, given, progress)
        with self.seconds.timed("mask"):
            drawn = self._parser.masks(crops, made) if self._parser else [masks_by_points(crop) for crop in crops]
        return dict(zip(faces, zip(crops, made, drawn, strict=True), strict=True))

    def _held_sharp(self, face: RestoredFace) -> RestoredFace:
        """The face, not taken for sharp where only noise or JPEG's blocks are: with few pixels they look like detail.
        Of the photo as it was opened, for what cleaning takes out leaves faces that want restoring."""
        if face.sharp_scale != 1 or self._staged.reading().is_in_good_order:
            return face
        return dataclasses.replace(face, sharp_scale=0.0)

    def _guarded(self, face: RestoredFace) -> RestoredFace:
        """The face, and how far it has drifted from its source."""
        if self._guard is None:
            return face
        with self.seconds.timed("guard"):
            return dataclasses.replace(face, drift=self._guard.drift(face))

    def _crop(self, face: Face) -> Crop:
        spec = self._at_hand.spec
        return with_room_above(self._seen, crop_face(self._seen, face, template=spec.template, size=spec.size))


def _crops_of(
    finder: FaceFinder,
    seconds: Timings,
    photo: Photo,
    template: str,
    size: int,
    by_hand: tuple[Face, ...],
    progress: Progress,
) -> tuple[Crop, ...]:
    """Every face that is found in what a stage is given, or was drawn, cut out of it for a network of that stage."""
    with seconds.timed("detect"):
        faces = with_those_by_hand(finder.detect(photo, progress=progress), by_hand)
    return tuple(crop_face(photo, face, template=template, size=size) for face in faces)


def _reduced(enlarged: Photo, photo: Photo) -> Photo:
    """An enlarged photo at the size of the photo itself."""
    pixels = cv2.resize(enlarged.pixels, (photo.width, photo.height), interpolation=cv2.INTER_AREA)
    return dataclasses.replace(enlarged, pixels=frozen(cast(Pixels, pixels)), alpha=photo.alpha)
