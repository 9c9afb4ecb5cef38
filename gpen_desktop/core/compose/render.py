"""Layers + options -> composed picture, of which the frame is kept. Fast, and a pure function: same input, same bytes.

What each mode sets (gains at strength 100):

=============================================  =======  ======  ======
gain                                           natural  strong  detail
=============================================  =======  ======  ======
photo's own fine detail, back on skin (1)         0.7     0.3     1.0
photo's own fine detail, back elsewhere           0.3     0.0     0.8
grain like the photo's around (1)                 0.7     0.35    0.7
unsharp mask                                     0.0     0.5     0.3
noise beyond the model's resolution taken out     0.8     1.0     0.4
=============================================  =======  ======  ======

(1) With skin protection on; off, skin is treated like the rest and no grain is added. Skin protection also takes out
the slow part of the model's change on skin, so that the skin keeps its tone.

Eyes that were at least as sharp as the model makes them keep all of their detail in every mode: layers.py, eye_texture.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Final

import numpy as np

from gpen_desktop.core import memory
from gpen_desktop.core.compose.around import STRIP, warp_to_photo
from gpen_desktop.core.compose.framing import framed
from gpen_desktop.core.compose.layers import FaceLayers, Layers
from gpen_desktop.core.compose.select import judged, select
from gpen_desktop.core.grain import in_all_colours
from gpen_desktop.core.options import Mode
from gpen_desktop.core.types import Composed, ComposedFace, ComposeOptions, FloatImage, Photo, Pixels, Rect, frozen


@dataclass(frozen=True)
class ModeGains:
    """Gains of one mode; the table in the module's docstring shows them."""

    skin_texture: float
    other_texture: float
    grain: float
    unsharp: float
    high_pass_noise: float


MODES: Final = MappingProxyType(
    {
        Mode.NATURAL: ModeGains(skin_texture=0.7, other_texture=0.3, grain=0.7, unsharp=0.0, high_pass_noise=0.8),
        Mode.STRONG: ModeGains(skin_texture=0.3, other_texture=0.0, grain=0.35, unsharp=0.5, high_pass_noise=1.0),
        Mode.DETAIL: ModeGains(skin_texture=1.0, other_texture=0.8, grain=0.7, unsharp=0.3, high_pass_noise=0.4),
    }
)
# Gain of the unsharp mask at sharpen 100.
_SHARPEN_GAIN: Final = 1.5

# More pixels are composed in strips: float32 patches of heads that fill an enlarged photo would take gigabytes.
_AT_ONCE: Final = 1 << 25

_ROWS: Final = 64  # of a head, worked on at a time

# How quickly a head gives way to its neighbour: half-way between two faces of one size, both count alike; a tenth of a
# crop nearer to one, that one counts four times as much.
_FALL: Final = 24.0


@dataclass(frozen=True, eq=False)
class _Patch:
    """What one head adds to the photo over rect: addition (h, w, 3) in [0, 1] units, already times its mask (h, w).

    nearness gives (h, w): how near a pixel is to the middle of this face, in sizes of its aligned crop; 1 there,
    falling quickly. Asked for where another head is near.
    """

    rect: Rect
    mask: FloatImage
    nearness: Callable[[], FloatImage]
    addition: FloatImage


def compose(base: Photo, layers: Sequence[Layers], options: ComposeOptions, scale: float) -> Composed:
    """Compose the picture that `options` ask for: select, render, frame. layers: of every face, made for `base`, which
    is `scale` times larger than the photo."""
    faces = [layer.restored.crop.face for layer in layers]
    choices = select(faces, judged(layer.restored for layer in layers), options, scale)
    strengths = [choices[face.id].strength for face in faces]
    pixels = render(base.pixels, zip(layers, strengths, strict=True), options)
    composed = tuple(
        ComposedFace(number, face, choices[face.id].state, layer.rect if strength else None, strength)
        for number, (face, layer, strength) in enumerate(zip(faces, layers, strengths, strict=True), 1)
    )
    whole = dataclasses.replace(base, pixels=pixels)
    photo = framed(whole, options.frame)
    return Composed(photo=photo, faces=composed, is_framed=photo is not whole)


