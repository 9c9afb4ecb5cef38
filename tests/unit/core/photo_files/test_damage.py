"""Files that are damaged, or lie about what they are."""

from __future__ import annotations

import struct
import threading
import tracemalloc
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageFile

from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.errors import PhotoTooLargeError, UnreadablePhotoError
from tests.unit.core.made_files import cmyk_profile, jpeg_with_exif, picture, png_chunks, png_of, save, srgb

ENDINGS = ["jpg", "png", "tif", "webp", "bmp"]


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending != "jpg"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_truncated_file_ends_early(tmp_path: Path, ending: str, part: float) -> None:
    path = save(picture(64, 64), tmp_path / f"Scan_031.{ending}")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(UnreadablePhotoError) as caught:
        load_photo(path)
    assert str(caught.value) == f"Could not read Scan_031.{ending}: the file ends early."
    assert caught.value.path == path


@pytest.mark.parametrize("progressive", [False, True])
def test_a_truncated_jpeg_is_read_as_far_as_it_goes_and_says_so(tmp_path: Path, progressive: bool) -> None:
    path = save(picture(160, 120), tmp_path / "Scan_031.jpg", progressive=progressive)
    whole, data = load_photo(path), path.read_bytes()
    path.write_bytes(data[: int(len(data) * 0.6)])
    photo = load_photo(path)
    assert photo.pixels.shape == whole.pixels.shape
    assert [warning.code for warning in photo.warnings] == ["picture-data-missing"]
    assert progressive or np.array_equal(photo.pixels[:40], whole.pixels[:40])
    path.write_bytes(data[: data.index(b"\xff\xda") + 14])
    with pytest.raises(UnreadablePhotoError, match=r"Could not read Scan_031.jpg: the file ends early"):
        load_photo(path)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_truncated_16_bit_files_end_early(tmp_path: Path, name: str) -> None:
    samples = picture(64, 64, bits=16)
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="rgb")
    if name == "a.png":
        save_photo(load_photo(tmp_path / "a.tif"), tmp_path / "a.png", format="png")
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(UnreadablePhotoError, match=f"Could not read {name}: the file ends early"):
        load_photo(path)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_png_whose_pixels_stop_in_whole_chunks(tmp_path: Path, bits: int) -> None:
    rows = b"".join(b"\0" + row.astype(">u2" if bits == 16 else "u1").tobytes() for row in picture(64, 64, bits=bits))
    header = struct.pack(">IIBBBBB", 64, 64, bits, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)[:3000]), (b"IEND", b"")]
    (tmp_path / "a.png").write_bytes(png_of(chunks))
    with pytest.raises(UnreadablePhotoError, match=r"Could not read a.png"):
        load_photo(tmp_path / "a.png")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("seed", range(12))
def test_spoilt_bytes_are_refused_or_read_but_never_crash(tmp_path: Path, ending: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    data = bytearray(save(picture(), tmp_path / f"a.{ending}", exif=Image.Exif()).read_bytes())
    reach = len(data) if seed % 2 else min(len(data), 200)
    for at in random.integers(4, reach, 8):
        data[at] = random.integers(256)
    (tmp_path / f"b.{ending}").write_bytes(data)
    try:
        photo = load_photo(tmp_path / f"b.{ending}")
    except (UnreadablePhotoError, PhotoTooLargeError):
        return  # any other exception fails the test
    assert photo.pixels.shape[2] == 3


def test_every_length_of_a_small_file_is_refused_cleanly(tmp_path: Path) -> None:
    for ending in ENDINGS:
        data = save(picture(4, 5), tmp_path / f"a.{ending}").read_bytes()
        for length in range(min(len(data) - 40, 400)):
            (tmp_path / f"b.{ending}").write_bytes(data[:length])
            with pytest.raises(UnreadablePhotoError, match=f"Could not read b.{ending}: "):
                load_photo(tmp_path / f"b.{ending}")


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_empty_file(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a.{ending}").touch()
    with pytest.raises(UnreadablePhotoError, match="the file is empty"):
        load_photo(tmp_path / f"a.{ending}")


def test_a_text_with_a_photo_s_name(tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_text("Dear aunt Ida, thank you for the photos.", encoding="utf-8")
    with pytest.raises(UnreadablePhotoError, match=r"Could not read letter.jpg: it is not a photo"):
        load_photo(tmp_path / "letter.jpg")


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"GIF89a", "a GIF"),
        (b"%PDF-1.7", "a PDF"),
        (b"8BPS\0\1", "a Photoshop"),
    ],
)
def test_a_known_kind_that_is_not_supported_is_named(tmp_path: Path, start: bytes, name: str) -> None:
    (tmp_path / "a.jpg").write_bytes(start + bytes(100))
    with pytest.raises(UnreadablePhotoError, match=f"it is {name}"):
        load_photo(tmp_path / "a.jpg")


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "album.jpg").mkdir()
    with pytest.raises(UnreadablePhotoError, match=r"Could not read album.jpg: it is a folder"):
        load_photo(tmp_path / "album.jpg")
    with pytest.raises(UnreadablePhotoError, match=r"Could not read gone.jpg: there is no such file"):
        load_photo(str(tmp_path / "gone.jpg"))
    with pytest.raises(UnreadablePhotoError, match="there is no such file"):
        load_photo("a\0b.jpg")


