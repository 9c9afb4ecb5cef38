"""PNG files: chunks (PNG, third edition, W3C 2025), and ImageMagick's 'Raw profile' texts, which readers know too."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core import memory
from gpen_desktop.core.photo_files.formats import opencv_codec, pillow_codec
from gpen_desktop.core.photo_files.formats.codec import Codec, Decoded, Encoded, Picture
from gpen_desktop.core.photo_files.formats.header import (
    DAMAGED,
    ENDS_EARLY,
    LEAST_PART,
    PART_MISSING,
    DamagedFileError,
    FileHeader,
    Inflater,
)
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.core.types import Pixels
from gpen_desktop.messages import Message, listed, say

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FOR_PIXELS = frozenset([b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"])
TEXTS = frozenset([b"tEXt", b"zTXt", b"iTXt"])
_COLOURS = frozenset([b"gAMA", b"cHRM", b"sRGB", b"cICP"])
# Others that are kept, where their length fits the pixels that are written; and ones that nobody misses: hints for one
# decoder, a palette's statistics, the further frames of an animation, of which a warning tells.
_FURTHER = frozenset([b"tIME", b"oFFs", b"bKGD", b"sBIT"])
_NEEDLESS = frozenset([b"iDOT", b"hIST", b"acTL", b"fcTL", b"fdAT"])
_XMP_KEY = b"XML:com.adobe.xmp"
_RAW_PROFILE = b"Raw profile type "
_INCHES_PER_METRE = 1 / 0.0254
_PALETTE, _GREY_ALPHA = 3, 4  # colour types in IHDR
_STRIP = 256  # rows that are written at a time
_MAX_CHUNKS = 1_000_000  # in 4 GB even those of 8 KB, as libpng writes them, are fewer; keeps a lying file from costing

_DAMAGED_PART = say("png-metadata-damaged", "Part of the PNG's metadata is damaged and was left out.")

Chunk = tuple[bytes, bytes]


def read_header(data: bytes) -> FileHeader:
    """Read a PNG's chunks. Raises DamagedFileError."""
    chunks, warnings = _chunks(data)
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise DamagedFileError(DAMAGED)
    width, height, depth = struct.unpack_from(">IIB", chunks[0][1])
    # A 16-bit picture's transparent colour is handled apart: the decoder for those would drop it.
    for_pixels = _FOR_PIXELS - {b"tRNS"} if depth == 16 else _FOR_PIXELS
    metadata, problems = _metadata(chunks)
    channels = {0: 1, 2: 3, 4: 2, 6: 4}.get(chunks[0][1][9], 4)
    return FileHeader(
        format="PNG",
        width=width,
        height=height,
        metadata=metadata,
        pixel_data=_file([chunk for chunk in chunks if chunk[0] in for_pixels]),
        pictures=2 if any(kind == b"acTL" for kind, _ in chunks) else 1,
        animated=any(kind == b"acTL" for kind, _ in chunks),
        pixel_bytes=2 * max(3, channels) if depth == 16 else 4,
        transparent=next((body for kind, body in chunks if kind == b"tRNS"), b""),
        warnings=(*warnings, *problems),
    )


def _chunks(data: bytes) -> tuple[list[Chunk], list[Message]]:
    """All chunks. Ones that are not needed for the pixels and are damaged are left out, with a sentence."""
    found: list[Chunk] = []
    warnings: list[Message] = []
    at = len(_SIGNATURE)
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if end > len(data):
            raise DamagedFileError(ENDS_EARLY)
        body = data[at + 8 : end - 4]
        whole = struct.unpack_from(">I", data, end - 4)[0] == zlib.crc32(body, zlib.crc32(kind))
        if whole:
            found.append((kind, body))
        elif kind in _FOR_PIXELS:
            raise DamagedFileError(DAMAGED)
        else:
            warnings.append(_DAMAGED_PART)
        at = end
        if kind == b"IEND":
            return found, warnings
        if len(found) + len(warnings) > _MAX_CHUNKS:
            raise DamagedFileError(DAMAGED)
    raise DamagedFileError(ENDS_EARLY)


