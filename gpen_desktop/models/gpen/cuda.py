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

from gpen_desktop.models.face_net import RestoredBatch, network_input, restored_batch
from gpen_desktop.models.gpen.layout import GpenDescriptor
from gpen_desktop.models.gpen.portable import GpenNet, PortableGpen

_WARM_UPS = 2
"""Runs before recording, in which libraries choose their algorithms and take their work space."""


@dataclass(frozen=True)
class Recording:
    """A recorded run: fill `given`, replay, read `made`."""

    graph: torch.cuda.CUDAGraph
    given: Tensor
    made: Tensor


class CudaGpen(GpenNet):
    """The inference form for CUDA GPUs. Not for use from two threads at once.

    Everything runs on a stream of its own: what else uses the GPU in this process is neither waited for nor held up,
    and two runs never overlap.
    """

    def __init__(
        self, state: Mapping[str, Tensor], descriptor: GpenDescriptor, device: torch.device, dtype: torch.dtype
    ) -> None:
        super().__init__(descriptor, dtype)
        self._net = PortableGpen(state, descriptor, dtype).to(device).eval()
        self._stream = torch.cuda.Stream(device)
        self._recordings: dict[int, Recording] = {}
        # Half floats keep more of a 16-bit photo than bytes would, for half the way of floats.
        self._moved_as = torch.float32 if dtype is torch.float32 else torch.float16

    @torch.inference_mode()
    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, S, S) RGB in [-1, 1] to the same, in x's dtype, both on the GPU."""
        outside = torch.cuda.current_stream(self.device)
        self._stream.wait_stream(outside)
        with torch.cuda.stream(self._stream):
            made = self._run(x)
        outside.wait_stream(self._stream)
        x.record_stream(self._stream)  # each lives on one stream and is used on the other
        made.record_stream(outside)
        return made

    @torch.inference_mode()
    def restore(self, crops: Tensor) -> RestoredBatch:
        """As GpenNet.restore: to the GPU and back through page-locked memory, everything between done there."""
        leaving = self._locked(crops.shape, self._moved_as).copy_(crops)
        with torch.cuda.stream(self._stream):
            x = network_input(leaving.to(self.device, non_blocking=True), self.value_range)
            made = restored_batch(self._run(x), self.value_range)
            pixels = self._locked(made.pixels.shape, self._moved_as).copy_(made.pixels, non_blocking=True)
            is_finite = self._locked(made.is_finite.shape, torch.bool).copy_(made.is_finite, non_blocking=True)
            is_not_black = self._locked(made.is_not_black.shape, torch.bool).copy_(made.is_not_black, non_blocking=True)
        self._stream.synchronize()
        # copied: page-locked memory is scarce, and the results are kept
        return RestoredBatch(pixels.to(torch.float32, copy=True), is_finite.clone(), is_not_black.clone())

    def release(self) -> None:
        """Give the recordings' memory back; the next run records anew."""
        self._recordings.clear()

    @staticmethod
    def _locked(shape: torch.Size, dtype: torch.dtype) -> Tensor:
        """Page-locked memory, which the GPU reads and writes by itself; PyTorch keeps such blocks for the next use."""
        return torch.empty(shape, dtype=dtype, pin_memory=True)

    def _run(self, x: Tensor) -> Tensor:
        """On the own stream, which is the current one."""
        recording = self._recordings.get(len(x))
        if recording is None:
            recording = self._recordings[len(x)] = self._record(len(x))
        recording.given.copy_(x)
        recording.graph.replay()
        return recording.made.to(x.dtype, copy=True)

    def _record(self, faces: int) -> Recording:
        given = torch.zeros(faces, 3, self.size, self.size, device=self.device)
        # Full float32 where float32 was asked for, and the same algorithms on every run.
        with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):
            for _ in range(_WARM_UPS):
                self._net(given)
            graph = torch.cuda.CUDAGraph()
            # PyTorch's own capture stream belongs to whichever GPU recorded first
            with torch.cuda.device(self.device), torch.cuda.graph(graph, pool=self._pool(), stream=self._stream):
                made = self._net(given)
        return Recording(graph, given, made)

    def _pool(self) -> Any:  # the type of these handles is private to PyTorch
        """The memory of an earlier recording: replays never overlap and results are copied out, so they can share."""
        earlier = next(iter(self._recordings.values()), None)
        return earlier.graph.pool() if earlier else None
