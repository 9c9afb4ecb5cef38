"""Photos turned by a person: in memory, and in the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core.photo_files.formats import jpeg
from gpen_desktop.core.photo_files.load_save import copy_photo, is_marked, load_photo
from gpen_desktop.core.photo_files.turning import turned, turned_points
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import Photo, frozen


def picture(height: int = 40, width: int = 64) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


def coded(data: bytes) -> bytes:
    return data[jpeg._segments(data)[1] :]


def test_points_go_where_their_pixels_go() -> None:
    pixels = np.zeros((5, 8, 3), np.uint8)
    pixels[1, 6] = 255
    photo = Photo(frozen(pixels), SourceFormat("PNG"))
    for quarters in range(5):
        ((x, y),) = turned_points(np.array([[6.0, 1.0]]), (8, 5), quarters)
        assert turned(photo, quarters).pixels[int(y), int(x), 0] == 255
        assert turned(photo, quarters).quarters == quarters % 4
    assert turned(photo, 4) is photo
    assert np.array_equal(turned(turned(photo, 1), 3).pixels, pixels)


@pytest.mark.parametrize("stored", [None, 1, 3, 6, 8])
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_jpeg_is_turned_without_touching_a_coded_pixel(tmp_path: Path, stored: int | None, quarters: int) -> None:
    exif = Image.Exif()
    if stored is not None:
        exif[0x112] = stored
        exif[0x10F] = "A camera"
    Image.fromarray(picture()).save(tmp_path / "a.jpg", exif=exif.tobytes() if stored else b"")
    photo = load_photo(tmp_path / "a.jpg")
    saved = copy_photo(turned(photo, quarters), tmp_path / "b.jpg")
    assert coded(saved.path.read_bytes()) == coded((tmp_path / "a.jpg").read_bytes())
    again = load_photo(saved.path)
    assert np.array_equal(again.pixels, np.rot90(photo.pixels, -quarters))
    assert is_marked(saved.path)
    with Image.open(saved.path) as image:
        assert image.getexif().get(0x10F) == ("A camera" if stored else None)


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_other_formats_are_stored_anew(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(picture()).save(tmp_path / f"a.{suffix}", lossless=True)
    photo = load_photo(tmp_path / f"a.{suffix}")
    saved = copy_photo(turned(photo, 1), tmp_path / f"b.{suffix}")
    assert np.array_equal(load_photo(saved.path).pixels, np.rot90(photo.pixels, -1))
