"""Repair: what is damaged is filled from its surroundings, with the photo's own grain over it; nothing else changes."""

from __future__ import annotations

import dataclasses
from typing import Final, cast

import cv2
import numpy as np

from gpen_desktop.core.grain import luma, make_grain, measure_grain
from gpen_desktop.core.options import AUTO, DUST, NO_MODEL
from gpen_desktop.core.pixels import is_grey
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.stages.automatic import DAMAGE, DUSTY, needed_repair
from gpen_desktop.core.stages.damage import Mask, at_working_size, brushed, damage_mask, is_worth_asking
from gpen_desktop.core.stages.dust import away_from_faces, how_many, is_dusty
from gpen_desktop.core.stages.inpainting import by_surroundings, in_faces
from gpen_desktop.core.stages.tiles import TiledNetwork, as_pixels
from gpen_desktop.core.stages.work import ChosenNetwork, Work, Worked
from gpen_desktop.core.types import FloatImage, Pixels, Seen, frozen
from gpen_desktop.messages import Message, say
from gpen_desktop.models.choice import choice_of

_GRAIN_SIDE: Final = 1024
"""Grain is made once, of this size, and laid side by side."""

_NOTHING: Final = say("no-damage", "No scratches or other damage found")
_NOTHING_PLAIN: Final = say("no-plain-damage", "No plain scratches or dust seen")
_NO_DUST: Final = say("no-dust", "No dust found")
_ASKING: Final = say("damage-seen", "Scratches seen; they are filled when that is asked for")
_ASKING_OF_DUST: Final = say("dust-seen", "Dust seen; it is removed when that is asked for")

_FACES: Final = ("ffhq", 64)
"""Template and side, px, of the crops by which faces are known; they are not looked at."""

_STRIP: Final = 256
"""Rows put together at a time, a divisor of _GRAIN_SIDE: a large photo as floats would not fit."""


def repair(work: Work, progress: Progress) -> Worked:
    """The photo with its damage filled, or the very same where there is none.

    Left to the program, damage is looked for and told of, and only what the brush marked is filled: the finder takes a
    spear for a scratch, and nobody would miss a scratch as much as a spear.
    """
    looking = SubProgress(progress, 0.0, 0.5)
    mask = brushed(_found(work, str(work.values["repair"]), looking), work.strokes)
    asks = _asks(work, looking)
    asked = None if asks is None else brushed(_found(work, str(asks.offered), looking), work.strokes) & ~mask
    if not mask.any():
        return Worked(work.photo, _why_nothing(work, asks), mask, asks, asked)
    share, model = round(100 * float(mask.mean()), 1), str(work.values["filler"])
    rest = SubProgress(progress, 0.5, 1.0)
    if model == NO_MODEL:
        made = _made_by_built_in(work.photo.pixels, mask, work.networks.filler(), rest)
        words = say("did-repair", "Damage repaired on {share} % of the photo", share=share)
        if work.values["repair"] == DUST and not work.strokes:
            words = say("did-dust", "Specks of dust removed: {count}", count=how_many(mask))
    else:
        made = _made_by_model(work, mask, work.networks.inpainter(model), rest)
        name = choice_of(model).titled
        words = say("did-repair-by", "Damage repaired on {share} % of the photo by '{name}'", share=share, name=name)
    pixels = with_filling(work.photo.pixels, mask, made)
    return Worked(dataclasses.replace(work.photo, pixels=pixels), words, mask, asks, asked)


def _found(work: Work, how: str, progress: Progress) -> Mask:
    """(H, W) of the photo: what is to be filled of what the program finds. how: a value of the switch."""
    if how == AUTO:
        return np.broadcast_to(np.False_, (work.photo.height, work.photo.width))  # no memory for each pixel
    damage = work.damage(SubProgress(progress, 0.0, 0.8))
    if how != DUST:
        return damage_mask(damage.found, damage.shape)
    faces = work.crops(work.photo, *_FACES, SubProgress(progress, 0.8, 1.0))
    return damage_mask(away_from_faces(damage, [crop.face for crop in faces]), damage.shape)


