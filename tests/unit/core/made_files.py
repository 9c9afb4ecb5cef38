"""Photo files made for the tests, and exiftool, which judges the ones we write."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import Photo

EXIFTOOL = shutil.which("exiftool")
needs_exiftool = pytest.mark.skipif(
    EXIFTOOL is None, reason="needs exiftool (Debian: libimage-exiftool-perl), which is not installed"
)
# The family of a tag says where it stands; only these carry what people and cameras wrote.
_TELLING = ("IFD0", "ExifIFD", "GPS", "InteropIFD", "XMP-", "IPTC", "Photoshop", "ICC", "Canon")


def picture(height: int = 24, width: int = 37, channels: int = 3, bits: int = 8, seed: int = 0) -> NDArray[Any]:
    """(H, W, C) noise over a slope: every value counts, and no side or corner looks like another."""
    white = 2**bits - 1
    noise = np.random.default_rng(seed).integers(0, white // 4, (height, width, channels))
    slope = np.linspace(0, 1, height)[:, None, None] + np.linspace(0, 2, width)[None, :, None]
    return np.asarray(noise + slope / 3 * (white * 3 // 4)).astype(np.uint8 if bits == 8 else np.uint16)


def photo_of(samples: NDArray[Any], **source: Any) -> Photo:
    """A photo in memory out of (H, W, C) samples."""
    channels = samples.shape[2]
    colours = np.repeat(samples[..., :1], 3, axis=2) if channels < 3 else samples[..., :3]
    alpha = np.ascontiguousarray(samples[..., -1]) if channels in (2, 4) else None
    form = SourceFormat(**{"format": "PNG", "grey": channels < 3, **source})
    return Photo(pixels=np.ascontiguousarray(colours), alpha=alpha, source=form)


def save(array: NDArray[Any], path: Path, **options: Any) -> Path:
    """Write 8-bit samples with Pillow."""
    Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(path, **options)
    return path


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def icc_profile(space: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A version 2 profile with Lab or XYZ as its other side and these tags."""
    connection = b"Lab " if b"A2B0" in tags else b"XYZ "
    tags = {b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061), **tags}
    table, body, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += padded
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s12s4s", size, b"test", 0x02400000, kind, space, connection, bytes(12), b"acsp")
    header += bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + body


def grey_profile(gamma: float = 1.0) -> bytes:
    return icc_profile(
        b"GRAY", b"mntr", {b"kTRC": b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"}
    )


def cmyk_profile() -> bytes:
    """A press that prints light green (Lab 80, -60, 50) for whatever has cyan in it, and white for all else."""
    white, green = (255, 128, 128), (204, 68, 178)
    corners = [green if cyan else white for cyan in (0, 1) for _ in range(8)]
    identity = bytes(range(256))
    head = struct.pack(">4s4sBBBx", b"mft1", bytes(4), 4, 3, 2)
    matrix = struct.pack(">9i", *[65536 if i % 4 == 0 else 0 for i in range(9)])
    grid = bytes(value for corner in corners for value in corner)
    return icc_profile(b"CMYK", b"prtr", {b"A2B0": head + matrix + identity * 4 + grid + identity * 3})


_XYZ_TO_SRGB = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.969266, 1.8760108, 0.041556], [0.0556434, -0.2040259, 1.0572252]]
)
_NEUTRAL = np.array([0.5, 1.0, 0.6])  # what this camera sees of white


def write_dng(path: Path, scene: NDArray[Any], orientation: int = 1) -> Path:
    """scene: (H, W, 3) linear sRGB, 0 to 1. The camera's filters let through sRGB's colours, unequally bright."""
    seen = (scene * _NEUTRAL * 65535).round().astype(np.uint16)
    mosaic = np.empty(scene.shape[:2], np.uint16)
    for y, x, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        mosaic[y::2, x::2] = seen[y::2, x::2, channel]

    def ratios(values: NDArray[Any]) -> list[int]:
        return [number for value in np.ravel(values) for number in (round(value * 10000), 10000)]

    fields = [
        (271, "s", 0, "A maker", True),
        (272, "s", 0, "A camera", True),
        (274, "H", 1, orientation, True),
        (33421, "H", 2, (2, 2), True),
        (33422, "B", 4, (0, 1, 1, 2), True),
        (50706, "B", 4, (1, 4, 0, 0), True),
        (50707, "B", 4, (1, 1, 0, 0), True),
        (50708, "s", 0, "A maker's camera", True),
        (50714, "H", 1, 0, True),
        (50717, "H", 1, 65535, True),
        (50721, "2i", 9, ratios(np.diag(_NEUTRAL) @ _XYZ_TO_SRGB), True),
        (50728, "2I", 3, ratios(_NEUTRAL), True),
        (50778, "H", 1, 21, True),
    ]
    with tifffile.TiffWriter(path) as file:
        file.write(mosaic, photometric=32803, extratags=fields, software=None, metadata=None)
    return path


