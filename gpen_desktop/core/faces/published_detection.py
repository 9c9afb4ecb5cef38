"""Photo -> faces, with a published detector that the user installed: it places the points itself, in profiles too."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.faces.detection import LONGEST_COPY, MIN_FACE, FaceDetector, check_min_face, shrunk
from gpen_desktop.core.faces.regions import Floats, each_once, in_reading_order
from gpen_desktop.core.on_device import placed
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import Face, Photo, frozen
from gpen_desktop.models import registry, store
from gpen_desktop.models.detectors.facexlib_retinaface import detect_faces

_SURE: Final = 0.9
"""The least score of a face; GPEN's published demo has it."""

_LARGE: Final = 512
"""Side in pixels of the detectors' largest anchor: faces much larger are looked for in a smaller copy."""

_STAGE: Final = "detect"


class PublishedDetector:
    """A detector of facexlib's; loads once, then finds faces in any number of photos.

    Parameters
    ----------
    name : of the model in the catalogue.
    device, precision : as models/device.choose takes them. Half precision on a GPU alone: a precision that the
        detector does not compute in counts as 'auto'.

    Raises WeightsError where it is not on this computer or cannot be read, DeviceError.
    """

    def __init__(self, name: str, *, device: str = "auto", precision: str = "auto") -> None:
        self.name = name
        path = store.find(name)
        _, self._network = placed(name, lambda: registry.read(path), device, precision)

    def detect(self, photo: Photo, *, min_face: float = MIN_FACE, progress: Progress | None = None) -> tuple[Face, ...]:
        """Find the faces whose box is at least `min_face` pixels wide, in reading order, each once.

        Photos over LONGEST_COPY are looked at in a copy of that size. Score: the detector's, 0.9 to 1.
        Raises OptionError where min_face is not positive, OutOfMemoryError, Cancelled when progress says so.
        """
        check_min_face(min_face)
        progress = progress or SilentProgress()
        largest = min(1.0, LONGEST_COPY / max(photo.width, photo.height))
        factors = [largest]
        if largest * max(photo.width, photo.height) > 2 * _LARGE:
            factors.append(largest / 4)
        places, scores = [], []
        for number, factor in enumerate(factors):
            progress.report(number / len(factors), _STAGE)
            points, sure = self._look(photo, factor)
            places.append(points)
            scores.append(sure)
        points, sure = np.concatenate(places), np.concatenate(scores)
        faces = (Face(frozen(points[i].copy()), float(sure[i])) for i in each_once(points, sure))
        progress.report(1.0, _STAGE)
        return in_reading_order(face for face in faces if face.box[2] >= min_face)

    def refine(self, photo: Photo, rough_box: tuple[float, float, float, float]) -> Face:
        """As FaceDetector.refine: in a box that a person drew there is a face, whatever a detector thinks of it."""
        return self._by_hand.refine(photo, rough_box)

    @cached_property
    def _by_hand(self) -> FaceDetector:
        return FaceDetector()

    def _look(self, photo: Photo, factor: float) -> tuple[Floats, NDArray[np.float64]]:
        """Points (N, 5, 2) in photo pixels and scores (N,) of what is found in the photo at `factor` of its size."""
        copy = shrunk(photo.pixels, factor)
        (found,) = self._network.answers([copy], lambda net, each: detect_faces(net, np.stack(each), above=_SURE))
        to_photo = np.array([photo.width / copy.shape[1], photo.height / copy.shape[0]])
        return (found.points.astype(np.float64) + 0.5) * to_photo - 0.5, found.scores.astype(np.float64)
