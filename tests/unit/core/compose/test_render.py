"""What is composed, and above all what is left alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pytest

from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.grain import fine_band, luma
from gpen_desktop.core.options import Mode
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import ComposeOptions, Face, FaceState, FloatImage, Photo, frozen
from gpen_desktop.errors import OptionError
from tests.narrowing import floats, octets
from tests.unit.core.drawn_faces import Sharpener, photo_of, photo_with_faces, session_of


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("mode", list(Mode))
def test_outside_the_masks_nothing_changes(dtype: type, mode: Mode) -> None:
    photo, faces = photo_with_faces((40, 60), (400, 90))
    if dtype is np.uint16:
        photo = dataclasses.replace(photo, pixels=frozen(photo.pixels.astype(np.uint16) * 257))
    session = session_of(photo, faces)
    result = session.compose(ComposeOptions(mode=mode, strength=100, sharpen=50, denoise=50)).photo.pixels
    mask = np.zeros((photo.height, photo.width), bool)
    for layer in session.restore():
        to_photo = cv2.invertAffineTransform(layer.crop.to_crop)
        # one pixel more than the mask, for the interpolation at its edge
        covered = cv2.dilate((layer.head_mask > 0).astype(np.uint8), np.ones((3, 3)))
        mask |= cv2.warpAffine(covered, to_photo, (photo.width, photo.height), flags=cv2.INTER_LINEAR) > 0
    assert 0.1 < mask.mean() < 0.8
    assert result.dtype == dtype
    assert np.array_equal(result[~mask], photo.pixels[~mask])
    assert not np.array_equal(result[mask], photo.pixels[mask])


@pytest.mark.parametrize(
    "options",
    [
        ComposeOptions(strength=0, sharpen=100, denoise=100, mode=Mode.STRONG),
        ComposeOptions(faces=frozenset()),
        ComposeOptions(min_face=2000),
    ],
)
def test_strength_zero_or_no_face_returns_the_photo_itself(options: ComposeOptions) -> None:
    photo, faces = photo_with_faces((40, 60))
    assert session_of(photo, faces).compose(options).photo.pixels is photo.pixels


def test_more_strength_more_change() -> None:
    photo, faces = photo_with_faces((40, 60))
    session = session_of(photo, faces)
    change = [
        np.abs(
            session.compose(ComposeOptions(strength=strength)).photo.pixels.astype(int) - photo.pixels.astype(int)
        ).mean()
        for strength in (20, 50, 80, 100)
    ]
    assert change == sorted(change)
    assert change[0] > 0


def test_only_chosen_faces_change() -> None:
    photo, faces = photo_with_faces((20, 60), (400, 90))
    composed = session_of(photo, faces).compose(ComposeOptions(faces=frozenset({faces[1].id})))
    assert [face.state for face in composed.faces] == [FaceState.NOT_SELECTED, FaceState.RESTORED]
    assert np.array_equal(composed.photo.pixels[:, :300], photo.pixels[:, :300])
    assert not np.array_equal(composed.photo.pixels[:, 400:], photo.pixels[:, 400:])


def test_largest_face_only() -> None:
    photo, (small,) = photo_with_faces((20, 60), size=128)
    other, (large,) = photo_with_faces((400, 90))
    pixels = photo.pixels.copy()
    pixels[:, 350:] = other.pixels[:, 350:]
    composed = session_of(photo_of(pixels), (small, large)).compose(ComposeOptions(faces="largest"))
    assert [face.state for face in composed.faces] == [FaceState.NOT_SELECTED, FaceState.RESTORED]


def test_a_face_may_have_its_own_strength() -> None:
    photo, faces = photo_with_faces((20, 60), (400, 90))
    composed = session_of(photo, faces).compose(ComposeOptions(face_strengths={faces[0].id: 0}))
    assert [face.state for face in composed.faces] == [FaceState.STRENGTH_ZERO, FaceState.RESTORED]


@pytest.mark.parametrize("field", [{"strength": 101}, {"denoise": -1}, {"min_face": -1}])
def test_options_outside_their_range_are_refused(field: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        ComposeOptions(**field)


def test_overlapping_faces_share_instead_of_adding_up() -> None:
    """The same face given twice changes the photo as once."""
    photo, (face,) = photo_with_faces((100, 60))
    twin = Face(face.landmarks + 0.0, 9.0)
    options = ComposeOptions(strength=100, skin_protection=False)
    once = session_of(photo, (face,)).compose(options).photo.pixels.astype(int)
    twice = session_of(photo, (face, twin)).compose(options).photo.pixels.astype(int)
    before = photo.pixels.astype(int)
    # in the feather two half masks may fill each other up to one, but never beyond a full paste
    full = np.abs(once - before).max()
    assert np.abs(twice - before).max() <= full + 1
    inner = np.s_[140:220, 190:260]
    assert np.abs(twice[inner] - once[inner]).max() <= 1


def test_where_heads_overlap_the_nearest_face_comes_first() -> None:
    photo, (left, right) = photo_with_faces((40, 60), (200, 60))
    options = ComposeOptions(strength=100, skin_protection=False)
    both = session_of(photo, (left, right)).compose(options).photo.pixels.astype(int)
    alone = session_of(photo, (right,)).compose(options).photo.pixels.astype(int)
    x, y = np.rint(right.landmarks.mean(axis=0)).astype(int)
    mine = np.s_[y - 30 : y + 30, x - 30 : x + 30]
    assert np.abs(alone[mine] - photo.pixels[mine].astype(int)).max() > 10
    assert np.abs(both[mine] - alone[mine]).max() <= 2


def test_a_source_that_lacks_nothing_keeps_its_own_hair() -> None:
    """The sharper the source, the less is pasted beyond the face."""
    reach = []
    for blur in (0.6, 4.0):
        photo, (face,) = photo_with_faces((200, 60))
        soft = dataclasses.replace(photo, pixels=frozen(octets(cv2.GaussianBlur(photo.pixels, (0, 0), blur))))
        (restored,) = session_of(soft, (face,)).restore()
        reach.append(float(restored.head_mask.mean()))
    assert reach[0] < reach[1]


@pytest.mark.parametrize("shift", [(-900, 0), (900, 0), (0, -700), (0, 700), (230, 0), (-230, 100)])
def test_a_face_beyond_the_edge_harms_nothing(shift: tuple[int, int]) -> None:
    photo, (face,) = photo_with_faces((200, 60))
    moved = Face(face.landmarks + shift, 9.0)
    result = session_of(photo, (moved,)).compose(ComposeOptions(strength=100, restore_sharp=True)).photo.pixels
    assert result.shape == photo.pixels.shape


def test_order_of_faces_does_not_matter() -> None:
    photo, faces = photo_with_faces((40, 60), (170, 90), size=200)
    options = ComposeOptions(strength=100)
    forth = session_of(photo, faces).compose(options).photo.pixels
    back = session_of(photo, faces[::-1]).compose(options).photo.pixels
    assert np.abs(forth.astype(int) - back.astype(int)).max() <= 1


def skin_colour(pixels: np.ndarray, session: Session) -> np.ndarray:
    """Mean CIE Lab colour over the first face's skin."""
    restored = next(session.restore())
    height, width = pixels.shape[:2]
    to_photo = cv2.invertAffineTransform(restored.crop.to_crop)
    skin = cv2.warpAffine(restored.skin_mask, to_photo, (width, height)) > 0.5
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[skin].mean(axis=0))


