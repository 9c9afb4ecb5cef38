"""HEIC and AVIF: read with all they say, and stored in the format that is asked for. How the files here were made:
data/README.md."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from gpen_desktop.core.batch.album import plan
from gpen_desktop.core.engine.export import ExportOptions, export
from gpen_desktop.core.photo_files.formats import opencv_codec
from gpen_desktop.core.photo_files.formats.header import DAMAGED, DamagedFileError
from gpen_desktop.core.photo_files.load_save import load_photo, result_path, save_photo
from gpen_desktop.core.types import Composed
from gpen_desktop.errors import NotAResultError, PhotoTooLargeError, UnreadablePhotoError
from tests.unit.core.made_files import needs_exiftool, png_chunks, srgb, tags_of

DATA = Path(__file__).parent / "data"
NAMES = sorted(path.name for path in DATA.glob("*.*i*"))
needs_avif = pytest.mark.skipif(not features.check("avif"), reason="this Pillow was built without AVIF")


def codes(warnings: tuple[object, ...]) -> list[str]:
    return [str(getattr(warning, "code", warning)) for warning in warnings]


def quarters() -> np.ndarray:
    """Red, green, blue and grey quarters: (32, 48, 3), of which no turned or mirrored one looks the same."""
    picture = np.zeros((32, 48, 3), np.uint8)
    picture[:16, :24], picture[:16, 24:], picture[16:, :24], picture[16:, 24:] = (
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (127, 127, 127),
    )
    return picture


def test_a_telephone_s_photo_stands_upright_with_all_it_says(tmp_path: Path) -> None:
    photo = load_photo(DATA / "telephone.heic")
    assert photo.warnings == ()
    assert photo.source.format == "HEIC"
    expected = np.rot90(quarters(), -1).astype(int)
    inner = np.abs(photo.pixels.astype(int) - expected)[4:20, 4:12]
    assert inner.max() <= 6, "turned by its own word, and not once more by EXIF's"
    assert photo.pixels.shape == expected.shape
    assert photo.metadata.icc
    assert b"Ida" in photo.metadata.xmp
    with Image.open(save_photo(photo, tmp_path / "a", format="tiff").path) as image:
        exif = image.getexif()
        assert (exif[0x10F], exif.get(0x112, 1)) == ("Apple", 1)
        assert exif.get_ifd(0x8769)[0x9003] == "2024:06:01 12:00:00"
        assert exif.get_ifd(0x8825)[1] == "N"


@needs_exiftool
@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_exiftool_finds_a_telephone_s_tags_in_every_format(tmp_path: Path, format: str) -> None:
    before = tags_of(DATA / "telephone.heic")
    saved = save_photo(load_photo(DATA / "telephone.heic"), tmp_path / "a", format=format)
    after = tags_of(saved.path)
    kept = {tag: value for tag, value in before.items() if tag != "IFD0:Orientation"}
    assert {tag: after.get(tag) for tag in kept} == kept
    assert {"IFD0:Make", "ExifIFD:DateTimeOriginal", "GPS:GPSLatitude", "XMP-dc:Source"} <= kept.keys()
    assert after["IFD0:Orientation"] == [1]


@pytest.mark.parametrize("name", ["ten_bits.heic", "ten_bits.avif"])
def test_ten_bits_are_read_and_kept_where_the_format_holds_them(tmp_path: Path, name: str) -> None:
    photo = load_photo(DATA / name)
    ramp = np.linspace(0, 1023, 32 * 48).round().reshape(32, 48, 1).repeat(3, axis=2)
    assert photo.pixels.dtype == np.uint16
    assert np.abs(photo.pixels * (1023 / 65535) - ramp).max() <= 1.01
    assert len(np.unique(photo.pixels)) > 900
    for format in ("png", "tiff"):
        saved = save_photo(photo, tmp_path / "a", format=format)
        assert saved.warnings == ()
        np.testing.assert_array_equal(load_photo(saved.path).pixels, photo.pixels)
    assert "stored-as-8-bits" in codes(save_photo(photo, tmp_path / "a", format="jpeg").warnings)


def test_ten_bits_of_an_avif_are_read_as_eight_where_opencv_knows_no_avif(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_data: bytes) -> None:
        raise DamagedFileError(DAMAGED)

    monkeypatch.setattr(opencv_codec, "decode_16_bits", refuse)
    photo = load_photo(DATA / "ten_bits.avif")
    assert photo.pixels.dtype == np.uint8
    assert [str(warning) for warning in photo.warnings] == ["Its 10 bits per channel were read as 8."]


@pytest.mark.parametrize("name", NAMES)
def test_what_can_only_be_read_becomes_a_jpeg_and_that_is_said(tmp_path: Path, name: str) -> None:
    photo = load_photo(DATA / name)
    saved = save_photo(photo, tmp_path / name)
    assert saved.format == "JPEG"
    assert saved.path == (tmp_path / name).with_suffix(".jpg")
    assert saved.path == result_path(DATA / name, tmp_path / name, "keep")
    assert codes(saved.warnings)[0] == "saved-as-other-format"
    assert load_photo(saved.path).pixels.shape == photo.pixels.shape


@needs_avif
def test_an_animation_is_copied_under_a_name_that_was_checked(tmp_path: Path) -> None:
    frames = [Image.fromarray(np.roll(quarters(), 9 * n, axis=0)) for n in range(3)]
    source, out = tmp_path / "a.avif", tmp_path / "out"
    frames[0].save(source, save_all=True, append_images=frames[1:])
    (planned,) = plan([source], tmp_path, recursive=False)
    assert planned.target == tmp_path / "a-2.avif", "the album itself has one of that name"
    photo = load_photo(source)
    exported = export(photo, Composed(photo, ()), planned.target, ExportOptions())
    assert exported.path == planned.target
    assert exported.path.read_bytes() == source.read_bytes()
    assert codes(exported.warnings) == ["animation-left-alone"]

    out.mkdir()
    frames[1].save(out / "a.avif")  # somebody else's
    before = (out / "a.avif").read_bytes()
    with pytest.raises(NotAResultError):
        export(photo, Composed(photo, ()), out / "a.avif", ExportOptions(overwrite=True))
    assert (out / "a.avif").read_bytes() == before


def test_an_untouched_heic_is_stored_under_the_name_that_was_planned(tmp_path: Path) -> None:
    photo = load_photo(DATA / "telephone.heic")
    exported = export(photo, Composed(photo, ()), tmp_path / "a.heic", ExportOptions())
    assert exported.path == tmp_path / "a.jpg"
    assert not exported.unchanged
    assert codes(exported.warnings) == ["saved-as-other-format"]


def test_transparency_is_kept(tmp_path: Path) -> None:
    photo = load_photo(DATA / "alpha.heic")
    assert photo.alpha is not None
    assert set(np.unique(photo.alpha[:14])) <= set(range(126, 131))
    assert photo.alpha[18:].min() >= 253
    np.testing.assert_array_equal(load_photo(save_photo(photo, tmp_path / "a", format="png").path).alpha, photo.alpha)


def test_tiles_are_put_together_and_what_lies_beside_is_named() -> None:
    photo = load_photo(DATA / "tiles.heic")
    assert photo.pixels.shape == (100, 64, 3), "two tiles of 64 x 64, cut to 100 x 64, turned by a quarter"
    assert np.abs(photo.pixels[:60].astype(int) - (200, 40, 40)).max() <= 4
    assert np.abs(photo.pixels[68:].astype(int) - (40, 40, 200)).max() <= 4
    assert codes(photo.warnings) == ["maps-left-out"]


@needs_avif
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_avif_is_turned_by_its_own_word(tmp_path: Path, orientation: int) -> None:
    turns = {1: 0, 2: 0, 3: 2, 4: 2, 5: 3, 6: 3, 7: 1, 8: 1}[orientation]
    upright = np.rot90(quarters(), turns)
    upright = upright[:, ::-1] if orientation in (2, 4, 5, 7) else upright
    exif = Image.Exif()
    exif[0x10F], exif[0x112] = "Leica", orientation
    path, profile = tmp_path / "a.avif", srgb()
    Image.fromarray(quarters()).save(
        path, quality=100, subsampling="4:4:4", exif=exif, icc_profile=profile, xmp=b"<x/>"
    )
    photo = load_photo(path)
    assert photo.warnings == ()
    assert photo.pixels.shape == upright.shape
    assert np.abs(photo.pixels.astype(int) - upright).max() <= 8
    assert photo.metadata.icc == profile
    assert photo.metadata.xmp == b"<x/>"
    assert b"Leica" in photo.metadata.exif


@needs_avif
def test_the_exif_word_on_orientation_does_not_count_in_an_avif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    Image.fromarray(quarters()).save(tmp_path / "a.avif", exif=exif)
    data = (tmp_path / "a.avif").read_bytes()
    assert data.count(b"irot\3") == 1
    (tmp_path / "a.avif").write_bytes(data.replace(b"irot\3", b"irot\0"))
    assert load_photo(tmp_path / "a.avif").pixels.shape == (32, 48, 3)


def test_colours_of_a_wide_gamut_go_into_a_png_and_are_missed_elsewhere(tmp_path: Path) -> None:
    data = (DATA / "ten_bits.avif").read_bytes()
    assert data.count(b"nclx\0\2\0\2") == 1
    (tmp_path / "a.avif").write_bytes(data.replace(b"nclx\0\2\0\2", b"nclx" + struct.pack(">HH", 9, 16)))
    photo = load_photo(tmp_path / "a.avif")
    saved = save_photo(photo, tmp_path / "b", format="png")
    assert (b"cICP", bytes([9, 16, 0, 1])) in png_chunks(saved.path.read_bytes())
    lost = save_photo(photo, tmp_path / "b", format="tiff").warnings
    assert codes(lost) == ["metadata-left-out"]


@pytest.mark.parametrize("name", NAMES)
def test_no_length_of_a_cut_file_crashes(tmp_path: Path, name: str) -> None:
    data = (DATA / name).read_bytes()
    for size in range(0, len(data) - 1, 7):
        (tmp_path / name).write_bytes(data[:size])
        with pytest.raises(UnreadablePhotoError):
            load_photo(tmp_path / name)


@pytest.mark.parametrize("name", NAMES)
def test_spoilt_bytes_are_refused_or_read(tmp_path: Path, name: str) -> None:
    data = (DATA / name).read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(150):
        spoilt = bytearray(data)
        for at in rng.integers(0, len(data), 3):
            spoilt[at] = rng.integers(0, 256)
        (tmp_path / name).write_bytes(spoilt)
        try:
            load_photo(tmp_path / name)
        except (UnreadablePhotoError, PhotoTooLargeError):
            continue


def test_a_sequence_says_that_it_holds_more(tmp_path: Path) -> None:
    data = (DATA / "telephone.heic").read_bytes()
    assert data[8:12] == b"heic"
    (tmp_path / "a.heic").write_bytes(data[:8] + b"hevc" + data[12:])
    assert codes(load_photo(tmp_path / "a.heic").warnings) == ["first-picture-only"]
