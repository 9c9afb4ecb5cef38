"""Heads in, restored heads out: what a network makes of aligned crops, and of larger ones in two parts."""

from __future__ import annotations

from collections.abc import Sequence

from gpen_desktop.core.engine.face_networks import CropRestorer
from gpen_desktop.core.faces.high_heads import aligned_part, joined, made_smaller
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.types import FloatImage


def restore_heads(network: CropRestorer, heads: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
    """What a network makes of each head, as large as that: (S, S, 3) of the network's size, or of a larger crop
    (core/faces/high_heads.py). Raises as the network does."""
    size = network.spec.size
    larger = [head for head in heads if head.shape[0] != size]
    share = len(heads) / max(1, len(heads) + len(larger))
    # those that are aligned first, so that their batches are the same whoever else has a larger crop
    aligned = network.restore([aligned_part(head, size) for head in heads], SubProgress(progress, 0.0, share))
    if not larger:
        return aligned
    smaller = [made_smaller(head, size) for head in larger]
    around = iter(network.restore(smaller, SubProgress(progress, share, 1.0)))
    return [
        made if head.shape[0] == size else joined(made, next(around), head.shape[0])
        for head, made in zip(heads, aligned, strict=True)
    ]
