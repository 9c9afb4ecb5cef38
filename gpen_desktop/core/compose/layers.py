"""Layers: everything compose adds to a photo, worked out once per restored face.

A composed face is  photo + mask * strength * (sum of gain * layer).  The layers depend on the photo and on what the
model made of the face; only the gains depend on the options. So a slider costs one weighted sum and one warp a face.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.affine import covered_part, from_part, from_scaled, scale_of, to_scaled
from gpen_desktop.core.compose import texture
from gpen_desktop.core.compose.around import InCrop, high_pass_noise, missing_grain, warp_to_photo
from gpen_desktop.core.compose.surroundings import without_crumbs
from gpen_desktop.core.faces.alignment import cut_out
from gpen_desktop.core.faces.masks import eye_mask
from gpen_desktop.core.grain import fine_band, local_deviation, luma
from gpen_desktop.core.types import Affine, Face, FloatImage, Photo, Pixels, Rect, RestoredFace, frozen

# Skin tone is what is left after a blur of a third of the eye distance.
_COLOUR_BLUR: Final = 0.35
# The crop's fine band, in crop px at 256: pores and grain, below the size of lashes.
_FINE_SIGMA: Final = 1.5
# The same in the eyes: lashes, lids and the iris' edge.
_EYE_SIGMA: Final = 3.0


@dataclass(frozen=True, eq=False)
class FaceLayers:
    """One face's layers.

    In crop space, (s, s, 3) float32, where s is S, or a half, a quarter, … of it where the photo shows no more: change
    (restored - crop), low_pass_colour (the slow part of it, which shifts the skin's colour), invented (what a network
    that invents detail adds to the restored crop, less the slow part of it: no other tones; None where it was not
    asked), denoise_delta (gives what an edge-keeping smoother changes).
    There, (s, s, 1), alike for all colours: skin_texture and other_texture (the photo's own detail that the model took,
    to add back), eye_texture (the same of eyes that were as sharp before: always to add back; None for others), unsharp
    (gives an unsharp mask of the restored crop). What is called to be given is worked out once, when an option first
    wants it.
    In photo space over rect (x0, y0, x1, y1): mask (h, w); high_pass_noise (h, w, 3) or None: minus the photo's noise
    beyond the crop's resolution; grain (h, w).
    """

    restored: RestoredFace
    to_crop: Affine
    rect: Rect
    mask: FloatImage
    change: FloatImage
    low_pass_colour: FloatImage
    skin_texture: FloatImage
    other_texture: FloatImage
    eye_texture: FloatImage | None
    unsharp: Callable[[], FloatImage]
    denoise_delta: Callable[[], FloatImage]
    invented: FloatImage | None
    high_pass_noise: FloatImage | None
    grain: FloatImage

    def clipped(self, part: Rect) -> FaceLayers | None:
        """The layers of what of the face lies inside `part`, in the part's coordinates; None if nothing does."""
        x0, y0 = max(self.rect[0], part[0]), max(self.rect[1], part[1])
        x1, y1 = min(self.rect[2], part[2]), min(self.rect[3], part[3])
        if x0 >= x1 or y0 >= y1:
            return None
        inside = (slice(y0 - self.rect[1], y1 - self.rect[1]), slice(x0 - self.rect[0], x1 - self.rect[0]))
        return dataclasses.replace(
            self,
            to_crop=frozen(from_part(self.to_crop, *part[:2])),
            rect=(x0 - part[0], y0 - part[1], x1 - part[0], y1 - part[1]),
            mask=self.mask[inside],
            high_pass_noise=None if self.high_pass_noise is None else self.high_pass_noise[inside],
            grain=self.grain[inside],
        )


Scales = tuple[float, float]
"""How many times larger a photo is than the one that faces were found in: across, down. They differ by a trace where a
side had to be rounded to whole pixels."""


def scales_between(photo: Photo, enlarged: Photo) -> Scales:
    """How many times larger a photo came out, in whole pixels."""
    return enlarged.width / photo.width, enlarged.height / photo.height


def cut_out_anew(base: Pixels, face: RestoredFace, scales: Scales) -> RestoredFace:
    """The face as if it had been cut out of `base`, what a stage made of its photo at `scales` of its size: detail that
    it brought is in the photo already, and must not be added to the model's."""
    pixels = cut_out(base, from_scaled(face.crop.to_crop, *scales), face.crop.pixels.shape[0])
    return dataclasses.replace(face, crop=dataclasses.replace(face.crop, pixels=pixels))


