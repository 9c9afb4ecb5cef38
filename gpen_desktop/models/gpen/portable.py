"""The GPEN generator in the form that restores faces: scales and gains folded, built once from a checkpoint.

This form is for any device; cpu.py has the one for processors.

It computes what the published network computes. What differs is how:

- the equalised-rate scales, the gain of the leaky ReLU (it is positively homogeneous) and of the filters are in the
  weights;
- styles act on activations (before a convolution) and demodulation on its output, which equals modulating the
  weights, so that all faces of a batch share one ordinary convolution;
- styles and demodulation are float32 whatever the convolutions are in, and a style is divided by its largest entry:
  demodulation does not see that scale, and it keeps half precision out of overflow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.gpen.layout import GAIN, SLOPE, GpenDescriptor, fir_kernel
from gpen_desktop.models.spec import Template

VALUE_RANGE: Final = (-1.0, 1.0)


class GpenNet(FaceNet):
    """Restores aligned faces.

    Attributes
    ----------
    descriptor : what the checkpoint holds.
    dtype : what the convolutions compute in.
    """

    def __init__(self, descriptor: GpenDescriptor, dtype: torch.dtype) -> None:
        super().__init__(VALUE_RANGE)
        self.descriptor = descriptor
        self.dtype = dtype

    @property
    def size(self) -> int:
        """Side of the crop, pixels."""
        return self.descriptor.size

    @property
    def template(self) -> Template:
        """Where the landmarks have to lie in the crop."""
        return self.descriptor.template


class PortableGpen(GpenNet):
    """The inference form in PyTorch's public operators, for any device."""

    constant: Tensor
    doubling: Tensor

    def __init__(self, state: Mapping[str, Tensor], descriptor: GpenDescriptor, dtype: torch.dtype) -> None:
        super().__init__(descriptor, dtype)
        with torch.inference_mode():
            self.encoder = nn.ModuleList(
                EncoderStep(state, f"ecd{step}.0", dtype) for step in range(len(descriptor.resolutions))
            )
            self.to_style = StyleNet(state, descriptor.n_mlp)
            self.register_buffer("constant", state["generator.input.input"].to(dtype, copy=True))
            self.register_buffer("doubling", doubling_kernel())
            self.first = StyledConv(state, "generator.conv1", dtype)
            self.first_rgb = ToRgb(state, "generator.to_rgb1", dtype)
            steps = range(len(descriptor.resolutions) - 1)
            self.ups = nn.ModuleList(StyledUp(state, f"generator.convs.{2 * i}", dtype) for i in steps)
            self.levels = nn.ModuleList(StyledConv(state, f"generator.convs.{2 * i + 1}", dtype) for i in steps)
            self.rgbs = nn.ModuleList(ToRgb(state, f"generator.to_rgbs.{i}", dtype) for i in steps)

    @torch.inference_mode()
    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, S, S) RGB in [-1, 1] to the same, in x's dtype."""
        h = x.to(self.dtype, memory_format=torch.channels_last)
        features = []
        for step in self.encoder:
            h = step(h)
            features.append(h)
        features.reverse()
        style = self.to_style(h)
        h = self.first(self.constant.expand(x.shape[0], -1, -1, -1), style, features[0])
        image: Tensor = self.first_rgb(h, style)
        for up, level, rgb, feature in zip(self.ups, self.levels, self.rgbs, features[1:], strict=True):
            h = up(h, style, feature)
            h = level(h, style, feature)
            image = rgb(h, style) + double(image, self.doubling)
        return image.to(x.dtype)


