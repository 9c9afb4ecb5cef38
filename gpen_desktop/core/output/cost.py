"""What an enlarged result takes, so that it can be said before it is begun. Pure; cheap to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_BYTES_PER_PIXEL: Final = 24
"""Of memory for each pixel of an enlarged result, measured on portraits whose head fills it: 22 at 85 megapixels, 26 at
36, of which the strips that are worked on (core/compose/around.py) are a share. Without large heads it is 9."""


@dataclass(frozen=True)
class Cost:
    """Of a result: its width and height in pixels, and the bytes of memory that making it takes at most."""

    width: int
    height: int
    memory: int

    @property
    def megapixels(self) -> float:
        return self.width * self.height / 1e6


def enlarged(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """(width, height) in pixels, `scale` times as large, to the nearest pixel."""
    return round(size[0] * scale), round(size[1] * scale)


def cost_of(size: tuple[int, int], scale: float) -> Cost:
    """Of the result of a photo of (width, height) pixels, enlarged `scale` times."""
    width, height = enlarged(size, scale)
    return Cost(width, height, width * height * _BYTES_PER_PIXEL)
