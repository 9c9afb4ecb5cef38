"""Files of several pictures: every page of a TIFF is restored and kept; an animation is left alone, aloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from gpen_desktop.core.batch import batch
from gpen_desktop.core.batch.album import PlannedPhoto
from gpen_desktop.core.batch.batch import BatchOptions, PhotoReport, PhotoStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.photo_files.load_save import further_pages, load_photo, open_photo, save_photo
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import ComposeOptions, Face, Photo, frozen
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces
from tests.unit.core.made_files import exiftool, needs_exiftool, picture, tag

SIZES = ((24, 37), (30, 20), (41, 41))


def pages(path: Path, bits: int = 8, **how: Any) -> list[np.ndarray]:
    """A TIFF of three pages, none like another; what is in them."""
    made = [picture(*size, bits=bits, seed=number) for number, size in enumerate(SIZES)]
    with tifffile.TiffWriter(path, **how) as file:
        for number, samples in enumerate(made):
            file.write(samples, photometric="rgb", compression="zlib", description=f"page {number}", metadata=None)
    return made


def read(path: Path) -> list[np.ndarray]:
    with tifffile.TiffFile(path) as file:
        return [page.asarray() for page in file.pages]


@pytest.mark.parametrize("how", [{"byteorder": "<"}, {"byteorder": ">"}, {"bigtiff": True}], ids=str)
@pytest.mark.parametrize("bits", [8, 16])
def test_every_page_is_read(tmp_path: Path, bits: int, how: dict[str, Any]) -> None:
    made = pages(tmp_path / "a.tif", bits, **how)
    opened = open_photo(tmp_path / "a.tif")
    assert opened.header.pictures == 3
    first = opened.decode()
    photos = [first, *(page.decode() for page in further_pages(first))]
    assert all(np.array_equal(photo.pixels, samples) for photo, samples in zip(photos, made, strict=True))


@pytest.mark.parametrize("how", [{"byteorder": "<"}, {"byteorder": ">"}, {"bigtiff": True}], ids=str)
def test_saving_the_first_keeps_the_others_as_they_are(tmp_path: Path, how: dict[str, Any]) -> None:
    made = pages(tmp_path / "a.tif", **how)
    saved = save_photo(load_photo(tmp_path / "a.tif"), tmp_path / "b.tif")
    assert [warning.code for warning in saved.warnings] == ["other-pages-kept"]
    assert all(np.array_equal(a, b) for a, b in zip(read(tmp_path / "b.tif"), made, strict=True))


@needs_exiftool
def test_what_a_page_says_of_itself_stays_with_it(tmp_path: Path) -> None:
    pages(tmp_path / "a.tif")
    tag(tmp_path / "a.tif", "-IFD1:Artist=Ida", "-IFD0:Artist=Ada", "-GPS:GPSLatitude=12")
    save_photo(load_photo(tmp_path / "a.tif"), tmp_path / "b.tif")
    said = exiftool("-s3", "-IFD0:Artist", "-IFD1:Artist", "-IFD2:ImageDescription", tmp_path / "b.tif")
    assert said.split("\n")[:3] == ["Ada", "Ida", "page 2"]


def test_a_format_of_one_page_says_what_it_leaves_out(tmp_path: Path) -> None:
    pages(tmp_path / "a.tif")
    saved = save_photo(load_photo(tmp_path / "a.tif"), tmp_path / "b.png", format="png")
    assert [warning.code for warning in saved.warnings] == ["first-page-only"]


def test_a_smaller_copy_is_no_page(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(picture(), photometric="rgb")
        file.write(picture()[::2, ::2], photometric="rgb", subfiletype=1)
    assert open_photo(tmp_path / "a.tif").header.pictures == 1


def test_directories_in_a_circle_end(tmp_path: Path) -> None:
    pages(tmp_path / "a.tif")
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        last, first = file.pages[2], file.pages.first
        assert isinstance(last, tifffile.TiffPage)
        end = last.offset + 2 + 12 * len(last.tags)
        data[end : end + 4] = first.offset.to_bytes(4, "little")
    (tmp_path / "a.tif").write_bytes(data)
    assert open_photo(tmp_path / "a.tif").header.pictures == 3


def restored(
    source: Path,
    target: Path,
    finder: KnownFaces | None = None,
    numbers: tuple[int, ...] | None = None,
    **export: Any,
) -> PhotoReport:
    faces = photo_with_faces((40, 60))[1]
    engine = Engine(models=DrawnModels(finder or KnownFaces(*faces), Sharpener()))
    options = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"), ExportOptions(**export), numbers)
    return batch.restore_photo(PlannedPhoto(source, target), engine, options, SilentProgress())


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Two pages with a face each."""
    pixels = photo_with_faces((40, 60))[0].pixels
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for shift in (0, 3):
            file.write(np.roll(pixels, shift, axis=0), photometric="rgb")
    return tmp_path / "a.tif"


