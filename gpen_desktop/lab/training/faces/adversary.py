"""The adversarial stage: what the discriminators (discriminator.py) learn, and what they tell the generator.

The measures hold the low octaves, where the damaged face says what is right; the finest octave is the
discriminators'. Each wish comes as a gradient at the restored picture and counts by its share of the length of the
measures' gradient (gradient_shares.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_desktop.core.faces.alignment import template_points
from gpen_desktop.lab.training import losses
from gpen_desktop.lab.training.faces.discriminator import ANYWHERE, EYE, MOUTH, Discriminators
from gpen_desktop.lab.training.gradient_shares import GradientShares
from gpen_desktop.lab.training.judgement import Judged, adversarial_loss, hinge_loss, matching_loss, only_judging

_PLAIN: Final = 1.5 / 127.5
"""Local deviation of a [-1, 1] picture up to which skin or wall is plain."""
_ON_PLAIN: Final = 0.4
"""What the discriminators' wishes count there."""
_GOOD: Final = 2e-4
"""Mean squared error, of a range of 1 (37 dB), at which wishes count half: better faces are left alone."""
_KINDS: Final = (EYE, EYE, MOUTH, ANYWHERE, ANYWHERE)

WISHES: Final = ("adversarial", "matching", "texture", "energy")
"""What is asked of the generator beside the measures, each by its share in `Shares`."""


@dataclass(frozen=True)
class Shares:
    """Lengths of the wishes' gradients in units of the measures'; settling: steps in which they grow to that, while new
    discriminators learn."""

    adversarial: float = 0.6
    matching: float = 0.5
    texture: float = 0.15
    energy: float = 0.0
    settling: int = 300


@dataclass(frozen=True)
class Pieces:
    """Where the pieces of a batch lie: grid (P, side, side, 2) as grid_sample takes it, face (P,) and kind (P,)."""

    grid: Tensor
    face: Tensor
    kind: Tensor

    def cut(self, pictures: Tensor) -> Tensor:
        """(P, C, side, side) of (N, C, S, S): pixels as they are."""
        return F.grid_sample(pictures[self.face], self.grid, mode="nearest", align_corners=False)


