"""How well networks agree."""

from __future__ import annotations

import torch


def relative_error(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """Length of the difference as a share of that of what is wanted; on any device, in any precision."""
    ours, theirs = found.cpu().double(), wanted.cpu().double()
    return float((ours - theirs).norm() / theirs.norm())
