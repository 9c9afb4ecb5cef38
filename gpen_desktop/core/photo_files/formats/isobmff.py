"""HEIC and AVIF files: boxes, and the picture that they call the primary one (ISO/IEC 14496-12, 23008-12 'HEIF')."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, FileHeader
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.messages import Message, say

_MAX_DEPTH_BITS = 16
_NOT_PICTURES = frozenset([b"Exif", b"mime", b"uri ", b"tmap"])
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
_XMP_TYPE = b"application/rdf+xml"
_SEQUENCES = frozenset([b"msf1", b"hevc", b"avis"])  # brands of files with several pictures in time
# EXIF's number for a picture that is to be turned a quarter anti-clockwise so often (irot), and then not mirrored,
# mirrored top to bottom (imir 0) or left to right (imir 1).
_ORIENTATIONS = ((1, 4, 2), (8, 5, 7), (3, 2, 4), (6, 7, 5))
# What a viewer takes for granted: primaries and transfer of BT.709 or sRGB, or not said (ITU-T H.273).
_USUAL_PRIMARIES, _USUAL_TRANSFERS = frozenset([1, 2]), frozenset([1, 2, 6, 13])


@dataclass
class _Item:
    """One picture or block of metadata. extents: (from the start of the file or of `idat`, length)."""

    kind: bytes = b""
    is_hidden: bool = False
    content_type: bytes = b""
    in_idat: bool = False
    extents: list[tuple[int, int]] = field(default_factory=list)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)


@dataclass
class _Contents:
    """What the `meta` box says. references: (kind, from, to). descriptions_at: where a reference says in the file that
    its source describes a picture."""

    primary: int = 0
    items: dict[int, _Item] = field(default_factory=dict)
    references: list[tuple[bytes, int, int]] = field(default_factory=list)
    descriptions_at: list[int] = field(default_factory=list)
    idat: bytes = b""


def read_header(data: bytes, format: str) -> FileHeader:
    """Read a file up to its pixels, of which nothing says that they lie as EXIF would have it: `orientation` is what
    the container says. Raises DamagedFileError, struct.error."""
    top = list(_boxes(data, 0, len(data)))
    meta = next((body for kind, body in top if kind == b"meta"), None)
    if meta is None:
        raise DamagedFileError(ENDS_EARLY if not any(kind == b"mdat" for kind, _ in top) else DAMAGED)
    contents = _contents(data, *meta)
    picture = contents.items.get(contents.primary)
    if picture is None:
        raise DamagedFileError(DAMAGED)
    for item in contents.items.values():
        if any(at + size > len(contents.idat if item.in_idat else data) for at, size in item.extents):
            raise DamagedFileError(ENDS_EARLY)
    properties = dict(reversed(picture.properties))
    width, height = struct.unpack_from(">4xII", properties[b"ispe"])
    brands = data[8 : top[0][1][1]] if top[0][0] == b"ftyp" else b""
    shown = _shown_pictures(contents)
    is_sequence = any(brands[i : i + 4] in _SEQUENCES for i in range(0, len(brands), 4))
    return FileHeader(
        format=format,
        width=width,
        height=height,
        metadata=_metadata(data, contents, picture),
        pixel_data=_without_descriptions(data, contents),
        pictures=2 if is_sequence else max(1, shown),
        animated=is_animation(data),
        bits=_bits(contents, picture),
        pixel_bytes=4 if _bits(contents, picture) == 8 else 8,
        orientation=_orientation(picture),
        warnings=tuple(_warnings(contents)),
    )


def is_animation(start: bytes) -> bool:
    """Whether a file that starts so says of itself, before all else, that its pictures follow in time. A still one may
    have some of those beside it."""
    return start[4:8] == b"ftyp" and start[8:12] in _SEQUENCES


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Kind, and start and end of the body, of the boxes that lie between two places."""
    at = start
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            body = at + 16
        stop = end if size == 0 else at + size
        if stop < body:
            raise DamagedFileError(DAMAGED)
        if stop > end:
            if kind != b"mdat" or end != len(data):
                raise DamagedFileError(ENDS_EARLY)
            stop = end  # whose extents are checked one by one
        yield kind, (body, stop)
        at = stop


