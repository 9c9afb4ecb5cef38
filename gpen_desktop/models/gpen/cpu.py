"""The inference form for processors: one face at a time, big maps read and written as few times as can be.

The same network as portable.PortableGpen. In addition:

- bias and leaky ReLU are fused into the convolutions;
- the convolution of two maps side by side is split into two that add up, so the maps need not be copied together;
- where a layer has more activations than weights, the weights of the face at hand are modulated instead of the maps;
- demodulation of an upward step rides on its filter.

A batch is worked face by face, so that a face does not depend on its company: small faces side by side, a core each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_desktop import allocator
from gpen_desktop.models.device import cpu_threads
from gpen_desktop.models.gpen import onednn
from gpen_desktop.models.gpen.layout import GAIN, SLOPE, GpenDescriptor, fir_kernel
from gpen_desktop.models.gpen.portable import (
    GpenNet,
    Modulation,
    StyleNet,
    channels_last,
    double,
    doubling_kernel,
    equalised,
    per_channel,
)

_CORE_A_FACE = 256
"""Size up to which a face has one core to itself: cores that share a small face mostly wait for each other (record
0005). So a face also comes out the same in any batch. Larger faces share all cores."""

Maps = tuple[Tensor, ...]
"""Maps that stand side by side, channel after channel: what the decoder made, and the encoder's."""


class CpuGpen(GpenNet):
    """The inference form for processors."""

    def __init__(self, state: Mapping[str, Tensor], descriptor: GpenDescriptor, dtype: torch.dtype) -> None:
        super().__init__(descriptor, dtype)
        allocator.keep_freed_memory()
        ops = onednn.pick(dtype)
        sides = descriptor.resolutions
        with torch.inference_mode():
            self._encoder = [
                EncoderStep(state, f"ecd{i}.0", ops, dtype, side) for i, side in enumerate((sides[-1], *sides[:0:-1]))
            ]
            self._to_style = StyleNet(state, descriptor.n_mlp)
            self._constant = state["generator.input.input"].to(dtype, copy=True)
            self._doubling = doubling_kernel()
            self._first = Level(state, "generator.conv1", ops, dtype, 4)
            self._first_rgb = ToRgb(state, "generator.to_rgb1", dtype)
            self._ups = [Up(state, f"generator.convs.{2 * i}", ops, dtype, side) for i, side in enumerate(sides[:-1])]
            self._levels = [
                Level(state, f"generator.convs.{2 * i + 1}", ops, dtype, side) for i, side in enumerate(sides[1:])
            ]
            self._rgbs = [ToRgb(state, f"generator.to_rgbs.{i}", dtype) for i in range(len(sides) - 1)]

    @property
    def largest_batch(self) -> int:
        return cpu_threads() if self.size <= _CORE_A_FACE else 1

    @property
    def runs_beside_itself(self) -> bool:
        return self.size <= _CORE_A_FACE

    def release(self) -> None:
        """Give back the memory that freed maps left behind."""
        allocator.give_back()

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, S, S) RGB in [-1, 1] to the same, in x's dtype."""
        out = torch.empty_like(x)
        faces, results = torch.split(x, 1), torch.split(out, 1)
        cores = torch.get_num_threads()
        if self.size > _CORE_A_FACE or cores == 1:
            for face, result in zip(faces, results, strict=True):
                self._restore_into(face, result)
            return out
        try:
            with ThreadPoolExecutor(cores, "face", torch.set_num_threads, (1,)) as pool:
                list(pool.map(self._restore_into, faces, results))
        finally:
            torch.set_num_threads(cores)  # PyTorch gives what was set last to threads that begin later
        return out

    @torch.inference_mode()
    def _restore_into(self, face: Tensor, result: Tensor) -> None:
        result.copy_(self._restore(face))

    def _restore(self, face: Tensor) -> Tensor:
        h = face.to(self.dtype).contiguous(memory_format=torch.channels_last)
        features = []
        for step in self._encoder:
            h = step(h)
            features.append(h)
        style = self._to_style(h)
        maps = self._first((self._constant,), style, features.pop())
        image = self._first_rgb(maps, style)
        for up, level, rgb in zip(self._ups, self._levels, self._rgbs, strict=True):
            feature = features.pop()
            maps = up(maps, style, feature)
            maps = level(maps, style, feature)
            image = double(image, self._doubling).add_(rgb(maps, style))
        return image


class EncoderStep:
    """Filter and halve (all but the first step, which is 1x1), convolve, bias, activate. side: of its input."""

    def __init__(
        self, state: Mapping[str, Tensor], name: str, ops: onednn.Convolutions, dtype: torch.dtype, side: int
    ) -> None:
        self._ops = ops
        self._halves = f"{name}.0.kernel" in state
        conv, act = ("1", "2") if self._halves else ("0", "1")
        weight = (equalised(state[f"{name}.{conv}.weight"]) * GAIN).to(dtype)
        self._width = weight.shape[1]
        self._bias = (state[f"{name}.{act}.bias"].float() * GAIN).to(dtype)
        if self._halves:
            fir = fir_kernel().to(dtype).repeat(self._width, 1, 1, 1)
            self._fir = ops.pack(fir, side, padding=2, groups=self._width)
            self._weight = ops.pack(weight, side + 1, stride=2)
        else:
            self._weight = ops.pack(weight, side)

    def __call__(self, x: Tensor) -> Tensor:
        if not self._halves:
            return self._ops.conv_act(x, self._weight, self._bias)
        x = self._ops.conv(x, self._fir, None, padding=2, groups=self._width)
        return self._ops.conv_act(x, self._weight, self._bias, stride=2)


