"""Faces whose clean picture is known, damaged: from folders, or in fixed steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from gpen_desktop.errors import OptionError
from gpen_desktop.lab.evaluation import measures
from gpen_desktop.lab.evaluation.fixed_degradations import SETS, enlarged, fixed
from gpen_desktop.lab.evaluation.measures import Picture
from gpen_desktop.lab.face_files import face_files, read_face
from gpen_desktop.lab.typed import floats, octets
from gpen_desktop.messages import say

CLEAN: Final = "clean"
"""The kind whose input is the clean picture: what a model does to good faces. Left out of the mean over kinds."""


@dataclass(frozen=True, eq=False)
class Case:
    """One kind of damage at one level: pictures (S, S, 3) uint8 RGB aligned to the FFHQ template, face by face.

    damaged: as the photo shows them. given: what networks are given of these. enlarged: pixels of a picture to one of
    the photo that it was enlarged from.
    """

    kind: str
    level: str
    names: Sequence[str]
    clean: Sequence[Picture]
    damaged: Sequence[Picture]
    given: Sequence[Picture]
    enlarged: float = 1.0


def damaged_folders(clean: Path, damaged: Path, size: int = 256) -> Iterator[Case]:
    """Cases of `damaged`/KIND/NAME.*, beside `clean`/NAME.*, and one of clean faces.

    Clean faces are brought to `size` px (area); damaged ones of another size by bicubic resizing. A grey kind (every
    picture of it grey) is held against the grey clean faces. Raises UnreadablePhotoError, OptionError.
    """
    originals = {path.stem: _resized(read_face(path), size, cv2.INTER_AREA) for path in face_files(clean)}
    faces = list(originals.values())
    yield Case(CLEAN, "", list(originals), faces, faces, faces)
    kinds = sorted(folder for folder in damaged.iterdir() if folder.is_dir()) if damaged.is_dir() else []
    if not kinds:
        raise OptionError(
            say("no-damaged-folders", "'{path}' has no folders of damaged faces.", path=str(damaged)),
            todo=say("one-folder-a-kind", "It holds one folder for each kind of damage."),
        )
    for folder in kinds:
        files = face_files(folder)
        lost = [path.name for path in files if path.stem not in originals]
        if lost:
            raise OptionError(
                say(
                    "clean-face-missing",
                    "'{path}' has no clean face of that name in '{folder}'.",
                    path=str(folder / lost[0]),
                    folder=str(clean),
                )
            )
        pictures = [_resized(read_face(path), size, cv2.INTER_CUBIC) for path in files]
        targets = [originals[path.stem] for path in files]
        if all(measures.is_grey(picture) for picture in pictures):
            targets = [octets(cv2.cvtColor(cv2.cvtColor(t, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)) for t in targets]
        yield Case(folder.name, "", [path.stem for path in files], targets, pictures, pictures)


def fixed_cases(name: str, clean: Path, size: int = 256) -> Iterator[Case]:
    """Cases of a set of lab/evaluation/fixed_degradations.py made from clean faces. Raises UnreadablePhotoError."""
    originals = {path.stem: _resized(read_face(path), size, cv2.INTER_AREA) for path in face_files(clean)}
    for kind, level in SETS[name]:
        made = [
            fixed(name, kind, level, floats(p.astype(np.float32) / 255), seed)
            for seed, p in enumerate(originals.values())
        ]
        targets, damaged, given = (
            [_bytes(getattr(each, part)) for each in made] for part in ("target", "shown", "given")
        )
        yield Case(kind, level, list(originals), targets, damaged, given, enlarged(kind, level))


def _resized(picture: Picture, size: int, way: int) -> Picture:
    if picture.shape[:2] == (size, size):
        return picture
    return np.asarray(cv2.resize(picture, (size, size), interpolation=way), np.uint8)


def _bytes(picture: np.ndarray) -> Picture:
    return octets(np.rint(picture * 255).astype(np.uint8))
