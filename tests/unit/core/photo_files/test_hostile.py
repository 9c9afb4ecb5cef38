"""Small files made to exhaust the machine: each is read, or refused with a sentence, in seconds and little memory."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core import memory
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.errors import PhotoTooLargeError, UnreadablePhotoError
from tests.unit.core.made_files import picture, png_chunks, png_of, save

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are set as Linux has them"),
    pytest.mark.timeout(30),  # each took minutes
]


@pytest.fixture
def little_memory() -> Iterator[None]:
    """700 MB more than is taken now, and no more."""
    import resource  # noqa: PLC0415  -- not on Windows

    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + 700_000_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def png_with(path: Path, *chunks: tuple[bytes, bytes]) -> Path:
    first, *rest = png_chunks(save(picture(), path).read_bytes())
    path.write_bytes(png_of([first, *chunks, *rest]))
    return path


def xmp(body: bytes) -> bytes:
    return b'<x xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/">' + body + b"</x>"


@pytest.mark.parametrize("text", [b" " * 8000, b"exif" + b" " * 8000, b"\nexif\n" + b"9" * 8000, b"a " * 4000])
def test_a_profile_in_spaces(tmp_path: Path, text: bytes) -> None:
    path = png_with(tmp_path / "a.png", (b"tEXt", b"Raw profile type exif\0" + text))
    assert load_photo(path).metadata.exif == b""


@pytest.mark.parametrize(
    "repeated", [b"<xmp:Thumbnails ", b"<tiff:Software>", b'tiff:Software="', b" tiff:Software = '"]
)
def test_xmp_that_never_ends_what_it_begins(tmp_path: Path, repeated: bytes) -> None:
    packet = zlib.compress(xmp(repeated * 100_000))
    path = png_with(tmp_path / "a.png", (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packet))
    save_photo(load_photo(path), tmp_path / "b.png")


def test_all_thumbnails_in_xmp_are_left_out(tmp_path: Path) -> None:
    packet = xmp(b"<xmp:Thumbnails><a/></xmp:Thumbnails> <b/> <xmp:Thumbnails >c</xmp:Thumbnails > <d/>")
    path = png_with(tmp_path / "a.png", (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))
    save_photo(load_photo(path), tmp_path / "b.png")
    assert load_photo(tmp_path / "b.png").metadata.xmp == xmp(b"<b/> <d/>")


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("key", [b"Comment%d", b"Raw profile type %d", b"Raw profile type exif"])
def test_sixty_compressed_texts_of_64_mb(tmp_path: Path, key: bytes) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(63)), packer.flush()])
    texts = [(b"zTXt", (key % n if b"%" in key else key) + b"\0\0" + bomb) for n in range(60)]
    path = png_with(tmp_path / "a.png", *texts)
    photo = load_photo(path)
    kept = [chunk for chunk in photo.metadata.png_chunks if chunk[0] == b"zTXt"]
    assert kept == (texts if key.startswith(b"Comment") else [])


def scans(path: Path, count: int) -> Path:
    """A progressive JPEG whose last scan is begun so many times more, with nothing in it."""
    buffer = io.BytesIO()
    Image.fromarray(picture(640, 640)).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data.rindex(b"\xff\xda")
    (size,) = struct.unpack_from(">H", data, last + 2)
    path.write_bytes(data[:-2] + data[last : last + 2 + size] * count + data[-2:])
    return path


def test_ten_thousand_empty_scans(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhotoError, match="more scans than any program makes"):
        load_photo(scans(tmp_path / "a.jpg", 10_000))
    assert load_photo(scans(tmp_path / "a.jpg", 50)).width == 640


@pytest.mark.parametrize("where", ["before the picture", "within it"])
def test_a_million_empty_segments(tmp_path: Path, where: str) -> None:
    data = save(picture(), tmp_path / "a.jpg").read_bytes()
    at = 2 if where == "before the picture" else len(data) - 2
    (tmp_path / "a.jpg").write_bytes(data[:at] + b"\xff\xfe\0\2" * 1_000_000 + data[at:])
    with pytest.raises(UnreadablePhotoError):
        load_photo(tmp_path / "a.jpg")


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a16.png", "a.webp", "a.bmp"])
def test_a_small_file_that_claims_more_pixels_than_fit_into_memory(tmp_path: Path, name: str) -> None:
    """46 KB took 6.2 GB, a 16-bit PNG with transparency 10 GB."""
    path = tmp_path / name
    side = 16383 if name == "a.webp" else 20000
    if name == "a16.png":
        head = struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0)
        path.write_bytes(png_of([(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]))
    else:
        data = bytearray(save(picture(16, 16), path).read_bytes())
        if name == "a.jpg":
            struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, side, side)
        elif name == "a.png":
            data = bytearray(
                png_of([(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), *png_chunks(bytes(data))[1:]])
            )
        elif name == "a.bmp":
            struct.pack_into("<ii", data, 18, side, side)
        else:
            struct.pack_into("<HH", data, 26, side, side)
        path.write_bytes(data)
    with pytest.raises(PhotoTooLargeError) as caught:
        load_photo(path)
    assert caught.value.what.code == "photo-needs-memory"
    assert f"({side} x {side} pixels) needs" in str(caught.value)


def test_a_small_tiff_that_claims_many_pixels_is_refused_for_what_it_lacks(tmp_path: Path) -> None:
    path = save(picture(16, 16), tmp_path / "a.tif")
    data = bytearray(path.read_bytes())
    for tag in (256, 257):
        struct.pack_into("<I", data, data.index(struct.pack("<HHI", tag, 4, 1)) + 8, 20000)
    path.write_bytes(data)
    with pytest.raises(UnreadablePhotoError, match="ends early"):
        load_photo(path)


def test_a_tiff_whose_fields_all_claim_the_whole_file(tmp_path: Path) -> None:
    path = save(picture(), tmp_path / "a.tif")
    data = path.read_bytes()
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    entries = [data[first + 2 + 12 * i : first + 14 + 12 * i] for i in range(count)]
    size = 30_000_000
    entries += [struct.pack("<HHII", 60_000 + n, 7, size, 8) for n in range(3000)]
    at = len(data) + size
    table = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    path.write_bytes(data[:4] + struct.pack("<I", at) + data[8:] + bytes(size) + table)
    with pytest.raises(UnreadablePhotoError):
        load_photo(path)


def test_a_large_photo_is_twice_in_memory_while_it_is_read_and_no_more(tmp_path: Path) -> None:
    """A genuine photo of 399 million pixels took 7.4 GB: it was four times in memory before anything was done to it."""
    import resource  # noqa: PLC0415  -- not on Windows

    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((5000, 8000, 3), np.uint8)).save(path, compress_level=1)
    load_photo(save(picture(), tmp_path / "small.png"))
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + 5000 * 8000 * 3 * 3, hard))
    try:
        assert memory.available_bytes() <= 5000 * 8000 * 3 * 3
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(memory, "available_bytes", lambda: 1 << 40)
            assert load_photo(path).width == 8000
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_a_tiff_that_states_millions_of_rows_more_than_it_has(tmp_path: Path) -> None:
    """15 KB were read as 257 million pixels, nearly all of them missing, and took two minutes to save."""
    path = save(picture(64, 80), tmp_path / "a.tif")
    data = bytearray(path.read_bytes())
    at = data.index(struct.pack("<HHI", 257, 4, 1))
    struct.pack_into("<I", data, at + 8, 3_211_328)
    path.write_bytes(data)
    with pytest.raises(UnreadablePhotoError, match="the file ends early"):
        load_photo(path)