def exiftool(*arguments: str | Path) -> str:
    assert EXIFTOOL is not None
    command = [EXIFTOOL, "-config", "", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tag(path: Path, *assignments: str) -> Path:
    """Write tags into a file with exiftool."""
    exiftool("-q", "-m", "-overwrite_original", "-charset", "utf8", *assignments, path)
    return path


def tags_of(path: Path) -> dict[str, list[Any]]:
    """All tags that say something of the photo, also repeated and unknown ones, as stored ('IFD0:Make': values)."""
    output = exiftool("-json", "-G1:4", "-a", "-u", "-struct", "-n", "-b", path)
    found: dict[str, list[Any]] = {}
    for name, value in json.loads(output)[0].items():
        if name.startswith(_TELLING):
            found.setdefault(re.sub(r":Copy\d+:", ":", name), []).append(value)
    return found


Fields = dict[int, tuple[int, int, bytes]]  # tag: (type, count, value)


def exif_block(order: str, main: Fields, exif: Fields, thumbnail: bytes = b"") -> bytes:
    """An EXIF block laid out by hand: main, EXIF, and (with a thumbnail) second directory, values behind each."""
    block = bytearray({"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8))

    def add(fields: Fields, following: bool) -> tuple[dict[int, int], int]:
        places: dict[int, int] = {}
        at = len(block)
        block.extend(bytes(2 + 12 * len(fields) + 4))
        struct.pack_into(order + "H", block, at, len(fields))
        for i, (number, (kind, count, value)) in enumerate(sorted(fields.items())):
            entry = at + 2 + 12 * i
            struct.pack_into(order + "HHI", block, entry, number, kind, count)
            places[number] = entry + 8
            if len(value) <= 4:
                block[entry + 8 : entry + 8 + len(value)] = value
            else:
                struct.pack_into(order + "I", block, entry + 8, len(block))
                block.extend(value + bytes(len(value) % 2))
        if following:
            struct.pack_into(order + "I", block, at + 2 + 12 * len(fields), len(block))
        return places, at

    long = struct.pack(order + "I", 0)
    places, _ = add({**main, 0x8769: (4, 1, long)}, following=False)
    struct.pack_into(order + "I", block, places[0x8769], len(block))
    add(exif, following=False)
    if thumbnail:
        link = 8 + 2 + 12 * (len(main) + 1)
        struct.pack_into(order + "I", block, link, len(block))
        places, _ = add({0x201: (4, 1, long), 0x202: (4, 1, struct.pack(order + "I", len(thumbnail)))}, following=False)
        struct.pack_into(order + "I", block, places[0x201], len(block))
        block.extend(thumbnail)
    return bytes(block)


def text(words: str) -> tuple[int, int, bytes]:
    value = words.encode() + b"\0"
    return 2, len(value), value


def short(order: str, number: int) -> tuple[int, int, bytes]:
    return 3, 1, struct.pack(order + "H", number)


def canon_note(order: str, at: int) -> bytes:
    """A Canon maker note for byte `at` of a block: a directory whose offsets count from the block's start."""
    values = {6: b"Canon EOS 300D DIGITAL\0\0", 7: b"Firmware Version 1.1.1\0\0", 9: b"Irene Joliot-Curie\0\0"}
    body = struct.pack(order + "H", len(values))
    values_at = at + 2 + 12 * len(values) + 4
    for number, value in values.items():
        body += struct.pack(order + "HHII", number, 2, len(value), values_at)
        values_at += len(value)
    return body + bytes(4) + b"".join(values.values())


def exif_with_canon_note(order: str, thumbnail: bytes = b"") -> tuple[bytes, bytes]:
    """An EXIF block with such a note, and the note. Laid out twice: first to learn where the note will stand."""
    main = {0x10F: text("Canon"), 0x110: text("Canon EOS 300D DIGITAL"), 0x112: short(order, 6)}
    dates = {0x9003: text("1998:02:03 04:05:06"), 0xA002: short(order, 37), 0xA003: short(order, 24)}

    def block(note: bytes) -> bytes:
        return exif_block(order, main, {**dates, 0x927C: (7, len(note), note)}, thumbnail)

    blank = b"\xa5" * len(canon_note(order, 0))
    note = canon_note(order, block(blank).index(blank))
    return block(note), note


def jpeg_with_exif(path: Path, exif: bytes, array: NDArray[Any] | None = None) -> Path:
    """A JPEG with this block in it as it is."""
    save(picture() if array is None else array, path, quality=90)
    data = path.read_bytes()
    segment = b"Exif\0\0" + exif
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[2:])
    return path


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found.append((kind, data[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def assert_same_picture(one: Photo, other: Photo) -> None:
    assert one.pixels.dtype == other.pixels.dtype
    np.testing.assert_array_equal(one.pixels, other.pixels)
    assert (one.alpha is None) == (other.alpha is None)
    if one.alpha is not None:
        np.testing.assert_array_equal(one.alpha, other.alpha)
