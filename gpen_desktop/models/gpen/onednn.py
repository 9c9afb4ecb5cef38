"""Convolutions on the CPU with what follows them fused in, by PyTorch's private oneDNN operators.

The one place that calls them: they belong to PyTorch's compiler and may change with any release. `pick()` tries them
once on small numbers and falls back to public operators where they are missing or wrong (Arm, macOS, other releases);
both give the same results up to rounding.

All maps are channels-last and of one face or more, weights (out, in, k, k). A packed weight may only be used with the
function it was packed for.
"""

from __future__ import annotations

import platform
from functools import cache
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_desktop.models.gpen.layout import SLOPE


class Convolutions(Protocol):
    """What the CPU form of a network is made of."""

    def pack(self, weight: Tensor, side: int, *, stride: int = 1, padding: int = 0, groups: int = 1) -> Tensor:
        """Bring a constant weight into the order that is fastest for square maps of `side`."""
        ...

    def pack_up(self, weight: Tensor, side: int) -> Tensor:
        """The same for `up`; weight (in, out, 3, 3)."""
        ...

    def conv(
        self, x: Tensor, weight: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> Tensor:
        """Convolution and bias."""
        ...

    def conv_act(
        self, x: Tensor, weight: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> Tensor:
        """Convolution, bias, leaky ReLU."""
        ...

    def conv_add_(self, y: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, *, padding: int) -> Tensor:
        """Add a convolution and bias to y, in place."""
        ...

    def up(self, x: Tensor, weight: Tensor) -> Tensor:
        """Transposed 3x3 convolution of stride 2 without padding; weight (in, out, 3, 3)."""
        ...


class PublicConvolutions:
    """By PyTorch's documented operators."""

    def pack(self, weight: Tensor, side: int, *, stride: int = 1, padding: int = 0, groups: int = 1) -> Tensor:
        return weight.contiguous(memory_format=torch.channels_last)

    def pack_up(self, weight: Tensor, side: int) -> Tensor:
        return weight.contiguous(memory_format=torch.channels_last)

    def conv(
        self, x: Tensor, weight: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> Tensor:
        return F.conv2d(x, weight, bias, stride, padding, groups=groups)

    def conv_act(
        self, x: Tensor, weight: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> Tensor:
        return F.leaky_relu_(F.conv2d(x, weight, bias, stride, padding, groups=groups), SLOPE)

    def conv_add_(self, y: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, *, padding: int) -> Tensor:
        return y.add_(F.conv2d(x, weight, bias, padding=padding))

    def up(self, x: Tensor, weight: Tensor) -> Tensor:
        return F.conv_transpose2d(x, weight, stride=2)


class OneDnnConvolutions:
    """By oneDNN, through the operators that PyTorch's compiler emits for it."""

    def __init__(self) -> None:
        private: Any = torch.ops.mkldnn
        self._conv = private._convolution_pointwise.default
        self._conv_add = private._convolution_pointwise_.binary
        self._up = private._convolution_transpose_pointwise.default
        self._pack = private._reorder_convolution_weight.default
        self._pack_up = private._reorder_convolution_transpose_weight.default

    def pack(self, weight: Tensor, side: int, *, stride: int = 1, padding: int = 0, groups: int = 1) -> Tensor:
        shape = [1, weight.shape[1] * groups, side, side]
        packed: Tensor = self._pack(weight, [padding] * 2, [stride] * 2, [1, 1], groups, shape)
        return packed

    def pack_up(self, weight: Tensor, side: int) -> Tensor:
        shape = [1, weight.shape[0], side, side]
        packed: Tensor = self._pack_up(weight, [0, 0], [0, 0], [2, 2], [1, 1], 1, shape)
        return packed

    def conv(
        self, x: Tensor, weight: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> Tensor:
        y: Tensor = self._conv(x, weight, bias, [padding] * 2, [stride] * 2, [1, 1], groups, "none", [], "")
        return y

    def conv_act(
        self, x: Tensor, weight: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> Tensor:
        y: Tensor = self._conv(x, weight, bias, [padding] * 2, [stride] * 2, [1, 1], groups, "leaky_relu", [SLOPE], "")
        return y

    def conv_add_(self, y: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None, *, padding: int) -> Tensor:
        self._conv_add(y, x, weight, bias, [padding] * 2, [1, 1], [1, 1], 1, "add", 1.0, None, [], None)
        return y

    def up(self, x: Tensor, weight: Tensor) -> Tensor:
        y: Tensor = self._up(x, weight, None, [0, 0], [0, 0], [2, 2], [1, 1], 1, "none", [], "")
        return y


@cache
def pick(dtype: torch.dtype) -> Convolutions:
    """The private operators where they are there and give what the public ones give, else the public ones."""
    public = PublicConvolutions()
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return public
    if not torch.backends.mkldnn.is_available():
        return public
    try:
        private = OneDnnConvolutions()
        agree = all(
            torch.allclose(a.float(), b.float(), rtol=0.02, atol=0.02)
            for a, b in zip(_sample(private, dtype), _sample(public, dtype), strict=True)
        )
    except (AttributeError, RuntimeError, TypeError):  # what a missing or changed operator raises
        return public
    return private if agree else public


def is_there(dtype: torch.dtype) -> bool:
    """Whether the private operators can be used."""
    return isinstance(pick(dtype), OneDnnConvolutions)


@torch.inference_mode()
def _sample(ops: Convolutions, dtype: torch.dtype) -> list[Tensor]:
    """Every operator once, on small numbers."""
    generator = torch.Generator().manual_seed(0)

    def numbers(*shape: int) -> Tensor:
        values = torch.rand(shape, generator=generator).to(dtype) - 0.5
        return values.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else values

    x, weight, bias = numbers(1, 16, 9, 9), numbers(16, 16, 3, 3) / 8, numbers(16)
    fir = numbers(16, 1, 4, 4)
    packed, packed_down = ops.pack(weight, 9, padding=1), ops.pack(weight, 9, stride=2)
    plain = ops.conv(x, weight, bias, padding=1)
    return [
        plain,
        ops.conv_act(x, packed, bias, padding=1),
        ops.conv_act(x, packed_down, None, stride=2),
        ops.conv_act(x, ops.pack(fir, 9, padding=2, groups=16), bias, padding=2, groups=16),
        ops.conv_act(x, fir, bias, padding=2, groups=16),
        ops.conv_add_(plain.clone(memory_format=torch.channels_last), x, packed, bias, padding=1),
        ops.conv_add_(plain.clone(memory_format=torch.channels_last), x, weight, None, padding=1),
        ops.up(x, ops.pack_up(weight, 9)),
        ops.up(x, weight),
    ]
