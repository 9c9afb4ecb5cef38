"""Crops to train the landmark network on, cut out of views of scenes as the product cuts them out of photos: faces from
loose frames, places beside faces, anywhere, and what the detector in training takes for faces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from gpen_desktop.lab.scenes.ageing import grey
from gpen_desktop.lab.scenes.views import VIEW_SIDE, Views, face_sizes
from gpen_desktop.models.detectors.landmarks import CROP_SIDE

_SIDES: Final = (1.8, 3.6)  # of the frames, in face sizes: what detectors propose
_WANDER: Final = 0.08  # of the frame's side, standard deviation: how far beside a face's middle its frame lies
_ROLL: Final = 15.0  # degrees, standard deviation
_BESIDE: Final = (0.6, 0.95)  # of the frame's side: so far off it shows no face
_NEAR, _FAR = 0.25, 0.9  # of a face's size: nearer a proposal has found it, further off it is wrong
_SMALLEST: Final = 16.0  # px of width: in smaller faces the points are anybody's guess
_LEVELS: Final = 3  # of the pyramid: the frames of the largest faces in a view are four crops wide


@dataclass(frozen=True, eq=False)
class Crops:
    """pictures: (K, 96, 96) float32, 0 to 255. points: (K, 10) in units of the crop's side. faces: (K,) 1 or 0."""

    pictures: Tensor
    points: Tensor
    faces: Tensor


