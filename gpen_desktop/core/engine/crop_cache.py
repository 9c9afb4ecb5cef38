"""Restored crops kept on disk for as long as the window is open, so that coming back to a photo, or exporting it, does
not run the model again, and memory holds only the photos at hand."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from gpen_desktop.core import fallbacks
from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.core.engine.face_networks import LoadedRestorer
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.types import FloatImage, frozen
from gpen_desktop.models.spec import ModelSpec

_MOST_BYTES: Final = 4 << 30
"""Of disk. The oldest crops go first; they can always be computed again."""


class CropCache:
    """Restored crops as .npy files in a folder, by the crop and the model they were made of. For several threads."""

    def __init__(self, folder: Path, most_bytes: int = _MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._sizes: dict[Path, int] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> FloatImage | None:
        """The restored crop, read-only, or None; also where its file went away or cannot be read, as systems clear
        their temporary folders while the window is open."""
        path = self._folder / f"{key}.npy"
        with self._lock:
            if path not in self._sizes:
                return None
            try:
                kept: FloatImage = np.load(path)
            except (OSError, ValueError, EOFError):
                del self._sizes[path]
                return None
        return frozen(kept)

    def put(self, key: str, restored: FloatImage) -> None:
        """Keep a restored crop. A full disk is no error: it is then computed again when it is needed."""
        path = self._folder / f"{key}.npy"
        with self._lock:
            try:
                np.save(path, restored)
            except OSError:
                path.unlink(missing_ok=True)
                return
            self._sizes[path] = restored.nbytes
            while sum(self._sizes.values()) > self._most_bytes:
                oldest = next(iter(self._sizes))
                del self._sizes[oldest]
                oldest.unlink(missing_ok=True)


class CachedRestorer:
    """A restorer that looks into the cache first. inner: a core.engine.restorer.Restorer, or a stand-in.

    A batch is either wholly known or run as a whole: results depend on the batch in their last bits, and an export must
    have the bytes that the command line gives.
    """

    def __init__(self, inner: LoadedRestorer, cache: CropCache) -> None:
        self._inner = inner
        self._cache = cache

    @property
    def spec(self) -> ModelSpec:
        return self._inner.spec

    @property
    def batch(self) -> int:
        return self._inner.batch

    @property
    def model_name(self) -> str:
        return self._inner.model_name

    @property
    def status(self) -> ModelStatus:
        return self._inner.status

    @property
    def runs_beside_itself(self) -> bool:
        """As the inner restorer's."""
        return self._inner.runs_beside_itself

    def choose(self, model: str) -> bool:
        """As the inner restorer's."""
        return self._inner.choose(model)

    def release(self) -> None:
        """As the inner restorer's: give back the memory kept for the next run."""
        self._inner.release()

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        """As the inner restorer's."""
        restored: list[FloatImage] = []
        while len(restored) < len(crops):
            done, end = len(restored), min(len(crops), len(restored) + self.batch)
            restored += self._batch(crops[done:end], SubProgress(progress, done / len(crops), end / len(crops)))
        return restored

    def _batch(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        status = self._inner.status
        keys = [self._key(crop, status, len(crops)) for crop in crops]
        known = [restored for key in keys if (restored := self._cache.get(key)) is not None]
        if len(known) == len(crops):
            for note in status.notes:
                fallbacks.tell(note)
            progress.report(1.0, "restore")
            return known
        with fallbacks.heard() as otherwise:
            made = self._inner.restore(crops, progress)
        if all(note in status.notes for note in otherwise):  # else the keys tell of another device, precision or batch
            for key, restored in zip(keys, made, strict=True):
                self._cache.put(key, restored)
        return made

    def _key(self, crop: FloatImage, status: ModelStatus, batch: int) -> str:
        digest = hashlib.sha256(np.ascontiguousarray(crop).data)
        for fact in (status.model, status.weights, status.torch_device, status.device, batch):
            digest.update(repr(fact).encode())
        return digest.hexdigest()
