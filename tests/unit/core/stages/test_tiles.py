"""Tiles: every pixel of the answer is what the whole photo would have given."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.stages import tiles
from gpen_desktop.core.types import FloatImage, Pixels
from gpen_desktop.errors import Cancelled, OutOfMemoryError
from gpen_desktop.messages import say
from tests.narrowing import as_pixels, floats


def picture(height: int, width: int, dtype: type = np.uint8) -> Pixels:
    rng = np.random.default_rng(5)
    return as_pixels(rng.integers(0, np.iinfo(dtype).max, (height, width, 3), dtype))


def blur(part: FloatImage) -> FloatImage:
    """A network that sees 10 px around."""
    return floats(cv2.GaussianBlur(part, (21, 21), 4, borderType=cv2.BORDER_REFLECT_101))


def halves(part: FloatImage) -> FloatImage:
    """A network that halves its maps twice, and sees about 16 px around."""
    small = part.reshape(part.shape[0] // 4, 4, part.shape[1] // 4, 4, 3).mean((1, 3))
    return np.repeat(np.repeat(cv2.blur(small, (3, 3), borderType=cv2.BORDER_REFLECT_101), 4, 0), 4, 1)


def put_together(pixels: Pixels, network: tiles.Network, side: int, margin: int, scale: int = 1) -> FloatImage:
    out = np.full((pixels.shape[0] * scale, pixels.shape[1] * scale, 3), np.nan, np.float32)
    tiled = tiles.TiledNetwork(network, side, margin, 8, scale)
    for (x0, y0, x1, y1), answer in tiled.answers(pixels, SilentProgress(), "test"):
        out[y0:y1, x0:x1] = answer
    return out


@pytest.mark.parametrize("size", [(300, 500), (129, 257), (64, 640)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("network", [blur, halves])
def test_tiles_give_what_the_whole_gives(size: tuple[int, int], dtype: type, network: tiles.Network) -> None:
    pixels = picture(*size, dtype)
    whole = put_together(pixels, network, side=10_000, margin=0)
    parts = put_together(pixels, network, side=128, margin=16)
    assert np.abs(parts - whole)[: size[0] - 16, : size[1] - 16].max() < 1e-4
    assert np.isfinite(parts).all()


def test_an_enlarging_network_fills_the_enlarged_picture() -> None:
    pixels = picture(200, 310)
    out = put_together(pixels, lambda part: np.repeat(np.repeat(part, 2, 0), 2, 1), side=128, margin=12, scale=2)
    assert np.array_equal(tiles.as_pixels(out, pixels), np.repeat(np.repeat(pixels, 2, 0), 2, 1))


def test_a_picture_smaller_than_the_multiple_is_worked_on() -> None:
    pixels = picture(3, 5)
    assert np.array_equal(tiles.as_pixels(put_together(pixels, lambda part: part, 128, 16), pixels), pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_values_come_back_as_they_were(dtype: type) -> None:
    pixels = picture(40, 50, dtype)
    out = put_together(pixels, lambda part: part, side=128, margin=0)
    assert np.array_equal(tiles.as_pixels(out, pixels), pixels)


@pytest.mark.parametrize("most", [100, 200, 300])
def test_tiles_that_do_not_fit_are_given_smaller(most: int) -> None:
    """most: side that memory suffices for."""
    given: list[int] = []
    told: list[float] = []

    def tight(part: FloatImage) -> FloatImage:
        given.append(max(part.shape))
        if max(part.shape) > most:
            raise OutOfMemoryError(say("full", "The memory is full."))
        return blur(part)

    class Listening:
        def report(self, fraction: float, stage: str) -> None:
            told.append(fraction)

    pixels = picture(600, 900)
    made = np.full(pixels.shape, np.nan, np.float32)
    answers = tiles.TiledNetwork(tight, 600, 16, 8).answers(pixels, Listening(), "test")
    if most < tiles.SMALLEST:
        with pytest.raises(OutOfMemoryError):
            list(answers)
        return
    for (x0, y0, x1, y1), answer in answers:
        made[y0:y1, x0:x1] = answer
    assert np.abs(made - put_together(pixels, blur, side=10_000, margin=0)).max() < 1e-4
    assert sum(side > most for side in given) <= 3  # found out once, not with every tile
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)


def test_cancelled_between_tiles() -> None:
    class Stop:
        seen = 0

        def report(self, fraction: float, stage: str) -> None:
            self.seen += 1
            if self.seen == 3:
                raise Cancelled

    stop = Stop()
    with pytest.raises(Cancelled):
        list(tiles.TiledNetwork(lambda x: x, 128, 0, 1).answers(picture(512, 512), stop, "test"))
    assert stop.seen == 3
