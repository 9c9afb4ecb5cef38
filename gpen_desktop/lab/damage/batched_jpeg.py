"""What JPEG does to pictures, for a batch at a time: colour, chroma at half size, DCT, rounding by tables.

Entropy coding changes no pixel and is left out. Held against OpenCV's codec in the tests.
"""

from __future__ import annotations

import math
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

# ITU-T T.81, tables K.1 and K.2
_LUMA: Final = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMA: Final = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
# JFIF: RGB to Y, Cb, Cr without their offset of 128, and back
_TO_YCC: Final = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
_TO_RGB: Final = ((1.0, 0.0, 1.402), (1.0, -0.344136, -0.714136), (1.0, 1.772, 0.0))


def jpeg(pictures: Tensor, quality: Tensor, *, halved: bool) -> Tensor:
    """Through JPEG, rounded to bytes before and after.

    pictures: (N, 3, H, W) in [0, 1], H and W multiples of 16. quality: (N,), 1 to 100, as libjpeg counts it. halved:
    chroma at half size (4:2:0), else at full (4:4:4). Returns the same shape, in [0, 1].
    """
    rgb = (pictures.clamp(0, 1) * 255).round()
    ycc = torch.einsum("ij,njhw->nihw", rgb.new_tensor(_TO_YCC), rgb).round()
    luma, chroma = ycc[:, :1] - 128, ycc[:, 1:]
    if halved:
        chroma = F.avg_pool2d(chroma, 2).round()
    luma = _rounded(luma, _table(_LUMA, quality)).round() + 128
    chroma = _rounded(chroma, _table(_CHROMA, quality)).round()
    if halved:  # libjpeg's 'fancy' upsampling is this triangle filter
        chroma = F.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
    back = torch.einsum("ij,njhw->nihw", rgb.new_tensor(_TO_RGB), torch.cat((luma, chroma), 1))
    return back.round().clamp(0, 255) / 255


def _table(base: tuple[tuple[int, ...], ...], quality: Tensor) -> Tensor:
    """(N, 8, 8): libjpeg's scaling of the standard's tables."""
    quality = quality.float().clamp(1, 100).floor()
    scale = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality)
    tables = quality.new_tensor(base)[None] * scale[:, None, None]
    return ((tables + 50) / 100).floor().clamp(1, 255)


def _rounded(planes: Tensor, table: Tensor) -> Tensor:
    """Planes (N, C, H, W) with each 8 px block's cosines rounded to multiples of the table."""
    n, c, height, width = planes.shape
    cosines = _cosines(planes)
    blocks = planes.view(n, c, height // 8, 8, width // 8, 8).transpose(3, 4)
    table = table[:, None, None, None]
    waves = ((cosines @ blocks @ cosines.t()) / table).round() * table
    return (cosines.t() @ waves @ cosines).transpose(3, 4).reshape(n, c, height, width)


def _cosines(like: Tensor) -> Tensor:
    """(8, 8) orthonormal DCT-II."""
    k = torch.arange(8, device=like.device, dtype=like.dtype)
    waves = torch.cos(math.pi / 8 * (k[None] + 0.5) * k[:, None]) * 0.5
    waves[0] /= math.sqrt(2)
    return waves
