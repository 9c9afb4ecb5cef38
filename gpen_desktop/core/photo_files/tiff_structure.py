"""The TIFF structure, which EXIF blocks and TIFF files are made of: reading it, and building one.

Layout: TIFF 6.0 (1992), and BigTIFF for reading; tags: Exif 2.32 (CIPA DC-008).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from gpen_desktop.errors import ReasonError
from gpen_desktop.messages import say

# Bytes per value of each field type. 13 is a directory offset; 16, 17, 18 are BigTIFF's 8-byte integers.
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 1, 2, 3, 4, 5, 7

IMAGE_WIDTH, IMAGE_LENGTH, ORIENTATION, SOFTWARE = 0x100, 0x101, 0x112, 0x131
EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY = 0x8769, 0x8825, 0xA005
EXPOSURE_TIME = 0x829A
MAKER_NOTE, PIXEL_WIDTH, PIXEL_HEIGHT = 0x927C, 0xA002, 0xA003
# What lies before is padding where nothing else fits, and a JPEG's EXIF block holds under 64 KiB.
MAKER_NOTE_KEPT_BELOW = 32768
_MAX_ENTRIES = 4096  # more than any real directory has; keeps a lying count from costing anything


class StructureError(ReasonError):
    """The data is not a TIFF structure, or its first directory cannot be read."""


@dataclass(frozen=True)
class Entry:
    """One field: where it stands (`at`), and where its value lies (`value_at`, `size` bytes)."""

    tag: int
    kind: int
    count: int
    at: int
    value_at: int
    size: int


@dataclass(frozen=True)
class Directory:
    """A directory's readable entries in file order, by tag; `damaged` counts those that point outside the data."""

    entries: Mapping[int, Entry]
    at: int
    end: int
    following: int
    damaged: int


@dataclass(frozen=True)
class Value:
    """A field detached from its place. `at` asks for a fixed place in the block that is built."""

    tag: int
    kind: int
    count: int
    raw: bytes
    at: int | None = None


@dataclass(frozen=True)
class Layout:
    """Byte order ('<' or '>'), whether it is BigTIFF, and where the first directory stands."""

    order: str
    big: bool
    first: int


def layout_of(data: bytes) -> Layout:
    """Read the header. Raises StructureError."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
    if order is None or len(data) < 8:
        raise StructureError(say("no-tiff-header", "no TIFF header"))
    magic, first = struct.unpack_from(order + "HI", data, 2)
    if magic == 42:
        return Layout(order, big=False, first=first)
    if magic == 43 and len(data) >= 16:
        return Layout(order, big=True, first=struct.unpack_from(order + "Q", data, 8)[0])
    raise StructureError(say("no-tiff-header", "no TIFF header"))


def directory_at(data: bytes, layout: Layout, at: int) -> Directory:
    """Read the directory that stands at byte `at`. Raises StructureError if it does not lie within the data."""
    count_format, entry_size, pointer = ("Q", 20, "Q") if layout.big else ("H", 12, "I")
    start = at + struct.calcsize(layout.order + count_format)
    if at < 8 or start > len(data):
        raise StructureError(say("directory-outside", "a directory lies outside the data"))
    (count,) = struct.unpack_from(layout.order + count_format, data, at)
    end = start + count * entry_size
    if count > _MAX_ENTRIES or end > len(data):
        raise StructureError(say("directory-outside", "a directory lies outside the data"))
    found = [_entry(data, layout, start + i * entry_size) for i in range(count)]
    entries: dict[int, Entry] = {}
    for entry in found:
        if entry is not None:
            entries.setdefault(entry.tag, entry)
    pointer_end = end + struct.calcsize(layout.order + pointer)
    following = struct.unpack_from(layout.order + pointer, data, end)[0] if pointer_end <= len(data) else 0
    return Directory(entries, at, min(pointer_end, len(data)), following, found.count(None))


def _entry(data: bytes, layout: Layout, at: int) -> Entry | None:
    tag, kind, count = struct.unpack_from(layout.order + ("HHQ" if layout.big else "HHI"), data, at)
    inline_at, inline_size, pointer = (at + 12, 8, "Q") if layout.big else (at + 8, 4, "I")
    size = _TYPE_SIZES.get(kind, 0) * count
    value_at = inline_at if size <= inline_size else struct.unpack_from(layout.order + pointer, data, inline_at)[0]
    if kind not in _TYPE_SIZES or value_at + size > len(data):
        return None
    return Entry(tag, kind, count, at, value_at, size)


def integers(data: bytes, layout: Layout, entry: Entry | None) -> tuple[int, ...]:
    """The values of an integer field; empty for an absent field or one of another type."""
    if entry is None or entry.kind not in _INTEGERS:
        return ()
    return struct.unpack_from(f"{layout.order}{entry.count}{_INTEGERS[entry.kind]}", data, entry.value_at)


def integer(data: bytes, layout: Layout, entry: Entry | None, default: int) -> int:
    """The first value of an integer field, or the default."""
    values = integers(data, layout, entry)
    return values[0] if values else default


def rational(data: bytes, layout: Layout, entry: Entry | None) -> float | None:
    """The first value of a RATIONAL field, or None."""
    if entry is None or entry.kind != RATIONAL or not entry.count:
        return None
    top, bottom = struct.unpack_from(layout.order + "II", data, entry.value_at)
    return top / bottom if bottom else None


def raw(data: bytes, entry: Entry | None) -> bytes:
    """A field's bytes as they stand; empty for an absent field."""
    return b"" if entry is None else bytes(data[entry.value_at : entry.value_at + entry.size])


