"""Reads the whole-photo networks from weights files and runs them on photos of any size.

Photos are (N, 3, H, W) float RGB in [0, 1]. Networks come ready to run: evaluation mode, channels last.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models.photo.compact import CompactEnlarger, compact_from_state
from gpen_desktop.models.photo.unet import DamageFinder, HoleFiller, PhotoCleaner
from gpen_desktop.models.tensors import read_tensors

Net = TypeVar("Net", bound=nn.Module)


def load_cleaner(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> PhotoCleaner:
    """The network of photo_clean_1x. Raises WeightsError: missing, damaged, of another layout."""
    net = PhotoCleaner()
    _fill(net, read_tensors(path)[0], path)
    return _ready(net, device, dtype)


def load_repairer(
    path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32
) -> tuple[DamageFinder, HoleFiller]:
    """Both networks of photo_repair_1x. Raises WeightsError."""
    nets = nn.ModuleDict({"finder": DamageFinder(), "filler": HoleFiller()})
    _fill(nets, read_tensors(path)[0], path)
    _ready(nets, device, dtype)
    finder, filler = nets["finder"], nets["filler"]
    assert isinstance(finder, DamageFinder)
    assert isinstance(filler, HoleFiller)
    return finder, filler


def load_enlarger(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> CompactEnlarger:
    """photo_enlarge_2x, or a published file in the same layout. Raises WeightsError."""
    state, _ = read_tensors(path)
    try:
        return _ready(compact_from_state(state), device, dtype)
    except (KeyError, ValueError, IndexError, RuntimeError) as error:
        raise _of_another_layout(path) from error


def whole(net: PhotoCleaner | DamageFinder | HoleFiller, photo: Tensor, *planes: Tensor) -> Tensor:
    """Run a U-Net on a photo of any size, and planes (N, 1, H, W) that go with it: mirrored beyond its right and lower
    edges up to the next multiple, and cut again. Memory grows with the photo: cut large ones into tiles that overlap by
    `net.shape.reach`."""
    height, width = photo.shape[-2:]
    multiple = net.shape.multiple
    beyond = (0, -width % multiple, 0, -height % multiple)
    mode = "reflect" if min(height, width) > multiple else "replicate"
    padded = [F.pad(each, beyond, mode=mode) for each in (photo, *planes)]
    made: Tensor = net(*padded)
    return made[..., :height, :width]


def _fill(net: nn.Module, state: Mapping[str, Tensor], path: Path) -> None:
    try:
        net.load_state_dict(dict(state))
    except RuntimeError as error:
        raise _of_another_layout(path) from error


def _ready(net: Net, device: str, dtype: torch.dtype) -> Net:
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    return net.eval().to(device, dtype).to(memory_format=torch.channels_last)


def _of_another_layout(path: Path) -> WeightsError:
    return WeightsError(
        say("not-photo-network", "'{name}' does not hold a network for whole photos.", name=path.name),
        todo=say("reinstall", "Reinstall GPEN Desktop, or get its weights folder again."),
        path=path,
    )
