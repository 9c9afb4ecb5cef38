"""Enlarging a photo: by a network, as often as it takes; by Lanczos where there is none."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.stages.cleaning import is_grey
from gpen_desktop.core.stages.tiles import TiledNetwork, as_pixels, shrunk
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import Pixels, frozen
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import ENLARGER


def enlarge(work: Work, progress: Progress) -> Worked:
    """The photo `scale` times larger, its alpha by Lanczos."""
    photo, scale = work.photo, int(work.values["scale"])
    alpha = None if photo.alpha is None else _by_lanczos(photo.alpha, scale)
    if not work.enlarger and not work.networks.has(ENLARGER):
        progress.report(0.0, "enlarge")
        pixels = _by_lanczos(photo.pixels, scale)
        words = say(
            "did-enlarge-simply", "Enlarged {scale}× by resampling: the enlarging model is not there", scale=scale
        )
    else:
        model = work.enlarger or ENLARGER
        pixels = _by_network(photo.pixels, work.networks.enlarger(model), scale, progress)
        words = say("did-enlarge", "Enlarged {scale}× by the model '{name}'", scale=scale, name=model)
    return Worked(dataclasses.replace(photo, pixels=pixels, alpha=alpha), words)


def _by_network(pixels: Pixels, network: TiledNetwork, scale: int, progress: Progress) -> Pixels:
    grey = is_grey(pixels)
    rounds = _rounds(network.scale, scale)
    done, work = 0, sum(network.scale ** (2 * number) for number in range(len(rounds)))
    for number, factor in enumerate(rounds):
        share = network.scale ** (2 * number)  # each works on what the one before made larger
        part = SubProgress(progress, done / work, (done + share) / work)
        done += share
        with_factor = network if factor == network.scale else shrunk(network, network.scale // factor)
        pixels = _once_larger(pixels, with_factor, grey, part)
    return frozen(pixels)


def _rounds(factor: int, scale: int) -> list[int]:
    """By how much to enlarge each time, by a network that does so `factor` times: 2 and 2, or 4, or 4 halved for 2."""
    if factor >= scale:
        return [scale]
    return [factor, *_rounds(factor, scale // factor)]


def _once_larger(pixels: Pixels, network: TiledNetwork, grey: bool, progress: Progress) -> Pixels:
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