def test_skin_protection_keeps_the_tone() -> None:
    color = pytest.importorskip("skimage.color", reason="scikit-image is in the 'test' extra")
    photo, faces = photo_with_faces((100, 60))
    session = session_of(photo, faces, Sharpener(tint=(0.08, -0.06, -0.1)))
    before = skin_colour(photo.pixels, session)
    difference = {}
    for protected in (True, False):
        options = ComposeOptions(strength=100, skin_protection=protected)
        after = skin_colour(session.compose(options).photo.pixels, session)
        difference[protected] = float(color.deltaE_ciede2000(before, after))
    assert difference[True] < 2
    assert difference[False] > 6


def test_skin_protection_brings_back_faint_texture_but_not_noise() -> None:
    """A model that smooths everything: faint texture confined to the cheeks comes back, even noise does not."""

    class Smoother(Sharpener):
        def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
            return [floats(cv2.GaussianBlur(crop, (0, 0), 3.0)) for crop in crops]

    random = np.random.default_rng(5)
    photo, faces = photo_with_faces((100, 60))
    noise = cv2.GaussianBlur(random.normal(size=photo.pixels.shape[:2]), (0, 0), 0.7)
    noise = noise / noise.std() * 4
    cheeks = np.zeros(photo.pixels.shape[:2])
    for eye, corner in ((0, 3), (1, 4)):
        x, y = (faces[0].landmarks[eye] + faces[0].landmarks[corner]) / 2
        cv2.circle(cheeks, (round(x), round(y)), 14, 1, -1)
    cheek = cheeks > 0

    def kept(texture: np.ndarray) -> float:
        pixels = np.clip(photo.pixels + texture[..., None], 0, 255).round().astype(np.uint8)
        options = ComposeOptions(strength=100, mode=Mode.DETAIL, restore_sharp=True)
        result = session_of(photo_of(pixels), faces, Smoother()).compose(options).photo.pixels
        band = result.astype(np.float32) - cv2.GaussianBlur(result.astype(np.float32), (0, 0), 1.5)
        wanted = texture - cv2.GaussianBlur(texture, (0, 0), 1.5)
        return float(np.corrcoef(band.mean(axis=2)[cheek], wanted[cheek])[0, 1])

    assert kept(noise * cheeks) > 0.6
    assert kept(noise) < 0.35


