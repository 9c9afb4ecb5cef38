"""Crops to train the landmark network on: boxes about faces as detectors propose them, beside faces, on backgrounds."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import IterableDataset, get_worker_info

from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage.degradations import Rng, motion_blur
from gpen_desktop.lab.training.dataset import MIRRORED, labelled_files, read_face
from gpen_desktop.models.detectors.landmarks import CROP_SIDE

_FACE_SIDE: Final = 320  # px at which training faces are kept; crops are 96
_PHOTO_SIDE: Final = 1000
_SIDES: Final = (1.8, 3.6)  # of the boxes, in eye distances: what detectors propose
_BACKGROUND_SHARE: Final = 0.3
_BESIDE_SHARE: Final = 0.12


@dataclass(frozen=True, eq=False)
class LabelledFace:
    """picture: (S, S) uint8 grey; landmarks: (5, 2) px."""

    picture: NDArray[np.uint8]
    landmarks: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Background:
    """picture: (H, W) uint8 grey; boxes: (N, 4) x, y, w, h px of its faces, which are kept out."""

    picture: NDArray[np.uint8]
    boxes: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sample:
    """crop: (96, 96) float32 0 to 255; points: (5, 2) in units of the crop side; face: 1 or 0."""

    crop: FloatImage
    points: NDArray[np.float64]
    face: float


def labelled_faces(table: Path, subset: str) -> list[LabelledFace]:
    """Faces of a table as dataset.labelled_files reads it. Raises UnreadablePhotoError."""
    found = []
    for path, landmarks in labelled_files(table, subset):
        grey = cv2.cvtColor(read_face(path), cv2.COLOR_RGB2GRAY)
        points = landmarks * (_FACE_SIDE / grey.shape[0])
        found.append(LabelledFace(cv2.resize(grey, (_FACE_SIDE, _FACE_SIDE), interpolation=cv2.INTER_AREA), points))
    return found


def backgrounds(table: Path) -> list[Background]:
    """Photos of a JSON file: photos -> name -> faces -> box_xywh (px); pictures lie beside it."""
    found = []
    for name, told in json.loads(table.read_text(encoding="utf-8"))["photos"].items():
        grey = cv2.cvtColor(read_face(table.parent / name), cv2.COLOR_RGB2GRAY)
        scale = min(1.0, _PHOTO_SIDE / max(grey.shape))
        boxes = np.array([face["box_xywh"] for face in told["faces"]], np.float64).reshape(-1, 4) * scale
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found.append(Background(small, boxes))
    return found


def face_sample(face: LabelledFace, rng: Rng) -> Sample:
    """A box about the face, or beside it, which is then no face; undamaged."""
    eye = float(np.linalg.norm(face.landmarks[0] - face.landmarks[1]))
    side = rng.uniform(*_SIDES) * eye
    centre = face.landmarks.mean(axis=0) + rng.normal(0, 0.08, 2) * side
    beside = rng.random() < _BESIDE_SHARE
    if beside:
        way, far = rng.uniform(0, 2 * math.pi), side * rng.uniform(0.6, 0.95)
        centre = face.landmarks.mean(axis=0) + far * np.array([math.cos(way), math.sin(way)])
    to_crop = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), rng.normal(0, 15), CROP_SIDE / side)
    to_crop[:, 2] += CROP_SIDE / 2 - centre
    crop = cv2.warpAffine(face.picture, to_crop, (CROP_SIDE, CROP_SIDE), borderMode=cv2.BORDER_REFLECT_101)
    points = face.landmarks @ to_crop[:, :2].T + to_crop[:, 2]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
        points = points.copy()
        points[:, 0] = CROP_SIDE - 1 - points[:, 0]
        points = points[list(MIRRORED)]
    return Sample(crop.astype(np.float32), points / CROP_SIDE, 0.0 if beside else 1.0)


def background_sample(photos: Sequence[Background], rng: Rng) -> Sample:
    """A square of a photo that touches no face."""
    while True:
        photo = photos[int(rng.integers(len(photos)))]
        height, width = photo.picture.shape
        side = int(rng.integers(20, min(height, width, 320) + 1))
        x, y = int(rng.integers(0, width - side + 1)), int(rng.integers(0, height - side + 1))
        if not any(x < b[0] + b[2] and b[0] < x + side and y < b[1] + b[3] and b[1] < y + side for b in photo.boxes):
            crop = cv2.resize(
                photo.picture[y : y + side, x : x + side], (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_AREA
            )
            return Sample(crop.astype(np.float32), np.zeros((5, 2)), 0.0)


def damaged(crop: FloatImage, rng: Rng) -> FloatImage:
    """As small, old, dark and half-hidden faces look, (96, 96) 0 to 255."""
    if rng.random() < 0.6:
        crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.3, 3.2))
    if rng.random() < 0.1:
        crop = motion_blur(crop, rng, rng.uniform(2, 9))
    if rng.random() < 0.55:
        side = int(rng.integers(12, 81))
        small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        crop = cv2.resize(small, (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_CUBIC)
    crop = (crop - 128) * rng.uniform(0.3, 1.3) + 128 + rng.uniform(-50, 50)
    if rng.random() < 0.2:  # light from one side
        ramp = np.linspace(rng.uniform(0.4, 1), rng.uniform(0.4, 1), CROP_SIDE)
        crop = crop * ramp.reshape((1, -1) if rng.random() < 0.5 else (-1, 1))
    crop = crop + rng.standard_normal(crop.shape, dtype=np.float32) * np.float32(rng.uniform(0, 16))
    if rng.random() < 0.15:  # something before the face
        x, y = rng.integers(0, CROP_SIDE - 28, 2)
        width, height = rng.integers(8, 29, 2)
        crop[y : y + height, x : x + width] = rng.uniform(0, 255)
    return np.clip(crop, 0, 255).astype(np.float32)


class LandmarkSamples(IterableDataset[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]):
    """Endless (crop (96, 96) uint8, points (10,) float32, face () float32)."""

    def __init__(self, faces: Sequence[LabelledFace], photos: Sequence[Background], seed: int) -> None:
        self._faces = faces
        self._photos = photos
        self._seed = seed

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        while True:
            if self._photos and rng.random() < _BACKGROUND_SHARE:
                sample = background_sample(self._photos, rng)
            else:
                sample = face_sample(self._faces[int(rng.integers(len(self._faces)))], rng)
            crop = np.rint(damaged(sample.crop, rng)).astype(np.uint8)
            points = torch.from_numpy(sample.points.reshape(10).astype(np.float32))
            yield torch.from_numpy(crop), points, torch.tensor(sample.face, dtype=torch.float32)
