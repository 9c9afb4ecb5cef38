"""Drawn faces and stand-ins, for tests that need no real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_desktop.core.engine.compute import ComputeOptions, ModelStatus
from gpen_desktop.core.engine.face_networks import Guard
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.faces.alignment import template_points
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.work import NoNetworks
from gpen_desktop.core.types import Face, FloatImage, Photo, frozen
from gpen_desktop.messages import say
from gpen_desktop.models.spec import ModelSpec, Task


def draw_face(size: int = 256) -> np.ndarray:
    """A cartoon face in the FFHQ template's place, (size, size, 3) uint8: smooth skin, sharp features."""
    points = template_points("ffhq", size)
    unit = float(np.hypot(*(points[1] - points[0])))
    image = np.full((size, size, 3), (96, 110, 128), np.uint8)

    def ellipse(centre: np.ndarray, axes: tuple[float, float], colour: tuple[int, int, int]) -> None:
        box = ((float(centre[0]), float(centre[1])), (2 * axes[0] * unit, 2 * axes[1] * unit), 0.0)
        cv2.ellipse(image, box, colour, -1, cv2.LINE_AA)

    middle = points.mean(axis=0)
    ellipse(middle - (0, 0.35 * unit), (1.25, 1.55), (70, 45, 30))
    ellipse(middle, (1.05, 1.5), (214, 168, 140))
    for eye in points[:2]:
        ellipse(eye, (0.24, 0.12), (245, 245, 245))
        ellipse(eye, (0.09, 0.1), (60, 40, 25))
    ellipse(points[2], (0.14, 0.06), (180, 128, 105))
    ellipse(points[3:].mean(axis=0), (0.45, 0.1), (170, 70, 75))
    return image


def photo_with_faces(
    *corners: tuple[int, int], size: int = 256, shape: tuple[int, int] = (400, 700)
) -> tuple[Photo, tuple[Face, ...]]:
    """A photo with drawn faces at these upper left corners (x, y), a little blurred, and where they are."""
    pixels = np.full((*shape, 3), (96, 110, 128), np.uint8)
    pixels[-60:-15, 30:75], pixels[-60:-15, -75:-30] = 0, 255  # nobody would call it faded
    faces = []
    for x, y in corners:
        pixels[y : y + size, x : x + size] = draw_face(size)
        faces.append(Face(template_points("ffhq", size) + (x, y), 10.0))
    return photo_of(cv2.GaussianBlur(pixels, (0, 0), size / 100)), tuple(faces)


def photo_of(pixels: np.ndarray, **fields: Any) -> Photo:
    return Photo(frozen(np.ascontiguousarray(pixels)), SourceFormat("PNG"), **fields)


class KnownFaces:
    """Finds what it was told."""

    name = "known"

    def __init__(self, *faces: Face) -> None:
        self.faces = faces
        self.runs = 0

    def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        self.runs += 1
        return self.faces

    def refine(self, photo: Photo, box: tuple[float, float, float, float]) -> Face:
        return self.faces[0]


class Sharpener:
    """Stands in for a model: sharpens, darkens and warms a crop."""

    spec = ModelSpec("sharpener", Task.FACE_RESTORER, size=256, template="ffhq")
    model_name = "sharpener"
    batch = 4
    runs_beside_itself = True
    status = ModelStatus("sharpener", "CPU", say("test", "it is a test"))

    def __init__(self, tint: tuple[float, float, float] = (-0.01, -0.03, -0.05)) -> None:
        self.crops_seen = 0
        self._tint = np.array(tint, np.float32)

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        self.crops_seen += len(crops)
        out = []
        for number, crop in enumerate(crops):
            progress.report(number / len(crops), "restore")
            sharper = crop + 1.5 * (crop - cv2.GaussianBlur(crop, (0, 0), 2.0)) + self._tint
            out.append(np.clip(sharper, 0, 1).astype(np.float32))
        return out

    def choose(self, model: str) -> bool:
        """It has no options."""
        return False

    def release(self) -> None:
        """Nothing is kept."""


class DrawnModels:
    """Gives an Engine these stand-ins."""

    def __init__(self, finder: KnownFaces, restorer: Sharpener) -> None:
        self._finder = finder
        self._restorer = restorer
        self.loaded: list[str] = []
        self.inventor: Sharpener | None = None

    def load_finder(self, _wanted: ComputeOptions) -> KnownFaces:
        return self._finder

    def load_inventor(self, model: str, wanted: ComputeOptions) -> Sharpener | None:
        return self.inventor

    def load_guard(self) -> Guard | None:
        """None of them drifts."""
        return None

    def load_parser(self, _wanted: ComputeOptions) -> None:
        """Faces are drawn without one."""

    def photo_networks(self, _wanted: ComputeOptions) -> NoNetworks:
        return NoNetworks()

    def cpu_threads(self) -> int:
        return 2

    def limit_threads_here(self, count: int) -> None:
        """They compute nothing."""

    def load_restorer(self, model: str, _wanted: ComputeOptions) -> Sharpener:
        self.loaded.append(model)
        return self._restorer


def session_of(photo: Photo, faces: tuple[Face, ...], model: Sharpener | None = None) -> Session:
    """Of a photo whose faces are known; Sharpener restores them unless another model is given."""
    return Session(photo, KnownFaces(*faces), model or Sharpener())
