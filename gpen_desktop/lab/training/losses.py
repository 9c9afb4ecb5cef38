"""What training minimises. Pictures are (N, 3, S, S) float in [-1, 1]; every loss gives one number."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_FLOOR = 1e-4
"""Mean squared error (of a range of 1) that counts as good enough, 40 dB: without it clean faces would rule the sum."""

_FAINTEST = 0.25 / 255
"""A local deviation that nobody sees."""

_REGION = 16
"""Side of the places in which energy is compared, px: about a lock of hair, an eye's half, a patch of skin."""


def log_mse(restored: Tensor, target: Tensor) -> Tensor:
    """Mean over faces of log(MSE + floor): what PSNR measures, each face by its own level. 4.34 dB per unit."""
    error = ((restored - target) / 2).square().mean((1, 2, 3))
    return torch.log(error + _FLOOR).mean()


def ssim_loss(restored: Tensor, target: Tensor) -> Tensor:
    """1 - SSIM of the grey pictures, over 8 px boxes every 4 px: a coarse, cheap form of the measure."""
    a, b = _grey(restored), _grey(target)
    moments = F.avg_pool2d(torch.cat((a, b, a * a, b * b, a * b), dim=1), 8, 4)
    ma, mb, aa, bb, ab = moments.chunk(5, dim=1)
    c1, c2 = 0.01**2, 0.03**2  # Wang et al. 2004
    similarity = (2 * ma * mb + c1) * (2 * (ab - ma * mb) + c2)
    return 1 - (similarity / ((ma * ma + mb * mb + c1) * (aa - ma * ma + bb - mb * mb + c2))).mean()


def texture_loss(restored: Tensor, target: Tensor) -> Tensor:
    """How far the contrast of fine detail is from the target's, wherever the detail itself may lie: mean difference of
    the local deviation in the two finest bands of a Laplacian pyramid, in units of the target's mean.

    What cannot be known is smooth in the least-squares answer; this asks for as much texture as the target has there.
    """
    pictures = torch.cat([_grey(restored), _grey(target)])
    total = restored.new_zeros(())
    for _ in range(2):
        small = F.avg_pool2d(pictures, 2)
        band = pictures - _double(small)
        ours, theirs = (F.avg_pool2d(band.square(), 8, 4) + _FAINTEST**2).sqrt().chunk(2)
        total = total + ((ours - theirs).abs().mean((1, 2, 3)) / theirs.mean((1, 2, 3))).mean()
        pictures = small
    return total


def energy_loss(restored: Tensor, target: Tensor) -> Tensor:
    """How far the energy in the two finest octaves is from the target's: mean absolute logarithm of their ratio, over
    places of 16 px and over whole faces.

    `texture_loss` counts by how strong detail is, so hair and edges rule it; this counts every place alike, and has a
    whole face come out with the energy that measures.octave_energy looks at.
    """
    pictures = torch.cat([_grey(restored), _grey(target)])
    total = restored.new_zeros(())
    for _ in range(2):
        small = F.avg_pool2d(pictures, 2)
        energy = (pictures - _double(small)).square()
        places = F.avg_pool2d(energy, _REGION, _REGION // 2)
        for of in (places, energy.mean((2, 3), keepdim=True)):
            ours, theirs = (of + (2 * _FAINTEST) ** 2).log().chunk(2)
            total = total + (ours - theirs).abs().mean()
        pictures = small
    return total


def _grey(picture: Tensor) -> Tensor:
    """(N, 1, S, S) in [0, 1], by ITU-R BT.601's weights."""
    red, green, blue = ((picture + 1) / 2).split(1, dim=1)  # no tensor of weights: a step that a GPU records makes none
    grey: Tensor = 0.299 * red + 0.587 * green + 0.114 * blue
    return grey


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
