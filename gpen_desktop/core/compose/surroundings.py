"""What a model's answer shows around a face: hair, ears and collar sharp, but no texture where the photo shows none.

A face network draws a texture of its own on what is behind a head, and on a neighbour's coat. Pasted beside the soft
photo these are crumbs that anybody sees, and the mask's end is where they end. So around the face each octave of what
is pasted may be as strong as the photo lets expect, and no stronger: hair, collars and edges show their coarser
structure in a soft photo too; what is even or out of focus shows none, or grain, which may be taken out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.grain import in_all_colours, luma
from gpen_desktop.core.types import FloatImage, RestoredFace, frozen

_OCTAVES: Final = (1.5, 3.0, 6.0)
"""Sigmas, px of a 256 px crop, of the Gaussians that part the octaves that are held."""
_SHOWN: Final = (3.0, 12.0)
"""The same of the band of the crop that they are held to: what is left of hair and collars in faces of 35 to 60 px."""
_AROUND: Final = 4.0
"""Sigma, px of a 256 px crop, of the surroundings that count."""
_NOTHING: Final = 0.01
"""Deviation of that band, of a range of 1, up to which the photo shows nothing: grain, and steps of JPEG."""
_EXPECTED: Final = 0.4
"""How strong an octave may be beside that band where it is more. With this and the one before, chosen by eye on the 29
heads of the Solvay photo enlarged four times, crumbs go and hair stays; at 0.7, or without the one before, crumbs stay.
"""
_REACH: Final = 40
"""How far above and below the face, px of a 256 px crop, what runs one way alone is hair or a collar's edge. Elsewhere
it is a wall's or a window's, along which the network draws beads."""
_ALONG: Final = 8.0
"""Sigma, px of a 256 px crop, of the surroundings in which it does."""
_FAINTEST: Final = np.float32(1e-4)
"""Deviation beside which there is none."""


def without_crumbs(face: RestoredFace) -> RestoredFace:
    """The face with no more texture around it, in either answer, than the crop lets expect. The face itself stays.

    In crops of less than about 40 px, octaves are finer than a pixel, and little is held.
    """
    crop = face.crop.pixels
    shown = luma(crop)
    allowed, own = _allowed(shown, face.face_mask), _strengths(shown)
    outside = 1 - face.face_mask**3

    def held(answer: FloatImage) -> FloatImage:
        return frozen(answer - in_all_colours(outside) * _excess(answer, crop, own, allowed))

    return dataclasses.replace(
        face, restored=held(face.restored), vivid=None if face.vivid is None else held(face.vivid)
    )


def _allowed(shown: FloatImage, face: FloatImage) -> FloatImage:
    """(S, S): how strong an octave may be. shown, face: luma of the crop, and the face's mask, (S, S) each."""
    fine, coarse = (_blurred(shown, sigma) for sigma in _SHOWN)
    band = fine - coarse
    near = _above_and_below(face)
    strength = _deviation(band) * (near + (1 - near) * _all_ways(band))
    return np.asarray(np.float32(_EXPECTED) * np.maximum(strength - np.float32(_NOTHING), 0), np.float32)


def _above_and_below(face: FloatImage) -> FloatImage:
    """(S, S) in [0, 1]: the face, hair and hat above it, neck and collar below it."""
    reach = 2 * round(_REACH * face.shape[0] / 256) + 1
    return _blurred(np.asarray(cv2.dilate(face, np.ones((reach, 1), np.uint8)), np.float32), _AROUND)


def _all_ways(band: FloatImage) -> FloatImage:
    """(S, S) in [0, 1]: 1 where a band (S, S) has no direction, 0 where it runs one way alone, as along a lone edge.

    The root of the ratio of its structure tensor's eigenvalues.
    """
    across, down = (cv2.Sobel(band, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    xx, yy, xy = (_blurred(np.asarray(each, np.float32), _ALONG) for each in (across**2, down**2, across * down))
    middle, apart = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    return np.asarray(np.sqrt(np.maximum(middle - apart, 0) / np.maximum(middle + apart, 1e-9)), np.float32)


def _excess(answer: FloatImage, crop: FloatImage, own: Sequence[FloatImage], allowed: FloatImage) -> FloatImage:
    """(S, S, 3): what is to be taken from an answer so that no octave of it is stronger than is allowed, (S, S), as far
    as the answer differs from the crop. own: the crop's _strengths. An octave that the answer made calmer than that
    stays so."""
    excess = np.zeros_like(answer)
    for band, had, made in zip(_octaves(answer - crop), own, _strengths(luma(answer)), strict=True):
        taken = np.clip(1 - allowed / made, 0, 1) * np.clip(made / had - 1, 0, 1)
        excess += in_all_colours(taken.astype(np.float32)) * band
    return excess


def _strengths(plane: FloatImage) -> list[FloatImage]:
    """(S, S) each: how strong the octaves of a plane (S, S) are around each pixel, never 0."""
    return [np.maximum(_deviation(band), _FAINTEST) for band in _octaves(plane)]


def _octaves(image: FloatImage) -> Iterator[FloatImage]:
    """Of an image (S, S) or (S, S, 3), from the finest: what each Gaussian takes of what the one before left."""
    for sigma in _OCTAVES:
        slow = _blurred(image, sigma)
        yield image - slow
        image = slow


def _deviation(band: FloatImage) -> FloatImage:
    return np.asarray(np.sqrt(_blurred(band * band, _AROUND)), np.float32)


def _blurred(image: FloatImage, sigma: float) -> FloatImage:
    """Blurred by `sigma` px of a 256 px crop; where that is much, by way of a smaller copy."""
    size = image.shape[0]
    pixels = sigma * size / 256
    shrink = max(1, int(pixels / 2))
    if shrink == 1:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), pixels), np.float32)
    side = max(8, size // shrink)
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), pixels * side / size)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)
