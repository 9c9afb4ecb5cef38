"""Photo -> faces, with what the program ships: cascades propose and confirm, the landmark network judges.

One cascade proposes places on a small copy, upright and turned; the network places points in the photo's own pixels and
scores them; another cascade has to see a face there too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpen_desktop import paths
from gpen_desktop.core.align import template_points
from gpen_desktop.core.cascades import WINDOW, WITNESS_CROP, WITNESS_MARGIN, FaceProposer, FaceWitness
from gpen_desktop.core.frames import Floats, GreyPyramid, face_sizes, frames_around, to_photo
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import Face, Photo, frozen
from gpen_desktop.errors import OptionError
from gpen_desktop.models.landmarks import CROP_SIDE, find_landmarks, load_landmarks

MIN_FACE = 24.0
"""Width in pixels of the smallest Face.box that is looked for unless told otherwise: eyes 11 to 12 px apart."""

LONGEST_COPY = 2000
"""Longest side in pixels of the copy in which faces are looked for."""

_STAGE = "detect"

_WINDOW_PER_BOX = 1.1
"""Side of the cascade's window over the width of Face.box: measured, 1.1 on most faces."""

_TURNS = ((0.0, 1.0), (-25.0, 0.7), (25.0, 0.7))
"""Tilts (degrees) in which faces are looked for, and the share of the copy's size at which. The cascade finds faces
within 15 degrees of each; tilted ones are rare in crowds of small faces, so there a smaller copy does."""

_MAYBE = -2.0
"""A face logit above which a proposal gets a second look, from a frame that fits the points of the first."""

_LIKELY = 0.0
"""A face logit above which a place gets all the passes."""

_SURE = 3.0
"""A mean face logit above which a place is a face: a probability of 0.95."""

_STEADY = 0.08
"""Passes over a face agree on its points; over anything else they scatter: mean distance from their average, in face
sizes. 97 in 100 faces are under 0.05."""

_WITNESSED = 5
"""In how many windows the second cascade has to see the face: 97 in 100 faces have 8 or more, most else has none."""

_APART = 0.6
"""Faces nearer to each other than this many sizes of the larger are one face seen twice."""

_ROW = 0.6
"""Faces whose centres differ by less than this share of a box's height stand in the same row."""


_REFINE_ROLLS = (-30.0, -15.0, 0.0, 15.0, 30.0)
_REFINE_SCALES = (0.75, 1.0, 1.3)
"""Tilts and frame sizes from which the points in a box drawn by hand are looked for: people draw boxes loosely."""


def _jitters() -> Floats:
    """(12, 4) small changes of a frame: its centre and its side in shares of the side, its roll in degrees.

    Six drawn once and their opposites, so that they average to nothing. With their mirror images they make 24 passes:
    one pass scatters the roll by 3 degrees, their average by 1.
    """
    drawn = np.random.default_rng(1).uniform(-1, 1, (6, 4)) * (0.06, 0.06, 0.14, 10.0)
    return np.concatenate([drawn, -drawn])


_JITTERS = frozen(_jitters())


@dataclass(frozen=True)
class _Sightings:
    """What the network says of N places. points: (N, 5, 2) photo pixels. logits: (N,)."""

    points: Floats
    logits: Floats

    def only(self, which: NDArray[np.bool_] | list[int]) -> _Sightings:
        return _Sightings(self.points[which], self.logits[which])


