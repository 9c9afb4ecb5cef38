"""GPEN as the registry knows it: every size of the published layout, the built-in model's widths included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models.architecture import Architecture, ReadModel, State
from gpen_desktop.models.gpen.cpu import CpuGpen
from gpen_desktop.models.gpen.cuda import CudaGpen
from gpen_desktop.models.gpen.layout import GpenDescriptor, describe
from gpen_desktop.models.gpen.portable import VALUE_RANGE, GpenNet, PortableGpen
from gpen_desktop.models.spec import ModelSpec, Task, Template

_PUBLISHED_TEMPLATE: Final = "gpen"
"""Of the published checkpoints, which do not state it; ours do."""


def build(state: State, descriptor: GpenDescriptor, device: torch.device, dtype: torch.dtype) -> GpenNet:
    """Build the inference form for a device from a checked state dict, which is not kept."""
    if device.type == "cpu":
        return CpuGpen(state, descriptor, dtype)
    if device.type == "cuda":
        return CudaGpen(state, descriptor, device, dtype)
    return PortableGpen(state, descriptor, dtype).to(device).eval()


def described(state: State, metadata: Mapping[str, str]) -> GpenDescriptor:
    """What the weights hold, every key and shape checked. Raises WeightsError."""
    return describe(state, _template(metadata))


def _template(metadata: Mapping[str, str]) -> Template:
    template = metadata.get("template", _PUBLISHED_TEMPLATE)
    if template == "ffhq":
        return "ffhq"
    if template == "gpen":
        return "gpen"
    raise WeightsError(
        say("unknown-template", "The file names an unknown template, '{name}'.", name=template),
        todo=say("known-templates", "Known templates: ffhq, gpen."),
    )


def _recognises(state: State) -> bool:
    """Also incomplete weights, of which `_read` can then say what is missing."""
    return "ecd0.0.0.weight" in state or "generator.input.input" in state


def _read(state: State, metadata: Mapping[str, str]) -> ReadModel:
    descriptor = described(state, metadata)
    spec = ModelSpec(
        architecture="gpen",
        task=Task.FACE_RESTORER,
        size=descriptor.size,
        template=descriptor.template,
        value_range=VALUE_RANGE,
        precisions=("fp32", "fp16", "bf16"),
        bytes_per_item=4 * 12 * descriptor.channels(descriptor.size) * descriptor.size**2,
    )
    return ReadModel(spec, lambda device, dtype: build(state, descriptor, device, dtype))


ARCHITECTURE: Final = Architecture(
    name="gpen",
    tasks=(Task.FACE_RESTORER, Task.FACE_COLOURISER, Task.FACE_INPAINTER),
    recognises=_recognises,
    read=_read,
)
