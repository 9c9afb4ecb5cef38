"""Reading weights, for other programs: these names stay when the house behind them is rebuilt."""

from __future__ import annotations

from pathlib import Path

import torch

from gpen_desktop.models.gpen.architecture import build, described
from gpen_desktop.models.gpen.layout import GpenDescriptor
from gpen_desktop.models.gpen.portable import GpenNet
from gpen_desktop.models.registry import naming
from gpen_desktop.models.tensors import read_tensors

__all__ = ["GpenDescriptor", "load_gpen", "read_descriptor", "read_tensors"]


def load_gpen(path: str | Path, device: str | torch.device = "cpu", dtype: torch.dtype = torch.float32) -> GpenNet:
    """Read a published GPEN checkpoint, in any wrapping, and build its inference form.

    Parameters
    ----------
    path : .pth/.pt (a state dict, bare or under a usual key, with or without 'module.') or .safetensors.
    device : where it computes.
    dtype : in what it computes: float32, bfloat16 or float16.

    Returns
    -------
    net : net(x) takes (N, 3, S, S) RGB in [-1, 1] and returns the same; net.size == S; net.template is the template.

    Raises WeightsError for anything that is not such a file.
    """
    state, metadata = read_tensors(path)
    with naming(Path(path)):
        descriptor = described(state, metadata)
    return build(state, descriptor, torch.device(device), dtype)


def read_descriptor(path: str | Path) -> GpenDescriptor:
    """What a GPEN checkpoint holds, without building it. Raises WeightsError as load_gpen does."""
    state, metadata = read_tensors(path)
    with naming(Path(path)):
        return described(state, metadata)
