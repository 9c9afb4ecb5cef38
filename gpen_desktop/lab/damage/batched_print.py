"""Half-tone screens and paper texture for a batch of pictures on any device."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import torch
from torch import Tensor

from gpen_desktop.lab.damage.batched_filters import Dice, filtered, gaussian

_INK_ANGLES: Final = (15.0, 75.0, 0.0, 45.0)
"""Degrees at which cyan, magenta, yellow and black are commonly screened."""
_SUBPIXELS: Final = ((-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25))


def screened_grey(dice: Dice, toned: Tensor, paper: Tensor, ink: Tensor) -> Tensor:
    """Pictures in one ink, (N, 3, S, S) between the colours `ink` and `paper` (N, 3, 1, 1), as dots of these two."""
    count = len(toned)
    tone = ((toned - ink) / (paper - ink).clamp(min=0.02)).mean(1, keepdim=True).clamp(0, 1)
    pitch, turn = _pitch(dice, count), dice.uniform(0, math.pi / 2, count)
    dots = _dots(1 - tone, pitch, turn, dice.uniform(3, 16, count))
    return _scanned(dice, toned, paper + (ink - paper) * dots, pitch)


def screened_colour(dice: Dice, toned: Tensor) -> Tensor:
    """Pictures (N, 3, S, S) in cyan, magenta, yellow and black."""
    count = len(toned)
    x = toned.clamp(0.01, 1)
    black = dice.uniform(0, 0.7, count) * (1 - x.amax(1, keepdim=True))
    inks = torch.cat((1 - x / (1 - black), black), 1).clamp(0, 1)
    pitch, turn, steep = _pitch(dice, count), dice.uniform(0, math.pi / 2, count), dice.uniform(3, 16, count)
    printed = [
        1 - _dots(inks[:, i : i + 1], pitch, turn + math.radians(angle), steep) for i, angle in enumerate(_INK_ANGLES)
    ]
    return _scanned(dice, toned, torch.cat(printed[:3], 1) * printed[3], pitch)


def paper_texture(dice: Dice, count: int, side: int) -> Tensor:
    """(count, 1, side, side) relief of silk or honeycomb paper, of deviation about 1."""
    pitch, turn = dice.log_uniform(4, 14, count), dice.uniform(0, math.pi, count)
    ys, xs = _grid(side, dice.device)
    relief = torch.zeros((count, 1, side, side), device=dice.device)
    for step in range(3):
        angle = turn + math.radians(60 * step)
        phase = dice.uniform(0, 2 * math.pi, count)
        relief = relief + ((xs * angle.cos() + ys * angle.sin()) * (2 * math.pi / pitch) + phase).cos()
    return relief * dice.uniform(0.5, 0.8, count)


def _pitch(dice: Dice, count: int) -> Tensor:
    """Pixels between dots: 65 lpi scanned at 600 dpi to 150 lpi scanned at 330."""
    return dice.log_uniform(2.2, 9.5, count)


def _dots(coverage: Tensor, pitch: Tensor, angle: Tensor, steep: Tensor) -> Tensor:
    """(N, 1, S, S) ink where the coverage is over the screen's threshold; as much of it as the coverage says."""
    ys, xs = _grid(coverage.shape[-1], coverage.device)
    wave = 2 * math.pi / pitch
    total = torch.zeros_like(coverage)
    for down, across in _SUBPIXELS:
        y, x = ys + down, xs + across
        u = (x * angle.cos() + y * angle.sin()) * wave
        v = (y * angle.cos() - x * angle.sin()) * wave
        total = total + torch.sigmoid(steep * 2 * (coverage - _rank(0.5 + 0.25 * (u.cos() + v.cos()))))
    # a soft threshold leaves some ink at no coverage and some paper at full
    low, high = torch.sigmoid(-steep), torch.sigmoid(steep)
    return ((total / len(_SUBPIXELS) - low) / (high - low)).clamp(0, 1)


def _scanned(dice: Dice, toned: Tensor, printed: Tensor, pitch: Tensor) -> Tensor:
    """Ink spreads, and the scanner blurs: up to three tenths of the pitch, dots softer or harder."""
    count = len(toned)
    mixed = toned + dice.uniform(0.5, 1, count) * (printed - toned)
    sigma = (dice.uniform(0.1, 0.3, count) * pitch).clamp(0.3, 1.6)
    return filtered(mixed, gaussian(mixed, sigma, sigma, torch.zeros_like(sigma)))


def _grid(side: int, device: torch.device) -> tuple[Tensor, Tensor]:
    ys = torch.arange(side, device=device).view(1, 1, -1, 1).float()
    return ys, ys.transpose(2, 3)


def _rank(screen: Tensor) -> Tensor:
    """The share of a screen's cell that lies below this value of it: a threshold by which coverage stays true."""
    table = _ranks().to(screen.device)
    position = screen.clamp(0, 1) * (len(table) - 1)
    low = position.floor().clamp(max=len(table) - 2)
    below = table[low.long()]
    return below + (position - low) * (table[low.long() + 1] - below)


@cache
def _ranks() -> Tensor:
    """(257,) distribution function of (2 + cos u + cos v) / 4 over a cell."""
    phase = torch.arange(512) * (2 * math.pi / 512)
    values = (0.5 + 0.25 * (phase.cos()[:, None] + phase.cos()[None])).flatten().sort().values
    return torch.searchsorted(values, torch.linspace(0, 1, 257), right=True).float() / len(values)
