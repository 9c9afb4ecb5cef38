"""Editing EXIF blocks without moving anything in them.

Maker notes often hold offsets counted from the start of the block, so that a block written anew breaks them. Here a
block is only ever patched in place or added to at its end; whatever is not changed keeps its bytes and its place.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from gpen_desktop.core.photo_files import tiff_structure as tiff
from gpen_desktop.core.photo_files.tiff_structure import Directory, Layout, StructureError
from gpen_desktop.messages import say

_THUMBNAIL_PLACES = ((0x201, 0x202), (0x111, 0x117))  # JPEG offset and length; strip offsets and byte counts


@dataclass(frozen=True)
class ExifBlock:
    """An EXIF block, parsed.

    raw: its bytes. directories: the first, and those below it that can be read. is_damaged: whether some field, or one
    of the directories below the first, points outside the block.
    """

    raw: bytes
    layout: Layout
    directories: tuple[Directory, ...]
    is_damaged: bool

    @property
    def main(self) -> Directory:
        """The first directory."""
        return self.directories[0]

    @property
    def orientation(self) -> int | None:
        """1 to 8; 1 for a value out of that range; None where the block states none."""
        entry = self.main.entries.get(tiff.ORIENTATION)
        if entry is None:
            return None
        value = tiff.integer(self.raw, self.layout, entry, 1)
        return value if 1 <= value <= 8 else 1

    @property
    def software(self) -> str:
        """The program that the block names as the file's writer; '' where it names none."""
        return tiff.raw(self.raw, self.main.entries.get(tiff.SOFTWARE)).rstrip(b"\0").decode("utf-8", "replace")


def tells_exposure(exif: bytes) -> bool:
    """Whether a block tells how long the picture was exposed (Exif 2.32, ExposureTime), as cameras do and scanners do
    not; a block that cannot be read tells nothing."""
    try:
        return any(tiff.EXPOSURE_TIME in directory.entries for directory in parse(exif).directories)
    except StructureError:
        return False


def parse(exif: bytes) -> ExifBlock:
    """Read a block's directories. Raises StructureError where not even the first can be read."""
    layout = tiff.layout_of(exif)
    if layout.big:  # which is for files only
        raise StructureError(say("exif-bigtiff", "an EXIF block cannot be BigTIFF"))
    found = tuple(tiff.directories(exif, layout))
    pointers = [tag for tag in (tiff.EXIF_DIRECTORY, tiff.GPS_DIRECTORY) if tag in found[0].entries]
    unreadable = any(tiff.child(exif, layout, found[0], tag) is None for tag in pointers)
    return ExifBlock(exif, layout, found, unreadable or any(directory.damaged for directory in found))


def upright(block: ExifBlock) -> bytes:
    """The block with its orientation, if it states one, set to 1 in place."""
    changed = bytearray(block.raw)
    _set_integers(changed, block, {tiff.ORIENTATION: 1})
    return bytes(changed)


_RIGHT = {1: 6, 2: 7, 3: 8, 4: 5, 5: 2, 6: 3, 7: 4, 8: 1}
"""Orientation -> that of the same pixels to be looked at a quarter turn clockwise further (Exif 2.32, tag 274)."""


def turned(block: ExifBlock | None, quarters: int, software: str) -> bytes | None:
    """The block, or a new one, that says so many quarter turns clockwise more, and who wrote the file; its pictures
    and sizes stay true, for they lie as the pixels do. None for a block without a place for the orientation."""
    orientation = 1 if block is None else block.orientation
    if orientation is None:
        return None
    for _ in range(quarters % 4):
        orientation = _RIGHT[orientation]
    if block is None:
        value = tiff.Value(tiff.ORIENTATION, tiff.SHORT, 1, struct.pack("<H", orientation))
        return tiff.build("<", [value, tiff.text(tiff.SOFTWARE, software)])
    changed = bytearray(block.raw)
    _set_integers(changed, block, {tiff.ORIENTATION: orientation})
    _set_text(changed, block, tiff.SOFTWARE, software)
    return bytes(changed)


