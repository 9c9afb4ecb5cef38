"""What every network for aligned faces has in common: crops in main memory in, restored crops and their faults out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

Range = tuple[float, float]


@dataclass(frozen=True, eq=False)
class RestoredBatch:
    """What a network made of a batch of N crops.

    pixels: (N, S, S, 3) float32 RGB, clipped to [0, 1]. is_finite: (N,) bool, whether all its numbers are numbers.
    is_not_black: (N,) bool, whether anything in it is brighter than black.
    """

    pixels: Tensor
    is_finite: Tensor
    is_not_black: Tensor


def network_input(crops: Tensor, value_range: Range) -> Tensor:
    """(N, S, S, 3) in [0, 1] to (N, 3, S, S) float32 between black and white of value_range."""
    black, white = value_range
    return crops.float().permute(0, 3, 1, 2) * (white - black) + black


def restored_batch(restored: Tensor, value_range: Range) -> RestoredBatch:
    """From (N, 3, S, S) as networks give faces; all on its device."""
    black, white = value_range
    flat = restored.flatten(1)
    return RestoredBatch(
        pixels=((restored.float().permute(0, 2, 3, 1) - black) / (white - black)).clamp(0, 1).contiguous(),
        is_finite=flat.isfinite().all(1),
        is_not_black=flat.amax(1) > black,
    )


class FaceNet(nn.Module):
    """net(x): aligned faces (N, 3, S, S) between black and white of value_range to the same, restored.

    Subclasses write `forward`.
    """

    if TYPE_CHECKING:

        def __call__(self, x: Tensor) -> Tensor: ...

    def __init__(self, value_range: Range) -> None:
        super().__init__()
        self.value_range = value_range

    def set_option(self, name: str, value: float) -> None:
        """Set one of the options that the model's ModelSpec declares, for the batches that follow. KeyError for a name
        that is none of them."""
        raise KeyError(name)

    @torch.inference_mode()
    def restore(self, crops: Tensor) -> RestoredBatch:
        """Restore a batch, (N, S, S, 3) float32 RGB in [0, 1] in main memory; the results are there too."""
        made = restored_batch(self(network_input(crops.to(self.device), self.value_range)), self.value_range)
        return RestoredBatch(made.pixels.cpu(), made.is_finite.cpu(), made.is_not_black.cpu())

    @property
    def device(self) -> torch.device:
        """Where it computes: where its weights are."""
        first = next(chain(self.parameters(), self.buffers()), None)
        return torch.device("cpu") if first is None else first.device

    @property
    def largest_batch(self) -> int:
        """Crops beyond which a batch is no faster, and cancelling takes longer to be heard."""
        return {"cpu": 1, "mps": 8, "cuda": 16}[self.device.type]

    @property
    def runs_beside_itself(self) -> bool:
        """Whether several threads with a core each get more done than all cores on one face after the other."""
        return False

    def release(self) -> None:
        """Give back what is kept between runs beside the weights; nothing, in most forms."""
