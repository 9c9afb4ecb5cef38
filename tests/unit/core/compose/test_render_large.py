"""Composing what is enlarged, or large: in place, within memory, in strips."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from gpen_desktop.core import memory
from gpen_desktop.core.affine import apply, from_scaled, invert
from gpen_desktop.core.compose import around
from gpen_desktop.core.compose import render as render_module
from gpen_desktop.core.compose.layers import cut_out_anew, face_layers
from gpen_desktop.core.compose.render import render
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.faces.alignment import cut_out
from gpen_desktop.core.options import Mode
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.stages.work import NoNetworks
from gpen_desktop.core.types import ComposeOptions, FloatImage, Photo, frozen
from gpen_desktop.errors import PhotoTooLargeError
from tests.narrowing import floats, octets
from tests.unit.core.drawn_faces import KnownFaces, Sharpener, photo_with_faces, session_of


def test_an_enlargement_beyond_memory_is_refused_before_any_work() -> None:
    flat = np.broadcast_to(np.uint8(0), (6000, 6000, 3))
    finder = KnownFaces()
    session = Session(Photo(flat, SourceFormat("PNG")), finder, Sharpener())
    session.set_stages({"scale": 4})
    with pytest.raises(PhotoTooLargeError, match="576 million pixels at 4 times"):
        session.compose(ComposeOptions())
    assert finder.runs == 0


def test_an_enlargement_beyond_free_memory_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 1 << 30)
    flat = np.broadcast_to(np.uint8(0), (2000, 3000, 3))
    finder = KnownFaces()
    session = Session(Photo(flat, SourceFormat("PNG")), finder, Sharpener())
    session.set_stages({"scale": 4})
    with pytest.raises(PhotoTooLargeError, match=r"12000 x 8000 pixels\) needs 2.3 GB"):
        session.compose(ComposeOptions())
    assert finder.runs == 0


@pytest.mark.parametrize("scale", [1.5, 2, 2.85, 4])
def test_enlarging_keeps_everything_in_place(scale: float) -> None:
    photo, faces = photo_with_faces((40, 60), size=96, shape=(220, 300))
    alpha = frozen(np.full(photo.pixels.shape[:2], 200, np.uint8))
    photo = dataclasses.replace(photo, alpha=alpha)
    session = session_of(photo, faces)
    session.set_stages({"scale": scale})
    large = session.compose(ComposeOptions(strength=100, skin_protection=False))
    assert "enlarge" in [result.stage for result in large.stages if result.strength]
    assert large.photo.pixels.shape == (round(220 * scale), round(300 * scale), 3)
    assert large.photo.alpha is not None
    assert large.photo.alpha.shape == large.photo.pixels.shape[:2]
    session.set_stages({"scale": 1})
    plain = session.compose(ComposeOptions(strength=100, skin_protection=False)).photo.pixels
    shrunk = cv2.resize(large.photo.pixels, (300, 220), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - plain.astype(int)).mean() < 1.5


def test_a_face_lies_where_the_enlarged_photo_has_it_to_a_tenth_of_a_pixel() -> None:
    """Half a pixel is rounded off each of its sides, so that it is not quite 2.5 times as large."""

    class Marker(Sharpener):
        def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
            dot = np.zeros((256, 256), np.float32)
            dot[128, 128] = 1
            spot = floats(cv2.GaussianBlur(dot, (0, 0), 8.0))
            return [crop + 0.4 * spot[..., None] / spot.max() for crop in crops]

    _, faces = photo_with_faces((200, 120), size=96, shape=(221, 301))
    photo = Photo(frozen(np.full((221, 301, 3), 96, np.uint8)), SourceFormat("PNG"))
    session = Session(photo, KnownFaces(*faces), Marker())
    session.set_stages({"repair": "off", "clean": 0, "tone": 0, "scale": 2.5})
    plain, marked = (
        session.compose(ComposeOptions(strength=strength, skin_protection=False)).photo.pixels.astype(float)
        for strength in (0, 100)
    )
    assert plain.shape == (552, 752, 3)
    dot = (marked - plain).sum(axis=2)
    found = [float((dot * places).sum() / dot.sum()) for places in np.indices(dot.shape)[::-1]]
    (face,) = session.restore()
    middle = apply(invert(face.crop.to_crop), np.array([[128.0, 128.0]]))[0]
    wanted = (middle + 0.5) * (752 / 301, 552 / 221) - 0.5
    assert np.abs(found - wanted).max() < 0.1


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_detail_that_enlarging_brought_is_not_added_to_the_models(scale: int) -> None:
    photo, faces = photo_with_faces((40, 60), size=96, shape=(220, 300))
    (face,) = session_of(photo, faces).restore()
    scales = (float(scale), float(scale))
    plain = octets(cv2.resize(photo.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_LANCZOS4))
    crisp = np.clip(2.0 * plain - cv2.GaussianBlur(plain, (0, 0), 1.5 * scale), 0, 255).astype(np.uint8)
    inside = face.face_mask > 0.99

    def shown(base: np.ndarray) -> FloatImage:
        options = ComposeOptions(mode=Mode.STRONG, skin_protection=False)
        made = render(base, [(face_layers(base, cut_out_anew(base, face, scales), scales), 100)], options)
        return cut_out(made, from_scaled(face.crop.to_crop, *scales), 256)[inside]

    to_crop = from_scaled(face.crop.to_crop, *scales)
    brought = np.subtract(cut_out(crisp, to_crop, 256), cut_out(plain, to_crop, 256))[inside]
    assert np.abs(shown(crisp) - shown(plain)).mean() < 0.35 * np.abs(brought).mean()


def test_detail_that_a_model_brought_at_the_photos_own_size_is_not_added_either() -> None:
    class Crisp(NoNetworks):
        def upscaler(self, name: str) -> TiledNetwork:
            return TiledNetwork(lambda tile: 2 * tile - cv2.GaussianBlur(tile, (0, 0), 1.5), 512, 32, 1)

    photo, faces = photo_with_faces((40, 60), size=96, shape=(220, 300))
    session = Session(photo, KnownFaces(*faces), Sharpener(), Crisp())
    (face,) = session.restore()

    def shown(strength: int, model: str) -> FloatImage:
        session.set_stages({"repair": "off", "clean": 0, "tone": 0, "background": model})
        made = session.compose(ComposeOptions(strength=strength, mode=Mode.STRONG, skin_protection=False)).photo.pixels
        return cut_out(made, face.crop.to_crop, 256)[face.face_mask > 0.99]

    before = np.abs(shown(0, "crisp") - shown(0, "none")).mean()
    assert np.abs(shown(100, "crisp") - shown(100, "none")).mean() < 0.35 * before


def _in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around, "STRIP", 1 << 17)
    monkeypatch.setattr(render_module, "STRIP", 1 << 17)
    monkeypatch.setattr(render_module, "_AT_ONCE", 1 << 18)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_composed_in_strips_it_is_the_same_picture(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    photo, faces = photo_with_faces((40, 60), (520, 90), size=512, shape=(640, 1100))
    if dtype is np.uint16:
        photo = dataclasses.replace(photo, pixels=frozen(photo.pixels.astype(np.uint16) * 257))
    options = ComposeOptions(strength=100, mode=Mode.DETAIL, restore_sharp=True, sharpen=40)
    whole = session_of(photo, faces).compose(options).photo.pixels
    _in_strips(monkeypatch)
    strips = session_of(photo, faces).compose(options).photo.pixels
    difference = np.abs(strips.astype(int) - whole.astype(int)) * 255 // photo.white
    assert difference.max() <= 1
    assert np.mean(difference > 0) < 0.002


def test_heads_of_a_large_photo_are_not_all_kept_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _in_strips(monkeypatch)
    corners = [(20 + 400 * (n % 2), 20 + 390 * (n // 2)) for n in range(10)]
    photo, faces = photo_with_faces(*corners, size=340, shape=(1980, 820))
    made: dict[int, tuple[np.ndarray, int]] = {}
    for large in (memory.LARGE, 1 << 18):
        monkeypatch.setattr(memory, "LARGE", large)
        session = session_of(photo, faces)
        for _ in session.restore():
            pass
        tracemalloc.start()
        composed = session.compose(ComposeOptions(strength=100, restore_sharp=True))
        made[large] = composed.photo.pixels, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(composed.faces) == 10
        assert all(face.changed is not None for face in composed.faces)
    (kept, much), (later, little) = made.values()
    assert np.array_equal(kept, later)
    assert not np.array_equal(kept, photo.pixels)
    assert little < 0.6 * much


def test_a_head_that_fills_an_enlarged_photo_takes_no_floats_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _in_strips(monkeypatch)
    photo, faces = photo_with_faces((20, 20), size=420, shape=(460, 460))
    session = session_of(photo, faces)
    session.set_stages({"scale": 4, "clean": 0, "tone": 0, "repair": "off"})
    for _ in session.restore():
        pass
    tracemalloc.start()
    session.compose(ComposeOptions(strength=100, restore_sharp=True))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / (16 * photo.width * photo.height) < 36  # 76 before; much of it is the strip, as small as this one is
