"""What an architecture has to say of itself, so that the registry can recognise and build its weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models.spec import TASK_WORDS, ModelSpec, Task

State = Mapping[str, Tensor]
"""A state dict: tensors by the names of a network's parameters."""


@dataclass(frozen=True, eq=False)
class ReadModel:
    """Weights that were read and checked. build(device, dtype): the network, ready to run."""

    spec: ModelSpec
    build: Callable[[torch.device, torch.dtype], nn.Module]


@dataclass(frozen=True, eq=False)
class Architecture:
    """One layout of weights.

    Attributes
    ----------
    name : str
        For reports.
    tasks : tuple of Task
        What such weights may have been trained for, which nobody can see in them; the first where nothing is stated.
    recognises : callable
        recognises(state): whether weights are meant to be of this layout, by a few keys and shapes.
    read : callable
        read(state, metadata): checks every key and shape. metadata: texts that a safetensors file has beside its
        tensors. Raises WeightsError, saying what was found and what was expected.
    """

    name: str
    tasks: tuple[Task, ...]
    recognises: Callable[[State], bool]
    read: Callable[[State, Mapping[str, str]], ReadModel]


def of_one_shape(
    spec: ModelSpec,
    make: Callable[[], nn.Module],
    finish: Callable[[nn.Module], None],
    sign: str,
    absent: Sequence[str] = (),
) -> Architecture:
    """An architecture whose shapes never vary.

    make(): the network without weights. finish(net): in place, once weights are loaded and evaluation mode is set.
    sign: a key that no other architecture has. absent: for one whose keys larger ones have, too: a key of each of those
    that it has not.
    """

    def recognises(state: State) -> bool:
        return sign in state and not any(key in state for key in absent)

    def read(state: State, metadata: Mapping[str, str]) -> ReadModel:
        net = make()
        try:
            net.load_state_dict(dict(state))
        except RuntimeError as error:
            raise WeightsError(
                say("other-shapes", "These weights look like {task}, but do not fit.", task=TASK_WORDS[spec.task]),
                todo=say("reinstall", "Reinstall GPEN Desktop, or get its weights folder again."),
            ) from error
        finish(net.eval())

        def build(device: torch.device, dtype: torch.dtype) -> nn.Module:
            return net.to(device, dtype).to(memory_format=torch.channels_last)

        return ReadModel(spec, build)

    return Architecture(spec.architecture, (spec.task,), recognises, read)
