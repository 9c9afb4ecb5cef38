"""What is asked of the networks for faces: this computer's (local_models), or stand-ins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.core.faces.masks import FaceMasks
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import Crop, Drift, Face, FloatImage, Photo, RestoredFace
from gpen_desktop.models.spec import ModelSpec


class FaceFinder(Protocol):
    """What finds faces: core.faces.detection.FaceDetector, or a stand-in."""

    def detect(self, photo: Photo, *, progress: Progress = ...) -> tuple[Face, ...]: ...


class HandFinder(FaceFinder, Protocol):
    """A detector that can also find the landmarks inside a box drawn by hand. name: in the catalogue."""

    @property
    def name(self) -> str: ...

    def refine(self, photo: Photo, box: tuple[float, float, float, float]) -> Face: ...


class Guard(Protocol):
    """What says how far a restored face has drifted from its source: core.faces.identity.IdentityGuard, or a
    stand-in."""

    def drift(self, face: RestoredFace) -> Drift: ...


class Parser(Protocol):
    """What tells the parts of a face apart: core.faces.parsing.FaceParser, or a stand-in. name: in the catalogue."""

    @property
    def name(self) -> str: ...

    def masks(self, crops: Sequence[Crop], restored: Sequence[FloatImage]) -> list[FaceMasks]: ...


class CropRestorer(Protocol):
    """What restores crops: core.engine.restorer.Restorer, or a stand-in. Crops are (S, S, 3) float32 RGB in [0, 1]."""

    @property
    def spec(self) -> ModelSpec: ...

    @property
    def model_name(self) -> str: ...

    @property
    def batch(self) -> int: ...

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]: ...


class LoadedRestorer(CropRestorer, Protocol):
    """A CropRestorer that can say what it runs on, and whether several threads may use it at once."""

    @property
    def status(self) -> ModelStatus: ...

    @property
    def runs_beside_itself(self) -> bool: ...

    def choose(self, model: str) -> bool: ...

    def release(self) -> None: ...