class Adversary:
    """The discriminators at work on faces of `size` px, in pieces of `side` px. Learning is the caller's."""

    def __init__(self, discriminators: Discriminators, size: int, *, side: int, shares: Shares, seed: int) -> None:
        self.discriminators = discriminators
        self._size, self._side, self._shares = size, side, shares
        self._device = next(discriminators.parameters()).device
        self._generator = torch.Generator(self._device).manual_seed(seed)
        # aligned faces: eyes and mouth are within a few pixels of the template
        points = torch.from_numpy(template_points("ffhq", size)).float().to(self._device)
        self._fixed_points = torch.cat((points[:2], points[3:].mean(0, keepdim=True)))
        self._sum = GradientShares(shares.settling)

    def pieces(self, faces: int) -> Pieces:
        """Both eyes, the mouth and two pieces from anywhere of each face, moved a little, every other one mirrored."""
        size, side = self._size, self._side
        anywhere = self._chance(faces, 2, 2) * size
        centres = torch.cat((self._fixed_points.expand(faces, -1, -1), anywhere), 1)
        centres = centres + (self._chance(*centres.shape) - 0.5) * (side / 4)
        corner = (centres - side / 2).round().clamp(0, size - side).view(-1, 2)
        along = torch.arange(side, device=self._device)
        across = torch.where(self._chance(len(corner), 1) < 0.5, side - 1 - along, along) + corner[:, :1]
        down = along + corner[:, 1:]
        xs, ys = ((pixel + 0.5) / size * 2 - 1 for pixel in (across, down))
        grid = torch.stack((xs[:, None].expand(-1, side, -1), ys[:, :, None].expand(-1, -1, side)), 3)
        kinds = torch.tensor(_KINDS, device=self._device).repeat(faces)
        return Pieces(grid, torch.arange(faces, device=self._device).repeat_interleave(len(_KINDS)), kinds)

    def discriminators_loss(self, restored: Tensor, clean: Tensor, damaged: Tensor, where: Pieces) -> Tensor:
        """Hinge loss of the discriminators on (N, 3, S, S) in [-1, 1]; does not reach the generator."""
        return hinge_loss(self._judged(restored.detach(), clean, damaged, where))

    def gradient(
        self, restored: Tensor, clean: Tensor, damaged: Tensor, where: Pieces
    ) -> tuple[Tensor, Mapping[str, Tensor]]:
        """What the generator is to descend along, (N, 3, S, S) at the restored picture; and the losses by name, of
        `WISHES` those that have a share."""
        leaf = restored.detach().requires_grad_()
        told = {"measured": low_octaves(leaf, clean)} | self._wishes(leaf, clean, damaged, where)
        parts = {
            name: torch.autograd.grad(loss, leaf, retain_graph=name == "adversarial")[0] for name, loss in told.items()
        }
        with torch.no_grad():
            error = ((damaged - clean) / 2).square().mean((1, 2, 3), keepdim=True)
            by_place, by_face = detailed(clean), error / (error + _GOOD)
            measured = parts.pop("measured")
            heard = {  # good faces can have too much energy
                name: gradient * (by_place if name == "energy" else by_place * by_face)
                for name, gradient in parts.items()
            }
            total = self._sum.total(measured, heard, {name: getattr(self._shares, name) for name in heard})
        return total, {name: loss.detach() for name, loss in told.items()}

    def _wishes(self, restored: Tensor, clean: Tensor, damaged: Tensor, where: Pieces) -> dict[str, Tensor]:
        """The losses of the wishes that have a share."""
        shares, made = self._shares, {}
        if shares.adversarial or shares.matching:
            with only_judging(self.discriminators):
                judged = self._judged(restored, clean, damaged, where)
            made["adversarial"], made["matching"] = adversarial_loss(judged), matching_loss(judged)
        if shares.texture:
            made["texture"] = losses.texture_loss(restored, clean)
        if shares.energy:
            made["energy"] = losses.energy_loss(restored, clean)
        return {name: loss for name, loss in made.items() if getattr(shares, name)}

    def _judged(self, restored: Tensor, clean: Tensor, damaged: Tensor, where: Pieces) -> list[Judged]:
        """What both discriminators say of restored faces and of clean ones."""
        with torch.autocast(self._device.type, torch.bfloat16):
            cut = self._dyed(torch.cat((where.cut(restored), where.cut(clean))))
            small = F.avg_pool2d(torch.cat((restored, clean)), 2)
            beside = F.avg_pool2d(damaged, 2).repeat(2, 1, 1, 1)
            both = self.discriminators
            return [Judged(*both.pieces(cut, where.kind.repeat(2))), Judged(*both.faces(small, beside))]

    def _dyed(self, pairs: Tensor) -> Tensor:
        """Differentiable augmentation (Zhao et al. 2020) by brightness, contrast and saturation: each restored piece as
        its clean one. Where pieces lie and how they are mirrored is chance already."""
        chance = self._chance(3, len(pairs) // 2, 1, 1, 1).repeat(1, 2, 1, 1, 1)
        grey = pairs.mean(1, keepdim=True)
        x = grey + (pairs - grey) * (2 * chance[0])
        middle = x.mean((1, 2, 3), keepdim=True)
        return middle + (x - middle) * (0.75 + 0.5 * chance[1]) + (chance[2] - 0.5) * 0.4

    def _chance(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self._generator, device=self._device)


def low_octaves(restored: Tensor, clean: Tensor) -> Tensor:
    """The measures where the damaged face says what is right: log MSE and 1 - SSIM at half and quarter size. At full
    size a little log MSE, which good faces feel most."""
    total = 0.15 * losses.log_mse(restored, clean)
    for factor, ssim in ((2, 1.5), (4, 1.0)):
        ours, theirs = F.avg_pool2d(restored, factor), F.avg_pool2d(clean, factor)
        total = total + 0.5 * losses.log_mse(ours, theirs) + ssim * losses.ssim_loss(ours, theirs)
    return total


def detailed(clean: Tensor) -> Tensor:
    """(N, 1, S, S): from 0.4 on plain skin and walls, where discriminators invent, to 1 where there is detail."""
    grey = clean.mean(1, keepdim=True)
    fine = grey - F.avg_pool2d(F.pad(grey, (2,) * 4, mode="reflect"), 5, 1)
    deviation = F.avg_pool2d(F.pad(fine.square(), (4,) * 4, mode="reflect"), 9, 1).clamp(min=1e-8).sqrt()
    return _ON_PLAIN + (1 - _ON_PLAIN) * ((deviation - _PLAIN) / (2 * _PLAIN)).clamp(0, 1)