def _metadata(chunks: list[Chunk]) -> tuple[Metadata, list[Message]]:
    inflater = Inflater()
    texts = [(kind, body, *_text(kind, body, inflater)) for kind, body in chunks if kind in TEXTS]
    raw = {key[len(_RAW_PROFILE) :]: _raw_profile(text) for _, _, key, text in texts if key.startswith(_RAW_PROFILE)}
    first = dict(reversed(chunks))
    icc = _profile(first[b"iCCP"], inflater) if b"iCCP" in first else b""
    own = [_XMP_KEY, b"Software"]
    kept = [(k, body) for k, body, key, _ in texts if key not in own and not key.startswith(_RAW_PROFILE)]
    others = [(kind, body) for kind, body in chunks if kind in _COLOURS or is_further(kind)]
    metadata = Metadata(
        exif=(first.get(b"eXIf") or raw.get(b"exif") or raw.get(b"APP1", b"")).removeprefix(b"Exif\0\0"),
        icc=icc or raw.get(b"icc", raw.get(b"icm", b"")),
        xmp=next((text for _, _, key, text in texts if key == _XMP_KEY), b"") or raw.get(b"xmp", b""),
        photoshop=raw.get(b"iptc") or raw.get(b"8bim", b""),
        dpi=_dpi(first.get(b"pHYs", b"")),
        png_chunks=tuple(others + kept),
    )
    damaged = (b"iCCP" in first and not icc) or any(key == _XMP_KEY and not text for _, _, key, text in texts)
    return metadata, [*([_DAMAGED_PART] if damaged else []), *_left_out(chunks)]


def _is_known(kind: bytes) -> bool:
    return kind in (_FOR_PIXELS | TEXTS | _COLOURS | _FURTHER | _NEEDLESS | {b"iCCP", b"pHYs", b"eXIf"})


def is_further(kind: bytes) -> bool:
    """Whether a chunk is one of those that are kept and have no meaning here, such as a program's private ones.

    Unknown ones are kept if their name says that they do not depend on the pixels (a lower-case fourth letter).
    """
    return kind in _FURTHER or (not _is_known(kind) and bool(kind[3] & 0x20))


def _left_out(chunks: list[Chunk]) -> list[Message]:
    """What cannot be kept since it may depend on the pixels, which change."""
    lost = sorted({kind for kind, _ in chunks if not _is_known(kind) and not is_further(kind)})
    names = listed(kind.decode("ascii", "replace") for kind in lost if kind.isalpha())
    if not names.parts:
        return []
    return [say("png-chunks-left-out", "Some data of the PNG was left out: {names}.", names=names)]


def _text(kind: bytes, body: bytes, inflater: Inflater) -> tuple[bytes, bytes]:
    """A text chunk's keyword and, where that is one which is read here, its bytes, decompressed; empty if damaged."""
    key, _, rest = body.partition(b"\0")
    if key != _XMP_KEY and not key.startswith(_RAW_PROFILE):
        return key, b""
    if kind == b"tEXt":
        return key, rest
    if kind == b"zTXt":
        return key, inflater.inflate(rest[1:]) or b""
    packed = rest[:1] == b"\x01"
    text = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    return key, (inflater.inflate(text) or b"") if packed else text


def _raw_profile(text: bytes) -> bytes:
    """ImageMagick's text form of a block: a line with a name, one with the length, hexadecimal digits."""
    _, _, rest = text.lstrip().partition(b"\n")
    length, *digits = rest.split(None, 1) or [b""]
    if not length.isdigit() or not digits:
        return b""
    try:
        return bytes.fromhex(digits[0].decode("ascii"))
    except ValueError:
        return b""


def _profile(body: bytes, inflater: Inflater) -> bytes:
    """An iCCP chunk's profile (name, method, zlib stream); empty if damaged."""
    return inflater.inflate(body.partition(b"\0")[2][1:]) or b""


