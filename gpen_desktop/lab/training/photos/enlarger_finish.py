"""The light adversarial finish of the enlarger: what least deviation leaves soft, a discriminator asks for.

At the small photo's size the picture is measured as before; there it says what is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.lab.training.faces.adversary import detailed
from gpen_desktop.lab.training.gradient_shares import GradientShares
from gpen_desktop.lab.training.judgement import Judged, adversarial_loss, hinge_loss, matching_loss, only_judging
from gpen_desktop.lab.training.spectral_conv import SpectralConv, through

_WIDTH: Final = 16
_SHARES: Final = {"adversarial": 0.5, "matching": 0.5}
"""Lengths of the wishes' gradients in units of the measures'."""
_SETTLING: Final = 300
_AT_FULL_SIZE: Final = 0.35
"""Weight of the deviation at full size beside that at the small photo's."""
_RATE: Final = 4e-4
"""Of the discriminator, by Adam without momentum, as is usual with these layers."""


class TextureDiscriminator(nn.Module):
    """judge(pictures, simple) to (answers, features).

    Both (N, 3, S, S) in [-1, 1]: a picture, and the small photo enlarged by a cubic filter. answers: two maps, by
    surroundings of 14 and of 32 px, higher for what looks like a photo. features: what the layers saw, for feature
    matching.
    """

    def __init__(self, width: int = _WIDTH) -> None:
        super().__init__()
        w = width
        self.layers = nn.ModuleList(
            [
                SpectralConv(6, w),
                SpectralConv(w, 2 * w, 4, stride=2),
                SpectralConv(2 * w, 2 * w),
                SpectralConv(2 * w, 4 * w, 4, stride=2),
                SpectralConv(4 * w, 4 * w),
            ]
        )
        self.fine = SpectralConv(2 * w, 1)
        self.coarse = SpectralConv(4 * w, 1)

    def forward(self, pictures: Tensor, simple: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        features = through(self.layers, torch.cat((pictures, simple), 1))
        return [self.fine(features[2]), self.coarse(features[4])], features[1:]


class EnlargerFinish:
    """The loss of a training, with a discriminator of its own that learns beside the enlarger. It is not saved: a
    training that goes on has a new one, which settles again."""

    def __init__(self) -> None:
        self._judge = TextureDiscriminator()
        self._optimiser = torch.optim.Adam(self._judge.parameters(), _RATE, betas=(0.0, 0.9))
        self._sum = GradientShares(_SETTLING)

    def loss(self, net: nn.Module, batch: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """A number whose gradient at the enlarged picture is what is wished; the discriminator learns a step."""
        small, large = batch["small"], batch["large"] * 2 - 1
        self._judge.to(small.device)
        made = net(small).float() * 2 - 1
        simple = F.interpolate(small, scale_factor=2, mode="bicubic", align_corners=False) * 2 - 1
        judged = self._learn(made.detach(), large, simple)
        wished, told = self._wished(made.detach(), large, simple)
        return (made * wished).sum(), told | {"judged": judged}

    def _learn(self, made: Tensor, large: Tensor, simple: Tensor) -> Tensor:
        loss = hinge_loss([self._judged(made, large, simple)])
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        return loss.detach()

    def _wished(self, made: Tensor, large: Tensor, simple: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The gradient at the picture, (N, 3, S, S), and the losses by name."""
        leaf = made.requires_grad_()
        measured = F.l1_loss(F.avg_pool2d(leaf, 2), F.avg_pool2d(large, 2)) + _AT_FULL_SIZE * F.l1_loss(leaf, large)
        with only_judging(self._judge):
            judged = [self._judged(leaf, large, simple)]
        told = {"measured": measured, "adversarial": adversarial_loss(judged), "matching": matching_loss(judged)}
        gradients = {name: torch.autograd.grad(loss, leaf, retain_graph=True)[0] for name, loss in told.items()}
        first, by_place = gradients.pop("measured"), detailed(large)
        wishes = {name: gradient * by_place for name, gradient in gradients.items()}
        return self._sum.total(first, wishes, _SHARES), {name: loss.detach() for name, loss in told.items()}

    def _judged(self, made: Tensor, large: Tensor, simple: Tensor) -> Judged:
        return Judged(*self._judge(torch.cat((made, large)), torch.cat((simple, simple))))
