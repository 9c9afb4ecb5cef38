"""Small pictures that tests of the lab make for themselves, and what is skipped without the lab extra."""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

needs_basicsr = pytest.mark.skipif(
    find_spec("basicsr") is None, reason="needs basicsr (kernels, noise, measures), which comes with the lab extra"
)
needs_skimage = pytest.mark.skipif(
    find_spec("skimage") is None, reason="needs scikit-image (CIEDE2000), which comes with the lab extra"
)


def drawn_face(side: int = 128, seed: int = 0) -> NDArray[np.uint8]:
    """(side, side, 3) uint8 RGB: head, eyes and mouth at the FFHQ template, on a background with texture."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.random((8, 8, 3), dtype=np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    picture = np.ascontiguousarray((60 + 90 * np.clip(soft, 0, 1)).astype(np.uint8))
    u = side / 512

    def at(x: float, y: float) -> tuple[int, int]:
        return round(x * u), round(y * u)

    cv2.ellipse(picture, at(256, 290), at(150, 200), 0, 0, 360, (214, 170, 140), -1, cv2.LINE_AA)
    for x in (193, 319):
        cv2.ellipse(picture, at(x, 240), at(34, 16), 0, 0, 360, (245, 245, 245), -1, cv2.LINE_AA)
        cv2.circle(picture, at(x, 240), max(1, round(13 * u)), (60, 40, 30), -1, cv2.LINE_AA)
        cv2.ellipse(picture, at(x, 205), at(40, 8), 0, 180, 360, (80, 55, 40), max(1, round(8 * u)), cv2.LINE_AA)
    cv2.line(picture, at(256, 245), at(250, 318), (180, 130, 105), max(1, round(7 * u)), cv2.LINE_AA)
    cv2.ellipse(picture, at(257, 371), at(56, 18), 0, 0, 360, (170, 80, 80), -1, cv2.LINE_AA)
    return picture


LANDMARKS = np.array([[193, 240], [319, 240], [250, 318], [201, 371], [313, 371]], np.float64)
"""Of a drawn face, px at a side of 512."""


def faces_table(folder: Path) -> Path:
    """faces.csv in `folder`, of three drawn faces in train/ and one in val/, PNG of 512 px."""
    with (folder / "faces.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "landmarks"])
        for subset, count in (("train", 3), ("val", 1)):
            (folder / subset).mkdir()
            for number in range(count):
                cv2.imwrite(str(folder / subset / f"{number}.png"), drawn_face(512, seed=number)[..., ::-1])
                rows.writerow([f"{subset}/{number}.png", json.dumps(LANDMARKS.tolist())])
    return folder / "faces.csv"


def props_folder(folder: Path) -> Path:
    """props/ in `folder`: a wall and a thing cut out, PNG."""
    rng = np.random.default_rng(0)
    (folder / "props").mkdir()
    cv2.imwrite(str(folder / "props" / "wall.png"), rng.integers(0, 255, (300, 400, 3), np.uint8))
    cv2.imwrite(str(folder / "props" / "thing.png"), rng.integers(0, 255, (60, 40, 4), np.uint8))
    return folder / "props"


def face_folder(folder: Path, count: int = 3, side: int = 128) -> Path:
    """A folder of `count` drawn faces, PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        _, packed = cv2.imencode(".png", drawn_face(side, seed=number)[..., ::-1])
        (folder / f"face{number}.png").write_bytes(packed.tobytes())
    return folder
