"""The GPEN generator as it is trained: the published layout's names and shapes, with gradients.

The same sums as the inference form (models/gpen/portable.py), written so that torch.compile makes few passes over
memory: styles act on activations, so every face of a batch shares one ordinary convolution.
"""

from __future__ import annotations

import math
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.models.gpen.layout import GpenDescriptor, fir_kernel
from gpen_desktop.models.gpen.reference import activate


class TrainableGpen(nn.Module):
    """net(x): (N, 3, S, S) RGB in [-1, 1] to the same. `state_dict()` is in the published layout.

    Starts from the identity (see `start_as_identity`).
    """

    def __init__(self, descriptor: GpenDescriptor) -> None:
        super().__init__()
        self.descriptor = descriptor
        width = descriptor.channels(descriptor.size)
        self.ecd0 = nn.Sequential(EncoderStep(3, width, halves=False))
        for step, resolution in enumerate(reversed(descriptor.resolutions[:-1]), start=1):
            after = descriptor.channels(resolution)
            self.add_module(f"ecd{step}", nn.Sequential(EncoderStep(width, after, halves=True)))
            width = after
        self.final_linear = nn.Sequential(EqualLinear(width * 16, descriptor.style_dim))
        self.generator = Decoder(descriptor)
        start_as_identity(self)

    def forward(self, x: Tensor) -> Tensor:
        features = []
        for step in range(len(self.descriptor.resolutions)):
            x = self.get_submodule(f"ecd{step}")(x)
            features.append(x)
        entry: Tensor = self.final_linear(x.float().contiguous().flatten(1))
        image: Tensor = self.generator(entry, features[::-1])
        return image


class EncoderStep(nn.Sequential):
    """1x1, or filter, halve and convolve 3x3; bias; activate."""

    def __init__(self, before: int, after: int, *, halves: bool) -> None:
        conv = EqualConv(before, after, 3 if halves else 1)
        super().__init__(*([Fir(1.0)] if halves else []), conv, Activation(after))

    def forward(self, x: Tensor) -> Tensor:
        halves = len(self) == 3
        conv, act = cast("EqualConv", self[-2]), self[-1]
        if halves:
            x = self[0](x, pad=2)
        made: Tensor = act(F.conv2d(x, conv.scaled(), stride=2 if halves else 1))
        return made


class EqualConv(nn.Module):
    """Weights of equalised learning rate."""

    def __init__(self, before: int, after: int, side: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, side, side))
        self.scale = 1 / math.sqrt(before * side * side)

    def scaled(self) -> Tensor:
        return self.weight * self.scale


class EqualLinear(nn.Module):
    """A layer of equalised learning rate `rate`; activated, or as it comes with its bias starting at `bias`."""

    def __init__(self, before: int, after: int, *, rate: float = 1.0, bias: float = 0.0, active: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before) / rate)
        self.bias = nn.Parameter(torch.full((after,), bias))
        self.scale, self.rate, self.active = rate / math.sqrt(before), rate, active

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight * self.scale, self.bias * self.rate)
        return activate(y) if self.active else y


class Activation(nn.Module):
    """Bias, leaky ReLU and its gain."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return activate(x + self.bias.view(1, -1, 1, 1))


class Fir(nn.Module):
    """The fixed filter, channel by channel."""

    kernel: Tensor

    def __init__(self, gain: float) -> None:
        super().__init__()
        self.register_buffer("kernel", fir_kernel(gain))

    def forward(self, x: Tensor, pad: int) -> Tensor:
        channels = x.shape[1]
        kernel = self.kernel.to(x.dtype).expand(channels, 1, 4, 4)
        return F.conv2d(x, kernel, padding=pad, groups=channels)


class ModulatedConv(nn.Module):
    """Convolution whose weights a style scales per input channel, and demodulation per output channel."""

    def __init__(self, before: int, after: int, side: int, style_dim: int, *, up: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, after, before, side, side))
        self.modulation = EqualLinear(style_dim, before, bias=1.0, active=False)
        if up:
            self.blur = Fir(4.0)
        self.scale, self.up, self.demodulated = 1 / math.sqrt(before * side * side), up, side > 1

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        factors = self.modulation(style)
        weight = self.weight[0] * self.scale
        x = x * factors[:, :, None, None].to(x.dtype)
        if self.up:
            x = self.blur(F.conv_transpose2d(x, weight.transpose(0, 1), stride=2), pad=1)
        else:
            x = F.conv2d(x, weight, padding=weight.shape[-1] // 2)
        if not self.demodulated:  # only to_rgb is not
            return x
        norm = torch.rsqrt(factors.square() @ weight.square().sum((2, 3)).t() + 1e-8)
        return x * norm[:, :, None, None].to(x.dtype)


class NoiseWeight(nn.Module):
    """The learnt scalar on the encoder's map; StyleGAN2 had noise there."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))