def for_output(block: ExifBlock, width: int, height: int, software: str | None) -> bytes:
    """The block as it goes into a file of width x height pixels written by `software` (None: what was there stays).

    Orientation 1; the pixel dimensions it states, updated; the embedded thumbnail, dropped.
    """
    changed = bytearray(block.raw)
    sizes = {tiff.IMAGE_WIDTH: width, tiff.IMAGE_LENGTH: height, tiff.PIXEL_WIDTH: width, tiff.PIXEL_HEIGHT: height}
    _set_integers(changed, block, {tiff.ORIENTATION: 1, **sizes})
    _drop_thumbnail(changed, block)
    if software:
        _set_text(changed, block, tiff.SOFTWARE, software)
    return bytes(changed)


def naming(software: str | None) -> bytes:
    """A block that says nothing but which program wrote the file; empty for None."""
    return tiff.build("<", [tiff.text(tiff.SOFTWARE, software)]) if software else b""


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


def _set_integers(changed: bytearray, block: ExifBlock, values: Mapping[int, int]) -> None:
    """Overwrite the fields of these tags, where the block has them."""
    for directory in block.directories:
        for tag in values.keys() & directory.entries.keys():
            kind = tiff.SHORT if values[tag] < 1 << 16 else tiff.LONG
            tiff.set_entry(changed, block.layout, directory.entries[tag].at, tag, kind, values[tag])


def _append(block: bytearray, payload: bytes) -> int:
    """Add bytes at the end, on a word boundary; gives back where they stand."""
    if len(block) % 2:
        block.append(0)
    at = len(block)
    block += payload
    return at


def _set_text(changed: bytearray, block: ExifBlock, tag: int, words: str) -> None:
    """Set a text field of the first directory, which is copied to the end if it has no such entry yet."""
    order, payload = block.layout.order, tiff.text(tag, words).raw
    old = block.main.entries.get(tag)
    if old is not None and old.kind == tiff.ASCII and old.size >= len(payload) > 4:
        changed[old.value_at : old.value_at + old.size] = payload.ljust(old.size, b"\0")
        changed[old.at + 4 : old.at + 8] = struct.pack(order + "I", len(payload))
        return
    new = struct.pack(order + "HHI", tag, tiff.ASCII, len(payload))
    new += payload.ljust(4, b"\0") if len(payload) <= 4 else struct.pack(order + "I", _append(changed, payload))
    if old is not None:
        changed[old.at : old.at + 12] = new
        return
    entries = [*tiff.raw_entries(bytes(changed), block.layout, block.main), new]
    changed[4:8] = struct.pack(order + "I", _append(changed, tiff.table(order, entries)))


def _drop_thumbnail(changed: bytearray, block: ExifBlock) -> None:
    """Unlink the second directory, wipe it and its picture, and cut what is then empty at the end."""
    main = block.main
    if not main.following:
        return
    changed[main.end - 4 : main.end] = bytes(4)
    live = [span for directory in block.directories for span in _spans(directory)]
    try:
        second = tiff.directory_at(block.raw, block.layout, main.following)
    except StructureError:
        return
    for start, end in [*_spans(second), *_thumbnail_spans(block.raw, block.layout, second)]:
        if not any(start < live_end and live_start < end for live_start, live_end in live):
            changed[start:end] = bytes(end - start)
    keep = max(end for _, end in live)
    changed[:] = changed[:keep] + bytes(changed[keep:]).rstrip(b"\0")


def _spans(directory: Directory) -> list[tuple[int, int]]:
    return [(directory.at, directory.end), *((e.value_at, e.value_at + e.size) for e in directory.entries.values())]


def _thumbnail_spans(data: bytes, layout: Layout, directory: Directory) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for offsets, lengths in _THUMBNAIL_PLACES:
        starts = tiff.integers(data, layout, directory.entries.get(offsets))
        sizes = tiff.integers(data, layout, directory.entries.get(lengths))
        spans += [(a, min(a + n, len(data))) for a, n in zip(starts, sizes, strict=False) if a < len(data)]
    return spans
