"""Published whole-photo networks, as ours are called: RGB in [0, 1], (N, 3, H, W) to (N, 3, scale H, scale W)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


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
    """(N, 1, H, W) luma in [0, 1] to (N, 2, H, W), a and b of CIE Lab: what the photo's own lightness wants.

    Parameters
    ----------
    net : (1, 3, h, w) grey RGB to (1, 2, h, w).
    size : (h, w), to which any photo is brought, as its authors do it.
    """

    def __init__(self, net: nn.Module, size: tuple[int, int]) -> None:
        super().__init__()
        self.net = net
        self._size = size

    @torch.inference_mode()
    def forward(self, luma: Tensor) -> Tensor:
        dtype = next(self.net.parameters()).dtype
        seen = functional.interpolate(luma.float(), self._size, mode="bilinear", antialias=True)
        made = [self.net(part).float() for part in seen.to(dtype).expand(-1, 3, -1, -1).split(1)]
        return functional.interpolate(torch.cat(made), luma.shape[2:], mode="bilinear")


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
