"""Drawn photos for the stages that run networks, and a run of those stages."""

from __future__ import annotations

import cv2
import numpy as np

from gpen_desktop.core.options import Value, Values
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.run import Staged, StagedPhotos
from gpen_desktop.core.types import Photo, Pixels, Stroke
from tests.narrowing import as_pixels
from tests.unit.core.drawn_faces import photo_of
from tests.unit.core.stages.stand_ins import DrawnNetworks

OFF: Values = {"repair": "off", "clean": 0, "tone": 0, "scale": 1}


def picture(height: int = 200, width: int = 300, dtype: type = np.uint8) -> Pixels:
    """From black to light grey, nowhere white, with all values that a depth has."""
    small = np.random.default_rng(4).random((height // 20, width // 20, 3), dtype=np.float32)
    large = np.clip(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), 0, 0.9)
    return (large * np.iinfo(dtype).max).astype(dtype)


def sepia(dtype: type = np.uint8) -> Pixels:
    """A photo in one hue, which may be old."""
    return as_pixels((picture(dtype=dtype)[..., :1] * np.array([1, 0.9, 0.75])).astype(dtype))


def scratched(dtype: type = np.uint8) -> tuple[Pixels, np.ndarray]:
    """With a white scratch, and where it is."""
    pixels, mask = sepia(dtype), np.zeros((200, 300), np.uint8)
    cv2.line(mask, (20, 30), (250, 150), 1, 2)
    pixels[mask > 0] = np.iinfo(dtype).max
    return pixels, mask > 0


def dusty(count: int = 24) -> tuple[Pixels, np.ndarray]:
    """Even, with so many specks, light and dark in turn, and where they are."""
    pixels, mask = np.full((200, 300, 3), (150, 135, 112), np.uint8), np.zeros((200, 300), np.uint8)
    for number in range(count):
        x, y = 20 + 45 * (number % 6), 20 + 40 * (number // 6)
        cv2.circle(mask, (x, y), 1, 1, -1)
        cv2.circle(pixels, (x, y), 1, (255, 255, 255) if number % 2 else (0, 0, 0), -1)
    return as_pixels(pixels), mask > 0


def run(photo: Photo | Pixels, networks: DrawnNetworks | None = None, *strokes: Stroke, **values: Value) -> Staged:
    """What the stages make of a photo; those that `values` do not name are off."""
    photo = photo if isinstance(photo, Photo) else photo_of(photo)
    staged = StagedPhotos(photo, networks or DrawnNetworks())
    return staged.run(registry.STAGES, registry.stage_values({**OFF, **values}), strokes)