def render(base: Pixels, faces: Iterable[tuple[Layers, int]], options: ComposeOptions) -> Pixels:
    """`base` (H, W, 3) with faces composed into it, each at its strength (0 to 100; 0 leaves it out).

    Pixels outside the faces are those of base, byte for byte; without any, base itself comes back. Of the options,
    mode, skin_protection, denoise and sharpen count: which faces and how strongly has been decided (select).
    """
    chosen = [(layers, strength) for layers, strength in faces if strength]
    if not chosen:
        return base
    height, width = base.shape[:2]
    if height * width <= _AT_ONCE:
        return _paste(base, _patches(chosen, (0, 0, width, height), options))
    made = np.empty_like(base)
    rows = max(1, STRIP // width)
    for top in range(0, height, rows):
        strip = (0, top, width, min(top + rows, height))
        made[top : top + rows] = _paste(base[top : top + rows], _patches(chosen, strip, options))
        memory.give_back_after(height * width)  # what faces that are done with took
    return frozen(made)


def _patches(faces: Sequence[tuple[Layers, int]], strip: Rect, options: ComposeOptions) -> list[_Patch]:
    parts = ((layers.clipped(strip), strength) for layers, strength in faces)
    return [_patch(part, options, strength) for part, strength in parts if part is not None]


def _patch(face: FaceLayers, options: ComposeOptions, strength: int) -> _Patch:
    gains = MODES[options.mode]
    denoise = options.denoise / 100
    addition = warp_to_photo(_crop_sum(face, gains, options), face.to_crop, face.rect)
    for rows in _few_rows(len(addition)):
        part = addition[rows]
        if face.high_pass_noise is not None:
            part += max(gains.high_pass_noise, denoise) * face.high_pass_noise[rows]
        if options.skin_protection:
            part += in_all_colours((gains.grain * (1 - denoise)) * face.grain[rows])
        part *= in_all_colours((strength / 100) * face.mask[rows])
    return _Patch(face.rect, face.mask, cache(partial(_nearness, face)), addition)


def _few_rows(height: int) -> Iterator[slice]:
    """All rows, few at a time: what is made of them stays in the processor's cache, and takes no memory of its own."""
    for top in range(0, height, _ROWS):
        yield slice(top, top + _ROWS)


def _nearness(face: FaceLayers) -> FloatImage:
    left, top, side = face.restored.crop.aligned
    size = face.change.shape[0] * side
    x0, y0, x1, y1 = face.rect
    xs, ys = np.arange(x0, x1, dtype=np.float32), np.arange(y0, y1, dtype=np.float32)
    (a, b, c), (d, e, f) = (face.to_crop / size).astype(np.float32)
    u = a * xs[None, :] + b * ys[:, None] + (c - left / side - 0.5)
    v = d * xs[None, :] + e * ys[:, None] + (f - top / side - 0.5)
    return np.asarray(np.exp(-_FALL * (u * u + v * v)), np.float32)


def _crop_sum(face: FaceLayers, gains: ModeGains, options: ComposeOptions) -> FloatImage:
    """The part of the sum that lives in crop space."""
    denoise = options.denoise / 100
    skin_gain = gains.skin_texture if options.skin_protection else gains.other_texture
    total = face.change + (skin_gain * (1 - denoise)) * face.skin_texture
    total += (gains.other_texture * (1 - denoise)) * face.other_texture
    if face.eye_texture is not None:
        total += (1 - denoise) * face.eye_texture
    if sharpening := gains.unsharp + _SHARPEN_GAIN * options.sharpen / 100:
        total += sharpening * face.unsharp()
    if denoise:
        total += denoise * face.denoise_delta()
    if face.invented is not None and (share := _invented_share(face, options)):
        total += share * face.invented
    if options.skin_protection:
        total -= face.low_pass_colour
    return total


def _invented_share(face: FaceLayers, options: ComposeOptions) -> float:
    """How much of the invented detail is added, 0 to 1: what was asked for, as far as the face stays the same."""
    wanted = options.invent / 100
    return wanted if options.if_changed == "keep" else min(wanted, face.restored.vivid_drift.share)


def _paste(base: Pixels, patches: Sequence[_Patch]) -> Pixels:
    """Add every patch inside its own rectangle; where heads overlap they share the pixel, the nearest face first."""
    shares = [_shared(patch, patches) for patch in patches]
    out = base.copy()
    white = np.float32(np.iinfo(base.dtype).max)
    for patch, own in zip(patches, shares, strict=True):
        total = own
        for other, addition in zip(patches, shares, strict=True):
            if other is not patch and (common := _common(patch.rect, other.rect)):
                total = own.copy() if total is own else total
                total[_within(common, patch.rect)] += addition[_within(common, other.rect)]
        x0, y0, x1, y1 = patch.rect
        below, pasted = base[y0:y1, x0:x1], out[y0:y1, x0:x1]
        for rows in _few_rows(y1 - y0):
            part = total[rows] * white
            part += below[rows]
            pasted[rows] = np.rint(np.clip(part, 0, white, out=part), out=part)
    return frozen(out)


def _shared(patch: _Patch, patches: Sequence[_Patch]) -> FloatImage:
    """The patch's addition, less what its neighbours, by their masks and nearness, take of each pixel."""
    neighbours = [
        (other, common) for other in patches if other is not patch and (common := _common(patch.rect, other.rect))
    ]
    if not neighbours:
        return patch.addition
    masks = patch.mask.copy()
    claims = patch.mask * patch.nearness()
    for other, common in neighbours:
        here, there = _within(common, patch.rect), _within(common, other.rect)
        masks[here] += other.mask[there]
        claims[here] += other.mask[there] * other.nearness()[there]
    share = np.minimum(masks, 1) * patch.nearness() / np.maximum(claims, 1e-9)
    return np.asarray(patch.addition * in_all_colours(share), np.float32)


def _common(a: Rect, b: Rect) -> Rect | None:
    x0, y0, x1, y1 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _within(part: Rect, rect: Rect) -> tuple[slice, slice]:
    return slice(part[1] - rect[1], part[3] - rect[1]), slice(part[0] - rect[0], part[2] - rect[0])
