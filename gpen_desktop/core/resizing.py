"""Pictures at another size, where no network makes it."""

from __future__ import annotations

from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

SampleT = TypeVar("SampleT", bound="np.integer[Any] | np.floating[Any]")


def resized(picture: NDArray[SampleT], size: tuple[int, int]) -> NDArray[SampleT]:
    """A picture (H, W, ...) at (width, height) pixels: by area to fewer, so that nothing is skipped, and cubic to more,
    so that no blocks are seen. That goes beyond both sides of hard edges: floats may leave their range."""
    way = cv2.INTER_AREA if size[0] < picture.shape[1] else cv2.INTER_CUBIC
    made: NDArray[SampleT] = np.asarray(cv2.resize(picture, size, interpolation=way), picture.dtype)
    return made