class _Reader:
    """Numbers one after the other."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data, self.at, self.end = data, start, end

    def number(self, size: int) -> int:
        """A big-endian integer of so many bytes; 0 of none."""
        if self.at + size > self.end:
            raise DamagedFileError(DAMAGED)
        value = int.from_bytes(self._data[self.at : self.at + size], "big")
        self.at += size
        return value

    def text(self) -> bytes:
        """Bytes up to a zero."""
        stop = self._data.find(b"\0", self.at, self.end)
        stop = self.end if stop < 0 else stop
        found = self._data[self.at : stop]
        self.at = stop + 1
        return found

    def version(self) -> int:
        """Of a 'full box', whose flags are passed over."""
        version = self.number(1)
        self.number(3)
        return version


def _contents(data: bytes, start: int, end: int) -> _Contents:
    """What a `meta` box says of the items in its file."""
    found = _Contents()
    for kind, (at, stop) in _boxes(data, start + 4, end):
        reader = _Reader(data, at, stop)
        if kind == b"pitm":
            found.primary = reader.number(2 if reader.version() == 0 else 4)
        elif kind == b"iinf":
            first = at + 4 + (2 if reader.version() == 0 else 4)
            for _, box in _boxes(data, first, stop):
                _read_item(_Reader(data, *box), found)
        elif kind == b"iloc":
            _read_places(reader, found)
        elif kind == b"iprp":
            _read_properties(data, at, stop, found)
        elif kind == b"iref":
            _read_references(data, at, stop, found)
        elif kind == b"idat":
            found.idat = data[at:stop]
    return found


def _read_item(reader: _Reader, found: _Contents) -> None:
    """An `infe` box; older versions than 2 know no kinds."""
    version, flags = reader.number(1), reader.number(3)
    if version < 2:
        return
    item = found.items.setdefault(reader.number(2 if version == 2 else 4), _Item())
    reader.number(2)
    item.kind = reader.number(4).to_bytes(4, "big")
    item.is_hidden = bool(flags & 1)
    reader.text()
    if item.kind == b"mime":
        item.content_type = reader.text()


def _read_places(reader: _Reader, found: _Contents) -> None:
    """An `iloc` box: where the items' bytes lie."""
    version = reader.version()
    sizes, more = reader.number(1), reader.number(1)
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    wide = 2 if version < 2 else 4
    for _ in range(reader.number(wide)):
        item = found.items.setdefault(reader.number(wide), _Item())
        item.in_idat = bool(version) and reader.number(2) & 15 == 1
        reader.number(2)
        base = reader.number(base_size)
        for _ in range(reader.number(2)):
            reader.number(index_size)
            at = base + reader.number(offset_size)
            item.extents.append((at, reader.number(length_size)))


def _read_references(data: bytes, at: int, stop: int, found: _Contents) -> None:
    """An `iref` box: which items belong to which."""
    size = 2 if _Reader(data, at, stop).version() == 0 else 4
    for name, box in _boxes(data, at + 4, stop):
        if name == b"cdsc":
            found.descriptions_at.append(data.rindex(name, at, box[0]))
        one = _Reader(data, *box)
        source, count = one.number(size), one.number(2)
        found.references += [(name, source, one.number(size)) for _ in range(count)]


def _read_properties(data: bytes, start: int, end: int, found: _Contents) -> None:
    """An `iprp` box: properties, and which item has which."""
    known: list[tuple[bytes, bytes]] = []
    for kind, (at, stop) in _boxes(data, start, end):
        if kind == b"ipco":
            known = [(name, data[slice(*box)]) for name, box in _boxes(data, at, stop)]
        elif kind == b"ipma":
            reader = _Reader(data, at, stop)
            version, flags = reader.number(1), reader.number(3)
            for _ in range(reader.number(4)):
                item = found.items.setdefault(reader.number(2 if version == 0 else 4), _Item())
                for _ in range(reader.number(1)):
                    index = reader.number(2) & 0x7FFF if flags & 1 else reader.number(1) & 0x7F
                    if 0 < index <= len(known):
                        item.properties.append(known[index - 1])


