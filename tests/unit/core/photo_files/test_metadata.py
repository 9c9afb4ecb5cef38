"""What people and cameras wrote into a photo is in the output too: judged by exiftool, which we did not write."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from gpen_desktop import __version__
from gpen_desktop.core.photo_files import metadata as photo_metadata
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.core.source_file import Metadata
from tests.unit.core.made_files import (
    canon_note,
    exif_with_canon_note,
    exiftool,
    jpeg_with_exif,
    needs_exiftool,
    picture,
    save,
    srgb,
    tag,
    tags_of,
)

WRITTEN = [
    "-EXIF:Artist=Benjamin Couprié",
    "-EXIF:ImageDescription=Solvay 1927, 布鲁塞尔",
    "-EXIF:DateTimeOriginal=1927:10:24 11:00:00",
    "-EXIF:UserComment=scanned from the album",
    "-EXIF:ExposureTime=1/3",
    "-EXIF:LensModel=Tessar",
    "-EXIF:ModifyDate=2001:01:01 10:00:00",
    "-GPSLatitude=50.8371",
    "-GPSLatitudeRef=N",
    "-GPSLongitude=4.3819",
    "-GPSLongitudeRef=E",
    "-GPSAltitude=61",
    "-InteropIndex=R98",
    "-XMP-dc:Title=Fifth Solvay conference",
    "-XMP-dc:Subject=physics",
    "-XMP-dc:Subject=Brussels",
    "-XMP-xmp:Rating=5",
    "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=37,H=24,Unit=pixel},RegionList=[{Name=Marie,Type=Face}]}",
    "-IPTC:Keywords=portrait",
    "-IPTC:Keywords=vergilbt",
    "-IPTC:By-line=Benjamin",
    "-IPTC:Caption-Abstract=Twenty-nine people",
    "-IPTC:City=Brussels",
]
TRUE_OF_THE_FILE_ONLY = re.compile(
    r"IFD0:(Image(Width|Height)|BitsPerSample|Compression|PhotometricInterpretation|StripOffsets|SamplesPerPixel"
    r"|RowsPerStrip|StripByteCounts|PlanarConfiguration|Predictor|ExtraSamples|YCbCrPositioning|SampleFormat"
    r"|SubfileType|PageNumber)$"
)
SET_BY_US = re.compile(r"(IFD0:Orientation|XMP-tiff:Orientation|IFD0:Software|XMP-tiff:Software)$")


def source_file(folder: Path, name: str, *extra: str) -> Path:
    """A file with everything in it that people and programs write."""
    icc = {} if name.endswith("bmp") else {"icc_profile": srgb()}
    path = save(picture(), folder / name, **icc, **({"lossless": True} if name.endswith("webp") else {}))
    return tag(path, *WRITTEN, "-Orientation#=6", "-ExifImageWidth=37", "-ExifImageHeight=24", *extra)


def told(tags: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The tags that must be equal before and after."""
    leave = (TRUE_OF_THE_FILE_ONLY, SET_BY_US)
    sizes = ("ExifIFD:ExifImageWidth", "ExifIFD:ExifImageHeight")
    return {name: v for name, v in tags.items() if name not in sizes and not any(p.search(name) for p in leave)}


@needs_exiftool
@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_all_that_was_written_is_in_the_output(tmp_path: Path, name: str, format: str) -> None:
    source = source_file(tmp_path, name)
    saved = save_photo(load_photo(source), tmp_path / "out", format=format)
    before, after = tags_of(source), tags_of(saved.path)
    expected = told(before)
    if format == "webp":
        expected = {name: value for name, value in expected.items() if not name.startswith(("IPTC", "Photoshop"))}
        assert name == "a.webp" or any("IPTC" in str(warning) for warning in saved.warnings)
    else:
        assert saved.warnings == ()
    assert {name: after.get(name) for name in expected} == expected
    assert len(expected) > 50, "the test compares what it means to"
    assert "IFD0:Artist" in expected
    assert "GPS:GPSLatitude" in expected
    assert "ICC-header:ProfileCreator" in expected
    assert name == "a.webp" or format == "webp" or "IPTC:City" in expected


