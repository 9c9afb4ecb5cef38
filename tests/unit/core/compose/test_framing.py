"""Straightening and cropping: what is kept, where it comes from, and that nothing else changes."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from gpen_desktop.core.compose import framing
from gpen_desktop.core.compose.framing import enlarged_result_size, framed, kept, largest, result_size, scale_for
from gpen_desktop.core.engine.edits import Edits, restore_alike, turned, with_frame, with_look
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.options import SHAPES
from gpen_desktop.core.photo_files.turning import turned as turned_photo
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import ComposeOptions, Frame, Photo, frozen
from tests.narrowing import the
from tests.unit.core.drawn_faces import KnownFaces, Sharpener, photo_with_faces


def gradient(width: int, height: int, dtype: type = np.uint8) -> Photo:
    """Smooth, so that interpolation errs little; no two places alike."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    most = np.iinfo(dtype).max
    pixels = np.stack([x / width, y / height, (x + y) / (width + height)], axis=2) * most
    alpha = (x / width * most).astype(dtype)
    return Photo(frozen(pixels.astype(dtype)), SourceFormat("PNG"), alpha=frozen(alpha))


def test_the_whole_photo_is_the_photo_itself() -> None:
    photo = gradient(60, 40)
    assert framed(photo, Frame()) is photo


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_crop_is_bit_for_bit(dtype: type) -> None:
    photo = gradient(200, 100, dtype)
    part = framed(photo, Frame(box=(0.25, 0.1, 0.75, 0.9)))
    assert np.array_equal(part.pixels, photo.pixels[10:90, 50:150])
    assert part.alpha is not None
    assert photo.alpha is not None
    assert np.array_equal(part.alpha, photo.alpha[10:90, 50:150])
    assert not part.pixels.flags.writeable


@pytest.mark.parametrize("degrees", [-12.5, -0.3, 4.0])
@pytest.mark.parametrize("size", [(301, 200), (90, 400)])
def test_straightened_it_holds_nothing_from_beyond_the_photo(degrees: float, size: tuple[int, int]) -> None:
    photo = gradient(*size)
    alpha = frozen(np.full(photo.pixels.shape[:2], 255, np.uint8))
    marked = dataclasses.replace(photo, alpha=alpha)
    frame = Frame(degrees)
    part = framed(marked, frame)
    whole = cv2.warpAffine(alpha, framing.straightening(size, degrees), size, flags=cv2.INTER_LINEAR, borderValue=0)
    x0, y0, x1, y1 = kept(frame, size)
    assert whole[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1].min() == 255
    assert (part.width, part.height) == result_size(frame, size) == (x1 - x0, y1 - y0)
    assert part.width / part.height == pytest.approx(size[0] / size[1], rel=0.05)
    assert part.alpha is not None
    assert part.alpha.min() == 255


@pytest.mark.parametrize("tile", [64, 4096])
def test_every_pixel_comes_from_where_it_was(tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "_TILE", tile)
    photo, frame = gradient(400, 300), Frame(7.0, (0.2, 0.2, 0.8, 0.8))
    part = framed(photo, frame)
    x0, y0, *_ = kept(frame, (400, 300))
    to_straight = framing.straightening((400, 300), 7.0)
    for x, y in ((200, 150), (150, 100), (260, 190)):
        sx, sy = np.round(to_straight @ (x, y, 1)).astype(int)
        assert np.abs(part.pixels[sy - y0, sx - x0].astype(int) - photo.pixels[y, x]).max() <= 2


@pytest.mark.parametrize("shape", ["10x15", "13x18", "square", "original"])
@pytest.mark.parametrize("is_upright", [True, False])
def test_shapes_are_cut_to_within_a_pixel(shape: str, is_upright: bool) -> None:
    size = (1328, 568)
    ratio = the(framing.side_ratio(shape, size, is_upright=is_upright))
    box = framing.in_shares(largest(size, 3.0, ratio), size)
    width, height = result_size(Frame(3.0, box, shape), size)
    assert ratio == pytest.approx(width / height, abs=2 * ratio / min(width, height))


def test_without_a_box_the_shape_lies_as_the_photo_does() -> None:
    assert result_size(Frame(shape="10x15"), (600, 800)) == (533, 800)
    assert result_size(Frame(shape="10x15"), (800, 600)) == (800, 533)
    assert result_size(Frame(shape="square"), (800, 600)) == (600, 600)
    assert Frame(shape="original").is_whole
    assert not Frame(shape="square").is_whole


