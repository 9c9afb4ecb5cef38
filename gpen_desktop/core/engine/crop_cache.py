"""The model's answers kept on disk for as long as the window is open, so that coming back to a photo, or exporting it,
does not run the model again, and memory holds only the photos at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from gpen_desktop.core.engine.session import CropRestorer
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.types import FloatImage, frozen

_MOST_BYTES: Final = 4 << 30
"""Of disk. The oldest answers go first; they can always be computed again."""


class CropCache:
    """Answers as .npy files in a folder, by what they are the answer to."""

    def __init__(self, folder: Path, most_bytes: int = _MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._sizes: dict[Path, int] = {}

    def get(self, key: str) -> FloatImage | None:
        """The answer, read-only, or None."""
        path = self._folder / f"{key}.npy"
        return frozen(np.load(path)) if path in self._sizes else None

    def put(self, key: str, answer: FloatImage) -> None:
        """Keep an answer. A full disk is no error: the answer is then computed again when it is needed."""
        path = self._folder / f"{key}.npy"
        try:
            np.save(path, answer)
        except OSError:
            path.unlink(missing_ok=True)
            return
        self._sizes[path] = answer.nbytes
        while sum(self._sizes.values()) > self._most_bytes:
            oldest = next(iter(self._sizes))
            del self._sizes[oldest]
            oldest.unlink(missing_ok=True)


class CachedRestorer:
    """A CropRestorer that asks the store first. inner: a core.restore.Restorer, or a stand-in.

    A batch is either wholly known or run as a whole: answers depend on the batch in their last bits, and an export must
    have the bytes that the command line gives.
    """

    def __init__(self, inner: CropRestorer, store: CropCache) -> None:
        self._inner = inner
        self._store = store

    @property
    def size(self) -> int:
        return self._inner.size

    @property
    def template(self) -> str:
        return self._inner.template

    @property
    def batch(self) -> int:
        return self._inner.batch

    @property
    def model_name(self) -> str:
        return self._inner.model_name

    @property
    def inner(self) -> CropRestorer:
        return self._inner

    def release(self) -> None:
        """As the inner restorer's: give back the memory kept for the next run."""
        self._inner.release()

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        """As the inner restorer's."""
        answers: list[FloatImage] = []
        while len(answers) < len(crops):
            share = SubProgress(progress, len(answers) / len(crops), min(1.0, (len(answers) + self.batch) / len(crops)))
            answers += self._batch(crops[len(answers) : len(answers) + self.batch], share)
        return answers

    def _batch(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        keys = [self._key(crop, crops) for crop in crops]
        known = [answer for key in keys if (answer := self._store.get(key)) is not None]
        if len(known) == len(crops):
            progress.report(1.0, "restore")
            return known
        answers = self._inner.restore(crops, progress)
        keys = [self._key(crop, crops) for crop in crops]  # the device may have changed on the way
        for key, answer in zip(keys, answers, strict=True):
            self._store.put(key, answer)
        return answers

    def _key(self, crop: FloatImage, batch: Sequence[FloatImage]) -> str:
        digest = hashlib.sha256(np.ascontiguousarray(crop).data)
        for fact in (self._inner.model_name, getattr(self._inner, "compute", ""), len(batch)):
            digest.update(repr(fact).encode())
        return digest.hexdigest()
