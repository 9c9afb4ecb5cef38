"""Cleaning, repairing and enlarging: what they change, what they leave, and what is said of it."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from gpen_desktop.core.progress import CancellableProgress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.run import Staged, StagedPhotos, without
from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.types import FloatImage, Photo, Pixels, Stroke, frozen
from gpen_desktop.errors import Cancelled, WeightsError
from gpen_desktop.models.catalog import CLEANER, ENLARGER, REPAIRER, UNBLOCKER
from tests.unit.core.drawn_faces import photo_of
from tests.unit.core.stages import test_analysis
from tests.unit.core.stages.stand_ins import DrawnNetworks, blur_away

OFF = {"repair": "off", "clean": 0, "tone": 0, "scale": 1}


def picture(height: int = 200, width: int = 300, dtype: type = np.uint8) -> Pixels:
    """From black to light grey, nowhere white, with all values that a depth has."""
    small = np.random.default_rng(4).random((height // 20, width // 20, 3), dtype=np.float32)
    large = np.clip(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), 0, 0.9)
    return (large * np.iinfo(dtype).max).astype(dtype)


def sepia(dtype: type = np.uint8) -> Pixels:
    """A photo in one hue, which may be old."""
    return (picture(dtype=dtype)[..., :1] * np.array([1, 0.9, 0.75])).astype(dtype)


def scratched(dtype: type = np.uint8) -> tuple[Pixels, np.ndarray]:
    """With a white scratch, and where it is."""
    pixels, mask = sepia(dtype), np.zeros((200, 300), np.uint8)
    cv2.line(mask, (20, 30), (250, 150), 1, 2)
    pixels[mask > 0] = np.iinfo(dtype).max
    return pixels, mask > 0


def run(photo: Photo | Pixels, networks: DrawnNetworks | None = None, *strokes: Stroke, **values: int | str) -> Staged:
    photo = photo if isinstance(photo, Photo) else photo_of(photo)
    staged = StagedPhotos(photo, networks or DrawnNetworks())
    return staged.run(registry.STAGES, registry.stage_values({**OFF, **values}), strokes)


# Cleaning


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_cleaning_adds_what_the_network_says_in_tiles_that_nobody_sees(dtype: type) -> None:
    pixels = picture(300, 420, dtype)
    white = np.iinfo(dtype).max
    made = run(pixels, clean=100)
    assert made.photo.pixels.dtype == dtype
    whole = pixels / white + blur_away(pixels.astype(np.float32) / white)
    assert np.abs(made.photo.pixels[:-20, :-20] / white - whole[:-20, :-20]).max() < 2 / white
    assert [(result.stage, result.strength) for result in made.results] == [("clean", 100)]


def test_where_there_is_nothing_to_clean_pixels_stay_byte_for_byte() -> None:
    def left_half(tile: FloatImage) -> FloatImage:
        change = np.zeros_like(tile)
        change[tile[..., 0] > 0.5] = -0.1
        return change

    for dtype in (np.uint8, np.uint16):
        pixels = picture(dtype=dtype)
        made = run(pixels, DrawnNetworks(clean=left_half), clean=60).photo.pixels
        same = pixels[..., 0] <= 0.5 * np.iinfo(dtype).max
        assert np.array_equal(made[same], pixels[same])
        assert not np.array_equal(made[~same], pixels[~same])


def test_grey_stays_grey() -> None:
    grey = np.repeat(picture()[..., :1], 3, axis=2)
    tint = DrawnNetworks(clean=lambda tile: np.broadcast_to(np.float32([0.1, 0, -0.05]), tile.shape))
    for values in ({"clean": 100}, {"scale": 2}):
        made = run(grey, tint, **values).photo.pixels
        assert np.ptp(made.astype(int), axis=2).max() == 0


def test_strengths_of_cleaning_run_the_network_once() -> None:
    networks = DrawnNetworks()
    staged = StagedPhotos(photo_of(picture(100, 120)), networks)
    for strength in (100, 30, 55, 30):
        staged.run(registry.STAGES, registry.stage_values({**OFF, "clean": strength}))
    assert networks.runs == {"clean": 1}


def test_cleaning_is_cancelled_between_tiles() -> None:
    stop = CancellableProgress()
    networks = DrawnNetworks(clean=lambda tile: (stop.cancel(), blur_away(tile))[1])
    with pytest.raises(Cancelled):
        StagedPhotos(photo_of(picture(300, 300)), networks).run(
            registry.STAGES, registry.stage_values({**OFF, "clean": 100}), progress=stop
        )
    assert networks.runs["clean"] == 1


# Left to the program


def grainy_photo() -> Photo:
    grain = np.random.default_rng(0).normal(0, 9, (400, 500, 1))
    grey = test_analysis.scene(400, 500).mean(axis=2, keepdims=True).repeat(3, axis=2)
    return photo_of(np.clip(grey + grain, 0, 255).astype(np.uint8))


def test_automatic_cleans_what_needs_it_and_says_so() -> None:
    made = run(grainy_photo(), clean=-1)
    assert 50 < int(made.values["clean"]) < 100
    assert "seen-grain" in [seen.words.code for seen in made.seen]
    assert [(result.stage, result.words.code) for result in made.results] == [("clean", "did-clean")]


def test_blocks_alone_have_a_network_of_their_own() -> None:
    good = test_analysis.scene(400, 500).astype(np.uint8)
    blocky = photo_of(test_analysis.compressed(good, 25).astype(np.uint8))
    both = photo_of(test_analysis.compressed(grainy_photo().pixels, 60).astype(np.uint8))
    for photo, missing, used, words in (
        (blocky, (), "unblock", "did-unblock"),
        (blocky, (UNBLOCKER,), "clean", "did-clean-otherwise"),
        (both, (), "clean", "did-clean"),
        (photo_of(good), (), "clean", "did-clean"),
    ):
        networks = DrawnNetworks(*missing)
        made = run(photo, networks, clean=80)
        assert set(networks.runs) == {used}
        assert [result.words.code for result in made.results] == [words]


def test_automatic_leaves_a_good_photo_and_sees_nothing() -> None:
    good = photo_of(test_analysis.scene(900, 1000).astype(np.uint8))
    made = StagedPhotos(good, DrawnNetworks()).run(registry.STAGES, registry.stage_values())
    assert made.photo is good
    assert not made.seen
    assert not made.changed


def test_without_its_model_automatic_leaves_a_stage_out_and_says_so() -> None:
    photo = grainy_photo()
    made = run(photo, DrawnNetworks(CLEANER, REPAIRER), clean=-1, repair="auto")
    assert made.photo is photo
    assert [(result.stage, result.strength, result.words.code) for result in made.results] == [
        ("repair", 0, "model-missing"),
        ("clean", 0, "model-missing"),
    ]
    assert "'Built-in photo cleaner'" in str(made.results[1].words)
    assert made.values["clean"] == 0


@pytest.mark.parametrize("values", [{"clean": 40}, {"repair": "on"}])
def test_without_its_model_a_stage_turned_on_by_hand_is_an_error(values: dict[str, int | str]) -> None:
    with pytest.raises(WeightsError):
        StagedPhotos(photo_of(picture())).run(registry.STAGES, registry.stage_values({**OFF, **values}))


# Repairing


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_repair_changes_what_is_damaged_and_nothing_else(dtype: type) -> None:
    pixels, mask = scratched(dtype)
    made = run(pixels, repair="on")
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert np.array_equal(made.photo.pixels[~near], pixels[~near])
    green = made.photo.pixels[mask].astype(float) / np.iinfo(dtype).max
    assert np.abs(green - (0, 1, 0)).mean() < 0.05
    assert made.results[0].words.code == "did-repair"


def test_a_photo_without_damage_is_the_very_same() -> None:
    photo = photo_of(picture())
    made = run(photo, repair="on")
    assert made.photo is photo
    assert [(result.strength, result.words.code) for result in made.results] == [(0, "no-damage")]


def test_automatic_tells_of_damage_and_fills_none() -> None:
    pixels, _ = scratched()
    made = run(pixels, repair="auto")
    assert not made.changed
    assert [(result.strength, result.words.code) for result in made.results] == [(0, "damage-seen")]
    assert "seen-damage" in [seen.words.code for seen in made.seen]


def test_what_is_doubtful_or_wide_is_left() -> None:
    doubtful = DrawnNetworks(find=lambda tile: 0.85 * (tile.min(axis=2, keepdims=True) > 0.95))
    assert not run(scratched()[0], doubtful, repair="on").changed
    pixels = sepia()
    pixels[60:100, 50:80] = 255
    assert not run(pixels, repair="on").changed


def test_automatic_asks_about_no_single_speck() -> None:
    pixels = sepia()
    pixels[60:63, 50:55] = 255
    assert [result.words.code for result in run(pixels, repair="auto").results] == ["no-damage"]
    assert run(pixels, repair="on").changed == ("repair",)


def test_automatic_asks_about_thin_scratches_though_they_cover_little_and_about_much_dust() -> None:
    thin = sepia()
    cv2.line(thin, (20, 60), (280, 75), (255, 255, 255), 1)
    dusty, dust = sepia(), np.zeros((200, 300), np.bool_)
    dust[10:190:12, 10:290:10] = dust[11:191:12, 10:290:10] = True
    dusty[dust] = 255
    for pixels in (thin, dusty):
        assert (pixels.min(axis=2) == 255).mean() < 0.015
        assert [result.words.code for result in run(pixels, repair="auto").results] == ["damage-seen"]
    a_little = sepia()
    a_little[:100][dust[:100]] = 255
    assert [result.words.code for result in run(a_little, repair="auto").results] == ["no-damage"]


def test_automatic_looks_for_damage_in_old_photos_only() -> None:
    pixels, networks = picture(), DrawnNetworks()
    cv2.line(pixels, (20, 30), (250, 150), (255, 255, 255), 2)
    assert not run(pixels, networks, repair="auto").changed
    assert "find" not in networks.runs
    assert run(pixels, repair="on").changed == ("repair",)


def test_the_brush_adds_and_erases_in_its_order() -> None:
    pixels, mask = scratched()
    everything = Stroke(((0.0, 0.0), (299.0, 199.0)), radius=300, erases=True)
    dot = Stroke(((60.0, 170.0),), radius=8)
    assert not run(pixels, None, everything, repair="on").changed
    for how in ("auto", "on"):
        made = run(pixels, None, everything, dot, repair=how).photo.pixels
        changed = (made != pixels).any(axis=2)
        assert changed[170, 60]
        assert changed.sum() == pytest.approx(np.pi * 8.5**2, rel=0.15)
        assert not changed[mask].any()


def test_what_is_brushed_is_filled_in_a_good_photo_in_colour_too() -> None:
    pixels, networks = picture(), DrawnNetworks()
    made = run(pixels, networks, Stroke(((60.0, 170.0),), radius=8), repair="auto")
    assert made.changed == ("repair",)
    assert networks.runs == {"fill": 1}  # nobody looks for damage there


def test_brushing_looks_for_damage_no_second_time() -> None:
    networks = DrawnNetworks()
    staged = StagedPhotos(photo_of(scratched()[0]), networks)
    values = registry.stage_values({**OFF, "repair": "on"})
    staged.run(registry.STAGES, values)
    found = networks.runs["find"]
    staged.run(registry.STAGES, values, (Stroke(((50.0, 50.0), (60.0, 50.0)), 4),))
    assert networks.runs["find"] == found


def test_a_large_photo_is_looked_at_smaller_and_changed_only_in_the_damage() -> None:
    pixels = np.full((1500, 4400, 3), (120, 110, 100), np.uint8)
    cv2.line(pixels, (400, 300), (4000, 900), (255, 255, 255), 12)
    networks = DrawnNetworks()
    made = run(pixels, networks, repair="on").photo.pixels
    away = cv2.distanceTransform((pixels[..., 0] == 120).astype(np.uint8), cv2.DIST_L2, 3) > 8
    assert np.array_equal(made[away], pixels[away])
    line = pixels[..., 0] == 255
    assert (made[line][:, 1] > 200).mean() > 0.97
    assert (made[line][:, 0] < 60).mean() > 0.97
    assert networks.runs["find"] < 100


def test_what_is_filled_gets_the_grain_of_the_photo() -> None:
    rng = np.random.default_rng(3)
    pixels = (120 + rng.normal(0, 8, (300, 300, 1))).repeat(3, axis=2).astype(np.uint8)
    stroke = Stroke(((70.0, 120.0), (230.0, 120.0)), radius=24)
    inside = run(pixels, None, stroke, repair="on").photo.pixels[104:136, 60:240, 0]  # grey: luma of green is 150
    assert inside.mean() == pytest.approx(150, abs=4)
    assert 4 < inside.std() < 11


# Enlarging


@pytest.mark.parametrize("scale", [1.5, 2, 2.5, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_enlarging_by_the_network(scale: float, dtype: type) -> None:
    pixels = picture(150, 180, dtype)
    alpha = frozen(np.full((150, 180), np.iinfo(dtype).max // 2, dtype))
    made = run(dataclasses.replace(photo_of(pixels), alpha=alpha), scale=scale)
    cubic = cv2.resize(pixels, (round(180 * scale), round(150 * scale)), interpolation=cv2.INTER_CUBIC)
    white = np.iinfo(dtype).max
    assert made.photo.pixels.dtype == dtype
    assert np.abs(made.photo.pixels.astype(float) - cubic).max() < 0.04 * white
    assert made.photo.alpha is not None
    assert made.photo.alpha.shape == cubic.shape[:2]
    assert (made.scale, made.results[0].words.code) == (scale, "did-enlarge")


def test_the_enlarger_is_asked_for_what_the_pixels_need() -> None:
    good = test_analysis.scene(400, 500).astype(np.uint8)
    stored = cv2.imdecode(cv2.imencode(".jpg", good, [cv2.IMWRITE_JPEG_QUALITY, 45])[1], cv2.IMREAD_COLOR)
    asked = []
    for pixels, values in ((good, {}), (stored, {}), (stored, {"clean": 100})):
        networks = DrawnNetworks()
        run(photo_of(pixels), networks, scale=4, **values)
        asked.append(networks.spoilt)
    assert asked == [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]  # what the first pass gives is in good order


def test_without_its_network_enlarging_is_simple_and_says_so() -> None:
    networks = DrawnNetworks(ENLARGER)
    made = run(picture(), networks, scale=2)
    assert made.photo.pixels.shape == (400, 600, 3)
    assert made.results[0].words.code == "did-enlarge-simply"
    assert not networks.runs


# Models of the user's choice


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("factor", "scale"), [(f, s) for f in (1, 2, 4) for s in (1, 1.37, 1.5, 2, 2.5, 3, 4) if (f, s) != (1, 1)]
)
def test_any_scale_by_a_model_of_any_factor(factor: int, scale: float, dtype: type) -> None:
    pixels = picture(dtype=dtype)
    made = run(pixels, scale=scale, background=f"x{factor}")
    white = np.iinfo(dtype).max
    assert made.photo.pixels.dtype == dtype
    expected = cv2.resize(pixels, (round(300 * scale), round(200 * scale)), interpolation=cv2.INTER_CUBIC)
    assert made.photo.pixels.shape == expected.shape
    error = np.abs(made.photo.pixels.astype(np.float64) - expected) / white
    assert error[20:-20, 20:-20].max() < 0.02  # no seam, nothing shifted
    assert made.scale == scale
    enlarged = "did-treat-and-enlarge" if factor == 1 else "did-enlarge-by"
    assert made.results[0].words.code == ("did-treat-by" if scale == 1 else enlarged)


def test_a_grey_photo_stays_grey_whatever_the_model_says() -> None:
    class Colourful(DrawnNetworks):
        def upscaler(self, name: str) -> TiledNetwork:
            tinted = super().upscaler(name)
            return dataclasses.replace(tinted, run=lambda tile: tinted.run(tile) * np.float32([1, 0.9, 0.8]))

    grey = np.repeat(picture()[..., :1], 3, axis=2)
    made = run(grey, Colourful(), scale=2, background="x2").photo.pixels
    assert np.array_equal(made[..., 0], made[..., 1])
    assert np.array_equal(made[..., 0], made[..., 2])


def test_nothing_larger_than_the_result_is_held() -> None:
    shapes = []

    class Watched(DrawnNetworks):
        def upscaler(self, name: str) -> TiledNetwork:
            network = super().upscaler(name)

            def run(tile: FloatImage) -> FloatImage:
                shapes.append(tile.shape[:2])
                return network.run(tile)

            return dataclasses.replace(network, run=run)

    run(picture(400, 600), Watched(), scale=2, background="x4")
    assert len(shapes) == 20
    assert max(max(shape) for shape in shapes) <= 160


def test_a_size_between_is_what_the_network_gave_resampled_once() -> None:
    """Fine stripes at the network's own factor come out as grey as area resampling makes them, wherever tiles meet."""

    class Striped(DrawnNetworks):
        def upscaler(self, name: str) -> TiledNetwork:
            def run(tile: FloatImage) -> FloatImage:
                stripes = np.arange(tile.shape[1] * 4) % 4 // 2  # of a tile that starts at a whole pixel
                return np.broadcast_to(stripes[None, :, None], (tile.shape[0] * 4, stripes.size, 3)).astype(np.float32)

            return dataclasses.replace(super().upscaler(name), run=run)

    made = run(picture(), Striped(), scale=2.5, background="x4").photo.pixels
    whole = np.broadcast_to((np.arange(1200) % 4 // 2 * 255)[None, :, None], (800, 1200, 3)).astype(np.uint8)
    assert np.array_equal(made, cv2.resize(whole, (750, 500), interpolation=cv2.INTER_AREA))


def test_a_wanted_width_is_met_to_the_pixel() -> None:
    for width in (301, 437, 1001, 1199):
        assert run(picture(), scale=width / 300).photo.pixels.shape[1] == width
    assert run(picture(), scale=1.2345).results[0].words.values == (("scale", 1.23),)


def test_without_a_model_for_it_the_photo_is_the_very_same() -> None:
    photo = photo_of(picture())
    assert run(photo, scale=1).photo is photo


def test_without_enlarging_the_photo_is_the_one_before() -> None:
    made = run(picture(), background="x2", scale=2)
    assert made.has_new_detail
    assert without(made, "enlarge") is made.steps[-1][1]


def test_a_model_that_keeps_the_size_is_not_said_to_enlarge() -> None:
    made = run(picture(), background="x1", scale=2)
    assert made.scale == 2
    assert made.results[-1].words.code == "did-treat-and-enlarge"
