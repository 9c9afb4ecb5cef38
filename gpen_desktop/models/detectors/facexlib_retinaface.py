"""facexlib's RetinaFace detectors with their published weights: what they say of whole pictures, as its `detect_faces`.

The ResNet-50 is facexlib's own class, built when its weights are chosen (importing it brings torchvision, which takes
seconds) and brought into a faster form of the same function. The MobileNet has the layout of the built-in detector, and
is run by its class.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from gpen_desktop.models.architecture import of_one_shape
from gpen_desktop.models.detectors.fusing import AddingConvolution, FusedConvolution, fold_and_fuse
from gpen_desktop.models.detectors.retinaface import anchors, network_input
from gpen_desktop.models.spec import ModelSpec, Task

_POINT_VARIANCE: Final = 0.1  # of points and of a box's middle, in anchor sides; facexlib's 'variance', as the next
_SIZE_VARIANCE: Final = 0.2  # of the logarithm of a box's sides

OVERLAP: Final = 0.4
"""Intersection over union above which two boxes are one face seen twice; facexlib's own."""


@dataclass(frozen=True, eq=False)
class FoundFaces:
    """The N faces of one picture, surest first, in its pixels.

    boxes: (N, 4) float32 left, top, right, bottom. points: (N, 5, 2) float32, in the order of Face.landmarks. scores:
    (N,) float32 in [0, 1].
    """

    boxes: NDArray[np.float32]
    points: NDArray[np.float32]
    scores: NDArray[np.float32]


@torch.inference_mode()
def detect_faces(net: nn.Module, pictures: NDArray[np.uint8], *, above: float) -> list[FoundFaces]:
    """Run a detector on pictures of one size, all at once.

    Parameters
    ----------
    net : from registry.load, for Task.FACE_DETECTOR.
    pictures : (N, H, W, 3) RGB uint8. Faces 12 to about 700 px wide are found in them.
    above : the least score, 0 to 1.
    """
    first = next(net.parameters())
    x = network_input(torch.tensor(pictures, device=first.device)).to(first.dtype)
    offsets, logits, points = net(x)
    near = anchors(*pictures.shape[1:3]).to(first.device)
    scores = logits.float().softmax(dim=2)[..., 1]
    return [_faces(near, *each, above) for each in zip(offsets.float(), scores, points.float(), strict=True)]


def _faces(near: Tensor, offsets: Tensor, scores: Tensor, points: Tensor, above: float) -> FoundFaces:
    """What an answer says of one picture; only what is likely is worked out."""
    likely = scores > above
    near, offsets, points, scores = near[likely], offsets[likely], points[likely], scores[likely]
    middles = near[:, :2] + offsets[:, :2] * (_POINT_VARIANCE * near[:, 2:])
    halves = near[:, 2:] * torch.exp(offsets[:, 2:] * _SIZE_VARIANCE) / 2
    boxes = torch.cat((middles - halves, middles + halves), dim=1)
    places = near[:, None, :2] + points.view(-1, 5, 2) * (_POINT_VARIANCE * near[:, None, 2:])
    kept = _without_overlaps(boxes.cpu().numpy(), scores.cpu().numpy())
    return FoundFaces(boxes.cpu().numpy()[kept], places.cpu().numpy()[kept], scores.cpu().numpy()[kept])


def _without_overlaps(boxes: NDArray[np.float32], scores: NDArray[np.float32]) -> list[int]:
    """Of boxes (N, 4) that overlap by more than OVERLAP the surest, surest first."""
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    left = np.argsort(-scores, kind="stable")
    kept = []
    while left.size:
        first, left = left[0], left[1:]
        kept.append(int(first))
        common = np.minimum(boxes[left, 2:], boxes[first, 2:]) - np.maximum(boxes[left, :2], boxes[first, :2])
        shared = common.clip(0).prod(axis=1)
        left = left[shared <= OVERLAP * (areas[left] + areas[first] - shared)]
    return kept


def _resnet50() -> nn.Module:
    """facexlib's network without weights; answers as in training, so that scores are ours to work out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torchvision thinks of facexlib's call is of no use to our users
        from facexlib.detection.retinaface import RetinaFace  # noqa: PLC0415  -- brings torchvision: seconds

        nowhere = torch.device("meta")  # nothing is drawn by chance only to be overwritten
        with nowhere:
            net: nn.Module = RetinaFace("resnet50", phase="train", device=nowhere)
    return net.to_empty(device="cpu").eval()


def _fold(net: nn.Module) -> None:
    """Bring facexlib's ResNet-50 detector, in place, into a faster form of the same function."""
    body = cast(nn.ModuleDict, net.body)
    body["conv1"] = FusedConvolution(_folded(body["conv1"], body["bn1"]), 0.0)
    body["bn1"], body["relu"] = nn.Identity(), nn.Identity()
    for name in ("layer1", "layer2", "layer3", "layer4"):
        body[name] = nn.Sequential(*(_Bottleneck(block) for block in cast(nn.Sequential, body[name])))
    fold_and_fuse(net)
    net.requires_grad_(False)


def _folded(convolution: nn.Module, norm: nn.Module) -> nn.Conv2d:
    assert isinstance(convolution, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    return fuse_conv_bn_eval(convolution, norm)


class _Bottleneck(nn.Module):
    """torchvision's Bottleneck with norms and ReLUs inside its convolutions, and its sum inside the last of them."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.narrow = FusedConvolution(_folded(block.conv1, block.bn1), 0.0)
        self.look = FusedConvolution(_folded(block.conv2, block.bn2), 0.0)
        self.widen = AddingConvolution(_folded(block.conv3, block.bn3))
        shortcut = block.downsample
        self.shortcut = FusedConvolution(_folded(shortcut[0], shortcut[1]), None) if shortcut is not None else None

    def forward(self, x: Tensor) -> Tensor:
        seen = self.look(self.narrow(x))
        # without a shortcut of its own x is the block before's answer, which nobody else has a use for
        return cast(Tensor, self.widen(seen, x if self.shortcut is None else self.shortcut(x)))


RESNET50: Final = of_one_shape(
    ModelSpec("retinaface-resnet50", Task.FACE_DETECTOR, value_range=(0.0, 255.0), precisions=("fp32", "fp16")),
    make=_resnet50,
    finish=_fold,
    sign="body.layer4.2.conv3.weight",
)
