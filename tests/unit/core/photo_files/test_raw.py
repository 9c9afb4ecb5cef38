"""Cameras' raw files: developed with their own colours, upright, 16 bits, with what they say. The files are made here:
DNGs with a Bayer mosaic, and what other makers put around theirs."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile

from gpen_desktop.core.batch import album, batch
from gpen_desktop.core.batch.batch import BatchOptions, PhotoStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.photo_files import registry
from gpen_desktop.core.photo_files.formats import raw
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.errors import UnreadablePhotoError
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces
from tests.unit.core.made_files import needs_exiftool, picture, tag, tags_of, write_dng


def linear(coded: np.ndarray) -> np.ndarray:
    """sRGB's values, 0 to 1, as light."""
    return np.where(coded < 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def quarters() -> np.ndarray:
    """Red, green, blue and white quarters, (64, 96, 3)."""
    scene = np.full((64, 96, 3), 0.1)
    scene[:32, :48, 0] = scene[:32, 48:, 1] = scene[32:, :48, 2] = scene[32:, 48:] = 0.6
    return scene


def test_it_is_developed_with_the_camera_s_colours_and_white_balance(tmp_path: Path) -> None:
    photo = load_photo(write_dng(tmp_path / "a.dng", quarters()))
    assert photo.warnings == ()
    assert photo.source.format == "RAW"
    assert photo.pixels.dtype == np.uint16
    assert photo.pixels.shape == (64, 96, 3)
    light = linear(photo.pixels / 65535)
    patches = [light[y : y + 16, x : x + 30].mean(axis=(0, 1)) for y, x in ((4, 4), (4, 60), (40, 4), (40, 60))]
    white = patches[3]
    assert 0.6 < white.min() <= white.max() < 0.8  # a dark exposure is brightened
    np.testing.assert_allclose(white, white.mean(), rtol=0.002)
    for channel, patch in enumerate(patches[:3]):
        expected = np.where(np.arange(3) == channel, 1.0, 0.1 / 0.6) * white
        np.testing.assert_allclose(patch, expected, rtol=0.02)


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_it_stands_upright_and_its_result_says_so(tmp_path: Path, orientation: int, turns: int) -> None:
    upright = load_photo(write_dng(tmp_path / "1.dng", quarters())).pixels
    photo = load_photo(write_dng(tmp_path / "a.dng", quarters(), orientation))
    np.testing.assert_array_equal(photo.pixels, np.rot90(upright, turns))
    saved = load_photo(save_photo(photo, tmp_path / "b").path)
    np.testing.assert_array_equal(saved.pixels, photo.pixels)


@needs_exiftool
@pytest.mark.parametrize("format", ["keep", "jpeg", "png", "webp"])
def test_what_the_camera_wrote_stays(tmp_path: Path, format: str) -> None:
    source = tag(
        write_dng(tmp_path / "a.dng", quarters(), 6),
        "-DateTimeOriginal=1999:12:31 23:59:59",
        "-ISO=400",
        "-ColorSpace=65535",
        "-GPSLatitude=52.5",
        "-GPSLatitudeRef=N",
        "-XMP-dc:Title=Ida & Ada",
        "-IPTC:City=Ulm",
    )
    saved = save_photo(load_photo(source), tmp_path / "b", format=format)
    before, after = tags_of(source), tags_of(saved.path)
    kept = ["IFD0:Make", "IFD0:Model", "ExifIFD:DateTimeOriginal", "ExifIFD:ISO", "GPS:GPSLatitude", "XMP-dc:Title"]
    kept += ["IFD0:UniqueCameraModel"] + ["IPTC:City"] * (format != "webp")
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}
    assert after.get("IFD0:Orientation", [1]) == [1]
    assert after["ExifIFD:ColorSpace"] == [1]
    assert not {"IFD0:DNGVersion", "IFD0:ColorMatrix1", "IFD0:CFAPattern2", "IFD0:AsShotNeutral"} & set(after)


