"""Layers + options -> composed picture. Fast, and a pure function: same input, same bytes.

What each mode sets (gains at strength 100):

=============================================  =======  ======  ======
gain                                           natural  strong  detail
=============================================  =======  ======  ======
photo's own fine detail, back on skin (1)         0.7     0.3     1.0
photo's own fine detail, back elsewhere           0.3     0.0     0.8
grain like the photo's around (1)                 0.7     0.35    0.7
extra crispness                                   0.0     0.5     0.3
noise beyond the model's resolution taken out     0.8     1.0     0.4
=============================================  =======  ======  ======

(1) With skin protection on; off, skin is treated like the rest and no grain is added. Skin protection also takes out
the slow part of the model's change on skin, so that the skin keeps its tone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from gpen_desktop.core.compose.layers import FaceLayers, Layers, enlarged, warp_to_photo
from gpen_desktop.core.types import (
    Composed,
    ComposedFace,
    ComposeOptions,
    FaceState,
    FloatImage,
    Mode,
    Photo,
    Pixels,
    frozen,
)
from gpen_desktop.errors import OptionError


@dataclass(frozen=True)
class ModeGains:
    """Gains of one mode; the table in the module's docstring shows them."""

    skin_texture: float
    other_texture: float
    grain: float
    crispness: float
    own_band: float


MODES: Final = MappingProxyType(
    {
        Mode.NATURAL: ModeGains(skin_texture=0.7, other_texture=0.3, grain=0.7, crispness=0.0, own_band=0.8),
        Mode.STRONG: ModeGains(skin_texture=0.3, other_texture=0.0, grain=0.35, crispness=0.5, own_band=1.0),
        Mode.DETAIL: ModeGains(skin_texture=1.0, other_texture=0.8, grain=0.7, crispness=0.3, own_band=0.4),
    }
)
# Crispness at sharpen 100.
_SHARPEN_GAIN: Final = 1.5


@dataclass(frozen=True)
class _Patch:
    """What one face adds to the photo: addition (h, w, 3) in [0, 1] units, already times its mask, over rect."""

    rect: tuple[int, int, int, int]
    mask: FloatImage
    addition: FloatImage


def compose(layers: Layers, options: ComposeOptions) -> Composed:
    """Compose the picture that `options` ask for.

    Pixels outside every restored face are those of layers.base, byte for byte. Raises OptionError for a face number
    that the photo does not have.
    """
    states = face_states(layers, options)
    patches = [
        _patch(face, options, _strength(options, number))
        for number, (face, state) in enumerate(zip(layers.faces, states, strict=True), 1)
        if state is FaceState.RESTORED
    ]
    pixels = _paste(layers.base, patches) if patches else layers.base
    return Composed(photo=_result_photo(layers, pixels), faces=_composed_faces(layers, states))


def face_states(layers: Layers, options: ComposeOptions) -> tuple[FaceState, ...]:
    """What `options` make of each face. Raises OptionError for a number that is not there."""
    selected = _selected(layers, options)
    return tuple(_state(face, number, number in selected, options) for number, face in enumerate(layers.faces, 1))


def _state(face: FaceLayers, number: int, selected: bool, options: ComposeOptions) -> FaceState:
    if not selected:
        return FaceState.NOT_SELECTED
    if face.restored.crop.face.box[2] < options.min_face:
        return FaceState.TOO_SMALL
    if _strength(options, number) == 0:
        return FaceState.STRENGTH_ZERO
    if face.is_sharp and not options.restore_sharp:
        return FaceState.ALREADY_SHARP
    return FaceState.RESTORED


def _selected(layers: Layers, options: ComposeOptions) -> set[int]:
    count = len(layers.faces)
    if options.faces == "all":
        return set(range(1, count + 1))
    if options.faces == "largest":
        sizes = [face.restored.crop.face.box[2] for face in layers.faces]
        return {int(np.argmax(sizes)) + 1} if sizes else set()
    missing = sorted(set(options.faces) - set(range(1, count + 1)))
    if missing:
        raise OptionError(
            f"There is no face {missing[0]}; {count} found.", todo="See the numbers with 'gpen-desktop faces PHOTO'."
        )
    return set(options.faces)