def _bytes_of(data: bytes, contents: _Contents, item: _Item) -> bytes:
    source = contents.idat if item.in_idat else data
    return b"".join(source[at : at + size] for at, size in item.extents)


def _metadata(data: bytes, contents: _Contents, picture: _Item) -> Metadata:
    """What belongs to the primary picture (a reference `cdsc`), and its colours."""
    about = [source for kind, source, to in contents.references if kind == b"cdsc" and to == contents.primary]
    items = [contents.items[number] for number in about if number in contents.items]
    exif = next((_bytes_of(data, contents, item) for item in items if item.kind == b"Exif"), b"")
    xmp = next((_bytes_of(data, contents, item) for item in items if item.content_type == _XMP_TYPE), b"")
    colours = [body for kind, body in picture.properties if kind == b"colr"]
    icc = next((body[4:] for body in colours if body[:4] in (b"prof", b"rICC")), b"")
    coded = next((body for body in colours if body[:4] == b"nclx" and len(body) >= 10), b"")
    unusual = () if icc or not coded else _unusual_colours(*struct.unpack_from(">HH", coded, 4))
    return Metadata(exif=_exif(exif), icc=icc, xmp=xmp, png_chunks=unusual)


def _without_descriptions(data: bytes, contents: _Contents) -> bytes:
    """The file for the decoder, in which no metadata belongs to a picture: pi_heif 1.4 crashes on damaged ones."""
    without = bytearray(data)
    for at in contents.descriptions_at:
        without[at : at + 4] = b"free"
    return bytes(without)


def _exif(item: bytes) -> bytes:
    """The EXIF block of an item, which begins with how far ahead the block is."""
    if len(item) < 4:
        return b""
    return item[4 + int.from_bytes(item[:4], "big") :].removeprefix(b"Exif\0\0")


def _unusual_colours(primaries: int, transfer: int) -> tuple[tuple[bytes, bytes], ...]:
    """The chunk by which a PNG says the same of RGB samples of full range, for colours that need a word."""
    if (primaries in _USUAL_PRIMARIES and transfer in _USUAL_TRANSFERS) or max(primaries, transfer) > 255:
        return ()
    return ((b"cICP", bytes([primaries, transfer, 0, 1])),)


def _orientation(picture: _Item) -> int:
    turns, mirror = 0, 0
    for kind, body in picture.properties:
        if kind == b"irot" and body:
            turns = body[0] & 3
        elif kind == b"imir" and body:
            mirror = 1 + (body[0] & 1)
    return _ORIENTATIONS[turns][mirror]


def _bits(contents: _Contents, picture: _Item) -> int:
    """Bits per channel: as the picture says, or the first of the tiles that it is made of."""
    parts = [to for kind, source, to in contents.references if kind == b"dimg" and source == contents.primary]
    for item in (picture, *(contents.items[number] for number in parts[:1] if number in contents.items)):
        for kind, body in item.properties:
            if kind == b"pixi" and len(body) > 5:
                return min(_MAX_DEPTH_BITS, max(body[5:]))
            if kind == b"av1C" and len(body) > 2:
                return (12 if body[2] & 0x20 else 10) if body[2] & 0x40 else 8
    return 8


def _shown_pictures(contents: _Contents) -> int:
    """How many pictures the file shows, small ones, tiles and maps beside another apart."""
    beside = {source for kind, source, _ in contents.references if kind in (b"thmb", b"auxl")}
    beside |= {to for kind, _, to in contents.references if kind == b"dimg"}
    shown = {n for n, item in contents.items.items() if item.kind not in _NOT_PICTURES and not item.is_hidden}
    return len(shown - beside)


def _warnings(contents: _Contents) -> list[Message]:
    beside = [source for kind, source, to in contents.references if kind == b"auxl" and to == contents.primary]
    for number in beside:
        item = contents.items.get(number, _Item())
        kinds = [body[4:] for kind, body in item.properties if kind == b"auxC"]
        if not any(kind.startswith(_ALPHA) for kind in kinds):
            return [say("maps-left-out", "The depth or brightness map beside the picture was left out.")]
    return []
