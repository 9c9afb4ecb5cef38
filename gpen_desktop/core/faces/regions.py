"""Square frames laid over a photo, turned with the face in them: their geometry, and cutting what they show.

Frames are rows (centre x, centre y, side, roll): photo pixels, and degrees clockwise on screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import Face, Photo

Floats = NDArray[np.float64]
Grey = NDArray[np.uint8]

_FRAME_PER_FACE = 2.6
"""Side of the frame over the size of the face in it: the middle of what the network was trained on (1.8 to 3.6)."""

_SMALLEST_SIDE = 8.0

SAME_FACE = 0.6
"""Faces nearer to each other than this many sizes of the larger are one face seen twice."""

_ROW = 0.6
"""Faces whose centres differ by less than this share of a box's height stand in the same row."""


def face_sizes(points: Floats) -> Floats:
    """(N, 5, 2) landmarks -> (N,) the larger of eye distance and eyes-to-mouth distance, as Face.box takes it: the one
    shrinks as a head turns, the other as it nods."""
    across = np.linalg.norm(points[:, 1] - points[:, 0], axis=1)
    down = np.linalg.norm(_eyes_to_mouth(points), axis=1)
    return np.asarray(np.maximum(across, down))


def each_once(points: Floats, scores: Floats) -> list[int]:
    """Which of N sightings (N, 5, 2) stand when of those that lie on one another only the surest does, surest first."""
    order = np.argsort(-scores, kind="stable")
    centres, sizes = points.mean(axis=1)[order], face_sizes(points)[order]
    stands = np.ones(len(order), bool)
    for i in range(len(order)):
        if stands[i]:
            gaps = np.linalg.norm(centres[i + 1 :] - centres[i], axis=1)
            stands[i + 1 :] &= gaps > SAME_FACE * np.maximum(sizes[i + 1 :], sizes[i])
    return [int(number) for number in order[stands]]


def frames_around(points: Floats) -> Floats:
    """(N, 5, 2) landmarks -> (N, 4) frames in which the faces stand upright."""
    down = _eyes_to_mouth(points)
    # Eye line and eyes-to-mouth line together: a profile's eye line alone says little.
    right = points[:, 1] - points[:, 0] + np.stack([down[:, 1], -down[:, 0]], axis=1)
    rolls = np.degrees(np.arctan2(right[:, 1], right[:, 0]))
    sides = np.maximum(_FRAME_PER_FACE * face_sizes(points), _SMALLEST_SIDE)
    return np.column_stack([points.mean(axis=1), sides, rolls])


def to_photo(points: Floats, frames: Floats, crop_side: int) -> Floats:
    """Points (N, 5, 2) in pixels of crops cut with `frames` -> the same points in photo pixels."""
    angles, scales = np.radians(frames[:, 3]), frames[:, 2] / crop_side
    cos, sin = scales * np.cos(angles), scales * np.sin(angles)
    turns = np.stack([np.stack([cos, sin], axis=-1), np.stack([-sin, cos], axis=-1)], axis=1)
    return np.asarray((points - (crop_side - 1) / 2) @ turns + frames[:, None, :2])


def in_reading_order(faces: Iterable[Face]) -> tuple[Face, ...]:
    """Rows from the top, each from the left. A row is what stands less than 0.6 box heights below its highest face."""
    rows: list[list[Face]] = []
    for face in sorted(faces, key=lambda face: (_centre(face)[1], _centre(face)[0])):
        if rows and _centre(face)[1] - _centre(rows[-1][0])[1] < _ROW * max(face.box[3], rows[-1][0].box[3]):
            rows[-1].append(face)
        else:
            rows.append([face])
    return tuple(face for row in rows for face in sorted(row, key=lambda face: _centre(face)[0]))


def _centre(face: Face) -> tuple[float, float]:
    x, y = face.landmarks.mean(axis=0)
    return float(x), float(y)


def with_known_ids(faces: Iterable[Face], known: Sequence[Face]) -> tuple[Face, ...]:
    """Faces, each with the id of the known one that it lies on, if any: the same face found again."""
    left = list(known)
    named = []
    for face in faces:
        same = next((other for other in left if _is_same_face(face, other)), None)
        if same is not None:
            left.remove(same)
        named.append(face if same is None else replace(face, id=same.id))
    return tuple(named)


def with_those_by_hand(found: Iterable[Face], by_hand: Sequence[Face]) -> tuple[Face, ...]:
    """Found faces and those that a person drew or corrected, which take the place of found ones that are the same."""
    return (*(face for face in found if not any(_is_same_face(face, other) for other in by_hand)), *by_hand)


def in_bytes(samples: NDArray[Any]) -> NDArray[np.uint8]:
    """Samples with 16 bits as the networks for faces see them, with 8; those with 8 as they are. Any shape."""
    return np.asarray(samples if samples.dtype == np.uint8 else samples // 257, np.uint8)


def _is_same_face(one: Face, other: Face) -> bool:
    apart = np.linalg.norm(one.landmarks.mean(axis=0) - other.landmarks.mean(axis=0))
    return bool(apart < SAME_FACE * face_sizes(np.stack([one.landmarks, other.landmarks])).max())


class GreyPyramid:
    """A photo in grey, and ever smaller copies of it, made when first needed, for crops without aliasing."""

    def __init__(self, photo: Photo) -> None:
        grey = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY)
        self._levels: list[Grey] = [in_bytes(grey)]

    def cut(self, frames: Floats, crop_side: int) -> Grey:
        """What (N, 4) frames show, upright: (N, crop_side, crop_side) uint8. Beyond the edge the photo is reflected."""
        crops = np.empty((len(frames), crop_side, crop_side), np.uint8)
        for crop, (x, y, side, roll) in zip(crops, frames, strict=True):
            level = max(0, math.floor(math.log2(side / crop_side)))
            shrink = 0.5**level
            to_level = _crop_to_picture(
                (x + 0.5) * shrink - 0.5, (y + 0.5) * shrink - 0.5, side * shrink, roll, crop_side
            )
            cv2.warpAffine(
                self._level(level),
                to_level,
                (crop_side, crop_side),
                dst=crop,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REFLECT_101,
            )
        return crops

    def _level(self, number: int) -> Grey:
        while len(self._levels) <= number:
            height, width = self._levels[-1].shape
            half = cv2.resize(self._levels[-1], (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA)
            self._levels.append(np.asarray(half, np.uint8))
        return self._levels[number]


def _crop_to_picture(x: float, y: float, side: float, roll: float, crop_side: int) -> Floats:
    """(2, 3) matrix from crop pixels to picture pixels."""
    scale, angle, middle = side / crop_side, math.radians(roll), (crop_side - 1) / 2
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    return np.array([[cos, -sin, x - middle * (cos - sin)], [sin, cos, y - middle * (sin + cos)]])


def _eyes_to_mouth(points: Floats) -> Floats:
    return np.asarray(points[:, 3:].mean(axis=1) - points[:, :2].mean(axis=1))
