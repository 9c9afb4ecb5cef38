"""The published form of GPEN, written by us to be read and compared with, not to be fast.

Weights are modulated and demodulated for each face, faces of a batch are told apart by grouped convolutions, and the
fixed filter runs over maps stuffed with zeros, as the published code does it without its own CUDA operators. The
inference form (models/gpen/portable.py) is measured and checked against this, and it is what is exported to ONNX.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.models.gpen.architecture import described as described_weights
from gpen_desktop.models.gpen.layout import GpenDescriptor, expected_shapes, fir_kernel
from gpen_desktop.models.tensors import read_tensors


class ReferenceGpen(nn.Module):
    """net(x): (N, 3, S, S) RGB in [-1, 1] to the same.

    state: the published layout. The computation is in the dtype of x (weights are converted by .to()).
    """

    def __init__(self, state: dict[str, Tensor], descriptor: GpenDescriptor) -> None:
        super().__init__()
        self.descriptor = descriptor
        self.size = descriptor.size
        for name, tensor in state.items():
            self.register_buffer(name.replace(".", "_"), tensor.float().clone())

    def forward(self, x: Tensor) -> Tensor:
        d = self.descriptor
        features = []
        for step in range(len(d.resolutions)):
            x = self._encode(x, f"ecd{step}.0", halves=step > 0)
            features.append(x)
        features.reverse()
        style = self._style(x)
        h = self._p("generator.input.input").repeat(x.shape[0], 1, 1, 1)
        h = self._styled(h, "generator.conv1", style, features[0])
        image = self._rgb(h, "generator.to_rgb1", style)
        for i, feature in enumerate(features[1:]):
            h = self._styled(h, f"generator.convs.{2 * i}", style, feature, up=True)
            h = self._styled(h, f"generator.convs.{2 * i + 1}", style, feature)
            skip = upfirdn(image, self._p(f"generator.to_rgbs.{i}.upsample.kernel"), up=2, pad=(2, 1))
            image = self._rgb(h, f"generator.to_rgbs.{i}", style) + skip
        return image

    def _p(self, name: str) -> Tensor:
        tensor: Tensor = getattr(self, name.replace(".", "_"))
        return tensor

    def _encode(self, x: Tensor, name: str, *, halves: bool) -> Tensor:
        if halves:
            x = upfirdn(x, self._p(f"{name}.0.kernel"), pad=(2, 2))
        weight = self._p(f"{name}.{int(halves)}.weight")
        x = F.conv2d(x, weight / math.sqrt(weight[0].numel()), stride=2 if halves else 1)
        return activate(x + self._p(f"{name}.{int(halves) + 1}.bias").view(1, -1, 1, 1))

    def _style(self, deepest: Tensor) -> Tensor:
        z = activate(self._linear(deepest.flatten(1), "final_linear.0"))
        z = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for i in range(1, self.descriptor.n_mlp + 1):
            z = activate(self._linear(z, f"generator.style.{i}", rate=0.01))
        return z

    def _linear(self, x: Tensor, name: str, rate: float = 1.0) -> Tensor:
        weight = self._p(f"{name}.weight")
        return F.linear(x, weight * (rate / math.sqrt(weight.shape[1])), self._p(f"{name}.bias") * rate)

    def _modulated(self, x: Tensor, name: str, style: Tensor, *, demodulate: bool, up: bool = False) -> Tensor:
        n, c, height, width = x.shape
        weight = self._p(f"{name}.weight")
        _, out, _, k, _ = weight.shape
        scale = self._linear(style, f"{name}.modulation").view(n, 1, c, 1, 1)
        weight = weight * (1 / math.sqrt(c * k * k)) * scale
        if demodulate:
            weight = weight * torch.rsqrt(weight.square().sum((2, 3, 4), keepdim=True) + 1e-8)
        x = x.reshape(1, n * c, height, width)
        if not up:
            y = F.conv2d(x, weight.reshape(n * out, c, k, k), padding=k // 2, groups=n)
            return y.view(n, out, height, width)
        weight = weight.transpose(1, 2).reshape(n * c, out, k, k)
        y = F.conv_transpose2d(x, weight, stride=2, groups=n).view(n, out, 2 * height + 1, 2 * width + 1)
        return upfirdn(y, self._p(f"{name}.blur.kernel"), pad=(1, 1))

    def _styled(self, x: Tensor, name: str, style: Tensor, feature: Tensor, *, up: bool = False) -> Tensor:
        x = self._modulated(x, f"{name}.conv", style, demodulate=True, up=up)
        x = torch.cat((x, self._p(f"{name}.noise.weight") * feature), dim=1)
        return activate(x + self._p(f"{name}.activate.bias").view(1, -1, 1, 1))

    def _rgb(self, x: Tensor, name: str, style: Tensor) -> Tensor:
        return self._modulated(x, f"{name}.conv", style, demodulate=False) + self._p(f"{name}.bias")


def activate(x: Tensor) -> Tensor:
    """The activation of every layer of the published network."""
    return F.leaky_relu(x, 0.2) * math.sqrt(2.0)


def upfirdn(x: Tensor, kernel: Tensor, *, up: int = 1, pad: tuple[int, int]) -> Tensor:
    """Stuff `up` - 1 zeros after every pixel, pad (before, after) both ways, filter each channel alone."""
    n, c, height, width = x.shape
    x = x.reshape(n * c, 1, height, 1, width, 1)
    x = F.pad(x, (0, up - 1, 0, 0, 0, up - 1)).reshape(n * c, 1, height * up, width * up)
    x = F.pad(x, (pad[0], pad[1], pad[0], pad[1]))
    y = F.conv2d(x, kernel.flip(0, 1)[None, None])
    return y.view(n, c, y.shape[2], y.shape[3])


def load_reference(path: str | Path) -> ReferenceGpen:
    """The published form with the weights of a checkpoint. Raises WeightsError."""
    state, metadata = read_tensors(path)
    return ReferenceGpen(state, described_weights(state, metadata)).eval()


def published(size: int) -> GpenDescriptor:
    """The numbers of the published network of a size: 256 is narrow, the others are not (512 to 2048)."""
    narrow, multiplier = (0.5, 1) if size == 256 else (1.0, 2)
    return described(size, style_dim=512, n_mlp=8, channel_multiplier=multiplier, narrow=narrow)


def described(size: int, *, style_dim: int, n_mlp: int, channel_multiplier: int, narrow: float) -> GpenDescriptor:
    """A descriptor made from its numbers, for weights that do not come from a file."""
    bare = GpenDescriptor(size, style_dim, n_mlp, channel_multiplier, narrow, 0, "gpen", half=False)
    shapes = expected_shapes(bare)
    learnt = sum(math.prod(shape) for name, shape in shapes.items() if not name.endswith(".kernel"))
    return GpenDescriptor(size, style_dim, n_mlp, channel_multiplier, narrow, learnt, "gpen", half=False)


def random_state(descriptor: GpenDescriptor, seed: int = 0) -> dict[str, Tensor]:
    """Random weights in the published layout, spread as the published code starts its training, and every bias and
    noise weight away from zero so that none can be left out unseen."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in expected_shapes(descriptor).items():
        value = torch.randn(shape, generator=generator)
        if name.endswith(".kernel"):
            value = fir_kernel(1.0 if name.startswith("ecd") else 4.0)
        elif name.startswith("generator.style.") and name.endswith("weight"):
            value *= 100.0  # undone by the learning rate of 0.01
        elif name.endswith("modulation.bias"):
            value = 1.0 + 0.1 * value
        elif name.endswith("noise.weight"):
            value = 0.5 + 0.2 * value
        elif name.endswith("bias"):
            value *= 0.2
        state[name] = value
    return state
