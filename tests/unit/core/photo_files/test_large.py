"""Large photos: worked on in strips, with the same result as in one piece."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core import memory, pixels
from gpen_desktop.core.photo_files.formats import jpeg_strips
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from tests.unit.core.made_files import photo_of, picture


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("sampling", [0, 1, 2])
@pytest.mark.parametrize("size", [(213, 320), (320, 213), (16, 700), (9, 9)])
def test_a_jpeg_in_strips_decodes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], sampling: int, channels: int
) -> None:
    samples = picture(*size, channels)
    source = tmp_path / "source.jpg"
    Image.fromarray(samples.squeeze()).save(
        source, quality=80, subsampling=sampling if channels == 3 else -1, dpi=(300, 300)
    )
    photo = load_photo(source)
    save_photo(photo, tmp_path / "whole.jpg")
    monkeypatch.setattr(memory, "LARGE", 10)
    monkeypatch.setattr(jpeg_strips, "_LONGEST_INTERVAL", 100)
    save_photo(photo, tmp_path / "strips.jpg")
    whole, strips = ((tmp_path / f"{name}.jpg").read_bytes() for name in ("whole", "strips"))
    assert whole != strips
    assert len(strips) < len(whole) * 1.05 + 100
    np.testing.assert_array_equal(decoded(strips), decoded(whole))
    again = load_photo(tmp_path / "strips.jpg")
    assert again.warnings == ()
    assert again.metadata.dpi == (300, 300)
    np.testing.assert_array_equal(again.pixels, load_photo(tmp_path / "whole.jpg").pixels)
    save_photo(again, tmp_path / "again.jpg")
    assert load_photo(tmp_path / "again.jpg").source.jpeg_subsampling == again.source.jpeg_subsampling


def test_a_progressive_jpeg_stays_so_however_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(picture(200, 300)).save(tmp_path / "a.jpg", progressive=True)
    monkeypatch.setattr(memory, "LARGE", 1000)
    save_photo(load_photo(tmp_path / "a.jpg"), tmp_path / "b.jpg")
    assert load_photo(tmp_path / "b.jpg").source.progressive


def test_arithmetic_of_samples_in_strips_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    deep, narrow = picture(61, 47, 4, bits=16), picture(61, 47, 3)

    def made() -> list[np.ndarray]:
        return [
            pixels.to_8_bits(deep),
            pixels.to_16_bits(narrow, 255),
            pixels.divided_by_alpha(deep),
            pixels.luminance(narrow),
            pixels.luminance(np.repeat(narrow[..., :1], 3, axis=2)),
        ]

    whole = made()
    monkeypatch.setattr(pixels, "_STRIP", 1000)
    for one, other in zip(whole, made(), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    nearly = np.repeat(narrow[..., :1], 3, axis=2)
    assert pixels.is_grey(nearly)
    nearly[60, 46, 2] ^= 1
    assert not pixels.is_grey(nearly)


def test_a_large_photo_in_grey_is_stored_as_one_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LARGE", 1000)
    photo = photo_of(picture(120, 90, 1))
    with Image.open(save_photo(photo, tmp_path / "a", format="jpeg").path) as image:
        assert image.mode == "L"


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_missing_data_are_noticed_without_a_second_picture_in_memory(tmp_path: Path, mode: str) -> None:
    samples = picture(700, 900, len(mode))
    samples[-1, -1] = 128
    Image.fromarray(samples.squeeze(), mode=None if mode != "CMYK" else mode).save(tmp_path / "a.jpg", progressive=True)
    whole = (tmp_path / "a.jpg").read_bytes()
    assert "picture-data-missing" not in [words.code for words in load_photo(tmp_path / "a.jpg").warnings]
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2] + b"\xff\xd9")
    assert "picture-data-missing" in [words.code for words in load_photo(tmp_path / "half.jpg").warnings]


def test_a_progressive_jpeg_is_held_against_itself_in_strips(tmp_path: Path) -> None:
    Image.fromarray(picture(3000, 3000)).save(tmp_path / "a.jpg", progressive=True)
    load_photo(tmp_path / "a.jpg")
    tracemalloc.start()
    photo = load_photo(tmp_path / "a.jpg")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * photo.pixels.nbytes  # of NumPy's memory; Pillow's own is not traced


def test_a_tiff_is_put_together_once(tmp_path: Path) -> None:
    photo = photo_of(np.random.default_rng(0).integers(0, 256, (1500, 2000, 3), np.uint8))  # packs to its own size
    tracemalloc.start()
    save_photo(photo, tmp_path / "a", format="tiff")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.6 * photo.pixels.nbytes  # its strips, and the file; it was five times
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").pixels, photo.pixels)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_large_png_is_packed_in_strips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channels: int) -> None:
    photo = photo_of(picture(700, 300, channels))
    monkeypatch.setattr(memory, "LARGE", 1000)
    again = load_photo(save_photo(photo, tmp_path / "a", format="png").path)
    assert again.warnings == ()
    np.testing.assert_array_equal(again.pixels, photo.pixels)
    if channels == 4:
        np.testing.assert_array_equal(again.alpha, photo.alpha)
