"""Layers of discriminators: convolutions whose filters are divided by their largest singular value (Miyato et al.
2018), which keeps both sides of an adversarial training steady without a penalty on gradients."""

from __future__ import annotations

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_SLOPE: Final = 0.2


class SpectralConv(nn.Module):
    """A convolution whose filters, as one matrix, have a largest singular value of about 1: a step of power iteration
    each time it is used in training."""

    left: Tensor

    def __init__(self, before: int, after: int, side: int = 3, *, stride: int = 1, padding: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(after, before, side, side))
        nn.init.orthogonal_(self.weight)
        self.bias = nn.Parameter(torch.zeros(after))
        self.register_buffer("left", F.normalize(torch.randn(after), dim=0))
        self.stride, self.padding = stride, padding

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            matrix = self.weight.flatten(1)
            with torch.no_grad():
                right = F.normalize(matrix.t() @ self.left, dim=0)
                left = F.normalize(matrix @ right, dim=0)
                if self.training:
                    self.left.copy_(left)
            weight = self.weight / torch.dot(left, matrix @ right)
        return F.conv2d(x, weight, self.bias, stride=self.stride, padding=self.padding)


def through(layers: nn.ModuleList, x: Tensor) -> list[Tensor]:
    """What each layer gives, with a leaky ReLU behind it."""
    features = []
    for layer in layers:
        x = F.leaky_relu(layer(x), _SLOPE)
        features.append(x)
    return features
