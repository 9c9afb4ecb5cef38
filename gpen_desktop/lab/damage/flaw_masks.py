"""Scratches, hairs, dust, creases, cracks, tears, lost emulsion and ink, drawn beforehand as masks of a canvas.

A mask is (3, SIDE, SIDE) uint8: how much of the picture is covered; how light what covers it is (0 dark, 255 light);
and a shading of what is beside it (128 none, below darker, above lighter). Things that belong to pictures and that a
network might take for damage, lettering, railings, hatching, are drawn the same way.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gpen_desktop.lab.damage.chance import Rng, log_uniform
from gpen_desktop.lab.typed import floats, octets

SIDE: Final = 512
_FINE: Final = 2  # drawn this many times as large and shrunk: edges come out smooth

Plane = NDArray[np.float32]
Mask = NDArray[np.uint8]


def draw(kind: str, seed: int) -> Mask:
    """One mask of a kind in FLAWS or BELONGINGS."""
    rng = np.random.default_rng([seed, *kind.encode()])
    covered, light, shade = DRAWERS[kind](rng)
    planes = np.stack((covered, light, 0.5 + 0.5 * shade))
    return octets(np.rint(planes.clip(0, 1) * 255).astype(np.uint8))


def draw_all(each: int, seed: int) -> dict[str, NDArray[np.uint8]]:
    """`each` masks of every kind, (each, 3, SIDE, SIDE)."""
    return {kind: np.stack([draw(kind, seed + i) for i in range(each)]) for kind in DRAWERS}


def _scratches(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Thin, long, nearly straight; some in bundles along one direction, some with an edge of the other shade."""
    canvas = _blank()
    bundle, along = rng.random() < 0.4, rng.uniform(0, math.pi)
    for _ in range(int(rng.integers(2, 14))):
        angle = along + rng.normal(0, 0.03) if bundle else rng.uniform(0, 2 * math.pi)
        points = _walk(rng, angle, rng.uniform(60, 700), bend=0.02 if rng.random() < 0.7 else 0.15)
        _stroke(canvas, points, rng.uniform(0.7, 3), rng.uniform(0.7, 1), rng, even=rng.random() < 0.5)
    core = _shrunk(canvas)
    if rng.random() < 0.3:
        core = _interrupted(core, rng, rng.uniform(6, 60))
    edge = rng.choice([0.0, 0.0, 0.6])
    halo = np.maximum(_shifted(core, rng) - core, 0) * edge
    light = np.where(core >= halo, 1.0, 0.0)
    return np.maximum(core, halo), light, _zero()


