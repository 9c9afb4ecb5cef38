"""Measure the face detector on composed scenes, where its limits are chosen.

    python -m gpen_desktop.lab.evaluation.composed_detection --faces faces.csv val --backgrounds DIR

Scenes of 320 px a side, aged; people and things should be such that neither network was trained on. Faces of 28 px and
more count, apart by how far aside they look: ahead (under 20 degrees), three quarters, profile (over 55).
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from torch import Generator

from gpen_desktop.core.faces.detection import FaceDetector, Limits
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import Face, Photo, frozen
from gpen_desktop.lab.evaluation.detection import Label, match
from gpen_desktop.lab.scenes.placing import Cast, compose, profile_turns, random_turns
from gpen_desktop.lab.scenes.reading import Stage, portraits, stage
from gpen_desktop.lab.scenes.turning import yaw_of
from gpen_desktop.lab.scenes.views import seen, stacked

KINDS: Final = ("ahead", "three quarters", "profile")
_BOUNDS: Final = (20.0, 55.0)  # degrees aside
_SMALLEST: Final = 28.0  # px of width
_TURNS: Final = 40
_BATCH: Final = 10


@dataclass(frozen=True, eq=False)
class LabelledScene:
    """photo: an aged scene. labels: its faces; those too small or cut off do not count. kinds: index into KINDS."""

    photo: Photo
    labels: list[Label]
    kinds: tuple[int, ...]


@dataclass(frozen=True)
class Figures:
    """wanted, found: per kind. false: detections where there is no face."""

    wanted: tuple[int, ...]
    found: tuple[int, ...]
    false: int

    @property
    def precision(self) -> float:
        return sum(self.found) / max(1, sum(self.found) + self.false)

    def told(self) -> str:
        parts = [f"{k} {f / max(w, 1):.3f} of {w}" for k, f, w in zip(KINDS, self.found, self.wanted, strict=True)]
        whole = sum(self.found) / max(1, sum(self.wanted))
        return f"recall {whole:.4f} ({', '.join(parts)}), false {self.false}, precision {self.precision:.4f}"


def labelled_scenes(cast: Cast, props: Stage, count: int, seed: int) -> list[LabelledScene]:
    """`count` scenes, always the same for a seed."""
    rng, source = np.random.default_rng(seed), Generator().manual_seed(seed)
    scenes: list[LabelledScene] = []
    while len(scenes) < count:
        views = seen(*stacked([compose(cast, props, rng) for _ in range(_BATCH)]), source)
        pictures = (views.pictures.permute(0, 2, 3, 1) * 255).round().byte().numpy()
        for picture, points, counts in zip(
            pictures, views.landmarks.double().numpy(), views.counts.numpy(), strict=True
        ):
            there = ~np.isnan(points).any(axis=(1, 2))
            scenes.append(_labelled(picture, points[there], counts[there]))
    return scenes[:count]


def measure(found_faces: Sequence[tuple[Face, ...]], scenes: Sequence[LabelledScene], sure: float) -> Figures:
    """Recall per kind and false detections over all scenes, of those faces found that have a score above `sure`: which
    are those that a detector with that limit finds."""
    wanted, found, false = [0] * len(KINDS), [0] * len(KINDS), 0
    for all_faces, scene in zip(found_faces, scenes, strict=True):
        faces = tuple(face for face in all_faces if face.score > sure)
        matched = match(faces, scene.labels)
        false += len(faces) - len(matched)
        for number, (label, kind) in enumerate(zip(scene.labels, scene.kinds, strict=True)):
            if label.counts:
                wanted[kind] += 1
                found[kind] += number in matched.values()
    return Figures(tuple(wanted), tuple(found), false)


def kind_of(landmarks: NDArray[np.float64]) -> int:
    """Index into KINDS of a face with these points (5, 2)."""
    return int(np.searchsorted(_BOUNDS, abs(yaw_of(landmarks))))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m gpen_desktop.lab.evaluation.composed_detection", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--faces", nargs=2, action="append", required=True, metavar=("TABLE", "FOLDER"), help="CSV: file, landmarks"
    )
    parser.add_argument("--backgrounds", type=Path, required=True, help="pictures and things not trained on")
    parser.add_argument("--scenes", type=int, default=400)
    parser.add_argument("--proposed", type=float, nargs="+", default=[Limits.proposed])
    parser.add_argument("--sure", type=float, nargs="+", default=[Limits.sure])
    parser.add_argument("--steady", type=float, nargs="+", default=[Limits.steady])
    parser.add_argument("--apart", type=float, nargs="+", default=[Limits.apart])
    parser.add_argument("--profiles", type=int, default=0, help=f"turns to profiles among {_TURNS} of any kind")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    people = [p for table, folder in args.faces for p in portraits(Path(table), folder)]
    rng = np.random.default_rng(args.seed + 1)
    cast = Cast(people, [*random_turns(_TURNS, rng), *profile_turns(args.profiles, rng)])
    scenes = labelled_scenes(cast, stage(args.backgrounds), args.scenes, args.seed)
    for proposed, steady, apart in itertools.product(args.proposed, args.steady, args.apart):
        detector = FaceDetector(limits=Limits(proposed, min(args.sure), steady, apart))
        found = [detector.detect(scene.photo) for scene in scenes]
        for sure in args.sure:
            sys.stdout.write(f"{Limits(proposed, sure, steady, apart)}: {measure(found, scenes, sure).told()}\n")
        sys.stdout.flush()
    return 0


def _labelled(picture: NDArray[np.uint8], landmarks: NDArray[np.float64], counts: NDArray[np.bool_]) -> LabelledScene:
    labels = [
        Label(points, points, bool(counted and Face(points, 0.0).box[2] >= _SMALLEST))
        for points, counted in zip(landmarks, counts, strict=True)
    ]
    photo = Photo(frozen(np.ascontiguousarray(picture)), SourceFormat("PNG"))
    return LabelledScene(photo, labels, tuple(kind_of(points) for points in landmarks))


if __name__ == "__main__":
    sys.exit(main())
