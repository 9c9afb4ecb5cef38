"""Where a flaw that was found goes on along its line: a scratch that is plain on a wall and hardly found in the leaves.

What was laid over a photo has one shade all along, whatever the picture beneath does; so a line is followed from each
end of a slender flaw as far as the photo keeps that shade across the flaw's width, and counts where it is more even
than the ground beside it. What belongs to the picture mostly is not: a stem, a rail, the rim of a cup is lit otherwise
from place to place, or is as plain as all around it, or has another ground on either side.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import FloatImage

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

_TAIL: Final = 20
"""Pixels of a flaw, back from its end, that tell how it goes on; shorter ones are specks. What follows was chosen on 32
photos that measure nothing, scratched at 1,400 px and at 800; twice or half of most of it changes little."""

_WAYS: Final = 48
"""Directions in which a flaw is looked for from where it may end."""

_MOST_ENDS: Final = 200
"""The plainest of them: a photo with more is full of lines."""

_MOST_MIDDLE: Final = 20_000
"""Pixels in the middle of long flaws beyond which none is followed: that is a net of cracks, lace or a printed screen,
and finding its ends would take seconds, and gigabytes. Thirty scratched photos of about a megapixel have 5,658 at most,
146 real ones 3,844."""

_DRAWN_AT_ONCE: Final = 4096
"""Pieces of lines that are drawn together, at some 10 kB each."""

_STEP: Final = 4
_AHEAD: Final = 12
"""Pixels that a step along a line is long, and that are looked at to take it."""

_TURNS: Final = np.deg2rad(np.array([-7, -4.5, -2.5, -1, 0, 1, 2.5, 4.5, 7], np.float32))
"""Ways to go on at each step, off the way that the line's curve would lead."""

_KEEPS: Final = 0.8
"""Share of a line's curve that is kept from step to step."""

_LIKE: Final = 22.0
"""8-bit steps, in any channel, by which a line's shade is off at most where it is still that line."""

_SEEN: Final = 16.0
"""8-bit steps, in some channel, by which it differs from the ground on either side where it is seen."""

_UNSEEN: Final = 28
"""Pixels without being seen after which a line has ended: it may cross what has its own shade."""

_OTHERWISE: Final = 10
"""Pixels of another shade after which it has: another flaw may cross it."""

_MOSTLY: Final = 0.6
"""Share of what is added to a flaw on which it is seen, at least."""

_EVEN: Final = 0.7
"""How much the shade may change from step to step, as a share of how much the ground beside it does."""

_EXTREME: Final = 0.25
"""How far off the photo's lightest tone, or for a dark line its darkest, the shade may be: see off_extreme."""

_SIDES: Final = 0.3
"""How much the ground may differ from one side to the other, as a share of how much the line differs from it."""

_RIM: Final = 0.25
"""Pixels of a line's blurred rim that belong to it, on each side."""


