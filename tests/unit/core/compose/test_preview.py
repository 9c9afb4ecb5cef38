"""Parts composed for the screen show what the whole photo composed for a file has there."""

from __future__ import annotations

import dataclasses
import gc
import weakref
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pytest

from gpen_desktop.core.compose import preview
from gpen_desktop.core.compose.layers import FaceLayers, cut_out_anew, face_layers, scales_between
from gpen_desktop.core.compose.preview import Base, compose_part, level_layers, pyramid
from gpen_desktop.core.compose.render import compose
from gpen_desktop.core.compose.select import select
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.options import Mode
from gpen_desktop.core.pixels import to_8_bits
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import ComposeOptions, Face, FloatImage, Photo, Rect, RestoredFace, frozen
from gpen_desktop.models.spec import ModelSpec, Task
from tests.unit.core.drawn_faces import KnownFaces, Sharpener, photo_with_faces


class _Change(Sharpener):
    spec = ModelSpec("inverter", Task.FACE_RESTORER, size=128, template="ffhq")

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        return [frozen(0.5 * cv2.GaussianBlur(crop, (0, 0), 1.5) + 0.4) for crop in crops]


class _Stripes(_Change):
    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        stripes = np.where(np.arange(128) // 2 % 2, 0.05, -0.05).astype(np.float32)[:, None, None]
        return [frozen(answer + stripes) for answer in super().restore(crops, progress)]


def restored(photo: Photo, faces: tuple[Face, ...]) -> tuple[RestoredFace, ...]:
    session = Session(photo, KnownFaces(*faces), _Change())
    session.set_restorer(_Change(), _Stripes)
    return tuple(session.invent())


OPTIONS = [
    ComposeOptions(restore_sharp=True),
    ComposeOptions(mode=Mode.STRONG, strength=60, denoise=40, sharpen=70, restore_sharp=True),
    ComposeOptions(mode=Mode.DETAIL, skin_protection=False, restore_sharp=True),
    ComposeOptions(invent=60, restore_sharp=True),
]


def strengths(faces: tuple[Face, ...], options: ComposeOptions) -> list[int]:
    """Of each face; the second one has its own."""
    own = dataclasses.replace(options, face_strengths={faces[1].id: 15})
    return [choice.strength for choice in select(faces, {}, own, 1).values()]


@pytest.mark.parametrize("scale", [1.37, 2, 4])
def test_a_part_of_an_enlarged_photo_is_what_the_file_has_there(scale: float) -> None:
    photo, faces = photo_with_faces((20, 60), (250, 40))
    session = Session(photo, KnownFaces(*faces), _Change())
    session.set_stages({"scale": scale})
    whole = session.compose(OPTIONS[0]).photo.pixels
    enlarged = session.on_screen()
    assert whole.shape == enlarged.photo.pixels.shape
    base = Base(pyramid(enlarged.photo.pixels), scales_between(photo, enlarged.photo))
    at, part = base.level_for(0), (61, 30, 431, 333)
    x0, y0, x1, y1 = rect = base.part_at(at, 0, part)
    across, down = base.steps(at)
    assert x0 * across <= 61 < (x0 + 1) * across
    assert (y1 - 1) * down < 333 <= y1 * down + 1e-9
    layers = [
        level_layers(base.levels[at], cut_out_anew(base.levels[0], face, base.scales), at, base.scales)
        for face in session.restore()
    ]
    alone = compose_part(base.levels[at], zip(layers, strengths(faces, OPTIONS[0]), strict=True), rect, OPTIONS[0])
    strong = np.abs(alone.astype(int) - whole[y0:y1, x0:x1].astype(int))[:, : int(200 * scale)]  # the first face
    assert strong.max() <= 1


@pytest.mark.parametrize("scale", [1.0, 1.37, 2, 3, 4])
def test_a_level_is_shown_by_the_coarsest_with_as_many_pixels(scale: float) -> None:
    base = Base(pyramid(np.zeros((round(600 * scale), round(900 * scale), 3), np.uint8)), (scale, scale))
    for level in range(len(pyramid(np.zeros((600, 900, 3), np.uint8)))):
        at = base.level_for(level)
        across, _ = base.steps(at)
        assert across <= 2**level < across * 2 or level == 0
        height, width = base.levels[at].shape[:2]
        assert base.part_at(at, level, (0, 0, -(-900 // 2**level), -(-600 // 2**level))) == (0, 0, width, height)
    assert 1 / scale * 2 ** base.halvings(0) >= 1


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("part", [(0, 0, 700, 400), (60, 30, 430, 333), (301, 0, 302, 400), (690, 390, 700, 400)])
def test_a_part_at_full_size_is_the_whole_composition_there(options: ComposeOptions, part: Rect) -> None:
    photo, faces = photo_with_faces((20, 60), (250, 40))  # near enough to overlap
    done = restored(photo, faces)
    layers = tuple(face_layers(photo.pixels, face, (1, 1)) for face in done)
    own = dataclasses.replace(options, face_strengths={faces[1].id: 15})
    whole = compose(photo, layers, own, 1).photo.pixels
    alone = compose_part(photo.pixels, zip(layers, strengths(faces, options), strict=True), part, options)
    x0, y0, x1, y1 = part
    difference = np.abs(alone.astype(int) - whole[y0:y1, x0:x1].astype(int))
    # float32 sums in another order round to the other side now and then
    assert difference.max() <= 1
    assert np.mean(difference > 0) < 0.002


def test_faces_left_out_stay_as_they_are() -> None:
    photo, faces = photo_with_faces((20, 60), (400, 40))
    done = restored(photo, faces)
    layers = [(level_layers(photo.pixels, face, 0), strength) for face, strength in zip(done, (80, 0), strict=True)]
    composed = compose_part(photo.pixels, layers, (0, 0, 700, 400), OPTIONS[0])
    assert np.array_equal(composed[:, 400:], photo.pixels[:, 400:])
    assert not np.array_equal(composed[:, :300], photo.pixels[:, :300])


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("shape", [(400, 700), (403, 701)])
def test_a_reduced_composition_looks_like_the_reduced_whole(level: int, shape: tuple[int, int]) -> None:
    photo, faces = photo_with_faces((20, 60), (400, 40), shape=shape)
    levels = pyramid(photo.pixels, smallest=64)
    done = restored(photo, faces)
    options = OPTIONS[2]
    own = dataclasses.replace(options, face_strengths={faces[1].id: 15})
    whole = compose(photo, [face_layers(photo.pixels, face, (1, 1)) for face in done], own, 1).photo.pixels
    expected = pyramid(whole, smallest=64)[level].astype(int)
    height, width = levels[level].shape[:2]
    layers = [level_layers(levels[level], face, level) for face in done]
    composing = zip(layers, strengths(faces, options), strict=True)
    reduced = compose_part(levels[level], composing, (0, 0, width, height), options).astype(int)
    changed = np.abs(expected - levels[level]).mean()
    assert changed > 0.5  # there is something to be like
    assert np.abs(reduced - expected).mean() < 0.25 * changed


def test_reduced_layers_keep_no_others_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[FaceLayers]] = []

    def watched(*given: Any) -> FaceLayers:
        layers = face_layers(*given)
        made.append(weakref.ref(layers))
        return layers

    monkeypatch.setattr(preview, "face_layers", watched)
    photo, faces = photo_with_faces((20, 60), (400, 40), size=192)  # not a power of two from the crop's size
    reduced = level_layers(pyramid(photo.pixels, smallest=64)[2], restored(photo, faces)[0], 2)
    gc.collect()
    assert reduced.unsharp().shape[0] == reduced.change.shape[0]
    assert made[0]() is None


def test_a_pyramid_halves_exactly() -> None:
    pixels = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    levels = pyramid(frozen(pixels), smallest=2)
    assert [level.shape[:2] for level in levels] == [(5, 7), (3, 4), (2, 2)]
    assert levels[0] is pixels
    assert levels[1][0, 0].tolist() == np.rint(pixels[:2, :2].reshape(4, 3).mean(axis=0)).tolist()
    assert np.abs(levels[1][2, 3].astype(int) - pixels[4, 6].astype(int)).max() == 0  # the edge is repeated
    assert not any(level.flags.writeable for level in levels)


def test_sixteen_bits_round_to_the_nearest_of_eight() -> None:
    assert to_8_bits(np.array([0, 128, 129, 257, 65535], np.uint16)).tolist() == [0, 0, 1, 1, 255]
    deep = frozen(np.full((8, 8, 3), 40_000, np.uint16))
    levels = pyramid(deep, smallest=4)
    assert levels[0].dtype == np.uint16
    assert levels[1].dtype == np.uint8
    assert levels[1][0, 0, 0] == 156


def test_sixteen_bit_photos_are_composed_in_their_own_depth() -> None:
    photo, faces = photo_with_faces((20, 60))
    deep = dataclasses.replace(photo, pixels=frozen(photo.pixels.astype(np.uint16) * 257))
    done = restored(deep, faces)
    layers = level_layers(deep.pixels, done[0], 0)
    part = compose_part(deep.pixels, [(layers, 80)], (0, 0, 300, 300), OPTIONS[0])
    assert part.dtype == np.uint16
