"""Photos stored turned or mirrored are read upright."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from tests.unit.core.made_files import (
    assert_same_picture,
    picture,
    save,
)

# How to make what is stored out of the upright picture, after the words of the Exif standard (row 0 is the visual …,
# column 0 is the visual …), as index arithmetic so that it shares nothing with the code under test.
STORED = {
    1: lambda u, h, w: [[u[y, x] for x in range(w)] for y in range(h)],
    2: lambda u, h, w: [[u[y, w - 1 - x] for x in range(w)] for y in range(h)],
    3: lambda u, h, w: [[u[h - 1 - y, w - 1 - x] for x in range(w)] for y in range(h)],
    4: lambda u, h, w: [[u[h - 1 - y, x] for x in range(w)] for y in range(h)],
    5: lambda u, h, w: [[u[x, y] for x in range(h)] for y in range(w)],
    6: lambda u, h, w: [[u[x, w - 1 - y] for x in range(h)] for y in range(w)],
    7: lambda u, h, w: [[u[h - 1 - x, w - 1 - y] for x in range(h)] for y in range(w)],
    8: lambda u, h, w: [[u[h - 1 - x, y] for x in range(h)] for y in range(w)],
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
def test_all_orientations_are_turned_upright_with_their_alpha(tmp_path: Path, name: str, orientation: int) -> None:
    upright = picture(11, 17, 4)
    stored = np.array(STORED[orientation](upright, 11, 17), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x112] = orientation
    save(stored, tmp_path / name, exif=exif, **({"lossless": True, "exact": True} if name.endswith("webp") else {}))
    photo = load_photo(tmp_path / name)
    np.testing.assert_array_equal(photo.pixels, upright[..., :3])
    np.testing.assert_array_equal(photo.alpha, upright[..., 3])
    saved = save_photo(photo, tmp_path / "out", format="keep")
    assert_same_picture(photo, load_photo(saved.path))
    with Image.open(saved.path) as image:
        assert image.getexif().get(0x112, 1) == 1
        assert image.size == (17, 11)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_16_bit_tiffs(tmp_path: Path, orientation: int) -> None:
    upright = picture(11, 17, 3, 16)
    stored = np.array(STORED[orientation](upright, 11, 17), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").pixels, upright)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("bits", [8, 16])
def test_orientation_that_only_the_xmp_of_a_tiff_states(tmp_path: Path, bits: int, orientation: int) -> None:
    upright = picture(11, 17, 3, bits)
    stored = np.array(STORED[orientation](upright, 11, 17), dtype=upright.dtype)
    xmp = b'<r xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/>' % orientation
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extratags=[(700, 1, len(xmp), xmp, True)])
    photo = load_photo(tmp_path / "a.tif")
    np.testing.assert_array_equal(photo.pixels, upright)
    assert_same_picture(photo, load_photo(save_photo(photo, tmp_path / "b.tif").path))


def test_a_tiff_that_states_its_orientation_twice_is_turned_once(tmp_path: Path) -> None:
    upright = picture(11, 17)
    stored = np.array(STORED[6](upright, 11, 17), dtype=np.uint8)
    tags = [(274, 3, 1, 6, True), (275, 3, 1, 3, True)]
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", byteorder="<", extratags=tags)
    data = (tmp_path / "a.tif").read_bytes()
    second = struct.pack("<HHI", 275, 3, 1)
    assert data.count(second) == 1
    (tmp_path / "a.tif").write_bytes(data.replace(second, struct.pack("<HHI", 274, 3, 1)))
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").pixels, upright)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_jpegs_and_that_nobody_turns_the_saved_one_again(tmp_path: Path, orientation: int) -> None:
    upright = np.kron(picture(2, 3, 3), np.ones((16, 16, 1), dtype=np.uint8))
    stored = np.array(STORED[orientation](upright, 32, 48), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x112] = orientation
    save(stored, tmp_path / "a.jpg", exif=exif, quality=100, subsampling=0)
    photo = load_photo(tmp_path / "a.jpg")
    assert np.abs(photo.pixels.astype(int) - upright).max() <= 4
    saved = save_photo(photo, tmp_path / "b.jpg")
    again = load_photo(saved.path)
    assert np.abs(again.pixels.astype(int) - upright).max() <= 6