def test_every_page_is_restored_and_kept(scans: Path, tmp_path: Path) -> None:
    report = restored(scans, tmp_path / "out" / "a.tif")
    assert report.outcome is PhotoStatus.DONE
    assert report.restored == 2
    assert [face.get("page", 1) for face in report.faces] == [1, 2]
    for before, after in zip(read(scans), read(tmp_path / "out" / "a.tif"), strict=True):
        assert before.shape == after.shape
        assert (before[60:316, 40:296] != after[60:316, 40:296]).mean() > 0.2
        assert np.array_equal(before[:20], after[:20])


def test_faces_by_number_are_those_of_each_page(scans: Path, tmp_path: Path) -> None:
    (face,) = photo_with_faces((40, 60))[1]
    beside = Face(frozen(face.landmarks + (90, 0)), 0.9)

    class TwoOnFirst(KnownFaces):
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            return (face, beside) if np.array_equal(photo.pixels, read(scans)[0]) else (face,)

    report = restored(scans, tmp_path / "b.tif", TwoOnFirst(), numbers=(2,))
    states = [(said.get("page", 1), said["number"], said["state"]) for said in report.faces]
    assert states == [(1, 1, "not selected"), (1, 2, "restored"), (2, 1, "not selected")]
    assert np.array_equal(read(scans)[1], read(tmp_path / "b.tif")[1])


def test_a_face_on_the_second_page_alone_is_found(scans: Path, tmp_path: Path) -> None:
    class OnSecond(KnownFaces):
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            return self.faces if np.array_equal(photo.pixels, read(scans)[1]) else ()

    report = restored(scans, tmp_path / "b.tif", OnSecond(*photo_with_faces((40, 60))[1]))
    assert report.restored == 1
    before, after = read(scans), read(tmp_path / "b.tif")
    assert np.array_equal(before[0], after[0])
    assert not np.array_equal(before[1], after[1])


def test_pages_in_which_nothing_changes_are_copied(scans: Path, tmp_path: Path) -> None:
    restored(scans, tmp_path / "b.tif", KnownFaces())
    assert (tmp_path / "b.tif").read_bytes() == scans.read_bytes()


def test_only_the_page_that_is_kept_is_restored_where_the_format_holds_one(scans: Path, tmp_path: Path) -> None:
    seen: list[np.ndarray] = []

    class Noting(KnownFaces):
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            seen.append(photo.pixels)
            return self.faces

    report = restored(scans, tmp_path / "b.jpg", Noting(*photo_with_faces((40, 60))[1]), format="jpeg")
    assert [face.get("page", 1) for face in report.faces] == [1]
    assert "first-page-only" in [warning.code for warning in report.warnings]
    assert all(np.array_equal(pixels, read(scans)[0]) for pixels in seen)


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_an_animation_is_left_alone_aloud(tmp_path: Path, ending: str) -> None:
    frames = [Image.fromarray(np.roll(photo_with_faces((40, 60))[0].pixels, n, axis=0)) for n in range(3)]
    source = tmp_path / f"a.{ending}"
    frames[0].save(source, save_all=True, append_images=frames[1:], duration=100)
    report = restored(source, tmp_path / "out" / source.name)
    assert report.outcome is PhotoStatus.DONE
    assert report.warnings[-1].code == "animation-left-alone"
    assert report.restored == 0
    assert (tmp_path / "out" / source.name).read_bytes() == source.read_bytes()
    engine = Engine(models=DrawnModels(KnownFaces(), Sharpener()))
    session = engine.open(source, "sharpener", quarters=1)
    exported = engine.export(session, ComposeOptions(), tmp_path / "turned" / source.name, ExportOptions())
    assert exported.path.read_bytes() == source.read_bytes()  # turned, it would lose all frames but one
    report = restored(source, tmp_path / "out" / "a.jpg", format="jpeg")
    assert "first-picture-only" in [warning.code for warning in report.warnings]
