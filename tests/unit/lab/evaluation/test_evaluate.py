"""Measuring, and what is reported."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from gpen_desktop.errors import OptionError
from gpen_desktop.lab.evaluation import baselines, measures, report
from gpen_desktop.lab.evaluation import evaluate as ev
from gpen_desktop.lab.evaluation.cases import Case, damaged_folders, fixed_cases
from tests.narrowing import octets, the
from tests.unit.lab.pictures import drawn_face, face_folder, needs_basicsr, needs_skimage

pytestmark = [needs_basicsr, needs_skimage]


def noisy(picture: np.ndarray, deviation: float) -> np.ndarray:
    grain = np.random.default_rng(0).normal(0, deviation, picture.shape)
    return np.clip(picture + grain, 0, 255).round().astype(np.uint8)


def seen_as_is(
    kind: str, level: str, names: Sequence[str], clean: Sequence[np.ndarray], damaged: Sequence[np.ndarray]
) -> Case:
    """A case whose damaged faces are what networks are given."""
    return Case(kind, level, names, clean, damaged, damaged)


def one(face: np.ndarray) -> Case:
    """One damaged face, whose clean picture does not matter."""
    return seen_as_is("noise", "", ["a"], [face], [face])


@pytest.fixture(scope="module")
def tools() -> dict[str, measures.Measure]:
    return measures.all_measures()


def test_equal_pictures_measure_as_equal(tools: dict[str, measures.Measure]) -> None:
    face = drawn_face(256)
    assert math.isinf(measures.psnr(face, face))
    assert measures.ssim(face, face) == pytest.approx(1)
    assert tools["landmark_shift"](face, face, face) == 0
    assert measures.skin_delta_e(face, face) == 0


def test_measures_tell_worse_from_better() -> None:
    face = drawn_face(256)
    near, far = noisy(face, 5), noisy(face, 25)
    assert measures.psnr(near, face) > measures.psnr(far, face)
    assert measures.ssim(near, face) > measures.ssim(far, face)
    blurred = octets(cv2.GaussianBlur(face, (0, 0), 4))
    assert measures.niqe(blurred) > measures.niqe(near)


def test_psnr_is_what_its_formula_says() -> None:
    face = np.full((64, 64, 3), 100, np.uint8)
    assert measures.psnr(face + 5, face) == pytest.approx(20 * math.log10(255 / 5))


def test_octaves_are_told_apart() -> None:
    face = noisy(drawn_face(256), 8)
    fine, coarse = (octets(cv2.GaussianBlur(face, (0, 0), deviation)) for deviation in (0.8, 3))
    assert measures.octave_energy(face, face, 1) == 0
    assert measures.octave_energy(fine, face, 1) < -1
    assert abs(measures.octave_energy(fine, face, 3)) < 0.1
    assert measures.octave_energy(coarse, face, 3) < -0.5
    assert measures.octave_energy(noisy(face, 20), face, 1) > 1


def test_ratios_are_averaged_geometrically(result: report.Report) -> None:
    told = result.row("noise", "damaged", "40").values["octave_1"]
    assert told.low < told.mean < told.high
    assert told.mean > result.row("noise", "damaged", "20").values["octave_1"].mean > 1
    assert result.row("clean", "damaged").values["octave_1"].mean == 1


def test_landmarks_follow_a_face_that_moves(tools: dict[str, measures.Measure]) -> None:
    face = drawn_face(256)
    moved = np.roll(face, 6, axis=1)  # 6 px of an eye distance of 63 px
    assert tools["landmark_shift"](moved, face, face) == pytest.approx(100 * 6 / 63, rel=0.6)


def test_skin_colour_counts_on_skin_only() -> None:
    face = drawn_face(256)
    green = face.astype(np.int16)
    green[..., 1] += 20
    tinted = np.clip(green, 0, 255).astype(np.uint8)
    outside = face.copy()
    outside[:30] = tinted[:30]
    assert measures.skin_delta_e(tinted, face) > 3
    assert measures.skin_delta_e(outside, face) < 0.01


def test_gain_and_change_are_held_against_the_damaged_face(tools: dict[str, measures.Measure]) -> None:
    face = drawn_face(256)
    damaged, restored = noisy(face, 20), noisy(face, 10)
    assert tools["psnr_gain"](restored, face, damaged) == pytest.approx(6.0, abs=0.3)
    assert math.isnan(tools["psnr_gain"](restored, face, face))
    tinted = octets(cv2.add(damaged, np.array((0, 20, 0, 0), np.float64)))
    assert tools["skin_change"](tinted, face, damaged) > 3
    assert tools["skin_change"](tinted, face, tinted) == 0


def test_skin_tones_are_told_apart_by_what_the_picture_shows() -> None:
    face = drawn_face(256)
    assert [measures.skin_tone((face * light).astype(np.uint8)) for light in (1.0, 0.8, 0.45)] == list(measures.TONES)
    assert measures.skin_tone(np.repeat(face[..., 1:2], 3, axis=2)) == ""


def test_confidence_intervals_narrow_with_faces() -> None:
    few, many = ev.estimate([1.0, 3.0] * 4), ev.estimate([1.0, 3.0] * 100)
    assert few.mean == many.mean == 2
    assert few.high - few.low > 3 * (many.high - many.low)
    assert many.low == pytest.approx(2 - 1.96 / math.sqrt(200), abs=0.01)
    assert math.isnan(ev.estimate([4.0]).low)
    assert ev.estimate([math.nan, 4.0, 6.0]).mean == 5
    assert math.isnan(ev.estimate([math.nan]).mean)


@pytest.fixture
def pairs(tmp_path: Path) -> tuple[Path, Path]:
    """Clean faces of 128 px, and the same ones noisy and grey, and small."""
    clean = face_folder(tmp_path / "clean", count=3, side=128)
    damaged = tmp_path / "damaged"
    for number in range(3):
        face = cv2.resize(drawn_face(128, number), (64, 64), interpolation=cv2.INTER_AREA)
        for kind, picture in {
            "noise": noisy(face, 20),
            "old": np.repeat(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
            "small": cv2.resize(face, (32, 32), interpolation=cv2.INTER_AREA),
        }.items():
            (damaged / kind).mkdir(parents=True, exist_ok=True)
            _, packed = cv2.imencode(".png", picture[..., ::-1])
            (damaged / kind / f"face{number}.png").write_bytes(packed.tobytes())
    return clean, damaged


def test_pairs_come_with_a_clean_case_and_grey_targets(pairs: tuple[Path, Path]) -> None:
    cases = {case.kind: case for case in damaged_folders(*pairs, size=64)}
    assert list(cases) == ["clean", "noise", "old", "small"]
    assert all(picture.shape == (64, 64, 3) for case in cases.values() for picture in (*case.clean, *case.damaged))
    assert np.ptp(cases["old"].clean[0], axis=2).max() == 0
    assert np.ptp(cases["noise"].clean[0], axis=2).max() > 0
    np.testing.assert_array_equal(cases["old"].clean[0], cases["old"].damaged[0])


def test_sets_of_fixed_damage_are_made_from_clean_faces(pairs: tuple[Path, Path]) -> None:
    kinds = [case.kind for case in fixed_cases("standard", pairs[0], size=64)]
    assert kinds == ["light", "soft", "lowres", "noise", "severe", "old"]
    small, larger, *_ = fixed_cases("small-jpeg", pairs[0], size=64)
    assert [small.level, larger.level] == ["25 px", "40 px"]


def test_small_faces_are_given_to_networks_out_of_the_photo_enlarged(tmp_path: Path) -> None:
    faces = face_folder(tmp_path / "faces", 1, 256)
    largest = list(fixed_cases("small-jpeg", faces))[3]
    assert largest.level == "100 px"
    shown, given = (measures.psnr(each[0], largest.clean[0]) for each in (largest.damaged, largest.given))
    assert given > shown


def test_a_damaged_face_without_its_clean_one_is_named(pairs: tuple[Path, Path]) -> None:
    clean, damaged = pairs
    (clean / "face1.png").unlink()
    with pytest.raises(OptionError, match="face1"):
        list(damaged_folders(clean, damaged, size=64))
    with pytest.raises(OptionError, match="no folders"):
        list(damaged_folders(clean, clean, size=64))


def half_way(case: Case) -> list[np.ndarray]:
    return [cv2.GaussianBlur(p, (0, 0), 1.0) for p in case.damaged]


@pytest.fixture(scope="module")
def result() -> report.Report:
    clean = [drawn_face(256), drawn_face(256, seed=1) // 2]
    cases = [
        seen_as_is("clean", "", ["a", "b", "c"], [*clean, clean[0]], [*clean, clean[0]]),  # c is damaged nowhere
        seen_as_is("noise", "20", ["a", "b"], clean, [noisy(p, 20) for p in clean]),
        seen_as_is("noise", "40", ["a", "b"], clean, [noisy(p, 40) for p in clean]),
    ]
    return ev.evaluate(cases, {"damaged": baselines.untouched, "blur": half_way}, {"glasses": ["b"]})


def test_the_report_has_every_method_on_every_case_and_the_mean(result: report.Report) -> None:
    assert [(r.kind, r.level, r.method) for r in result.rows] == [
        *(("clean", "", m) for m in ("damaged", "blur")),
        *(("noise", "20", m) for m in ("damaged", "blur")),
        *(("noise", "40", m) for m in ("damaged", "blur")),
        *(("mean", group, m) for group in ("", "light skin", "dark skin", "glasses") for m in ("damaged", "blur")),
    ]
    mean = result.row("mean", "damaged").values["psnr"].mean
    each = [result.row("noise", "damaged", level).values["psnr"].mean for level in ("20", "40")]
    assert mean == pytest.approx(np.mean(each))
    assert result.row("noise", "blur", "40").values["psnr"].mean > each[1]
    with pytest.raises(KeyError):
        result.row("noise", "none")


def test_a_group_holds_the_faces_that_its_table_names(result: report.Report, tmp_path: Path) -> None:
    assert result.row("mean", "blur", "glasses").n == 1
    alone, skin = (result.row("mean", "blur", group).values["psnr"].mean for group in ("glasses", "dark skin"))
    assert alone == skin  # of face b, the dark one
    table = tmp_path / "groups.csv"
    table.write_text("face,group\na,glasses\nb,glasses\nb,beards\n", encoding="utf-8")
    assert ev.read_groups(table) == {"glasses": ["a", "b"], "beards": ["b"]}
    table.write_text("name,group\na,glasses\n", encoding="utf-8")
    with pytest.raises(OptionError, match="not a table of groups"):
        ev.read_groups(table)
    table.write_text("face,group\na\n", encoding="utf-8")
    with pytest.raises(OptionError, match="lacks one of its two cells"):
        ev.read_groups(table)
    cases = [seen_as_is("noise", level, ["a"], [drawn_face(256)], [drawn_face(256)]) for level in ("1", "2")]
    with pytest.raises(OptionError, match="'lost'"):
        ev.evaluate(cases, {"damaged": baselines.untouched}, {"glasses": ["lost"]})
    with pytest.raises(OptionError, match="two or more kinds"):
        ev.evaluate(cases[:1], {"damaged": baselines.untouched}, {"glasses": ["a"]})


def test_the_report_is_written_as_json_markdown_and_sheet(result: report.Report, tmp_path: Path) -> None:
    report.write(result, tmp_path / "new")
    told = json.loads((tmp_path / "new" / "report.json").read_text(encoding="utf-8"))
    assert len(told["rows"]) == 14
    assert told["rows"][0]["psnr"]["mean"] is None  # infinite: the clean face itself
    text = (tmp_path / "new" / "report.md").read_text(encoding="utf-8")
    assert "| noise 20 | 2 |" in text
    assert "∞" in text
    sheet = the(cv2.imread(str(tmp_path / "new" / "sheet.png")))
    np.testing.assert_array_equal(sheet[..., ::-1], result.sheet)


def test_plain_tools_keep_size_and_take_noise() -> None:
    face = drawn_face(96)
    for way in baselines.PLAIN.values():
        assert way(one(face))[0].shape == face.shape
    still = baselines.non_local_means(one(noisy(face, 8)))[0]
    assert np.square(still.astype(float) - face).mean() < np.square(noisy(face, 8).astype(float) - face).mean()


def test_the_builtin_model_betters_noise_and_its_composition_is_milder() -> None:
    face = drawn_face(256)
    damaged = noisy(face, 15)
    restored = baselines.by_model("builtin-256", "cpu")(one(damaged))[0]
    composed = baselines.by_product("builtin-256", "cpu")(one(damaged))[0]
    assert measures.psnr(restored, face) > measures.psnr(damaged, face) + 1
    assert measures.psnr(composed, damaged) > measures.psnr(restored, damaged)


def test_what_is_invented_adds_to_a_blurred_face() -> None:
    blurred = np.asarray(cv2.GaussianBlur(drawn_face(256), (0, 0), 3), np.uint8)
    restored, more = (
        way("builtin-256", "cpu")(one(blurred))[0] for way in (baselines.by_model, baselines.by_inventing)
    )
    assert measures.octave_energy(more, restored, 1) > 0.05
    with pytest.raises(OptionError, match="retinaface025"):
        baselines.by_inventing("retinaface025", "cpu")


def test_faces_of_another_size_go_through_the_model_and_back() -> None:
    face = drawn_face(128)
    answer = baselines.by_model("builtin-256", "cpu")(one(face))[0]
    assert answer.shape == face.shape
    assert measures.psnr(answer, face) > 25