def _gouges(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Wide scratches: torn into the emulsion with ragged edges, or cut by a blade, or drawn by a pen."""
    canvas = _blank()
    torn = rng.random() < 0.5
    for _ in range(int(rng.integers(1, 4))):
        bend = 0.03 if rng.random() < 0.6 else 0.2
        angle, length = rng.uniform(0, 2 * math.pi), rng.uniform(40, 600)
        points = _walk(rng, angle, length, bend=bend) if torn else _arc(rng, angle, length, rng.normal(0, 0.6))
        _stroke(canvas, points, rng.uniform(3, 13) if torn else log_uniform(rng, 1, 10), 1.0, rng, even=not torn)
    if not torn:
        return _shrunk(canvas), _one(), _zero()
    core = _ragged(_shrunk(canvas), rng, rng.uniform(1.5, 5))
    inner = 0.75 + 0.25 * _noise(rng, 2.0)
    return core, inner, _zero()


def _hairs(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Fibres and hairs, curled."""
    canvas = _blank()
    for _ in range(int(rng.integers(1, 7))):
        angle, length = rng.uniform(0, 2 * math.pi), rng.uniform(20, 300)
        springy = rng.random() < 0.5  # a stiff hair lies as an arc or a loop
        points = (
            _arc(rng, angle, length, rng.uniform(-9, 9))
            if springy
            else _walk(rng, angle, length, bend=rng.uniform(0.2, 0.6))
        )
        _stroke(canvas, points, rng.uniform(0.6, 2.6), rng.uniform(0.6, 1), rng, even=True)
    return _shrunk(canvas), _one(), _zero()


def _dust(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Specks of many sizes, a few of them long."""
    canvas = _blank()
    largest = rng.uniform(1.0, 6.0)
    for _ in range(int(rng.integers(15, 180))):
        x, y = rng.uniform(0, SIDE * _FINE, 2)
        radius = _FINE * min(0.5 + rng.exponential(largest / 3), 2 * largest)
        axes = (radius * rng.uniform(0.5, 1.8), radius)
        turned, shade = rng.uniform(0, 180), rng.uniform(0.7, 1)
        cv2.ellipse(canvas, ((x, y), (2 * axes[0], 2 * axes[1]), turned), float(shade), -1, cv2.LINE_AA)
    made = _shrunk(canvas)
    return _ragged(made, rng, 1.2) if rng.random() < 0.5 else made, _one(), _zero()


def _creases(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Folds through the print: broken emulsion along a line, one side lighter and the other darker."""
    canvas, shade = _blank(), _zero()
    for _ in range(int(rng.integers(1, 4))):
        angle = rng.uniform(0, 2 * math.pi)
        points = _walk(rng, angle, rng.uniform(250, 900), bend=0.02 if rng.random() < 0.6 else 0.1)
        _stroke(canvas, points, rng.uniform(1, 5), 1.0, rng)
        line = np.zeros((SIDE, SIDE), np.uint8)
        cv2.polylines(line, [np.rint(points).astype(np.int32)], False, 255)
        away = cv2.distanceTransform(255 - line, cv2.DIST_L2, 3)
        ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
        middle = points.mean(0)
        side = np.sign((xs - middle[0]) * -math.sin(angle) + (ys - middle[1]) * math.cos(angle))
        width = rng.uniform(3, 16)
        shade = shade + np.exp(-away / width) * (rng.uniform(-0.5, 0.5) + side * rng.uniform(-0.35, 0.35))
    core = _shrunk(canvas)
    broken = _interrupted(_ragged(core, rng, rng.uniform(1, 3)), rng, rng.uniform(3, 25))
    return broken, 0.7 + 0.3 * _noise(rng, 1.5), shade.astype(np.float32)


def _cracks(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """A net of fine cracks over part of the picture."""
    cells = int(rng.integers(12, 90))
    points = rng.uniform(0, SIDE, (cells, 2))
    ys, xs = np.mgrid[0:SIDE:2, 0:SIDE:2].astype(np.float32)
    xs, ys = (v + 10 * (_noise(rng, 8.0)[::2, ::2] - 0.5) for v in (xs, ys))
    two = np.full((2, *xs.shape), 1e9, np.float32)
    for x, y in points:
        square = (xs - x) ** 2 + (ys - y) ** 2
        two[1] = np.minimum(two[1], np.maximum(two[0], square))
        two[0] = np.minimum(two[0], square)
    gap = cv2.resize(np.sqrt(two[1]) - np.sqrt(two[0]), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    lines = np.clip(1.5 - gap / rng.uniform(0.7, 2.2), 0, 1)
    where = _noise(rng, rng.uniform(40, 120)) > rng.uniform(0.35, 0.75)
    return (lines * cv2.GaussianBlur(where.astype(np.float32), (0, 0), 4)).astype(np.float32), _one(), _zero()


def _tears(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Torn open: a ragged path of bare paper that narrows, a shadow along one edge."""
    canvas = _blank()
    points = _walk(rng, rng.uniform(0, 2 * math.pi), rng.uniform(80, 450), bend=0.12)
    widths = np.linspace(rng.uniform(4, 22), 0.6, len(points))
    for a, b, width in zip(points[:-1], points[1:], widths[1:], strict=True):
        cv2.line(canvas, _fine(a), _fine(b), 1.0, max(1, round(width * _FINE)), cv2.LINE_AA)
    core = _ragged(_shrunk(canvas), rng, rng.uniform(2, 6))
    shadow = np.maximum(_shifted(core, rng, 3.0) - core, 0)
    return core, 0.8 + 0.2 * _noise(rng, 1.2), -0.8 * shadow


def _lost_edges(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """A corner or an edge torn off, or a hole: bare background."""
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    if rng.random() < 0.7:
        angle = rng.uniform(0, 2 * math.pi)
        away = (xs - 0.5) * math.cos(angle) + (ys - 0.5) * math.sin(angle) - rng.uniform(0.1, 0.5)
    else:
        x, y = rng.uniform(0.1, 0.9, 2)
        away = rng.uniform(0.02, 0.12) - np.hypot((xs - x) * rng.uniform(0.5, 2), ys - y)
    rough = 0.05 * (_noise(rng, 24) - 0.5) + 0.02 * (_noise(rng, 5) - 0.5) + 0.006 * (_noise(rng, 1.2) - 0.5)
    inside = np.clip((away + rough) * SIDE / 1.5 + 0.5, 0, 1).astype(np.float32)
    rim = np.clip((away + rough + rng.uniform(0, 0.02)) * SIDE / 3 + 0.5, 0, 1)
    flat = np.full((SIDE, SIDE), rng.choice([0.0, 1.0, rng.uniform(0, 1)]), np.float32)
    light = np.where(inside > 0.6, flat, 0.95)  # the paper's own white shows along the tear
    return np.maximum(inside, rim).astype(np.float32), light, _zero()


def _blotches(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Emulsion flaked off, mould, spilt drops: spots with ragged edges."""
    level = rng.uniform(0.80, 0.95)
    rough = _noise(rng, rng.uniform(3, 16))
    rank = np.quantile(rough[::4, ::4], level)
    spread = np.quantile(rough[::4, ::4], 0.995) - rank
    body = np.clip((rough - rank) / max(float(spread), 1e-3) * rng.uniform(2, 12), 0, 1)
    where = _noise(rng, rng.uniform(30, 90)) > rng.uniform(0.4, 0.7)
    body = body * cv2.GaussianBlur(where.astype(np.float32), (0, 0), 3)
    return body.astype(np.float32), 0.75 + 0.25 * _noise(rng, 1.5), _zero()


def _foxing(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Brown spots with soft edges: a shading, and covered only in their middle."""
    canvas = _blank()
    for _ in range(int(rng.integers(4, 50))):
        x, y = rng.uniform(0, SIDE * _FINE, 2)
        radius = _FINE * (1 + rng.exponential(4))
        cv2.circle(canvas, (int(x), int(y)), max(1, int(radius)), float(rng.uniform(0.3, 1)), -1, cv2.LINE_AA)
    spots = cv2.GaussianBlur(_ragged(_shrunk(canvas), rng, 2), (0, 0), rng.uniform(0.7, 2.5))
    return (spots * rng.uniform(0.3, 0.8)).astype(np.float32), np.full((SIDE, SIDE), 0.15, np.float32), _zero()


def _ink(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Pen strokes and the bleed of stamps."""
    canvas = _blank()
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 4))):
            start = rng.uniform(0.1, 0.8, 2) * SIDE
            points = [start]
            angle = rng.uniform(0, 2 * math.pi)
            for _ in range(int(rng.integers(20, 120))):
                angle += rng.normal(0, 0.7)
                drift = np.array([2.5, 0.0])
                points.append(points[-1] + 5 * np.array([math.cos(angle), math.sin(angle)]) + drift)
            _stroke(canvas, np.array(points), rng.uniform(1.2, 4), 1.0, rng, even=True)
        made = _shrunk(canvas)
    else:
        centre, radius = rng.uniform(0.2, 0.8, 2) * SIDE * _FINE, rng.uniform(30, 120) * _FINE
        for part in (1.0, 0.72):
            width = int(rng.uniform(2, 6) * _FINE)
            cv2.circle(canvas, (int(centre[0]), int(centre[1])), int(radius * part), 1.0, width, cv2.LINE_AA)
        made = np.maximum(_shrunk(canvas), _lettering_plane(rng, int(rng.integers(1, 3))))
        made = made * (0.4 + 0.6 * _noise(rng, 3))
    bled = cv2.GaussianBlur(made, (0, 0), rng.uniform(0.5, 1.5))
    return bled.astype(np.float32), np.zeros((SIDE, SIDE), np.float32), _zero()


def _lettering(rng: Rng) -> tuple[Plane, Plane, Plane]:
    return (
        _lettering_plane(rng, int(rng.integers(2, 9))),
        np.full((SIDE, SIDE), rng.random() < 0.3, np.float32),
        _zero(),
    )


def _lettering_plane(rng: Rng, lines: int) -> Plane:
    page = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(page)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-&"))
    y = float(rng.uniform(0, SIDE / 2))
    size = float(rng.uniform(9, 44))
    for _ in range(lines):
        font = ImageFont.load_default(size)
        words = ["".join(rng.choice(letters, int(rng.integers(2, 10)))) for _ in range(int(rng.integers(2, 8)))]
        pen.text((float(rng.uniform(-20, 150)), y), " ".join(words), fill=255, font=font)
        y += size * 1.3
    turned = page.rotate(float(rng.choice([0, 0, rng.normal(0, 6), 90])), Image.Resampling.BICUBIC)
    return floats(np.asarray(turned, np.float32) / 255)


def _line_work(rng: Rng) -> tuple[Plane, Plane, Plane]:
    """Wires, railings, hatching, lace: regular lines that belong to the picture."""
    canvas = _blank()
    kind = int(rng.integers(3))
    if kind == 0:  # railings, planks, stripes
        step, angle, width = rng.uniform(5, 40), rng.uniform(0, math.pi), rng.uniform(0.8, 5)
        across = np.array([-math.sin(angle), math.cos(angle)])
        along = np.array([math.cos(angle), math.sin(angle)])
        for i in range(int(rng.integers(4, 24))):
            middle = np.array([SIDE / 2, SIDE / 2]) + across * (i * step - rng.uniform(0, 3))
            cv2.line(
                canvas, _fine(middle - along * 300), _fine(middle + along * 300), 1.0, round(width * _FINE), cv2.LINE_AA
            )
    elif kind == 1:  # hatching, fur, hair: many short strokes side by side
        angle = rng.uniform(0, 2 * math.pi)
        field = cv2.GaussianBlur(rng.standard_normal((SIDE, SIDE)).astype(np.float32), (0, 0), 60) * 60
        for _ in range(int(rng.integers(200, 900))):
            start = rng.uniform(0, SIDE, 2)
            turn = angle + 2.0 * float(field[int(start[1]), int(start[0])])
            points = _walk(rng, turn, rng.uniform(8, 60), bend=0.1, start=start)
            _stroke(canvas, points, rng.uniform(0.5, 1.6), rng.uniform(0.3, 1), rng, even=True)
    else:  # lace, mesh
        ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
        step, angle = rng.uniform(5, 18), rng.uniform(0, math.pi)
        u = (xs * math.cos(angle) + ys * math.sin(angle)) * 2 * math.pi / step
        v = (ys * math.cos(angle) - xs * math.sin(angle)) * 2 * math.pi / step
        mesh = np.clip(np.cos(u + 0.8 * np.sin(v)) * np.cos(v) * 1.5 + rng.uniform(-0.4, 0.4), 0, 1)
        where = cv2.GaussianBlur((_noise(rng, 50) > 0.55).astype(np.float32), (0, 0), 6)
        return (mesh * where).astype(np.float32), _one(), _zero()
    return _shrunk(canvas), np.full((SIDE, SIDE), rng.random() < 0.5, np.float32), _zero()


def _walk(
    rng: Rng, angle: float, length: float, bend: float, start: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """(K, 2) points of a path, turning by about `bend` radians every 12 px."""
    step = 12.0
    count = max(2, round(length / step))
    if start is None:
        start = rng.uniform(0, SIDE, 2) - 0.5 * length * np.array([math.cos(angle), math.sin(angle)])
    turns = angle + np.cumsum(rng.normal(0, bend, count)) + np.linspace(0, rng.normal(0, bend * 3), count)
    steps = step * np.stack((np.cos(turns), np.sin(turns)), 1)
    return np.concatenate((start[None], start + np.cumsum(steps, 0)))


def _arc(rng: Rng, angle: float, length: float, bend: float) -> NDArray[np.float64]:
    """(K, 2) points of a smooth path through any place, turning by about `bend` radians in all, more so at one end."""
    steps = np.linspace(0, 1, max(3, round(length / 4)))
    turns = angle + bend * steps * (1 + rng.uniform(-0.6, 0.6) * steps)
    path: NDArray[np.float64] = np.cumsum(length / len(steps) * np.stack((np.cos(turns), np.sin(turns)), 1), 0)
    path += rng.uniform(0, SIDE, 2) - path[int(rng.integers(len(path)))]
    return path


def _stroke(
    canvas: Plane, points: NDArray[np.float64], width: float, strength: float, rng: Rng, *, even: bool = False
) -> None:
    """A path `width` pixels wide; its pressure swells and fades unless `even`."""
    swell = np.ones(len(points)) if even else np.clip(1 + np.cumsum(rng.normal(0, 0.12, len(points))), 0.3, 1.6)
    for i in range(len(points) - 1):
        wide = width * swell[i] * _FINE
        shade = strength * min(wide, 1.0)
        cv2.line(canvas, _fine(points[i]), _fine(points[i + 1]), float(shade), max(1, round(wide)), cv2.LINE_AA)


def _fine(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0]) * _FINE), round(float(point[1]) * _FINE)


def _blank() -> Plane:
    return np.zeros((SIDE * _FINE, SIDE * _FINE), np.float32)


def _zero() -> Plane:
    return np.zeros((SIDE, SIDE), np.float32)


def _one() -> Plane:
    return np.ones((SIDE, SIDE), np.float32)


def _shrunk(canvas: Plane) -> Plane:
    return floats(cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA))


def _shifted(plane: Plane, rng: Rng, most: float = 1.6) -> Plane:
    moved = np.array([[1, 0, rng.uniform(-most, most)], [0, 1, rng.uniform(-most, most)]], np.float32)
    return floats(cv2.warpAffine(plane, moved, (SIDE, SIDE)))


def _noise(rng: Rng, size: float) -> Plane:
    """(SIDE, SIDE) smooth noise over about [0, 1], patches of `size` px."""
    scale = max(1.0, size / 4)
    side = max(8, round(SIDE / scale))
    small = cv2.GaussianBlur(rng.standard_normal((side, side), dtype=np.float32), (0, 0), size / scale)
    small = (small - small.mean()) / max(float(small.std()), 1e-6)
    return floats(np.clip(0.5 + 0.25 * cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), 0, 1))


