"""The inference form for CUDA GPUs: the portable form, recorded once per batch size as a CUDA graph and replayed.

A replay starts the whole network with one call, where the portable form alone spends longer on starting its hundreds of
small operators than the GPU does on running them. Not measured by the team yet: no GPU was at hand when it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gpen_desktop.models.gpen import GpenNet, PortableGpen
from gpen_desktop.models.layout import GpenDescriptor

_WARM_UPS = 2
"""Runs before recording, in which libraries choose their algorithms and take their work space."""


@dataclass(frozen=True)
class Recording:
    """A recorded run: fill `given`, replay, read `made`."""

    graph: torch.cuda.CUDAGraph
    given: Tensor
    made: Tensor


class CudaGpen(GpenNet):
    """The inference form for CUDA GPUs. Not for use from two threads at once."""

    def __init__(
        self, state: Mapping[str, Tensor], descriptor: GpenDescriptor, device: torch.device, dtype: torch.dtype
    ) -> None:
        super().__init__(descriptor, dtype)
        self._net = PortableGpen(state, descriptor, dtype).to(device).eval()
        self._device = device
        self._recordings: dict[int, Recording] = {}

    @torch.inference_mode()
    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, S, S) RGB in [-1, 1] to the same, in x's dtype."""
        recording = self._recordings.get(len(x))
        if recording is None:
            recording = self._recordings[len(x)] = self._record(len(x))
        recording.given.copy_(x, non_blocking=True)
        recording.graph.replay()
        return recording.made.to(x.dtype, copy=True)

    def release(self) -> None:
        """Give the recordings' memory back; the next run records anew."""
        self._recordings.clear()

    def _record(self, faces: int) -> Recording:
        given = torch.zeros(faces, 3, self.size, self.size, device=self._device)
        aside = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]  # PyTorch left it untyped
        aside.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(aside):
            for _ in range(_WARM_UPS):
                self._net(given)
        torch.cuda.current_stream(self._device).wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            made = self._net(given)
        return Recording(graph, given, made)
