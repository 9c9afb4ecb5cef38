"""Pictures of faces on disk, and their table of landmarks: what training, scenes and evaluation read."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.errors import UnreadablePhotoError
from gpen_desktop.messages import say

MIRRORED: Final = (1, 0, 2, 4, 3)
"""Which landmark each is in a mirrored face: left stays left."""

Face = NDArray[np.uint8]
"""(H, W, 3) RGB."""

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
