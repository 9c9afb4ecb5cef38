"""What each kind of file that is written keeps, and what it gives up with a word."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from tests.unit.core.made_files import (
    grey_profile,
    photo_of,
    picture,
    save,
)


def test_16_bits_become_8_where_they_must_and_that_is_said(tmp_path: Path) -> None:
    samples = picture(bits=16)
    for format in ("jpeg", "webp", "bmp"):
        saved = save_photo(photo_of(samples), tmp_path / "a", format=format)
        assert any(warning.code == "stored-as-8-bits" for warning in saved.warnings)
    np.testing.assert_array_equal(load_photo(tmp_path / "a.bmp").pixels, np.round(samples / 257).astype(np.uint8))


@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_goes_onto_white_in_a_jpeg(tmp_path: Path, channels: int) -> None:
    samples = np.full((16, 32, channels), 0, dtype=np.uint8)
    samples[:, 16:, -1] = 255
    saved = save_photo(photo_of(samples), tmp_path / "a", format="jpeg")
    again = load_photo(saved.path)
    assert again.pixels[8, 4].tolist() == [255, 255, 255]
    assert again.pixels[8, 28].tolist() == [0, 0, 0]
    assert again.source.grey == (channels == 2)
    assert any(warning.code == "transparency-onto-white" for warning in saved.warnings)


def test_alpha_that_hides_nothing_needs_no_word(tmp_path: Path) -> None:
    samples = picture(channels=4)
    samples[..., 3] = 255
    assert save_photo(photo_of(samples), tmp_path / "a", format="jpeg").warnings == ()


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_jpeg_is_stored_with_its_own_tables_and_sampling(tmp_path: Path, subsampling: int) -> None:
    save(picture(64, 64), tmp_path / "a.jpg", quality=71, subsampling=subsampling)
    save_photo(load_photo(tmp_path / "a.jpg"), tmp_path / "b.jpg")
    with Image.open(tmp_path / "a.jpg") as before, Image.open(tmp_path / "b.jpg") as after:
        assert isinstance(before, JpegImagePlugin.JpegImageFile)
        assert isinstance(after, JpegImagePlugin.JpegImageFile)
        assert after.quantization == before.quantization
        assert JpegImagePlugin.get_sampling(after) == subsampling


def test_quality_asked_for_wins(tmp_path: Path) -> None:
    save(picture(64, 64), tmp_path / "a.jpg", quality=95)
    photo = load_photo(tmp_path / "a.jpg")
    sizes = [
        save_photo(photo, tmp_path / f"q{quality}.jpg", quality=quality).path.stat().st_size
        for quality in (10, 50, 100)
    ]
    assert sizes[0] < sizes[1] < sizes[2]


def test_a_jpeg_of_something_else_is_of_high_quality(tmp_path: Path) -> None:
    photo = load_photo(save(picture(64, 64), tmp_path / "a.png"))
    saved = save_photo(photo, tmp_path / "b", format="jpeg")
    reference = io.BytesIO()
    Image.fromarray(picture(64, 64)).save(reference, "JPEG", quality=95, subsampling=0)
    with Image.open(saved.path) as ours, Image.open(reference) as wanted:
        assert isinstance(ours, JpegImagePlugin.JpegImageFile)
        assert isinstance(wanted, JpegImagePlugin.JpegImageFile)
        assert ours.quantization == wanted.quantization
        assert JpegImagePlugin.get_sampling(ours) == 0


def test_a_lossy_webp_stays_one(tmp_path: Path) -> None:
    photo = load_photo(save(picture(64, 64), tmp_path / "a.webp", quality=60))
    assert not photo.source.lossless
    saved = save_photo(photo, tmp_path / "b.webp")
    assert not load_photo(saved.path).source.lossless


def test_a_grey_profile_is_converted_where_the_file_has_colours(tmp_path: Path) -> None:
    save(picture(channels=1), tmp_path / "a.png", icc_profile=grey_profile(1.0))
    photo = load_photo(tmp_path / "a.png")
    assert photo.metadata.icc == grey_profile(1.0)
    webp = replace(photo, source=replace(photo.source, format="WEBP", lossless=True))
    saved = save_photo(webp, tmp_path / "b.webp")
    assert any(warning.code == "grey-profile-converted" for warning in saved.warnings)
    again = load_photo(saved.path)
    assert again.metadata.icc == b""
    linear = photo.pixels[..., 0] / 255
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(again.pixels[..., 1] - srgb * 255).max() <= 2


def test_the_same_photo_gives_the_same_bytes(tmp_path: Path) -> None:
    photo = load_photo(save(picture(), tmp_path / "a.jpg"))
    for format in ("keep", "png", "jpeg", "tiff", "webp", "bmp"):
        one = save_photo(photo, tmp_path / "one", format=format, overwrite=True)
        two = save_photo(photo, tmp_path / "two", format=format, overwrite=True)
        assert one.path.read_bytes() == two.path.read_bytes()


@pytest.mark.parametrize(
    ("given", "format", "named"),
    [("a.png", "jpeg", "a.jpg"), ("a.v2", "png", "a.v2.png"), ("a.JPEG", "jpeg", "a.JPEG"), ("a", "tiff", "a.tif")],
)
def test_the_ending_is_set_by_the_format(tmp_path: Path, given: str, format: str, named: str) -> None:
    assert save_photo(photo_of(picture()), tmp_path / given, format=format).path == tmp_path / named
