"""Aligned faces as training pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset, IterableDataset, get_worker_info

from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage import recipes
from gpen_desktop.lab.damage.recipes import Recipe
from gpen_desktop.lab.face_files import Face
from gpen_desktop.lab.typed import doubles, octets

Pair = tuple[torch.Tensor, torch.Tensor]
"""(target, input): (S, S, 3) uint8 RGB, channels last as files and the network's memory have them."""


def augmented(face: Face, rng: np.random.Generator, size: int) -> Face:
    """Mirrored or not, turned, moved and scaled a little, then area-shrunk: as sharp as a face at that size can be."""
    side = face.shape[0]
    if rng.random() < 0.5:
        face = np.ascontiguousarray(face[:, ::-1])
    if rng.random() < 0.75:
        zoom = math.exp(rng.normal(0, 0.06))
        matrix = doubles(cv2.getRotationMatrix2D((side / 2 - 0.5, side / 2 - 0.5), rng.normal(0, 4), zoom))
        matrix[:, 2] += rng.normal(0, 0.015 * side, 2)
        turned = cv2.warpAffine(face, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        face = octets(turned)
    return octets(cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA))


class SharedFaces:
    """Aligned faces of any sizes, in memory that processes share which they are sent to: none gets a copy of its own.
    Nobody may write to them."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self._shapes = [face.shape for face in faces]
        self._ends = np.cumsum([face.size for face in faces])
        self._pixels = torch.from_numpy(np.concatenate([face.ravel() for face in faces])).share_memory_()

    def __len__(self) -> int:
        return len(self._shapes)

    def __getitem__(self, number: int) -> Face:
        shape, end = self._shapes[number], int(self._ends[number])
        return octets(self._pixels[end - math.prod(shape) : end].numpy().reshape(shape))


class TrainingPairs(IterableDataset[Pair]):
    """Endless fresh pairs.

    What comes depends on seed, worker and rank only, not on time.
    """

    def __init__(self, faces: SharedFaces, size: int, recipe: Recipe, seed: int) -> None:
        self._faces = faces
        self._size = size
        self._recipe = dict(recipe)  # a mapping proxy cannot be sent to a loader
        self._seed = seed

    def __iter__(self) -> Iterator[Pair]:
        cv2.setNumThreads(1)  # one process per worker; more threads would only get in the trainer's way
        worker = get_worker_info()
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        while True:
            face = augmented(self._faces[int(rng.integers(len(self._faces)))], rng, self._size)
            yield _pair(*recipes.degrade(face, rng, self._recipe))


class ValidationPairs(Dataset[Pair]):
    """Every face in every kind of damage, always the same: item i is face i // kinds, kind i % kinds."""

    def __init__(self, faces: Sequence[Face], size: int, kinds: Sequence[str], seed: int = 0) -> None:
        self._faces = faces
        self._size = size
        self._kinds = kinds
        self._seed = seed

    def __len__(self) -> int:
        return len(self._faces) * len(self._kinds)

    def __getitem__(self, index: int) -> Pair:
        if not 0 <= index < len(self):
            raise IndexError(index)
        number, kind = divmod(index, len(self._kinds))
        face = octets(cv2.resize(self._faces[number], (self._size, self._size), interpolation=cv2.INTER_AREA))
        return _pair(*recipes.degrade_as(self._kinds[kind], face, np.random.default_rng([self._seed, index])))


def _pair(target: FloatImage, damaged: FloatImage) -> Pair:
    return _bytes(target), _bytes(damaged)


def _bytes(picture: FloatImage) -> torch.Tensor:
    return torch.from_numpy(np.rint(picture * 255).astype(np.uint8))


def network_range(pictures: torch.Tensor) -> torch.Tensor:
    """(N, S, S, 3) uint8 to (N, 3, S, S) float32 in [-1, 1], kept channels-last in memory."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
