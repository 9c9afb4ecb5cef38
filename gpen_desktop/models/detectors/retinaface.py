"""The built-in face detector: RetinaFace (Deng et al. 2020) in the MobileNet-0.25 layout of facexlib, with our weights.

facexlib's own class would do, but importing it brings torchvision and through that PyTorch's compiler: longer than all
else that the program does before the first face (record 0007). So the network is written out here, under facexlib's
names, and held against facexlib's class by tests.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from gpen_desktop.models.architecture import of_one_shape
from gpen_desktop.models.detectors.fusing import fold_and_fuse
from gpen_desktop.models.spec import ModelSpec, Task

STRIDES = (8, 16, 32)
ANCHORS = ((16, 32), (64, 128), (256, 512))
"""Sides in pixels of the two square anchors in each cell of the maps with these strides."""

_MEAN_BGR = (104.0, 117.0, 123.0)  # taken away, as facexlib does
_POINT_VARIANCE = 0.1  # of a point's offset from its anchor's centre, in anchor sides
_WIDTH = 64
_SLOPE = 0.1  # of the leaky ReLUs


class RetinaFace(nn.Module):
    """0.43 M parameters. (N, 3, H, W) float32 from `network_input` -> per anchor, A in all: (N, A, 4) boxes, (N, A, 2)
    logits of no face and face, (N, A, 10) points, encoded as facexlib does."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            OrderedDict(
                stage1=nn.Sequential(
                    _conv(3, 8, 3, stride=2),
                    *(_separable(*s) for s in ((8, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1))),
                ),
                stage2=nn.Sequential(_separable(64, 128, 2), *(_separable(128, 128, 1) for _ in range(5))),
                stage3=nn.Sequential(_separable(128, 256, 2), _separable(256, 256, 1)),
            )
        )
        self.fpn = _Pyramid()
        self.ssh1, self.ssh2, self.ssh3 = (_Context() for _ in STRIDES)
        self.ClassHead = nn.ModuleList(_head(2) for _ in STRIDES)
        self.BboxHead = nn.ModuleList(_head(4) for _ in STRIDES)
        self.LandmarkHead = nn.ModuleList(_head(10) for _ in STRIDES)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        seen = self._seen(pictures)
        return _rows(self.BboxHead, seen, 4), _rows(self.ClassHead, seen, 2), _rows(self.LandmarkHead, seen, 10)

    def without_boxes(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """The logits and points alone, as `forward` gives them."""
        seen = self._seen(pictures)
        return _rows(self.ClassHead, seen, 2), _rows(self.LandmarkHead, seen, 10)

    def _seen(self, pictures: Tensor) -> list[Tensor]:
        maps = []
        for stage in self.body:
            pictures = stage(pictures)
            maps.append(pictures)
        return [context(m) for context, m in zip((self.ssh1, self.ssh2, self.ssh3), self.fpn(maps), strict=True)]


class _Pyramid(nn.Module):
    """Features of each level with those of the coarser ones."""

    def __init__(self) -> None:
        super().__init__()
        self.output1, self.output2, self.output3 = (_conv(inside, _WIDTH, 1) for inside in (64, 128, 256))
        self.merge1, self.merge2 = _conv(_WIDTH, _WIDTH, 3), _conv(_WIDTH, _WIDTH, 3)

    def forward(self, maps: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        fine, middle, coarse = self.output1(maps[0]), self.output2(maps[1]), self.output3(maps[2])
        middle = self.merge2(middle + F.interpolate(coarse, size=middle.shape[2:], mode="nearest"))
        fine = self.merge1(fine + F.interpolate(middle, size=fine.shape[2:], mode="nearest"))
        return fine, middle, coarse


class _Context(nn.Module):
    """What lies around: 3, 5 and 7 px wide looks side by side ("SSH", Najibi et al. 2017)."""

    def __init__(self) -> None:
        super().__init__()
        quarter = _WIDTH // 4
        self.conv3X3 = _conv(_WIDTH, _WIDTH // 2, 3, active=False)
        self.conv5X5_1, self.conv5X5_2 = _conv(_WIDTH, quarter, 3), _conv(quarter, quarter, 3, active=False)
        self.conv7X7_2, self.conv7x7_3 = _conv(quarter, quarter, 3), _conv(quarter, quarter, 3, active=False)

    def forward(self, x: Tensor) -> Tensor:
        narrow = self.conv5X5_1(x)
        parts = (self.conv3X3(x), self.conv5X5_2(narrow), self.conv7x7_3(self.conv7X7_2(narrow)))
        return F.relu(torch.cat(parts, dim=1))


def find_faces(
    net: nn.Module, picture: NDArray[np.uint8], *, above: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Run the detector on a whole picture. A face is found several times, by anchors beside each other.

    Parameters
    ----------
    net : from registry.load.
    picture : (H, W, 3) RGB uint8. Faces 12 to about 300 px wide are found in it.
    above : the least score, 0 to 1.

    Returns
    -------
    points : (N, 5, 2) float64, picture pixels (integer values at pixel centres), in the order of Face.landmarks.
    scores : (N,) float64.
    """
    assert isinstance(net, RetinaFace)  # what ARCHITECTURE makes
    weights = next(net.parameters())
    device = weights.device
    with torch.inference_mode():
        pictures = network_input(torch.tensor(picture, device=device)[None], weights.dtype)
        logits, offsets = net.without_boxes(pictures)
        found, scores = _surer(logits[0], above)
        near = anchors(picture.shape[0], picture.shape[1]).to(device)[found]
        points = near[:, None, :2] + offsets[0][found].float().view(-1, 5, 2) * (_POINT_VARIANCE * near[:, None, 2:])
        return points.cpu().double().numpy(), scores.cpu().double().numpy()


def _surer(logits: Tensor, above: float) -> tuple[Tensor, Tensor]:
    """Which of (A, 2) logits mean a face with a score above `above`, by number, and these scores."""
    # A softmax of pairs is slow, and nearly all of them are no faces: first the same but for the last bits.
    likely = ((logits[:, 1] - logits[:, 0]).sigmoid() > above - 1e-2).nonzero()[:, 0]
    scores = logits[likely].float().softmax(dim=1)[:, 1]
    return likely[scores > above], scores[scores > above]


def network_input(pictures: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """(N, H, W, 3) RGB uint8 -> (N, 3, H, W) BGR less ImageNet's mean, channels last in memory; exact also in bfloat16,
    which holds whole numbers up to 256."""
    count, height, width, _ = pictures.shape
    # Flipped as bytes, and the mean taken off in place: each copy of a large picture as floats costs as a stage does.
    # From whole rows: from pixels, of three values each, it takes five times as long.
    rows = pictures.index_select(3, torch.tensor([2, 1, 0], device=pictures.device)).to(dtype).view(count, height, -1)
    rows -= torch.tensor(_MEAN_BGR, dtype=dtype, device=pictures.device).repeat(width)
    return rows.view(count, height, width, 3).permute(0, 3, 1, 2)


@lru_cache(maxsize=8)  # a few MB each: an album's photos are of few sizes
def anchors(height: int, width: int) -> Tensor:
    """(A, 4) centre x, centre y, width, height in pixels of all anchors for a picture of that size, in the network's
    order: level by level, row by row, the smaller anchor of a cell first. Not to be written to: it is kept."""
    levels = []
    for stride, sides in zip(STRIDES, ANCHORS, strict=True):
        ys, xs = (torch.arange(-(-length // stride)) * stride + stride / 2 for length in (height, width))
        y, x, side = torch.meshgrid(ys, xs, torch.tensor(sides, dtype=torch.float32), indexing="ij")
        levels.append(torch.stack((x, y, side, side), dim=-1).view(-1, 4))
    return torch.cat(levels)


def _conv(
    inside: int, outside: int, side: int, *, stride: int = 1, groups: int = 1, active: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inside, outside, side, stride, side // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outside),
    ]
    return nn.Sequential(*layers, nn.LeakyReLU(_SLOPE, inplace=True)) if active else nn.Sequential(*layers)


def _separable(inside: int, outside: int, stride: int) -> nn.Sequential:
    return nn.Sequential(*_conv(inside, inside, 3, stride=stride, groups=inside), *_conv(inside, outside, 1))


def _head(values: int) -> nn.Sequential:
    return nn.Sequential(OrderedDict(conv1x1=nn.Conv2d(_WIDTH, 2 * values, 1)))


def _rows(heads: nn.ModuleList, seen: list[Tensor], values: int) -> Tensor:
    """(N, A, values): what a head says of each anchor, level after level."""
    return torch.cat(
        [head(m).permute(0, 2, 3, 1).reshape(len(m), -1, values) for head, m in zip(heads, seen, strict=True)], dim=1
    )


ARCHITECTURE: Final = of_one_shape(
    ModelSpec("retinaface-mobile0.25", Task.FACE_DETECTOR, value_range=(0.0, 255.0), precisions=("fp32", "fp16")),
    make=RetinaFace,
    finish=fold_and_fuse,
    sign="body.stage1.0.0.weight",
)