def _strength(options: ComposeOptions, number: int) -> int:
    return options.face_strengths.get(number, options.strength)


def _patch(face: FaceLayers, options: ComposeOptions, strength: int) -> _Patch:
    gains = MODES[options.mode]
    calm = options.denoise / 100
    addition = warp_to_photo(_crop_sum(face, gains, options), face.to_crop, face.rect)
    if face.own_band is not None:
        addition += max(gains.own_band, calm) * face.own_band
    if options.skin_protection:
        addition += (gains.grain * (1 - calm)) * face.grain[..., None]
    addition *= (strength / 100) * face.mask[..., None]
    return _Patch(face.rect, face.mask, addition)


def _crop_sum(face: FaceLayers, gains: ModeGains, options: ComposeOptions) -> FloatImage:
    """The part of the sum that lives in crop space."""
    calm = options.denoise / 100
    skin_gain = gains.skin_texture if options.skin_protection else gains.other_texture
    total = face.change + (skin_gain * (1 - calm)) * face.skin_texture
    total += (gains.other_texture * (1 - calm)) * face.other_texture
    total += (gains.crispness + _SHARPEN_GAIN * options.sharpen / 100) * face.crispness
    if calm:
        total += calm * face.calm
    if options.skin_protection:
        total -= face.tone
    return total


def _paste(base: Pixels, patches: Sequence[_Patch]) -> Pixels:
    """Add every patch inside its own rectangle; where masks overlap they share the pixel instead of adding up."""
    shares = [_shared(patch, patches) for patch in patches]
    out = base.copy()
    white = float(np.iinfo(base.dtype).max)
    for patch, own in zip(patches, shares, strict=True):
        total = own.copy()
        for other, addition in zip(patches, shares, strict=True):
            if other is not patch and (common := _common(patch.rect, other.rect)):
                total[_within(common, patch.rect)] += addition[_within(common, other.rect)]
        x0, y0, x1, y1 = patch.rect
        values = base[y0:y1, x0:x1].astype(np.float32) + total * white
        out[y0:y1, x0:x1] = np.rint(np.clip(values, 0, white)).astype(base.dtype)
    return frozen(out)


def _shared(patch: _Patch, patches: Sequence[_Patch]) -> FloatImage:
    """The patch's addition, divided by the sum of all masks where that is over 1."""
    total = patch.mask
    for other in patches:
        if other is not patch and (common := _common(patch.rect, other.rect)):
            total = total.copy() if total is patch.mask else total
            total[_within(common, patch.rect)] += other.mask[_within(common, other.rect)]
    if total is patch.mask:
        return patch.addition
    return np.asarray(patch.addition / np.maximum(total, 1)[..., None], np.float32)


def _common(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
    x0, y0, x1, y1 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _within(part: tuple[int, int, int, int], rect: tuple[int, int, int, int]) -> tuple[slice, slice]:
    return slice(part[1] - rect[1], part[3] - rect[1]), slice(part[0] - rect[0], part[2] - rect[0])


def _result_photo(layers: Layers, pixels: Pixels) -> Photo:
    photo = layers.photo
    alpha = photo.alpha
    if alpha is not None and layers.scale != 1:
        alpha = enlarged(alpha, layers.scale)
    return dataclasses.replace(photo, pixels=pixels, alpha=alpha)


def _composed_faces(layers: Layers, states: Sequence[FaceState]) -> tuple[ComposedFace, ...]:
    return tuple(
        ComposedFace(
            number=number,
            face=layer.restored.crop.face,
            state=state,
            changed=layer.rect if state is FaceState.RESTORED else None,
        )
        for number, (layer, state) in enumerate(zip(layers.faces, states, strict=True), 1)
    )