class FaceDetector:
    """The built-in face detector; loads once, then finds faces in any number of photos.

    Raises WeightsError where the cascade or the landmark network cannot be read.
    """

    def __init__(self, *, device: str = "cpu") -> None:
        self._proposer = FaceProposer()
        self._witness = FaceWitness()
        self._net = load_landmarks(paths.weights() / "landmarks5.safetensors", device)

    def detect(self, photo: Photo, *, min_face: float = MIN_FACE, progress: Progress | None = None) -> tuple[Face, ...]:
        """Find the faces whose box is at least `min_face` pixels wide, in reading order, each once.

        Faces up to 30 degrees off upright are found. Score: mean face logit over 24 passes, above 3 and mostly 5 to 9.
        In photos over LONGEST_COPY the smallest face that can be found grows with the photo.
        Raises OptionError where min_face is not positive, Cancelled when progress says so.
        """
        if min_face <= 0:
            raise OptionError(f"The smallest face is {min_face} pixels.", todo="It has to be above 0.")
        progress = progress or SilentProgress()
        grey = GreyPyramid(photo)
        proposals = self._propose(grey, min_face, progress)
        maybe = self._look(grey, proposals, above=_MAYBE)
        likely = self._look(grey, frames_around(maybe.points), above=_LIKELY)
        progress.report(0.75, _STAGE)
        seen, scatter = self._look_closely(grey, frames_around(likely.points))
        steady = _without_doubles(seen.only((seen.logits > _SURE) & (scatter < _STEADY)))
        sure = self._confirmed(grey, steady)
        faces = (Face(frozen(p.copy()), float(s)) for p, s in zip(sure.points, sure.logits, strict=True))
        progress.report(1.0, _STAGE)
        return in_reading_order(face for face in faces if face.box[2] >= min_face)

    def refine(self, photo: Photo, rough_box: tuple[float, float, float, float]) -> Face:
        """Find the landmarks of the face in a box (x, y, w, h) that a person drew; nothing is rejected.

        Where the network's points do not fill the box they are not those of the face that was meant: then the points
        are those of an average upright face of the box's size. Score: infinity.
        Raises OptionError for a box without area or with its centre outside the photo.
        """
        _check_box(photo, rough_box)
        grey = GreyPyramid(photo)
        starts = _frames_in_box(rough_box)
        first = self._look(grey, starts, above=-np.inf)
        likeliest = first.only([int(first.logits.argmax())])
        seen, _ = self._look_closely(grey, frames_around(likeliest.points))
        points = seen.points[0] if _fills(seen.points[0], rough_box) else _average_face(rough_box)
        return Face(frozen(points.copy()), float("inf"))

    def _propose(self, grey: GreyPyramid, min_face: float, progress: Progress) -> Floats:
        shrink = min(1.0, WINDOW / (min_face * _WINDOW_PER_BOX), LONGEST_COPY / grey.longest_side)
        frames = []
        for number, (roll, share) in enumerate(_TURNS):
            progress.report(0.6 * number / len(_TURNS), _STAGE)
            found = self._proposer.propose(grey.shrunk(shrink * share), roll)
            found[:, :2] = (found[:, :2] + 0.5) / (shrink * share) - 0.5
            found[:, 2] /= shrink * share
            frames.append(found)
        return np.concatenate(frames)

    def _confirmed(self, grey: GreyPyramid, seen: _Sightings) -> _Sightings:
        frames = frames_around(seen.points)
        frames[:, 2] *= WITNESS_MARGIN
        return seen.only(self._witness.count(grey.cut(frames, WITNESS_CROP)) >= _WITNESSED)

    def _look(self, grey: GreyPyramid, frames: Floats, *, above: float) -> _Sightings:
        """One pass over each frame; what has a logit above `above`, doubles merged."""
        points, logits = find_landmarks(self._net, grey.cut(frames, CROP_SIDE))
        seen = _Sightings(to_photo(points, frames, CROP_SIDE), logits)
        return _without_doubles(seen.only(logits > above))

    def _look_closely(self, grey: GreyPyramid, frames: Floats) -> tuple[_Sightings, Floats]:
        """All jittered passes over each of N frames, as they are and mirrored: averages, and how much the passes
        scatter (N,) in face sizes."""
        count, passes = len(frames), len(_JITTERS)
        jittered = np.repeat(frames, passes, axis=0)
        jitters = np.tile(_JITTERS, (count, 1))
        jittered[:, :3] += jitters[:, :3] * jittered[:, 2:3]
        jittered[:, 3] += jitters[:, 3]
        crops = grey.cut(jittered, CROP_SIDE)
        points, logits = find_landmarks(self._net, np.concatenate([crops, crops[:, :, ::-1]]))
        plain, mirrored = points[: len(crops)], _mirrored(points[len(crops) :])
        sightings = np.stack([to_photo(half, jittered, CROP_SIDE) for half in (plain, mirrored)])
        sightings = sightings.reshape(2, count, passes, 5, 2)
        mean = sightings.mean(axis=(0, 2))
        scatter = np.linalg.norm(sightings - mean[:, None], axis=-1).mean(axis=(0, 2, 3)) / face_sizes(mean)
        return _Sightings(mean, logits.reshape(2, count, passes).mean(axis=(0, 2))), scatter


