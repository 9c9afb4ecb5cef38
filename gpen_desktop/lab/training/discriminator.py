"""The discriminator of the adversarial stage: StyleGAN2's residual layout, at the widths of our generator."""

from __future__ import annotations

import math
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.lab.training.trainable import EncoderStep, EqualConv, EqualLinear, Fir
from gpen_desktop.models.gpen.layout import GpenDescriptor
from gpen_desktop.models.gpen.reference import activate

_GROUP: Final = 4  # faces whose spread is told to the last layers, as StyleGAN2 has it


class Discriminator(nn.Module):
    """judge(x): (N, 3, S, S) in [-1, 1] to (N, 1), higher for what looks clean. N is a multiple of the group of 4 or
    below it."""

    def __init__(self, descriptor: GpenDescriptor) -> None:
        super().__init__()
        width = descriptor.channels(descriptor.size)
        layers: list[nn.Module] = [EncoderStep(3, width, halves=False)]
        for resolution in reversed(descriptor.resolutions[:-1]):
            layers.append(ResidualStep(width, descriptor.channels(resolution)))
            width = descriptor.channels(resolution)
        self.convs = nn.Sequential(*layers)
        self.final_conv = EqualConv(width + 1, width, 3)
        self.final_linear = nn.Sequential(EqualLinear(width * 16, width), EqualLinear(width, 1, active=False))

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.convs(x)
        h = torch.cat((h, _spread(h)), dim=1)
        h = activate(F.conv2d(h, self.final_conv.scaled(), padding=1))
        answer: Tensor = self.final_linear(h.contiguous().flatten(1))
        return answer


class ResidualStep(nn.Module):
    """3x3, then filter and halve; the way past it is filtered and halved too."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv1 = EqualConv(before, before, 3)
        self.conv2 = EncoderStep(before, after, halves=True)
        self.fir = Fir(1.0)
        self.skip = EqualConv(before, after, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv2(activate(F.conv2d(x, self.conv1.scaled(), padding=1)))
        past = F.conv2d(self.fir(x, pad=1), self.skip.scaled(), stride=2)
        return (h + past) / math.sqrt(2)


def _spread(x: Tensor) -> Tensor:
    """(N, 1, H, W): the mean standard deviation within groups of a batch, one number over the whole map."""
    n, _, height, width = x.shape
    group = min(n, _GROUP)
    deviation = torch.sqrt(x.view(group, n // group, *x.shape[1:]).var(0, unbiased=False) + 1e-8).mean((1, 2, 3))
    return deviation.repeat(group).view(n, 1, 1, 1).expand(n, 1, height, width)
