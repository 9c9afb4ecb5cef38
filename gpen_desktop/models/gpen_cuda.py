"""The inference form for CUDA GPUs: the portable form, recorded once per batch size as a CUDA graph and replayed.

A replay starts the whole network with one call, where the portable form alone spends longer on starting its hundreds of
small operators than the GPU does on running them. Not measured by the team yet: no GPU was at hand when it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gpen_desktop.models.gpen import Answers, GpenNet, PortableGpen, answers, network_input
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
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # PyTorch left it untyped
        self._recordings: dict[int, Recording] = {}
        # Half floats keep more of a 16-bit photo than bytes would, for half the way of floats.
        self._moved_as = torch.float32 if dtype is torch.float32 else torch.float16

    @torch.inference_mode()
    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, S, S) RGB in [-1, 1] to the same, in x's dtype, both on the GPU."""
        recording = self._recordings.get(len(x))
        if recording is None:
            recording = self._recordings[len(x)] = self._record(len(x))
        recording.given.copy_(x, non_blocking=True)
        recording.graph.replay()
        return recording.made.to(x.dtype, copy=True)

    @torch.inference_mode()
    def restore(self, crops: Tensor) -> Answers:
        """As GpenNet.restore: to the GPU and back from page-locked memory, everything between done there."""
        leaving = self._locked(crops.to(self._moved_as))
        # A stream of its own: what else uses the GPU in this process is neither waited for nor held up.
        with torch.cuda.stream(self._stream):
            made = answers(self(network_input(leaving.to(self._device, non_blocking=True))))
            parts = (made.pixels.to(self._moved_as), made.finite, made.lit)
            arrived = [
                self._locked(torch.empty_like(part, device="cpu")).copy_(part, non_blocking=True) for part in parts
            ]
        self._stream.synchronize()
        pixels, finite, lit = arrived
        return Answers(pixels.float(), finite, lit)

    def release(self) -> None:
        """Give the recordings' memory back; the next run records anew."""
        self._recordings.clear()

    @staticmethod
    def _locked(tensor: Tensor) -> Tensor:
        """The same in page-locked memory, which the GPU can read and write by itself; PyTorch keeps such blocks."""
        return tensor.pin_memory()

    def _record(self, faces: int) -> Recording:
        given = torch.zeros(faces, 3, self.size, self.size, device=self._device)
        # Full float32 where float32 was asked for, and the same algorithms on every run.
        with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):
            aside = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]  # PyTorch left it untyped
            aside.wait_stream(torch.cuda.current_stream(self._device))
            with torch.cuda.stream(aside):
                for _ in range(_WARM_UPS):
                    self._net(given)
            torch.cuda.current_stream(self._device).wait_stream(aside)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, pool=self._pool()):
                made = self._net(given)
        return Recording(graph, given, made)

    def _pool(self) -> Any:  # the type of these handles is private to PyTorch
        """The memory of an earlier recording: replays never overlap and results are copied out, so they can share."""
        earlier = next(iter(self._recordings.values()), None)
        return earlier.graph.pool() if earlier else None
