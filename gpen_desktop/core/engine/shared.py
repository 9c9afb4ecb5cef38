"""One set of networks for several photos at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from gpen_desktop.core import fallbacks
from gpen_desktop.core.engine.compute import ComputeOptions, ModelStatus
from gpen_desktop.core.engine.face_networks import Guard, HandFinder, LoadedRestorer, Parser
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.stages.work import ChosenNetwork, Networks
from gpen_desktop.core.types import FloatImage
from gpen_desktop.messages import Message
from gpen_desktop.models.spec import ModelSpec

if TYPE_CHECKING:
    from gpen_desktop.core.stages.tiles import TiledNetwork

_LISTEN_EVERY: Final = 0.2
"""Seconds between two looks whether a photo that waits for its faces was cancelled."""


@dataclass(frozen=True, eq=False)
class _Request:
    """Crops of one photo that wait to be restored."""

    crops: Sequence[FloatImage]
    answer: Future[tuple[list[FloatImage], list[Message]]] = field(default_factory=Future)
    """What was made of them, and what had to be done otherwise for that (core/fallbacks)."""


class SharedRestorer:
    """A restorer for several threads.

    A network that runs beside itself is called by each of them. Of any other one thread of its own takes care: what
    waits there, of whichever photos, goes through in one batch, so that a GPU is not asked for single faces.
    """

    def __init__(self, inner: LoadedRestorer) -> None:
        self._inner = inner
        self._waiting: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        if not inner.runs_beside_itself:
            self._thread = threading.Thread(target=self._serve, name="model", daemon=True)
            self._thread.start()

    @property
    def spec(self) -> ModelSpec:
        return self._inner.spec

    @property
    def model_name(self) -> str:
        return self._inner.model_name

    @property
    def batch(self) -> int:
        return self._inner.batch

    @property
    def status(self) -> ModelStatus:
        return self._inner.status

    @property
    def runs_beside_itself(self) -> bool:
        return True

    def choose(self, model: str) -> bool:
        """Never: all photos of a batch use one."""
        del model
        return False

    def release(self) -> None:
        """As the inner restorer's."""
        self._inner.release()

    def close(self) -> None:
        """End its thread; no photo may wait any more."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        """As the inner restorer's."""
        if self._thread is None:
            return self._inner.restore(crops, progress)
        progress.report(0.0, "restore")
        request = _Request(crops)
        self._waiting.put(request)
        while not wait([request.answer], _LISTEN_EVERY).done:
            progress.report(0.0, "restore")
        made, otherwise = request.answer.result()
        for note in otherwise:
            fallbacks.tell(note)
        progress.report(1.0, "restore")
        return made

    def _serve(self) -> None:
        while (request := self._waiting.get()) is not None:
            requests = self._with_others(request)
            try:
                with fallbacks.heard() as otherwise:
                    made = self._inner.restore([crop for each in requests for crop in each.crops], SilentProgress())
            except BaseException as error:  # whoever waits has to hear of it
                for each in requests:
                    each.answer.set_exception(error)
                continue
            for each in requests:
                each.answer.set_result((made[: len(each.crops)], otherwise))
                made = made[len(each.crops) :]

    def _with_others(self, first: _Request) -> list[_Request]:
        """A request and those that wait behind it, as far as one batch goes."""
        requests = [first]
        while sum(len(each.crops) for each in requests) < self._inner.batch:
            try:
                request = self._waiting.get_nowait()
            except queue.Empty:
                break
            if request is None:
                self._waiting.put(None)
                break
            requests.append(request)
        return requests


class Cores(Protocol):
    """The CPU's, as models/device shares them out among threads."""

    def cpu_threads(self) -> int: ...

    def limit_threads_here(self, count: int) -> None: ...


