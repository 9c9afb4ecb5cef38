"""What scenes show beside faces: walls, wallpapers, patchworks of clothes, things cut out, heads without features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage import degradations as d
from gpen_desktop.lab.damage.chance import Rng, log_uniform
from gpen_desktop.lab.scenes.reading import FACE_SIDE, Portrait, Stage, box_of
from gpen_desktop.lab.typed import floats, octets

CANVAS_SIDE: Final = 384
"""Side in pixels of the scenes as they are composed; networks see a part of them."""


def background(people: Sequence[Portrait], props: Stage, rng: Rng) -> FloatImage:
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
    side = int(rng.integers(min(60, height, width), min(height, width) + 1))
    x, y = int(rng.integers(0, width - side + 1)), int(rng.integers(0, height - side + 1))
    piece = source[y : y + side, x : x + side]
    way = cv2.INTER_AREA if side > CANVAS_SIDE else cv2.INTER_LINEAR
    return floats(cv2.resize(piece, (CANVAS_SIDE, CANVAS_SIDE), interpolation=way).astype(np.float32) / 255)


def _plain(rng: Rng) -> FloatImage:
    """A studio wall: one shade or soft clouds, with a little texture."""
    cells = int(rng.integers(1, 9))
    tint = rng.uniform(0.85, 1.15, 3)
    shades = rng.uniform(0, 1) + rng.uniform(0, 0.5) * rng.uniform(-1, 1, (cells, cells, 1))
    soft = cv2.resize((shades * tint).astype(np.float32), (CANVAS_SIDE, CANVAS_SIDE), interpolation=cv2.INTER_CUBIC)
    rough = d.gaussian_blur(rng.standard_normal(soft.shape[:2], dtype=np.float32), rng.uniform(0.5, 6))
    return np.clip(soft + (rng.uniform(0, 0.12) * rough / max(float(rough.std()), 1e-6))[..., None], 0, 1)


def _patchwork(people: Sequence[Portrait], props: Stage, rng: Rng) -> FloatImage:
    """Pieces of clothes, hair and walls from beside faces, side by side: what fills old group photos."""
    picture = (
        _plain(rng) if rng.random() < 0.5 else _cut(props.backgrounds[int(rng.integers(len(props.backgrounds)))], rng)
    )
    for _ in range(int(rng.integers(4, 30))):
        cut = _beside_face(people[int(rng.integers(len(people)))], rng)
        side = int(rng.integers(16, 140))
        height = int(np.clip(side * rng.uniform(0.5, 2), 8, CANVAS_SIDE))
        piece = floats(cv2.resize(cut, (side, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255)
        if rng.random() < 0.4:
            piece = lit(piece, rng)
        x, y = int(rng.integers(0, CANVAS_SIDE - side + 1)), int(rng.integers(0, CANVAS_SIDE - height + 1))
        picture[y : y + height, x : x + side] = piece
    return picture


def _beside_face(portrait: Portrait, rng: Rng) -> NDArray[np.uint8]:
    """A piece of a portrait with at most a feature of its face in it: shoulders, hair, wall, an ear, one eye."""
    x0, y0, width, height = box_of(portrait.landmarks)
    while True:
        side = int(rng.integers(30, 130))
        x, y = (int(v) for v in rng.integers(0, FACE_SIDE - side + 1, 2))
        if rng.random() < 0.4:
            y = FACE_SIDE - side  # clothes, most of all: lapels and ties are what detectors take for faces
        across = min(x + side, x0 + width) - max(x, x0)
        down = min(y + side, y0 + height) - max(y, y0)
        if max(across, 0) * max(down, 0) < 0.22 * width * height:
            piece = portrait.picture[y : y + side, x : x + side]
            return np.rot90(piece, int(rng.integers(4))) if rng.random() < 0.3 else piece


def add_thing(picture: FloatImage, people: Sequence[Portrait], props: Stage, rng: Rng) -> None:
    """Something that is no face: a thing, a piece from beside a face in an oval, or a head without features."""
    side = int(log_uniform(rng, 16, 200))
    kind = rng.random()
    if kind < 0.45 and props.things:
        thing = props.things[int(rng.integers(len(props.things)))]
        scale = side / max(thing.shape[:2])
        size = (max(2, round(thing.shape[1] * scale)), max(2, round(thing.shape[0] * scale)))
        thing = octets(cv2.resize(thing, size, interpolation=cv2.INTER_AREA))
        colours = floats(thing[..., :3].astype(np.float32) / 255)
        alpha = floats(thing[..., 3:].astype(np.float32) / 255)
    else:
        portrait = people[int(rng.integers(len(people)))]
        piece = _beside_face(portrait, rng) if kind < 0.75 else _featureless(portrait, rng)
        colours = floats(cv2.resize(piece, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255)
        alpha = oval((side, side), rng.uniform(0.3, 0.5), rng.uniform(0.35, 0.5))
    height, width = colours.shape[:2]
    x, y = int(rng.integers(0, CANVAS_SIDE - width + 1)), int(rng.integers(0, CANVAS_SIDE - height + 1))
    part = picture[y : y + height, x : x + width]
    part += (np.clip(colours * rng.uniform(0.5, 1.3), 0, 1) - part) * alpha


def _featureless(portrait: Portrait, rng: Rng) -> NDArray[np.uint8]:
    """The portrait with its face smeared out: the back of a head, an oval of skin, a blurred stranger."""
    picture = portrait.picture.astype(np.float32)
    x, y, width, height = box_of(portrait.landmarks)
    within = np.s_[max(round(y), 0) : round(y + height), max(round(x), 0) : round(x + width)]
    shade = (picture[within] if rng.random() < 0.5 else picture[:30]).reshape(-1, 3).mean(axis=0)
    cells = (shade + rng.normal(0, 14, (4, 4, 1))).astype(np.float32)
    smear = cv2.resize(cells, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_CUBIC)
    mask = np.zeros((FACE_SIDE, FACE_SIDE), np.float32)
    centre, axes = (round(x + width / 2), round(y + height / 2)), (round(width * 0.52), round(height * 0.56))
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    picture += (smear - picture) * d.gaussian_blur(mask, 4)[..., None]
    return np.clip(picture, 0, 255).astype(np.uint8)


def oval(size: tuple[int, int], across: float, down: float) -> FloatImage:
    height, width = size
    mask = np.zeros(size, np.float32)
    axes = (max(1, round(across * width)), max(1, round(down * height)))
    cv2.ellipse(mask, (width // 2, height // 2), axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    return mask[..., None]


def lit(source: FloatImage, rng: Rng) -> FloatImage:
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