def _dpi(body: bytes) -> tuple[float, float] | None:
    if len(body) != 9:
        return None
    x, y, unit = struct.unpack(">IIB", body)
    return (x / _INCHES_PER_METRE, y / _INCHES_PER_METRE) if unit == 1 and x and y else None


def is_unusual(kind: bytes, body: bytes) -> bool:
    """Whether a chunk says that the colours are others than a viewer takes for granted (sRGB)."""
    return kind == b"cICP" or (kind == b"gAMA" and len(body) == 4 and abs(int.from_bytes(body, "big") - 45455) > 100)


def decode(header: FileHeader) -> Decoded:
    """Pillow decodes 8 bits, OpenCV 16. Raises DamagedFileError, or what Pillow raises."""
    if header.pixel_data[24] == 16:
        return Decoded(_decode_16_bits(header.pixel_data, header.transparent))
    decoded = pillow_codec.decode(header)
    there = _part_there(header) if _may_end_early(header, decoded.samples[-1]) else 1.0
    if there < LEAST_PART:
        raise DamagedFileError(ENDS_EARLY)
    return replace(decoded, warnings=(*decoded.warnings, PART_MISSING)) if there < 1 else decoded


def _may_end_early(header: FileHeader, last: Pixels) -> bool:
    """Whether the last row (W, C) looks as if it were not there: Pillow takes what is missing for zeros, which are
    black, or one colour of a palette. Many photos end in white, and are not inflated again for that."""
    if header.pixel_data[25] == _PALETTE:
        return bool((last == last[-1]).all())
    return not last[:, : 3 if last.shape[1] >= 3 else 1].any()


