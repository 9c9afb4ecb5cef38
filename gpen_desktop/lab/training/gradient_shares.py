"""Several wishes at one picture, balanced by the length of their gradients: no weight has to be tuned to how large the
numbers of a discriminator happen to be."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


class GradientShares:
    """Adds gradients up, each as long as its share of the measures' gradient.

    settling: steps in which the wishes grow to their shares, while new discriminators learn.
    """

    def __init__(self, settling: int) -> None:
        self._settling = settling
        self._lengths: dict[str, Tensor] = {}
        self._steps = 0

    def total(self, measured: Tensor, wishes: Mapping[str, Tensor], shares: Mapping[str, float]) -> Tensor:
        """measured and each of the wishes: gradients of one shape; shares: of every wish by name. Counts a step."""
        total, length = measured, self._length("measured", measured)
        settled = min(1.0, self._steps / self._settling)
        for name, wish in wishes.items():
            total = total + wish * (settled * shares[name] * length / self._length(name, wish))
        self._steps += 1
        return total

    def _length(self, name: str, gradient: Tensor) -> Tensor:
        """Moving average of a gradient's length: one batch is not to set the balance."""
        length = gradient.norm().clamp(min=1e-12)
        before = self._lengths.get(name, length)
        self._lengths[name] = torch.where(torch.isfinite(length), before.lerp(length, 0.02), before)
        return self._lengths[name]
