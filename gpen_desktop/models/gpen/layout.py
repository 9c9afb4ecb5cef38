"""The published layout of a GPEN checkpoint: which keys, which shapes, and what they say about the network.

Nothing has to be stated beside the weights: size, style width, mapping depth and channel widths follow from shapes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import Message, say
from gpen_desktop.models.spec import Template
from gpen_desktop.models.tensors import first_few

Shape = tuple[int, ...]

FIR_TAPS = (1.0, 3.0, 3.0, 1.0)
"""The fixed low-pass filter of StyleGAN2, along each axis, before it is made to sum to one."""

SLOPE = 0.2
GAIN = math.sqrt(2.0)
"""Every activation of the published networks is a leaky ReLU of this slope, times this gain."""


@dataclass(frozen=True)
class GpenDescriptor:
    """What a GPEN checkpoint holds.

    size: side of the square crop it takes and gives, pixels. style_dim: width of the style vector. n_mlp: depth of the
    mapping network. channel_multiplier, narrow: the two numbers that set the channel widths. parameters: how many
    learnt numbers. template: where the five landmarks have to lie in the crop. half: stored in 16 bits.
    """

    size: int
    style_dim: int
    n_mlp: int
    channel_multiplier: int
    narrow: float
    parameters: int
    template: Template
    half: bool

    @property
    def resolutions(self) -> tuple[int, ...]:
        """4, 8, … size."""
        return tuple(2**i for i in range(2, int(math.log2(self.size)) + 1))

    def channels(self, resolution: int) -> int:
        """Width of the maps at one resolution."""
        return channels(resolution, self.channel_multiplier, self.narrow)


def channels(resolution: int, channel_multiplier: int, narrow: float) -> int:
    """Channels of the published networks at `resolution` (4 to 2048)."""
    base = 512 if resolution <= 32 else 16384 * channel_multiplier // resolution
    return int(base * narrow)


def describe(state: Mapping[str, torch.Tensor], template: Template) -> GpenDescriptor:
    """Read the network's numbers off the shapes and check every key and shape against them.

    Raises WeightsError, saying what was found and what was expected.
    """
    descriptor = _guess(state, template)
    _check(state, descriptor)
    return descriptor


def expected_shapes(descriptor: GpenDescriptor) -> dict[str, Shape]:
    """Every key of the published layout with its shape."""
    return {**dict(_encoder_shapes(descriptor)), **dict(_generator_shapes(descriptor))}


def fir_kernel(gain: float = 1.0) -> torch.Tensor:
    """The fixed (4, 4) float32 filter; it sums to `gain`."""
    taps = torch.tensor(FIR_TAPS)
    kernel = taps[:, None] * taps[None, :]
    return kernel * (gain / kernel.sum())


def _guess(state: Mapping[str, torch.Tensor], template: Template) -> GpenDescriptor:
    """The one network that these shapes could belong to; not checked further."""
    first = "ecd0.0.0.weight"
    style = "generator.style.1.weight"
    constant = "generator.input.input"
    missing = [key for key in (first, style, constant) if key not in state]
    if missing:
        raise _not_gpen(
            say(
                "gpen-lacks-has",
                "it lacks '{key}' and has {found}",
                key=missing[0],
                found=first_few(state),
            )
        )
    for key, dims in ((first, 4), (style, 2), (constant, 4)):
        if state[key].dim() != dims or 0 in state[key].shape:
            raise _not_gpen(
                say("gpen-odd-shape", "'{key}' has shape {shape}", key=key, shape=str(tuple(state[key].shape)))
            )
    steps = _count(state, r"ecd(\d+)\.0\.")
    if not 3 <= steps <= 10:
        raise _not_gpen(say("gpen-steps", "its encoder has {steps} steps", steps=steps))
    size = 2 ** (steps + 1)
    narrow = state[constant].shape[1] / 512
    width = state[first].shape[0]
    multiplier = round(width * size / 16384 / narrow) if size >= 64 else 1
    return GpenDescriptor(
        size=size,
        style_dim=state[style].shape[0],
        n_mlp=_count(state, r"generator\.style\.(\d+)\.weight"),
        channel_multiplier=max(multiplier, 1),
        narrow=narrow,
        parameters=sum(value.numel() for key, value in state.items() if not key.endswith(".kernel")),
        template=template,
        half=state[first].dtype in (torch.float16, torch.bfloat16),
    )


def _check(state: Mapping[str, torch.Tensor], descriptor: GpenDescriptor) -> None:
    wanted = expected_shapes(descriptor)
    missing = [key for key in wanted if key not in state]
    if missing:
        raise _not_gpen(
            say(
                "gpen-lacks",
                "it looks like GPEN-{size} but lacks {keys}",
                size=descriptor.size,
                keys=first_few(missing),
            )
        )
    extra = [key for key in state if key not in wanted]
    if extra:
        raise _not_gpen(
            say(
                "gpen-has-more",
                "it looks like GPEN-{size} but also has {keys}",
                size=descriptor.size,
                keys=first_few(extra),
            )
        )
    for key, shape in wanted.items():
        if tuple(state[key].shape) != shape:
            raise _not_gpen(
                say(
                    "gpen-other-shape",
                    "'{key}' has shape {shape} where {expected} was expected",
                    key=key,
                    shape=str(tuple(state[key].shape)),
                    expected=str(shape),
                )
            )
        if not state[key].is_floating_point():
            raise _not_gpen(
                say("gpen-not-real", "'{key}' holds {dtype}, not real numbers", key=key, dtype=str(state[key].dtype))
            )
        if not _is_finite(state[key]):
            raise _not_gpen(say("gpen-not-finite", "'{key}' holds numbers that are not finite", key=key))
        if key.endswith(".kernel"):
            _check_kernel(key, state[key])


def _is_finite(value: torch.Tensor) -> bool:
    """A finite sum proves finite numbers and is quicker to have; only where it is not are they looked at one by one."""
    return bool(torch.isfinite(value.sum())) or bool(torch.isfinite(value).all())


def _check_kernel(key: str, kernel: torch.Tensor) -> None:
    """The inference forms have the filter built in, so a checkpoint with another one would be computed wrongly."""
    wanted = fir_kernel(1.0 if key.startswith("ecd") else 4.0)
    if not torch.allclose(kernel.float(), wanted, rtol=2e-3, atol=1e-5):
        raise _not_gpen(say("gpen-other-filter", "'{key}' is not the filter of the published networks", key=key))


def _encoder_shapes(d: GpenDescriptor) -> Iterator[tuple[str, Shape]]:
    width = d.channels(d.size)
    yield "ecd0.0.0.weight", (width, 3, 1, 1)
    yield "ecd0.0.1.bias", (width,)
    for step, resolution in enumerate(reversed(d.resolutions[:-1]), start=1):
        after = d.channels(resolution)
        yield f"ecd{step}.0.0.kernel", (4, 4)
        yield f"ecd{step}.0.1.weight", (after, width, 3, 3)
        yield f"ecd{step}.0.2.bias", (after,)
        width = after
    yield "final_linear.0.weight", (d.style_dim, width * 16)
    yield "final_linear.0.bias", (d.style_dim,)


def _generator_shapes(d: GpenDescriptor) -> Iterator[tuple[str, Shape]]:
    for layer in range(1, d.n_mlp + 1):
        yield f"generator.style.{layer}.weight", (d.style_dim, d.style_dim)
        yield f"generator.style.{layer}.bias", (d.style_dim,)
    width = d.channels(4)
    yield "generator.input.input", (1, width, 4, 4)
    yield from _styled_shapes("generator.conv1", width, width, d.style_dim)
    yield from _rgb_shapes("generator.to_rgb1", 2 * width, d.style_dim)
    for step, resolution in enumerate(d.resolutions[1:]):
        after = d.channels(resolution)
        up, level = f"generator.convs.{2 * step}", f"generator.convs.{2 * step + 1}"
        yield from _styled_shapes(up, 2 * width, after, d.style_dim)
        yield f"{up}.conv.blur.kernel", (4, 4)
        yield from _styled_shapes(level, 2 * after, after, d.style_dim)
        yield from _rgb_shapes(f"generator.to_rgbs.{step}", 2 * after, d.style_dim)
        yield f"generator.to_rgbs.{step}.upsample.kernel", (4, 4)
        width = after


def _styled_shapes(name: str, before: int, after: int, style_dim: int) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.conv.weight", (1, after, before, 3, 3)
    yield f"{name}.conv.modulation.weight", (before, style_dim)
    yield f"{name}.conv.modulation.bias", (before,)
    yield f"{name}.noise.weight", (1,)
    yield f"{name}.activate.bias", (2 * after,)


def _rgb_shapes(name: str, before: int, style_dim: int) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.conv.weight", (1, 3, before, 1, 1)
    yield f"{name}.conv.modulation.weight", (before, style_dim)
    yield f"{name}.conv.modulation.bias", (before,)
    yield f"{name}.bias", (1, 3, 1, 1)


def _count(state: Mapping[str, torch.Tensor], pattern: str) -> int:
    """How many different numbers stand where `pattern` has its group."""
    return len({match.group(1) for key in state if (match := re.match(pattern, key))})


def _not_gpen(found: Message) -> WeightsError:
    return WeightsError(
        say("not-gpen", "These weights are not a GPEN network: {found}.", found=found),
        todo=say("expected-gpen", "Expected a published GPEN checkpoint (keys 'ecd…', 'final_linear…', 'generator…')."),
    )