class SharedPhotoNetworks:
    """Networks of the whole photo for several threads: one loads at a time, then all may run them."""

    def __init__(self, inner: Networks) -> None:
        self._inner = inner
        self._loading = threading.Lock()

    def has(self, name: str) -> bool:
        """As core/stages/work.Networks, like the others."""
        return self._inner.has(name)

    def cleaner(self) -> TiledNetwork:
        with self._loading:
            return self._inner.cleaner()

    def unblocker(self) -> TiledNetwork:
        with self._loading:
            return self._inner.unblocker()

    def finder(self) -> TiledNetwork:
        with self._loading:
            return self._inner.finder()

    def filler(self) -> TiledNetwork:
        with self._loading:
            return self._inner.filler()

    def enlarger(self, spoilt: float) -> TiledNetwork:
        with self._loading:
            return self._inner.enlarger(spoilt)

    def upscaler(self, name: str) -> TiledNetwork:
        with self._loading:
            return self._inner.upscaler(name)

    def colouriser(self, name: str) -> ChosenNetwork:
        with self._loading:
            return self._inner.colouriser(name)

    def inpainter(self, name: str) -> ChosenNetwork:
        with self._loading:
            return self._inner.inpainter(name)


class SharedNetworks:
    """A ModelSource whose engines, one a thread, share one set of networks, loaded when first needed.

    Parameters
    ----------
    load_finder, load_parser, load_guard, load_restorer, load_inventor, photo_networks : give those networks. They raise
        what loading raises, each time anew.
    cores : says how many there are, and shares them out.
    """

    def __init__(
        self,
        load_finder: Callable[[], HandFinder],
        load_parser: Callable[[], Parser | None],
        load_guard: Callable[[], Guard | None],
        load_restorer: Callable[[], LoadedRestorer],
        load_inventor: Callable[[], LoadedRestorer | None],
        photo_networks: Callable[[], Networks],
        cores: Cores,
    ) -> None:
        self.cpu_threads = cores.cpu_threads
        self.limit_threads_here = cores.limit_threads_here
        self._load_finder = load_finder
        self._load_guard = load_guard
        self._load_parser = load_parser
        self._load_restorer = load_restorer
        self._load_inventor = load_inventor
        self._photo_networks = photo_networks
        self._loading = threading.Lock()
        self._photo: SharedPhotoNetworks | None = None
        self._finder: HandFinder | None = None
        self._guard: Guard | None = None
        self._restorer: SharedRestorer | None = None
        self._inventor: SharedRestorer | None = None

    def load_finder(self, _wanted: ComputeOptions) -> HandFinder:
        """The detector, which has no state, so that threads may share it."""
        with self._loading:
            if self._finder is None:
                self._finder = self._load_finder()
            return self._finder

    def load_guard(self) -> Guard | None:
        """The guard, which has no state either."""
        with self._loading:
            if self._guard is None:
                self._guard = self._load_guard()
            return self._guard

    def load_parser(self, _wanted: ComputeOptions) -> Parser | None:
        """What tells the parts of a face apart, which has no state either; None where none is installed."""
        with self._loading:
            return self._load_parser()

    def load_restorer(self, _model: str, _wanted: ComputeOptions) -> SharedRestorer:
        """The restorer, whatever name is asked for: all photos of a batch use one."""
        with self._loading:
            if self._restorer is None:
                self._restorer = SharedRestorer(self._load_restorer())
            return self._restorer

    def load_inventor(self, _model: str, _wanted: ComputeOptions) -> SharedRestorer | None:
        """The network that invents detail beside it; None where there is none."""
        with self._loading:
            if self._inventor is None:
                loaded = self._load_inventor()
                self._inventor = None if loaded is None else SharedRestorer(loaded)
            return self._inventor

    def photo_networks(self, _wanted: ComputeOptions) -> SharedPhotoNetworks:
        """The networks of the whole photo."""
        with self._loading:
            if self._photo is None:
                self._photo = SharedPhotoNetworks(self._photo_networks())
            return self._photo

    def close(self) -> None:
        """End what runs beside."""
        for network in (self._restorer, self._inventor):
            if network is not None:
                network.close()
