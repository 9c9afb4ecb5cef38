"""A large picture as one JPEG, of strips that are encoded one after the other.

Pillow wants a whole picture in memory at four bytes a pixel before it encodes the first one. A baseline JPEG may have
restart markers (ITU-T T.81, E.1.4), between which nothing depends on what was before: so strips of whole blocks, each
encoded as a JPEG of its own, are the intervals between such markers, and decode to what the whole would have given.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from gpen_desktop.core.types import Pixels

_LONGEST_INTERVAL: Final = 65535
"""Blocks between two restart markers: DRI holds the number in 16 bits."""

_SOS, _EOI = 0xDA, b"\xff\xd9"
_FRAME: Final = frozenset([0xC0, 0xC1])
"""Start of a baseline frame, or of one with longer tables."""


def encoded(samples: Pixels, encode: Callable[[Pixels], bytes]) -> bytes:
    """A baseline JPEG of samples (H, W, 1 or 3) uint8. encode: gives one of any part of them, with the same tables and
    the same sampling."""
    height, width = samples.shape[:2]
    block_width, block_height = _block(encode(samples[:1, :1]))
    across = -(-width // block_width)
    rows = max(1, _LONGEST_INTERVAL // across)
    made, head = [], b""
    for number, top in enumerate(range(0, height, rows * block_height)):
        strip = encode(samples[top : top + rows * block_height])
        frame_at, scan_at, coded_at = _places(strip)
        if not number:
            shape = strip[:frame_at] + struct.pack(">H", height) + strip[frame_at + 2 : scan_at]
            head = shape + struct.pack(">HHH", 0xFFDD, 4, rows * across) + strip[scan_at:coded_at]
        else:
            made.append(bytes([0xFF, 0xD0 + (number - 1) % 8]))
        made.append(strip[coded_at : -len(_EOI)])
    return b"".join([head, *made, _EOI])


def _block(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of what a JPEG codes at a time."""
    frame_at, _, _ = _places(data)
    components = data[frame_at + 4]
    if components == 1:  # coded block by block, whatever its sampling
        return 8, 8
    sampling = [data[frame_at + 6 + 3 * number] for number in range(components)]
    return 8 * max(each >> 4 for each in sampling), 8 * max(each & 15 for each in sampling)


def _places(data: bytes) -> tuple[int, int, int]:
    """Where a JPEG of one scan, as an encoder gives it, has its height, its start of scan, and what is coded."""
    at, frame_at = 2, 0
    while data[at + 1] != _SOS:
        if data[at + 1] in _FRAME:
            frame_at = at + 5
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return frame_at, at, at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
