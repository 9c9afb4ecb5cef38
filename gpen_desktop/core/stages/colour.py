"""Colour for photos in one hue: the model says which colours, the photo how light they are.

A colouriser is asked for a and b of CIE Lab alone, on a small copy, since colours need no detail. Each pixel keeps its
luma (Rec. 601) to within rounding: what the colours would add to it is taken off again, and a colour that the lightness
leaves no room for gets paler, not lighter. So detail, grain and 16 bits stay the photo's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final, cast

import cv2
import numpy as np

from gpen_desktop.core.affine import from_scaled, scale_of
from gpen_desktop.core.grain import luma
from gpen_desktop.core.pixels import size_at, soft_edged
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.stages.tiles import as_pixels
from gpen_desktop.core.stages.tone_reading import read_tone
from gpen_desktop.core.stages.work import ChosenNetwork, Work, Worked
from gpen_desktop.core.types import Affine, Crop, FloatImage, Photo, Pixels, frozen
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import titled

_LOOKED_AT: Final = 1024
"""Longer side, px, of the copy that is coloured: twice what DDColor sees, as much as a face of GPEN's has."""

_FEATHER: Final = 0.2
"""Share of a face's crop, from each side, over which its colour comes in: so wide that no rectangle is found."""

_STRIP: Final = 256
"""Rows put together at a time: a large photo as floats would not fit."""


def colour(work: Work, progress: Progress) -> Worked:
    """The photo in colour, no longer grey in its file either; one that is in colour as it is, unless that is asked for
    too. Raises WeightsError, DeviceError, OutOfMemoryError, Cancelled."""
    photo = work.photo
    progress.report(0.0, "colour")
    if not work.values["recolour"] and not read_tone(photo.pixels).one_hue:
        return Worked(photo, say("in-colour-already", "Not coloured: it is in colour already"))
    network = work.networks.colouriser(str(work.values["colour_model"]))
    if network.size:
        found = SubProgress(progress, 0.0, 0.3)
        faces = work.crops(photo, network.template, network.size, found)
        if not faces:
            words = say(
                "no-face-to-colour",
                "Not coloured: '{name}' colours faces, and there are none",
                name=titled(network.name),
            )
            return Worked(photo, words)
        hues = _of_faces(photo, faces, network, SubProgress(progress, 0.3, 1.0))
    else:
        hues = _of_photo(photo, network)
    pixels = with_hues(photo.pixels, hues, SubProgress(progress, 0.9, 1.0))
    source = dataclasses.replace(photo.source, grey=False)  # to be stored in colour, whatever its file was
    words = say("did-colour", "Coloured by '{name}'", name=titled(network.name))
    return Worked(dataclasses.replace(photo, pixels=pixels, source=source), words)


def with_hues(pixels: Pixels, hues: FloatImage, progress: Progress) -> Pixels:
    """A photo (H, W, 3) in the colours of `hues`, (h, w, 3) over all of it: a and b of CIE Lab, and how much of them in
    place of the photo's own, 0 to 1. Where that is 0, pixels stay byte for byte. Read-only."""
    height, width = pixels.shape[:2]
    white = np.float32(np.iinfo(pixels.dtype).max)
    fx, fy = hues.shape[1] / width, hues.shape[0] / height
    out = pixels.copy()
    for y in range(0, height, _STRIP):
        progress.report(y / height, "colour")
        part = pixels[y : y + _STRIP].astype(np.float32) / white
        # of pixel centres: where each pixel of the strip lies in the small picture
        place = np.array([[fx, 0, fx / 2 - 0.5], [0, fy, (y + 0.5) * fy - 0.5]])
        here = cv2.warpAffine(
            hues,
            place,
            (width, len(part)),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        share = np.asarray(here[..., 2:], np.float32)
        light = luma(part)[..., None]
        wanted = light + _tint(light, np.asarray(here[..., :2], np.float32))
        made = as_pixels(np.asarray(part + share * (wanted - part), np.float32), pixels)
        np.copyto(out[y : y + _STRIP], made, where=share > 0)
    return frozen(out)


def _tint(light: FloatImage, hue: FloatImage) -> FloatImage:
    """What a colour adds to grey of a lightness, (h, w, 1), without making it lighter: (h, w, 3). hue: a and b."""
    lab = cv2.cvtColor(np.repeat(light, 3, axis=2), cv2.COLOR_RGB2LAB)
    lab[..., 1:] = hue
    rgb = np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.float32)
    tint = rgb - luma(rgb)[..., None]
    room = np.where(tint > 0, 1 - light, light)
    fits = np.where(np.abs(tint) > room, room / np.maximum(np.abs(tint), 1e-6), 1)
    return np.asarray(tint * fits.min(axis=2, keepdims=True), np.float32)


def _of_photo(photo: Photo, network: ChosenNetwork) -> FloatImage:
    """Hues of the whole photo."""
    pixels, _ = _small(photo.pixels)
    hue = network.run(_grey(pixels.astype(np.float32) / np.float32(photo.white)))
    return np.dstack([hue, np.ones(hue.shape[:2], np.float32)])


def _of_faces(photo: Photo, faces: Sequence[Crop], network: ChosenNetwork, progress: Progress) -> FloatImage:
    """Hues of the faces, and of what lies between where they overlap; nowhere else."""
    small, scale = _small(photo.pixels)
    size = small.shape[1::-1]
    feather = soft_edged(network.size, _FEATHER)
    total = np.zeros((*small.shape[:2], 3), np.float32)
    for number, crop in enumerate(faces):
        progress.report(number / len(faces), "colour")
        hue = network.run(_grey(crop.pixels))
        total += _laid(np.dstack([hue * feather[..., None], feather]), crop.to_crop, scale, size)
    weight = total[..., 2:]
    return np.dstack([total[..., :2] / np.maximum(weight, 1e-6), np.minimum(weight, 1)])


def _laid(image: FloatImage, to_crop: Affine, scale: tuple[float, float], size: Sequence[int]) -> FloatImage:
    """A picture in a crop's place, laid over the photo at `scale` of its size; 0 outside the crop."""
    to_crop = from_scaled(to_crop, *scale)
    density = scale_of(to_crop)
    if density > 1:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), max(0.1, 0.5 * density)), np.float32)
    laid = cv2.warpAffine(image, to_crop, (size[0], size[1]), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(laid, np.float32)


def _small(pixels: Pixels) -> tuple[Pixels, tuple[float, float]]:
    """The copy that is looked at, and its size as a share of the photo's, across and down."""
    height, width = pixels.shape[:2]
    factor = min(1.0, _LOOKED_AT / max(height, width))
    size = size_at(factor, pixels)
    small = pixels if factor == 1 else cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return small, (size[0] / width, size[1] / height)


def _grey(picture: FloatImage) -> FloatImage:
    """(h, w, 3) of its luma."""
    return np.repeat(luma(picture)[..., None], 3, axis=2)


def lab_hue(rgb: FloatImage) -> FloatImage:
    """a and b of CIE Lab, (h, w, 2), of RGB (h, w, 3) in [0, 1]."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[..., 1:], np.float32)
