"""Photo -> faces, with what the program ships: a detector proposes, the landmark network judges.

The detector looks at the whole photo and at a small copy of it, for large faces; the landmark network looks at each of
its proposals in the photo's own pixels, from many sides, places the points and scores them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.faces.alignment import template_points
from gpen_desktop.core.faces.regions import (
    Floats,
    GreyPyramid,
    each_once,
    face_sizes,
    frames_around,
    in_bytes,
    in_reading_order,
    to_photo,
)
from gpen_desktop.core.options import SMALLEST_FACE
from gpen_desktop.core.pixels import size_at
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.types import Face, Photo, Pixels, frozen
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say
from gpen_desktop.models import catalog, registry, store
from gpen_desktop.models import device as devices
from gpen_desktop.models.detectors.landmarks import CROP_SIDE, find_landmarks
from gpen_desktop.models.detectors.retinaface import find_faces
from gpen_desktop.models.spec import Task

MIN_FACE = float(SMALLEST_FACE)
"""Width in pixels of the smallest Face.box that is looked for unless told otherwise."""

LONGEST_COPY = 2000
"""Longest side in pixels of the copy in which faces are looked for."""

_STAGE = "detect"

_LEAST_WIDTH = MIN_FACE
"""Width in pixels that the smallest wanted face keeps in the copy that the detector looks at."""

_COPIES = (1.0, 0.25)
"""Sizes at which the detector looks at the photo: in the second, faces of up to a thousand pixels are small enough."""

_LEAST_SIZE = 8.0
"""Size in pixels (regions.face_sizes) of the smallest face that is believed of the second copy: a width of 17. What is
smaller there has been seen four times as large in the first."""

_ODDS_SHARE = 0.5
_SUREST = 0.999
"""What the detector's score counts beside the landmark network's logit: this share of its log odds, of no surer a score
than that. Of faces ahead, at three quarters and in profile 1, 5 and 11 in a hundred more are found than by the logit
alone, with as many false ones (weights/README.md)."""

_LIKELY = 0.0
"""A face logit above which a place gets more than one pass."""

_FIRST_PASSES = 2
"""How many of the jitters come first: one and its opposite, four passes with the mirrored ones."""

_DOUBT = 2.0
"""A place whose sureness by the first passes is so far below the limit gets no more of them. The mean over
all passes differs from theirs by 0.6 at most (111 places in 80 photos)."""


_REFINE_ROLLS = (-30.0, -15.0, 0.0, 15.0, 30.0)
_REFINE_SCALES = (0.75, 1.0, 1.3)
"""Tilts and frame sizes from which the points in a box drawn by hand are looked for: people draw boxes loosely."""


def _jitters() -> Floats:
    """(12, 4) small changes of a frame: its centre and its side in shares of the side, its roll in degrees.

    Six drawn once and their opposites, so that they average to nothing. With their mirror images they make 24 passes:
    one pass scatters the roll by 3 degrees, their average by 1.
    """
    drawn = np.random.default_rng(1).uniform(-1, 1, (6, 4)) * (0.06, 0.06, 0.14, 10.0)
    return np.stack([drawn, -drawn], axis=1).reshape(-1, 4)


_JITTERS = frozen(_jitters())


@dataclass(frozen=True)
class Limits:
    """What makes a place a face; chosen on composed scenes (record 0007).

    proposed: the detector's score above which a place gets a look by the landmark network. sure: above it a place is a
    face: the sum of that network's mean face logit and half of the log odds of the detector's score. steady: passes
    over a face agree on its points, over anything else they scatter: the mean distance from their average, in face
    sizes. apart: nor do the detector's own points lie there: the mean distance from that average, in face sizes.
    """

    proposed: float = 0.35
    sure: float = 4.6
    steady: float = 0.08
    apart: float = 0.35


@dataclass(frozen=True, eq=False)
class _Sightings:
    """What a network says of N places. points: (..., N, 5, 2) photo pixels. logits: (..., N), higher is surer."""

    points: Floats
    logits: Floats

    def only(self, which: NDArray[np.bool_] | list[int]) -> _Sightings:
        return _Sightings(self.points[..., which, :, :], self.logits[..., which])


@dataclass(frozen=True, eq=False)
class _CloseLook:
    """What came of all passes over some of N frames. which: (N,) bool, those. seen: averages of the M passed over.
    scatter: (M,), how far the passes lie from them, in face sizes."""

    which: NDArray[np.bool_]
    seen: _Sightings
    scatter: Floats


class FaceDetector:
    """The built-in face detector; loads once, then finds faces in any number of photos.

    Parameters
    ----------
    precision : 'fp32', or 'auto': then bfloat16 where the CPU has it in hardware.

    Raises WeightsError where the detector or the landmark network cannot be read.
    """

    name = catalog.DETECTOR

    def __init__(self, *, device: str = "cpu", precision: str = "auto", limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        halved = device == "cpu" and precision == "auto" and devices.has_native_bf16()
        dtype = devices.PRECISIONS["bf16" if halved else "fp32"]
        self._finder = registry.load(store.find(catalog.DETECTOR), Task.FACE_DETECTOR, device, dtype)
        self._net = registry.load(store.find(catalog.LANDMARKS), Task.LANDMARKS, device, dtype)

    def detect(self, photo: Photo, *, min_face: float = MIN_FACE, progress: Progress | None = None) -> tuple[Face, ...]:
        """Find the faces whose box is at least `min_face` pixels wide, in reading order, each once.

        Faces up to 40 degrees off upright are found. Score: as of Limits.sure, mostly 6 to 12.
        In photos over LONGEST_COPY the smallest face that can be found grows with the photo.
        Raises OptionError where min_face is not positive, Cancelled when progress says so.
        """
        check_min_face(min_face)
        progress = progress or SilentProgress()
        grey = GreyPyramid(photo)
        proposals = self._propose(photo, min_face, progress)
        glance = self._look(grey, frames_around(proposals.points))
        likely = np.flatnonzero(glance.logits > _LIKELY)
        likely = likely[each_once(glance.points[likely], glance.logits[likely])]
        progress.report(0.75, _STAGE)
        proposed, odds = proposals.points[likely], _ODDS_SHARE * proposals.logits[likely]
        look = self._look_closely(grey, frames_around(glance.points[likely]), above=self._limits.sure - _DOUBT - odds)
        seen = _Sightings(look.seen.points, look.seen.logits + odds[look.which])
        is_steady = (look.scatter < self._limits.steady) & (
            _apart(seen.points, proposed[look.which]) < self._limits.apart
        )
        sure = _without_doubles(seen.only((seen.logits > self._limits.sure) & is_steady))
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
        first = self._look(grey, starts)
        likeliest = first.only([int(first.logits.argmax())])
        seen = self._look_closely(grey, frames_around(likeliest.points)).seen
        points = seen.points[0] if _fills(seen.points[0], rough_box) else _average_face(rough_box)
        return Face(frozen(points.copy()), float("inf"))

    def _propose(self, photo: Photo, min_face: float, progress: Progress) -> _Sightings:
        """What may be faces, each once; logits: the log odds of the detector's scores."""
        largest = min(1.0, _LEAST_WIDTH / min_face, LONGEST_COPY / max(photo.width, photo.height))
        whole = shrunk(photo.pixels, largest)
        places, scores = [], []
        for number, share in enumerate(_COPIES):
            progress.report(0.6 * number / len(_COPIES), _STAGE)
            copy = shrunk(whole, share)
            points, sure = find_faces(self._finder, copy, above=self._limits.proposed)
            if share < 1:
                large = face_sizes(points) >= _LEAST_SIZE
                points, sure = points[large], sure[large]
            to_photo = np.array([photo.width / copy.shape[1], photo.height / copy.shape[0]])
            places.append((points + 0.5) * to_photo - 0.5)
            scores.append(sure)
        found = _without_doubles(_Sightings(np.concatenate(places), np.concatenate(scores)))
        sure = np.clip(found.logits, 1 - _SUREST, _SUREST)
        return _Sightings(found.points, np.log(sure / (1 - sure)))

    def _look(self, grey: GreyPyramid, frames: Floats) -> _Sightings:
        """One pass over each frame."""
        points, logits = find_landmarks(self._net, grey.cut(frames, CROP_SIDE))
        return _Sightings(to_photo(points, frames, CROP_SIDE), logits)

    def _look_closely(self, grey: GreyPyramid, frames: Floats, *, above: Floats | float = -np.inf) -> _CloseLook:
        """All jittered passes over those of N frames that have a mean logit above `above` in the first ones."""
        first = self._passes(grey, frames, _JITTERS[:_FIRST_PASSES])
        likely = first.logits.mean(axis=0) > above
        others = self._passes(grey, frames[likely], _JITTERS[_FIRST_PASSES:])
        points = np.concatenate([first.only(likely).points, others.points])
        mean = points.mean(axis=0)
        scatter = _apart(mean, points).mean(axis=0)
        logits = np.concatenate([first.only(likely).logits, others.logits]).mean(axis=0)
        return _CloseLook(likely, _Sightings(mean, logits), scatter)

    def _passes(self, grey: GreyPyramid, frames: Floats, jitters: Floats) -> _Sightings:
        """What is seen in (N, 4) frames with each of (P, 4) jitters, as they are and mirrored: (2 * P, N) sightings."""
        count, passes = len(frames), len(jitters)
        jittered = np.repeat(frames, passes, axis=0)
        added = np.tile(jitters, (count, 1))
        jittered[:, :3] += added[:, :3] * jittered[:, 2:3]
        jittered[:, 3] += added[:, 3]
        crops = grey.cut(jittered, CROP_SIDE)
        points, logits = find_landmarks(self._net, np.concatenate([crops, crops[:, :, ::-1]]))
        plain, mirrored = points[: len(crops)], _mirrored(points[len(crops) :])
        seen = np.stack([to_photo(half, jittered, CROP_SIDE) for half in (plain, mirrored)])
        each = seen.reshape(2, count, passes, 5, 2).swapaxes(1, 2).reshape(2 * passes, count, 5, 2)
        return _Sightings(each, logits.reshape(2, count, passes).swapaxes(1, 2).reshape(2 * passes, count))