def child(data: bytes, layout: Layout, parent: Directory, tag: int) -> Directory | None:
    """The directory that a field of `parent` points to; None where there is none or it cannot be read."""
    pointers = integers(data, layout, parent.entries.get(tag))
    if not pointers:
        return None
    try:
        return directory_at(data, layout, pointers[0])
    except StructureError:
        return None


def directories(data: bytes, layout: Layout) -> Iterator[Directory]:
    """The first directory and the EXIF, GPS and interoperability directories below it, as far as they can be read."""
    main = directory_at(data, layout, layout.first)
    yield main
    exif = child(data, layout, main, EXIF_DIRECTORY)
    below = [exif, child(data, layout, main, GPS_DIRECTORY)]
    if exif is not None:
        below.append(child(data, layout, exif, INTEROP_DIRECTORY))
    yield from (directory for directory in below if directory is not None)


def places(data: bytes, layout: Layout, directory: Directory) -> Iterator[tuple[int, int]]:
    """Tag and place of every entry of a directory, also of those that cannot be read or repeat another."""
    count_format, entry_size = ("Q", 20) if layout.big else ("H", 12)
    (count,) = struct.unpack_from(layout.order + count_format, data, directory.at)
    start = directory.at + struct.calcsize(layout.order + count_format)
    for at in range(start, start + count * entry_size, entry_size):
        yield struct.unpack_from(layout.order + "H", data, at)[0], at


def set_entry(block: bytearray, layout: Layout, at: int, tag: int, kind: int, value: int) -> None:
    """Overwrite the entry at byte `at` by one integer, BYTE, SHORT or LONG, that stands in the entry itself."""
    head = struct.pack(layout.order + ("HHQ" if layout.big else "HHI"), tag, kind, 1)
    body = struct.pack(layout.order + _INTEGERS[kind], value).ljust(8 if layout.big else 4, b"\0")
    block[at : at + len(head) + len(body)] = head + body


def raw_entries(data: bytes, layout: Layout, directory: Directory) -> list[bytes]:
    """The 12-byte entries of a directory that are readable, as they stand (not for BigTIFF)."""
    assert not layout.big
    return [bytes(data[entry.at : entry.at + 12]) for entry in directory.entries.values()]


def table(order: str, entries: Iterable[bytes], following: int = 0) -> bytes:
    """A directory of 12-byte entries, sorted by tag as the standard wants it."""
    ordered = sorted(entries, key=lambda entry: struct.unpack_from(order + "H", entry)[0])
    return struct.pack(order + "H", len(ordered)) + b"".join(ordered) + struct.pack(order + "I", following)


