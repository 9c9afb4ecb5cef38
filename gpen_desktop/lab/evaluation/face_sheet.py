"""Every face of a photo, before and after, on one sheet.

    python -m gpen_desktop.lab.evaluation.face_sheet PHOTO -o SHEET.png

A face a column of three: as it is in the photo, what each model made of it, what the product composes from the first.
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
from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.faces.detection import FaceDetector
from gpen_desktop.core.types import ComposeOptions, FloatImage
from gpen_desktop.errors import OptionError, SaveError
from gpen_desktop.lab.evaluation.measures import Picture
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import BUILTIN

_ROW: Final = 10  # faces a row
_SIDE: Final = 192  # px a face


def face_sheet(photo: Path, models: Sequence[str | Path], options: ComposeOptions) -> Picture:
    """(H, W, 3) uint8 RGB. Raises PhotoError, UnknownModelError, WeightsError, OptionError."""
    session = Session.open(photo, FaceDetector(), Restorer(models[0]))
    composed = session.compose(options).photo
    restored = tuple(session.restore())
    if not restored:
        raise OptionError(say("no-face-found", "No face was found in '{name}'.", name=photo.name))
    columns = [[_shown(face.crop.pixels), _shown(face.restored)] for face in restored]
    for model in models[1:]:
        session.set_restorer(Restorer(model))
        for column, face in zip(columns, session.restore(), strict=True):
            column.append(_shown(face.restored))
    for column, face in zip(columns, session.faces(), strict=True):
        column.append(_shown(crop_face(composed, face, template="ffhq", size=256).pixels))
    blank = [np.full((_SIDE, _SIDE, 3), 255, np.uint8)] * (len(models) + 2)
    columns += [blank] * (-len(columns) % _ROW)
    rows = [columns[start : start + _ROW] for start in range(0, len(columns), _ROW)]
    return np.vstack([np.hstack([np.vstack(column) for column in row]) for row in rows])


def _shown(picture: FloatImage) -> Picture:
    small = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)


def main() -> None:
    """Parse the line, write the sheet. Raises SaveError."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.evaluation.face_sheet", description=__doc__)
    parser.add_argument("photo", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="sheet to write (.png)")
    parser.add_argument("--model", action="append", metavar="NAME|FILE", help=f"may be given again ({BUILTIN})")
    parser.add_argument("--strength", type=int, default=100)
    parsed = parser.parse_args()
    options = ComposeOptions(strength=parsed.strength, min_face=0)
    sheet = face_sheet(parsed.photo, parsed.model or [BUILTIN], options)
    _, packed = cv2.imencode(".png", sheet[..., ::-1])
    try:
        parsed.output.write_bytes(packed.tobytes())
    except OSError as error:
        raise SaveError(
            say("sheet-unwritable", "The sheet cannot be written: {error}.", error=str(error)), path=parsed.output
        ) from error


if __name__ == "__main__":
    main()
