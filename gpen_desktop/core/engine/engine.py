"""The one way in which photos are opened, restored and exported: by the window, the command line, a batch."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from gpen_desktop import allocator
from gpen_desktop.core import fallbacks, memory
from gpen_desktop.core.engine import export as exporting
from gpen_desktop.core.engine.compute import ComputeOptions, ModelStatus
from gpen_desktop.core.engine.crop_cache import CachedRestorer, CropCache
from gpen_desktop.core.engine.export import Exported, ExportOptions, Page
from gpen_desktop.core.engine.face_networks import Guard, HandFinder, LoadedRestorer, Parser
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.engine.shared import SharedNetworks
from gpen_desktop.core.options import FACE_OPTIONS, Values
from gpen_desktop.core.progress import Progress, SilentProgress, SubProgress
from gpen_desktop.core.stages.run import Staged, Viewer
from gpen_desktop.core.stages.work import Networks
from gpen_desktop.core.types import Composed, ComposeOptions, Face, Photo, RestoredFace, Stroke

_KEPT_SESSIONS: Final = 2
"""Photos that stay in memory with what was made of them: the one on screen and the one that is being worked on."""


class ModelSource(Protocol):
    """Where the networks come from: the module local_models, or a stand-in.

    cpu_threads, limit_threads_here: as models/device has them, which brings torch.
    """

    def load_finder(self, wanted: ComputeOptions) -> HandFinder: ...

    def load_parser(self, wanted: ComputeOptions) -> Parser | None: ...

    def load_restorer(self, model: str, wanted: ComputeOptions) -> LoadedRestorer: ...

    def load_inventor(self, model: str, wanted: ComputeOptions) -> LoadedRestorer | None: ...

    def load_guard(self) -> Guard | None: ...

    def photo_networks(self, wanted: ComputeOptions) -> Networks: ...

    def cpu_threads(self) -> int: ...

    def limit_threads_here(self, count: int) -> None: ...


@dataclass(frozen=True, eq=False)
class RestoredFaces:
    """A photo's faces, of which the first len(restored) are restored. seconds: since restoring began.

    staged: what the stages made of the photo at its own size, in the end maybe enlarged; None as long as nothing is
    known. more: a stage is still to go over the whole photo for the screen. better_quarters: where there are no faces,
    how often the photo would have to be turned clockwise for some to be found; 0 where that was not looked into, or
    does not help.
    """

    faces: tuple[Face, ...]
    restored: tuple[RestoredFace, ...]
    seconds: float
    staged: Staged | None = None
    more: bool = False
    better_quarters: int = 0

    @property
    def shown(self) -> Photo | None:
        """The photo that a screen shows the faces in; None for the photo itself."""
        return self.staged.photo if self.staged is not None and self.staged.changed else None

    @property
    def is_whole(self) -> bool:
        """Whether no face is missing."""
        return len(self.restored) == len(self.faces)


class Engine:
    """Holds the detector, one restoring network at a time, and the photos worked on last. One thread at a time.

    Parameters
    ----------
    wanted : how to compute.
    cache : keeps restored crops; without one a photo is restored anew each time it is opened.
    models : where the networks come from; None: this computer.
    """

    def __init__(
        self,
        wanted: ComputeOptions | None = None,
        cache: CropCache | None = None,
        models: ModelSource | None = None,
    ) -> None:
        self._wanted = wanted or ComputeOptions()
        self._cache = cache
        self._models = models
        self._finder: HandFinder | None = None
        self._guard: Guard | None = None
        self._restorer: LoadedRestorer | None = None
        self._inventor: LoadedRestorer | None = None
        self._parser: Parser | None = None
        self._has_parser = False  # whether it was looked for: there may be none
        self._networks: Networks | None = None
        self._model = ""
        self._sessions: OrderedDict[Path, Session] = OrderedDict()

    def load(self, model: str) -> None:
        """Load what the first photo will need. Raises ModelError (of all kinds), DeviceError."""
        self._load_restorer(model)
        self._load_finder()
        self._load_guard()
        self._load_parser()

    def open(
        self,
        source: Path | Photo,
        model: str,
        faces: Sequence[Face] | None = None,
        stages: Values = MappingProxyType({}),
        strokes: Sequence[Stroke] = (),
        quarters: int = 0,
        former: Sequence[Face] = (),
    ) -> Session:
        """A photo to work on with `model`: the one at hand with all that was made of it, or read anew.

        source: a file, or the photo where it is in memory already. faces: when known or set by hand.
        stages: values of their options that are not the default. strokes: of the brush over the photo's damage.
        quarters: how often a file's photo is turned clockwise; one in memory is turned as it is to be already.
        former: as in Session.set_faces.
        Raises PhotoError, ModelError (of all kinds), DeviceError, OptionError.
        """
        restorer = self._load_restorer(model)
        path, photo = (source.path, source) if isinstance(source, Photo) else (source, None)
        session = self._sessions.pop(path, None) if path else None
        if session is None or (session.photo.quarters != quarters if photo is None else session.photo is not photo):
            session = self._new_session(source, restorer, quarters)
        session.set_restorer(restorer, self._load_inventor)
        session.set_stages(stages, strokes)
        session.set_faces(faces, former)
        self._keep(path, session)
        return session

    def photo_at_hand(self, path: Path, quarters: int = 0) -> Photo | None:
        """The photo of a file that is kept in memory, if it is turned clockwise so often."""
        session = self._sessions.get(path)
        return session.photo if session is not None and session.photo.quarters == quarters else None

    def stage(self, session: Session, progress: Progress | None = None, viewer: Viewer | None = None) -> Staged:
        """Run the stages that keep the photo's size. Raises OutOfMemoryError, WeightsError, DeviceError, Cancelled."""
        return session.shown(progress, viewer)

    def shared(self, model: str) -> SharedNetworks:
        """The detector and the network of that name for engines in other threads; this one is to rest meanwhile."""
        restorer = partial(self._load_restorer, model)
        return SharedNetworks(
            self._load_finder,
            self._load_parser,
            self._load_guard,
            restorer,
            self._load_inventor,
            self._photo_networks,
            self._source,
        )

    def restore(
        self,
        session: Session,
        progress: Progress | None = None,
        *,
        invents: bool = False,
        viewer: Viewer | None = None,
    ) -> Iterator[RestoredFaces]:
        """Run the stages, find and restore the faces: yields the faces found, then them again with each restored; last,
        where the whole photo is enlarged for the screen too, or gone over by a model, all of them in what came of that.
        What is only enlarged waits until the viewer looks at it.

        invents: whether detail is asked for, too; once all are restored, they come again with it.
        Raises OutOfMemoryError, WeightsError, PhotoTooLargeError, Cancelled.
        """
        started = time.perf_counter()
        progress = progress or SilentProgress()
        end = 0.5 if session.has_more_on_screen else 1.0
        staged = session.shown(SubProgress(progress, 0.0, 0.1 * end))
        faces = session.faces(SubProgress(progress, 0.1 * end, 0.2 * end))
        made = RestoredFaces(faces, (), time.perf_counter() - started, staged, session.has_more_on_screen)
        yield made
        for face in session.restore(SubProgress(progress, 0.2 * end, 0.6 * end if invents else end)):
            made = replace(made, restored=(*made.restored, face), seconds=time.perf_counter() - started)
            yield made
        if invents:
            vivid = tuple(session.invent(SubProgress(progress, 0.6 * end, end)))
            made = replace(made, restored=vivid, seconds=time.perf_counter() - started)
            yield made
        if made.more:
            if session.has_more_in_album or viewer is None or viewer.looked_at() is not None:
                staged = session.on_screen(SubProgress(progress, end, 1.0), viewer)
            yield replace(made, staged=staged, seconds=time.perf_counter() - started, more=False)

    def export(
        self,
        session: Session,
        options: ComposeOptions,
        target: Path,
        how: ExportOptions,
        progress: Progress | None = None,
        before_naming: Callable[[Path, Path], None] | None = None,
        further: Sequence[Page] = (),
    ) -> Exported:
        """Compose a photo at full size and save it as `target`; what is not restored yet is restored first.

        before_naming, further: see export.export.
        Raises what restore raises, SaveError, OptionError, PhotoTooLargeError.
        """
        progress = progress or SilentProgress()
        exporting.prepare(session.photo.path, target, how)
        composed = session.compose(options, SubProgress(progress, 0.0, 0.9))
        memory.give_back_after(composed.photo.width * composed.photo.height)
        progress.report(0.9, "save")
        with session.seconds.timed("save"):
            return exporting.export(
                session.photo, composed, target, how, before_naming, further, _history(session, options, composed)
            )

    def refine(self, photo: Photo, box: tuple[float, float, float, float]) -> Face:
        """The face inside a box (x, y, w, h) drawn by hand."""
        return self._load_finder().refine(photo, box)

    def forget(self, path: Path) -> None:
        """Drop what is kept of a photo."""
        self._sessions.pop(path, None)

    def status(self) -> ModelStatus | None:
        """What is loaded, None before the first restoring network."""
        if self._restorer is None:
            return None
        detector = self._finder.name if self._finder is not None else ""
        parser = self._parser.name if self._parser else ""
        return replace(self._restorer.status, notes=fallbacks.told(), detector=detector, parser=parser)

    def cpu_threads(self) -> int:
        """Threads that compute well on this computer's CPU."""
        return self._source.cpu_threads()

    def set_compute(self, wanted: ComputeOptions) -> None:
        """Use another device, precision or detector from the next photo on."""
        if wanted != self._wanted:
            self._wanted = wanted
            fallbacks.forget()
            self._networks = None
            self._let_go()
            self.choose_anew()

    def choose_anew(self) -> None:
        """Weights came or went: whatever is opened next uses the best of those that are there now."""
        self._finder = self._parser = None
        self._has_parser = False
        self._sessions.clear()  # each holds what it was opened with

    def rest(self) -> None:
        """Give back the memory that is kept for the next run; the models stay loaded."""
        for session in list(self._sessions.values()):
            session.rest()
        for network in (self._restorer, self._inventor):
            if network is not None:
                network.release()

    def _new_session(self, source: Path | Photo, restorer: LoadedRestorer, quarters: int) -> Session:
        finder, networks, guard = self._load_finder(), self._photo_networks(), self._load_guard()
        if isinstance(source, Photo):
            return Session(source, finder, restorer, networks, guard, self._load_parser())
        return Session.open(source, finder, restorer, networks, quarters, guard, self._load_parser())

    def _keep(self, path: Path | None, session: Session) -> None:
        if path is None:
            return
        self._sessions[path] = session
        while len(self._sessions) > _KEPT_SESSIONS:
            self._sessions.popitem(last=False)

    def _load_finder(self) -> HandFinder:
        if self._finder is None:
            self._finder = self._source.load_finder(self._wanted)
        return self._finder

    def _load_guard(self) -> Guard | None:
        if self._guard is None:
            self._guard = self._source.load_guard()
        return self._guard

    def _load_parser(self) -> Parser | None:
        if not self._has_parser:
            self._parser = self._source.load_parser(self._wanted)
            self._has_parser = True
        return self._parser

    def _photo_networks(self) -> Networks:
        if self._networks is None:
            self._networks = self._source.photo_networks(self._wanted)
        return self._networks

    def _load_restorer(self, model: str) -> LoadedRestorer:
        """The network of that name, loaded if it is not the one at hand."""
        if self._restorer is not None and model != self._model and self._restorer.choose(model):
            self._model = model
            for session in list(self._sessions.values()):  # what was made of their faces was made otherwise
                session.set_restorer(None)
        if self._restorer is None or model != self._model:
            self._let_go()
            loaded = self._source.load_restorer(model, self._wanted)
            self._restorer = self._cached(loaded)
            self._model = model
        return self._restorer

    def _load_inventor(self) -> LoadedRestorer | None:
        """The network that invents detail beside the one at hand; None where there is none."""
        if self._inventor is None:
            loaded = self._source.load_inventor(self._model, self._wanted)
            self._inventor = None if loaded is None else self._cached(loaded)
        return self._inventor

    def _cached(self, loaded: LoadedRestorer) -> LoadedRestorer:
        return CachedRestorer(loaded, self._cache) if self._cache is not None else loaded

    def _let_go(self) -> None:
        """Let the restoring network go, and have the photos let go of it: two may not fit into memory. What the stages
        made of them stays."""
        self._restorer = self._inventor = None
        for session in list(self._sessions.values()):
            session.set_restorer(None)

    @property
    def _source(self) -> ModelSource:
        if self._models is None:
            with allocator.without_collecting():
                from gpen_desktop.core.engine import local_models  # noqa: PLC0415  -- brings torch, which takes seconds

            self._models = local_models
        return self._models


def _history(session: Session, options: ComposeOptions, composed: Composed) -> str:
    """What was done to a photo, for its XMP: the model, the options of the faces' look, the stages that changed it."""
    restored = any(face.changed is not None for face in composed.faces)
    look = [f"{option.name}={getattr(options, option.name)}" for option in FACE_OPTIONS if option.name != "faces"]
    done = [f"faces: model={session.model_name}", *look] if restored else []
    stages = [f"{stage.stage}: {stage.strength}" for stage in composed.stages if stage.strength]
    frame = [f"frame: straighten={options.frame.degrees:g}, {composed.photo.width}x{composed.photo.height} px"]
    return "; ".join([", ".join(done)] * bool(done) + stages + frame * composed.is_framed)