def face_layers(base: Pixels, face: RestoredFace, scales: Scales) -> FaceLayers:
    """Work out the layers of one face; `base` is the photo (H, W, 3) that the face was cut out of (anew, where a stage
    changed it since: cut_out_anew), at `scales` of the size of the photo that it was found in.

    A face smaller in the photo than in the crop is worked on at about the photo's resolution, which is all it can show.
    """
    seen = without_crumbs(_at_photo_resolution(face, scales))
    to_crop = from_scaled(seen.crop.to_crop, *scales)
    crop, restored = seen.crop.pixels, seen.restored
    rect = covered_part(to_crop, crop.shape[0], base.shape)
    mask = warp_to_photo(seen.head_mask, to_crop, rect)
    change = restored - crop
    eyes = _own_eyes(face, crop.shape[0])
    skin_texture, other_texture, eye_texture = _own_texture(seen, eyes)
    around: Pixels = base[rect[1] : rect[3], rect[0] : rect[2]]
    return FaceLayers(
        restored=face,
        to_crop=frozen(to_crop),
        rect=rect,
        mask=frozen(mask),
        change=frozen(change),
        low_pass_colour=frozen(_low_pass_colour(change, seen)),
        skin_texture=frozen(skin_texture),
        other_texture=frozen(other_texture),
        eye_texture=eye_texture,
        unsharp=cache(partial(_unsharp, restored, scale_of(face.crop.to_crop))),
        denoise_delta=cache(partial(_denoise_delta, restored)),
        invented=_invented(seen, texture.known_to_invent(face.crop)),
        high_pass_noise=high_pass_noise(around, InCrop(eyes, to_crop, rect), mask),
        grain=missing_grain(around, InCrop(luma(change), to_crop, rect), mask, seed=_seed(face.crop.face)),
    )


def _at_photo_resolution(face: RestoredFace, scales: Scales) -> RestoredFace:
    """The face, halved while it still has two crop pixels or more to one of the photo's."""
    halvings = int(np.log2(max(1.0, scale_of(face.crop.to_crop) / max(scales))))
    if halvings == 0:
        return face
    factor = 2**halvings

    def smaller(image: FloatImage) -> FloatImage:
        size = (image.shape[1] // factor, image.shape[0] // factor)
        return frozen(np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32))

    to_crop = to_scaled(face.crop.to_crop, 1 / factor)
    return dataclasses.replace(
        face,
        crop=dataclasses.replace(face.crop, pixels=smaller(face.crop.pixels), to_crop=frozen(to_crop)),
        restored=smaller(face.restored),
        vivid=None if face.vivid is None else smaller(face.vivid),
        face_mask=smaller(face.face_mask),
        head_mask=smaller(face.head_mask),
        skin_mask=smaller(face.skin_mask),
    )