def text(tag: int, words: str) -> Value:
    """A text field."""
    encoded = words.encode("utf-8") + b"\0"
    return Value(tag, ASCII, len(encoded), encoded)


def values_of(data: bytes, layout: Layout, directory: Directory, without: frozenset[int]) -> list[Value]:
    """A directory's fields, detached, with BigTIFF's 8-byte integers made 4-byte ones (fields beyond that left out)."""
    found: list[Value] = []
    wanted = [entry for entry in directory.entries.values() if entry.tag not in without]
    if sum(entry.size for entry in wanted) > len(data):  # thousands of fields may all claim the whole file
        raise StructureError(say("fields-overlap", "its fields overlap"))
    for entry in wanted:
        value = Value(entry.tag, entry.kind, entry.count, raw(data, entry), _fixed_place(entry))
        if entry.kind in (16, 18):
            numbers = integers(data, layout, entry)
            if max(numbers, default=0) >= 1 << 32:
                continue
            value = replace(value, kind=LONG, raw=struct.pack(f"{layout.order}{len(numbers)}I", *numbers))
        if value.kind != 17:
            found.append(value)
    return found


def _fixed_place(entry: Entry) -> int | None:
    """Maker notes stay where they stood, for the sake of the offsets in them, unless that is too far from the start."""
    keeps = entry.tag == MAKER_NOTE and 8 <= entry.value_at <= MAKER_NOTE_KEPT_BELOW
    return entry.value_at if keeps else None


def build(
    order: str,
    main: list[Value],
    exif: list[Value] | None = None,
    gps: list[Value] | None = None,
    interop: list[Value] | None = None,
) -> bytes:
    """A block with these directories. A value whose `at` is set stands exactly there; nothing else is put over it."""
    fixed = [v for values in (main, exif, gps, interop) for v in values or [] if v.at is not None and len(v.raw) > 4]
    block = _Block(order, [(v.at or 0, (v.at or 0) + len(v.raw)) for v in fixed])
    main, exif = list(main), list(exif or [])
    if interop:
        exif.append(block.pointer(INTEROP_DIRECTORY, interop))
    if exif:
        main.append(block.pointer(EXIF_DIRECTORY, exif))
    if gps:
        main.append(block.pointer(GPS_DIRECTORY, gps))
    return block.finish(main)


class _Block:
    """A TIFF structure being built, from the leaves to the first directory."""

    def __init__(self, order: str, taken: list[tuple[int, int]]) -> None:
        self._order = order
        self._taken = sorted(taken)
        self._bytes = bytearray(8)
        self._cursor = 8

    def _place(self, size: int) -> int:
        """The next free even place for `size` bytes."""
        at = self._cursor + self._cursor % 2
        for start, end in self._taken:
            if at < end and start < at + size:
                at = end + end % 2
        self._cursor = at + size
        return at

    def _put(self, payload: bytes, at: int) -> int:
        self._bytes.extend(bytes(max(0, at + len(payload) - len(self._bytes))))
        self._bytes[at : at + len(payload)] = payload
        return at

    def _entry(self, value: Value) -> bytes:
        head = struct.pack(self._order + "HHI", value.tag, value.kind, value.count)
        if len(value.raw) <= 4:
            return head + value.raw.ljust(4, b"\0")
        at = self._put(value.raw, self._place(len(value.raw)) if value.at is None else value.at)
        return head + struct.pack(self._order + "I", at)

    def _directory(self, values: list[Value]) -> int:
        body = table(self._order, [self._entry(value) for value in values])
        return self._put(body, self._place(len(body)))

    def pointer(self, tag: int, values: list[Value]) -> Value:
        return Value(tag, LONG, 1, struct.pack(self._order + "I", self._directory(values)))

    def finish(self, main: list[Value]) -> bytes:
        first = self._directory(main)
        self._bytes[:8] = {"<": b"II", ">": b"MM"}[self._order] + struct.pack(self._order + "HI", 42, first)
        return bytes(self._bytes)
