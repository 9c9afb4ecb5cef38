"""Make resources/docs/before_after.jpg, the README's picture: whole sample photos with the built-in models.

.venv/bin/python packaging/readme_picture.py
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpen_desktop import paths
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.models.catalog import BUILTIN

OUT = Path(__file__).resolve().parents[1] / "resources" / "docs" / "before_after.jpg"
SHOWN: tuple[tuple[str, dict[str, str]], ...] = (
    ("collins_faded_colour.jpg", {}),
    ("hopper_grey_scratched.jpg", {}),
    ("collins_sepia_folded.jpg", {"repair": "on"}),
)
HEIGHT, GAP = 460, 8


def pair(engine: Engine, name: str, stages: dict[str, str]) -> NDArray[np.uint8]:
    """Before above after, the whole photo, HEIGHT px high each."""
    session = engine.open(paths.samples() / name, BUILTIN, stages=stages)
    after = session.compose(Edits().options)
    width = round(HEIGHT * session.photo.width / session.photo.height)
    views = [
        np.asarray(cv2.resize(pixels, (width, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
        for pixels in (session.photo.pixels, after.photo.pixels)
    ]
    return np.vstack([views[0], np.full((GAP, width, 3), 255, np.uint8), views[1]])


def main() -> None:
    """Write the picture."""
    engine = Engine()
    columns = [pair(engine, name, stages) for name, stages in SHOWN]
    space = np.full((columns[0].shape[0], GAP, 3), 255, np.uint8)
    sheet = np.hstack([part for column in columns for part in (column, space)][:-1])
    Image.fromarray(sheet).save(OUT, quality=90)
    print(f"wrote {OUT} ({sheet.shape[1]} x {sheet.shape[0]})")


if __name__ == "__main__":
    main()