def test_a_smooth_face_in_a_grainy_photo_gets_grain() -> None:
    class Smoother(Sharpener):
        def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
            return [floats(cv2.GaussianBlur(crop, (0, 0), 3.0)) for crop in crops]

    random = np.random.default_rng(6)
    photo, faces = photo_with_faces((100, 60))
    grain = random.normal(size=photo.pixels.shape[:2])[..., None] * 8
    grainy = photo_of(np.clip(photo.pixels + grain, 0, 255).round().astype(np.uint8))
    session = session_of(grainy, faces, Smoother())

    def level(**options: Any) -> float:
        pixels = session.compose(ComposeOptions(strength=100, **options)).photo.pixels
        cheek = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[200:232, 180:208].astype(np.float32)
        return float((cheek - cv2.GaussianBlur(cheek, (0, 0), 2)).std())

    assert level(skin_protection=False) < 2
    assert 3 < level(skin_protection=True) < 9
    assert level(skin_protection=True, denoise=100) < 2


def test_a_sharp_face_is_left_alone_unless_asked() -> None:
    class Blurrer(Sharpener):
        def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
            return [floats(cv2.GaussianBlur(crop, (0, 0), 2.0)) for crop in crops]

    photo, faces = photo_with_faces((100, 60))
    session = session_of(photo, faces, Blurrer())
    left = session.compose(ComposeOptions())
    assert left.faces[0].state is FaceState.ALREADY_SHARP
    assert left.photo.pixels is photo.pixels
    assert session.compose(ComposeOptions(restore_sharp=True)).faces[0].state is FaceState.RESTORED