class EncoderStep(nn.Module):
    """Filter and halve (all but the first step, which is 1x1), convolve, bias, activate."""

    weight: Tensor
    bias: Tensor
    fir: Tensor

    def __init__(self, state: Mapping[str, Tensor], name: str, dtype: torch.dtype) -> None:
        super().__init__()
        self.halves = f"{name}.0.kernel" in state
        conv, act = ("1", "2") if self.halves else ("0", "1")
        weight = equalised(state[f"{name}.{conv}.weight"]) * GAIN
        self.register_buffer("weight", channels_last(weight, dtype))
        self.register_buffer("bias", (state[f"{name}.{act}.bias"].float() * GAIN).to(dtype))
        self.register_buffer("fir", depthwise(fir_kernel(), weight.shape[1], dtype))

    def forward(self, x: Tensor) -> Tensor:
        if self.halves:
            x = F.conv2d(x, self.fir, padding=2, groups=x.shape[1])
        x = F.conv2d(x, self.weight, self.bias, stride=2 if self.halves else 1)
        return F.leaky_relu_(x, SLOPE)


class StyleNet(nn.Module):
    """The deepest map to the style vector, in float32: one layer of the encoder's, then the mapping network."""

    def __init__(self, state: Mapping[str, Tensor], depth: int) -> None:
        super().__init__()
        self.entry = Linear(state, "final_linear.0", rate=1.0)
        self.mapping = nn.ModuleList(Linear(state, f"generator.style.{i}", rate=0.01) for i in range(1, depth + 1))

    def forward(self, deepest: Tensor) -> Tensor:
        # The published layer counts its inputs channel by channel, so the map is put back in that order.
        z = F.leaky_relu(self.entry(deepest.float().contiguous().flatten(1)), SLOPE)
        z = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for layer in self.mapping:
            z = F.leaky_relu(layer(z), SLOPE)
        return z


class Linear(nn.Module):
    """A float32 layer of equalised learning rate `rate`, the gain of the activation that follows folded in."""

    weight: Tensor
    bias: Tensor

    def __init__(self, state: Mapping[str, Tensor], name: str, rate: float) -> None:
        super().__init__()
        self.register_buffer("weight", equalised(state[f"{name}.weight"]) * (rate * GAIN))
        self.register_buffer("bias", state[f"{name}.bias"].float() * (rate * GAIN))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias)


