"""Published whole-photo networks, as ours are called: RGB in [0, 1], (N, 3, H, W) to (N, 3, scale H, scale W)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


class PublishedPhotoNet(nn.Module):
    """An upscaler or restorer.

    Parameters
    ----------
    net : spandrel's network, for its parameters.
    call : spandrel's descriptor of it: (1, channels, H, W) in [0, 1] to the same; mirrors what is too small.
    channels : 3, or 1 where every channel is taken by itself.
    """

    def __init__(self, net: nn.Module, call: Callable[[Tensor], Tensor], channels: int) -> None:
        super().__init__()
        self.net = net
        self._call = call
        self._channels = channels

    @torch.inference_mode()
    def forward(self, photo: Tensor) -> Tensor:
        dtype = next(self.net.parameters()).dtype
        parts = photo.to(dtype).split(1)
        if self._channels == 1:
            return torch.cat([self._by_channel(part) for part in parts])
        return torch.cat([self._call(part) for part in parts])

    def _by_channel(self, part: Tensor) -> Tensor:
        return torch.cat([self._call(channel) for channel in part.split(1, dim=1)], dim=1)


class PublishedColouriser(nn.Module):
    """(N, 1, H, W) luma in [0, 1] to (N, 3, H, W) RGB in [0, 1]."""

    def __init__(self, net: nn.Module, call: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.net = net
        self._call = call

    @torch.inference_mode()
    def forward(self, luma: Tensor) -> Tensor:
        dtype = next(self.net.parameters()).dtype
        return torch.cat([self._call(part) for part in luma.to(dtype).split(1)])


class PublishedInpainter(nn.Module):
    """Photo (N, 3, H, W) RGB in [0, 1] and holes (N, 1, H, W), 1 where a pixel is to be replaced and 0 elsewhere, to
    (N, 3, H, W); what lies outside the holes comes back as it was."""

    def __init__(self, net: nn.Module, call: Callable[[Tensor, Tensor], Any]) -> None:
        super().__init__()
        self.net = net
        self._call = call

    @torch.inference_mode()
    def forward(self, photo: Tensor, holes: Tensor) -> Tensor:
        dtype = next(self.net.parameters()).dtype
        pairs = zip(photo.to(dtype).split(1), holes.to(dtype).split(1), strict=True)
        return torch.cat([self._call(part, hole) for part, hole in pairs])
