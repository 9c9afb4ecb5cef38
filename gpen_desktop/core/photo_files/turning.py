"""Photos that lie on their side: turned in memory, and in the file without loss where its format allows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.photo_files.formats import jpeg
from gpen_desktop.core.types import Photo, Pixels, frozen

QUARTERS: Final = 4


def turned(photo: Photo, quarters: int) -> Photo:
    """The photo turned clockwise by quarter turns; the very same one for none."""
    quarters %= QUARTERS
    if not quarters:
        return photo
    dpi = photo.metadata.dpi
    across = dpi is not None and quarters % 2 == 1
    return replace(
        photo,
        pixels=_rotated(photo.pixels, quarters),
        alpha=None if photo.alpha is None else _rotated(photo.alpha, quarters),
        metadata=replace(photo.metadata, dpi=(dpi[1], dpi[0]) if dpi is not None and across else dpi),
        quarters=(photo.quarters + quarters) % QUARTERS,
    )


def turned_points(points: NDArray[np.float64], size: tuple[int, int], quarters: int) -> NDArray[np.float64]:
    """Where points (N, 2) of a photo of (width, height) pixels are once it is turned."""
    width, height = size
    for _ in range(quarters % QUARTERS):
        points = np.stack([height - 1 - points[:, 1], points[:, 0]], axis=1)
        width, height = height, width
    return points


def turned_file(data: bytes, format: str, quarters: int, software: str) -> bytes | None:
    """The file with nothing changed but how it is to be looked at, and who wrote it; None where that cannot be said in
    it. format: as in SourceFormat."""
    return jpeg.turned(data, quarters, software) if format == "JPEG" else None


def _rotated(pixels: Pixels, quarters: int) -> Pixels:
    return frozen(cast(Pixels, np.ascontiguousarray(np.rot90(pixels, -quarters))))