@pytest.mark.parametrize("stored", ENDINGS)
def test_a_wrong_ending_does_not_matter_but_is_said(tmp_path: Path, stored: str) -> None:
    named = "png" if stored != "png" else "jpg"
    data = save(picture(), tmp_path / f"a.{stored}").read_bytes()
    (tmp_path / f"b.{named}").write_bytes(data)
    photo = load_photo(tmp_path / f"b.{named}")
    assert photo.pixels.shape == (24, 37, 3)
    assert len(photo.warnings) == 1
    assert f"b.{named}" in str(photo.warnings[0])
    assert photo.source.format == {"jpg": "JPEG", "tif": "TIFF"}.get(stored, stored.upper())


def huge(ending: str, width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of that size."""
    if ending == "png":
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        return png_of([(b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")])
    if ending == "bmp":
        return (
            b"BM" + struct.pack("<IIIIiiHHIIiiII", 1000, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(99)
        )
    if ending == "webp":
        sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sizes
        return b"RIFF" + struct.pack("<I", len(body)) + body
    if ending == "jpg":
        frame = struct.pack(">BHHB", 8, height, width, 3) + bytes([1, 17, 0, 2, 17, 0, 3, 17, 0])
        scan = b"\xff\xda" + struct.pack(">H", 12) + bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])
        return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + scan + bytes(50)
    entries = [(256, width), (257, height), (258, 8), (259, 1), (262, 2), (273, 8), (277, 3), (278, 1), (279, 1)]
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + table + bytes(50)


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending != "tif"])
def test_a_header_of_50000_by_50000_takes_no_memory(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a.{ending}").write_bytes(huge(ending, 50_000, 50_000))
    tracemalloc.start()
    try:
        with pytest.raises(PhotoTooLargeError, match="50000 x 50000") as caught:
            load_photo(tmp_path / f"a.{ending}")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert "400 million pixels" in str(caught.value)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_picture_without_a_size_is_damaged(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a.{ending}").write_bytes(huge(ending, 0 if ending != "webp" else 1, 0 if ending != "webp" else 1))
    with pytest.raises(UnreadablePhotoError, match=r"damaged|early"):
        load_photo(tmp_path / f"a.{ending}")


def test_large_photos_within_the_bound_raise_no_alarm(tmp_path: Path) -> None:
    """Pillow alone would warn above 89 million pixels and refuse above 179 million."""
    Image.new("1", (20_000, 9_500)).save(tmp_path / "a.png")
    assert load_photo(tmp_path / "a.png").pixels.shape == (9_500, 20_000, 3)
    assert Image.MAX_IMAGE_PIXELS == 89478485, "other users of Pillow keep its bound"


def test_photos_are_decoded_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One waited for the other; both without Pillow's alarms, and these are back when both are done."""
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    both, decoding = threading.Barrier(2, timeout=10), ImageFile.ImageFile.load

    def load(image: ImageFile.ImageFile) -> object:
        both.wait()
        warnings.warn("pixels are missing", stacklevel=1)
        return decoding(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    filters = list(warnings.filters)
    with ThreadPoolExecutor(2) as threads:
        photos = list(threads.map(load_photo, [tmp_path / "a.png"] * 2))
    assert [photo.pixels.shape for photo in photos] == [(8, 8, 3)] * 2
    assert (Image.MAX_IMAGE_PIXELS, warnings.filters) == (89478485, filters)


EXIF_LIES = {
    "no header": b"garbage that is no TIFF structure",
    "empty": b"",
    "points outside": b"II*\0\xff\xff\xff\x7f" + bytes(20),
    "endless directory": b"II*\0\x08\0\0\0\xff\xff" + bytes(40),
    "header only": b"MM\0*\0\0\0\x08",
    "directory of itself": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8),
    "value outside": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x10F, 2, 500, 9999) + bytes(4),
    "bigtiff": b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 0) + bytes(8),
}


