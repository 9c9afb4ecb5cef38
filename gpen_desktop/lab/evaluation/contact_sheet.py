"""Photos before and after, everything done to them that the product does by itself, on pages to look through.

    python -m gpen_desktop.lab.evaluation.contact_sheet PHOTO|FOLDER... -o DIR

A photo a row: whole, before and after, then the part around its largest face at twice its size. Above it its name, what
was seen and what was done.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from gpen_desktop.core.batch.album import find_photos
from gpen_desktop.core.engine import presets
from gpen_desktop.core.engine.comparison import caption, fitted, placed
from gpen_desktop.core.engine.edits import Edits, with_option
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.pixels import to_8_bits
from gpen_desktop.core.types import Composed, Pixels
from gpen_desktop.errors import GpenError, SaveError
from gpen_desktop.lab.evaluation.measures import Picture
from gpen_desktop.lab.typed import octets
from gpen_desktop.messages import say

_SIDE: Final = 440
"""Pixels of a picture, each way."""

_DETAIL: Final = _SIDE // 2
"""Pixels of the photo that the second pair shows, each way."""

_ON_A_PAGE: Final = 4


@dataclass(frozen=True, eq=False)
class Compared:
    """One photo: before and after (H, W, 3), after maybe larger; middle (x, y): of its largest face; told: a line."""

    before: Pixels
    after: Pixels
    middle: tuple[float, float]
    told: str


def compared(paths: Iterable[Path], engine: Engine, edits: Edits) -> Iterator[Compared]:
    """Each photo as `edits` have it; one that cannot be read is told of, and left out."""
    for path in paths:
        try:
            session = engine.open(path, edits.model, stages=edits.stages)
            composed = session.compose(edits.options)
        except GpenError as error:
            print(f"{path.name}: {error}")
            continue
        photo = session.photo
        largest = max(composed.faces, key=lambda each: each.face.eye_distance, default=None)
        middle = largest.face.landmarks.mean(axis=0) if largest else (photo.width / 2, photo.height / 2)
        told = f"{path.name}: {_told(composed)}"
        print(told)
        yield Compared(photo.pixels, composed.photo.pixels, (float(middle[0]), float(middle[1])), told)


def _told(composed: Composed) -> str:
    seen = ", ".join(str(seen.words) for seen in composed.seen)
    done = ", ".join(f"{result.stage} {result.strength}" for result in composed.stages if result.strength)
    faces = ", ".join(str(face.state) for face in composed.faces)
    return f"seen: {seen or 'nothing'}; done: {done or 'nothing'}; faces: {faces or 'none'}"


def page(photos: Sequence[Compared]) -> Picture:
    """(H, W, 3) uint8 RGB: a row for each photo."""
    return np.vstack([np.vstack([caption(photo.told, 4 * _SIDE), _row(photo)]) for photo in photos])


def _row(photo: Compared) -> Picture:
    scale = photo.after.shape[1] / photo.before.shape[1]
    return np.hstack(
        [
            fitted(photo.before, _SIDE),
            fitted(photo.after, _SIDE),
            _detail(photo.before, photo.middle, 1.0),
            _detail(photo.after, photo.middle, scale),
        ]
    )


def _detail(pixels: Pixels, middle: tuple[float, float], scale: float) -> Picture:
    """The part around `middle` (of the photo before it was enlarged by `scale`), at twice the photo's own size."""
    side = round(_DETAIL * scale)
    corner = []
    for at, length in zip(middle, pixels.shape[1::-1], strict=True):
        corner.append(round(min(max(0.0, at * scale - side / 2), max(0.0, length - side))))
    x, y = corner
    part = to_8_bits(pixels[y : y + side, x : x + side])
    size = (round(part.shape[1] * 2 / scale), round(part.shape[0] * 2 / scale))
    way = cv2.INTER_NEAREST if scale in (1, 2) else cv2.INTER_AREA
    return placed(octets(cv2.resize(part, size, interpolation=way))[:_SIDE, :_SIDE], _SIDE)


def main() -> None:
    """Parse the line, write the pages. Raises SaveError."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.evaluation.contact_sheet", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PHOTO|FOLDER")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="for page_01.jpg and so on")
    parser.add_argument("--preset", choices=[each.key for each in presets.BUILT_IN], default="automatic")
    parser.add_argument("--scale", type=int, choices=(1, 2, 4), default=1)
    parsed = parser.parse_args()
    preset = next(each for each in presets.BUILT_IN if each.key == parsed.preset)
    edits = presets.applied(preset, with_option(Edits(), "scale", parsed.scale))
    paths = [each.path for each in find_photos(parsed.paths, recursive=True, without=parsed.output)]
    photos = compared(paths, Engine(), edits)
    number = 0
    while rows := list(islice(photos, _ON_A_PAGE)):
        number += 1
        file = parsed.output / f"page_{number:02d}.jpg"
        try:
            parsed.output.mkdir(parents=True, exist_ok=True)
            Image.fromarray(page(rows)).save(file, quality=92)
        except OSError as error:
            raise SaveError(
                say("sheet-unwritable", "The sheet cannot be written: {error}.", error=str(error)), path=file
            ) from error


if __name__ == "__main__":
    main()