class StyledConv(nn.Module):
    """Modulated convolution, the encoder's map beside it, bias, activation."""

    def __init__(self, before: int, after: int, style_dim: int, *, up: bool = False) -> None:
        super().__init__()
        self.conv = ModulatedConv(before, after, 3, style_dim, up=up)
        self.noise = NoiseWeight()
        self.activate = Activation(2 * after)

    def forward(self, x: Tensor, style: Tensor, feature: Tensor) -> Tensor:
        x = self.conv(x, style)
        y: Tensor = self.activate(torch.cat((x, (self.noise.weight * feature).to(x.dtype)), dim=1))
        return y


class ToRgb(nn.Module):
    """The picture's share of one resolution, added to the doubled picture so far."""

    def __init__(self, before: int, style_dim: int, *, up: bool = True) -> None:
        super().__init__()
        self.conv = ModulatedConv(before, 3, 1, style_dim)
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        if up:
            self.upsample = Fir(4.0)

    def forward(self, x: Tensor, style: Tensor, image: Tensor | None = None) -> Tensor:
        y: Tensor = self.conv(x, style) + self.bias
        if image is None:
            return y
        kernel = self.upsample.kernel.to(image.dtype).expand(3, 1, 4, 4)
        return y + F.conv_transpose2d(image, kernel, stride=2, padding=1, groups=3)


class Constant(nn.Module):
    """The learnt map that the decoder starts from."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.input = nn.Parameter(torch.randn(1, channels, 4, 4))


class PixelNorm(nn.Module):
    """Style vectors to unit mean square."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


class Decoder(nn.Module):
    """Mapping network and the styled convolutions from 4 px up."""

    def __init__(self, d: GpenDescriptor) -> None:
        super().__init__()
        layers = [EqualLinear(d.style_dim, d.style_dim, rate=0.01) for _ in range(d.n_mlp)]
        self.style = nn.Sequential(PixelNorm(), *layers)
        width = d.channels(4)
        self.input = Constant(width)
        self.conv1 = StyledConv(width, width, d.style_dim)
        self.to_rgb1 = ToRgb(2 * width, d.style_dim, up=False)
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        for resolution in d.resolutions[1:]:
            after = d.channels(resolution)
            self.convs.append(StyledConv(2 * width, after, d.style_dim, up=True))
            self.convs.append(StyledConv(2 * after, after, d.style_dim))
            self.to_rgbs.append(ToRgb(2 * after, d.style_dim))
            width = after

    def forward(self, entry: Tensor, features: list[Tensor]) -> Tensor:
        style = self.style(entry)
        x = self.input.input.expand(entry.shape[0], -1, -1, -1).to(features[0].dtype)
        x = self.conv1(x, style, features[0])
        image: Tensor = self.to_rgb1(x, style)
        for i, to_rgb in enumerate(self.to_rgbs):
            x = self.convs[2 * i](x, style, features[i + 1])
            x = self.convs[2 * i + 1](x, style, features[i + 1])
            image = to_rgb(x, style, image)
        return image


@torch.no_grad()
def start_as_identity(net: TrainableGpen) -> None:
    """Make the network give its input back: full-resolution features carry plus and minus RGB straight to the last
    to_rgb, and every other to_rgb starts at zero. Learning to copy would take the first hour otherwise."""
    decoder, first = net.generator, cast("EqualConv", cast("EncoderStep", net.ecd0[0])[0])
    first.weight[:6] = 0
    for rgb in (decoder.to_rgb1, *decoder.to_rgbs):
        rgb.conv.weight.zero_()
    last = cast("ToRgb", decoder.to_rgbs[-1]).conv
    last.modulation.weight.zero_()
    half = last.weight.shape[2] // 2  # behind the decoder's own maps come the encoder's
    # a channel passes two activations: gain sqrt(2) each, and the pair x, -x gives (1 + 0.2 * 0.2) * 2 of x
    through = 1.04 * 2
    for c in range(3):
        first.weight[2 * c, c] = 1 / first.scale
        first.weight[2 * c + 1, c] = -1 / first.scale
        last.weight[0, c, half + 2 * c] = 1 / (through * last.scale)
        last.weight[0, c, half + 2 * c + 1] = -1 / (through * last.scale)