@needs_exiftool
@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_what_has_changed_is_said_in_the_output(tmp_path: Path, name: str, format: str) -> None:
    sizes = ["-XMP-exif:ExifImageWidth=37", "-XMP-exif:ExifImageHeight=24", "-XMP-tiff:ImageWidth=37"]
    source = source_file(tmp_path, name, "-XMP-tiff:Orientation#=6", "-Software=Photoshop", *sizes)
    saved = save_photo(load_photo(source), tmp_path / "out", format=format)
    after = tags_of(saved.path)
    expected = {
        "IFD0:Orientation": 1,
        "XMP-tiff:Orientation": 1,
        "IFD0:Software": f"GPEN Desktop {__version__}",
        "ExifIFD:ExifImageWidth": 24,
        "ExifIFD:ExifImageHeight": 37,
        "XMP-exif:ExifImageWidth": 24,
        "XMP-exif:ExifImageHeight": 37,
        "XMP-tiff:ImageWidth": 24,
    }
    assert {name: after.get(name) for name in expected} == {name: [value] for name, value in expected.items()}


@needs_exiftool
@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_exiftool_finds_nothing_wrong_with_our_files(tmp_path: Path, format: str) -> None:
    source = source_file(tmp_path, "a.jpg", "-ThumbnailImage=")
    saved = save_photo(load_photo(source), tmp_path / "out", format=format)
    report = exiftool("-a", "-Warning", "-Error", saved.path)
    assert [line for line in report.splitlines() if "Non-standard" not in line and "non-standard" not in line] == []


@needs_exiftool
def test_a_second_round_changes_nothing_more(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "a.tif", "a.webp"):
        once = save_photo(load_photo(source_file(tmp_path, name)), tmp_path / f"1{name}")
        twice = save_photo(load_photo(once.path), tmp_path / f"2{name}")
        assert load_photo(twice.path).metadata == load_photo(once.path).metadata


# --- maker notes ---------------------------------------------------------------------------------------------------


def place_in(path: Path, note: bytes) -> int:
    """Where a maker note stands, counted from the start of the TIFF structure (in a TIFF: of the file)."""
    with Image.open(path) as image:
        block = path.read_bytes() if image.format == "TIFF" else image.info["exif"].removeprefix(b"Exif\0\0")
    assert block.count(note) == 1
    return block.index(note)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
@pytest.mark.parametrize("thumbnail", [b"", b"\xff\xd8" + b"thumbnail" * 100 + b"\xff\xd9"], ids=["plain", "thumbnail"])
@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_maker_notes_keep_their_bytes_and_their_place(
    tmp_path: Path, format: str, thumbnail: bytes, order: str
) -> None:
    exif, note = exif_with_canon_note(order, thumbnail)
    photo = load_photo(jpeg_with_exif(tmp_path / "a.jpg", exif))
    saved = save_photo(photo, tmp_path / "b", format=format)
    assert place_in(saved.path, note) == exif.index(note)
    again = save_photo(load_photo(saved.path), tmp_path / "c", format="tiff")
    assert place_in(again.path, note) == exif.index(note)
    back = save_photo(load_photo(again.path), tmp_path / "d", format="jpeg")
    assert place_in(back.path, note) == exif.index(note)
    assert (saved.warnings, again.warnings, back.warnings) == ((), (), ())


@needs_exiftool
@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_exiftool_reads_a_canon_note_as_before(tmp_path: Path, format: str) -> None:
    exif, _ = exif_with_canon_note("<")
    source = jpeg_with_exif(tmp_path / "a.jpg", exif)
    saved = save_photo(load_photo(source), tmp_path / "b", format=format)
    before = {name: value for name, value in tags_of(source).items() if name.startswith("Canon")}
    assert before["Canon:OwnerName"] == ["Irene Joliot-Curie"]
    assert {name: value for name, value in tags_of(saved.path).items() if name.startswith("Canon")} == before
    assert exiftool("-Warning", saved.path) == ""


