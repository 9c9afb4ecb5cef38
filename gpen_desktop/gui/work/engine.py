"""What the worker restores with: the detector and one restoring network at a time, loaded when first needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gpen_desktop.core.engine.crop_cache import CachedRestorer, CropCache
from gpen_desktop.core.engine.session import CropRestorer, FaceFinder
from gpen_desktop.core.types import Face, Photo


class HandFinder(FaceFinder, Protocol):
    """A detector that can also find the landmarks inside a box drawn by hand."""

    def refine(self, photo: Photo, box: tuple[float, float, float, float]) -> Face: ...


@dataclass(frozen=True)
class Compute:
    """How the user wants it computed; as core.restore.Restorer takes them."""

    device: str = "auto"
    precision: str = "auto"
    batch_size: int | None = None


@dataclass(frozen=True)
class ModelStatus:
    """What runs: name of the model, the device as its owner knows it, why it was chosen, what had to be changed."""

    model: str
    device: str
    reason: str
    notes: tuple[str, ...] = ()


class Engine(Protocol):
    """Used in the worker's thread only."""

    def finder(self) -> HandFinder: ...

    def restorer(self, model: str) -> CachedRestorer: ...

    def status(self) -> ModelStatus | None: ...

    def set_compute(self, compute: Compute) -> None: ...

    def rest(self) -> None: ...


class LocalEngine:
    """The real models. `folder` keeps answers while the window is open."""

    def __init__(self, folder: Path, compute: Compute) -> None:
        self._store = CropCache(folder)
        self._compute = compute
        self._finder: HandFinder | None = None
        self._restorer: CachedRestorer | None = None
        self._model = ""

    def finder(self) -> HandFinder:
        """The detector. Raises WeightsError, DeviceError."""
        if self._finder is None:
            from gpen_desktop.core.faces.detection import FaceDetector  # noqa: PLC0415  -- torch takes seconds

            self._finder = FaceDetector()
        return self._finder

    def restorer(self, model: str) -> CachedRestorer:
        """The restorer of that name, loaded if it is not the one at hand. Raises ModelError, DeviceError."""
        if self._restorer is None or model != self._model:
            self._restorer = None  # the old one's memory is given back before the new one takes its own
            self._restorer = CachedRestorer(self._load(model), self._store)
            self._model = model
        return self._restorer

    def status(self) -> ModelStatus | None:
        """What is loaded, None before the first restorer."""
        if self._restorer is None:
            return None
        inner = self._restorer.inner
        return ModelStatus(inner.model_name, inner.compute.name, inner.compute.reason, inner.notes)

    def set_compute(self, compute: Compute) -> None:
        """Use another device or precision from the next job on."""
        if compute != self._compute:
            self._compute = compute
            self._restorer = None

    def rest(self) -> None:
        """Give back the memory that is kept for the next run; the models stay loaded."""
        if self._restorer is not None:
            self._restorer.release()

    def _load(self, model: str) -> CropRestorer:
        from gpen_desktop.core.engine.restorer import Restorer  # noqa: PLC0415  -- as above

        wanted = self._compute
        restorer = Restorer(model, device=wanted.device, precision=wanted.precision, batch_size=wanted.batch_size)
        restorer.warm_up()
        return restorer