def landmark_crops(views: Views, proposals: Tensor, scores: Tensor, share: int, source: Generator) -> Crops:
    """About `share` crops a view of faces, and a third of that each of places beside them, of any places, and of those
    proposals of the detector (N, P, 5, 2) px that have the highest scores (N, P)."""
    count = len(views.pictures)
    there = ~views.landmarks.isnan().any(-1).any(-1)
    legible = there & views.counts & (2.1 * face_sizes(views.landmarks) >= _SMALLEST)
    scene, face = torch.nonzero(legible, as_tuple=True)
    chosen = torch.randperm(len(scene), generator=source, device=source.device)[: share * count]
    about = views.landmarks[scene[chosen], face[chosen]]
    frames = _loose_frames(about, source)
    beside = _moved_aside(_loose_frames(about[: len(about) // 3], source), source)
    third = max(1, share // 3)
    anywhere = _any_frames(count * third, source)
    top = scores.topk(third, dim=1).indices
    proposed = proposals.gather(1, top[..., None, None].expand(-1, -1, 5, 2)).flatten(0, 1).nan_to_num(VIEW_SIDE / 2)
    all_frames = torch.cat((frames, beside, anywhere, _loose_frames(proposed, source)))
    every = torch.arange(count, device=scene.device).repeat_interleave(third)
    scenes = torch.cat((scene[chosen], scene[chosen][: len(beside)], every, every))
    points, faces, sure = _judged(all_frames, scenes, views, legible)
    all_frames, scenes, points, faces = all_frames[sure], scenes[sure], points[sure], faces[sure]
    return Crops(cut(grey(views.pictures)[:, 0] * 255, scenes, all_frames), points.flatten(1), faces)


def frames_around(points: Tensor) -> Tensor:
    """(K, 5, 2) landmarks -> (K, 4) frames of one face size: as core.faces.regions has it."""
    down = points[:, 3:].mean(1) - points[:, :2].mean(1)
    right = points[:, 1] - points[:, 0] + torch.stack((down[:, 1], -down[:, 0]), 1)
    rolls = torch.rad2deg(torch.atan2(right[:, 1], right[:, 0]))
    return torch.cat((points.mean(1), face_sizes(points)[:, None], rolls[:, None]), 1)


def cut(planes: Tensor, scenes: Tensor, frames: Tensor) -> Tensor:
    """What frames (K, 4: centre x, y, side, roll; px) show of grey planes (N, S, S), each of that one which scenes (K,)
    says: (K, 96, 96), from ever smaller copies as core.faces.regions.GreyPyramid cuts them."""
    at = _to_plane(_crop_grid(planes), frames).flatten(1, 2)  # (K, 96 * 96, 2)
    levels = (frames[:, 2] / CROP_SIDE).log2().floor().clamp(0, _LEVELS - 1).long()
    crops = torch.empty(at.shape[:2], device=planes.device)
    for level in range(_LEVELS):
        shrunk = F.avg_pool2d(planes[:, None], 2**level)[:, 0] if level else planes
        of = levels == level
        crops[of] = _sampled(shrunk, scenes[of], (at[of] + 0.5) / 2**level - 0.5)
    return crops.view(-1, CROP_SIDE, CROP_SIDE)


def _crop_grid(planes: Tensor) -> Tensor:
    at = torch.arange(CROP_SIDE, device=planes.device) - (CROP_SIDE - 1) / 2
    ys, xs = torch.meshgrid(at, at, indexing="ij")
    return torch.stack((xs, ys), -1)


def _to_plane(offsets: Tensor, frames: Tensor) -> Tensor:
    """Offsets (96, 96, 2) px from a crop's middle -> where they lie in the plane, (K, 96, 96, 2)."""
    angles, scales = torch.deg2rad(frames[:, 3]), frames[:, 2] / CROP_SIDE
    cos, sin = (scales * torch.cos(angles))[:, None, None], (scales * torch.sin(angles))[:, None, None]
    x, y = offsets[..., 0], offsets[..., 1]
    return torch.stack((cos * x - sin * y, sin * x + cos * y), -1) + frames[:, None, None, :2]


def _sampled(planes: Tensor, scenes: Tensor, at: Tensor) -> Tensor:
    """Bilinear samples (K, P) of planes (N, H, W) at (K, P, 2); beyond the edge they are reflected."""
    side = planes.shape[1]
    period = 2.0 * (side - 1)
    at = (side - 1) - ((at % period) - (side - 1)).abs()
    first = at.floor().clamp(0, side - 2)
    share = at - first
    x, y = first.long().unbind(-1)
    start = scenes[:, None] * side * side + y * side + x
    flat = planes.flatten()
    above = torch.lerp(flat[start], flat[start + 1], share[..., 0])
    below = torch.lerp(flat[start + side], flat[start + side + 1], share[..., 0])
    return torch.lerp(above, below, share[..., 1])


def _loose_frames(points: Tensor, source: Generator) -> Tensor:
    frames = frames_around(points)
    drawn = torch.rand(len(frames), generator=source, device=source.device)
    sides = (frames[:, 2] * (_SIDES[0] + (_SIDES[1] - _SIDES[0]) * drawn)).clamp(min=8)
    off = torch.randn(len(frames), 3, generator=source, device=source.device)
    middle = frames[:, :2] + off[:, :2] * _WANDER * sides[:, None]
    return torch.cat((middle, sides[:, None], frames[:, 3:] + off[:, 2:] * _ROLL), 1)


def _moved_aside(frames: Tensor, source: Generator) -> Tensor:
    drawn = torch.rand(len(frames), 2, generator=source, device=source.device)
    way, far = drawn[:, 0] * 2 * math.pi, (_BESIDE[0] + (_BESIDE[1] - _BESIDE[0]) * drawn[:, 1]) * frames[:, 2]
    aside = torch.stack((far * torch.cos(way), far * torch.sin(way)), 1)
    return torch.cat((frames[:, :2] + aside, frames[:, 2:]), 1)


def _any_frames(count: int, source: Generator) -> Tensor:
    drawn = torch.rand(count, 4, generator=source, device=source.device)
    sides = torch.exp(math.log(20) + drawn[:, 2:3] * math.log(VIEW_SIDE / 20))
    return torch.cat((drawn[:, :2] * VIEW_SIDE, sides, drawn[:, 3:] * 90 - 45), 1)


def _judged(frames: Tensor, scenes: Tensor, views: Views, legible: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of frames (K, 4): the points in them (K, 5, 2) in units of their side, whether they are a face's (K,), and
    whether that is sure (K,): neither a face half missed nor one that does not count."""
    landmarks = views.landmarks[scenes]  # (K, F, 5, 2)
    middles, sizes = landmarks.mean(2).nan_to_num(-1e4), face_sizes(landmarks).nan_to_num(1.0)
    gaps = (middles - frames[:, None, :2]).norm(dim=-1)
    nearest = (gaps / torch.maximum(sizes, frames[:, None, 2] / 5)).argmin(1)
    rows = torch.arange(len(frames), device=frames.device)
    gap, size = gaps[rows, nearest], sizes[rows, nearest]
    ratio = frames[:, 2] / size
    inside = gap < _NEAR * frames[:, 2]
    faces = inside & (ratio > 0.85 * _SIDES[0]) & (ratio < 1.15 * _SIDES[1])
    # A frame much larger or smaller than a face in it shows no face: a lapel with a head far above, one eye.
    apart = (gap > _FAR * size + 0.2 * frames[:, 2]) | (ratio < 0.5) | (ratio > 9)
    sure = (faces & legible[scenes, nearest]) | (~faces & apart)
    own = views.landmarks[scenes, nearest].nan_to_num(0.0)
    angles = torch.deg2rad(frames[:, 3])
    cos, sin = torch.cos(angles)[:, None], torch.sin(angles)[:, None]
    x, y = (own - frames[:, None, :2]).unbind(-1)
    inside_frame = torch.stack((cos * x + sin * y, cos * y - sin * x), -1) / frames[:, 2, None, None]
    return inside_frame + (CROP_SIDE - 1) / 2 / CROP_SIDE, faces.float(), sure
