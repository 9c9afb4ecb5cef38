"""Heads in, restored heads out: what a network makes of aligned crops, and of larger ones in two parts."""

from __future__ import annotations

from collections.abc import Sequence

from gpen_desktop.core.engine.face_networks import CropRestorer
from gpen_desktop.core.faces.high_heads import at_side, joined
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.types import Crop, FloatImage


def restore_heads(
    network: CropRestorer, crops: Sequence[Crop], given: Sequence[FloatImage], progress: Progress
) -> list[FloatImage]:
    """What a network makes of what it is given of each crop, (s, s, 3) as large as that: of one that is larger than the
    network's, in two parts (core/faces/high_heads.py). Raises as the network does."""
    larger = [pixels for crop, pixels in zip(crops, given, strict=True) if crop.is_larger]
    share = len(crops) / max(1, len(crops) + len(larger))
    # those that are aligned first, so that their batches are the same whoever else has a larger crop
    aligned_parts = [crop.aligned_part(pixels) for crop, pixels in zip(crops, given, strict=True)]
    aligned = network.restore(aligned_parts, SubProgress(progress, 0.0, share))
    if not larger:
        return aligned
    smaller = [at_side(pixels, network.spec.size) for pixels in larger]
    around = iter(network.restore(smaller, SubProgress(progress, share, 1.0)))
    return [
        joined(crop, made, next(around)) if crop.is_larger else made for crop, made in zip(crops, aligned, strict=True)
    ]
