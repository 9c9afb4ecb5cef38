"""Every face of a photo, before and after, on one sheet.

    python -m gpen_desktop.lab.evaluation.face_sheet PHOTO -o SHEET.png

A face a column: the head with its surroundings as it is in the photo, the same as the product composes it from the
first model, the crop, what each model made of that.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.faces.detection import FaceDetector
from gpen_desktop.core.resizing import resized
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.stages.registry import stage_values, without_automatic
from gpen_desktop.core.types import ComposeOptions, Face, FloatImage, Pixels
from gpen_desktop.errors import OptionError, SaveError
from gpen_desktop.lab.evaluation.measures import Picture
from gpen_desktop.lab.typed import floats
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import BUILTIN

_ROW: Final = 8  # faces a row
_SIDE: Final = 240  # px a face
_HEAD: Final = 7.5
"""Side of a head with its surroundings, in eye distances; an aligned face has 4.1."""


def face_sheet(photo: Path, models: Sequence[str | Path], options: ComposeOptions, scale: int) -> Picture:
    """(H, W, 3) uint8 RGB; heads of the photo enlarged `scale` times (1, 2 or 4), its tones as they are.

    Raises PhotoError, UnknownModelError, WeightsError, OptionError.
    """
    session = Session.open(photo, FaceDetector(), Restorer(models[0]), PhotoNetworks())
    session.set_stages(without_automatic(stage_values({"scale": scale})))
    composed = session.compose(options).photo.pixels
    restored = tuple(session.restore())
    if not restored:
        raise OptionError(say("no-face-found", "No face was found in '{name}'.", name=photo.name))
    columns = [
        [
            _head(session.photo.pixels, face.crop.face, 1),
            _head(composed, face.crop.face, scale),
            _shown(face.crop.pixels),
            _shown(face.restored),
        ]
        for face in restored
    ]
    for model in models[1:]:
        session.set_restorer(Restorer(model))
        for column, face in zip(columns, session.restore(), strict=True):
            column.append(_shown(face.restored))
    blank = [np.full((_SIDE, _SIDE, 3), 255, np.uint8)] * (len(models) + 3)
    columns += [blank] * (-len(columns) % _ROW)
    rows = [columns[start : start + _ROW] for start in range(0, len(columns), _ROW)]
    return np.vstack([np.hstack([np.vstack(column) for column in row]) for row in rows])


def _head(pixels: Pixels, face: Face, scale: int) -> Picture:
    """(_SIDE, _SIDE, 3): a head and what is around it, of a photo enlarged `scale` times; its edge is repeated."""
    side = max(2, round(_HEAD * face.eye_distance * scale))
    centre = (face.landmarks.mean(0) + 0.5) * scale
    xs, ys = (
        np.clip(np.arange(side) + round(float(middle) - side / 2), 0, length - 1)
        for middle, length in zip(centre, pixels.shape[1::-1], strict=True)
    )
    cut = pixels[ys[:, None], xs].astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
    return _bytes(resized(cut, (_SIDE, _SIDE)))


def _shown(picture: FloatImage) -> Picture:
    small = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return _bytes(floats(small))


def _bytes(picture: FloatImage) -> Picture:
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def main() -> None:
    """Parse the line, write the sheet. Raises SaveError."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.evaluation.face_sheet", description=__doc__)
    parser.add_argument("photo", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="sheet to write (.png)")
    parser.add_argument("--model", action="append", metavar="NAME|FILE", help=f"may be given again ({BUILTIN})")
    parser.add_argument("--strength", type=int, default=100)
    parser.add_argument("--scale", type=int, choices=(1, 2, 4), default=4, help="enlargement of the photo (4)")
    parsed = parser.parse_args()
    options = ComposeOptions(strength=parsed.strength)
    sheet = face_sheet(parsed.photo, parsed.model or [BUILTIN], options, parsed.scale)
    _, packed = cv2.imencode(".png", sheet[..., ::-1])
    try:
        parsed.output.write_bytes(packed.tobytes())
    except OSError as error:
        raise SaveError(
            say("sheet-unwritable", "The sheet cannot be written: {error}.", error=str(error)), path=parsed.output
        ) from error


if __name__ == "__main__":
    main()
