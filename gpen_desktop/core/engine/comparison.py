"""One photo by several models, on a sheet to look through: the photo, then each model's, whole and around its faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.pixels import size_at, to_8_bits
from gpen_desktop.core.progress import Progress, SilentProgress, SubProgress
from gpen_desktop.core.resizing import resized
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import Face, Photo, Pixels, frozen

_SIDE: Final = 400
"""Pixels of a picture on the sheet, each way."""

_FACES: Final = 3
"""The largest ones are shown by themselves."""

_AROUND: Final = 2.2
"""Side of what is shown of a face, in widths of its box."""

_CAPTION: Final = 26
_GROUND: Final = 32


@dataclass(frozen=True, eq=False)
class Column:
    """One version of the photo. title: above it. pixels: (H, W, 3); scale: how many times the photo's size."""

    title: str
    pixels: Pixels
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Comparison:
    """columns: the photo itself first, then one for each model. faces: of the photo."""

    columns: tuple[Column, ...]
    faces: tuple[Face, ...]


def compare(
    path: Path, models: Sequence[str], edits: Edits, engine: Engine, progress: Progress | None = None
) -> Comparison:
    """Restore a photo with each of the models, one after the other, all else as `edits` have it.

    The faces are found once. Raises PhotoError, ModelError (of all kinds), DeviceError, Cancelled.
    """
    progress = progress or SilentProgress()
    columns: list[Column] = []
    faces: tuple[Face, ...] | None = edits.faces
    for number, model in enumerate(models):
        part = SubProgress(progress, number / len(models), (number + 1) / len(models))
        own = replace(edits, model=model)
        session = engine.open(path, model, faces, own.stages, own.strokes)
        faces = session.faces()
        composed = session.compose(own.options, part)
        if not columns:
            columns.append(Column(path.name, session.photo.pixels))
        columns.append(Column(model, composed.photo.pixels, composed.photo.width / session.photo.width))
    return Comparison(tuple(columns), faces or ())


def sheet(comparison: Comparison) -> Photo:
    """The columns side by side, with a row for the whole photo and one for each of the largest faces."""
    largest = sorted(comparison.faces, key=lambda face: -face.box[2])[:_FACES]
    columns = [
        np.vstack(
            [
                caption(column.title, _SIDE),
                fitted(column.pixels, _SIDE),
                *(fitted(_around(column, face), _SIDE) for face in largest),
            ]
        )
        for column in comparison.columns
    ]
    return Photo(frozen(np.ascontiguousarray(np.hstack(columns))), SourceFormat("PNG"))


def _around(column: Column, face: Face) -> Pixels:
    x, y, width, height = (value * column.scale for value in face.box)
    half = _AROUND * max(width, height) / 2
    left, top = max(0, round(x + width / 2 - half)), max(0, round(y + height / 2 - half))
    part: Pixels = column.pixels[top : round(y + height / 2 + half), left : round(x + width / 2 + half)]
    return part


def fitted(pixels: Pixels, side: int) -> NDArray[np.uint8]:
    """A picture (H, W, 3) as large as a square of `side` px of a sheet holds, in its middle: (side, side, 3)."""
    factor = side / max(pixels.shape[:2])
    return placed(resized(to_8_bits(pixels), size_at(factor, pixels)), side)


def placed(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """A picture (h, w, 3) of `side` px at most, in the middle of a square of a sheet: (side, side, 3)."""
    square = np.full((side, side, 3), _GROUND, np.uint8)
    left, top = (side - picture.shape[1]) // 2, (side - picture.shape[0]) // 2
    square[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return square


def caption(text: str, width: int) -> NDArray[np.uint8]:
    """A line of a sheet: (_CAPTION, width, 3)."""
    line = Image.new("RGB", (width, _CAPTION), (_GROUND,) * 3)
    text = text.replace("×", "x").encode("ascii", "replace").decode()  # all that Pillow's own font has for sure
    ImageDraw.Draw(line).text((8, 4), text, (230, 230, 230), ImageFont.load_default(15))
    return np.asarray(line, np.uint8)
