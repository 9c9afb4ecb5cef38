"""Filters for a batch of pictures on any device, each with numbers of its own: multiplied in frequency space.

Every filter is given by its transfer function, so that blurs of any shape and grain of any clump size cost one Fourier
transform. Pictures wrap round at their edges: cut off as much as the filter is wide.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor


class Dice:
    """Random numbers of a batch, (count, 1, 1, 1) to go with pictures, from a generator on the device. What is chosen,
    and not calculated with, is drawn from PyTorch's own generator on the processor: nothing waits for the device."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self.device = device
        self.generator = torch.Generator(device).manual_seed(seed)

    def uniform(self, low: float, high: float, count: int, channels: int = 1) -> Tensor:
        made = torch.rand((count, channels, 1, 1), generator=self.generator, device=self.device)
        return low + (high - low) * made

    def log_uniform(self, low: float, high: float, count: int) -> Tensor:
        return self.uniform(math.log(low), math.log(high), count).exp()

    def flag(self, chance: float, count: int) -> Tensor:
        """1.0 where it happens, else 0.0."""
        return (self.uniform(0, 1, count) < chance).float()

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator, device=self.device)

    def rows(self, share: float, count: int) -> Tensor:
        """Indices of a share of the batch."""
        return torch.randperm(count)[: round(share * count)].to(self.device)


def filtered(pictures: Tensor, transfer: Tensor) -> Tensor:
    """(N, C, H, W) through (N, 1 or C, H, W // 2 + 1)."""
    height, width = pictures.shape[-2:]
    back: Tensor = torch.fft.irfft2(torch.fft.rfft2(pictures) * transfer, s=(height, width))
    return back


def frequencies(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Cycles a pixel down (1, 1, H, 1) and across (1, 1, 1, W // 2 + 1)."""
    height, width = pictures.shape[-2:]
    down = torch.fft.fftfreq(height, device=pictures.device).view(1, 1, -1, 1)
    across = torch.fft.rfftfreq(width, device=pictures.device).view(1, 1, 1, -1)
    return down, across


def gaussian(pictures: Tensor, along: Tensor, across: Tensor, angle: Tensor) -> Tensor:
    """Transfer function of a turned Gaussian; deviations in pixels and angle in radians, (N, 1, 1, 1) each."""
    v, u = frequencies(pictures)
    first, second = u * angle.cos() + v * angle.sin(), v * angle.cos() - u * angle.sin()
    return torch.exp(-2 * math.pi**2 * ((first * along).square() + (second * across).square()))


def motion(pictures: Tensor, length: Tensor, angle: Tensor) -> Tensor:
    """Transfer function of a straight movement by `length` pixels."""
    v, u = frequencies(pictures)
    return torch.sinc((u * angle.cos() + v * angle.sin()) * length)


def sharpening(pictures: Tensor, sigma: Tensor, amount: Tensor) -> Tensor:
    """Transfer function of an unsharp mask, which leaves halos."""
    return 1 + amount * (1 - gaussian(pictures, sigma, sigma, torch.zeros_like(sigma)))


class GrainBank:
    """Fields of noise of deviation 1 in clumps of many sizes, of which pictures take pieces."""

    SIDE = 512
    SMALLEST, LARGEST = 0.35, 2.4  # deviation in pixels of the Gaussian that makes the clumps

    def __init__(self, dice: Dice, fields: int = 48) -> None:
        like = torch.empty((fields, 1, self.SIDE, self.SIDE), device=dice.device)
        steps = torch.linspace(math.log(self.SMALLEST), math.log(self.LARGEST), fields, device=dice.device)
        size = steps.exp().view(-1, 1, 1, 1)
        noise = filtered(dice.normal(*like.shape), gaussian(like, size, size, torch.zeros_like(size)))
        self._fields = (noise / noise.std((2, 3), keepdim=True))[:, 0]

    def pieces(self, count: int, channels: int, side: int) -> Tensor:
        """(count, channels, side, side), a picture's channels of one clump size."""
        which = torch.randint(len(self._fields), (count,)).repeat_interleave(channels)
        return windows(self._fields, which, side).view(count, channels, side, side)


def windows(bank: Tensor, which: Tensor, side: int) -> Tensor:
    """Square pieces (count, ..., side, side) at random places of the pictures `which` (count,) of a bank."""
    height, width = bank.shape[-2:]
    tops, lefts = (torch.randint(size - side + 1, (len(which),)).tolist() for size in (height, width))
    places = zip(which.tolist(), tops, lefts, strict=True)
    return torch.stack([bank[i, ..., top : top + side, left : left + side] for i, top, left in places])


def changed(pictures: Tensor, rows: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
    """The batch with these rows changed."""
    return pictures.index_copy(0, rows, change(pictures[rows])) if len(rows) else pictures


def cloud(dice: Dice, count: int, side: int, cells: int) -> Tensor:
    """(count, 1, side, side) smooth random maps over [0, 1], `cells` patches a side."""
    coarse = torch.rand((count, 1, cells, cells), generator=dice.generator, device=dice.device)
    return F.interpolate(coarse, (side, side), mode="bicubic", align_corners=False).clamp(0, 1)
