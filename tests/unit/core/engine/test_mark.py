"""A visible mark: on what was restored alone, where it is asked for, and nothing else of the photo changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from gpen_desktop.core.batch import batch
from gpen_desktop.core.batch.album import PlannedPhoto
from gpen_desktop.core.batch.batch import BatchOptions, PhotoReport
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.output.mark import check_drawable, marked
from gpen_desktop.core.output.mark_words import USUAL, check_mark
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.errors import OptionError
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces
from tests.unit.core.made_files import exiftool, needs_exiftool, photo_of

PHOTO, FACES = photo_with_faces((40, 60))


def restored(source: Path, target: Path, finder: KnownFaces, mark: str) -> PhotoReport:
    options = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"), ExportOptions(mark=mark))
    engine = Engine(models=DrawnModels(finder, Sharpener()))
    return batch.restore_photo(PlannedPhoto(source, target), engine, options, SilentProgress())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    Image.fromarray(PHOTO.pixels).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_it_lies_over_the_lower_right_of_a_result_and_nowhere_else(source: Path, tmp_path: Path) -> None:
    for name, mark in (("plain", ""), ("marked", USUAL)):
        restored(source, tmp_path / f"{name}.png", KnownFaces(*FACES), mark)
    plain, with_mark = (load_photo(tmp_path / f"{name}.png").pixels for name in ("plain", "marked"))
    ys, xs = np.nonzero((plain != with_mark).any(axis=2))
    assert ys.min() > 350
    assert xs.min() > 350
    assert len(ys) > 300
    assert with_mark[ys.min() :, xs.min() :].max() == 255


def test_a_photo_in_which_nothing_changed_gets_none(source: Path, tmp_path: Path) -> None:
    restored(source, tmp_path / "b.png", KnownFaces(), USUAL)
    assert (tmp_path / "b.png").read_bytes() == source.read_bytes()


def test_every_page_that_changed_gets_it(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for shift in (0, 3):
            file.write(np.roll(PHOTO.pixels, shift, axis=0), photometric="rgb")
    restored(tmp_path / "a.tif", tmp_path / "plain.tif", KnownFaces(*FACES), "")
    restored(tmp_path / "a.tif", tmp_path / "b.tif", KnownFaces(*FACES), "mine")
    with tifffile.TiffFile(tmp_path / "plain.tif") as plain, tifffile.TiffFile(tmp_path / "b.tif") as file:
        for one, other in zip(plain.pages, file.pages, strict=True):
            assert (one.asarray() != other.asarray()).any()


@needs_exiftool
def test_the_history_says_what_stands_there(source: Path, tmp_path: Path) -> None:
    restored(source, tmp_path / "b.png", KnownFaces(*FACES), "mine & <yours>")
    assert "mark: mine & <yours>" in exiftool("-s3", "-XMP:HistoryParameters", tmp_path / "b.png")


@pytest.mark.parametrize(("channels", "bits"), [(1, 8), (3, 16), (4, 8)])
def test_grey_deep_and_transparent_photos_stay_what_they_are(channels: int, bits: int) -> None:
    samples = np.full((300, 500, channels), 2**bits // 3, np.uint8 if bits == 8 else np.uint16)
    photo = photo_of(samples)
    made = marked(photo, "words")
    assert made.pixels.dtype == photo.pixels.dtype
    assert made.pixels.max() > photo.white * 0.95
    assert made.pixels.min() < 2**bits // 4, "a shadow around"
    if channels == 1:
        assert (made.pixels[..., 0] == made.pixels[..., 2]).all()
    if photo.alpha is not None:
        np.testing.assert_array_equal(made.alpha, photo.alpha)


@pytest.mark.parametrize("size", [(3, 4), (20, 600), (600, 20), (60, 90)])
def test_where_there_is_no_room_there_is_none(size: tuple[int, int]) -> None:
    photo = photo_of(np.zeros((*size, 3), np.uint8))
    assert marked(photo, "W" * 100) is photo


def test_long_words_are_written_smaller(tmp_path: Path) -> None:
    photo = photo_of(np.zeros((400, 900, 3), np.uint8))
    ys, xs = np.nonzero(marked(photo, "A long line of words, which is written as small as it has to be").pixels[..., 0])
    assert xs.max() - xs.min() <= 0.9 * 900
    assert ys.max() < 400


@pytest.mark.parametrize("words", ["a\nb", "\x1b[31m", "x" * 101])
def test_what_is_no_line_of_words_is_refused(words: str) -> None:
    with pytest.raises(OptionError) as error:
        check_mark(words)
    assert error.value.what.code == "bad-mark"


def test_characters_that_no_font_has_are_refused_and_not_drawn_as_boxes() -> None:
    photo = photo_of(np.zeros((400, 900, 3), np.uint8))
    for draw in (check_drawable, lambda words: marked(photo, words)):
        with pytest.raises(OptionError) as error:
            draw("\U0001f9ff mine")  # in no font that is looked for
        assert error.value.what.code == "mark-without-font"
        assert error.value.todo is not None


def test_words_that_can_be_drawn_are_right_before_any_work_is_done() -> None:
    for words in ("", USUAL, "Schön war’s"):
        check_drawable(words)
