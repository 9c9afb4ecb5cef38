"""OpenCV's Haar cascades: where faces may be, quickly, and a second opinion on what was taken for one."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.errors import WeightsError

WINDOW = 20
"""Side in pixels of the smallest window that the cascade looks at."""

_REINSTALL = "Reinstall opencv-python 4.x."

_PROPOSER = "haarcascade_frontalface_alt2.xml"
_STAGES_LEFT_OUT = 6
_SCALE_STEP = 1.2
_GROUPING = 0.2  # OpenCV's own: windows whose sides differ by less than this share of them are one

_WITNESS = "haarcascade_frontalface_alt.xml"
_WITNESS_STEP = 1.1
_WITNESS_LEAST = (32, 32)  # pixels of the crop, in which a face makes a window of about 45

WITNESS_CROP = 72
"""Side in pixels of the crops that the witness looks at."""

WITNESS_MARGIN = 1.4
"""Side of those crops over that of frames.frames_around: the cascade needs some of what surrounds a face."""


class FaceProposer:
    """OpenCV's frontal-face Haar cascade without its last stages.

    The last stages reject the last windows that are no faces, and faded, turned and shaded faces with them. The network
    that looks at what is proposed judges better, so they are left out; fewer windows are lost, and faster.
    """

    def __init__(self) -> None:
        self._cascade = _load(_PROPOSER, stages_left_out=_STAGES_LEFT_OUT)

    def propose(self, grey: NDArray[np.uint8], roll: float) -> NDArray[np.float64]:
        """Squares around what may be faces tilted by `roll` degrees (clockwise), give or take 15.

        Returns (N, 4) float64: centre x, centre y, side (pixels of `grey`), roll.
        """
        turned, back = _turned(grey, -roll)
        found = np.asarray(self._cascade.detectMultiScale(turned, _SCALE_STEP, 0, minSize=(WINDOW, WINDOW)))
        if len(found) == 0:
            return np.zeros((0, 4))
        # Every window twice, groups of two and more kept: that merges windows without dropping lonely ones.
        merged, _ = cv2.groupRectangles(np.concatenate([found, found]).tolist(), 1, _GROUPING)
        boxes = np.asarray(merged, np.float64)
        centres = (boxes[:, :2] + (boxes[:, 2:] - 1) / 2) @ back[:, :2].T + back[:, 2]
        return np.column_stack([centres, boxes[:, 2], np.full(len(boxes), float(roll))])


class FaceWitness:
    """A second opinion: another cascade, whole, asked about crops in which a face would stand upright in the middle.

    It was trained on other pictures than the landmark network, so the two seldom take the same grain or foliage for a
    face, while around a real face it finds ten windows and more.
    """

    def __init__(self) -> None:
        self._cascade = _load(_WITNESS, stages_left_out=0)

    def count(self, crops: NDArray[np.uint8]) -> NDArray[np.int64]:
        """In how many windows in the middle of each of (N, 72, 72) crops it sees a face: (N,)."""
        return np.array([self._count_one(crop) for crop in crops], np.int64)

    def _count_one(self, crop: NDArray[np.uint8]) -> int:
        found = self._cascade.detectMultiScale(crop, _WITNESS_STEP, 0, minSize=_WITNESS_LEAST)
        boxes = np.asarray(found, np.float64).reshape(-1, 4)
        off = np.linalg.norm(boxes[:, :2] + boxes[:, 2:] / 2 - WITNESS_CROP / 2, axis=1)
        return int((off < WITNESS_CROP / 6).sum())


def _turned(grey: NDArray[np.uint8], degrees: float) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """The picture turned clockwise on a canvas that holds all of it, and the (2, 3) way back."""
    if degrees == 0:
        return grey, np.eye(2, 3)
    height, width = grey.shape
    cos, sin = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    size = (math.ceil(width * cos + height * sin), math.ceil(width * sin + height * cos))
    centre = ((width - 1) / 2, (height - 1) / 2)
    forth = cv2.getRotationMatrix2D(centre, -degrees, 1.0)
    forth[:, 2] += ((size[0] - 1) / 2 - centre[0], (size[1] - 1) / 2 - centre[1])
    return cv2.warpAffine(grey, forth, size), np.asarray(cv2.invertAffineTransform(forth), np.float64)


def _load(name: str, *, stages_left_out: int) -> cv2.CascadeClassifier:
    """Read one of OpenCV's cascades without its last stages. Raises WeightsError where OpenCV came without it."""
    path = Path(cv2.__file__).parent / "data" / name
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError) as error:
        raise WeightsError(
            f"OpenCV's cascade '{name}' cannot be read ({error}).", todo=_REINSTALL, path=path
        ) from error
    stages, count = root.find("cascade/stages"), root.find("cascade/stageNum")
    if stages is None or count is None:
        raise WeightsError(f"OpenCV's cascade '{name}' is of an unknown kind.", todo=_REINSTALL, path=path)
    for stage in list(stages)[len(stages) - stages_left_out :]:
        stages.remove(stage)
    count.text = str(len(stages))
    text = '<?xml version="1.0"?>\n' + ET.tostring(root, encoding="unicode")
    storage = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
    cascade = cv2.CascadeClassifier()
    if not cascade.read(storage.getFirstTopLevelNode()):
        raise WeightsError(f"OpenCV cannot use its cascade '{name}'.", todo=_REINSTALL, path=path)
    return cascade
