"""Enlarging a photo: twice by the network, as often as it takes; by Lanczos where there is none."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.stages.cleaning import is_grey
from gpen_desktop.core.stages.tiles import TiledNetwork, as_pixels
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import Photo, Pixels, frozen
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import ENLARGER


def enlarge(work: Work, progress: Progress) -> Worked:
    """The photo `scale` times larger, its alpha by Lanczos."""
    photo, scale = work.photo, int(work.values["scale"])
    alpha = None if photo.alpha is None else _by_lanczos(photo.alpha, scale)
    if not work.networks.has(ENLARGER):
        progress.report(0.0, "enlarge")
        pixels = _by_lanczos(photo.pixels, scale)
        words = say(
            "did-enlarge-simply", "Enlarged {scale}× by resampling: the enlarging model is not there", scale=scale
        )
    else:
        pixels = _by_network(photo, work.networks.enlarger(), scale, progress)
        words = say("did-enlarge", "Enlarged {scale}× by the enlarging model", scale=scale)
    return Worked(dataclasses.replace(photo, pixels=pixels, alpha=alpha), words)


def _by_network(photo: Photo, network: TiledNetwork, scale: int, progress: Progress) -> Pixels:
    pixels = photo.pixels
    grey = is_grey(pixels)
    passes = scale.bit_length() - 1  # 2 or 4 times, by a network that doubles
    for number in range(passes):
        # each takes about as long as all before it together, times three
        part = SubProgress(progress, (4**number - 1) / (4**passes - 1), (4 ** (number + 1) - 1) / (4**passes - 1))
        pixels = _doubled(pixels, network, grey, part)
    return frozen(pixels)


def _doubled(pixels: Pixels, network: TiledNetwork, grey: bool, progress: Progress) -> Pixels:
    height, width = (side * network.scale for side in pixels.shape[:2])
    larger = np.empty((height, width, 3), pixels.dtype)
    white = np.float32(np.iinfo(pixels.dtype).max)
    for (x0, y0, x1, y1), change in network.answers(pixels, progress, "enlarge"):
        small = pixels[y0 // network.scale : y1 // network.scale, x0 // network.scale : x1 // network.scale]
        repeated = small.repeat(network.scale, axis=0).repeat(network.scale, axis=1).astype(np.float32) / white
        wanted = change.mean(axis=2, keepdims=True) if grey else change
        larger[y0:y1, x0:x1] = as_pixels(repeated + wanted, pixels)
    return larger


def _by_lanczos(pixels: Pixels, scale: int) -> Pixels:
    size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
    larger = cv2.resize(pixels, size, interpolation=cv2.INTER_LANCZOS4)
    return frozen(larger.astype(np.uint8) if pixels.dtype == np.uint8 else larger.astype(np.uint16))