def _low_pass_colour(change: FloatImage, face: RestoredFace) -> FloatImage:
    """Slow part of the change as the skin shows it, carried on over the whole face (a normalised convolution)."""
    weight = face.skin_mask + 1e-3
    slow = _slow_quarter(change * weight[..., None], face) / _slow_quarter(weight, face)[..., None]
    return np.asarray(cv2.resize(slow, change.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _slow_quarter(image: FloatImage, face: RestoredFace) -> FloatImage:
    """Slow part of an image (S, S) or (S, S, C) of the face, at a quarter of its size, which holds all that such a blur
    leaves."""
    sigma = _COLOUR_BLUR * scale_of(face.crop.to_crop) * face.crop.face.eye_distance
    side = max(16, image.shape[0] // 4)
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma * (side / image.shape[0])), np.float32)


def _own_eyes(face: RestoredFace, size: int) -> FloatImage:
    """(size, size) in [0, 1]: the eyes, as far as they are to stay as sharp as they were; an enlargement has too
    few of the photo's pixels for that."""
    if texture.is_enlarged(face.crop):
        return np.zeros((size, size), np.float32)
    eyes = eye_mask(face.crop)
    likeness = texture.compare_detail(face.crop.pixels, face.restored, eyes)
    own = eyes * np.float32(texture.own_eyes(likeness))
    return np.asarray(cv2.resize(own, (size, size), interpolation=cv2.INTER_AREA), np.float32)


def _invented(face: RestoredFace, share: float) -> FloatImage | None:
    """What the inventing network adds. share: of it that is taken, in [0, 1]."""
    if face.vivid is None or not share:
        return None
    change = np.float32(share) * (face.vivid - face.restored)
    slow = cv2.resize(_slow_quarter(change, face), change.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return frozen(change - np.asarray(slow, np.float32))


def _own_texture(face: RestoredFace, eyes: FloatImage) -> tuple[FloatImage, FloatImage, FloatImage | None]:
    """What the model took of the photo's fine detail, (S, S, 1) each: on skin, elsewhere, and in the eyes (of
    _own_eyes; None where there are none)."""
    crop, restored, skin = face.crop.pixels, face.restored, face.skin_mask
    had, has = luma(crop), luma(restored)
    sigma = _FINE_SIGMA * crop.shape[0] / 256
    band = fine_band(had, sigma)
    lost = (band - fine_band(has, sigma)) * texture.detail_weight(band, texture.noise_floor(band, face.face_mask))
    elsewhere = lost * (1 - eyes)
    of_eyes = frozen(_texture_of_eyes(had, has, eyes, face)[..., None]) if eyes.any() else None
    return (elsewhere * skin)[..., None], (elsewhere * (1 - skin))[..., None], of_eyes


def _texture_of_eyes(had: FloatImage, has: FloatImage, eyes: FloatImage, face: RestoredFace) -> FloatImage:
    """What the model took of the photo's detail in the eyes, (S, S). had, has: luma of the crop and of the restored."""
    # lashes are stronger than texture; where the model shows more of them, they stay the model's
    sigma = _EYE_SIGMA * had.shape[0] / 256
    band, made = fine_band(had, sigma), fine_band(has, sigma)
    local = local_deviation(band)
    is_softer = np.clip((local / np.maximum(local_deviation(made), 1e-4) - 0.8) / 0.2, 0, 1)
    taken = (band - made) * texture.not_noise(local, texture.noise_floor(band, face.face_mask)) * is_softer * eyes
    return np.asarray(taken, np.float32)


def _unsharp(restored: FloatImage, enlarged: float) -> FloatImage:
    """Unsharp mask of the restored crop, weaker for faces smaller in the photo, where it would ring. enlarged: pixels
    of the whole crop to one of the photo it was found in."""
    band = fine_band(luma(restored), 1.2 * restored.shape[0] / 256)
    limited = (0.08 * np.tanh(band / 0.08)).astype(np.float32)
    return frozen((limited * np.float32(min(1.0, 1 / enlarged)))[..., None])


def _denoise_delta(restored: FloatImage) -> FloatImage:
    smooth = texture.smooth_edges_kept(restored, radius=max(2, restored.shape[0] // 85), epsilon=0.0015)
    return frozen(smooth - restored)


def _seed(face: Face) -> int:
    """Grain is the same whenever a face is where it is, whatever else is in the photo."""
    return abs(int(face.landmarks[2] @ np.array([16.0, 16384.0])))


class LaterLayers:
    """One face's layers in a large photo, which is composed in strips from its top to its bottom: worked out for the
    first strip that has any of them, let go with the last. Those of thirty heads would take more than the photo.

    Parameters
    ----------
    shape : of the photo, (H, W, 3).
    scales, face : as of face_layers.
    work_out : gives the layers.

    Attributes
    ----------
    restored, rect : as of FaceLayers.
    """

    def __init__(
        self, shape: tuple[int, ...], scales: Scales, face: RestoredFace, work_out: Callable[[], FaceLayers]
    ) -> None:
        self.restored = face
        seen = _at_photo_resolution(face, scales)
        self.rect = covered_part(from_scaled(seen.crop.to_crop, *scales), seen.crop.pixels.shape[0], shape)
        self._work_out = work_out
        self._layers: FaceLayers | None = None

    def clipped(self, part: Rect) -> FaceLayers | None:
        """As FaceLayers.clipped; a part that lies above the one before costs more."""
        if self.rect[1] >= part[3] or self.rect[3] <= part[1]:
            return None
        layers = self._layers or self._work_out()
        self._layers = layers if part[3] < self.rect[3] else None
        return layers.clipped(part)


Layers = FaceLayers | LaterLayers