def test_a_note_far_into_a_tiff_is_moved_and_that_is_said(tmp_path: Path) -> None:
    far = 100_000
    note = canon_note("<", far)
    tifffile.imwrite(tmp_path / "plain.tif", picture(), photometric="rgb", metadata=None)
    data = bytearray((tmp_path / "plain.tif").read_bytes().ljust(far, b"\0") + note)
    exif_at = len(data)
    data += struct.pack("<HHHIII", 1, 0x927C, 7, len(note), far, 0)
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    entries = data[first + 2 : first + 2 + 12 * count] + struct.pack("<HHII", 0x8769, 4, 1, exif_at)
    data[4:8] = struct.pack("<I", len(data))
    data += struct.pack("<H", count + 1) + entries + bytes(4)
    (tmp_path / "a.tif").write_bytes(data)
    photo = load_photo(tmp_path / "a.tif")
    assert any(warning.code == "maker-notes-moved" for warning in photo.warnings)
    saved = save_photo(photo, tmp_path / "b.jpg", format="jpeg")
    assert note in saved.path.read_bytes()


@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
def test_the_thumbnail_is_gone_without_a_trace(tmp_path: Path, order: str) -> None:
    thumbnail = b"\xff\xd8" + b"a small old face" * 200 + b"\xff\xd9"
    exif, _ = exif_with_canon_note(order, thumbnail)
    saved = save_photo(load_photo(jpeg_with_exif(tmp_path / "a.jpg", exif)), tmp_path / "b.jpg")
    assert b"a small old face" not in saved.path.read_bytes()
    with Image.open(saved.path) as image:
        assert image.getexif().get_ifd(1) == {}
        assert len(image.info["exif"]) < len(exif) - len(thumbnail) + 100


def test_other_thumbnails_are_dropped_too() -> None:
    resource = b"8BIM\x04\x0c\0\0" + struct.pack(">I", 6) + b"little"
    caption = b"8BIM\x04\x04\0\0" + struct.pack(">I", 5) + b"\x1c\2\x78\0\0" + b"\0"
    xmp = b"<x xmlns:xmp='http://ns.adobe.com/xap/1.0/'><xmp:Thumbnails><a/></xmp:Thumbnails><xmp:Rating>3</xmp:Rating></x>"
    output = photo_metadata.for_output(Metadata(photoshop=resource + caption, xmp=xmp), 1, 1, None)
    assert output.photoshop == caption
    assert b"Thumbnails" not in output.xmp
    assert b"<xmp:Rating>3</xmp:Rating>" in output.xmp


@needs_exiftool
def test_a_bmp_says_what_it_cannot_hold(tmp_path: Path) -> None:
    saved = save_photo(load_photo(source_file(tmp_path, "a.jpg")), tmp_path / "b", format="bmp")
    for words in ("EXIF", "colour profile", "XMP", "IPTC"):
        assert any(words in str(warning) for warning in saved.warnings)


@needs_exiftool
def test_what_tiff_pages_say_of_pixels_never_gets_into_other_files(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", picture(bits=16), photometric="rgb", metadata=None, tile=(16, 16))
    tag(tmp_path / "a.tif", "-EXIF:Artist=Ida")
    saved = save_photo(load_photo(tmp_path / "a.tif"), tmp_path / "b", format="png")
    names = set(tags_of(saved.path))
    assert "IFD0:Artist" in names
    assert not [name for name in names if TRUE_OF_THE_FILE_ONLY.search(name) or "Tile" in name]


@needs_exiftool
def test_no_time_of_saving_is_written(tmp_path: Path) -> None:
    saved = save_photo(load_photo(source_file(tmp_path, "a.jpg")), tmp_path / "b.tif", format="tiff")
    assert tags_of(saved.path)["IFD0:ModifyDate"] == ["2001:01:01 10:00:00"]
    buffer = io.BytesIO(saved.path.read_bytes())
    assert np.asarray(Image.open(buffer)).shape == (37, 24, 3)
