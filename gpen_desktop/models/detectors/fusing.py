"""Convolutions that take their bias and activation along, by the library that computes the rest.

So one thread gives what many give: with a single thread PyTorch would take another convolution than with several, and
the last bits of a face's points would depend on how many photos are in work.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.models.detectors.folding import fold_batch_norms
from gpen_desktop.models.gpen import onednn


def fold_and_fuse(net: nn.Module) -> None:
    """Fold, in place, batch norms into the convolutions before them, and these with the activations behind them, in
    every nn.Sequential of `net`, which is in evaluation mode and stays there. Raises TypeError as fold_batch_norms."""
    fold_batch_norms(net)
    for chain in list(net.modules()):
        if not isinstance(chain, nn.Sequential):
            continue
        for i, layer in enumerate(chain):
            if not isinstance(layer, nn.Conv2d):
                continue
            behind = next((k for k in range(i + 1, len(chain)) if not isinstance(chain[k], nn.Identity)), None)
            activation = chain[behind] if behind is not None else None
            if isinstance(activation, nn.ReLU | nn.LeakyReLU) and behind is not None:
                chain[behind] = nn.Identity()
                chain[i] = FusedConvolution(layer, getattr(activation, "negative_slope", 0.0))
            else:
                chain[i] = FusedConvolution(layer, None)


class FusedConvolution(nn.Module):
    """A convolution and its activation. slope: of the leaky ReLU, 0 for a plain one, None for none."""

    def __init__(self, convolution: nn.Conv2d, slope: float | None) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias
        self._slope = slope
        self._where: tuple[Any, ...] = tuple(
            list(numbers) for numbers in (convolution.padding, convolution.stride, convolution.dilation)
        )
        self._groups = convolution.groups
        kind = "none" if slope is None else "leaky_relu" if slope else "relu"
        self._attributes = (kind, [slope] if slope else [], "")

    def forward(self, x: Tensor) -> Tensor:
        padding, stride, dilation = self._where
        if x.device.type == "cpu" and onednn.is_there(x.dtype):
            fused: Any = torch.ops.mkldnn._convolution_pointwise.default
            y: Tensor = fused(x, self.weight, self.bias, padding, stride, dilation, self._groups, *self._attributes)
            return y
        y = F.conv2d(x, self.weight, self.bias, stride, padding, dilation, self._groups)
        return y if self._slope is None else F.leaky_relu_(y, self._slope)


class AddingConvolution(nn.Module):
    """net(x, y): relu(y + the convolution of x), into y's memory."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias
        self._where: tuple[Any, ...] = tuple(
            list(numbers) for numbers in (convolution.padding, convolution.stride, convolution.dilation)
        )
        self._groups = convolution.groups

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        padding, stride, dilation = self._where
        if x.device.type == "cpu" and onednn.is_there(x.dtype):
            fused: Any = torch.ops.mkldnn._convolution_pointwise_.binary
            how: tuple[Any, ...] = ("add", 1.0, "relu", [], None)
            fused(y, x, self.weight, self.bias, padding, stride, dilation, self._groups, *how)
            return y
        return y.add_(F.conv2d(x, self.weight, self.bias, stride, padding, dilation, self._groups)).relu_()
