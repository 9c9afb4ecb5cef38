"""Make resources/docs/before_after.jpg, the README's picture, from the sample photos with the built-in models.

.venv/bin/python packaging/readme_picture.py
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpen_desktop import paths
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.faces.detection import FaceDetector
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.models.catalog import BUILTIN

OUT = Path(__file__).resolve().parents[1] / "resources" / "docs" / "before_after.jpg"
SHOWN = ("hopper_small_blurry.jpg", "collins_faded_colour.jpg", "hopper_grey_scratched.jpg")
SIDE, GAP = 400, 8


def pair(name: str, finder: FaceDetector, restorer: Restorer) -> NDArray[np.uint8]:
    """Before above after: the square around the photo's first face, SIDE px."""
    session = Session.open(paths.samples() / name, finder, restorer)
    after = session.compose(ComposeOptions())
    x, y, width, height = after.faces[0].face.box
    side = 1.5 * max(width, height)
    matrix = np.float64([[SIDE / side, 0, 0], [0, SIDE / side, 0]])
    matrix[:, 2] = SIDE / 2 - matrix[:, :2] @ [x + width / 2, y + height / 2]
    views = [
        cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        for picture in (session.photo.pixels, after.photo.pixels)
    ]
    return np.vstack([views[0], np.full((GAP, SIDE, 3), 255, np.uint8), views[1]])


def main() -> None:
    finder, restorer = FaceDetector(), Restorer(BUILTIN, precision="fp32")
    columns = [pair(name, finder, restorer) for name in SHOWN]
    space = np.full((columns[0].shape[0], GAP, 3), 255, np.uint8)
    sheet = np.hstack([part for column in columns for part in (column, space)][:-1])
    Image.fromarray(sheet).save(OUT, quality=90)
    print(f"wrote {OUT} ({sheet.shape[1]} x {sheet.shape[0]})")


if __name__ == "__main__":
    main()