def _asks(work: Work, progress: Progress) -> Seen | None:
    """What is asked about, where that is left to the program and the photo may be a print, brushed over or not. Dust in
    what looks old only: of rocks, sand and crowds in colours the finder takes too much for specks."""
    if work.values["repair"] != AUTO:
        return None
    reading = work.reading()
    if needed_repair(reading, work.values) != AUTO:
        return None
    damage = work.damage(progress)
    if is_worth_asking(damage):
        return DAMAGE
    return DUSTY if reading.looks_old and is_dusty(damage, reading.tone) else None


def _why_nothing(work: Work, asks: Seen | None) -> Message:
    """Why nothing was filled; of what is asked about, that it is when the answer is yes."""
    if asks is not None:
        return _ASKING if asks is DAMAGE else _ASKING_OF_DUST
    return {AUTO: _NOTHING_PLAIN, DUST: _NO_DUST}.get(str(work.values["repair"]), _NOTHING)


def _made_by_model(work: Work, mask: Mask, network: ChosenNetwork, progress: Progress) -> Pixels:
    """What a model of the user's choice gives under `mask`; one for faces knows nothing of what lies outside of them,
    nor can faces be found before they are whole."""
    pixels = work.photo.pixels
    if not network.size:
        return by_surroundings(pixels, mask, network, progress)
    made = _made_by_built_in(pixels, mask, work.networks.filler(), SubProgress(progress, 0.0, 0.3))
    whole = dataclasses.replace(work.photo, pixels=frozen(made))
    faces = work.crops(whole, network.template, network.size, SubProgress(progress, 0.3, 0.5))
    return in_faces(pixels, mask, made, faces, network, SubProgress(progress, 0.5, 1.0))


def _made_by_built_in(pixels: Pixels, mask: Mask, filler: TiledNetwork, progress: Progress) -> Pixels:
    """A photo of the size of `pixels`, worth something under `mask` alone."""
    white = np.iinfo(pixels.dtype).max
    small = at_working_size(pixels)
    holes = _at_size(mask, small)
    given = cast(Pixels, np.dstack([small, holes.astype(pixels.dtype) * white]))
    made = small.copy()
    for (x0, y0, x1, y1), answer in filler.answers(given, progress, "repair", where=holes):
        made[y0:y1, x0:x1] = as_pixels(answer, pixels)
    if made.shape != pixels.shape:
        made[~holes] = small[~holes]  # so that nothing but the photo is mixed in at the edges of a hole
        made = cast(Pixels, cv2.resize(made, pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC))
    return made


def with_filling(pixels: Pixels, mask: Mask, made: Pixels) -> Pixels:
    """A photo (H, W, 3) with what was `made` in its place under `mask` (H, W), in grey if the photo is, and the photo's
    own grain over that; read-only."""
    white = np.iinfo(pixels.dtype).max
    grey = is_grey(pixels)
    grain = np.tile(_grain_like(pixels), (1, -(-pixels.shape[1] // _GRAIN_SIDE)))[:, : pixels.shape[1], None]
    out = pixels.copy()
    for y in range(0, pixels.shape[0], _STRIP):
        here = mask[y : y + _STRIP]
        if here.any():
            values = made[y : y + _STRIP].astype(np.float32) / np.float32(white)
            if grey:
                values = np.repeat(luma(values)[..., None], 3, axis=2)
            values += grain[y % _GRAIN_SIDE :][: len(here)]
            np.copyto(out[y : y + _STRIP], as_pixels(values, pixels), where=here[..., None])
    return frozen(out)


def _at_size(mask: Mask, small: Pixels) -> Mask:
    """The mask at the size of `small`: true wherever any of it is."""
    if mask.shape == small.shape[:2]:
        return mask
    shares = cv2.resize(mask.astype(np.float32), small.shape[1::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(shares > 0)


def _grain_like(pixels: Pixels) -> FloatImage:
    """(_GRAIN_SIDE, _GRAIN_SIDE) of grain as the even places in the middle of the photo have it."""
    height, width = pixels.shape[:2]
    y, x = max(0, (height - _GRAIN_SIDE) // 2), max(0, (width - _GRAIN_SIDE) // 2)
    white = np.float32(np.iinfo(pixels.dtype).max)
    part = pixels[y : y + _GRAIN_SIDE, x : x + _GRAIN_SIDE].astype(np.float32) / white
    grain = measure_grain(luma(part))
    return np.asarray(grain.deviation * make_grain((_GRAIN_SIDE, _GRAIN_SIDE), grain.softness, seed=1), np.float32)
