"""JPEG files: marker segments (ITU-T T.81; JFIF 1.02; Exif 2.32; ICC.1 annex B.4; XMP part 3)."""

from __future__ import annotations

import contextlib
import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import replace

from gpen_desktop.core import memory
from gpen_desktop.core.photo_files import exif as exif_block
from gpen_desktop.core.photo_files.formats import jpeg_strips, pillow_codec
from gpen_desktop.core.photo_files.formats.codec import Codec, Decoded, Encoded, Picture
from gpen_desktop.core.photo_files.formats.header import (
    DAMAGED,
    ENDS_EARLY,
    LEAST_PART,
    PART_MISSING,
    DamagedFileError,
    FileHeader,
)
from gpen_desktop.core.photo_files.tiff_structure import StructureError
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.core.types import Pixels
from gpen_desktop.messages import Message, say

_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_ICC = b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_MAX_PAYLOAD = 65533  # of one segment: its 16-bit length counts itself
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP11, _APP12, _APP13, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEB, 0xEC, 0xED, 0xEE, 0xEF
_CREDENTIALS = b"JP"  # JUMBF boxes, in which C2PA's lie
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # within coded pixels, where a stuffed 0 follows a plain FF
_STANDALONE = frozenset([0x01, *range(0xD0, 0xD8)])
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the start-of-frame markers
_PROGRESSIVE = frozenset([0xC2, 0xC6, 0xCA, 0xCE])
_CMYK = 4  # channels
_CM_PER_INCH = 2.54
_MISSING = 128  # what libjpeg fills in where data are missing: the middle grey
# Codes of all lengths, which change what reads on: zeros alone may mean that nothing follows. The first is one, since
# the picture may be cut behind an FF. Where it has restart markers, it reads on behind the one that it waits for.
_CODES = bytes(range(255)) * 8
_NEVER_CODED = _CODES + b"".join(b"\xff" + bytes([0xD0 + n]) + _CODES for n in range(8))
_LEAST_CODED = 64  # bytes of a picture that is missing in part
_STRIP = 256  # rows that are looked at together
_QUALITY = 95  # where neither a quality is asked for nor the source was a JPEG
_MAX_SEGMENTS = 10_000  # before the pixels; profiles and extended XMP of tens of MB need some hundreds
_MAX_SCANS = 200  # a progressive JPEG has about ten; each costs a pass over the whole picture, empty ones too
_FULL_CHROMA = 0  # Pillow's number for 4:4:4


def read_header(data: bytes) -> FileHeader:
    """Read a JPEG's segments up to its pixels. Raises DamagedFileError."""
    segments, pixels_at = _segments(data)
    kind, frame = next(((marker, body) for marker, body in segments if marker in _SIZES and len(body) >= 6), (0, b""))
    if not frame:
        raise DamagedFileError(DAMAGED)
    end = _end(data, pixels_at)
    pictures = 2 if any(marker == _APP2 and body.startswith(b"MPF\0") for marker, body in segments) else 1
    height, width = struct.unpack_from(">HH", frame, 1)
    kept = b"".join(_segment(marker, body) for marker, body in segments if not _is_extra(marker))
    return FileHeader(
        format="JPEG",
        width=width,
        height=height,
        metadata=_metadata(segments),
        pixel_data=b"\xff\xd8" + kept + data[pixels_at:],
        pictures=pictures,
        pixel_bytes=4 if frame[5] == _CMYK else 3,
        progressive=kind in _PROGRESSIVE,
        warnings=(*_credentials(segments), *(_trailer(data[end:]) if pictures == 1 and end is not None else ())),
    )


