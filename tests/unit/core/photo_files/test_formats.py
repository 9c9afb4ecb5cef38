"""Pixels in, pixels out: every kind of file that can be read, and what a round trip keeps."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.core.photo_files.registry import is_supported
from gpen_desktop.errors import UnreadablePhotoError
from tests.unit.core.made_files import (
    assert_same_picture,
    cmyk_profile,
    photo_of,
    picture,
    png_chunks,
    png_of,
    save,
)

LOSSLESS_16 = ["png", "tiff"]
LOSSLESS_8 = ["png", "tiff", "bmp", "webp"]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(("format", "bits"), [(f, 8) for f in LOSSLESS_8] + [(f, 16) for f in LOSSLESS_16])
def test_lossless_formats_keep_every_sample(tmp_path: Path, format: str, bits: int, channels: int) -> None:
    kind = {"webp": "WEBP"}.get(format, "PNG")
    samples = picture(channels=channels, bits=bits)
    if channels in (2, 4):
        samples[:7, :, -1] = 0  # colours under what is wholly transparent are kept too
    photo = photo_of(samples, format=kind, lossless=format == "webp")
    saved = save_photo(photo, tmp_path / "a", format="keep" if format == "webp" else format)
    again = load_photo(saved.path)
    assert_same_picture(photo, again)
    assert again.warnings == ()
    # A WebP always has colours, a BMP cannot be grey and transparent.
    keeps_grey = channels == 1 or (channels == 2 and format != "bmp")
    assert again.source.grey == (keeps_grey and format != "webp")


@pytest.mark.parametrize("bits", [8, 16])
def test_other_readers_see_the_same_tiff(tmp_path: Path, bits: int) -> None:
    samples = picture(700, 600, 4, bits)  # several strips
    saved = save_photo(photo_of(samples), tmp_path / "a", format="tiff")
    np.testing.assert_array_equal(tifffile.imread(saved.path), samples)
    if bits == 8:
        np.testing.assert_array_equal(np.asarray(Image.open(saved.path)), samples)


@pytest.mark.parametrize("format", LOSSLESS_8)
def test_what_is_loaded_and_saved_to_png_is_loaded_alike(tmp_path: Path, format: str) -> None:
    path = save(picture(), tmp_path / f"a.{format}", **({"lossless": True} if format == "webp" else {}))
    photo = load_photo(path)
    assert_same_picture(photo, load_photo(save_photo(photo, tmp_path / "b", format="png").path))


def test_a_photo_is_frozen_contiguous_and_tells_its_source(tmp_path: Path) -> None:
    photo = load_photo(save(picture(), tmp_path / "a.png"))
    assert photo.pixels.flags.c_contiguous
    assert not photo.pixels.flags.writeable
    assert photo.path == tmp_path / "a.png"
    assert photo.source.format == "PNG"
    np.testing.assert_array_equal(photo.pixels, picture())


@pytest.mark.parametrize("name", ["爷爷 和 奶奶.jpg", "two  spaces .png", "Ünï‘cödé.webp", "#100%.tif", "ночь.bmp"])
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "家庭 相册"
    folder.mkdir()
    photo = load_photo(save(picture(), folder / name))
    saved = save_photo(photo, folder / f"new {name}")
    assert saved.path == folder / f"new {name}"
    assert load_photo(saved.path).pixels.shape == (24, 37, 3)


def test_names_tell_which_files_to_look_at() -> None:
    assert is_supported(Path("a.JPG"))
    assert is_supported(Path("a.tif"))
    assert not is_supported(Path("a.gif"))
    assert not is_supported(Path("jpg"))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.bmp"])
def test_grey_stays_grey(tmp_path: Path, name: str) -> None:
    photo = load_photo(save(picture(channels=1), tmp_path / name))
    assert photo.source.grey
    assert photo.pixels.shape == (24, 37, 3)
    with Image.open(save_photo(photo, tmp_path / f"new {name}").path) as image:
        assert image.mode == "L"


def test_a_grey_photo_with_tinted_pixels_is_stored_as_its_luminance(tmp_path: Path) -> None:
    photo = load_photo(save(picture(channels=1), tmp_path / "a.png"))
    tinted = photo.pixels.copy()
    tinted[3, 4] = (200, 100, 50)
    saved = save_photo(replace(photo, pixels=tinted), tmp_path / "b.png")
    with Image.open(saved.path) as image:
        assert image.mode == "L"
        assert image.getpixel((4, 3)) == round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
        assert image.getpixel((5, 3)) == photo.pixels[3, 5, 0]


def test_a_grey_photo_that_got_colours_is_stored_with_them_when_its_source_says_so(tmp_path: Path) -> None:
    photo = load_photo(save(picture(channels=1), tmp_path / "a.jpg"))
    coloured = replace(photo, pixels=picture(), source=replace(photo.source, grey=False))
    with Image.open(save_photo(coloured, tmp_path / "b.jpg").path) as image:
        assert image.mode == "RGB"


def test_one_bit_pictures(tmp_path: Path) -> None:
    bits = picture(channels=1)[..., 0] > 128
    for name in ("a.png", "a.tif", "a.bmp"):
        Image.fromarray(bits).save(tmp_path / name)
        photo = load_photo(tmp_path / name)
        np.testing.assert_array_equal(photo.pixels[..., 1], np.where(bits, 255, 0))
        assert photo.source.grey


def test_palette_with_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (4, 3), 1)
    image.putpalette([255, 0, 0, 0, 200, 10, 3, 4, 5])
    image.putpixel((0, 0), 0)
    image.putpixel((1, 0), 2)
    image.save(tmp_path / "a.png", transparency=bytes([0, 128, 255]))
    photo = load_photo(tmp_path / "a.png")
    assert photo.pixels[0, :3].tolist() == [[255, 0, 0], [3, 4, 5], [0, 200, 10]]
    assert photo.alpha is not None
    assert photo.alpha[0, :3].tolist() == [0, 255, 128]
    assert not photo.source.grey


def test_a_palette_of_greys_is_grey(tmp_path: Path) -> None:
    image = Image.new("P", (4, 3), 1)
    image.putpalette([9, 9, 9, 70, 70, 70])
    image.save(tmp_path / "a.png")
    photo = load_photo(tmp_path / "a.png")
    assert photo.source.grey
    assert photo.pixels[0, 0].tolist() == [70, 70, 70]


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_one_transparent_colour_in_a_png(tmp_path: Path, mode: str) -> None:
    image = Image.new(mode, (4, 3), 7 if mode == "L" else (7, 8, 9))
    image.putpixel((2, 1), 200 if mode == "L" else (200, 8, 9))
    image.save(tmp_path / "a.png", transparency=7 if mode == "L" else (7, 8, 9))
    photo = load_photo(tmp_path / "a.png")
    assert photo.alpha is not None
    assert photo.alpha.sum() == 255
    assert photo.alpha[1, 2] == 255
    assert photo.source.grey == (mode == "L")


@pytest.mark.parametrize("channels", [1, 3])
def test_one_transparent_colour_in_a_16_bit_png(tmp_path: Path, channels: int) -> None:
    samples = picture(channels=channels, bits=16)
    saved = save_photo(photo_of(samples), tmp_path / "a.png")
    chunks = png_chunks(saved.path.read_bytes())
    key = struct.pack(f">{channels}H", *samples[3, 4])
    saved.path.write_bytes(png_of([chunks[0], (b"tRNS", key), *chunks[1:]]))
    photo = load_photo(saved.path)
    assert photo.alpha is not None
    np.testing.assert_array_equal(photo.alpha == 0, (samples == samples[3, 4]).all(axis=2))
    np.testing.assert_array_equal(photo.pixels, photo_of(samples).pixels)


def test_16_bit_pngs_of_every_colour_type(tmp_path: Path) -> None:
    """Against a PNG put together by hand, so that our writer does not vouch for our reader."""
    for channels, colour_type in ((1, 0), (2, 4), (3, 2), (4, 6)):
        samples = picture(channels=channels, bits=16)
        rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
        header = struct.pack(">IIBBBBB", 37, 24, 16, colour_type, 0, 0, 0)
        chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
        (tmp_path / "a.png").write_bytes(png_of(chunks))
        assert_same_picture(load_photo(tmp_path / "a.png"), photo_of(samples))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byteorder": ">"},
        {"planarconfig": "separate"},
        {"tile": (16, 16)},
        {"tile": (16, 16), "planarconfig": "separate"},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True},
        {"bigtiff": True},
        {"rowsperstrip": 5},
    ],
    ids=str,
)
@pytest.mark.parametrize("bits", [8, 16])
def test_tiffs_however_their_pixels_lie(tmp_path: Path, bits: int, options: dict[str, Any]) -> None:
    samples = picture(48, 50, 3, bits)
    stored = np.moveaxis(samples, 2, 0) if options.get("planarconfig") == "separate" else samples
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", metadata=None, **options)
    photo = load_photo(tmp_path / "a.tif")
    np.testing.assert_array_equal(photo.pixels, samples)
    assert photo.warnings == ()


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("bits", [8, 16])
def test_grey_tiffs(tmp_path: Path, bits: int, photometric: str) -> None:
    samples = picture(channels=1, bits=bits)
    tifffile.imwrite(tmp_path / "a.tif", samples[..., 0], photometric=photometric, metadata=None)
    photo = load_photo(tmp_path / "a.tif")
    expected = samples[..., 0] if photometric == "minisblack" else (2**bits - 1) - samples[..., 0]
    np.testing.assert_array_equal(photo.pixels[..., 2], expected)
    assert photo.source.grey


def test_premultiplied_alpha_in_a_16_bit_tiff(tmp_path: Path) -> None:
    samples = np.array([[[10000, 20000, 30000, 40000], [5, 5, 5, 0], [1, 2, 3, 65535]]], dtype=np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="rgb", extrasamples=["assocalpha"])
    photo = load_photo(tmp_path / "a.tif")
    expected = [[round(v * 65535 / 40000) for v in (10000, 20000, 30000)], None, [1, 2, 3]]
    assert photo.pixels[0, 0].tolist() == expected[0]
    assert photo.pixels[0, 2].tolist() == expected[2]
    assert photo.alpha is not None
    assert photo.alpha[0].tolist() == [40000, 0, 65535]


def test_compressed_16_bit_tiffs_of_other_programs(tmp_path: Path) -> None:
    """LZW as libtiff writes it, through OpenCV."""
    samples = picture(bits=16)
    _, data = cv2.imencode(".tif", samples[..., ::-1], [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    (tmp_path / "a.tif").write_bytes(data.tobytes())
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").pixels, samples)


def test_twelve_bit_tiffs_span_the_whole_range(tmp_path: Path) -> None:
    packed = bytes([0xFF, 0xF0, 0x00, 0x80, 0x00, 0x01])  # 4095, 0, 2048, 1
    entries = [(256, 3, 4), (257, 3, 1), (258, 3, 12), (259, 3, 1), (262, 3, 1), (273, 4, 200), (277, 3, 1)]
    entries += [(278, 3, 1), (279, 4, 6)]
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", t, k, 1, v) for t, k, v in entries)
    (tmp_path / "a.tif").write_bytes((b"II*\0\x08\0\0\0" + table).ljust(200, b"\0") + packed)
    assert load_photo(tmp_path / "a.tif").pixels[0, :, 0].tolist() == [65535, 0, round(2048 / 4095 * 65535), 16]


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_cmyk_through_its_profile_becomes_srgb(tmp_path: Path, name: str) -> None:
    image = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    options: dict[str, Any] = {"quality": 95} if name == "a.jpg" else {}
    image.save(tmp_path / name, icc_profile=cmyk_profile(), **options)
    photo = load_photo(tmp_path / name)
    red, green, blue = (int(value) for value in photo.pixels[8, 8])
    assert green > 180, "the profile's green, not the cyan that a naive formula gives"
    assert red < 150
    assert blue < 150
    assert photo.metadata.icc == b""
    assert any(warning.code == "cmyk-converted" for warning in photo.warnings)
    with Image.open(save_photo(photo, tmp_path / f"new {name}").path) as saved:
        assert saved.mode == "RGB"
        assert "icc_profile" not in saved.info


def test_cmyk_without_a_profile(tmp_path: Path) -> None:
    Image.new("CMYK", (16, 16), (255, 0, 0, 0)).save(tmp_path / "a.jpg", quality=95)
    photo = load_photo(tmp_path / "a.jpg")
    assert np.abs(photo.pixels[8, 8].astype(int) - [0, 255, 255]).max() < 6
    assert photo.warnings[0].code == "cmyk-without-profile"


def test_16_bit_cmyk_is_read_at_8_bits_and_says_so(tmp_path: Path) -> None:
    samples = np.full((4, 5, 4), 0, dtype=np.uint16)
    samples[..., 1] = 65535
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="separated")
    photo = load_photo(tmp_path / "a.tif")
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels[0, 0].tolist() == [255, 0, 255]
    assert any(warning.code == "read-as-8-bits" for warning in photo.warnings)


def test_lab_tiff(tmp_path: Path) -> None:
    lab = np.zeros((4, 5, 3), dtype=np.uint8)
    lab[..., 0] = 136  # L* 53.3
    lab[..., 1], lab[..., 2] = 80, 67  # a*, b*, signed: sRGB's red
    tifffile.imwrite(tmp_path / "a.tif", lab, photometric="cielab")
    photo = load_photo(tmp_path / "a.tif")
    assert np.abs(photo.pixels[0, 0].astype(int) - [255, 0, 0]).max() < 12
    assert any(warning.code == "lab-converted" for warning in photo.warnings)


@pytest.mark.parametrize(
    ("dtype", "word"), [(np.float32, "floating-point"), (np.uint32, "8 or 16 bits"), (np.int16, "8 or 16 bits")]
)
def test_tiffs_of_other_numbers_are_refused_with_a_clear_word(tmp_path: Path, dtype: type, word: str) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.ones((4, 5, 3), dtype=dtype), photometric="rgb")
    with pytest.raises(UnreadablePhotoError, match=word):
        load_photo(tmp_path / "a.tif")


def test_of_several_pictures_the_first_is_read_and_that_is_said(tmp_path: Path) -> None:
    first, second = Image.fromarray(picture()), Image.fromarray(picture(seed=1))
    for name in ("a.png", "a.webp"):
        first.save(tmp_path / name, save_all=True, append_images=[second], lossless=True)  # as a PNG always is
        photo = load_photo(tmp_path / name)
        np.testing.assert_array_equal(photo.pixels, picture())
        assert any(warning.code == "first-picture-only" for warning in photo.warnings)
    first.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[second])
    assert any(warning.code == "first-picture-only" for warning in load_photo(tmp_path / "a.jpg").warnings)
