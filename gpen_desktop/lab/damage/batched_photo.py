"""How whole photographs age, for a batch on any device: toned, blurred, printed, grainy, stored.

Every kind of damage takes a fixed share of the batch, so that it costs nothing for the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Final

import torch
from torch import Tensor

from gpen_desktop.lab.damage.batched_filters import (
    Dice,
    GrainBank,
    changed,
    cloud,
    filtered,
    gaussian,
    motion,
    sharpening,
)
from gpen_desktop.lab.damage.batched_jpeg import jpeg
from gpen_desktop.lab.damage.batched_print import paper_texture, screened_colour, screened_grey
from gpen_desktop.lab.damage.batched_resample import AREA, CUBIC, Place, resample

_LUMA: Final = (0.299, 0.587, 0.114)  # ITU-R BT.601


@dataclass(frozen=True)
class Toned:
    """pictures: (N, 3, S, S) in [0, 1], as the print shows them when nothing else has happened to it. paper, ink:
    (N, 3, 1, 1), its white and its black."""

    pictures: Tensor
    paper: Tensor
    ink: Tensor


def toned(dice: Dice, clean: Tensor, grey_share: float = 0.5) -> Toned:
    """Grey, sepia, faded, shifted and unevenly lit, or as it is: the first `grey_share` of the batch has no colour."""
    count = len(clean)
    grey = round(count * grey_share)
    x = clean ** (1 + dice.flag(0.5, count) * dice.uniform(-0.35, 0.5, count))
    x = torch.cat((luma(x[:grey]).expand(-1, 3, -1, -1), x[grey:]))
    faded = dice.flag(0.5, count)
    lift = faded * dice.uniform(0, 0.28, count) * dice.uniform(0.6, 1, count, 3)
    dull = faded * dice.uniform(0, 0.3, count) * dice.uniform(0.4, 1, count, 3)
    # yellowed paper, brown silver: blue goes first, then green
    warm = dice.flag(0.4, count) * dice.uniform(0, 1, count)
    tint = torch.tensor([0.04, 0.14, 0.38], device=dice.device).view(1, 3, 1, 1)
    plain = torch.cat((lift[:grey].mean(1, keepdim=True).expand(-1, 3, -1, -1), lift[grey:]))
    ink = plain + warm * dice.uniform(0, 0.3, count) * torch.tensor([0.5, 0.2, 0.0], device=dice.device).view(
        1, 3, 1, 1
    )
    dull = torch.cat((dull[:grey].mean(1, keepdim=True).expand(-1, 3, -1, -1), dull[grey:]))
    paper = (1 - dull) * (1 - warm * tint)
    x = ink + x * (paper - ink)
    rows = dice.rows(0.2, count)
    x = changed(
        x, rows, lambda part: part * (1 - dice.uniform(0, 0.4, len(part)) * cloud(dice, len(part), part.shape[-1], 3))
    )
    return Toned(x.clamp(0, 1), paper, ink)


def blurred(dice: Dice, pictures: Tensor, strongest: float = 1.2) -> Tensor:
    """Half of them out of focus, shaken or sharpened too much, the others as they are."""

    def soft(part: Tensor) -> Tensor:
        count = len(part)
        sigma = dice.uniform(0.25, strongest, count)
        transfer = gaussian(part, sigma, sigma * dice.uniform(0.6, 1, count), dice.uniform(0, math.pi, count))
        transfer = transfer * motion(
            part, dice.flag(0.15, count) * dice.uniform(0, 3, count), dice.uniform(0, math.pi, count)
        )
        halo = dice.flag(0.2, count) * dice.uniform(0, 0.7, count)
        return filtered(part, transfer * sharpening(part, dice.uniform(0.6, 1.8, count), halo))

    return changed(pictures, dice.rows(0.5, len(pictures)), soft).clamp(0, 1)


def screened(dice: Dice, pictures: Tensor, tones: Toned, share: float) -> Tensor:
    """Half-tone for a share of the batch, twice as many in one ink as in four: `toned` leaves the first half without
    colour."""
    half = len(pictures) // 2
    grey = dice.rows(share * 4 / 3, half)
    made = changed(pictures, grey, lambda part: screened_grey(dice, part, tones.paper[grey], tones.ink[grey]))
    return changed(made, half + dice.rows(share * 2 / 3, half), partial(screened_colour, dice))


def grained(dice: Dice, bank: GrainBank, pictures: Tensor, strongest: float = 26.0) -> Tensor:
    """Film grain of several stocks, noise of sensors, relief of paper: none, one or more of them on each picture.

    strongest: deviation in 255ths.
    """
    count, _, side, _ = pictures.shape
    light = luma(pictures)
    # the first half is without colour, as `toned` makes it, and so is its grain, mostly
    alike = torch.cat((dice.flag(0.9, count // 2), dice.flag(0.4, count - count // 2)))

    def film(part: Tensor) -> Tensor:
        noise = bank.pieces(len(rows), 3, side)
        noise = torch.where(alike[rows] > 0, noise[:, :1], noise)
        curve, there = dice.uniform(0, 1, len(rows)), light[rows]
        by_tone = torch.where(curve < 0.4, 0.4 + 2.4 * there * (1 - there), torch.ones_like(there))
        by_tone = torch.where(curve > 0.75, 1.3 - there, by_tone)
        return part + noise * by_tone * dice.log_uniform(1.5, strongest, len(rows)) / 255

    def sensor(part: Tensor) -> Tensor:
        noise = dice.normal(*part.shape)
        noise = torch.where(torch.maximum(alike[rows], dice.flag(0.2, len(rows))) > 0, noise[:, :1], noise)
        shot = torch.where(dice.flag(0.4, len(rows)) > 0, light[rows].clamp(min=0.02).sqrt() * 1.4, 1.0)
        return part + noise * shot * dice.log_uniform(0.8, strongest, len(rows)) / 255

    def relief(part: Tensor) -> Tensor:
        return part * (1 + dice.uniform(0.004, 0.035, len(part)) * paper_texture(dice, len(part), side))

    x = pictures
    for share, change in ((0.6, film), (0.4, sensor), (0.08, relief)):
        rows = dice.rows(share, count)
        x = changed(x, rows, change)
    return x


def noisy(dice: Dice, bank: GrainBank, pictures: Tensor, strongest: float) -> Tensor:
    """A little noise on every picture, in half of them the same in all channels; grain on a quarter instead.

    strongest: deviation in 255ths.
    """
    count, _, side, _ = pictures.shape
    noise = dice.normal(*pictures.shape)
    clumped = dice.rows(0.25, count)
    noise = changed(noise, clumped, lambda part: bank.pieces(len(part), 3, side))
    noise = torch.where(dice.flag(0.5, count) > 0, noise[:, :1], noise)
    return (pictures + noise * dice.uniform(0.5, strongest, count) / 255).clamp(0, 1)


def compressed(dice: Dice, pictures: Tensor, quality: tuple[float, float]) -> Tensor:
    """As JPEGs of a quality between two; a quarter with all of their chroma, the others with it halved."""
    rows = torch.randperm(len(pictures)).to(dice.device)
    for part, halved in zip(rows.tensor_split([len(rows) // 4]), (False, True), strict=True):
        drawn = dice.uniform(*quality, len(part)).flatten()
        pictures = changed(pictures, part, partial(_compressed, quality=drawn, shift=0, halved=halved))
    return pictures


def stored(dice: Dice, pictures: Tensor, worst: float = 18.0) -> Tensor:
    """Scanned and stored: most as JPEG, some shrunk before and enlarged after, some twice; rounded to bytes.

    worst: lowest quality of a JPEG.
    """
    count, _, side, _ = pictures.shape
    small = dice.rows(0.12, count)
    full = Place(
        torch.zeros(len(small), device=dice.device), torch.full((len(small),), float(side), device=dice.device)
    )
    less = Place(full.offset, (dice.uniform(0.6, 0.95, len(small)).flatten() * side).round())
    down, up = (torch.full((len(small),), kind, device=dice.device) for kind in (AREA, CUBIC))
    x = in_bytes(changed(pictures, small, lambda part: resample(part, full, less, down, side)))
    # a second time, 8 px blocks lie elsewhere
    for share, shift in ((0.12, 3), (0.6, 0)):
        rows = dice.rows(share, count)
        for halved, part in zip((True, False), rows.tensor_split(2), strict=True):
            quality = dice.uniform(worst, 96, len(part)).flatten()
            x = changed(x, part, partial(_compressed, quality=quality, shift=shift, halved=halved))
    return changed(x, small, lambda part: in_bytes(resample(part, less, full, up, side)))


def luma(pictures: Tensor) -> Tensor:
    """(N, 1, S, S)."""
    return (pictures * pictures.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)


def _compressed(pictures: Tensor, quality: Tensor, shift: int, halved: bool) -> Tensor:
    return jpeg(pictures.roll((shift, shift), (2, 3)), quality, halved=halved).roll((-shift, -shift), (2, 3))


def in_bytes(x: Tensor) -> Tensor:
    """Pictures of any shape in [0, 1], clipped and rounded to what a byte can say; still floats in [0, 1]."""
    return (x.clamp(0, 1) * 255).round() / 255
