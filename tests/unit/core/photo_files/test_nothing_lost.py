"""What files hold beside the usual blocks is kept, or missed aloud; and so are parts of the picture."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from gpen_desktop.core.photo_files import tiff_structure
from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.core.types import Photo
from gpen_desktop.errors import UnreadablePhotoError
from tests.unit.core.made_files import (
    cmyk_profile,
    exif_block,
    jpeg_with_exif,
    picture,
    png_chunks,
    png_of,
    save,
    text,
)


def codes(photo: Photo) -> list[str]:
    return [warning.code for warning in photo.warnings]


def jpeg(**options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture(96, 128)).save(buffer, "JPEG", **{"quality": 90, **options})
    return buffer.getvalue()


def with_segments(data: bytes, *segments: tuple[int, bytes]) -> bytes:
    made = b"".join(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in segments)
    return data[:2] + made + data[2:]


def test_exif_is_parsed_once_when_a_photo_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = jpeg_with_exif(tmp_path / "a.jpg", exif_block("<", {0x10F: text("Leica")}, {0x9003: text("1998:02:03")}))
    parsed: list[bytes] = []
    layout_of = tiff_structure.layout_of

    def noted(data: bytes) -> object:
        parsed.append(data)
        return layout_of(data)

    monkeypatch.setattr(tiff_structure, "layout_of", noted)
    photo = load_photo(path)
    assert len(parsed) == 1
    save_photo(photo, tmp_path / "b.jpg")
    assert len(parsed) == 2


# --- TIFF -----------------------------------------------------------------------------------------------------------


def test_a_tiff_s_white_point_and_camera_are_kept(tmp_path: Path) -> None:
    tags = [(318, 5, 2, (3127, 10000, 3290, 10000), True), (50735, 2, 6, "A1234", True)]
    tifffile.imwrite(tmp_path / "a.tif", picture(), photometric="rgb", byteorder="<", extratags=tags)
    saved = save_photo(load_photo(tmp_path / "a.tif"), tmp_path / "b.tif")
    with tifffile.TiffFile(saved.path) as file:
        kept = file.pages.first.tags
        assert kept[318].value == (3127, 10000, 3290, 10000)
        assert kept[50735].value == "A1234"


def test_a_tiff_that_states_more_rows_than_it_has_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, picture(), photometric="rgb", byteorder="<", rowsperstrip=8)
    assert codes(load_photo(path)) == []
    data = path.read_bytes()
    height = struct.pack("<HHII", 257, 4, 1, 24)
    assert data.count(height) == 1
    path.write_bytes(data.replace(height, struct.pack("<HHII", 257, 4, 1, 60)))
    photo = load_photo(path)
    assert codes(photo) == ["picture-data-missing"]
    np.testing.assert_array_equal(photo.pixels[:24], picture())


# --- PNG ------------------------------------------------------------------------------------------------------------


def test_further_chunks_of_a_png_stay_where_they_can(tmp_path: Path) -> None:
    save(picture(), tmp_path / "plain.png")
    chunks = png_chunks((tmp_path / "plain.png").read_bytes())
    kept = [
        (b"tIME", bytes([7, 206, 2, 3, 4, 5, 6])),
        (b"oFFs", struct.pack(">iiB", 3, 4, 0)),
        (b"bKGD", struct.pack(">3H", 1, 2, 3)),
        (b"sBIT", b"\7\7\7"),
        (b"prVt", b"of some program, safe to copy"),
    ]
    unsafe = (b"prVT", b"of some program, not safe to copy")
    (tmp_path / "a.png").write_bytes(png_of([chunks[0], *kept, unsafe, (b"iDOT", bytes(4)), *chunks[1:]]))
    photo = load_photo(tmp_path / "a.png")
    assert [str(warning) for warning in photo.warnings] == ["Some data of the PNG was left out: prVT."]
    saved = save_photo(photo, tmp_path / "b.png")
    assert saved.warnings == ()
    assert [chunk for chunk in png_chunks(saved.path.read_bytes()) if chunk in kept] == kept
    lost = save_photo(photo, tmp_path / "c", format="tiff").warnings
    assert [str(warning) for warning in lost] == ["A TIFF cannot hold the other data of the PNG, which was left out."]


def test_chunks_that_speak_of_other_channels_than_are_written_go(tmp_path: Path) -> None:
    save(picture(), tmp_path / "plain.png")
    chunks = png_chunks((tmp_path / "plain.png").read_bytes())
    (tmp_path / "a.png").write_bytes(png_of([chunks[0], (b"sBIT", b"\7"), (b"bKGD", b"\0\1"), *chunks[1:]]))
    saved = save_photo(load_photo(tmp_path / "a.png"), tmp_path / "b.png")
    assert {b"sBIT", b"bKGD"}.isdisjoint(kind for kind, _ in png_chunks(saved.path.read_bytes()))


# --- JPEG -----------------------------------------------------------------------------------------------------------


def test_other_application_data_of_a_jpeg_stays_in_a_jpeg(tmp_path: Path) -> None:
    segments = [
        (0xE4, b"SCALADO\0x"),
        (0xE1, b"http://ns.example/\0x"),
        (0xED, b"Adobe_CM\0\x02"),
        (0xEC, b"PictureInfo"),
    ]
    (tmp_path / "a.jpg").write_bytes(with_segments(jpeg(), *segments))
    photo = load_photo(tmp_path / "a.jpg")
    assert codes(photo) == []
    data = save_photo(photo, tmp_path / "b.jpg").path.read_bytes()
    assert all(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body in data for marker, body in segments)
    lost = save_photo(photo, tmp_path / "c", format="png").warnings
    assert [str(warning) for warning in lost] == ["A PNG cannot hold the other data of the JPEG, which was left out."]


def test_signed_credentials_are_left_out_aloud(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(with_segments(jpeg(), (0xEB, b"JP\0\1\0\0\0\1jumbf")))
    photo = load_photo(tmp_path / "a.jpg")
    assert codes(photo) == ["credentials-left-out"]
    assert b"jumbf" not in save_photo(photo, tmp_path / "b.jpg").path.read_bytes()


@pytest.mark.parametrize("progressive", [False, True])
def test_what_follows_a_jpeg_is_left_out_aloud(tmp_path: Path, progressive: bool) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(progressive=progressive) + b"\0\0\0\x18ftypmp42" + bytes(3000) + b"film")
    photo = load_photo(tmp_path / "a.jpg")
    assert codes(photo) == ["trailer-left-out"]
    assert "(4 kB)" in str(photo.warnings[0])
    (tmp_path / "b.jpg").write_bytes(jpeg(progressive=progressive) + bytes(100))
    assert codes(load_photo(tmp_path / "b.jpg")) == []


@pytest.mark.parametrize("quality", [50, 100])
def test_a_progressive_jpeg_stays_one(tmp_path: Path, quality: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    save(noise, tmp_path / "a.jpg", quality=50, progressive=True)
    photo = load_photo(tmp_path / "a.jpg")
    assert codes(photo) == []
    saved = save_photo(photo, tmp_path / "b.jpg", quality=quality)
    with Image.open(saved.path) as image:
        assert image.info.get("progressive")
    with Image.open(save_photo(load_photo(save(noise, tmp_path / "c.jpg")), tmp_path / "d.jpg").path) as image:
        assert not image.info.get("progressive")


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_jpeg_whose_second_part_is_missing_says_so(tmp_path: Path, part: float, progressive: bool) -> None:
    data = jpeg(progressive=progressive)
    (tmp_path / "a.jpg").write_bytes(data[: int(len(data) * part)] + b"\xff\xd9")
    photo = load_photo(tmp_path / "a.jpg")
    assert codes(photo) == ["picture-data-missing"]
    assert photo.pixels.shape == (96, 128, 3)


def noise() -> np.ndarray:
    """(240, 320, 3), of several sizes of detail."""
    fine = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(fine).resize((60, 80)).resize((320, 240))) // 2 + fine // 2


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    "way", [{}, {"progressive": True}, {"restart_marker_rows": 2}], ids=["baseline", "progressive", "restarts"]
)
def test_a_jpeg_that_states_three_times_its_height_says_so(tmp_path: Path, way: dict[str, int], mode: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(noise()).convert(mode).save(buffer, "JPEG", quality=88, **way)
    data = buffer.getvalue()
    at = data.index(b"\xff\xc2" if "progressive" in way else b"\xff\xc0") + 5
    (tmp_path / "a.jpg").write_bytes(data[:at] + struct.pack(">H", 720) + data[at + 2 :])
    photo = load_photo(tmp_path / "a.jpg")
    assert "picture-data-missing" in codes(photo)
    (tmp_path / "a.jpg").write_bytes(data)
    whole = load_photo(tmp_path / "a.jpg")
    assert "picture-data-missing" not in codes(whole)
    np.testing.assert_array_equal(photo.pixels[:232], whole.pixels[:232])


def test_a_jpeg_of_inks_cut_anywhere_says_so(tmp_path: Path) -> None:
    """What libjpeg fills in is grey in inks, and no grey any more in RGB; a cut may lie behind an FF."""
    buffer = io.BytesIO()
    Image.fromarray(noise()).convert("CMYK").save(buffer, "JPEG", quality=88, icc_profile=cmyk_profile())
    data = buffer.getvalue()
    begin = data.index(b"\xff\xda")
    cuts = [begin + (len(data) - begin) * part // 10 for part in (3, 6, 9)]
    cuts += [at + 1 for at in (data.index(b"\xff\0", cut) for cut in cuts[:2])]
    for cut in cuts:
        (tmp_path / "a.jpg").write_bytes(data[:cut] + b"\xff\xd9")
        assert codes(load_photo(tmp_path / "a.jpg"))[-1] == "picture-data-missing"


def test_a_part_is_missed_also_where_another_picture_follows(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg()[:-800] + b"\xff\xd9" + jpeg())
    assert "picture-data-missing" in codes(load_photo(tmp_path / "a.jpg"))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_which_next_to_nothing_is_there_is_refused(tmp_path: Path, progressive: bool) -> None:
    """600 bytes that claim 400 million pixels took 4.6 GB, and were 'done'."""
    data = jpeg(progressive=progressive)
    at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    (tmp_path / "a.jpg").write_bytes(data[:at] + struct.pack(">H", 4000) + data[at + 2 :])
    with pytest.raises(UnreadablePhotoError, match="the file ends early"):
        load_photo(tmp_path / "a.jpg")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
def test_a_png_that_states_more_rows_than_it_has_says_so(tmp_path: Path, mode: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(noise()).convert(mode).save(buffer, "PNG")
    (_, head), *rest = png_chunks(buffer.getvalue())

    def load(height: int) -> Photo:
        of_height = struct.pack(">II", 320, height) + head[8:]
        (tmp_path / "a.png").write_bytes(png_of([(b"IHDR", of_height), *rest]))
        return load_photo(tmp_path / "a.png")

    assert codes(load(240)) == []
    photo = load(300)
    assert codes(photo) == ["picture-data-missing"]
    np.testing.assert_array_equal(photo.pixels[:240], load(240).pixels)
    with pytest.raises(UnreadablePhotoError, match="the file ends early"):
        load(2400)


def test_a_whole_png_that_ends_in_one_colour_is_not_suspected(tmp_path: Path) -> None:
    black = picture(96, 128)
    black[40:] = 0
    assert codes(load_photo(save(black, tmp_path / "a.png"))) == []


def test_a_png_with_a_white_border_is_inflated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    white = picture(96, 128)
    white[40:] = 255
    path = save(white, tmp_path / "a.png")
    monkeypatch.setattr(zlib, "decompressobj", lambda *_: pytest.fail("inflated by us, after Pillow"))
    assert codes(load_photo(path)) == []


@pytest.mark.parametrize("progressive", [False, True])
def test_a_whole_jpeg_that_ends_in_grey_is_not_suspected(tmp_path: Path, progressive: bool) -> None:
    grey = picture(96, 128)
    grey[40:] = 128
    save(grey, tmp_path / "a.jpg", quality=90, progressive=progressive)
    assert codes(load_photo(tmp_path / "a.jpg")) == []
