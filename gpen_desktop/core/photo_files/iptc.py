"""Photoshop's image resources ('8BIM'), and the IPTC records in them (Adobe's file format specification; IIM 4)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_IPTC = 0x0404
_THUMBNAILS = frozenset([0x0409, 0x040C])
_MARK = b"8BIM"


@dataclass(frozen=True)
class _Resource:
    """One resource: its number, and all its bytes as they stand, among which `body`."""

    number: int
    body: bytes
    whole: bytes


def _resources(block: bytes) -> list[_Resource] | None:
    """The resources; None if the block is damaged or holds others than Photoshop's own."""
    found: list[_Resource] = []
    at = 0
    while at < len(block.rstrip(b"\0")):
        if block[at : at + 4] != _MARK or at + 8 > len(block):
            return None
        (number,) = struct.unpack_from(">H", block, at + 4)
        name_size = block[at + 6] + 1
        size_at = at + 6 + name_size + name_size % 2
        if size_at + 4 > len(block):
            return None
        (size,) = struct.unpack_from(">I", block, size_at)
        end = size_at + 4 + size
        if end > len(block):
            return None
        found.append(
            _Resource(number, block[size_at + 4 : end], block[at : end + size % 2].ljust(end + size % 2 - at, b"\0"))
        )
        at = end + size % 2
    return found


def records(block: bytes) -> bytes:
    """The IPTC records among the resources; empty if there are none."""
    return next((resource.body for resource in _resources(block) or [] if resource.number == _IPTC), b"")


def without_iptc(block: bytes) -> bytes:
    """The resources but IPTC."""
    return _without(block, frozenset([_IPTC]))


def without_thumbnails(block: bytes) -> bytes:
    """The resources but the small pictures of the photo."""
    return _without(block, _THUMBNAILS)


def _without(block: bytes, numbers: frozenset[int]) -> bytes:
    resources = _resources(block)
    if resources is None:
        return block
    return b"".join(resource.whole for resource in resources if resource.number not in numbers)


def with_iptc(block: bytes, iptc_records: bytes) -> bytes:
    """The resources with these IPTC records, in place of those there; unchanged for empty records."""
    if not iptc_records:
        return block
    head = _MARK + struct.pack(">HHI", _IPTC, 0, len(iptc_records))
    return head + iptc_records + bytes(len(iptc_records) % 2) + without_iptc(block)


def without_padding(block: bytes) -> bytes:
    """IPTC records without the zeros some writers put behind them."""
    at = 0
    while block[at : at + 1] == b"\x1c" and at + 5 <= len(block):
        (size,) = struct.unpack_from(">H", block, at + 3)
        if size & 0x8000:  # an extended data set: its size follows in so many bytes
            return block
        at += 5 + size
    return block[:at] if at and not block[at:].strip(b"\0") else block
