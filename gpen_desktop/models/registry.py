"""From a weights file to a network: which architecture it is, what that takes, and how it is built.

Recognised by content alone, so a file may have any name. What only the catalogue knows is taken from there: whether
weights in GPEN's layout restore, colour or fill.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models import catalog
from gpen_desktop.models.architecture import Architecture, ReadModel, State
from gpen_desktop.models.detectors import facexlib_retinaface, landmarks, parsenet, retinaface
from gpen_desktop.models.gpen import architecture as gpen
from gpen_desktop.models.photo import architectures as photo
from gpen_desktop.models.published import adapter as published
from gpen_desktop.models.spec import TASK_WORDS, ModelSpec, Task
from gpen_desktop.models.tensors import first_few, read_tensors

_architectures: list[Architecture] = [
    gpen.ARCHITECTURE,
    retinaface.ARCHITECTURE,
    facexlib_retinaface.RESNET50,
    parsenet.PARSENET,
    landmarks.ARCHITECTURE,
    photo.CLEANER,
    photo.UNBLOCKER,
    photo.POOR_ENLARGER,
    photo.REPAIRER,
    photo.COMPACT,
    published.SPANDREL,
]


def register(architecture: Architecture) -> None:
    """Know one more architecture from now on: all that is needed for its weights to be imported, offered and run."""
    _architectures.insert(-1, architecture)  # asking spandrel, the last, takes seconds


def read(path: Path) -> ReadModel:
    """Recognise and check a weights file. Raises WeightsError: not one, of no known architecture, or damaged."""
    state, metadata = read_tensors(path)
    with naming(path):
        architecture = _recognised(state)
        model = architecture.read(state, metadata)
    info = catalog.by_file(path.name)
    if info is not None and info.task in architecture.tasks:
        model = replace(model, spec=replace(model.spec, task=info.task))
    return model


def read_mixed(path: Path, other: Path, share: float) -> ReadModel:
    """The weights of two files of the same layout, mixed: `share` (0 to 1) of the first. Raises WeightsError."""
    state, metadata = read_tensors(path)
    partner, _ = read_tensors(other)
    if {key: value.shape for key, value in state.items()} != {key: value.shape for key, value in partner.items()}:
        raise WeightsError(
            say("weights-not-alike", "'{name}' and '{other}' cannot be mixed.", name=path.name, other=other.name),
            todo=say("get-weights-again", "The file is damaged or of another kind; get it again."),
            path=path,
        )
    mixed = {key: torch.lerp(partner[key].float(), value.float(), share) for key, value in state.items()}
    with naming(path):
        return _recognised(mixed).read(mixed, metadata)


def read_spec(path: Path) -> ModelSpec:
    """What a weights file holds. Raises WeightsError as `read` does."""
    return read(path).spec


def load(path: Path, task: Task, device: str = "cpu", dtype: torch.dtype = torch.float32) -> nn.Module:
    """The network of a weights file, ready to run. Raises WeightsError, also where it is for another task."""
    model = read(path)
    if model.spec.task is not task:
        raise WeightsError(
            say(
                "other-task",
                "'{name}' holds {found}, not {wanted}.",
                name=path.name,
                found=TASK_WORDS[model.spec.task],
                wanted=TASK_WORDS[task],
            ),
            todo=say("get-weights-again", "The file is damaged or of another kind; get it again."),
            path=path,
        )
    return model.build(torch.device(device), dtype)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in what goes wrong with its content."""
    try:
        yield
    except WeightsError as error:
        what = say("in-file", "{name}: {fault}", name=path.name, fault=error.what)
        raise WeightsError(what, todo=error.todo, path=path) from error


def _recognised(state: State) -> Architecture:
    for architecture in _architectures:
        if architecture.recognises(state):
            return architecture
    raise WeightsError(
        say(
            "unknown-architecture",
            "This version knows no architecture with the keys {keys}.",
            keys=first_few(state),
        ),
        todo=say("see-models-list", "'gpen-desktop models list' shows the models."),
    )
