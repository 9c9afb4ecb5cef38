"""Measure the built-in face detector on labelled photos.

    python -m gpen_desktop.lab.evaluation.detection --photos DIR [--turn 30] [--json]

A detection matches a label when their centres lie within half a face size and their sizes within a factor of two,
nearest first, one to one. Labels of a score below 0.8, or with eyes under 12 px apart, count neither way.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.faces.detection import FaceDetector
from gpen_desktop.core.faces.regions import face_sizes
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import Face, Photo, frozen

SOLVAY = "gpen__Solvay_conference_1927.jpg"
SUREST_LABELS = 0.8
SMALLEST_EYES = 12.0
MEGAPIXELS = (1.7, 2.7)
"""Photos that are timed as 'of 2 megapixels'."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Label:
    """One labelled face. raw: (5, 2), one look of the labelling detector. points: the average of many looks where the
    label file has it, raw elsewhere. counts: whether missing it is a fault."""

    raw: Points
    points: Points
    counts: bool


@dataclass(frozen=True)
class Matches:
    """What was found in one photo. errors: mean point distance over the label's eye distance, per counted label found;
    raw_errors: the same against the raw labels. strays: centre (x, y), score of each false detection."""

    name: str
    megapixels: float
    labels: int
    errors: tuple[float, ...]
    raw_errors: tuple[float, ...]
    strays: tuple[tuple[float, float, float], ...]
    milliseconds: float


def read_labels(faces: list[dict[str, Any]]) -> list[Label]:
    """The labels of one photo, as faces.json holds them."""
    labels = []
    for face in faces:
        raw = np.array(face["landmarks"], np.float64)
        refined = face.get("landmarks_refined")
        counts = face["score"] >= SUREST_LABELS and face["inter_eye"] >= SMALLEST_EYES
        labels.append(Label(raw, raw if refined is None else np.array(refined, np.float64), counts))
    return labels


def match(faces: tuple[Face, ...], labels: list[Label]) -> dict[int, int]:
    """Pairs of face and label numbers, nearest first, one to one."""
    pairs = []
    for i, face in enumerate(faces):
        for j, label in enumerate(labels):
            size, wanted = face_sizes(np.stack([face.landmarks, label.raw]))
            distance = float(np.linalg.norm(face.landmarks.mean(axis=0) - label.raw.mean(axis=0)) / wanted)
            if distance < 0.5 and 0.5 < size / wanted < 2:
                pairs.append((distance, i, j))
    matched: dict[int, int] = {}
    for _, i, j in sorted(pairs):
        if i not in matched and j not in matched.values():
            matched[i] = j
    return matched


def turned(photo: Photo, labels: list[Label], degrees: float) -> tuple[Photo, list[Label]]:
    """Photo and labels turned clockwise on a canvas that holds all of it."""
    if degrees == 0:
        return photo, labels
    centre = np.array([(photo.width - 1) / 2, (photo.height - 1) / 2])
    forth = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), -degrees, 1.0)
    reach = np.abs(forth[:, :2]) @ (photo.width, photo.height)
    size = (int(np.ceil(reach[0])), int(np.ceil(reach[1])))
    forth[:, 2] += (np.array(size) - 1) / 2 - centre
    pixels = np.asarray(cv2.warpAffine(photo.pixels, forth, size, borderValue=(128, 128, 128)), np.uint8)

    def moved(points: Points) -> Points:
        return np.asarray(points @ forth[:, :2].T + forth[:, 2])

    return (
        Photo(frozen(pixels), SourceFormat("JPEG")),
        [Label(moved(label.raw), moved(label.points), label.counts) for label in labels],
    )


def measure(detector: FaceDetector, name: str, photo: Photo, labels: list[Label]) -> Matches:
    """Find the faces of one photo and hold them against its labels."""
    start = time.perf_counter()
    faces = detector.detect(photo)
    took = time.perf_counter() - start
    matched = match(faces, labels)
    counted = [(faces[i].landmarks, labels[j]) for i, j in matched.items() if labels[j].counts]
    return Matches(
        name=name,
        megapixels=photo.width * photo.height / 1e6,
        labels=sum(label.counts for label in labels),
        errors=tuple(_error(points, label.points) for points, label in counted),
        raw_errors=tuple(_error(points, label.raw) for points, label in counted),
        strays=tuple(
            (round(float(x), 1), round(float(y), 1), round(face.score, 2))
            for i, face in enumerate(faces)
            if i not in matched
            for x, y in [face.landmarks.mean(axis=0)]
        ),
        milliseconds=took * 1e3,
    )


def summary(matches: list[Matches]) -> dict[str, float]:
    """Recall, precision, errors and times over photos."""
    errors = [error for photo in matches for error in photo.errors]
    raw_errors = [error for photo in matches for error in photo.raw_errors]
    labels, strays = sum(o.labels for o in matches), sum(len(o.strays) for o in matches)
    figures = {
        "photos": len(matches),
        "labels": labels,
        "found": len(errors),
        "false": strays,
        "recall": len(errors) / max(1, labels),
        "precision": len(errors) / max(1, len(errors) + strays),
    }
    if errors:
        figures |= {"error_mean": statistics.fmean(errors), "error_median": statistics.median(errors)}
        figures |= {"raw_error_mean": statistics.fmean(raw_errors), "raw_error_median": statistics.median(raw_errors)}
    timed = [o.milliseconds for o in matches if MEGAPIXELS[0] <= o.megapixels <= MEGAPIXELS[1]]
    if timed:
        figures |= {"ms_2mp_median": statistics.median(timed), "ms_2mp_worst": max(timed)}
    figures["ms_mean"] = statistics.fmean(o.milliseconds for o in matches)
    return {key: round(value, 4) for key, value in figures.items()}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m gpen_desktop.lab.evaluation.detection", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--photos", type=Path, required=True, help="folder with photos and their faces.json")
    parser.add_argument("--turn", type=float, default=0.0, help="turn every photo by so many degrees first")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--json", action="store_true", help="figures and every photo's matches as JSON")
    args = parser.parse_args(argv)

    start = time.perf_counter()
    detector = FaceDetector(device=args.device)
    loading = time.perf_counter() - start
    listed = json.loads((args.photos / "faces.json").read_text(encoding="utf-8"))["photos"]
    matches = []
    for name, entry in listed.items():
        photo, labels = turned(load_photo(args.photos / name), read_labels(entry["faces"]), args.turn)
        matches.append(measure(detector, name, photo, labels))
    report = {
        "loading_ms": round(loading * 1e3, 1),
        "first_photo_ms": round(matches[0].milliseconds, 1),
        "all": summary(matches),
        "solvay": summary([photo for photo in matches if photo.name == SOLVAY]),
    }
    if args.json:
        report["matches"] = [vars(photo) for photo in matches]
        sys.stdout.write(json.dumps(report, indent=1) + "\n")
    else:
        _print(report, matches)
    return 0


def _error(points: Points, label: Points) -> float:
    return float(np.linalg.norm(points - label, axis=1).mean() / np.linalg.norm(label[1] - label[0]))


def _print(report: dict[str, Any], matches: list[Matches]) -> None:
    lines = [f"loading {report['loading_ms']} ms, first photo {report['first_photo_ms']} ms"]
    lines += [f"{part}: " + ", ".join(f"{k} {v}" for k, v in report[part].items()) for part in ("all", "solvay")]
    for photo in matches:
        lines += [f"  false in {photo.name}: at ({x}, {y}), score {score}" for x, y, score in photo.strays]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
