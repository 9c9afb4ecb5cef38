"""A pool of composed scenes on the device that trains, and ever new views of them: turned, moved, scaled, aged."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from gpen_desktop.lab.face_files import MIRRORED
from gpen_desktop.lab.scenes.ageing import Chance, aged
from gpen_desktop.lab.scenes.beside import CANVAS_SIDE
from gpen_desktop.lab.scenes.placing import Cast, Scene, compose
from gpen_desktop.lab.scenes.reading import Stage

VIEW_SIDE: Final = 320

MOST_FACES: Final = 26
"""In one scene: what placing.compose can place, and some."""

_SMALLEST: Final = 11.0  # px of width: smaller faces count neither way
_ROLL: Final = 16.0  # degrees, standard deviation, beside what faces are tilted by in their scene
_SCALES: Final = (0.8, 1.35)
_EDGE: Final = 0.2  # of a face's width: how far inside its middle must lie to count

Batch = tuple[Tensor, Tensor]
"""Pictures (N, S, S, 3) uint8 and landmarks (N, MOST_FACES, 5, 2) float32, NaN where there is no face."""


@dataclass(frozen=True, eq=False)
class Views:
    """pictures: (N, 3, VIEW_SIDE, VIEW_SIDE) float32, 0 to 1. landmarks: (N, F, 5, 2) px, NaN where there is no face.
    counts: (N, F) bool, whether missing it is a fault: neither too small nor cut by the edge."""

    pictures: Tensor
    landmarks: Tensor
    counts: Tensor


class Scenes(IterableDataset[Scene]):
    """Endless scenes; what comes depends on seed and worker only."""

    def __init__(self, cast: Cast, props: Stage, seed: int) -> None:
        self._cast = cast
        self._props = props
        self._seed = seed

    def __iter__(self) -> Iterator[Scene]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        while True:
            yield compose(self._cast, self._props, rng)


def stacked(scenes: Sequence[Scene]) -> Batch:
    """Scenes as tensors."""
    landmarks = np.full((len(scenes), MOST_FACES, 5, 2), np.nan, np.float32)
    for row, scene in zip(landmarks, scenes, strict=True):
        row[: len(scene.landmarks)] = scene.landmarks
    return torch.from_numpy(np.stack([scene.picture for scene in scenes])), torch.from_numpy(landmarks)


class Pool:
    """Scenes that worker processes compose, each seen `uses` times on average before it makes room: composing takes
    processor time, views of what is composed take none."""

    def __init__(self, scenes: Scenes, *, batch: int, uses: int, workers: int, generator: Generator) -> None:
        self._fresh = max(1, batch // uses)
        self._batch = batch
        self._generator = generator
        self._room = 32 * batch
        device = generator.device
        self._pictures = torch.zeros(self._room, CANVAS_SIDE, CANVAS_SIDE, 3, dtype=torch.uint8, device=device)
        self._landmarks = torch.full((self._room, MOST_FACES, 5, 2), math.nan, device=device)
        self._held = self._next = 0
        self._loader = iter(DataLoader(scenes, self._fresh, num_workers=workers, collate_fn=stacked))
        while self._held < batch:
            self._take()

    def views(self) -> Views:
        """A batch of views; takes a few fresh scenes in first."""
        self._take()
        drawn = torch.randint(self._held, (self._batch,), generator=self._generator, device=self._generator.device)
        return seen(self._pictures[drawn], self._landmarks[drawn], self._generator)

    def _take(self) -> None:
        pictures, landmarks = next(self._loader)
        rows = (self._next + torch.arange(len(pictures))) % self._room
        rows = rows.to(self._pictures.device)
        self._pictures[rows] = pictures.to(self._pictures.device)
        self._landmarks[rows] = landmarks.to(self._pictures.device)
        self._next = (self._next + len(pictures)) % self._room
        self._held = min(self._room, self._held + len(pictures))


def seen(pictures: Tensor, landmarks: Tensor, source: Generator) -> Views:
    """Scenes (on the source's device) turned, scaled, mirrored and aged by chance; beyond their edge is one shade."""
    chance = Chance(len(pictures), source)
    roll = (chance.normal(1) * _ROLL).clamp(-45, 45).deg2rad().view(-1)
    smallest, largest = _SCALES
    scale = torch.exp(chance.uniform(math.log(smallest), math.log(largest))).view(-1)
    slack = CANVAS_SIDE / 2 - VIEW_SIDE / 2 / scale
    shift = chance.uniform(-1, 1, 2).view(-1, 2) * slack.clamp(min=0)[:, None]
    cos, sin = torch.cos(roll) / scale, torch.sin(roll) / scale
    to_scene = torch.stack((torch.stack((cos, -sin), -1), torch.stack((sin, cos), -1)), -2)  # view px -> scene px
    grid = (torch.arange(VIEW_SIDE, device=pictures.device) + 0.5) - VIEW_SIDE / 2
    ys, xs = torch.meshgrid(grid, grid, indexing="ij")
    at = torch.stack((xs, ys), -1).view(1, -1, 2) @ to_scene.transpose(1, 2) + shift[:, None]
    shade = chance.uniform(0, 1)
    planes = pictures.permute(0, 3, 1, 2).float() / 255 - shade
    at = (at * (2 / CANVAS_SIDE)).view(-1, VIEW_SIDE, VIEW_SIDE, 2)
    views = F.grid_sample(planes, at, mode="bilinear", padding_mode="zeros", align_corners=False) + shade
    from_scene = torch.linalg.inv(to_scene)
    moved = (landmarks + 0.5 - CANVAS_SIDE / 2 - shift[:, None, None]) @ from_scene.transpose(1, 2)[:, None]
    moved = moved + (VIEW_SIDE / 2 - 0.5)
    flipped = chance.happens(0.5).bool()
    views = torch.where(flipped, views.flip(3), views)
    mirrored = torch.stack((VIEW_SIDE - 1 - moved[..., 0], moved[..., 1]), -1)[:, :, list(MIRRORED)]
    moved = torch.where(flipped, mirrored, moved)
    return Views(aged(views, source), moved, _counting(moved))


def _counting(landmarks: Tensor) -> Tensor:
    middle, width = landmarks.mean(2), 2.1 * face_sizes(landmarks)
    inside = torch.minimum(middle, VIEW_SIDE - middle).amin(-1) >= _EDGE * width
    return inside & (width >= _SMALLEST)


def face_sizes(landmarks: Tensor) -> Tensor:
    """(..., 5, 2) -> (...): the larger of eye distance and eyes-to-mouth distance, as core.faces.regions has it."""
    across = (landmarks[..., 1, :] - landmarks[..., 0, :]).norm(dim=-1)
    down = (landmarks[..., 3:, :].mean(-2) - landmarks[..., :2, :].mean(-2)).norm(dim=-1)
    return torch.maximum(across, down)
