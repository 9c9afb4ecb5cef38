"""Scenes made old in batches, on any device: faded, blurred, enlarged, grainy, through JPEG.

Pictures are (N, 3, S, S) float32 RGB in [0, 1]; each of a batch gets its own amounts.
"""

from __future__ import annotations

from typing import Final

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from gpen_desktop.lab.damage.batched_jpeg import jpeg

_GREY_SHARE: Final = 0.55
_JPEG_SHARE: Final = 0.7
_BT601: Final = (0.299, 0.587, 0.114)


class Chance:
    """Random numbers for the pictures of a batch, on its device: (N, ..., 1, 1), to be multiplied into them."""

    def __init__(self, count: int, source: Generator) -> None:
        self.count = count
        self.source = source

    def uniform(self, low: float, high: float, channels: int = 1) -> Tensor:
        drawn = torch.rand(self.count, channels, 1, 1, generator=self.source, device=self.source.device)
        return low + (high - low) * drawn

    def happens(self, share: float) -> Tensor:
        """1 for about `share` of the pictures, 0 for the others."""
        return (self.uniform(0, 1) < share).float()

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(self.count, *shape, generator=self.source, device=self.source.device)


def aged(pictures: Tensor, source: Generator) -> Tensor:
    """Pictures as prints and scans of all ages show them, clipped. S: a multiple of 16."""
    chance = Chance(len(pictures), source)
    pictures = _toned(pictures, chance)
    pictures = _blurred(pictures, chance.happens(0.5) * chance.uniform(0.3, 1.6))
    pictures = _enlarged(pictures, chance)
    pictures = _grainy(pictures, chance).clamp(0, 1)
    return _saved(pictures, chance)


def grey(pictures: Tensor) -> Tensor:
    """(N, 3, S, S) -> (N, 1, S, S)."""
    return (pictures * pictures.new_tensor(_BT601).view(1, 3, 1, 1)).sum(1, keepdim=True)


def _saved(pictures: Tensor, chance: Chance) -> Tensor:
    """Most of them through JPEG; its blocks lie where chance puts them."""
    shift = int(torch.randint(8, (1,), generator=chance.source, device=chance.source.device))
    moved = pictures.roll((shift, shift), (2, 3))
    coded = jpeg(moved, chance.uniform(35, 95).view(-1), halved=True)
    return torch.lerp(pictures, coded.roll((-shift, -shift), (2, 3)), chance.happens(_JPEG_SHARE))


def _toned(pictures: Tensor, chance: Chance) -> Tensor:
    """Grey, sepia or in other colours; faded, evenly or not; lighter or darker in the middle tones."""
    without = chance.happens(_GREY_SHARE)
    pictures = torch.lerp(pictures, grey(pictures).expand_as(pictures), without)
    sepia = torch.cat((1 + chance.uniform(0, 0.12), torch.ones_like(without), 1 - chance.uniform(0, 0.3)), 1)
    casts = chance.uniform(0.8, 1.2, 3)
    tint = without * (1 + chance.happens(0.35) * (sepia - 1)) + (1 - without) * (1 + chance.happens(0.5) * (casts - 1))
    pictures = (pictures * tint).clamp(0, 1)
    low = chance.uniform(0, 0.25) * chance.uniform(0.5, 1, 3)
    high = 1 - chance.uniform(0, 0.25) * chance.uniform(0.3, 1, 3)
    side = pictures.shape[2]
    clouds = F.interpolate(chance.normal(1, 3, 3), size=(side, side), mode="bicubic", align_corners=False)
    share = chance.happens(0.35) * torch.maximum((0.5 + 0.4 * clouds).clamp(0, 1), chance.happens(0.5))
    pictures = pictures + share * (low + pictures * (high - low) - pictures)
    return pictures.clamp(1e-4, 1) ** (1 + chance.happens(0.3) * (chance.uniform(0.6, 1.6) - 1))


def _blurred(planes: Tensor, sigma: Tensor) -> Tensor:
    """Round Gaussian blur by sigma (N, 1, 1, 1) px of up to 1.7; none where it is 0."""
    count, channels, height, width = planes.shape
    at = torch.arange(-5.0, 6.0, device=planes.device)
    bells = torch.exp(-(at**2) / (2 * sigma.view(-1, 1).clamp(min=0.05) ** 2))
    bells = (bells / bells.sum(1, keepdim=True)).repeat_interleave(channels, dim=0)
    rows = F.pad(planes, (5, 5, 5, 5), mode="replicate").reshape(1, count * channels, height + 10, width + 10)
    rows = F.conv2d(rows, bells.view(-1, 1, 1, 11), groups=count * channels)
    return F.conv2d(rows, bells.view(-1, 1, 11, 1), groups=count * channels).view(count, channels, height, width)


def _enlarged(pictures: Tensor, chance: Chance) -> Tensor:
    """The first fifth of the batch shrunk, all by one factor, and enlarged again."""
    first, side = len(pictures) // 5, pictures.shape[2]
    if first == 0:
        return pictures
    small = int(side * float(chance.uniform(0.25, 0.9)[0]))
    shrunk = F.interpolate(pictures[:first], size=(small, small), mode="area")
    back = F.interpolate(shrunk, size=(side, side), mode="bicubic", align_corners=False)
    return torch.cat((back, pictures[first:]))


def _grainy(pictures: Tensor, chance: Chance) -> Tensor:
    """A sensor's noise, alike in all colours or not, or film's grain: clumps, strongest in the middle tones."""
    side = pictures.shape[2]
    kind = chance.uniform(0, 1)
    noisy, filmed = (kind < 0.5).float(), ((kind >= 0.5) & (kind < 0.65)).float()
    fine = torch.lerp(chance.normal(3, side, side), chance.normal(1, side, side), chance.happens(0.7))
    clumps = _blurred(chance.normal(1, side, side), chance.uniform(0, 1.5))
    clumps = clumps / clumps.std(dim=(2, 3), keepdim=True).clamp(min=1e-6)
    light = grey(pictures).clamp(0, 1)
    weight = 0.4 + 2.4 * light * (1 - light)
    deviation, depth = chance.uniform(1, 16) / 255, chance.uniform(3, 30) / 255
    return pictures + noisy * deviation * fine + filmed * depth * weight * clumps