@dataclass(frozen=True, eq=False)
class _Lines:
    """n lines, one for each end of a flaw. at: (n, 2) x, y in pixels, from which the line leads through the flaw's tail
    to its end and beyond. angle: (n,) radians. width: (n,) pixels. shade, ground: (n, c) of the tail, and of what is
    beside it, in 8-bit steps."""

    at: Floats
    angle: Floats
    width: Floats
    shade: Floats
    ground: Floats

    def of(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> _Lines:
        return _Lines(*(each[which] for each in (self.at, self.angle, self.width, self.shade, self.ground)))


@dataclass(frozen=True, eq=False)
class _Walk:
    """What n lines came by in t steps each: at (t, n, 2); shade, left, right (t, n, c), 0 from where a line has
    ended; seen: (t, n) bool, where it shows on its ground."""

    at: Floats
    shade: Floats
    left: Floats
    right: Floats
    seen: Mask


def continued(found: Mask, values: FloatImage) -> Mask:
    """(h, w): where the slender flaws found in a picture (h, w, c), in 8-bit steps, go on along their lines."""
    new = np.zeros(found.shape, np.bool_)
    lines = _lines(found, values)
    if len(lines.at):
        walk = _walk(lines, values)
        _paint(new, lines, walk, _going_on(lines, walk, range_of_tones(values)))
    return new


def range_of_tones(values: FloatImage) -> tuple[Floats, Floats]:
    """The darkest and the lightest tone of a picture (h, w, c), each (c,), but for one pixel of a hundred."""
    some = values[::4, ::4].reshape(-1, values.shape[2])
    darkest, lightest = np.percentile(some, (1, 99), axis=0).astype(np.float32)
    return darkest, lightest


def off_extreme(shade: Floats, is_lighter: Mask, darkest: Floats, lightest: Floats) -> Floats:
    """How far, from 0 to 1 of a photo's range of tones, shades are from its lightest tone where they are lighter than
    what is around them, else from its darkest. What is scratched down to the paper, and dirt, are off by little."""
    off = np.where(is_lighter, lightest - shade, shade - darkest) / np.maximum(1, lightest - darkest)
    return np.asarray(np.clip(off, 0, 1), np.float32)


def _lines(found: Mask, values: FloatImage) -> _Lines:
    """The lines that flaws (h, w) of a picture (h, w, c) end in, as far as the picture shows them: of one shade, and
    lighter or darker than the ground on both sides."""
    ends, angle, width = _ends(found)
    along = np.arange(0, _TAIL - 2, 2, dtype=np.float32)
    most = np.full(len(ends), -np.inf, np.float32)
    at, towards = ends.copy(), angle.copy()
    for turn in np.deg2rad(np.arange(-6, 7, 2, dtype=np.float32)):
        for aside in np.arange(-1.5, 2, 0.5, dtype=np.float32):
            turned = angle + turn
            start = ends - (_TAIL - 2) * _unit(turned) + aside * _unit(turned + np.float32(np.pi / 2))
            inside, beside = _profile(values, start, turned, along, width)
            plain = _plain(inside, beside, _median(inside)) - 0.3 * abs(aside)
            better = plain > most
            most[better], at[better], towards[better] = plain[better], start[better], turned[better]
    inside, beside = _profile(values, at, towards, along, width)
    shade, ground = (_median(part) for part in (inside, beside))
    left, right = (_median(part) for part in (beside[:, :, :2], beside[:, :, 2:]))
    lines = _Lines(at, towards, width, shade, ground)
    spread = np.abs(inside.mean(axis=2) - shade[:, None]).mean(axis=(1, 2))
    return lines.of((_contrast(lines, shade, left, right) > _SEEN) & (spread < 0.8 * _LIKE))


def _ends(found: Mask) -> tuple[Floats, Floats, Floats]:
    """Where slender flaws end: x, y (n, 2), the angle (n,) that leads on from there, and the flaw's width (n,)."""
    flawed = found.astype(np.uint8)
    to_edge = np.asarray(cv2.distanceTransform(flawed, cv2.DIST_L2, 5), np.float32)
    _, labels, parts, _ = cv2.connectedComponentsWithStats(flawed)
    is_long = np.hypot(parts[:, cv2.CC_STAT_WIDTH], parts[:, cv2.CC_STAT_HEIGHT]) >= _TAIL
    middle = found & (to_edge >= cv2.dilate(to_edge, np.ones((3, 3), np.uint8)) - 0.3)
    y, x = np.nonzero(middle)
    counts = is_long[labels[y, x]]
    y, x = (each[counts].astype(np.int32) for each in (y, x))
    if len(y) > _MOST_MIDDLE:
        y, x = y[:0], x[:0]
    grown = cv2.dilate(flawed, np.ones((3, 3), np.uint8)) > 0
    beyond = _at_ways(grown, x, y, to_edge[y, x, None] + np.float32(8))[..., 0]
    nears = (beyond & ~_most_of_way_back(beyond)).any(axis=1)  # most are along a flaw, with more of it on both sides
    y, x = y[nears], x[nears]
    tail = _at_ways(grown, x, y, np.arange(2, _TAIL + 1, 3, dtype=np.float32)[None]).mean(axis=2)
    ahead = _most_of_way_back(
        _at_ways(grown, x, y, np.asarray(to_edge[y, x, None] + np.arange(4, 14, 2), np.float32)).mean(axis=2)
    )
    plain = sum(weight * np.roll(tail, by, 1) for by, weight in enumerate((0.5, 1.0, 1.0, 1.0, 0.5), -2))
    plain = np.where((tail >= 0.9) & (ahead <= 0.3), plain, 0)
    plainest = plain.max(axis=1, initial=0)
    angle = (plain.argmax(axis=1) * (2 * np.pi / _WAYS) + np.pi).astype(np.float32)
    kept: list[int] = []
    left = plainest > 0
    for index in np.argsort(-plainest, kind="stable"):
        if len(kept) == _MOST_ENDS:
            break
        if left[index]:
            kept.append(int(index))
            left &= (np.hypot(x - x[index], y - y[index]) >= _TAIL / 2) | (np.cos(angle - angle[index]) <= 0.7)
    at = np.stack([x, y], axis=1).astype(np.float32)[kept]
    return at, angle[kept], _width(found, at, angle[kept])


def _at_ways(mask: Mask, x: NDArray[np.int32], y: NDArray[np.int32], reach: Floats) -> Mask:
    """(n, ways, r): whether a mask (h, w) is set `reach` (n or 1, r) pixels off from x, y (n,), each way. The picture's
    outermost pixels count for what lies beyond them."""
    angles = np.arange(_WAYS, dtype=np.float32)[:, None] * np.float32(2 * np.pi / _WAYS)
    u, v = (
        np.rint(at[:, None, None].astype(np.float32) + reach[:, None] * way).astype(np.int32)
        for at, way in ((x, np.cos(angles)), (y, np.sin(angles)))
    )
    return np.asarray(mask[np.clip(v, 0, mask.shape[0] - 1), np.clip(u, 0, mask.shape[1] - 1)])


def _most_of_way_back(ways: NDArray[Any]) -> NDArray[Any]:
    """The most that (n, ways) holds for the way back, or 15 degrees to either side."""
    back = _WAYS // 2
    most: NDArray[Any] = np.maximum.reduce([np.roll(ways, by, axis=1) for by in (back - 2, back, back + 2)])
    return most


def _width(found: Mask, at: Floats, angle: Floats) -> Floats:
    """(n,) how wide flaws (h, w) are on the way back from their ends (n, 2), without what of their rims is faint."""
    aside = np.arange(-12, 12.5, 0.5, dtype=np.float32)
    points = _grid(at, angle, -np.arange(2, _TAIL, 2, dtype=np.float32), np.broadcast_to(aside, (len(at), len(aside))))
    within = _sampled(found[..., None].astype(np.float32), points)[..., 0] > 0.5
    middle = len(aside) // 2
    run = np.cumprod(within[..., middle:], axis=2).sum(axis=2) + np.cumprod(within[..., middle::-1], axis=2).sum(axis=2)
    widths = np.median(0.5 * (run - 1), axis=1)
    return np.asarray(np.maximum(widths - 0.8, 1), np.float32)


def _walk(lines: _Lines, values: FloatImage) -> _Walk:
    """Go along lines through a picture (h, w, c), each until it has ended."""
    count, (height, width) = len(lines.at), values.shape[:2]
    at, angle, bend = lines.at.copy(), lines.angle.copy(), np.zeros(count, np.float32)
    unseen, otherwise = np.zeros(count, np.int32), np.zeros(count, np.int32)
    going = np.ones(count, np.bool_)
    ahead = np.arange(1, _AHEAD, 2, dtype=np.float32)
    now = ahead <= _STEP
    steps: list[_Walk] = []
    while going.any() and len(steps) * _STEP < 2 * (height + width):
        some = np.flatnonzero(going)
        line, each = lines.of(some), np.arange(len(some))
        ways = (angle[some] + bend[some])[:, None] + _TURNS
        inside, beside = _profile(values, at[some], ways, ahead, line.width)
        plain = _plain(inside, beside, line.shade) - 0.6 * np.abs(np.rad2deg(_TURNS))
        best = plain.argmax(axis=1)
        inside, beside = inside[each, best][:, now], beside[each, best][:, now]
        shade, left, right = (part.mean(axis=(1, 2)) for part in (inside, beside[:, :, :2], beside[:, :, 2:]))
        through = 0.15 + np.clip(1 - line.width / 4, 0, 0.5)  # what is beneath shows at a thin line's blurred rims
        meant = line.shade + through[:, None] * np.clip((left + right) / 2 - line.ground, -60, 60)
        is_like = np.abs(shade - meant).max(axis=1) < _LIKE
        seen = is_like & (_contrast(line, shade, left, right) > _SEEN)
        turned = ways[each, best] - angle[some]
        bend[some] = _KEEPS * bend[some] + (1 - _KEEPS) * turned
        angle[some] = ways[each, best]
        at[some] += _STEP * _unit(angle[some])
        unseen[some] = np.where(seen, 0, unseen[some] + _STEP)
        otherwise[some] = np.where(seen, 0, otherwise[some] + _STEP * ~is_like)
        steps.append(_Walk(*(_among(count, some, part) for part in (at[some], shade, left, right, seen))))
        within = ((at >= 0) & (at < (width, height))).all(axis=1)
        going &= within & (unseen <= _UNSEEN) & (otherwise <= _OTHERWISE)
    return _Walk(*(np.stack([getattr(step, field.name) for step in steps]) for field in fields(_Walk)))


def _going_on(lines: _Lines, walk: _Walk, tones: tuple[Floats, Floats]) -> Mask:
    """(t, n): the steps beyond the flaws' ends that go on with them. tones: see range_of_tones."""
    first = -(-(_TAIL - 2) // _STEP)
    number = np.arange(len(walk.at))[:, None]
    seen = walk.seen & (number >= first)
    share = np.cumsum(seen, axis=0) / np.maximum(1, number - first + 1)
    last = np.where(seen & (share >= _MOSTLY), number, -1).max(axis=0)
    goes_on = np.zeros(len(last), np.bool_)
    for n in np.flatnonzero(last >= first):
        shade, left, right = (part[: last[n] + 1, n] for part in (walk.shade, walk.left, walk.right))
        goes_on[n] = _is_laid_over(shade, left, right, tones)
    return np.asarray((number >= first - 1) & (number <= last) & goes_on)


def _is_laid_over(shade: Floats, left: Floats, right: Floats, tones: tuple[Floats, Floats]) -> bool:
    """Whether a line that has this shade, and the ground on either side these (t, c), is no part of the picture."""
    ground = (left + right) / 2
    changes, changes_below = (np.abs(np.diff(part, axis=0)).mean(axis=0) for part in (shade, ground))
    differs = np.median(shade - ground, axis=0)
    off = off_extreme(np.median(shade, axis=0), differs > 0, *tones)
    unlike = np.abs(np.median(left - right, axis=0))
    is_even = changes + 1 < _EVEN * (changes_below + 1)  # steps of one are noise
    laid_over = is_even & (off < _EXTREME) & (unlike < _SIDES * np.abs(differs))
    return bool(laid_over[np.abs(differs).argmax()])


def _paint(mask: Mask, lines: _Lines, walk: _Walk, which: Mask) -> None:
    """Draw these steps (t, n) of lines into a mask (h, w), each as wide as its line."""
    step, line = np.nonzero(which[1:] & which[:-1])
    start, way = walk.at[step, line], walk.at[step + 1, line] - walk.at[step, line]
    for first in range(0, len(step), _DRAWN_AT_ONCE):
        some = slice(first, first + _DRAWN_AT_ONCE)
        _draw(mask, start[some], way[some], lines.width[line[some]])


def _draw(mask: Mask, start: Floats, way: Floats, width: Floats) -> None:
    """Draw pieces of lines into a mask (h, w): from points (m, 2) on, `way` (m, 2) from there, so wide (m,)."""
    part = np.arange(0, 1, 0.5 / _STEP, dtype=np.float32)[:, None]
    aside = (width / 2 + _RIM)[:, None] * np.linspace(-1, 1, 41, dtype=np.float32)
    across = way[:, ::-1] * np.array([-1, 1], np.float32) / _STEP
    middle = start[:, None] + part * way[:, None]
    points = middle[:, :, None] + aside[:, None, :, None] * across[:, None, None]  # (m, parts, asides, 2)
    x, y = np.rint(points).astype(np.int32).reshape(-1, 2).T
    within = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    mask[y[within], x[within]] = True


def _profile(
    values: FloatImage, at: Floats, angle: Floats, along: Floats, width: Floats
) -> tuple[FloatImage, FloatImage]:
    """What a picture (h, w, c) shows from points (n, 2) on in directions (n, ...), `along` (a,) pixels from them:
    across a line this wide (n,), (n, ..., a, 5, c), and on the ground, at two places on either side, (n, ..., a, 4, c).
    """
    core, rim = np.maximum(width / 2 - 0.75, 0)[:, None], (width / 2 + 1.5)[:, None]
    inside = core * np.array([-1, -0.5, 0, 0.5, 1], np.float32)
    aside = np.concatenate([inside, -rim - 1, -rim, rim, rim + 1], axis=1)
    sampled = _sampled(values, _grid(at, angle, along, aside))
    return sampled[..., :5, :], sampled[..., 5:, :]


def _grid(at: Floats, angle: Floats, along: Floats, aside: Floats) -> Floats:
    """Points (n, ..., a, s, 2) that lie `along` (a,) pixels from points (n, 2) in directions (n, ...), and `aside`
    (n, s) from there."""
    more = (1,) * (angle.ndim - 1)
    forth, across = _unit(angle)[..., None, None, :], _unit(angle + np.float32(np.pi / 2))[..., None, None, :]
    start, off = at.reshape(len(at), *more, 1, 1, 2), aside.reshape(len(at), *more, 1, aside.shape[1], 1)
    return np.asarray(start + along[:, None, None] * forth + off * across, np.float32)


def _sampled(values: FloatImage, points: Floats) -> FloatImage:
    """A picture (h, w, c) at points (n, ..., 2), x and y in pixels: (n, ..., c)."""
    if not len(points):
        return np.empty((*points.shape[:-1], values.shape[2]), np.float32)
    flat = points.reshape(len(points), -1, 2)
    made = cv2.remap(values, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.float32).reshape(*points.shape[:-1], values.shape[2])


def _unit(angle: Floats) -> Floats:
    """(..., 2) of angles (...): one pixel that way."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _plain(inside: FloatImage, beside: FloatImage, shade: Floats) -> Floats:
    """By how much, in 8-bit steps, what is inside a line (n, ..., a, s, c) is nearer to a shade (n, c) than what is
    beside it: (n, ...). No pixel counts for more than 50: one of another shade may be dust."""
    meant = shade.reshape(len(shade), *(1,) * (inside.ndim - 2), shade.shape[-1])
    off, ground_off = (np.minimum(np.abs(part - meant).mean(axis=-1), 50) for part in (inside, beside))
    return np.asarray(ground_off.mean(axis=(-2, -1)) - off.mean(axis=(-2, -1)), np.float32)


def _median(part: FloatImage) -> Floats:
    """(n, c) of a part (n, a, s, c) of a profile."""
    count, along, aside, channels = part.shape
    return np.asarray(np.median(part.reshape(count, along * aside, channels), axis=1), np.float32)


def _contrast(lines: _Lines, shade: Floats, left: Floats, right: Floats) -> Floats:
    """(n,) how much lighter a shade (n, c) is than both sides, or darker where lines are, in the channel where most."""
    sign = np.sign(lines.shade - lines.ground)
    return np.asarray(np.minimum(sign * (shade - left), sign * (shade - right)).max(axis=1), np.float32)


def _among(count: int, which: NDArray[np.intp], part: NDArray[Any]) -> NDArray[Any]:
    """(count, ...): the part (n, ...) at the places `which`, 0 elsewhere."""
    whole = np.zeros((count, *part.shape[1:]), part.dtype)
    whole[which] = part
    return whole
