"""The discriminators of the adversarial stage: one network looks at pieces, one at the whole face at half size."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gpen_desktop.lab.training.spectral_conv import SpectralConv, through

EYE, MOUTH, ANYWHERE = range(3)
"""Kinds of pieces."""


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
        features = through(self.layers, pieces)
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
        features = through(self.layers, torch.cat((faces, damaged), 1))
        return [self.regions(features[-1]), self.whole(features[-1])], features[1:]


class Discriminators(nn.Module):
    """Both, for faces of `size` px; `width` channels in the first layer (three quarters of it for whole faces)."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.pieces = PieceDiscriminator(width)
        self.faces = FaceDiscriminator(size // 2, max(4, width * 3 // 4))