def test_it_becomes_a_16_bit_tiff_and_that_is_said(tmp_path: Path) -> None:
    saved = save_photo(load_photo(write_dng(tmp_path / "a.dng", quarters())), tmp_path / "b.dng")
    assert saved.path == tmp_path / "b.tif"
    assert [warning.code for warning in saved.warnings] == ["saved-as-other-format"]
    with tifffile.TiffFile(saved.path) as file:
        assert file.pages[0].dtype == np.uint16


def test_an_album_of_them_is_restored(tmp_path: Path) -> None:
    (photo,), faces = [photo_with_faces((40, 60))[0]], photo_with_faces((40, 60))[1]
    scene = linear(photo.pixels / 255)
    folder = tmp_path / "album"
    folder.mkdir()
    write_dng(folder / "IMG_1.DNG", scene[: scene.shape[0] // 2 * 2, : scene.shape[1] // 2 * 2])
    folder.joinpath("IMG_1.xmp").write_bytes(b"notes")
    (job,) = album.plan([folder], tmp_path / "out", recursive=False)
    engine = Engine(models=DrawnModels(KnownFaces(*faces), Sharpener()))
    options = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"))
    report = batch.restore_photo(job, engine, options, SilentProgress())
    assert report.outcome is PhotoStatus.DONE
    assert report.restored == 1
    assert report.target == str(tmp_path / "out" / "IMG_1.tif")
    assert (tmp_path / "out" / "IMG_1.xmp").read_bytes() == b"notes"


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.9])
def test_one_that_is_cut_off_is_refused(tmp_path: Path, kept: float) -> None:
    data = write_dng(tmp_path / "a.dng", quarters()).read_bytes()
    (tmp_path / "b.dng").write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UnreadablePhotoError, match=r"b\.dng"):
        load_photo(tmp_path / "b.dng")


def test_one_of_a_kind_that_nobody_knows_is_named_for_what_it_is(tmp_path: Path) -> None:
    for name, start in (
        ("a.cr3", b"\0\0\0\x18ftypcrx "),
        ("a.raf", b"FUJIFILMCCD-RAW 0201"),
        ("a.orf", b"IIRO\x08\0\0\0"),
    ):
        (tmp_path / name).write_bytes(start + bytes(1000))
        with pytest.raises(UnreadablePhotoError, match="raw file"):
            load_photo(tmp_path / name)


def directory(fields: dict[int, bytes]) -> bytes:
    """A TIFF block of texts."""
    at, body, entries = 10 + 12 * len(fields) + 4, b"", b""
    for number, text in sorted(fields.items()):
        entries += struct.pack("<HHII", number, 2, len(text), at + len(body))
        body += text + bytes(len(text) % 2)
    return b"II*\0" + struct.pack("<IH", 8, len(fields)) + entries + bytes(4) + body


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def test_canon_s_boxes_are_put_together() -> None:
    boxes = box(b"CMT1", directory({271: b"Canon\0"})) + box(b"CMT2", directory({0x9003: b"1999:12:31 23:59:59\0"}))
    boxes += box(b"CMT4", directory({0x1D: b"1999:12:31\0"}))
    whole = box(b"ftyp", b"crx \0\0\0\1") + box(b"moov", box(b"uuid", bytes(16) + boxes)) + box(b"mdat", bytes(9))
    block = raw.of_canon(whole)
    for text in (b"Canon\0", b"1999:12:31 23:59:59\0", b"1999:12:31\0"):
        assert text in block
    assert raw.of_canon(whole[:40]) == b""


def test_a_scan_with_a_smaller_copy_in_it_is_no_raw_file(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(picture(), photometric="rgb", subifds=1)
        file.write(picture()[::2, ::2], photometric="rgb", subfiletype=1)
    assert load_photo(tmp_path / "a.tif").source.format == "TIFF"


@pytest.mark.parametrize("start", [b"II*\0\x10\0\0\0CR\2\0", b"MM\0*\0\0\0\x08", b"II*\0\xff\xff\xff\xff", b"II"])
def test_a_start_that_says_little_is_no_error(start: bytes) -> None:
    assert {format.name for format in registry.FORMATS if format.recognises(start)} <= {"TIFF", "RAW"}
