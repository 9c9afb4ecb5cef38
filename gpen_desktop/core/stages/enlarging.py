"""Enlarging a photo: by a model that the user chose, whatever its own factor; else twice by the built-in networks, as
often as it takes; by Lanczos where there are none. What came out larger than it is wanted is resampled down by area.

The built-in networks are two, for photos in good order and for those with noise or JPEG's blocks; what is seen of the
pixels that they are given, and how far they were cleaned, says how their answers are mixed.

Faces are laid into the result at its own resolution, so that none is restored small and then blown up.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.options import NO_MODEL
from gpen_desktop.core.output.cost import enlarged
from gpen_desktop.core.pixels import is_grey
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.stages.analysis import spoilt
from gpen_desktop.core.stages.cleaning import unblocks
from gpen_desktop.core.stages.tiles import NOBODY, TiledNetwork, Watcher, as_pixels, changed, of_photo
from gpen_desktop.core.stages.work import Work, Worked
from gpen_desktop.core.types import FloatImage, Photo, Pixels, frozen
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import ENLARGER
from gpen_desktop.models.choice import choice_of

_LESS_BY_CLEANER: Final = 0.25
"""How much less of the answer for poor photos one gets that the cleaner has gone over altogether, and that shows what
JPEG left of its noise still. Of 13 modern photos, halved, with noise of 6 steps and stored at quality 75, cleaned as
Automatic does, 1.19 dB over Lanczos are gained so; 0.99 with all that was cleaned taken off, 1.16 with nothing."""


def enlarge(work: Work, progress: Progress) -> Worked:
    """The photo `scale` times larger, its alpha by Lanczos."""
    photo, scale, model = work.photo, work.values["scale"], str(work.values["background"])
    assert isinstance(scale, int | float)  # as it is declared
    times = round(scale, 2)
    alpha = None if photo.alpha is None else frozen(_resized(photo.alpha, photo, scale))
    if model != NO_MODEL:
        network = work.networks.upscaler(model)
        pixels = _by_model(photo, network, scale, progress, work.watcher)
        name = choice_of(model).titled
        words = say("did-enlarge-by", "Enlarged {scale}× by '{name}'", scale=times, name=name)
        if scale == 1:
            words = say("did-treat-by", "Gone over by '{name}' at the photo's own size", name=name)
        elif network.scale == 1:
            words = say(
                "did-treat-and-enlarge",
                "Gone over by '{name}', and enlarged {scale}× by resampling",
                name=name,
                scale=times,
            )
    elif not work.networks.has(ENLARGER):
        progress.report(0.0, "enlarge")
        pixels = frozen(_resized(photo.pixels, photo, scale))
        words = say(
            "did-enlarge-simply", "Enlarged {scale}× by resampling: the enlarging model is not there", scale=times
        )
    else:
        pixels = _by_network(work, scale, progress)
        words = say("did-enlarge", "Enlarged {scale}× by the enlarging model", scale=times)
    return Worked(dataclasses.replace(photo, pixels=pixels, alpha=alpha), words)


def _by_network(work: Work, scale: float, progress: Progress) -> Pixels:
    photo, pixels = work.photo, work.photo.pixels
    passes = (math.ceil(scale) - 1).bit_length()  # by a network that doubles
    for number in range(passes):
        # what it gives is in good order
        network = work.networks.enlarger(0.0 if number else _left_by_cleaning(work) * spoilt(pixels))
        pixels = changed(pixels, network, _part(progress, number, passes, 2), "enlarge")
    return frozen(_resized(pixels, photo, scale))


def _left_by_cleaning(work: Work) -> float:
    """Share of the smoothing that a photo still wants which is as spoilt as its pixels show. JPEG's blocks are gone
    where a network of their own took them, as far as the user wants it: smoothed twice, hair and cloth would go too."""
    cleaned = int(work.values["clean"]) / 100
    if not cleaned:
        return 1.0
    return 1 - cleaned * (1.0 if unblocks(work) else _LESS_BY_CLEANER)


def _part(progress: Progress, number: int, passes: int, factor: int) -> Progress:
    """The share of one pass: each has factor² times as much to do as the one before."""
    done = [sum(factor ** (2 * k) for k in range(n)) for n in (number, number + 1, passes)]
    return SubProgress(progress, done[0] / done[2], done[1] / done[2])


def _by_model(photo: Photo, network: TiledNetwork, scale: float, progress: Progress, watcher: Watcher) -> Pixels:
    """As often as its factor takes to reach the scale. Where once is enough, each tile is brought to the scale as it
    comes, so that nothing larger than the result is held, and the watcher sees it; or as near to it as tiles can
    be."""
    pixels = photo.pixels
    grey = is_grey(pixels)
    passes = 1
    while network.scale > 1 and network.scale**passes < scale:
        passes += 1
    given = _reduced(network, _held(network.scale, scale)) if passes == 1 and scale < network.scale else network
    sees = watcher if passes == 1 else NOBODY
    for number in range(passes):
        pixels = _answered(pixels, given, grey, _part(progress, number, passes, network.scale), sees)
    return frozen(_resized(pixels, photo, scale))


def _held(factor: int, scale: float) -> int:
    """The least that answers `factor` times a tile's size are brought to one by one, for a photo at `scale`: that
    itself, or what they come to without a pixel of theirs being divided, which only once would be good for them."""
    return next(each for each in range(math.ceil(scale), factor + 1) if each == scale or factor % each == 0)


def _reduced(network: TiledNetwork, scale: int) -> TiledNetwork:
    """The network with its answers resampled to `scale`, which is no larger than its own."""

    def run(tile: FloatImage) -> FloatImage:
        size = (tile.shape[1] * scale, tile.shape[0] * scale)
        return np.asarray(cv2.resize(network.run(tile), size, interpolation=cv2.INTER_AREA), np.float32)

    return dataclasses.replace(network, run=run, scale=scale)


def _answered(pixels: Pixels, network: TiledNetwork, grey: bool, progress: Progress, watcher: Watcher) -> Pixels:
    height, width = (side * network.scale for side in pixels.shape[:2])
    made = np.empty((height, width, 3), pixels.dtype)
    for (x0, y0, x1, y1), answer in network.answers(pixels, progress, "enlarge", watcher=watcher):
        made[y0:y1, x0:x1] = as_pixels(answer.mean(axis=2, keepdims=True) if grey else answer, pixels)
        watcher.made(of_photo((x0, y0, x1, y1), network.scale), made[y0:y1, x0:x1])
    return made


def _resized(pixels: Pixels, photo: Photo, scale: float) -> Pixels:
    """(H, W) or (H, W, C) at `scale` times the photo's size."""
    size = enlarged((photo.width, photo.height), scale)
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    shrinks = pixels.shape[1] > size[0]
    resized = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4)
    return resized.astype(np.uint8) if pixels.dtype == np.uint8 else resized.astype(np.uint16)
