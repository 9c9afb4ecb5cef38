"""Cleaning: grain, noise, JPEG's blocks, half-tone screens and slight blur, by a network that gives the difference."""

from __future__ import annotations

import dataclasses

import numpy as np

from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.tiles import as_pixels
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import Pixels, frozen
from gpen_desktop.messages import say


def clean(work: Work, progress: Progress) -> Worked:
    """The photo cleaned; where the network has nothing to say, pixels stay as they are, and grey stays grey."""
    photo = work.photo
    white = np.float32(photo.white)
    cleaned = photo.pixels.copy()
    grey = is_grey(photo.pixels)
    for (x0, y0, x1, y1), change in work.networks.cleaner().answers(photo.pixels, progress, "clean"):
        part = photo.pixels[y0:y1, x0:x1].astype(np.float32) / white
        wanted = change.mean(axis=2, keepdims=True) if grey else change
        cleaned[y0:y1, x0:x1] = as_pixels(part + wanted, photo.pixels)
    words = say("did-clean", "Cleaned")
    return Worked(dataclasses.replace(photo, pixels=frozen(cleaned)), words)


def is_grey(pixels: Pixels) -> bool:
    """Whether the three channels (H, W, 3) are the same everywhere."""
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return bool(np.array_equal(red, green) and np.array_equal(red, blue))