@pytest.mark.parametrize("lie", EXIF_LIES, ids=str)
def test_lying_exif_does_not_keep_a_photo_from_being_read_and_saved(tmp_path: Path, lie: str) -> None:
    path = jpeg_with_exif(tmp_path / "a.jpg", EXIF_LIES[lie])
    photo = load_photo(path)
    assert photo.pixels.shape == (24, 37, 3)
    if lie not in ("empty", "directory of itself"):
        assert any("EXIF" in str(warning) for warning in photo.warnings)
    for format in ("jpeg", "png", "tiff", "webp"):
        saved = save_photo(photo, tmp_path / "out", format=format)
        assert load_photo(saved.path).pixels.shape == (24, 37, 3)
        with Image.open(saved.path) as image:
            assert image.getexif()[0x131].startswith("GPEN Desktop")


def test_the_sound_part_of_damaged_exif_is_kept(tmp_path: Path) -> None:
    entries = struct.pack("<HHII", 0x10F, 2, 500, 9999) + struct.pack("<HHI4s", 0x13B, 2, 4, b"Ida\0")
    path = jpeg_with_exif(tmp_path / "a.jpg", b"II*\0\x08\0\0\0\x02\0" + entries + bytes(4))
    photo = load_photo(path)
    assert [warning.code for warning in photo.warnings] == ["exif-partly-damaged"]
    with Image.open(save_photo(photo, tmp_path / "b.tif", format="tiff").path) as image:
        assert image.getexif()[0x13B] == "Ida"


@pytest.mark.parametrize("profile", [b"not a profile", bytes(500), srgb()[:200], b"acsp" * 100], ids=len)
@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
def test_a_profile_that_is_none_is_dropped(tmp_path: Path, ending: str, profile: bytes) -> None:
    photo = load_photo(save(picture(), tmp_path / f"a.{ending}", icc_profile=profile))
    assert photo.metadata.icc == b""
    assert [warning.code for warning in photo.warnings] == ["profile-damaged"]


def test_a_profile_of_other_colours_is_dropped(tmp_path: Path) -> None:
    photo = load_photo(save(picture(), tmp_path / "a.jpg", icc_profile=cmyk_profile()))
    assert photo.metadata.icc == b""
    assert [warning.code for warning in photo.warnings] == ["profile-mismatch"]


def test_damaged_metadata_of_a_png_is_left_out(tmp_path: Path) -> None:
    save(picture(), tmp_path / "a.png", icc_profile=srgb())
    data = (tmp_path / "a.png").read_bytes()
    at = data.index(b"iCCP") + 40
    (tmp_path / "b.png").write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    photo = load_photo(tmp_path / "b.png")
    np.testing.assert_array_equal(photo.pixels, picture())
    assert [warning.code for warning in photo.warnings] == ["png-metadata-damaged"]


def test_a_compression_bomb_in_a_profile_is_not_inflated(tmp_path: Path) -> None:
    save(picture(), tmp_path / "a.png")
    bomb = zlib.compress(bytes(400_000_000), 1)
    chunks = png_chunks((tmp_path / "a.png").read_bytes())
    (tmp_path / "b.png").write_bytes(png_of([chunks[0], (b"iCCP", b"x\0\0" + bomb), *chunks[1:]]))
    tracemalloc.start()
    try:
        photo = load_photo(tmp_path / "b.png")
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()
    assert photo.metadata.icc == b""
    assert "damaged" in str(photo.warnings[0])


def test_no_decoder_s_warning_leaks(tmp_path: Path) -> None:
    """A TIFF at which Pillow warns (pytest makes every warning an error): too many values for one field."""
    tifffile.imwrite(tmp_path / "a.tif", picture(), photometric="rgb", metadata=None)
    data = bytearray((tmp_path / "a.tif").read_bytes())
    at = data.index(struct.pack("<HH", 284, 3))  # planar configuration
    data[at + 4 : at + 8] = struct.pack("<I", 2)
    (tmp_path / "a.tif").write_bytes(data)
    with pytest.warns(UserWarning, match="Metadata Warning"), Image.open(tmp_path / "a.tif") as image:
        image.load()
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").pixels, picture())
