"""Faces that were found in a photo, remembered for as long as anybody holds the photo."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from gpen_desktop.core.engine.face_networks import FaceFinder
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import Face, Photo


class RememberedFaces:
    """A finder that looks at each photo once: the stages that work on faces ask about the photo that the session asks
    about, and at every stroke of the brush about the same one again. Not thread-safe."""

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._found: WeakKeyDictionary[Photo, tuple[Face, ...]] = WeakKeyDictionary()

    def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        """Every face in the photo. Raises Cancelled."""
        if photo not in self._found:
            self._found[photo] = self._finder.detect(photo, progress=progress or SilentProgress())
        return self._found[photo]
