"""Composed scenes to train the face detector on: faces of 12 px and up, tilted, shaded, crowded or alone, on pictures
without people, with things beside them that are no faces; then aged as old photos are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import IterableDataset, get_worker_info

from gpen_desktop.core.types import Face, FloatImage
from gpen_desktop.errors import UnreadablePhotoError
from gpen_desktop.lab.damage import degradations as d
from gpen_desktop.lab.damage.degradations import Rng
from gpen_desktop.lab.training.dataset import MIRRORED, decoded, labelled_files, read_face
from gpen_desktop.messages import say

SCENE_SIDE: Final = 320
WIDTHS: Final = (12.0, 270.0)
"""Of the faces' boxes, px."""

_FACE_SIDE: Final = 256  # px at which faces are kept
_TRIES: Final = 12
_EMPTY_SHARE: Final = 0.12
_GREY_SHARE: Final = 0.55
_OCCLUDED_SHARE: Final = 0.25

Box = tuple[float, float, float, float]
"""x, y, width, height in px."""


@dataclass(frozen=True, eq=False)
class Portrait:
    """picture: (S, S, 3) RGB uint8; landmarks: (5, 2) px."""

    picture: NDArray[np.uint8]
    landmarks: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stage:
    """Pictures without people. backgrounds: (H, W, 3) RGB uint8. things: (H, W, 4) RGBA uint8, cut out."""

    backgrounds: Sequence[NDArray[np.uint8]]
    things: Sequence[NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Scene:
    """picture: (S, S, 3) RGB uint8; landmarks: (N, 5, 2) px, of every face in it."""

    picture: NDArray[np.uint8]
    landmarks: NDArray[np.float64]


def portraits(table: Path, subset: str) -> list[Portrait]:
    """Faces of a table as dataset.labelled_files reads it. Raises UnreadablePhotoError."""
    found = []
    for path, landmarks in labelled_files(table, subset):
        picture = read_face(path)
        points = (landmarks + 0.5) * (_FACE_SIDE / np.array(picture.shape[1::-1])) - 0.5
        found.append(Portrait(cv2.resize(picture, (_FACE_SIDE, _FACE_SIDE), interpolation=cv2.INTER_AREA), points))
    return found


def stage(folder: Path) -> Stage:
    """All pictures under a folder; PNGs with transparency are things to put into a scene."""
    backgrounds, things = [], []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png", ".webp"}:
            continue
        picture = decoded(path, cv2.IMREAD_UNCHANGED)
        if picture.dtype != np.uint8:
            raise UnreadablePhotoError(
                say("not-8-bit-picture", "It is not a readable picture with 8 bits per channel."), path=path
            )
        if picture.ndim == 3 and picture.shape[2] == 4:
            things.append(np.ascontiguousarray(picture[..., [2, 1, 0, 3]]))
        else:
            backgrounds.append(read_face(path))
    if not backgrounds:
        raise UnreadablePhotoError(
            say("no-pictures", "There are no pictures in this folder."),
            todo=say("give-other-folder", "Choose another folder."),
            path=folder,
        )
    return Stage(backgrounds, things)


def compose(people: Sequence[Portrait], props: Stage, rng: Rng) -> Scene:
    """One scene, aged."""
    picture = _background(people, props, rng)
    for _ in range(int(rng.integers(0, 7))):
        _add_thing(picture, people, props, rng)
    placed: list[NDArray[np.float64]] = []
    taken: list[Box] = []
    for width in _widths(rng):
        portrait = people[int(rng.integers(len(people)))]
        moved = _placed(portrait, width, taken, rng)
        if moved is None:
            continue
        to_scene, points = moved
        _paste(picture, portrait, to_scene, taken, rng)
        _occlude(picture, points, rng)
        taken.append(_box(points))
        placed.append(points)
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
        placed = [_mirror(points) for points in placed]
    aged = _aged(np.ascontiguousarray(picture), rng)
    return Scene(np.rint(np.clip(aged, 0, 1) * 255).astype(np.uint8), np.array(placed).reshape(-1, 5, 2))


class Scenes(IterableDataset[tuple[torch.Tensor, torch.Tensor]]):
    """Endless (picture (S, S, 3) uint8, landmarks (N, 5, 2) float32)."""

    def __init__(self, people: Sequence[Portrait], props: Stage, seed: int) -> None:
        self._people = people
        self._props = props
        self._seed = seed

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        rng = np.random.default_rng([self._seed, worker.id if worker else 0])
        while True:
            scene = compose(self._people, self._props, rng)
            yield torch.from_numpy(scene.picture), torch.from_numpy(scene.landmarks.astype(np.float32))


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


def _background(people: Sequence[Portrait], props: Stage, rng: Rng) -> FloatImage:
    kind = rng.random()
    if kind < 0.45:
        picture = _cut(props.backgrounds[int(rng.integers(len(props.backgrounds)))], rng)
    elif kind < 0.82:
        picture = _patchwork(people, props, rng)
    else:
        picture = _plain(rng)
    if rng.random() < 0.3:
        picture = picture[..., rng.permutation(3)]
    return np.ascontiguousarray(picture)


def _cut(source: NDArray[np.uint8], rng: Rng) -> FloatImage:
    """A square of a picture, of any size that it has, at the scene's size."""
    height, width = source.shape[:2]
    side = int(rng.integers(min(160, height, width), min(height, width) + 1))
    x, y = int(rng.integers(0, width - side + 1)), int(rng.integers(0, height - side + 1))
    piece = source[y : y + side, x : x + side]
    way = cv2.INTER_AREA if side > SCENE_SIDE else cv2.INTER_LINEAR
    return cv2.resize(piece, (SCENE_SIDE, SCENE_SIDE), interpolation=way).astype(np.float32) / 255


def _plain(rng: Rng) -> FloatImage:
    """A studio wall: one shade or soft clouds, with a little texture."""
    cells = int(rng.integers(1, 9))
    tint = rng.uniform(0.85, 1.15, 3)
    shades = rng.uniform(0, 1) + rng.uniform(0, 0.5) * rng.uniform(-1, 1, (cells, cells, 1))
    soft = cv2.resize((shades * tint).astype(np.float32), (SCENE_SIDE, SCENE_SIDE), interpolation=cv2.INTER_CUBIC)
    rough = d.gaussian_blur(rng.standard_normal(soft.shape[:2], dtype=np.float32), rng.uniform(0.5, 6))
    return np.clip(soft + (rng.uniform(0, 0.12) * rough / max(float(rough.std()), 1e-6))[..., None], 0, 1)


def _patchwork(people: Sequence[Portrait], props: Stage, rng: Rng) -> FloatImage:
    """Pieces of clothes, hair and walls from beside faces, side by side: what fills old group photos."""
    picture = (
        _plain(rng) if rng.random() < 0.5 else _cut(props.backgrounds[int(rng.integers(len(props.backgrounds)))], rng)
    )
    for _ in range(int(rng.integers(4, 30))):
        piece = _beside_face(people[int(rng.integers(len(people)))], rng)
        side = int(rng.integers(16, 140))
        height = int(np.clip(side * rng.uniform(0.5, 2), 8, SCENE_SIDE))
        piece = cv2.resize(piece, (side, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        if rng.random() < 0.4:
            piece = _lit(piece, rng)
        x, y = int(rng.integers(0, SCENE_SIDE - side + 1)), int(rng.integers(0, SCENE_SIDE - height + 1))
        picture[y : y + height, x : x + side] = piece
    return picture


def _beside_face(portrait: Portrait, rng: Rng) -> NDArray[np.uint8]:
    """A piece of a portrait with at most a feature of its face in it: shoulders, hair, wall, an ear, one eye."""
    x0, y0, width, height = _box(portrait.landmarks)
    while True:
        side = int(rng.integers(30, 130))
        x, y = (int(v) for v in rng.integers(0, _FACE_SIDE - side + 1, 2))
        if rng.random() < 0.4:
            y = _FACE_SIDE - side  # clothes, most of all: lapels and ties are what detectors take for faces
        across = min(x + side, x0 + width) - max(x, x0)
        down = min(y + side, y0 + height) - max(y, y0)
        if max(across, 0) * max(down, 0) < 0.22 * width * height:
            piece = portrait.picture[y : y + side, x : x + side]
            return np.rot90(piece, int(rng.integers(4))) if rng.random() < 0.3 else piece


def _add_thing(picture: FloatImage, people: Sequence[Portrait], props: Stage, rng: Rng) -> None:
    """Something that is no face: a thing, a piece from beside a face in an oval, or a head without features."""
    side = int(math.exp(rng.uniform(math.log(16), math.log(200))))
    kind = rng.random()
    if kind < 0.45 and props.things:
        thing = props.things[int(rng.integers(len(props.things)))]
        scale = side / max(thing.shape[:2])
        size = (max(2, round(thing.shape[1] * scale)), max(2, round(thing.shape[0] * scale)))
        thing = cv2.resize(thing, size, interpolation=cv2.INTER_AREA)
        colours, alpha = thing[..., :3].astype(np.float32) / 255, thing[..., 3:].astype(np.float32) / 255
    else:
        portrait = people[int(rng.integers(len(people)))]
        piece = _beside_face(portrait, rng) if kind < 0.75 else _featureless(portrait, rng)
        colours = cv2.resize(piece, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        alpha = _oval((side, side), rng.uniform(0.3, 0.5), rng.uniform(0.35, 0.5))
    height, width = colours.shape[:2]
    x, y = int(rng.integers(0, SCENE_SIDE - width + 1)), int(rng.integers(0, SCENE_SIDE - height + 1))
    part = picture[y : y + height, x : x + width]
    part += (np.clip(colours * rng.uniform(0.5, 1.3), 0, 1) - part) * alpha


def _featureless(portrait: Portrait, rng: Rng) -> NDArray[np.uint8]:
    """The portrait with its face smeared out: the back of a head, an oval of skin, a blurred stranger."""
    picture = portrait.picture.astype(np.float32)
    x, y, width, height = _box(portrait.landmarks)
    within = np.s_[max(round(y), 0) : round(y + height), max(round(x), 0) : round(x + width)]
    shade = (picture[within] if rng.random() < 0.5 else picture[:30]).reshape(-1, 3).mean(axis=0)
    cells = (shade + rng.normal(0, 14, (4, 4, 1))).astype(np.float32)
    smear = cv2.resize(cells, (_FACE_SIDE, _FACE_SIDE), interpolation=cv2.INTER_CUBIC)
    mask = np.zeros((_FACE_SIDE, _FACE_SIDE), np.float32)
    centre, axes = (round(x + width / 2), round(y + height / 2)), (round(width * 0.52), round(height * 0.56))
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    picture += (smear - picture) * d.gaussian_blur(mask, 4)[..., None]
    return np.clip(picture, 0, 255).astype(np.uint8)


def _placed(
    portrait: Portrait, width: float, taken: Sequence[Box], rng: Rng
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """(2, 3) portrait to scene, and the landmarks there, where there is room; None where not."""
    scale = width / _box(portrait.landmarks)[2]
    squeeze = np.diag([rng.uniform(0.78, 1.05) if rng.random() < 0.4 else 1.0, 1.0])
    angle = math.radians(float(np.clip(rng.normal(0, 13), -40, 40)))
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) @ squeeze
    if rng.random() < 0.2:
        turn = turn @ np.array([[1.0, rng.normal(0, 0.08)], [0.0, 1.0]])
    centred = (portrait.landmarks - portrait.landmarks.mean(axis=0)) @ turn.T
    for _ in range(_TRIES):
        centre = rng.uniform(0.35 * width, SCENE_SIDE - 0.35 * width, 2)
        box = _box(centred + centre)
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
    mask = _mask(small.shape[0], rng, whole=alone and rng.random() < 0.3)
    to_part = to_scene - np.array([[0, 0, x0], [0, 0, y0]])
    size = (x1 - x0, y1 - y0)
    warped = cv2.warpAffine(_lit(small, rng), to_part, size, flags=cv2.INTER_LINEAR)
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
    return small.astype(np.float32) / 255, np.column_stack([turn, shift])


def _lit(source: FloatImage, rng: Rng) -> FloatImage:
    """In other light: lighter, darker, flatter or harder, often from one side."""
    lit = source * rng.uniform(0.5, 1.35) if rng.random() < 0.6 else source
    if rng.random() < 0.35:
        middle = lit.mean()
        lit = (lit - middle) * rng.uniform(0.45, 1.5) + middle
    if rng.random() < 0.35:
        ends = np.array([rng.uniform(0.25, 1), 1.0, 1.0])[:: 1 if rng.random() < 0.5 else -1]
        down = rng.random() < 0.3
        side = lit.shape[0 if down else 1]
        ramp = np.interp(np.arange(side), [0, side * rng.uniform(0.35, 0.65), side], ends)
        lit = lit * (ramp[:, None, None] if down else ramp[None, :, None])
    return np.clip(lit, 0, 1).astype(np.float32)


def _occlude(picture: FloatImage, points: NDArray[np.float64], rng: Rng) -> None:
    """A hat down to the brows, a beard or scarf, a hand or plate before a cheek; the eyes stay in sight."""
    if rng.random() > _OCCLUDED_SHARE:
        return
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    down = mouth - eyes
    reach = float(np.linalg.norm(down))
    if reach < 3:
        return
    right = points[1] - points[0]
    right = right / max(float(np.linalg.norm(right)), 1e-6)
    angle = math.degrees(math.atan2(right[1], right[0]))
    shade = float(rng.uniform(0, 0.35) if rng.random() < 0.7 else rng.uniform(0.35, 1))
    colour = (np.clip(shade * rng.uniform(0.85, 1.15, 3), 0, 1)).tolist()
    kind = rng.random()
    if kind < 0.6:  # a hat: crown and brim
        brim = eyes - down * rng.uniform(0.32, 0.7)
        crown = brim - down * rng.uniform(0.3, 0.7)
        axes = (max(1, round(reach * rng.uniform(0.85, 1.1))), max(1, round(reach * rng.uniform(0.4, 0.8))))
        _ellipse(picture, crown, axes, angle, colour)
        if rng.random() < 0.6:
            _ellipse(picture, brim, (round(reach * rng.uniform(1.0, 1.7)), max(1, round(reach * 0.12))), angle, colour)
    elif kind < 0.85:  # a beard
        chin = mouth + down * rng.uniform(0.35, 0.6)
        axes = (max(1, round(reach * rng.uniform(0.4, 0.8))), max(1, round(reach * rng.uniform(0.3, 0.45))))
        _ellipse(picture, chin, axes, angle, colour)
    else:
        side = right * (1 if rng.random() < 0.5 else -1) * reach * rng.uniform(0.9, 1.3)
        axes = (max(1, round(reach * 0.4)), max(1, round(reach * 0.6)))
        _ellipse(picture, points[2] + side, axes, angle, colour)


def _aged(picture: FloatImage, rng: Rng) -> FloatImage:
    if rng.random() < _GREY_SHARE:
        picture = d.grey(picture)
        if rng.random() < 0.35:
            picture = picture * np.array([1 + rng.uniform(0, 0.12), 1, 1 - rng.uniform(0, 0.3)], np.float32)
    elif rng.random() < 0.5:
        picture = picture * rng.uniform(0.8, 1.2, 3).astype(np.float32)
    if rng.random() < 0.35:
        picture = d.fading(np.clip(picture, 0, 1), rng)
    if rng.random() < 0.3:
        picture = np.clip(picture, 0, 1) ** np.float32(rng.uniform(0.6, 1.6))
    if rng.random() < 0.5:
        picture = d.gaussian_blur(picture, rng.uniform(0.3, 1.6))
    if rng.random() < 0.2:
        small = int(SCENE_SIDE * rng.uniform(0.45, 0.9))
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(picture, (SCENE_SIDE, SCENE_SIDE), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.5:
        picture = d.noise(picture, rng, rng.uniform(1, 16), alike=rng.random() < 0.7)
    elif rng.random() < 0.3:
        picture = d.film_grain(picture, rng, rng.uniform(3, 20), rng.uniform(0, 1.5))
    if rng.random() < 0.1:
        picture = d.dust(d.scratches(picture, rng, int(rng.integers(1, 5))), rng, int(rng.integers(0, 25)))
    return d.jpeg(picture, rng.uniform(35, 95)) if rng.random() < 0.7 else picture


def _mask(side: int, rng: Rng, *, whole: bool) -> FloatImage:
    """(S, S), 1 where a portrait is pasted: its head, often its shoulders, or all of it with a hard or soft edge."""
    mask = np.zeros((side, side), np.float32)
    if whole:
        edge = round(side / 32)
        mask[edge : side - edge, edge : side - edge] = 1
        return d.gaussian_blur(mask, side / 40) if rng.random() < 0.5 else mask
    axes = (round(side * rng.uniform(0.3, 0.4)), round(side * rng.uniform(0.42, 0.49)))
    cv2.ellipse(mask, (side // 2, side // 2), axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    if rng.random() < 0.35:
        corners = np.array([(0, 1), (0, 0.88), (0.3, 0.8), (0.7, 0.8), (1, 0.88), (1, 1)]) * side
        cv2.fillPoly(mask, [corners.astype(np.int32)], 1.0, cv2.LINE_AA)
    return d.gaussian_blur(mask, side * rng.uniform(0.004, 0.02))


def _oval(size: tuple[int, int], across: float, down: float) -> FloatImage:
    height, width = size
    mask = np.zeros(size, np.float32)
    axes = (max(1, round(across * width)), max(1, round(down * height)))
    cv2.ellipse(mask, (width // 2, height // 2), axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    return mask[..., None]


def _ellipse(
    picture: FloatImage, centre: NDArray[np.float64], axes: tuple[int, int], angle: float, colour: Sequence[float]
) -> None:
    cv2.ellipse(
        picture, (round(float(centre[0])), round(float(centre[1]))), axes, angle, 0, 360, colour, -1, cv2.LINE_AA
    )


def _box(points: NDArray[np.float64]) -> Box:
    return Face(points, 0.0).box


def _shared(a: Box, b: Box) -> float:
    """What two boxes share, over the smaller one's area."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(across, 0) * max(down, 0) / min(a[2] * a[3], b[2] * b[3])


def _corners(to_scene: NDArray[np.float64]) -> NDArray[np.float64]:
    ends = np.array([(0, 0), (_FACE_SIDE, 0), (0, _FACE_SIDE), (_FACE_SIDE, _FACE_SIDE)], np.float64)
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
        min(SCENE_SIDE, math.ceil(x + width)),
        min(SCENE_SIDE, math.ceil(y + height)),
    )


def _mirror(points: NDArray[np.float64]) -> NDArray[np.float64]:
    mirrored = points[list(MIRRORED)].copy()
    mirrored[:, 0] = SCENE_SIDE - 1 - mirrored[:, 0]
    return mirrored