class Modulation(nn.Module):
    """Style vector to the two factors of a modulated convolution, float32.

    Gives (before, after), (N, in) and (N, out): multiply the activations by the one before the convolution and by the
    other after it. `after` holds the demodulation and the gain of the activation.
    """

    affine: Tensor
    offset: Tensor
    energy: Tensor

    def __init__(self, state: Mapping[str, Tensor], name: str, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("affine", equalised(state[f"{name}.modulation.weight"]))
        self.register_buffer("offset", state[f"{name}.modulation.bias"].float().clone())
        self.register_buffer("energy", weight.square().sum((2, 3)).t().contiguous())

    def forward(self, style: Tensor) -> tuple[Tensor, Tensor]:
        s = F.linear(style, self.affine, self.offset)
        largest = s.abs().amax(1, keepdim=True).clamp_min(1e-12)
        demodulation = torch.rsqrt(s.square() @ self.energy + 1e-8)
        return s / largest, demodulation * largest * GAIN


class StyledConv(nn.Module):
    """Modulated 3x3 convolution, the encoder's map beside its result, bias, activation."""

    weight: Tensor
    bias: Tensor
    feature_bias: Tensor
    feature_gain: Tensor

    def __init__(self, state: Mapping[str, Tensor], name: str, dtype: torch.dtype) -> None:
        super().__init__()
        weight = equalised(state[f"{name}.conv.weight"][0])
        self.modulation = Modulation(state, f"{name}.conv", weight)
        self.register_buffer("weight", self.arranged(weight, dtype))
        bias, feature_bias = (state[f"{name}.activate.bias"].float() * GAIN).view(1, -1, 1, 1).chunk(2, dim=1)
        self.register_buffer("bias", bias.to(dtype))
        self.register_buffer("feature_bias", feature_bias.to(dtype))
        self.register_buffer("feature_gain", (state[f"{name}.noise.weight"].float() * GAIN).to(dtype))

    @staticmethod
    def arranged(weight: Tensor, dtype: torch.dtype) -> Tensor:
        """The (out, in, 3, 3) weight as `convolve` wants it."""
        return channels_last(weight, dtype)

    def convolve(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight, padding=1)

    def forward(self, x: Tensor, style: Tensor, feature: Tensor) -> Tensor:
        before, after = self.modulation(style)
        y = self.convolve(x * per_channel(before, x.dtype))
        n, c, h, w = y.shape
        out = torch.empty((n, 2 * c, h, w), dtype=y.dtype, device=y.device, memory_format=torch.channels_last)
        torch.addcmul(self.bias, y, per_channel(after, y.dtype), out=out[:, :c])
        torch.addcmul(self.feature_bias, feature, self.feature_gain, out=out[:, c:])
        return F.leaky_relu_(out, SLOPE)


class StyledUp(StyledConv):
    """The same, to twice the side: transposed convolution, then the filter."""

    fir: Tensor

    def __init__(self, state: Mapping[str, Tensor], name: str, dtype: torch.dtype) -> None:
        super().__init__(state, name, dtype)
        self.register_buffer("fir", depthwise(fir_kernel(4.0), self.weight.shape[1], dtype))

    @staticmethod
    def arranged(weight: Tensor, dtype: torch.dtype) -> Tensor:
        return channels_last(weight.transpose(0, 1), dtype)

    def convolve(self, x: Tensor) -> Tensor:
        y = F.conv_transpose2d(x, self.weight, stride=2)
        return F.conv2d(y, self.fir, padding=1, groups=y.shape[1])


class ToRgb(nn.Module):
    """Modulated 1x1 convolution to three channels, not demodulated; its result is float32."""

    weight: Tensor
    affine: Tensor
    offset: Tensor
    bias: Tensor

    def __init__(self, state: Mapping[str, Tensor], name: str, dtype: torch.dtype) -> None:
        super().__init__()
        self.register_buffer("weight", equalised(state[f"{name}.conv.weight"][0])[:, :, 0, 0])
        self.register_buffer("affine", equalised(state[f"{name}.conv.modulation.weight"]))
        self.register_buffer("offset", state[f"{name}.conv.modulation.bias"].float().clone())
        self.register_buffer("bias", state[f"{name}.bias"].float().view(1, 3, 1, 1).clone())
        self.dtype = dtype

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        s = F.linear(style, self.affine, self.offset)
        largest = s.abs().amax(1, keepdim=True).clamp_min(1e-12)
        weight = ((s / largest)[:, None, :] * self.weight).to(self.dtype)
        n, c, h, w = x.shape
        pixels = x.permute(0, 2, 3, 1).reshape(n, h * w, c)
        rgb = torch.bmm(pixels, weight.transpose(1, 2)).float() * largest[:, :, None]
        return rgb.view(n, h, w, 3).permute(0, 3, 1, 2) + self.bias


def doubling_kernel() -> Tensor:
    """What `double` filters with: (3, 1, 4, 4) float32."""
    return fir_kernel(4.0).repeat(3, 1, 1, 1)


def double(image: Tensor, kernel: Tensor) -> Tensor:
    """(N, 3, H, W) float32 to (N, 3, 2H, 2W): zeros between, then the filter, as published."""
    return F.conv_transpose2d(image, kernel, stride=2, padding=1, groups=3)


def equalised(weight: Tensor) -> Tensor:
    """Float32 copy of a stored (out, in, …) weight times the scale that equalises learning rates, 1/sqrt(inputs)."""
    return weight.float() * (1.0 / math.sqrt(weight[0].numel()))


def channels_last(weight: Tensor, dtype: torch.dtype) -> Tensor:
    return weight.to(dtype).contiguous(memory_format=torch.channels_last)


def depthwise(kernel: Tensor, width: int, dtype: torch.dtype) -> Tensor:
    """One (4, 4) filter for each of `width` channels, as a grouped convolution's weight."""
    return kernel.to(dtype).repeat(width, 1, 1, 1)


def per_channel(values: Tensor, dtype: torch.dtype) -> Tensor:
    """(N, C) as (N, C, 1, 1)."""
    return values.to(dtype)[:, :, None, None]
