"""Faces are found where they are, whatever their size, tilt and the photo's depth, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from torch import nn

from gpen_desktop import paths
from gpen_desktop.core.faces import detection
from gpen_desktop.core.faces.detection import FaceDetector, Limits
from gpen_desktop.core.faces.regions import face_sizes, in_reading_order
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import CancellableProgress
from gpen_desktop.core.types import Face, Photo, frozen
from gpen_desktop.errors import Cancelled, OptionError
from gpen_desktop.models.detectors.landmarks import find_landmarks
from gpen_desktop.models.detectors.retinaface import find_faces
from tests.unit.core.drawn_faces import photo_of

# Eyes, nose tip and mouth corners as a person pointed at them in the sample picture.
HOPPER = np.array([[148, 128], [203, 125], [178, 159], [155, 182], [203, 180]], np.float64)
FACE_POINTS = np.array([[-0.5, -0.5], [0.5, -0.5], [0, 0.05], [-0.4, 0.45], [0.4, 0.45]])


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


@pytest.fixture(scope="module")
def hopper() -> Photo:
    return load_photo(paths.samples() / "hopper_grey_scratched.jpg")


def error(face: Face, points: NDArray[np.float64]) -> float:
    """Mean distance of the landmarks over the eye distance."""
    return float(np.linalg.norm(face.landmarks - points, axis=1).mean() / np.linalg.norm(points[1] - points[0]))


def turned(photo: Photo, degrees: float) -> tuple[Photo, NDArray[np.float64]]:
    """The photo turned clockwise on a larger canvas, and the (2, 3) matrix that did it."""
    side = int(np.hypot(photo.width, photo.height)) + 1
    middle = ((photo.width - 1) / 2, (photo.height - 1) / 2)
    matrix = np.asarray(cv2.getRotationMatrix2D(middle, -degrees, 1.0), np.float64)
    matrix[:, 2] += (side - 1) / 2 - np.array([photo.width - 1, photo.height - 1]) / 2
    return photo_of(cv2.warpAffine(photo.pixels, matrix, (side, side))), matrix


def face_at(x: float, y: float, size: float = 40.0) -> Face:
    return Face(frozen(FACE_POINTS * size + (x, y)), 5.0)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("hopper_grey_scratched.jpg", 1),
        ("hopper_small_blurry.jpg", 1),
        ("collins_faded_colour.jpg", 1),
        ("collins_sepia_folded.jpg", 1),
        ("album_page_tilted.jpg", 2),
    ],
)
def test_finds_every_face_of_the_sample_photos_and_nothing_else(detector: FaceDetector, name: str, count: int) -> None:
    assert len(detector.detect(load_photo(paths.samples() / name))) == count


def test_puts_the_landmarks_where_a_person_points(detector: FaceDetector, hopper: Photo) -> None:
    (face,) = detector.detect(hopper)
    assert error(face, HOPPER) < 0.08


@pytest.mark.parametrize("degrees", [-30, -20, -10, 10, 20, 30])
def test_follows_a_tilted_face(detector: FaceDetector, hopper: Photo, degrees: float) -> None:
    (upright,) = detector.detect(hopper)
    photo, matrix = turned(hopper, degrees)
    (face,) = detector.detect(photo)
    assert face.roll == pytest.approx(upright.roll + degrees, abs=2)
    assert error(face, upright.landmarks @ matrix[:, :2].T + matrix[:, 2]) < 0.04


def test_a_mirrored_photo_has_mirrored_landmarks(detector: FaceDetector, hopper: Photo) -> None:
    (face,) = detector.detect(hopper)
    (mirrored,) = detector.detect(photo_of(hopper.pixels[:, ::-1]))
    back = mirrored.landmarks[[1, 0, 2, 4, 3]] * (-1, 1) + (hopper.width - 1, 0)
    assert error(face, back) < 0.02


@pytest.mark.parametrize("factor", [0.25, 0.5, 3, 8])
def test_points_scale_with_the_photo(detector: FaceDetector, hopper: Photo, factor: float) -> None:
    (face,) = detector.detect(hopper)
    size = (round(hopper.width * factor), round(hopper.height * factor))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    (scaled,) = detector.detect(photo_of(np.asarray(cv2.resize(hopper.pixels, size, interpolation=method), np.uint8)))
    assert error(scaled, (face.landmarks + 0.5) * factor - 0.5) < 0.05


def test_sixteen_bit_photos_give_the_same_faces(detector: FaceDetector, hopper: Photo) -> None:
    (face,) = detector.detect(hopper)
    (deep,) = detector.detect(photo_of(hopper.pixels.astype(np.uint16) * 257))
    assert error(deep, face.landmarks) < 0.01


def test_the_same_photo_gives_the_same_faces(detector: FaceDetector, hopper: Photo) -> None:
    (first,), (second,) = detector.detect(hopper), FaceDetector().detect(hopper)
    assert np.array_equal(first.landmarks, second.landmarks)
    assert first.score == second.score


def test_half_the_digits_end_in_the_same_faces(detector: FaceDetector) -> None:
    # where the CPU has no bfloat16 both are the same
    photo = load_photo(paths.samples() / "album_page_tilted.jpg")
    exact = FaceDetector(precision="fp32").detect(photo)
    found = detector.detect(photo)
    assert len(found) == len(exact)
    for face, other in zip(found, exact, strict=True):
        assert error(face, other.landmarks) < 0.01
        assert face.score == pytest.approx(other.score, abs=0.1)


def test_places_left_early_are_none_that_all_passes_would_have_kept(
    detector: FaceDetector, hopper: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = photo_of(np.hstack([hopper.pixels, hopper.pixels[::-1], hopper.pixels[:, ::-1]]))
    crops: list[int] = []

    def counted(net: nn.Module, cut: NDArray[np.uint8]) -> object:
        crops.append(len(cut))
        return find_landmarks(net, cut)

    monkeypatch.setattr(detection, "find_landmarks", counted)
    found = detector.detect(crowd)
    looked_at = sum(crops)
    monkeypatch.setattr(detection, "_DOUBT", np.inf)
    assert [face.score for face in found] == pytest.approx([face.score for face in detector.detect(crowd)], abs=1e-4)
    assert looked_at < sum(crops) - looked_at  # some were left


def test_what_the_detector_is_sure_of_counts_beside_the_landmark_network(
    detector: FaceDetector, hopper: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    (face,) = detector.detect(hopper)

    def doubting(*call: Any, **limit: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        points, scores = find_faces(*call, **limit)
        return points, np.full_like(scores, 0.4)

    monkeypatch.setattr(detection, "find_faces", doubting)
    (doubted,) = detector.detect(hopper)
    assert doubted.score < face.score - 2
    assert FaceDetector(limits=Limits(sure=(doubted.score + face.score) / 2)).detect(hopper) == ()


def test_a_place_where_the_two_networks_see_other_eyes_is_no_face(
    detector: FaceDetector, hopper: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:

    def beside(*call: Any, **limit: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        points, scores = find_faces(*call, **limit)
        return points + 0.4 * face_sizes(points)[:, None, None] * [1, 0], scores

    monkeypatch.setattr(detection, "find_faces", beside)
    assert detector.detect(hopper) == ()
    assert len(FaceDetector(limits=Limits(apart=1.0)).detect(hopper)) == 1


def test_each_of_a_crowd_is_found_once_in_reading_order(detector: FaceDetector, hopper: Photo) -> None:
    (face,) = detector.detect(hopper)
    crowd = photo_of(np.tile(hopper.pixels, (2, 3, 1)))
    found = detector.detect(crowd)
    places = [(column * hopper.width, row * hopper.height) for row in range(2) for column in range(3)]
    assert len(found) == len(places)
    for copy, place in zip(found, places, strict=True):
        assert error(copy, face.landmarks + place) < 0.03


def test_faces_smaller_than_asked_for_are_left_out(detector: FaceDetector, hopper: Photo) -> None:
    (face,) = detector.detect(hopper)
    assert len(detector.detect(hopper, min_face=face.box[2] - 2)) == 1
    assert detector.detect(hopper, min_face=face.box[2] + 2) == ()


def test_a_face_at_the_edge_of_the_photo_is_found(detector: FaceDetector, hopper: Photo) -> None:
    (face,) = detector.detect(hopper)
    x, y, w, h = (round(v) for v in face.box)
    cut = photo_of(hopper.pixels[y - 8 : y + h + 8, x - 8 : x + w + 8])
    (found,) = detector.detect(cut)
    assert error(found, face.landmarks - (x - 8, y - 8)) < 0.05


@pytest.mark.parametrize("shape", [(1, 1, 3), (10, 400, 3), (300, 400, 3)])
def test_there_is_no_face_in_plain_colour(detector: FaceDetector, shape: tuple[int, int, int]) -> None:
    assert detector.detect(photo_of(np.full(shape, 128, np.uint8))) == ()


def test_there_is_no_face_in_noise(detector: FaceDetector) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)
    for blur in (0.0, 2.0, 6.0):
        pixels = noise if blur == 0 else np.asarray(cv2.GaussianBlur(noise, (0, 0), blur), np.uint8)
        pixels = np.asarray(cv2.normalize(pixels, np.empty_like(pixels), 0, 255, cv2.NORM_MINMAX), np.uint8)
        assert detector.detect(photo_of(pixels)) == ()


def test_the_grain_of_a_large_scan_is_no_face(detector: FaceDetector) -> None:
    scan = load_photo(paths.samples() / "collins_faded_colour.jpg")
    pixels = cv2.resize(scan.pixels, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    # The landmark network alone takes a dozen patches of this grain for faces.
    assert len(detector.detect(photo_of(np.asarray(pixels, np.uint8)))) == 1


def test_faces_are_read_only(detector: FaceDetector, hopper: Photo) -> None:
    (face,) = detector.detect(hopper)
    with pytest.raises(ValueError, match="read-only"):
        face.landmarks[0, 0] = 0


def test_detection_reports_up_to_the_end_and_can_be_cancelled(detector: FaceDetector, hopper: Photo) -> None:
    fractions: list[float] = []
    detector.detect(hopper, progress=CancellableProgress(lambda fraction, _: fractions.append(fraction)))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    cancelled = CancellableProgress()
    cancelled.cancel()
    with pytest.raises(Cancelled):
        detector.detect(hopper, progress=cancelled)


@pytest.mark.parametrize("min_face", [0, -3])
def test_a_smallest_face_without_size_is_refused(detector: FaceDetector, hopper: Photo, min_face: float) -> None:
    with pytest.raises(OptionError, match="smallest face"):
        detector.detect(hopper, min_face=min_face)


@pytest.mark.parametrize(
    ("right", "down", "scale"), [(0, 0, 1), (0.15, 0, 1), (0, -0.15, 1), (0, 0, 1.4), (0.1, 0, 0.8)]
)
def test_a_loosely_drawn_box_gives_the_same_face(
    detector: FaceDetector, hopper: Photo, right: float, down: float, scale: float
) -> None:
    (face,) = detector.detect(hopper)
    x, y, w, h = face.box
    middle_x, middle_y = x + w * (0.5 + right), y + h * (0.5 + down)
    drawn = detector.refine(hopper, (middle_x - w * scale / 2, middle_y - h * scale / 2, w * scale, h * scale))
    assert drawn.score == float("inf")
    assert error(drawn, face.landmarks) < 0.03


def test_a_box_around_a_tilted_face_gives_its_tilt(detector: FaceDetector, hopper: Photo) -> None:
    photo, _ = turned(hopper, 30)
    (face,) = detector.detect(photo)
    assert detector.refine(photo, face.box).roll == pytest.approx(face.roll, abs=1)


def test_a_box_where_no_face_can_be_seen_still_gives_a_face_in_it(detector: FaceDetector) -> None:
    x, y, w, h = box = (100.0, 60.0, 80.0, 100.0)
    face = detector.refine(photo_of(np.full((300, 400, 3), 90, np.uint8)), box)
    assert (face.landmarks > (x, y)).all()
    assert (face.landmarks < (x + w, y + h)).all()


@pytest.mark.parametrize("box", [(10, 10, 0, 20), (10, 10, 20, -1), (-500, 10, 50, 50), (10, 4000, 50, 50)])
def test_an_impossible_box_is_refused(
    detector: FaceDetector, hopper: Photo, box: tuple[float, float, float, float]
) -> None:
    with pytest.raises(OptionError, match="box"):
        detector.refine(hopper, box)


def test_reading_order_goes_by_rows_then_from_the_left() -> None:
    back = [face_at(100, 110), face_at(260, 80), face_at(420, 125)]
    front = [face_at(40, 300), face_at(180, 330), face_at(330, 290)]
    for seed in range(5):
        shuffled = [(back + front)[i] for i in np.random.default_rng(seed).permutation(6)]
        assert in_reading_order(shuffled) == tuple(back + front)


def test_solvay_conference_has_its_29_faces(detector: FaceDetector, shared: Path) -> None:
    name = "gpen__Solvay_conference_1927.jpg"
    labels = json.loads((shared / "photos" / "faces.json").read_text(encoding="utf-8"))["photos"][name]["faces"]
    points = np.array([label["landmarks"] for label in labels])
    faces = detector.detect(load_photo(shared / "photos" / name))
    nearest = [
        int(np.linalg.norm(points.mean(axis=1) - face.landmarks.mean(axis=0), axis=1).argmin()) for face in faces
    ]
    assert sorted(nearest) == list(range(29))
    # The labels themselves, one look each at faces with 16 px between the eyes, are uncertain by about this much.
    assert max(error(face, points[label]) for face, label in zip(faces, nearest, strict=True)) < 0.25
