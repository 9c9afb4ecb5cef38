"""Whoever looks at a photo while stages work on it sees what is looked at first, and gets the same result."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from gpen_desktop.core.options import Value, Values
from gpen_desktop.core.stages import registry, tone
from gpen_desktop.core.stages.run import Staged, StagedPhotos, Viewer
from gpen_desktop.core.stages.tone_reading import ToneReading
from gpen_desktop.core.types import Photo, Pixels, Rect
from tests.narrowing import as_pixels
from tests.unit.core.drawn_faces import photo_of
from tests.unit.core.stages.stand_ins import DrawnNetworks

OFF: Values = {"repair": "off", "tone": 0, "clean": 0}
CORNER = (300, 200, 340, 240)
ALL = (0, 0, 1 << 20, 1 << 20)


class Looking:
    """Looks at a part, or at what a function says it does after so many pictures; keeps what is shown."""

    def __init__(self, looked_at: Rect | None | Callable[[int], Rect | None]) -> None:
        self.shown: list[Staged] = []
        at = looked_at if callable(looked_at) else lambda _: looked_at
        self.viewer = Viewer(lambda: at(len(self.shown)), self.shown.append)

    def changed(self, before: Photo) -> list[Rect]:
        """The part of the photo that each picture has and the one before has not."""
        pictures = [before.pixels, *(staged.photo.pixels for staged in self.shown)]
        return [_extent(a, b) for a, b in pairwise(pictures)]


def _extent(a: Pixels, b: Pixels) -> Rect:
    ys, xs = np.nonzero((a != b).any(axis=2))
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


@pytest.fixture
def photo() -> Photo:
    return photo_of(np.random.default_rng(2).integers(0, 256, (260, 380, 3), np.uint8))  # three by three tiles


def run(
    photo: Photo, looking: Looking | None, stages: tuple[registry.Stage, ...] | None = None, **values: Value
) -> Staged:
    viewer = None if looking is None else looking.viewer
    stages = stages or registry.keeping_size()
    return StagedPhotos(photo, DrawnNetworks()).run(stages, registry.stage_values({**OFF, **values}), viewer=viewer)


def test_what_is_looked_at_comes_first_and_then_what_is_near_it(photo: Photo) -> None:
    looking = Looking(CORNER)
    made = run(photo, looking, clean=100)
    first, *others = looking.changed(photo)
    assert (first[0] <= CORNER[0], first[1] <= CORNER[1]) == (True, True)
    assert (first[2] >= CORNER[2], first[3] >= CORNER[3]) == (True, True)
    assert len(others) == 7  # the ninth is the result itself
    assert others[-1][:2] == (0, 87)  # of those that are left the nearest one
    assert np.array_equal(made.photo.pixels, run(photo, None, clean=100).photo.pixels)


def test_who_looks_elsewhere_meanwhile_is_followed(photo: Photo) -> None:
    looking = Looking(lambda shown: CORNER if shown < 2 else (0, 0, 10, 10))
    run(photo, looking, clean=100)
    assert looking.changed(photo)[2][:2] == (0, 0)


@pytest.mark.parametrize("strength", [100, 60])
def test_parts_are_those_of_the_result_and_the_rest_is_as_it_was(photo: Photo, strength: int) -> None:
    looking = Looking(ALL)
    made = run(photo, looking, clean=strength).photo.pixels
    for number, staged in enumerate(looking.shown, 1):
        is_done = (staged.photo.pixels != photo.pixels).any(axis=2)
        assert np.array_equal(staged.photo.pixels[is_done], made[is_done])
        assert is_done.mean() == pytest.approx(number / 9, abs=0.03)


def test_a_later_picture_begins_with_what_was_shown_before(photo: Photo) -> None:
    looking = Looking(ALL)
    values = registry.stage_values({**OFF, "neutral": True})
    grey = as_pixels(np.repeat(photo.pixels[..., :1], 3, axis=2))
    source = photo_of(grey + np.array([0, 1, 0], np.uint8) * (grey < 200))
    staged = StagedPhotos(source, DrawnNetworks())
    neutral = staged.run(registry.keeping_size(), values, viewer=looking.viewer).photo
    assert not looking.shown  # it is there at once
    staged.run(registry.keeping_size(), registry.stage_values({**OFF, "clean": 100}), viewer=looking.viewer)
    first = looking.shown[0].photo.pixels
    assert np.array_equal(first[-1, -1], neutral.pixels[-1, -1])


def test_the_stages_after_it_are_seen_too() -> None:
    rng = np.random.default_rng(4)
    faded = photo_of((70 + rng.integers(0, 100, (260, 380, 3))).astype(np.uint8))
    looking = Looking(ALL)
    made = run(faded, looking, clean=100, tone=80).photo.pixels.astype(int)
    assert np.ptp(made) > 1.5 * int(np.ptp(run(faded, None, clean=100).photo.pixels))
    done = looking.shown[-1].photo.pixels
    middle = np.abs(done[100:160, 140:240].astype(int) - made[100:160, 140:240])
    assert middle.mean() < 12  # what noise did to its blacks and whites is not known to have gone yet
    toned = run(faded, None, tone=80).photo.pixels
    assert np.array_equal(looking.shown[0].photo.pixels, toned)  # at once
    assert looking.shown[-1].results == ()


def test_a_model_for_the_whole_photo_is_seen_at_the_photos_own_size(photo: Photo) -> None:
    looking = Looking(CORNER)
    made = run(photo, looking, registry.STAGES, scale=2, background="x2").photo
    assert (made.width, made.height) == (2 * photo.width, 2 * photo.height)
    assert {(each.photo.width, each.photo.height, each.scale) for each in looking.shown} == {(380, 260, 1)}
    assert all(each.has_new_detail for each in looking.shown)
    assert looking.changed(photo)[0][2] > CORNER[0]


def test_where_nobody_looks_nothing_is_shown(photo: Photo) -> None:
    looking = Looking(None)
    run(photo, looking, clean=100)
    assert not looking.shown


def test_what_fits_into_one_tile_comes_as_a_whole() -> None:
    looking = Looking(ALL)
    run(photo_of(np.random.default_rng(2).integers(0, 256, (90, 120, 3), np.uint8)), looking, clean=100)
    assert not looking.shown


def test_damage_is_looked_for_when_there_is_something_to_see() -> None:
    rng = np.random.default_rng(4)
    grey = np.repeat(rng.integers(60, 180, (260, 380, 1)).astype(np.uint8), 3, axis=2)
    networks = DrawnNetworks()
    found: list[int] = []
    viewer = Viewer(lambda: ALL, lambda staged: found.append(networks.runs.get("find", 0)))
    values = registry.stage_values({**OFF, "clean": 100, "repair": "auto"})
    made = StagedPhotos(photo_of(grey), networks).run(registry.keeping_size(), values, viewer=viewer)
    assert found == [0] * 9  # the parts, and all of it
    assert networks.runs["find"] == 92  # tiles of the photo at three sizes
    assert [result.stage for result in made.results] == ["repair", "clean"]


def test_a_faded_photos_tones_are_reckoned_once_and_seen_before_damage_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    faded = photo_of((70 + rng.integers(0, 100, (260, 380, 3))).astype(np.uint8))
    toned: list[Pixels] = []
    with_tone = tone.with_tone

    def counted(pixels: Pixels, reading: ToneReading) -> Pixels:
        toned.append(pixels)
        return with_tone(pixels, reading)

    monkeypatch.setattr(tone, "with_tone", counted)
    networks, found = DrawnNetworks(), []
    shown: list[Staged] = []

    def show(staged: Staged) -> None:
        shown.append(staged)
        found.append(networks.runs.get("find", 0))

    values = registry.stage_values({**OFF, "tone": 100, "repair": "auto"})
    made = StagedPhotos(faded, networks).run(registry.keeping_size(), values, viewer=Viewer(lambda: ALL, show))
    assert len(toned) == 1
    assert found == [0]
    assert shown[0].photo is made.photo
    assert networks.runs["find"] == 92  # tiles of the photo at three sizes
