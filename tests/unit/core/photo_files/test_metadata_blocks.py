"""The blocks of metadata one by one: what is set, what is kept, what each kind of file cannot hold."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import pytest
import tifffile
from PIL import Image, PngImagePlugin

from gpen_desktop import __version__
from gpen_desktop.core.photo_files import exif as exif_block
from gpen_desktop.core.photo_files import metadata as photo_metadata
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.core.source_file import Metadata, SourceFormat
from gpen_desktop.core.types import Photo
from tests.unit.core.made_files import (
    exif_block as laid_out_exif,
)
from tests.unit.core.made_files import (
    grey_profile,
    jpeg_with_exif,
    picture,
    png_chunks,
    png_of,
    save,
    short,
    srgb,
    text,
)

# --- the blocks one by one -----------------------------------------------------------------------------------------


def test_software_replaces_a_short_and_a_long_one_and_none() -> None:
    for old in ({}, {0x131: text("x")}, {0x131: text("Adobe Photoshop Lightroom Classic 9.0")}):
        block = laid_out_exif("<", {0x10F: text("Leica"), **old}, {0x9003: text("1998:02:03 04:05:06")})
        exif = Image.Exif()
        exif.load(b"Exif\0\0" + exif_block.for_output(exif_block.parse(block), 10, 20, "GPEN Desktop 1.2.3"))
        assert exif[0x131] == "GPEN Desktop 1.2.3"
        assert exif[0x10F] == "Leica"
        assert exif.get_ifd(0x8769)[0x9003] == "1998:02:03 04:05:06"


def test_software_can_be_left_alone(tmp_path: Path) -> None:
    block = laid_out_exif("<", {0x131: text("PhotoStyler")}, {})
    photo = load_photo(jpeg_with_exif(tmp_path / "a.jpg", block))
    with Image.open(save_photo(photo, tmp_path / "b.jpg", software=None).path) as image:
        assert image.getexif()[0x131] == "PhotoStyler"


def test_a_photo_without_exif_gets_the_software_alone(tmp_path: Path) -> None:
    photo = load_photo(save(picture(), tmp_path / "a.jpg"))
    with Image.open(save_photo(photo, tmp_path / "b.jpg").path) as image:
        assert dict(image.getexif()) == {0x131: f"GPEN Desktop {__version__}"}
    with Image.open(save_photo(photo, tmp_path / "c.jpg", software=None).path) as image:
        assert "exif" not in image.info


@pytest.mark.parametrize("width", [40, 70_000])
def test_pixel_dimensions_are_updated_whatever_their_type(width: int) -> None:
    for kind in (3, 4):
        stated = (kind, 1, struct.pack(">H" if kind == 3 else ">I", 7))
        block = laid_out_exif(">", {0x100: stated}, {0xA002: stated, 0xA003: stated})
        exif = Image.Exif()
        exif.load(exif_block.for_output(exif_block.parse(block), width, 30, None))
        assert exif[0x100] == width
        assert (exif.get_ifd(0x8769)[0xA002], exif.get_ifd(0x8769)[0xA003]) == (width, 30)


@pytest.mark.parametrize(
    "packet", [b'<r tiff:Orientation="6" %s/>', b"<r %s><tiff:Orientation>6</tiff:Orientation></r>"]
)
def test_xmp_alone_can_state_the_orientation(packet: bytes) -> None:
    xmp = packet % b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
    metadata = Metadata(xmp=xmp, dpi=(300.0, 600.0))
    upright, orientation, _ = photo_metadata.made_upright(metadata)
    assert orientation == 6
    assert photo_metadata.made_upright(upright)[1] == 1
    assert upright.xmp == xmp.replace(b"6", b"1")
    assert upright.dpi == (600.0, 300.0)


def test_exif_has_the_last_word_on_the_orientation() -> None:
    xmp = b'<r xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="3"/>'
    block = laid_out_exif("<", {0x112: short("<", 8)}, {})
    assert photo_metadata.made_upright(Metadata(exif=block, xmp=xmp))[1] == 8


def test_xmp_prefixes_other_than_the_usual_ones() -> None:
    xmp = b'<r xmlns:t="http://ns.adobe.com/tiff/1.0/" t:Orientation = \'6\' other:Orientation="6" t:Make="6"/>'
    assert photo_metadata.made_upright(Metadata(xmp=xmp))[0].xmp.count(b"6") == 2


def test_extended_xmp_goes_from_jpeg_to_jpeg(tmp_path: Path) -> None:
    extended = b"<x:xmpmeta>" + b"history " * 30_000 + b"</x:xmpmeta>"
    photo = Photo(picture(), SourceFormat("JPEG"), metadata=Metadata(xmp=b"<x/>", xmp_extended=extended))
    saved = save_photo(photo, tmp_path / "a.jpg")
    assert hashlib.md5(extended, usedforsecurity=False).hexdigest().upper().encode() in saved.path.read_bytes()
    assert load_photo(saved.path).metadata.xmp_extended == extended
    for format in ("png", "tiff", "webp"):
        lost = save_photo(photo, tmp_path / "b", format=format)
        assert any("second part of the XMP" in str(warning) for warning in lost.warnings)


def test_blocks_too_long_for_a_jpeg_are_named(tmp_path: Path) -> None:
    xmp = b"<x>" + b"y" * 70_000 + b"</x>"
    photo = Photo(picture(), SourceFormat("PNG"), metadata=Metadata(xmp=xmp))
    assert any(s.code == "xmp-too-long" for s in save_photo(photo, tmp_path / "a", format="jpeg").warnings)
    padded = replace(photo, metadata=Metadata(xmp=b"<x/>" + b" " * 70_000 + b'<?xpacket end="w"?>'))
    saved = save_photo(padded, tmp_path / "b", format="jpeg")
    assert saved.warnings == ()
    assert load_photo(saved.path).metadata.xmp == b'<x/>\n<?xpacket end="w"?>'
    note = b"\x5a" * 70_000
    noted = laid_out_exif(
        "<", {0x13B: text("Ida")}, {0x9003: text("1998:02:03 04:05:06"), 0x927C: (7, len(note), note)}
    )
    saved = save_photo(replace(photo, metadata=Metadata(exif=noted)), tmp_path / "c", format="jpeg")
    assert [warning.code for warning in saved.warnings] == ["maker-notes-too-long"]
    with Image.open(saved.path) as image:
        assert image.getexif()[0x13B] == "Ida"
        assert image.getexif().get_ifd(0x8769)[0x9003] == "1998:02:03 04:05:06"
    described = laid_out_exif("<", {0x10E: text("x" * 70_000)}, {})
    saved = save_photo(replace(photo, metadata=Metadata(exif=described)), tmp_path / "d", format="jpeg")
    assert [warning.code for warning in saved.warnings] == ["exif-too-long"]


@pytest.mark.parametrize("size", [500, 200_000])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_profiles_of_any_size(tmp_path: Path, name: str, size: int) -> None:
    profile = bytearray(srgb())
    profile += bytes(max(0, size - len(profile)))
    profile[:4] = struct.pack(">I", len(profile))
    save(picture(), tmp_path / name, icc_profile=bytes(profile))
    photo = load_photo(tmp_path / name)
    assert photo.metadata.icc == profile
    with Image.open(save_photo(photo, tmp_path / f"new {name}").path) as image:
        assert image.info["icc_profile"] == profile


def test_a_grey_profile_stays_with_a_grey_photo(tmp_path: Path) -> None:
    photo = load_photo(save(picture(channels=1), tmp_path / "a.jpg", icc_profile=grey_profile(2.2)))
    saved = save_photo(photo, tmp_path / "b.tif", format="tiff")
    with Image.open(saved.path) as image:
        assert image.mode == "L"
        assert image.info["icc_profile"] == grey_profile(2.2)


@pytest.mark.parametrize("target", ["jpeg", "png", "tiff", "bmp"])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.bmp"])
def test_resolution(tmp_path: Path, name: str, target: str) -> None:
    photo = load_photo(save(picture(), tmp_path / name, dpi=(300, 600)))
    assert photo.metadata.dpi == pytest.approx((300, 600), abs=0.02)
    saved = save_photo(photo, tmp_path / "b", format=target)
    with Image.open(saved.path) as image:
        assert image.info["dpi"] == pytest.approx((300, 600), abs=0.02)


def test_resolution_in_dots_per_centimetre_stays_so(tmp_path: Path) -> None:
    save(picture(), tmp_path / "a.jpg", dpi=(300, 300))
    data = bytearray((tmp_path / "a.jpg").read_bytes())
    data[13:18] = struct.pack(">BHH", 2, 47, 47)
    (tmp_path / "a.jpg").write_bytes(data)
    saved = save_photo(load_photo(tmp_path / "a.jpg"), tmp_path / "b.jpg")
    assert saved.path.read_bytes()[13:18] == bytes(data[13:18])


def test_comments(tmp_path: Path) -> None:
    for comment in (b"Grandma, 1931", "奶奶".encode(), b"M\xfcnchen"):
        photo = load_photo(save(picture(), tmp_path / "a.jpg", comment=comment))
        with Image.open(save_photo(photo, tmp_path / "b.jpg", overwrite=True).path) as image:
            assert image.info["comment"] == comment
        with Image.open(save_photo(photo, tmp_path / "b.png", format="png", overwrite=True).path) as image:
            expected = comment.decode("latin-1" if comment.startswith(b"M") else "utf-8")
            assert isinstance(image, PngImagePlugin.PngImageFile)
            assert image.text["Comment"] == expected
        for format in ("tiff", "webp", "bmp"):
            saved = save_photo(photo, tmp_path / "c", format=format, overwrite=True)
            assert any("comment" in str(warning) for warning in saved.warnings)


def test_texts_and_colour_statements_of_a_png_stay_in_a_png(tmp_path: Path) -> None:
    save(picture(), tmp_path / "plain.png")
    chunks = png_chunks((tmp_path / "plain.png").read_bytes())
    extra = [(b"gAMA", struct.pack(">I", 55555)), (b"tEXt", b"Author\0Ida"), (b"tEXt", b"Software\0Paint")]
    (tmp_path / "a.png").write_bytes(png_of([chunks[0], *extra, *chunks[1:]]))
    photo = load_photo(tmp_path / "a.png")
    saved = save_photo(photo, tmp_path / "b.png")
    kept = png_chunks(saved.path.read_bytes())
    assert extra[0] in kept
    assert extra[1] in kept
    assert extra[2] not in kept, "it was not Paint that wrote this file"
    lost = save_photo(photo, tmp_path / "c", format="jpeg").warnings
    assert any("text notes" in str(warning) for warning in lost)
    assert any("gamma" in str(warning) for warning in lost)


def test_iptc_padded_and_swapped_as_some_tiffs_have_it(tmp_path: Path) -> None:
    records = b"\x1c\2\x78\0\x06Irene!" + b"\x1c\2\x5a\0\3Ulm"
    padded = records + bytes(-len(records) % 4)
    numbers = struct.unpack(f">{len(padded) // 4}I", padded)  # swapped when written little-endian
    extra = [(33723, 4, len(numbers), numbers, True)]
    tifffile.imwrite(tmp_path / "a.tif", picture(), photometric="rgb", metadata=None, extratags=extra)
    photo = load_photo(tmp_path / "a.tif")
    assert photo.metadata.photoshop == b"8BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records + b"\0" * (
        len(records) % 2
    )
