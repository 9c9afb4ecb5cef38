"""What the workers of a training share (elastic averaging): parameters, their moving average, the count of steps."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.multiprocessing as mp
from torch import Tensor

from gpen_desktop.lab.training.checkpoints import Checkpoint

_AVERAGED_SYNCS = 120
"""Time constant of the moving average, in syncs of 16 steps: some 8,000 faces."""

Parameters = Mapping[str, Mapping[str, Tensor]]
"""By part ('generator', 'discriminator') and name."""


class AveragingServer:
    """Parameters in shared memory. Made before the workers; every method may be called by any of them."""

    def __init__(self, begin: Checkpoint, parameters: Parameters, total: int) -> None:
        context = mp.get_context("spawn")
        self._lock = context.Lock()
        self._steps = context.Value("q", begin.steps)
        self._total = context.Value("q", total)
        self._stopped = context.Value("b", False)
        self._syncs = context.Value("q", _AVERAGED_SYNCS if begin.steps else 0)
        self._shared = {
            part: {name: _shareable(tensor) for name, tensor in named.items()} for part, named in parameters.items()
        }
        self._averaged = {name: _shareable(begin.averaged[name]) for name in parameters["generator"]}

    @property
    def steps(self) -> int:
        """Steps of all workers together, as of their last syncs."""
        return int(self._steps.value)

    @property
    def going(self) -> bool:
        """Whether there are steps left and nobody has said stop."""
        return not self._stopped.value and self.steps < self.total

    def stop(self) -> None:
        """Let the workers end after the step they are at."""
        self._stopped.value = True

    @property
    def total(self) -> int:
        """Steps at which the training ends."""
        return int(self._total.value)

    @total.setter
    def total(self, steps: int) -> None:
        self._total.value = steps

    @torch.no_grad()
    def sync(self, parameters: Parameters, steps: int, share: float) -> None:
        """Draw the shared ones towards a worker's parameters by `share`, and set those to them. Counts its `steps`."""
        with self._lock:
            for part, named in parameters.items():
                for name, own in named.items():
                    shared = self._shared[part][name]
                    shared.lerp_(own.to(shared.device), share)
                    own.copy_(shared)
            self._steps.value += steps
            self._syncs.value += 1
            rate = 1 / min(_AVERAGED_SYNCS, self._syncs.value + 9)
            for name, averaged in self._averaged.items():
                averaged.lerp_(self._shared["generator"][name], rate)

    def snapshot(self) -> tuple[dict[str, dict[str, Tensor]], dict[str, Tensor]]:
        """Copies of (parameters by part, moving average of the generator's)."""
        with self._lock:
            shared = {part: {n: t.clone() for n, t in named.items()} for part, named in self._shared.items()}
            return shared, {name: tensor.clone() for name, tensor in self._averaged.items()}


def _shareable(tensor: Tensor) -> Tensor:
    shared: Tensor = tensor.detach().clone().share_memory_()
    return shared