def test_denoise_and_sharpen_do_what_they_say() -> None:
    random = np.random.default_rng(7)
    photo, faces = photo_with_faces((100, 60))
    noisy = photo_of(np.clip(photo.pixels + random.normal(size=photo.pixels.shape) * 5, 0, 255).astype(np.uint8))
    session = session_of(noisy, faces, Sharpener())

    def energy(**options: Any) -> float:
        pixels = session.compose(
            ComposeOptions(strength=100, skin_protection=False, restore_sharp=True, **options)
        ).photo.pixels
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[100:260, 150:300].astype(np.float32)
        return float((grey - cv2.GaussianBlur(grey, (0, 0), 1.5)).std())

    assert energy(denoise=100) < 0.8 * energy()
    assert energy(sharpen=100) > 1.2 * energy()


def test_grey_stays_grey() -> None:
    photo, faces = photo_with_faces((100, 60))
    grey = octets(cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY))
    grey_photo = Photo(frozen(np.repeat(grey[..., None], 3, axis=2)), SourceFormat("JPEG", grey=True))
    pixels = session_of(grey_photo, faces).compose(ComposeOptions(strength=100)).photo.pixels
    assert np.ptp(pixels.astype(int), axis=2).max() == 0
    assert not np.array_equal(pixels, grey_photo.pixels)


def test_composing_again_gives_the_same_bytes() -> None:
    photo, faces = photo_with_faces((40, 60), (380, 80))
    options = ComposeOptions(strength=90, denoise=10, sharpen=20)
    first = session_of(photo, faces).compose(options).photo.pixels
    session = session_of(photo, faces)
    session.compose(ComposeOptions(mode=Mode.STRONG))
    assert np.array_equal(first, session.compose(options).photo.pixels)


class Softener(Sharpener):
    """Stands in for a model that paints eyes softer than a sharp portrait has them."""

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        return [floats(cv2.GaussianBlur(crop, (0, 0), 1.2)) for crop in crops]


def _eye_detail(photo: Photo, face: Face, sigma: float) -> float:
    """How strong the fine band of scale sigma is around both eyes."""
    band = fine_band(luma(floats(photo.pixels.astype(np.float32) / photo.white)), sigma)
    reach = round(0.28 * face.eye_distance)
    eyes = [(round(float(x)), round(float(y))) for x, y in face.landmarks[:2]]
    parts = [band[y - reach : y + reach, x - reach : x + reach] for x, y in eyes]
    return float(np.sqrt(np.mean(np.square(parts))))


@pytest.mark.parametrize("size", [320, 512, 900])
@pytest.mark.parametrize("mode", list(Mode))
def test_on_a_portrait_with_more_pixels_than_the_model_gives_eyes_are_never_softer(size: int, mode: Mode) -> None:
    photo, faces = photo_with_faces((40, 60), size=size, shape=(size + 120, size + 300))
    pixels = octets(cv2.addWeighted(photo.pixels, 2.0, cv2.GaussianBlur(photo.pixels, (0, 0), 2), -1.0, 0))
    sharp = dataclasses.replace(photo, pixels=frozen(pixels))
    session = session_of(sharp, faces, Softener())
    result = session.compose(ComposeOptions(mode=mode, strength=100, restore_sharp=True))
    assert result.faces[0].state is FaceState.RESTORED
    assert not np.array_equal(result.photo.pixels, sharp.pixels)
    for sigma in (1.0, 2.0, 4.0):
        assert _eye_detail(result.photo, faces[0], sigma) >= 0.95 * _eye_detail(sharp, faces[0], sigma)


def test_blurred_eyes_are_the_models() -> None:
    photo, faces = photo_with_faces((40, 60), size=512, shape=(700, 800))
    blurred = dataclasses.replace(photo, pixels=frozen(octets(cv2.GaussianBlur(photo.pixels, (0, 0), 6.0))))
    session = session_of(blurred, faces)
    result = session.compose(ComposeOptions(mode=Mode.STRONG, strength=100, restore_sharp=True))
    assert _eye_detail(result.photo, faces[0], 4.0) > 1.2 * _eye_detail(blurred, faces[0], 4.0)