def _ragged(plane: Plane, rng: Rng, reach: float) -> Plane:
    """Edges moved to and fro by up to `reach` pixels."""
    dx, dy = (reach * 3 * (_noise(rng, max(1.0, reach)) - 0.5) for _ in range(2))
    ys, xs = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    return floats(cv2.remap(plane, xs + dx.astype(np.float32), ys + dy.astype(np.float32), cv2.INTER_LINEAR))


def _interrupted(plane: Plane, rng: Rng, size: float) -> Plane:
    return floats(plane * np.clip((_noise(rng, size) - rng.uniform(0.3, 0.5)) * 8, 0, 1))


Drawer = Callable[[Rng], tuple[Plane, Plane, Plane]]
FLAWS: Final = (
    "scratches",
    "gouges",
    "hairs",
    "dust",
    "creases",
    "cracks",
    "tears",
    "lost_edges",
    "blotches",
    "foxing",
    "ink",
)
BELONGINGS: Final = ("lettering", "line_work")
DRAWERS: Final[dict[str, Drawer]] = {
    "scratches": _scratches,
    "gouges": _gouges,
    "hairs": _hairs,
    "dust": _dust,
    "creases": _creases,
    "cracks": _cracks,
    "tears": _tears,
    "lost_edges": _lost_edges,
    "blotches": _blotches,
    "foxing": _foxing,
    "ink": _ink,
    "lettering": _lettering,
    "line_work": _line_work,
}
