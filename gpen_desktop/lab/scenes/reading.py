"""What scenes are composed of: labelled portraits, pictures without people, things cut out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import Face
from gpen_desktop.errors import UnreadablePhotoError
from gpen_desktop.lab.face_files import decoded, labelled_files, read_face
from gpen_desktop.lab.typed import octets
from gpen_desktop.messages import say

FACE_SIDE: Final = 256
"""Side in pixels at which portraits are kept."""

_TABLE_SIDE: Final = 512  # of the crops whose pixels a table's landmarks count, however large the files are

Box = tuple[float, float, float, float]
"""x, y, width, height in px."""


@dataclass(frozen=True, eq=False)
class Portrait:
    """picture: (S, S, 3) RGB uint8; landmarks: (5, 2) px. head: (s, s) float32, 1 where the picture shows the head;
    None where nobody knows better than that it is in the middle."""

    picture: NDArray[np.uint8]
    landmarks: NDArray[np.float64]
    head: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Stage:
    """Pictures without people. backgrounds: (H, W, 3) RGB uint8. things: (H, W, 4) RGBA uint8, cut out."""

    backgrounds: Sequence[NDArray[np.uint8]]
    things: Sequence[NDArray[np.uint8]]


def portraits(table: Path, subset: str) -> list[Portrait]:
    """Aligned faces of a table as face_files.labelled_files reads it, its landmarks in pixels of a 512 px crop. Raises
    UnreadablePhotoError."""
    found = []
    for path, landmarks in labelled_files(table, subset):
        picture = octets(cv2.resize(read_face(path), (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA))
        found.append(Portrait(picture, (landmarks + 0.5) * (FACE_SIDE / _TABLE_SIDE) - 0.5))
    return found


def stage(folder: Path) -> Stage:
    """All pictures under a folder; those with transparency are things to put into a scene."""
    backgrounds, things = [], []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png", ".webp"}:
            continue
        picture = decoded(path, cv2.IMREAD_UNCHANGED)
        if picture.dtype != np.uint8:
            raise UnreadablePhotoError(
                say("not-8-bit-picture", "It is not a readable picture with 8 bits per channel."), path=path
            )
        if picture.ndim == 3 and picture.shape[2] == 4:
            things.append(np.ascontiguousarray(picture[..., [2, 1, 0, 3]]))
        else:
            backgrounds.append(read_face(path))
    if not backgrounds:
        raise UnreadablePhotoError(
            say("no-pictures", "There are no pictures in this folder."),
            todo=say("give-other-folder", "Choose another folder."),
            path=folder,
        )
    return Stage(backgrounds, things)


def box_of(points: NDArray[np.float64]) -> Box:
    """The face's box (core.types.Face.box) about landmarks (5, 2)."""
    return Face(points, 0.0).box
