"""The discriminators of the adversarial stage: one network looks at pieces, one at the whole face at half size.

Filters are divided by their largest singular value (Miyato et al. 2018), which keeps both steady without a penalty on
gradients.
"""

from __future__ import annotations

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EYE, MOUTH, ANYWHERE = range(3)
"""Kinds of pieces."""

_SLOPE: Final = 0.2


class SpectralConv(nn.Module):
    """A convolution whose filters, as one matrix, have a largest singular value of about 1: a step of power iteration
    each time it is used in training."""

    left: Tensor

    def __init__(self, before: int, after: int, side: int = 3, *, stride: int = 1, padding: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(after, before, side, side))
        nn.init.orthogonal_(self.weight)
        self.bias = nn.Parameter(torch.zeros(after))
        self.register_buffer("left", F.normalize(torch.randn(after), dim=0))
        self.stride, self.padding = stride, padding

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            matrix = self.weight.flatten(1)
            with torch.no_grad():
                right = F.normalize(matrix.t() @ self.left, dim=0)
                left = F.normalize(matrix @ right, dim=0)
                if self.training:
                    self.left.copy_(left)
            weight = self.weight / torch.dot(left, matrix @ right)
        return F.conv2d(x, weight, self.bias, stride=self.stride, padding=self.padding)


class PieceDiscriminator(nn.Module):
    """judge(pieces, kinds): (N, 3, S, S) in [-1, 1] and (N,) of EYE, MOUTH, ANYWHERE to (answers, features).

    answers: two maps, one by small surroundings (texture) and one by large ones (what a face has there), higher for
    what looks clean. features: what the layers saw, for feature matching.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        w = width
        self.layers = nn.ModuleList(
            [
                SpectralConv(3, w),
                SpectralConv(w, 2 * w, 4, stride=2),
                SpectralConv(2 * w, 2 * w),
                SpectralConv(2 * w, 4 * w, 4, stride=2),
                SpectralConv(4 * w, 8 * w, 4, stride=2),
                SpectralConv(8 * w, 8 * w),
            ]
        )
        self.texture = SpectralConv(2 * w, 1)
        self.parts = SpectralConv(8 * w, 1)
        self.kinds = nn.Embedding(3, 8 * w)
        nn.init.normal_(self.kinds.weight, std=0.02)

    def forward(self, pieces: Tensor, kinds: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        features = _through(self.layers, pieces)
        last = features[-1]
        # the projection of Miyato & Koyama 2018
        by_kind = (last * self.kinds(kinds)[:, :, None, None].to(last.dtype)).sum(1, keepdim=True)
        answers = [self.texture(features[2]), self.parts(last) + by_kind / last.shape[1] ** 0.5]
        return answers, features[1:]


class FaceDiscriminator(nn.Module):
    """judge(faces, damaged): both (N, 3, S, S) in [-1, 1] to (answers, features), as PieceDiscriminator.

    As it knows the damaged face, it judges whether the restored one goes with it. side: S, a multiple of 16.
    """

    def __init__(self, side: int, width: int) -> None:
        super().__init__()
        w = width
        self.layers = nn.ModuleList(
            [
                SpectralConv(6, w),
                SpectralConv(w, 2 * w, 4, stride=2),
                SpectralConv(2 * w, 4 * w, 4, stride=2),
                SpectralConv(4 * w, 8 * w, 4, stride=2),
                SpectralConv(8 * w, 8 * w, 4, stride=2),
                SpectralConv(8 * w, 8 * w),
            ]
        )
        self.regions = SpectralConv(8 * w, 1)
        self.whole = SpectralConv(8 * w, 1, side // 16, padding=0)

    def forward(self, faces: Tensor, damaged: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        features = _through(self.layers, torch.cat((faces, damaged), 1))
        return [self.regions(features[-1]), self.whole(features[-1])], features[1:]


class Discriminators(nn.Module):
    """Both, for faces of `size` px; `width` channels in the first layer (three quarters of it for whole faces)."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.pieces = PieceDiscriminator(width)
        self.faces = FaceDiscriminator(size // 2, max(4, width * 3 // 4))


def _through(layers: nn.ModuleList, x: Tensor) -> list[Tensor]:
    features = []
    for layer in layers:
        x = F.leaky_relu(layer(x), _SLOPE)
        features.append(x)
    return features