class Skip:
    """The encoder's map as it stands beside the decoder's: scaled, biased, activated."""

    def __init__(self, state: Mapping[str, Tensor], name: str, ops: onednn.Convolutions, dtype: torch.dtype) -> None:
        bias = (state[f"{name}.activate.bias"].float() * GAIN).chunk(2)[1]
        gain = (state[f"{name}.noise.weight"].float() * GAIN).view(1, 1, 1, 1)
        self._ops = ops
        self._bias = bias.to(dtype)
        self._gain = gain.repeat(len(bias), 1, 1, 1).to(dtype)

    def __call__(self, feature: Tensor) -> Tensor:
        return self._ops.conv_act(feature, self._gain, self._bias, groups=len(self._bias))


class Styled(ABC):
    """What every modulated 3x3 convolution has. side: of the maps that it reads."""

    def __init__(
        self, state: Mapping[str, Tensor], name: str, ops: onednn.Convolutions, dtype: torch.dtype, side: int
    ) -> None:
        self._ops = ops
        self._dtype = dtype
        weight = equalised(state[f"{name}.conv.weight"][0])
        self._modulation = Modulation(state, f"{name}.conv", weight)
        self._skip = Skip(state, name, ops, dtype)
        self._bias = (state[f"{name}.activate.bias"].float() * GAIN).chunk(2)[0].to(dtype)
        self._by_weights = more_maps_than_weights(weight, side)
        self._keep(weight, side)

    @abstractmethod
    def _keep(self, weight: Tensor, side: int) -> None:
        """Keep the (out, in, 3, 3) float32 weight as it will be used."""


class Level(Styled):
    """At one resolution."""

    def _keep(self, weight: Tensor, side: int) -> None:
        halves = torch.split(weight, weight.shape[0], dim=1)
        if self._by_weights:
            self._weights = [channels_last(half, torch.float32) for half in halves]
        else:
            self._weights = [self._ops.pack(half.to(self._dtype), side, padding=1) for half in halves]

    def __call__(self, maps: Maps, style: Tensor, feature: Tensor) -> Maps:
        before, after = self._modulation(style)
        befores = torch.split(before, maps[0].shape[1], dim=1)
        convolve = self._modulate_weights if self._by_weights else self._modulate_maps
        return F.leaky_relu_(convolve(maps, befores, after), SLOPE), self._skip(feature)

    def _modulate_weights(self, maps: Maps, befores: Maps, after: Tensor) -> Tensor:
        weights = [
            (w * (after.view(-1, 1) * b)[:, :, None, None]).to(self._dtype)
            for w, b in zip(self._weights, befores, strict=True)
        ]
        return self._sum(maps, weights, self._bias)

    def _modulate_maps(self, maps: Maps, befores: Maps, after: Tensor) -> Tensor:
        maps = tuple(m * per_channel(b, self._dtype) for m, b in zip(maps, befores, strict=True))
        y = self._sum(maps, self._weights, None)
        return torch.addcmul(per_channel(self._bias[None], self._dtype), y, per_channel(after, self._dtype), out=y)

    def _sum(self, maps: Maps, weights: list[Tensor], bias: Tensor | None) -> Tensor:
        y = self._ops.conv(maps[0], weights[0], bias, padding=1)
        for m, w in zip(maps[1:], weights[1:], strict=True):
            y = self._ops.conv_add_(y, m, w, None, padding=1)
        return y


class Up(Styled):
    """To twice the side: transposed, then the filter."""

    def _keep(self, weight: Tensor, side: int) -> None:
        self._fir = fir_kernel(4.0).view(1, 1, 4, 4)
        turned = weight.transpose(0, 1)
        if self._by_weights:
            self._weight = channels_last(turned, torch.float32)
        else:
            self._weight = self._ops.pack_up(turned.to(self._dtype), side)

    def __call__(self, maps: Maps, style: Tensor, feature: Tensor) -> Maps:
        before, after = self._modulation(style)
        x = torch.cat(maps, dim=1)
        if self._by_weights:
            y = self._ops.up(x, (self._weight * before.view(-1, 1, 1, 1)).to(self._dtype))
        else:
            y = self._ops.up(x.mul_(per_channel(before, self._dtype)), self._weight)
        fir = (self._fir * after.view(-1, 1, 1, 1)).to(self._dtype)
        y = self._ops.conv_act(y, fir, self._bias, padding=1, groups=len(self._bias))
        return y, self._skip(feature)


class ToRgb:
    """Modulated 1x1 convolution to three channels, not demodulated; the result is float32."""

    def __init__(self, state: Mapping[str, Tensor], name: str, dtype: torch.dtype) -> None:
        self._dtype = dtype
        self._weight = equalised(state[f"{name}.conv.weight"][0])
        self._affine = equalised(state[f"{name}.conv.modulation.weight"])
        self._offset = state[f"{name}.conv.modulation.bias"].float().clone()
        self._bias = state[f"{name}.bias"].float().view(1, 3, 1, 1).clone()

    def __call__(self, maps: Maps, style: Tensor) -> Tensor:
        weight = self._weight * F.linear(style, self._affine, self._offset)[:, :, None, None]
        halves = torch.split(channels_last(weight, self._dtype), maps[0].shape[1], dim=1)
        rgb = self._bias
        for m, w in zip(maps, halves, strict=True):
            rgb = rgb + F.conv2d(m, w)
        return rgb


def more_maps_than_weights(weight: Tensor, side: int) -> bool:
    """Whether a layer that reads maps of `side` is cheaper to modulate by its weights."""
    return weight.numel() < weight.shape[1] * side * side
