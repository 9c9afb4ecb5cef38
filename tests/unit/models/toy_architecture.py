"""An architecture of the tests' own: all that adding one to the program takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from gpen_desktop.models import registry
from gpen_desktop.models.architecture import Architecture, ReadModel, State
from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.spec import ModelSpec, Task

SPEC = ModelSpec("toy", Task.FACE_RESTORER, size=64, template="ffhq", precisions=("fp32",), bytes_per_item=64 * 64 * 12)


class Toy(FaceNet):
    """Makes faces brighter or darker."""

    def __init__(self, gain: Tensor) -> None:
        super().__init__(SPEC.value_range)
        self.register_buffer("gain", gain)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.get_buffer("gain")


def _read(state: State, metadata: Mapping[str, str]) -> ReadModel:
    return ReadModel(SPEC, lambda device, dtype: Toy(state["toy.gain"]).to(device, dtype))


TOY = Architecture("toy", (Task.FACE_RESTORER,), recognises=lambda state: "toy.gain" in state, read=_read)


def toy_weights(path: Path, gain: float = 0.5) -> Path:
    """Weights of that architecture."""
    save_file({"toy.gain": torch.tensor([gain])}, path)
    return path


@contextmanager
def registered() -> Iterator[None]:
    """The program knows it for as long as this lasts."""
    before = list(registry._architectures)
    registry.register(TOY)
    yield
    registry._architectures[:] = before
