"""What the face detector should answer for views with known faces, and how wrong its answers are.

Matching, variances and the share of negatives are those of RetinaFace's published training (Deng et al. 2020); faces
that count neither way (too small, cut by the edge) are left out of the negatives too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_desktop.lab.scenes.views import face_sizes

_OVERLAP: Final = 0.35  # of anchor and face from which the anchor should find it
_LEAST_OVERLAP: Final = 0.2  # of a face and its best anchor: below, nothing can be asked of any
_DOUBTFUL: Final = 0.15  # of an anchor and a face that does not count
_NEGATIVES: Final = 7  # hardest ones per anchor with a face
_LEAST_NEGATIVES: Final = 20  # a view, so that empty ones teach too
_CENTRE_VARIANCE, _SIZE_VARIANCE = 0.1, 0.2


@dataclass(frozen=True, eq=False)
class Targets:
    """For N views and A anchors. faces: (N, A) bool, has one. doubtful: (N, A) bool, neither way. boxes: (N, A, 4)
    and points: (N, A, 10) as models.detectors.retinaface decodes them; of no meaning where there is no face."""

    faces: Tensor
    doubtful: Tensor
    boxes: Tensor
    points: Tensor


def face_boxes(landmarks: Tensor) -> Tensor:
    """(..., 5, 2) -> (..., 4) x0, y0, x1, y1 of core.types.Face.box."""
    middle = landmarks.mean(-2)
    size = face_sizes(landmarks)[..., None]
    width, height = 2.1 * size, 2.5 * size
    start = middle - torch.cat((0.5 * width, 0.52 * height), -1)
    return torch.cat((start, start + torch.cat((width, height), -1)), -1)


def targets(landmarks: Tensor, counts: Tensor, places: Tensor) -> Targets:
    """Targets of views with landmarks (N, F, 5, 2) px, NaN where there is no face, and counts (N, F) bool, for anchors
    (A, 4) of models.detectors.retinaface.anchors."""
    there = ~landmarks.isnan().any(-1).any(-1)
    boxes = face_boxes(landmarks).nan_to_num(0.0)
    overlaps = _overlaps(boxes, places) * there[..., None]  # (N, F, A)
    wanted = overlaps * counts[..., None]
    best, anchors = wanted.max(2)
    forced = torch.zeros_like(wanted).scatter_(2, anchors[..., None], 1.0) * (best > _LEAST_OVERLAP)[..., None]
    shared, face = (wanted + 2 * forced).max(1)  # (N, A): each face keeps its best anchor
    faces = shared > _OVERLAP
    doubtful = ((overlaps * ~counts[..., None]) > _DOUBTFUL).any(1) & ~faces
    rows = face[..., None]
    ends = boxes.gather(1, rows.expand(-1, -1, 4))
    points = landmarks.nan_to_num(0.0).flatten(2).gather(1, rows.expand(-1, -1, 10))
    centres = (ends[..., :2] + ends[..., 2:]) / 2 - places[:, :2]
    sizes = (ends[..., 2:] - ends[..., :2]).clamp(min=1e-3) / places[:, 2:]
    encoded = torch.cat((centres / (_CENTRE_VARIANCE * places[:, 2:]), sizes.log() / _SIZE_VARIANCE), -1)
    offsets = points.unflatten(-1, (5, 2)) - places[:, None, :2]
    return Targets(faces, doubtful, encoded, (offsets / (_CENTRE_VARIANCE * places[:, None, 2:])).flatten(2))


def decoded_points(offsets: Tensor, places: Tensor) -> Tensor:
    """What the network says of points (N, A, 10) as they lie in the view: (N, A, 5, 2) px."""
    points: Tensor = offsets.unflatten(-1, (5, 2)) * (_CENTRE_VARIANCE * places[:, None, 2:]) + places[:, None, :2]
    return points


def detector_loss(answers: tuple[Tensor, Tensor, Tensor], wanted: Targets) -> tuple[Tensor, Tensor, Tensor]:
    """Of boxes, classes and points, each over the anchors that have a face: smooth L1, cross-entropy, smooth L1."""
    boxes, classes, points = answers
    count = wanted.faces.sum().clamp(min=1)
    return (
        F.smooth_l1_loss(boxes[wanted.faces], wanted.boxes[wanted.faces], reduction="sum") / count,
        _class_loss(classes, wanted) / count,
        F.smooth_l1_loss(points[wanted.faces], wanted.points[wanted.faces], reduction="sum") / count,
    )


def _class_loss(classes: Tensor, wanted: Targets) -> Tensor:
    """Summed cross-entropy of all anchors (N, A, 2) with a face and of the hardest without."""
    labels = wanted.faces.long()
    each = F.cross_entropy(classes.flatten(0, 1), labels.flatten(), reduction="none").view_as(labels)
    hardness = each.detach().masked_fill(wanted.faces | wanted.doubtful, -1)
    ranks = hardness.argsort(1, descending=True).argsort(1)
    kept = ranks < (_NEGATIVES * wanted.faces.sum(1, keepdim=True)).clamp(min=_LEAST_NEGATIVES)
    total: Tensor = each[wanted.faces | (kept & (hardness >= 0))].sum()
    return total


def _overlaps(boxes: Tensor, places: Tensor) -> Tensor:
    """Intersection over union of boxes (N, F, 4: corners) and anchors (A, 4: centre, size): (N, F, A)."""
    starts, ends = places[:, :2] - places[:, 2:] / 2, places[:, :2] + places[:, 2:] / 2
    first = torch.maximum(boxes[..., None, :2], starts)
    last = torch.minimum(boxes[..., None, 2:], ends)
    common = (last - first).clamp(min=0).prod(-1)
    areas = (boxes[..., 2:] - boxes[..., :2]).prod(-1)[..., None] + places[:, 2:].prod(-1)
    return common / (areas - common).clamp(min=1e-6)