def test_a_side_of_a_crop_gets_as_many_pixels_as_are_wanted() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        width, height, side = (int(number) for number in rng.integers((200, 200, 0), (5000, 5000, 2)))
        x0, y0, x1, y1 = rng.uniform((0, 0, 0.6, 0.6), (0.4, 0.4, 1, 1)).tolist()
        frame = Frame(box=(x0, y0, x1, y1))
        least, most = (enlarged_result_size(frame, (width, height), limit)[side] for limit in (1, 4))
        wanted = int(rng.integers(least, most + 1))
        scale = scale_for(frame, (width, height), side, wanted, (1, 4))
        assert 1 <= scale <= 4
        assert enlarged_result_size(frame, (width, height), scale)[side] == wanted


def test_a_straightened_photo_gets_any_size_that_a_scale_gives_it() -> None:
    rng = np.random.default_rng(6)
    for _ in range(300):
        width, height, side = (int(number) for number in rng.integers((200, 200, 0), (5000, 5000, 2)))
        frame = Frame(float(rng.uniform(-15, 15)), shape=str(rng.choice(SHAPES)))
        wanted = enlarged_result_size(frame, (width, height), float(rng.uniform(1, 4)))[side]
        scale = scale_for(frame, (width, height), side, wanted, (1, 4))
        assert enlarged_result_size(frame, (width, height), scale)[side] == wanted


def test_a_print_says_how_fine_it_gets() -> None:
    assert framing.print_dpi("10x15", (1800, 1200)) == 305
    assert framing.print_dpi("20x30", (1200, 1800)) == 152
    assert framing.print_dpi("square", (100, 100)) is None


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_photo_keeps_the_same_part(quarters: int) -> None:
    photo = gradient(400, 300)
    edits = with_frame(Edits(), Frame(5.0, (0.1, 0.3, 0.5, 0.9)))
    again = turned(edits, (400, 300), quarters)
    part = framed(turned_photo(photo, quarters), again.options.frame)
    expected = turned_photo(framed(photo, edits.options.frame), quarters)
    off = [abs(a - b) for a, b in zip(part.pixels.shape, expected.pixels.shape, strict=True)]
    assert max(off) <= 1  # which pixel a box begins in may fall to either side
    middle = tuple(side // 2 for side in expected.pixels.shape[:2])
    assert np.abs(part.pixels[middle].astype(int) - expected.pixels[middle]).max() <= 3


def test_a_box_goes_towards_where_it_is_wanted_as_far_as_the_photo_reaches() -> None:
    start, wanted = (40.0, 40.0, 60.0, 60.0), (40.0, 40.0, 160.0, 60.0)
    assert framing.towards(start, wanted, (100, 100), 0.0) == (40.0, 40.0, 100.0, 60.0)
    x1 = framing.towards(start, wanted, (100, 100), 10.0)[2]
    assert 60 < x1 < 100


def test_the_frame_belongs_to_its_photo_and_makes_nothing_anew() -> None:
    framed_edits = with_frame(Edits(), Frame(2.0, (0.1, 0.1, 0.9, 0.9)))
    assert with_look(Edits(), framed_edits).options.frame == Frame()
    assert with_look(framed_edits, Edits()).options.frame == framed_edits.options.frame
    assert restore_alike(Edits(), framed_edits)


@pytest.mark.parametrize(("degrees", "box"), [(16, (0, 0, 1, 1)), (0, (0.5, 0, 0.5, 1)), (0, (-0.1, 0, 1, 1))])
def test_a_frame_that_cannot_be_is_refused(degrees: float, box: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="no such frame"):
        Frame(degrees, box)


def test_compose_frames_at_the_end_and_says_so() -> None:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    session = Session(photo, KnownFaces(*faces), Sharpener())
    whole = session.compose(ComposeOptions())
    part = session.compose(ComposeOptions(frame=Frame(box=(0.0, 0.0, 0.5, 1.0))))
    assert np.array_equal(part.photo.pixels, whole.photo.pixels[:, : photo.width // 2])
    assert part.is_framed
    assert not whole.is_framed
    alone = session.compose(ComposeOptions(strength=0, frame=Frame(box=(0.0, 0.0, 0.5, 1.0))))
    assert alone.is_changed  # so that it is not taken for a copy of its file
