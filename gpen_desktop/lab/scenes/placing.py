"""Scenes composed: faces of 12 px and up, tilted, turned, shaded, crowded or alone, among what is no face. Not aged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage import degradations as d
from gpen_desktop.lab.damage.chance import Rng
from gpen_desktop.lab.face_files import MIRRORED
from gpen_desktop.lab.scenes import turning
from gpen_desktop.lab.scenes.beside import CANVAS_SIDE, add_thing, background, lit
from gpen_desktop.lab.scenes.reading import FACE_SIDE, Box, Portrait, Stage, box_of
from gpen_desktop.lab.scenes.turning import Turn
from gpen_desktop.lab.typed import floats

WIDTHS: Final = (12.0, 290.0)
"""Of the faces' boxes, px."""

_TRIES: Final = 12
_EMPTY_SHARE: Final = 0.12
_OCCLUDED_SHARE: Final = 0.3
_TURNED_SHARE: Final = 0.5
_YAW: Final = 80.0  # degrees aside at most, of turns of any kind
_PROFILES: Final = (50.0, 88.0)  # degrees aside
_SKULL_BEHIND: Final = 2.4
"""How far behind the eyes a skull has its middle, in what the tip of the nose stands before them: 1.32 eye distances in
turning's head, and 0.55 as turning.yaw_of has it."""
_FAR_ASIDE: Final = 0.25
"""Of the way from the eyes to the mouth, how far aside the nose stands from 25 degrees on: beyond it there is no cheek
that a hand could be held before."""
_FRONTAL: Final = 15.0  # degrees aside up to which a portrait counts as looking ahead, as turning wants it


@dataclass(frozen=True, eq=False)
class Scene:
    """picture: (S, S, 3) RGB uint8; landmarks: (N, 5, 2) px, of every face in it."""

    picture: NDArray[np.uint8]
    landmarks: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cast:
    """Who plays: people, and ways to turn those who look ahead."""

    people: Sequence[Portrait]
    turns: Sequence[Turn]

    def drawn(self, rng: Rng) -> Portrait:
        """One of the people, turned or not."""
        portrait = self.people[int(rng.integers(len(self.people)))]
        if not self.turns or rng.random() > _TURNED_SHARE or abs(turning.yaw_of(portrait.landmarks)) > _FRONTAL:
            return portrait
        turn = self.turns[int(rng.integers(len(self.turns)))]
        return Portrait(*turn.of(portrait.picture, portrait.landmarks), turn.head)


