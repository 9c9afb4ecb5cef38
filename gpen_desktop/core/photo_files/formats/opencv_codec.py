"""OpenCV as a decoder of 16-bit samples, of which Pillow would keep 8."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.photo_files.formats.header import DAMAGED, DamagedFileError

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # else it prints its remarks on damaged files


def decode_16_bits(data: bytes) -> NDArray[np.uint16]:
    """(H, W, C) of a file with 16-bit samples, in RGB order. Raises DamagedFileError."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16:
        raise DamagedFileError(DAMAGED)
    samples = np.asarray(decoded, dtype=np.uint16)
    if samples.ndim == 2:
        return samples[..., None]
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(samples.shape[2])
    if order is None:
        raise DamagedFileError(DAMAGED)
    for row in samples:  # one by one: whole, the picture would be in memory twice
        row[:] = row[:, order]
    return samples
