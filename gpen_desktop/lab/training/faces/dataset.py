"""Aligned faces as training pairs."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset, IterableDataset, get_worker_info

from gpen_desktop.core.types import FloatImage
from gpen_desktop.errors import UnreadablePhotoError
from gpen_desktop.lab.damage import recipes
from gpen_desktop.lab.damage.recipes import Recipe
from gpen_desktop.messages import say

MIRRORED: Final = (1, 0, 2, 4, 3)
"""Which landmark each is in a mirrored face: left stays left."""

Face = NDArray[np.uint8]
Pair = tuple[torch.Tensor, torch.Tensor]
"""(target, input): (S, S, 3) uint8 RGB, channels last as files and the network's memory have them."""

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def face_files(folder: Path) -> list[Path]:
    """The pictures of a folder, sorted by name. Raises UnreadablePhotoError when there are none."""
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES) if folder.is_dir() else []
    if not files:
        raise UnreadablePhotoError(
            say("no-pictures", "There are no pictures in this folder."),
            todo=say("give-other-folder", "Choose another folder."),
            path=folder,
        )
    return files


def read_face(path: Path) -> Face:
    """(H, W, 3) RGB uint8. Raises UnreadablePhotoError."""
    return np.ascontiguousarray(decoded(path, cv2.IMREAD_COLOR)[..., ::-1])


def decoded(path: Path, flags: int) -> NDArray[np.uint8]:
    """A picture as OpenCV decodes it with these flags, BGR; any name will do. Raises UnreadablePhotoError."""
    try:
        packed = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise UnreadablePhotoError(
            say("unreadable", "It cannot be read: {error}.", error=str(error)), path=path
        ) from error
    picture = cv2.imdecode(packed, flags) if packed.size else None
    if picture is None:
        raise UnreadablePhotoError(say("picture-unreadable", "It is not a readable picture."), path=path)
    return np.asarray(picture)


def labelled_files(table: Path, subset: str) -> list[tuple[Path, NDArray[np.float64]]]:
    """Pictures and their landmarks (5, 2) px, from a CSV with columns file and landmarks (JSON): where the file starts
    with `subset`/. Raises UnreadablePhotoError."""
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = [(row["file"], np.array(json.loads(row["landmarks"]), np.float64)) for row in csv.DictReader(file)]
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise UnreadablePhotoError(
            say("not-a-face-table", "It is not a table of faces ({error}).", error=str(error)), path=table
        ) from error
    found = [(table.parent / name, landmarks) for name, landmarks in rows if name.startswith(f"{subset}/")]
    if not found:
        raise UnreadablePhotoError(say("no-faces-of-subset", "It lists no faces of '{name}'.", name=subset), path=table)
    return found


def augmented(face: Face, rng: np.random.Generator, size: int) -> Face:
    """Mirrored or not, turned, moved and scaled a little, then area-shrunk: as sharp as a face at that size can be."""
    side = face.shape[0]
    if rng.random() < 0.5:
        face = np.ascontiguousarray(face[:, ::-1])
    if rng.random() < 0.75:
        zoom = math.exp(rng.normal(0, 0.06))
        matrix = cv2.getRotationMatrix2D((side / 2 - 0.5, side / 2 - 0.5), rng.normal(0, 4), zoom)
        matrix[:, 2] += rng.normal(0, 0.015 * side, 2)
        face = cv2.warpAffine(face, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA)


class TrainingPairs(IterableDataset[Pair]):
    """Endless fresh pairs.

    faces: aligned faces, all in memory. What comes depends on seed, worker and rank only, not on time.
    """

    def __init__(self, faces: Sequence[Face], size: int, recipe: Recipe, seed: int) -> None:
        self._faces = faces
        self._size = size
        self._recipe = recipe
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
        face = cv2.resize(self._faces[number], (self._size, self._size), interpolation=cv2.INTER_AREA)
        return _pair(*recipes.degrade_as(self._kinds[kind], face, np.random.default_rng([self._seed, index])))


def _pair(target: FloatImage, damaged: FloatImage) -> Pair:
    return _bytes(target), _bytes(damaged)


def _bytes(picture: FloatImage) -> torch.Tensor:
    return torch.from_numpy(np.rint(picture * 255).astype(np.uint8))


def network_range(pictures: torch.Tensor) -> torch.Tensor:
    """(N, S, S, 3) uint8 to (N, 3, S, S) float32 in [-1, 1], kept channels-last in memory."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