def _part_there(header: FileHeader) -> float:
    """How much of the rows' bytes is there, 0 to 1. Without a word Pillow takes what is missing for zeros, but where a
    picture is interlaced."""
    width, height, depth, colours, *_, interlaced = struct.unpack_from(">IIBBBBB", header.pixel_data, 16)
    if interlaced:
        return 1.0
    wanted: int = height * (1 + -(-width * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colours] // 8))
    chunks, _ = _chunks(header.pixel_data)
    inflater, found = zlib.decompressobj(), 0
    packed = b"".join(body for kind, body in chunks if kind == b"IDAT")
    while packed and not inflater.eof and found < wanted:
        found += len(inflater.decompress(packed, 1 << 20))
        packed = inflater.unconsumed_tail
    return min(1.0, found / wanted)


def _decode_16_bits(data: bytes, transparent: bytes) -> NDArray[np.uint16]:
    """(H, W, C) of a 16-bit PNG (IHDR first); `transparent`, its tRNS chunk, becomes alpha."""
    samples = opencv_codec.decode_16_bits(data)
    if data[25] == _GREY_ALPHA:
        samples = np.ascontiguousarray(samples[..., [0, 3]])
    if len(transparent) == 2 * samples.shape[2]:
        key = np.array(struct.unpack(f">{samples.shape[2]}H", transparent), dtype=np.uint16)
        alpha = np.where((samples == key).all(axis=2), 0, 65535).astype(np.uint16)
        samples = np.dstack([samples, alpha])
    return samples


def encode(picture: Picture) -> Encoded:
    """A PNG of 8- or 16-bit samples, with its metadata."""
    chunks, _ = _chunks(_bare(picture.samples))
    header, rest = chunks[0], [chunk for chunk in chunks[1:] if chunk[0] in _FOR_PIXELS]
    further = [chunk for chunk in picture.metadata.png_chunks if is_further(chunk[0])]
    fitting = [chunk for chunk in further if _fits(*chunk, picture.samples.shape[2])]
    return Encoded(_file([header, *_metadata_chunks(picture.metadata), *fitting, *rest]))


def _fits(kind: bytes, body: bytes, channels: int) -> bool:
    """Whether a chunk that speaks of channels speaks of as many as there are (PNG, 11.3.2.6 and 11.3.4.1)."""
    if kind == b"bKGD":
        return len(body) == (2 if channels < 3 else 6)
    return len(body) == channels if kind == b"sBIT" else True


def _bare(samples: Pixels) -> bytes:
    """Pillow writes no 16-bit colours, and wants a large picture once more; OpenCV no grey with alpha. Every row is
    stored as differences to the row above (filter type 2), which suits photographs."""
    height, width, channels = samples.shape
    if samples.dtype == np.uint8 and height * width <= memory.LARGE:
        return pillow_codec.encode(samples, "PNG")
    row_bytes = width * channels * samples.itemsize
    packer, packed = zlib.compressobj(6), []
    above = np.zeros((1, row_bytes), np.uint8)
    for y in range(0, height, _STRIP):  # as bytes the whole picture would be in memory three times more
        rows = samples[y : y + _STRIP].astype(samples.dtype.newbyteorder(">")).view(np.uint8).reshape(-1, row_bytes)
        filtered = np.full((len(rows), rows.shape[1] + 1), 2, dtype=np.uint8)
        filtered[:, 1:] = rows - np.concatenate([above, rows[:-1]])
        packed.append(packer.compress(filtered.tobytes()))
        above = rows[-1:]
    packed.append(packer.flush())
    colour_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    head = struct.pack(">IIBBBBB", width, height, 8 * samples.itemsize, colour_type, 0, 0, 0)
    pieces = [(b"IDAT", piece) for piece in packed if piece]
    return _file([(b"IHDR", head), *pieces, (b"IEND", b"")])


def _metadata_chunks(metadata: Metadata) -> Iterator[Chunk]:
    colours = [chunk for chunk in metadata.png_chunks if chunk[0] in _COLOURS]
    yield from (chunk for chunk in colours if not (metadata.icc and chunk[0] == b"sRGB"))
    if metadata.icc:
        yield b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc, 9)
    if metadata.dpi:
        x, y = (min(0x7FFFFFFF, max(1, round(value * _INCHES_PER_METRE))) for value in metadata.dpi)
        yield b"pHYs", struct.pack(">IIB", x, y, 1)
    if metadata.exif:
        yield b"eXIf", metadata.exif
    if metadata.xmp:
        yield b"iTXt", _XMP_KEY + b"\0\0\0\0\0" + metadata.xmp
    if metadata.photoshop:
        yield b"zTXt", _RAW_PROFILE + b"iptc\0\0" + zlib.compress(_hexadecimal(b"iptc", metadata.photoshop), 9)
    yield from (chunk for chunk in metadata.png_chunks if chunk[0] in TEXTS)
    if metadata.comment:
        yield _comment(metadata.comment)


def _hexadecimal(name: bytes, block: bytes) -> bytes:
    digits = block.hex().encode()
    lines = [digits[i : i + 72] for i in range(0, len(digits), 72)]
    return b"\n" + name + b"\n%8d\n" % len(block) + b"\n".join(lines) + b"\n"


def _comment(comment: bytes) -> Chunk:
    """A JPEG comment, whose encoding nobody states, as a text: UTF-8 if it is that, else Latin-1."""
    try:
        comment.decode("utf-8")
    except UnicodeDecodeError:
        return b"tEXt", b"Comment\0" + comment.replace(b"\0", b" ")
    return b"iTXt", b"Comment\0\0\0\0\0" + comment.replace(b"\0", b" ")


def _file(chunks: list[Chunk]) -> bytes:
    return b"".join([_SIGNATURE, *(piece for chunk in chunks for piece in _pieces(*chunk))])


def _pieces(kind: bytes, body: bytes) -> tuple[bytes, bytes, bytes]:
    """What a chunk is in a file; its body is not copied."""
    return struct.pack(">I4s", len(body), kind), body, struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


CODEC = Codec(read_header, decode, encode)
