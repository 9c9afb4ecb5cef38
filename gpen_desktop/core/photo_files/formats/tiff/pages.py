"""A TIFF of several pages: each as a file of its own, and such files put together again."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

import numpy as np

from gpen_desktop.core.photo_files import tiff_structure as tiff
from gpen_desktop.core.photo_files.formats.tiff import tags
from gpen_desktop.core.photo_files.tiff_structure import Directory, Layout, StructureError, Value
from gpen_desktop.messages import say

_MOST: Final = 10_000
"""Pages beyond which a file is taken for a circle of directories that never ends."""

_NO_PAGE: Final = 0b101
"""Bits of the subfile type: a smaller copy of another picture, and a mask of its transparency (TIFF 6.0, tag 254)."""

_WIDTHS: Final = {tiff.SHORT: 2, tiff.LONG: 4, tiff.RATIONAL: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4}
"""Bytes that are swapped together where the byte order changes, by type; of the others single bytes stand alone."""


def page_offsets(data: bytes) -> tuple[int, ...]:
    """Where the directories of a file's pages stand; what is a smaller copy of one, or a mask, is no page.

    Raises StructureError where the first cannot be read; pages behind a damaged one are not seen.
    """
    layout = tiff.layout_of(data)
    first = tiff.directory_at(data, layout, layout.first)
    found, at = [layout.first], first.following
    seen = {layout.first}
    while at and at not in seen and len(found) < _MOST:
        seen.add(at)
        try:
            directory = tiff.directory_at(data, layout, at)
        except StructureError:
            break
        kind = tiff.integer(data, layout, directory.entries.get(tags.SUBFILE), 0)
        if tags.WIDTH in directory.entries and not kind & _NO_PAGE:
            found.append(at)
        at = directory.following
    return tuple(found)


def page(data: bytes, offset: int) -> bytes:
    """The file with the page whose directory stands at `offset` as its first and only one."""
    layout = tiff.layout_of(data)
    directory = tiff.directory_at(data, layout, offset)
    alone = bytearray(data)
    place, pointer = (8, "Q") if layout.big else (4, "I")
    struct.pack_into(layout.order + pointer, alone, place, offset)
    width = struct.calcsize(layout.order + pointer)
    alone[directory.end - width : directory.end] = bytes(width)
    return bytes(alone)


def joined(files: Iterable[bytes]) -> bytes:
    """Files of one page each, put together; the first keeps every byte its place.

    Values that are counted from the start of a file, as in maker notes, hold in the first page alone. Raises
    StructureError where the file would pass the 4 GiB that a TIFF can be.
    """
    remaining = iter(files)
    first = next(remaining)
    whole = bytearray(first)
    layout = tiff.layout_of(first)
    last = tiff.directory_at(first, layout, layout.first)
    for file in remaining:
        if len(whole) + len(file) > 0xFFFF0000:
            raise StructureError(say("too-large-for-tiff", "the picture is too large for a TIFF file"))
        at = _append(whole, layout.order, file)
        struct.pack_into(layout.order + "I", whole, last.end - 4, at)
        last = tiff.directory_at(bytes(whole), layout, at)
    return bytes(whole)


def _append(whole: bytearray, order: str, file: bytes) -> int:
    """Put a file's first page at the end of another; gives back where its directory stands."""
    layout = tiff.layout_of(file)
    main = tiff.directory_at(file, layout, layout.first)
    pointers = {tiff.EXIF_DIRECTORY, tiff.GPS_DIRECTORY, tiff.INTEROP_DIRECTORY}
    left = frozenset({*pointers, tags.SUB_DIRECTORIES})
    values = _values(file, layout, main, order, left)
    for offsets, sizes in ((tags.STRIP_OFFSETS, tags.STRIP_SIZES), (tags.TILE_OFFSETS, tags.TILE_SIZES)):
        starts = tiff.integers(file, layout, main.entries.get(offsets))
        lengths = tiff.integers(file, layout, main.entries.get(sizes))
        if starts:
            moved = [_put(whole, file[a : a + n]) for a, n in zip(starts, lengths, strict=True)]
            values = [value for value in values if value.tag != offsets]
            values.append(Value(offsets, tiff.LONG, len(moved), struct.pack(f"{order}{len(moved)}I", *moved)))
    exif = tiff.child(file, layout, main, tiff.EXIF_DIRECTORY)
    gps = tiff.child(file, layout, main, tiff.GPS_DIRECTORY)
    for tag, directory in ((tiff.EXIF_DIRECTORY, exif), (tiff.GPS_DIRECTORY, gps)):
        if directory is not None:
            at = _directory(whole, order, _values(file, layout, directory, order, frozenset(pointers)))
            values.append(Value(tag, tiff.LONG, 1, struct.pack(order + "I", at)))
    return _directory(whole, order, values)


def _values(file: bytes, layout: Layout, directory: Directory, order: str, left: frozenset[int]) -> list[Value]:
    """A directory's fields in another byte order."""
    found = tiff.values_of(file, layout, directory, left)
    if layout.order == order:
        return found
    return [Value(v.tag, v.kind, v.count, _swapped(v.raw, _WIDTHS.get(v.kind, 1))) for v in found]


def _swapped(raw: bytes, width: int) -> bytes:
    return np.frombuffer(raw, np.uint8).reshape(-1, width)[:, ::-1].tobytes() if width > 1 else raw


def _put(whole: bytearray, payload: bytes) -> int:
    """Add bytes at the end, on a word boundary; gives back where they stand."""
    whole += bytes(len(whole) % 2)
    at = len(whole)
    whole += payload
    return at


def _directory(whole: bytearray, order: str, values: list[Value]) -> int:
    entries = []
    for value in values:
        head = struct.pack(order + "HHI", value.tag, value.kind, value.count)
        fits = len(value.raw) <= 4
        entries.append(head + (value.raw.ljust(4, b"\0") if fits else struct.pack(order + "I", _put(whole, value.raw))))
    return _put(whole, tiff.table(order, entries))
