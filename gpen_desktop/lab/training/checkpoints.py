"""Training state on disk, and weights made from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Protocol

import torch
from safetensors.torch import save_file
from torch import Tensor

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models.gpen.layout import GpenDescriptor
from gpen_desktop.models.gpen.reference import described
from gpen_desktop.models.loader import read_descriptor, read_tensors

State = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a training stands.

    generator, averaged: published layout, float32; averaged is the moving average that is shipped. discriminator: empty
    before the adversarial stage. optimiser: its state by part. steps: of all workers together.
    """

    descriptor: GpenDescriptor
    generator: State
    averaged: State
    discriminator: State
    optimiser: Mapping[str, Any]
    steps: int


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write whole or not at all."""
    fields = {f.name: getattr(checkpoint, f.name) for f in dataclasses.fields(checkpoint)}
    fields["descriptor"] = dataclasses.asdict(checkpoint.descriptor)
    part = path.with_suffix(".part")
    torch.save(fields, part)
    part.replace(path)


def load(path: Path) -> Checkpoint:
    """Read what `save` wrote. Raises WeightsError."""
    try:
        fields = torch.load(path, map_location="cpu", weights_only=True)
        return Checkpoint(**{**fields, "descriptor": GpenDescriptor(**fields["descriptor"])})
    except (OSError, EOFError, RuntimeError, KeyError, TypeError, ValueError, UnpicklingError) as error:
        raise WeightsError(
            say("not-our-checkpoint", "It is not one of our training checkpoints ({error}).", error=str(error)),
            path=path,
        ) from error


class Stateful(Protocol):
    """A network or an optimiser."""

    def state_dict(self) -> Any: ...

    def load_state_dict(self, state_dict: Any) -> Any: ...


def save_parts(parts: Mapping[str, Stateful], steps: int, path: Path) -> None:
    """Write the state of a small training, whole or not at all."""
    part = path.with_suffix(".part")
    torch.save({**{name: each.state_dict() for name, each in parts.items()}, "steps": steps}, part)
    part.replace(path)


def resume_parts(parts: Mapping[str, Stateful], path: Path) -> int:
    """Give the parts back the state that `save_parts` wrote, and the steps done; 0 where there is no such file. Raises
    WeightsError."""
    if not path.is_file():
        return 0
    try:
        state = torch.load(path, weights_only=True)
        for name, each in parts.items():
            each.load_state_dict(state[name])
        return int(state["steps"])
    except (EOFError, RuntimeError, KeyError, UnpicklingError) as error:
        raise WeightsError(
            say("not-this-training", "It is not a checkpoint of this training ({error}).", error=str(error)), path=path
        ) from error


def start_from_weights(path: Path) -> Checkpoint:
    """A training that begins at published-layout weights of any wrapping. Raises WeightsError."""
    state = {name: tensor.float() for name, tensor in read_tensors(path)[0].items()}
    return Checkpoint(read_descriptor(path), state, state, {}, {}, 0)


def builtin_descriptor(size: int = 256) -> GpenDescriptor:
    """The network of the built-in weights: style width 256, mapping depth 4, multiplier 1, narrow 0.25."""
    return dataclasses.replace(
        described(size, style_dim=256, n_mlp=4, channel_multiplier=1, narrow=0.25), template="ffhq"
    )


def export(checkpoint: Checkpoint, path: Path, recipe: str) -> None:
    """Write the averaged weights as half-precision safetensors, with what a reader wants to know in its metadata."""
    d = checkpoint.descriptor
    told = {
        "layout": "GPEN full generator",
        "template": d.template,
        "size": d.size,
        "style_dim": d.style_dim,
        "n_mlp": d.n_mlp,
        "channel_multiplier": d.channel_multiplier,
        "narrow": d.narrow,
        "steps": checkpoint.steps,
        "recipe": recipe,
    }
    half = {name: tensor.to(torch.float16).contiguous() for name, tensor in checkpoint.averaged.items()}
    broken = [name for name, tensor in half.items() if not bool(torch.isfinite(tensor).all())]
    if broken:
        raise WeightsError(say("half-overflow", "'{key}' does not fit into half precision.", key=broken[0]), path=path)
    part = path.with_suffix(".part")
    save_file(half, part, metadata={key: str(value) for key, value in told.items()})
    part.replace(path)