def random_turns(count: int, rng: Rng) -> list[Turn]:
    """`count` turns: half of them spread evenly from profile to profile, half mostly to less than three quarters."""
    yaws = np.concatenate([np.linspace(-_YAW, _YAW, count // 2), rng.normal(0, 28, count - count // 2)])
    pitches = rng.normal(6, 15, count).clip(*turning.PITCH)
    return [turning.turn(float(yaw), float(pitch)) for yaw, pitch in zip(yaws.clip(-_YAW, _YAW), pitches, strict=True)]


def profile_turns(count: int, rng: Rng) -> list[Turn]:
    """`count` turns to profiles or nearly so, half of them to either side."""
    yaws = np.linspace(*_PROFILES, count) * np.where(np.arange(count) % 2, 1, -1)
    pitches = rng.normal(6, 15, count).clip(*turning.PITCH)
    return [turning.turn(float(yaw), float(pitch)) for yaw, pitch in zip(yaws, pitches, strict=True)]


def compose(cast: Cast, props: Stage, rng: Rng) -> Scene:
    """One scene, CANVAS_SIDE wide, not aged."""
    people = cast.people
    picture = background(people, props, rng)
    for _ in range(int(rng.integers(0, 8))):
        add_thing(picture, people, props, rng)
    placed: list[NDArray[np.float64]] = []
    taken: list[Box] = []
    for width in _widths(rng):
        portrait = cast.drawn(rng)
        moved = _placed(portrait, width, taken, rng)
        if moved is None:
            continue
        to_scene, points = moved
        _paste(picture, portrait, to_scene, taken, rng)
        _occlude(picture, points, rng)
        taken.append(box_of(points))
        placed.append(points)
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
        placed = [_mirror(points) for points in placed]
    if rng.random() < 0.1:
        picture = np.ascontiguousarray(picture)
        picture = d.dust(d.scratches(picture, rng, int(rng.integers(1, 5))), rng, int(rng.integers(0, 25)))
    return Scene(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8), np.array(placed).reshape(-1, 5, 2))


def _widths(rng: Rng) -> list[float]:
    """Of the faces to place, largest first: none, one or a few of any size, or a crowd of about one size."""
    if rng.random() < _EMPTY_SHARE:
        return []
    low, high = (math.log(v) for v in WIDTHS)
    if rng.random() < 0.4:
        middle = rng.uniform(math.log(14), math.log(60))
        logs = rng.normal(middle, 0.15, int(rng.integers(5, 25))).clip(low, high)
    else:
        logs = rng.uniform(low, high, int(rng.integers(1, 6)))
    return [float(width) for width in sorted(np.exp(logs), reverse=True)]


def _placed(
    portrait: Portrait, width: float, taken: Sequence[Box], rng: Rng
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """(2, 3) portrait to scene, and the landmarks there, where there is room; None where not."""
    scale = width / box_of(portrait.landmarks)[2]
    squeeze = np.diag([rng.uniform(0.78, 1.05) if rng.random() < 0.4 else 1.0, 1.0])
    angle = math.radians(float(np.clip(rng.normal(0, 13), -40, 40)))
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) @ squeeze
    if rng.random() < 0.2:
        turn = turn @ np.array([[1.0, rng.normal(0, 0.08)], [0.0, 1.0]])
    centred = (portrait.landmarks - portrait.landmarks.mean(axis=0)) @ turn.T
    for _ in range(_TRIES):
        centre = rng.uniform(0.35 * width, CANVAS_SIDE - 0.35 * width, 2)
        box = box_of(centred + centre)
        if all(_shared(box, other) < 0.12 for other in taken):
            shift = centre - turn @ portrait.landmarks.mean(axis=0)
            return np.column_stack([turn, shift]), centred + centre
    return None


def _paste(
    picture: FloatImage, portrait: Portrait, to_scene: NDArray[np.float64], taken: Sequence[Box], rng: Rng
) -> None:
    """Head alone, head and shoulders, or the whole portrait where it hides no other face; in its own light."""
    x0, y0, x1, y1 = _reach(to_scene)
    if x0 >= x1 or y0 >= y1:
        return
    alone = not any(_shared(_outline(to_scene), box) > 0 for box in taken)
    small, to_scene = _shrunk(portrait.picture, to_scene)
    mask = _mask(portrait.head, small.shape[0], rng, whole=alone and rng.random() < 0.3)
    to_part = to_scene - np.array([[0, 0, x0], [0, 0, y0]])
    size = (x1 - x0, y1 - y0)
    warped = cv2.warpAffine(lit(small, rng), to_part, size, flags=cv2.INTER_LINEAR)
    alpha = cv2.warpAffine(mask, to_part, size, flags=cv2.INTER_LINEAR)[..., None]
    for bx, by, bw, bh in taken:  # who stands in front stays in front
        middle, axes = (round(bx + bw / 2 - x0), round(by + bh / 2 - y0)), (round(bw * 0.52), round(bh * 0.55))
        cv2.ellipse(alpha, middle, axes, 0, 0, 360, 0, -1)
    part = picture[y0:y1, x0:x1]
    part += (warped - part) * alpha


def _shrunk(picture: NDArray[np.uint8], to_scene: NDArray[np.float64]) -> tuple[FloatImage, NDArray[np.float64]]:
    """The picture halved until the way to the scene shrinks it by less than two, and that way: no aliasing."""
    halvings = int(np.clip(-math.log2(math.sqrt(abs(float(np.linalg.det(to_scene[:, :2]))))), 0, 4))
    factor = 2**halvings
    small = cv2.resize(picture, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    turn = to_scene[:, :2] * factor
    shift = to_scene[:, 2] + to_scene[:, :2] @ np.full(2, (factor - 1) / 2)
    return floats(small.astype(np.float32) / 255), np.column_stack([turn, shift])


def _occlude(picture: FloatImage, points: NDArray[np.float64], rng: Rng) -> None:
    """A hat down to the brows, a beard or scarf, a hand or plate before a cheek; the eyes stay in sight."""
    if rng.random() > _OCCLUDED_SHARE:
        return
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    down = mouth - eyes
    reach = float(np.linalg.norm(down))
    if reach < 3:
        return
    # Eye line and eyes-to-mouth line together: a profile's eye line alone says little.
    right = points[1] - points[0] + np.array([down[1], -down[0]])
    right = right / max(float(np.linalg.norm(right)), 1e-6)
    nose = float((points[2] - eyes) @ right)  # how far it stands aside of the eyes
    angle = math.degrees(math.atan2(right[1], right[0]))
    shade = float(rng.uniform(0, 0.35) if rng.random() < 0.7 else rng.uniform(0.35, 1))
    colour = (np.clip(shade * rng.uniform(0.85, 1.15, 3), 0, 1)).tolist()
    kind = rng.random()
    if kind < 0.6:  # a hat: crown and brim
        brim = eyes - right * nose * _SKULL_BEHIND - down * rng.uniform(0.32, 0.7)
        crown = brim - down * rng.uniform(0.3, 0.7)
        axes = (max(1, round(reach * rng.uniform(0.85, 1.1))), max(1, round(reach * rng.uniform(0.4, 0.8))))
        _ellipse(picture, crown, axes, angle, colour)
        if rng.random() < 0.6:
            _ellipse(picture, brim, (round(reach * rng.uniform(1.0, 1.7)), max(1, round(reach * 0.12))), angle, colour)
    elif kind < 0.85:  # a beard
        chin = mouth - right * nose + down * rng.uniform(0.35, 0.6)
        axes = (max(1, round(reach * rng.uniform(0.4, 0.8))), max(1, round(reach * rng.uniform(0.3, 0.45))))
        _ellipse(picture, chin, axes, angle, colour)
    else:
        far = abs(nose) > _FAR_ASIDE * reach
        way = -np.sign(nose) if far else 1 if rng.random() < 0.5 else -1
        side = right * way * reach * rng.uniform(0.9, 1.3)
        axes = (max(1, round(reach * 0.4)), max(1, round(reach * 0.6)))
        _ellipse(picture, points[2] + side, axes, angle, colour)


def _mask(head: NDArray[np.float32] | None, side: int, rng: Rng, *, whole: bool) -> FloatImage:
    """(S, S), 1 where a portrait is pasted: its head, often its shoulders, or all of it with a hard or soft edge."""
    mask = np.zeros((side, side), np.float32)
    if whole:
        edge = round(side / 32)
        mask[edge : side - edge, edge : side - edge] = 1
        return d.gaussian_blur(mask, side / 40) if rng.random() < 0.5 else mask
    axes = (round(side * rng.uniform(0.3, 0.4)), round(side * rng.uniform(0.42, 0.49)))
    if head is None or rng.random() < 0.5:
        cv2.ellipse(mask, (side // 2, side // 2), axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    if head is not None:  # the oval cuts a profile's nose off
        hair = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (1 + 2 * round(side * rng.uniform(0, 0.05)),) * 2)
        shown = cv2.dilate(cv2.resize(head, (side, side), interpolation=cv2.INTER_AREA), hair)
        mask = floats(np.maximum(mask, shown))
    if rng.random() < 0.35:
        corners = np.array([(0, 1), (0, 0.88), (0.3, 0.8), (0.7, 0.8), (1, 0.88), (1, 1)]) * side
        cv2.fillPoly(mask, [corners.astype(np.int32)], 1.0, cv2.LINE_AA)
    return d.gaussian_blur(mask, side * rng.uniform(0.004, 0.02))


def _ellipse(
    picture: FloatImage, centre: NDArray[np.float64], axes: tuple[int, int], angle: float, colour: Sequence[float]
) -> None:
    cv2.ellipse(
        picture, (round(float(centre[0])), round(float(centre[1]))), axes, angle, 0, 360, colour, -1, cv2.LINE_AA
    )


def _shared(a: Box, b: Box) -> float:
    """What two boxes share, over the smaller one's area."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(across, 0) * max(down, 0) / min(a[2] * a[3], b[2] * b[3])


def _corners(to_scene: NDArray[np.float64]) -> NDArray[np.float64]:
    ends = np.array([(0, 0), (FACE_SIDE, 0), (0, FACE_SIDE), (FACE_SIDE, FACE_SIDE)], np.float64)
    return np.asarray(ends @ to_scene[:, :2].T + to_scene[:, 2])


def _outline(to_scene: NDArray[np.float64]) -> Box:
    corners = _corners(to_scene)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return float(x0), float(y0), float(x1 - x0), float(y1 - y0)


def _reach(to_scene: NDArray[np.float64]) -> tuple[int, int, int, int]:
    """The part of the scene that the portrait touches: x0, y0, x1, y1."""
    x, y, width, height = _outline(to_scene)
    return (
        max(0, math.floor(x)),
        max(0, math.floor(y)),
        min(CANVAS_SIDE, math.ceil(x + width)),
        min(CANVAS_SIDE, math.ceil(y + height)),
    )


def _mirror(points: NDArray[np.float64]) -> NDArray[np.float64]:
    mirrored = points[list(MIRRORED)].copy()
    mirrored[:, 0] = CANVAS_SIDE - 1 - mirrored[:, 0]
    return mirrored
