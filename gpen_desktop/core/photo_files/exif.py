"""Editing EXIF blocks without moving anything in them.

Maker notes often hold offsets counted from the start of the block, so that a block written anew breaks them. Here a
block is only ever patched in place or added to at its end; whatever is not changed keeps its bytes and its place.
"""

from __future__ import annotations

import struct

from gpen_desktop.core.photo_files.formats import tiff_structure as tiff
from gpen_desktop.core.photo_files.formats.tiff_structure import Directory, Entry, Layout, StructureError
from gpen_desktop.messages import say

_THUMBNAIL_PLACES = ((0x201, 0x202), (0x111, 0x117))  # JPEG offset and length; strip offsets and byte counts


def _classic_layout(exif: bytes) -> Layout:
    """The block's layout; BigTIFF is for files only."""
    layout = tiff.layout_of(exif)
    if layout.big:
        raise StructureError(say("exif-bigtiff", "an EXIF block cannot be BigTIFF"))
    return layout


def is_damaged(exif: bytes) -> bool:
    """Whether some field, or one of the directories below the first, points outside the block.

    Raises StructureError where not even the first directory can be read.
    """
    layout = _classic_layout(exif)
    found = list(tiff.directories(exif, layout))
    main = found[0]
    pointers = [tag for tag in (tiff.EXIF_DIRECTORY, tiff.GPS_DIRECTORY) if tag in main.entries]
    unreadable = any(tiff.child(exif, layout, main, tag) is None for tag in pointers)
    return unreadable or any(directory.damaged for directory in found)


def orientation(exif: bytes) -> int:
    """EXIF orientation 1 to 8; 1 where it is absent, damaged or out of range."""
    try:
        layout = tiff.layout_of(exif)
        entry = tiff.directory_at(exif, layout, layout.first).entries.get(tiff.ORIENTATION)
    except StructureError:
        return 1
    value = tiff.integer(exif, layout, entry, 1)
    return value if 1 <= value <= 8 else 1


def has_orientation(exif: bytes) -> bool:
    """Whether the block states an orientation at all."""
    try:
        layout = tiff.layout_of(exif)
        return tiff.ORIENTATION in tiff.directory_at(exif, layout, layout.first).entries
    except StructureError:
        return False


def software(exif: bytes) -> str:
    """The software that the block (or whole TIFF file) names; '' where it names none or is damaged."""
    try:
        layout = tiff.layout_of(exif)
        entry = tiff.directory_at(exif, layout, layout.first).entries.get(tiff.SOFTWARE)
    except StructureError:
        return ""
    return tiff.raw(exif, entry).rstrip(b"\0").decode("utf-8", "replace") if entry else ""


def upright(exif: bytes) -> bytes:
    """The block (or whole TIFF file) with its orientation, if it states one, set to 1 in place."""
    try:
        layout = tiff.layout_of(exif)
        entry = tiff.directory_at(exif, layout, layout.first).entries.get(tiff.ORIENTATION)
    except StructureError:
        return exif
    if entry is None:
        return exif
    block = bytearray(exif)
    _set_integer(block, layout, entry, 1)
    return bytes(block)


def for_output(exif: bytes, width: int, height: int, software: str | None) -> bytes:
    """The block as it goes into a file of width x height pixels written by `software` (None: what was there stays).

    Orientation 1; the pixel dimensions it states, updated; the embedded thumbnail, dropped. An empty block becomes one
    that names the software. Raises StructureError.
    """
    if not exif:
        return tiff.build("<", [tiff.text(tiff.SOFTWARE, software)]) if software else b""
    layout = _classic_layout(exif)
    block = bytearray(upright(exif))
    for directory in list(tiff.directories(exif, layout)):
        for tag, value in (
            (tiff.IMAGE_WIDTH, width),
            (tiff.IMAGE_LENGTH, height),
            (tiff.PIXEL_WIDTH, width),
            (tiff.PIXEL_HEIGHT, height),
        ):
            if tag in directory.entries:
                _set_integer(block, layout, directory.entries[tag], value)
    _drop_thumbnail(block, layout)
    if software:
        _set_text(block, layout, tiff.SOFTWARE, software)
    return bytes(block)