def _segments(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """All segments before the pixels, and where the start-of-scan marker stands."""
    found: list[tuple[int, bytes]] = []
    at = 2
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            raise DamagedFileError(ENDS_EARLY)
        marker = data[at + 1]
        if marker == _SOS:
            return found, at
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker == 0 or marker in _STANDALONE or marker == _SOI:
            at += 2
        elif marker == _EOI:
            raise DamagedFileError(DAMAGED)
        else:
            end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
            if end > len(data):
                raise DamagedFileError(ENDS_EARLY)
            found.append((marker, data[at + 4 : end]))
            at = max(end, at + 4)
            if len(found) > _MAX_SEGMENTS:
                raise DamagedFileError(DAMAGED)


def _credentials(segments: list[tuple[int, bytes]]) -> list[Message]:
    if any(marker == _APP11 and body.startswith(_CREDENTIALS) for marker, body in segments):
        return [
            say("credentials-left-out", "The signed content credentials were left out, because they no longer apply.")
        ]
    return []


def _end(data: bytes, pixels_at: int) -> int | None:
    """Where the picture ends: behind the end-of-image marker, None without one. Raises DamagedFileError."""
    scans = 0
    for segments, (marker, at) in enumerate(_markers(data, pixels_at)):
        if marker == _EOI:
            return at
        scans += marker == _SOS
        if scans > _MAX_SCANS or segments > _MAX_SEGMENTS:
            raise DamagedFileError(
                say("too-many-scans", "its picture is cut into more scans than any program makes, to keep others busy")
            )
    return None


def _markers(data: bytes, pixels_at: int) -> Iterator[tuple[int, int]]:
    """The markers from the first scan's on, up to the end of the picture, and where each ends."""
    at = pixels_at
    while found := _MARKER.search(data, at):
        at = found.end()
        yield data[at - 1], at
        if data[at - 1] == _EOI:
            return
        if at + 2 <= len(data) and data[at - 1] != 1:
            at += struct.unpack_from(">H", data, at)[0]


def _trailer(behind: bytes) -> list[Message]:
    """What stands behind the end of the picture, such as the film of a motion photo."""
    size = len(behind.strip(b"\0"))
    if not size:
        return []
    return [
        say(
            "trailer-left-out",
            "What follows the picture in the file ({size} kB), such as a motion photo's film, was left out.",
            size=-(-size // 1000),
        )
    ]


def _is_extra(marker: int) -> bool:
    """Whether a decoder can do without the segment: all application data but JFIF's and Adobe's colour transform."""
    return marker == _COM or (_APP1 <= marker <= _APP15 and marker != _APP14)


def _metadata(segments: list[tuple[int, bytes]]) -> Metadata:
    def bodies(marker: int, prefix: bytes) -> list[bytes]:
        return [body[len(prefix) :] for m, body in segments if m == marker and body.startswith(prefix)]

    return Metadata(
        exif=next(iter(bodies(_APP1, _EXIF)), b""),
        icc=b"".join(body[2:] for body in sorted(bodies(_APP2, _ICC), key=lambda body: body[:1])),
        xmp=next(iter(bodies(_APP1, _XMP)), b""),
        xmp_extended=_extended_xmp(bodies(_APP1, _XMP_EXTENSION)),
        photoshop=b"".join(bodies(_APP13, _PHOTOSHOP)),
        comment=b"\n".join(bodies(_COM, b"")),
        dpi=next((_dpi(body) for body in bodies(_APP0, b"JFIF\0")), None),
        jpeg_segments=tuple((marker, body) for marker, body in segments if _is_further(marker, body)),
    )


def _is_further(marker: int, body: bytes) -> bool:
    """Whether a segment of application data has no meaning here and stays true of other pixels."""
    known = {
        _APP1: (_EXIF, _XMP, _XMP_EXTENSION),
        _APP2: (_ICC, b"MPF\0"),
        _APP11: (_CREDENTIALS,),
        _APP12: (b"Ducky",),  # the quality at which Photoshop stored it
        _APP13: (_PHOTOSHOP,),
    }
    return _APP1 <= marker <= _APP15 and marker != _APP14 and not body.startswith(known.get(marker, ()))


def _extended_xmp(portions: list[bytes]) -> bytes:
    """Put the portions (digest 32, full length 4, offset 4, bytes) of the first extension together."""
    if not portions:
        return b""
    digest = portions[0][:32]
    mine = [portion for portion in portions if portion[:32] == digest and len(portion) > 40]
    return b"".join(portion[40:] for portion in sorted(mine, key=lambda portion: portion[36:40]))


def _dpi(jfif: bytes) -> tuple[float, float] | None:
    if len(jfif) < 7:
        return None
    unit, x, y = struct.unpack_from(">BHH", jfif, 2)
    factor = {1: 1.0, 2: _CM_PER_INCH}.get(unit)
    return (x * factor, y * factor) if factor and x and y else None


def decode(header: FileHeader) -> Decoded:
    """Decode with Pillow, as far as the file goes, and say where data were missing. Raises what Pillow raises."""
    try:
        decoded = pillow_codec.decode(header)
    except OSError as error:
        if "truncated" not in str(error):
            raise
        return _in_part(header, pillow_codec.decode(replace(header, pixel_data=header.pixel_data + b"\xff\xd9")))
    is_grey_at_last = (decoded.samples[-1, -1] == _MISSING).all()
    # the inks' middle grey is some colour or other by now
    is_suspicious = header.progressive or header.pixel_bytes == _CMYK or is_grey_at_last
    if not is_suspicious or not _lacks_data(header, decoded):
        return decoded
    return _in_part(header, decoded)


def _in_part(header: FileHeader, decoded: Decoded) -> Decoded:
    """A picture that has one colour where it is missing, with a word on that. Raises DamagedFileError where nearly all
    of it is: what then is left may be nothing but what the decoder made up."""
    coded = len(header.pixel_data) - header.pixel_data.index(b"\xff\xda")
    samples = decoded.samples
    first = int(LEAST_PART * len(samples))
    strips = (samples[y : y + _STRIP] for y in range(first, len(samples), _STRIP))
    if coded < _LEAST_CODED or not any((strip != samples[-1, -1]).any() for strip in strips):
        raise DamagedFileError(ENDS_EARLY)
    return replace(decoded, warnings=(*decoded.warnings, PART_MISSING))


def _lacks_data(header: FileHeader, decoded: Decoded) -> bool:
    """Whether the picture is another when more stands behind each scan: only one that is not complete reads on."""
    data = header.pixel_data
    _, done = _segments(data)
    pieces, follows_coded, marker = [data[:done]], False, 0
    for marker, behind in _markers(data, done):
        pieces += [data[done : behind - 2], _NEVER_CODED if follows_coded else b""]
        done, follows_coded = behind - 2, marker == _SOS
    padded = b"".join([*pieces, data[done:]])
    return marker == _EOI and not pillow_codec.gives(replace(header, pixel_data=padded), decoded.samples)


def encode(picture: Picture) -> Encoded:
    """A JPEG of 8-bit grey or RGB samples, with its metadata and sentences on what no segment has room for."""
    metadata = picture.metadata
    bare = _bare(picture)
    segments, pixels_at = _segments(bare)
    warnings: list[Message] = []
    blocks = [
        *_exif_segments(metadata.exif, warnings),
        *_xmp_segments(metadata, warnings),
        *_icc_segments(metadata.icc),
        *_split(_APP13, _PHOTOSHOP, metadata.photoshop),
        *(_segment(marker, body) for marker, body in metadata.jpeg_segments),
        *_split(_COM, b"", metadata.comment),
    ]
    jfif = [_segment(m, _with_density(body, metadata.dpi)) for m, body in segments if m == _APP0]
    rest = [_segment(m, body) for m, body in segments if m != _APP0]
    return Encoded(b"".join([b"\xff\xd8", *jfif, *blocks, *rest, memoryview(bare)[pixels_at:]]), tuple(warnings))


def turned(data: bytes, quarters: int, software: str) -> bytes | None:
    """The file to be looked at so many quarter turns clockwise further, with every coded pixel as it is. None where
    something in it would then be wrong: an orientation in XMP, offsets to further pictures, damaged EXIF."""
    segments, pixels_at = _segments(data)
    metadata = _metadata(segments)
    has_offsets = any(marker == _APP2 and body.startswith(b"MPF\0") for marker, body in segments)
    if has_offsets or b"Orientation" in metadata.xmp:
        return None
    try:
        block = exif_block.parse(metadata.exif) if metadata.exif else None
    except StructureError:
        return None
    exif = None if block is not None and block.is_damaged else exif_block.turned(block, quarters, software)
    if exif is None or len(exif) > _MAX_PAYLOAD - len(_EXIF):
        return None
    new = _segment(_APP1, _EXIF + exif)
    first = [_segment(marker, body) for marker, body in segments if marker == _APP0]
    rest = [_segment(m, body) for m, body in segments if m != _APP0 and not (m == _APP1 and body.startswith(_EXIF))]
    return b"".join([b"\xff\xd8", *first, new, *rest, data[pixels_at:]])


def _bare(picture: Picture) -> bytes:
    """The JPEG as the encoder gives it: with its source's own tables where no quality is asked for."""
    source = picture.source
    own = max(source.jpeg_subsampling, _FULL_CHROMA)  # an unknown sampling (-1) is not copied: 4:4:4 loses nothing
    way: dict[str, object] = {"subsampling": own, "progressive": source.progressive}
    if picture.quality is not None or not source.jpeg_tables:
        way["quality"] = picture.quality or _QUALITY
    else:
        way["qtables"] = [list(values) for _, values in sorted(source.jpeg_tables.items())]

    def encode(samples: Pixels) -> bytes:
        return pillow_codec.encode(samples, "JPEG", **way)

    height, width = picture.samples.shape[:2]
    is_large = height * width > memory.LARGE and not source.progressive
    return jpeg_strips.encoded(picture.samples, encode) if is_large else encode(picture.samples)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _exif_segments(exif: bytes, warnings: list[Message]) -> Iterator[bytes]:
    room = _MAX_PAYLOAD - len(_EXIF)
    if len(exif) > room:
        with contextlib.suppress(StructureError):
            exif = exif_block.without_maker_note(exif)
        warnings.append(
            say("maker-notes-too-long", "The maker notes in the EXIF data are too long for a JPEG and were left out.")
        )
    if len(exif) > room:
        warnings[-1] = say("exif-too-long", "The EXIF data is too long for a JPEG and was left out.")
    elif exif:
        yield _segment(_APP1, _EXIF + exif)


def _xmp_segments(metadata: Metadata, warnings: list[Message]) -> Iterator[bytes]:
    packet = metadata.xmp
    if len(packet) > _MAX_PAYLOAD - len(_XMP):
        packet = _without_padding(packet)
    if len(packet) > _MAX_PAYLOAD - len(_XMP):
        warnings.append(say("xmp-too-long", "The XMP data is too long for a JPEG and was left out."))
        return
    if packet:
        yield _segment(_APP1, _XMP + packet)
    extended = metadata.xmp_extended
    digest = hashlib.md5(extended, usedforsecurity=False).hexdigest().upper().encode()
    step = 65400  # what XMP part 3 advises for a portion
    for offset in range(0, len(extended), step):
        portion = digest + struct.pack(">II", len(extended), offset) + extended[offset : offset + step]
        yield _segment(_APP1, _XMP_EXTENSION + portion)


def _without_padding(packet: bytes) -> bytes:
    """An XMP packet without the white space that leaves room for editing it in place."""
    body, mark, end = packet.rpartition(b"<?xpacket end")
    return body.rstrip() + b"\n" + mark + end if mark else packet.rstrip()


def _icc_segments(icc: bytes) -> Iterator[bytes]:
    step = _MAX_PAYLOAD - len(_ICC) - 2
    portions = [icc[i : i + step] for i in range(0, len(icc), step)]
    for number, portion in enumerate(portions, start=1):
        yield _segment(_APP2, _ICC + bytes([number, len(portions)]) + portion)


def _split(marker: int, prefix: bytes, payload: bytes) -> Iterator[bytes]:
    step = _MAX_PAYLOAD - len(prefix)
    for i in range(0, len(payload), step):
        yield _segment(marker, prefix + payload[i : i + step])


def _with_density(jfif: bytes, dpi: tuple[float, float] | None) -> bytes:
    """A JFIF segment with this resolution, which it holds in whole dots per inch or per centimetre."""
    if dpi is None or not jfif.startswith(b"JFIF\0"):
        return jfif
    per_cm = tuple(value / _CM_PER_INCH for value in dpi)
    in_cm = _is_whole(per_cm) and not _is_whole(dpi)
    x, y = (min(65535, max(1, round(value))) for value in (per_cm if in_cm else dpi))
    return jfif[:7] + struct.pack(">BHH", 2 if in_cm else 1, x, y) + jfif[12:]


def _is_whole(values: tuple[float, ...]) -> bool:
    return all(abs(value - round(value)) < 1e-6 for value in values)


CODEC = Codec(read_header, decode, encode)
