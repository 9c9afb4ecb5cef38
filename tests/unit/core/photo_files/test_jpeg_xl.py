"""JPEG XL: read with what it says, where the extra is; named for what it is where it is not."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core.photo_files.load_save import load_photo, open_photo, result_path, save_photo
from gpen_desktop.errors import UnreadablePhotoError
from tests.unit.core.made_files import picture

pytest.importorskip("pillow_jxl")


def write(path: Path, array: np.ndarray, **how: object) -> Path:
    Image.fromarray(array).save(path, "JXL", **{"lossless": True, **how})
    return path


@pytest.mark.parametrize("size", [(24, 37), (256, 512), (600, 400), (1, 1), (8200, 9), (120, 160)])
def test_size_is_known_before_anything_is_decoded(tmp_path: Path, size: tuple[int, int]) -> None:
    opened = open_photo(write(tmp_path / "a.jxl", np.zeros((*size, 3), np.uint8)))
    assert (opened.header.height, opened.header.width) == size


def test_pixels_and_transparency(tmp_path: Path) -> None:
    samples = picture(40, 56, 4)
    photo = load_photo(write(tmp_path / "a.jxl", samples))
    assert photo.warnings == ()
    assert photo.source.format == "JXL"
    np.testing.assert_array_equal(photo.pixels, samples[..., :3])
    np.testing.assert_array_equal(photo.alpha, samples[..., 3])
    saved = save_photo(photo, tmp_path / "b.jxl")
    assert saved.path == tmp_path / "b.jpg"
    assert saved.warnings[0].code == "saved-as-other-format"


def test_sixteen_bits_of_grey(tmp_path: Path) -> None:
    samples = picture(40, 56, 1, bits=16)
    photo = load_photo(write(tmp_path / "a.jxl", samples[..., 0]))
    assert photo.pixels.dtype == np.uint16
    np.testing.assert_array_equal(photo.pixels[..., :1], samples)


def test_what_it_says_goes_on(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x10F] = "A maker"
    path = write(
        tmp_path / "a.jxl", picture(), exif=exif.tobytes(), xmp=b"<x:xmpmeta>Ida</x:xmpmeta>", use_container=True
    )
    photo = load_photo(path)
    assert b"A maker" in photo.metadata.exif
    assert b"Ida" in photo.metadata.xmp
    with Image.open(save_photo(photo, tmp_path / "b").path) as image:
        assert image.getexif()[0x10F] == "A maker"


def test_packed_metadata_is_missed_aloud(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x10F] = "A maker"
    how = {"exif": exif.tobytes(), "use_container": True, "compress_metadata": True}
    assert [words.code for words in load_photo(write(tmp_path / "a.jxl", picture(), **how)).warnings] == [
        "packed-metadata-left-out"
    ]


@pytest.mark.parametrize("kept", [1, 3, 9, 30, 0.5])
def test_one_that_is_cut_off_is_refused(tmp_path: Path, kept: float) -> None:
    data = write(tmp_path / "a.jxl", picture(240, 370), use_container=True).read_bytes()
    (tmp_path / "b.jxl").write_bytes(data[: int(kept if kept >= 1 else len(data) * kept)])
    with pytest.raises(UnreadablePhotoError):
        load_photo(tmp_path / "b.jxl")


def test_a_claim_of_many_pixels_costs_nothing(tmp_path: Path) -> None:
    bits = 0 | 3 << 1 | (2**30 - 1) << 3 | 1 << 33  # as large as can be said, and as wide as high
    (tmp_path / "a.jxl").write_bytes(b"\xff\x0a" + struct.pack("<Q", bits) + bytes(60))
    with pytest.raises(Exception, match="too large"):
        load_photo(tmp_path / "a.jxl")


def test_an_animation_keeps_its_name_wherever_its_picture_begins(tmp_path: Path) -> None:
    # 16 x 16 as SizeHeader says it, then of ImageMetadata: not all as usual, more to come, upright, an animation
    bits = 1 | 1 << 1 | 1 << 6 | 0 << 9 | 1 << 10 | 0 << 11 | 0 << 14 | 0 << 15 | 1 << 16
    stream = b"\xff\x0a" + struct.pack("<Q", bits) + bytes(60)

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(body), kind) + body

    head = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    for name, data in (
        ("bare", stream),
        ("boxed", head + box(b"jxlc", stream)),
        ("behind notes", head + box(b"xml ", bytes(9000)) + box(b"jxlc", stream)),
    ):
        (tmp_path / name).write_bytes(data)
        assert open_photo(tmp_path / name).header.animated
        assert result_path(tmp_path / name, tmp_path / "a.jxl", "keep") == tmp_path / "a.jxl"
        assert result_path(tmp_path / name, tmp_path / "a.jxl", "png") == tmp_path / "a.png"
    still = write(tmp_path / "still.jxl", picture())
    assert result_path(still, tmp_path / "a.jxl", "keep") == tmp_path / "a.jpg"
    (tmp_path / "cut").write_bytes(head + box(b"xml ", bytes(9000))[:5000])
    assert result_path(tmp_path / "cut", tmp_path / "a.jxl", "keep") == tmp_path / "a.jpg"


def test_without_the_extra_it_is_named_for_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.jxl", picture())
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    with pytest.raises(UnreadablePhotoError, match="jpeg-xl"):
        load_photo(path)