def check_min_face(min_face: float) -> None:
    """Raises OptionError where a smallest face has no size."""
    if min_face <= 0:
        raise OptionError(
            say("smallest-face", "The smallest face size is {size} pixels.", size=min_face),
            todo=say("above-zero", "It must be above 0."),
        )


def shrunk(pixels: Pixels, factor: float) -> NDArray[np.uint8]:
    """A picture (H, W, 3), uint8 or uint16, at `factor` of its size: (h, w, 3) uint8."""
    size = size_at(factor, pixels)
    return in_bytes(pixels if factor == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _apart(points: Floats, others: Floats) -> Floats:
    """(..., N): mean distance of the points of N faces (N, 5, 2) from others (..., N, 5, 2), in face sizes."""
    return np.asarray(np.linalg.norm(others - points, axis=-1).mean(axis=-1) / face_sizes(points))


def _without_doubles(seen: _Sightings) -> _Sightings:
    """Of sightings that lie on one another only the surest, surest first."""
    return seen.only(each_once(seen.points, seen.logits))


def _mirrored(points: Floats) -> Floats:
    """Points found in mirrored crops (N, 5, 2), as they lie in the crops themselves."""
    back = points[:, [1, 0, 2, 4, 3]]
    back[..., 0] = CROP_SIDE - 1 - back[..., 0]
    return back


def _check_box(photo: Photo, box: tuple[float, float, float, float]) -> None:
    x, y, w, h = box
    if w <= 0 or h <= 0:
        raise OptionError(
            say("box-empty", "The box has no area."), todo=say("draw-around-face", "Draw it around the whole face.")
        )
    if not (0 <= x + w / 2 < photo.width and 0 <= y + h / 2 < photo.height):
        raise OptionError(
            say("box-outside", "The box lies outside the photo."),
            todo=say("draw-in-photo", "Draw it around a face in the photo."),
        )


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
