"""A stand-in for the models: faces where a test puts them, restored by turning them negative; and photos to go with."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from gpen_desktop.core.engine.compute import ComputeOptions, ModelStatus
from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.photo_files.load_save import save_photo
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.work import NoNetworks
from gpen_desktop.core.types import Drift, Face, FaceId, FloatImage, Photo, RestoredFace, frozen
from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models.spec import ModelSpec, Task

SHAPE = np.array([[-0.5, -0.45], [0.5, -0.45], [0.0, 0.1], [-0.4, 0.65], [0.4, 0.65]])


def face_at(x: float, y: float, eye_distance: float = 40.0) -> Face:
    """A face with the nose near (x, y)."""
    return Face(frozen(SHAPE * eye_distance + (x, y)), 0.99)


TWO_FACES = (face_at(120, 140), face_at(300, 150, 30))


class FakeRestorer:
    """Turns crops negative. Each batch waits for `gate`, so that a test can hold the work where it wants it."""

    spec = ModelSpec("negative", Task.FACE_RESTORER, size=64, template="ffhq")
    batch = 1

    def __init__(self, model: str, gate: threading.Event) -> None:
        self.model_name = model
        self._gate = gate
        self.runs = 0

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        for done in range(len(crops)):
            progress.report(done / len(crops), "restore")
        while not self._gate.wait(0.005):
            progress.report(0.5, "restore")
        self.runs += 1
        return [frozen(1 - crop) for crop in crops]

    @property
    def status(self) -> ModelStatus:
        return ModelStatus(self.model_name, "CPU (fake), fp32", say("test", "it is a test"))

    runs_beside_itself = False

    def choose(self, model: str) -> bool:
        """It has no options."""
        return False

    def release(self) -> None:
        """Nothing is kept."""


class FakeEngine(Engine):
    """The engine with fake networks, which it holds itself.

    Attributes
    ----------
    faces : what the detector finds. gate : cleared, every restoration waits. broken_models : names that fail to load.
    errors : raised by the next detections, first come first served. threads : names of threads that used the engine.
    rests : how often it was told to rest. drifts : how far faces drift, those that do. invents : whether
    there is a network that invents detail. compute : what a network was
    last loaded with.
    """

    def __init__(self, folder: Path, faces: Sequence[Face] = TWO_FACES) -> None:
        self.faces = tuple(faces)
        self.gate = threading.Event()
        self.gate.set()
        self.broken_models: set[str] = set()
        self.errors: list[Exception] = []
        self.threads: set[str] = set()
        self.compute: ComputeOptions | None = None
        self.rests = 0
        self.restorers: dict[str, FakeRestorer] = {}
        self.invents = False
        self.drifts: dict[FaceId, Drift] = {}
        super().__init__(cache=CropCache(folder), models=self)

    @property
    def runs(self) -> int:
        """Batches that went through a model."""
        return sum(restorer.runs for restorer in self.restorers.values())

    name = "retinaface025"

    def load_finder(self, _wanted: ComputeOptions) -> FakeEngine:
        return self

    def load_inventor(self, model: str, wanted: ComputeOptions) -> FakeRestorer | None:
        return self.load_restorer(f"{model} vivid", wanted) if self.invents else None

    def load_guard(self) -> FakeEngine:
        return self

    def drift(self, face: RestoredFace) -> Drift:
        return self.drifts.get(face.crop.face.id, Drift())

    def load_parser(self, _wanted: ComputeOptions) -> None:
        """Faces are drawn without one."""

    def photo_networks(self, _wanted: ComputeOptions) -> NoNetworks:
        return NoNetworks()

    def cpu_threads(self) -> int:
        return 2

    def limit_threads_here(self, count: int) -> None:
        """They compute nothing."""

    def load_restorer(self, model: str, wanted: ComputeOptions) -> FakeRestorer:
        self.threads.add(threading.current_thread().name)
        self.compute = wanted
        if model in self.broken_models:
            damaged = say("damaged", "The weights of '{model}' are damaged.", model=model)
            raise WeightsError(damaged, todo=say("again", "Import them again."))
        return self.restorers.setdefault(model, FakeRestorer(model, self.gate))

    def rest(self) -> None:
        self.rests += 1
        super().rest()

    def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        (progress or SilentProgress()).report(0.5, "detect")
        if self.errors:
            raise self.errors.pop(0)
        return self.faces

    def refine(self, photo: Photo, box: tuple[float, float, float, float]) -> Face:
        x, y, w, h = box
        return Face(frozen(SHAPE * (w / 2.1) + (x + w / 2, y + h / 2)), float("inf"))


def make_photo(path: Path, width: int = 420, height: int = 300, seed: int = 1) -> Path:
    """A soft colour picture, the same for the same seed."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 8, 3), np.uint8)  # black to white: nobody would call it faded
    pixels = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    save_photo(Photo(frozen(pixels), SourceFormat("PNG")), path, format="png")
    return path
