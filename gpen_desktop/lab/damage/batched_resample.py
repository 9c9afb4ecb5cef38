"""Resizing a batch of pictures, each by its own factor, as two matrix products.

A canvas holds a picture of any side up to its own: rows beyond the picture repeat its edge. Where a picture lies on its
canvas and how large it is may differ within a batch, so that one product serves what OpenCV would take one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

AREA: Final = 0
CUBIC: Final = 1
LINEAR: Final = 2
LANCZOS: Final = 3
"""The filters, as `resample` wants them named: OpenCV's INTER_AREA, _CUBIC, _LINEAR, _LANCZOS4."""

_SHARPNESS: Final = -0.75
"""The free number of the cubic filter as OpenCV has it."""


@dataclass(frozen=True)
class Place:
    """Where each picture lies on its canvas.

    offset, side: (N,) px; the same down and across.
    """

    offset: Tensor
    side: Tensor


def resample(canvas: Tensor, before: Place, after: Place, form: Tensor, size: int) -> Tensor:
    """(N, C, S, S) pictures at `before` to (N, C, size, size) with the pictures at `after`.

    form: (N,) of AREA, CUBIC, LINEAR, LANCZOS.
    """
    weights = _weights(before, after, form, canvas.shape[-1], size)[:, None]
    return weights @ canvas @ weights.transpose(2, 3)


def _weights(before: Place, after: Place, form: Tensor, source: int, size: int) -> Tensor:
    """(N, size, source): what each new row takes of each old one."""
    device = before.side.device
    first, last = after.offset[:, None], (after.offset + after.side - 1)[:, None]
    # rows beyond the new picture repeat its edge
    row = (torch.arange(size, device=device)[None].clamp(first, last) - first)[:, :, None].float()
    step = (before.side / after.side)[:, None, None]
    offset = before.offset[:, None, None]
    column = torch.arange(source, device=device)[None, None].float()
    top, bottom = offset + row * step, offset + (row + 1) * step
    area = (torch.minimum(bottom, column + 1) - torch.maximum(top, column)).clamp(min=0)
    distance = (column - (offset + (row + 0.5) * step - 0.5)).abs()
    form = form[:, None, None]
    weights = torch.where(form == AREA, area, _cubic(distance))
    weights = torch.where(form == LINEAR, (1 - distance).clamp(min=0), weights)
    weights = torch.where(form == LANCZOS, _lanczos(distance), weights)
    return weights / weights.sum(2, keepdim=True)


def _cubic(d: Tensor) -> Tensor:
    a = _SHARPNESS
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return torch.where(d <= 1, near, far * (d < 2))


def _lanczos(d: Tensor) -> Tensor:
    return torch.sinc(d) * torch.sinc(d / 4) * (d < 4)