def in_reading_order(faces: Iterable[Face]) -> tuple[Face, ...]:
    """Rows from the top, each from the left. A row is what stands less than 0.6 box heights below its highest face."""
    rows: list[list[Face]] = []
    for face in sorted(faces, key=lambda face: (_centre(face)[1], _centre(face)[0])):
        if rows and _centre(face)[1] - _centre(rows[-1][0])[1] < _ROW * max(face.box[3], rows[-1][0].box[3]):
            rows[-1].append(face)
        else:
            rows.append([face])
    return tuple(face for row in rows for face in sorted(row, key=lambda face: _centre(face)[0]))


def _centre(face: Face) -> tuple[float, float]:
    x, y = face.landmarks.mean(axis=0)
    return float(x), float(y)


def _without_doubles(seen: _Sightings) -> _Sightings:
    """Of sightings that lie on one another only the surest, surest first."""
    centres, sizes = seen.points.mean(axis=1), face_sizes(seen.points)
    kept: list[int] = []
    for i in np.argsort(-seen.logits, kind="stable"):
        gaps = np.linalg.norm(centres[kept] - centres[i], axis=1)
        if (gaps > _APART * np.maximum(sizes[kept], sizes[i])).all():
            kept.append(int(i))
    return seen.only(kept)


def _mirrored(points: Floats) -> Floats:
    """Points found in mirrored crops (N, 5, 2), as they lie in the crops themselves."""
    back = points[:, [1, 0, 2, 4, 3]]
    back[..., 0] = CROP_SIDE - 1 - back[..., 0]
    return back


def _check_box(photo: Photo, box: tuple[float, float, float, float]) -> None:
    x, y, w, h = box
    if w <= 0 or h <= 0:
        raise OptionError("The box has no area.", todo="Draw it around the whole face.")
    if not (0 <= x + w / 2 < photo.width and 0 <= y + h / 2 < photo.height):
        raise OptionError("The box lies outside the photo.", todo="Draw it around a face in the photo.")


def _average_face(box: tuple[float, float, float, float]) -> Floats:
    """Landmarks (5, 2) of an upright face of average proportions whose Face.box is about `box`."""
    x, y, w, h = box
    points = template_points("ffhq", 512)
    points -= points.mean(axis=0)
    points *= min(w / 2.1, h / 2.5) / face_sizes(points[None])[0]
    return np.asarray(points + np.array([x + w / 2, y + h * 0.52]))


def _frames_in_box(box: tuple[float, float, float, float]) -> Floats:
    x, y, side, _ = frames_around(_average_face(box)[None])[0]
    return np.array([(x, y, side * scale, roll) for scale in _REFINE_SCALES for roll in _REFINE_ROLLS])


def _fills(points: Floats, box: tuple[float, float, float, float]) -> bool:
    """Whether landmarks (5, 2) are centred in the middle half of a box and half to twice the size it suggests."""
    x, y, w, h = box
    centre = points.mean(axis=0)
    central = abs(centre[0] - (x + w / 2)) <= w / 4 and abs(centre[1] - (y + h / 2)) <= h / 4
    size, expected = face_sizes(np.stack([points, _average_face(box)]))
    return bool(central and expected / 2 <= size <= expected * 2)