def rebuilt(data: bytes, without: frozenset[int] = frozenset()) -> bytes:
    """A block of the readable fields of this block or TIFF file, less those named, in the same byte order.

    Maker notes stay where they stood if that is near the start; damaged fields fall away. Raises StructureError.
    """
    layout = tiff.layout_of(data)
    main = tiff.directory_at(data, layout, layout.first)
    exif = tiff.child(data, layout, main, tiff.EXIF_DIRECTORY)
    gps = tiff.child(data, layout, main, tiff.GPS_DIRECTORY)
    interop = tiff.child(data, layout, exif, tiff.INTEROP_DIRECTORY) if exif else None
    leave = without | {tiff.EXIF_DIRECTORY, tiff.GPS_DIRECTORY, tiff.INTEROP_DIRECTORY}
    lists = [tiff.values_of(data, layout, part, leave) if part else [] for part in (main, exif, gps, interop)]
    return tiff.build(layout.order, *lists) if any(lists) else b""


def without_maker_note(exif: bytes) -> bytes:
    """The block, built anew without its maker notes. Raises StructureError."""
    return rebuilt(exif, frozenset({tiff.MAKER_NOTE}))


def maker_note_at(data: bytes) -> int | None:
    """Where the maker notes of a block or TIFF file stand; None if it has none. Raises StructureError."""
    layout = tiff.layout_of(data)
    main = tiff.directory_at(data, layout, layout.first)
    exif = tiff.child(data, layout, main, tiff.EXIF_DIRECTORY)
    entry = exif.entries.get(tiff.MAKER_NOTE) if exif else None
    return entry.value_at if entry else None


def _set_integer(block: bytearray, layout: Layout, entry: Entry, value: int) -> None:
    """Overwrite a field by one integer that stands in the entry itself."""
    kind = tiff.SHORT if value < 1 << 16 else tiff.LONG
    head = struct.pack(layout.order + ("HHQ" if layout.big else "HHI"), entry.tag, kind, 1)
    room = 8 if layout.big else 4
    body = struct.pack(layout.order + ("H" if kind == tiff.SHORT else "I"), value).ljust(room, b"\0")
    block[entry.at : entry.at + len(head) + room] = head + body


def _append(block: bytearray, payload: bytes) -> int:
    """Add bytes at the end, on a word boundary; gives back where they stand."""
    if len(block) % 2:
        block.append(0)
    at = len(block)
    block += payload
    return at


def _set_text(block: bytearray, layout: Layout, tag: int, words: str) -> None:
    """Set a text field of the first directory, which is copied to the end if it has no such entry yet."""
    payload = tiff.text(tag, words).raw
    old = tiff.directory_at(bytes(block), layout, layout.first).entries.get(tag)
    if old is not None and old.kind == tiff.ASCII and old.size >= len(payload) > 4:
        block[old.value_at : old.value_at + old.size] = payload.ljust(old.size, b"\0")
        block[old.at + 4 : old.at + 8] = struct.pack(layout.order + "I", len(payload))
        return
    new = struct.pack(layout.order + "HHI", tag, tiff.ASCII, len(payload))
    new += payload.ljust(4, b"\0") if len(payload) <= 4 else struct.pack(layout.order + "I", _append(block, payload))
    main = tiff.directory_at(bytes(block), layout, layout.first)
    if tag in main.entries:
        at = main.entries[tag].at
        block[at : at + 12] = new
        return
    entries = [*tiff.raw_entries(bytes(block), layout, main), new]
    moved = _append(block, tiff.table(layout.order, entries, main.following))
    block[4:8] = struct.pack(layout.order + "I", moved)


def _drop_thumbnail(block: bytearray, layout: Layout) -> None:
    """Unlink the second directory, wipe it and its picture, and cut what is then empty at the end."""
    data = bytes(block)
    found = list(tiff.directories(data, layout))
    main = found[0]
    if not main.following:
        return
    block[main.end - 4 : main.end] = bytes(4)
    live = [span for directory in found for span in _spans(directory)]
    try:
        second = tiff.directory_at(data, layout, main.following)
    except StructureError:
        return
    for start, end in [*_spans(second), *_thumbnail_spans(data, layout, second)]:
        if not any(start < live_end and live_start < end for live_start, live_end in live):
            block[start:end] = bytes(end - start)
    keep = max(end for _, end in live)
    block[:] = block[:keep] + bytes(block[keep:]).rstrip(b"\0")


def _spans(directory: Directory) -> list[tuple[int, int]]:
    return [(directory.at, directory.end), *((e.value_at, e.value_at + e.size) for e in directory.entries.values())]


def _thumbnail_spans(data: bytes, layout: Layout, directory: Directory) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for offsets, lengths in _THUMBNAIL_PLACES:
        starts = tiff.integers(data, layout, directory.entries.get(offsets))
        sizes = tiff.integers(data, layout, directory.entries.get(lengths))
        spans += [(a, min(a + n, len(data))) for a, n in zip(starts, sizes, strict=False) if a < len(data)]
    return spans
