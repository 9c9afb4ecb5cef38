"""Portraits turned aside, up or down, as if the photo lay over a head of average shape: the data hardly has profiles.

The head is two ellipsoids, skull and jaw, with a nose, brows, lips and a chin on them, in the frame of an aligned
portrait: x right, y down, z to the viewer, in eye distances from between the eyes. Proportions are those of
anthropometric tables (head 3.1 eye distances deep, 2.5 wide, chin and crown 1.9 from the eyes). Rays are parallel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.lab.typed import doubles, floats

Floats = NDArray[np.float32]

PITCH: Final = (-25.0, 40.0)
"""Degrees up and down at most: heads bend down over work and books more than they look up."""

_EYES_Y, _EYE_DISTANCE = 0.4692, 0.2460  # of the aligned crop's side: FFHQ's template
_PIVOT = np.array([0.0, 0.3, -1.3], np.float32)  # where the neck turns
_RECENTRED = 0.3
"""Eye distances that a profile is moved back. By eye: unmoved, the tip of its nose stands 1.8 aside of the middle (the
crop's edge is at 2.0) and the back of its head 1.6; moved, 1.5 and 1.9."""
_SKULL = (np.array([0.0, -0.45, -1.42], np.float32), np.array([1.27, 1.45, 1.5], np.float32))  # centre, radii
_JAW = (np.array([0.0, 0.42, -0.95], np.float32), np.array([1.06, 1.5, 1.08], np.float32))
_NEAR, _FAR, _STEPS = 1.9, -3.4, 72
_WITHIN: Final = 0.88
"""Of the outline: how far in the last of the head that the photo shows is taken from. By eye: heads are not quite
ellipsoids, and further out some photos show ears, stray hair and the wall, which would be smeared over the back."""
_HAIR: Final = 1.6
"""Eye distances up for one back: behind the ears heads have hair, of which photos show the top. By eye: at the height
of the eyes the hairline, about 1 above them, is reached 0.6 behind the middle of the skull, where ears end."""
_BESIDE: Final = 1.06
"""Of the outline: where the wall beside the head begins. By eye, as above: so far out most hair has ended."""


@dataclass(frozen=True, eq=False)
class Turn:
    """One way to turn any aligned portrait. sources: (S, S, 2) float32, x and y in shares of the portrait's side that
    each pixel of the turned one shows. head: (S, S) float32, 1 where it shows the head. rotation: (3, 3). aside: how
    far to the right the view is moved, in eye distances."""

    sources: Floats
    head: Floats
    rotation: Floats
    aside: float

    def of(
        self, picture: NDArray[np.uint8], landmarks: NDArray[np.float64]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """A portrait (S, S, 3) uint8 with its landmarks (5, 2) px, turned."""
        side = picture.shape[0]
        to = cv2.resize(self.sources, (side, side), interpolation=cv2.INTER_LINEAR) * side - 0.5
        nothing = np.empty(0)  # both coordinates stand in `to`
        turned = cv2.remap(picture, to, nothing, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        flat = _to_head((np.asarray(landmarks, np.float32) + 0.5) / side)
        solid = np.column_stack([flat, _front(flat[:, 0], flat[:, 1])])
        moved = (solid - _PIVOT) @ self.rotation.T + _PIVOT
        seen = floats(moved[:, :2] - np.array([self.aside, 0], np.float32))
        return np.asarray(turned, np.uint8), doubles(_to_crop(seen) * side - 0.5)


def turn(yaw: float, pitch: float, side: int = 160) -> Turn:
    """The turn by `yaw` degrees to the picture's right and `pitch` down; 0.2 s.

    Follows each pixel's ray to the head's surface and takes what the portrait shows there; the back of the head, which
    it does not show, goes on from its outline.
    """
    rotation = _rotation(yaw, pitch)
    aside = _RECENTRED * math.sin(math.radians(yaw))
    at = (np.arange(side, dtype=np.float32) + 0.5) / side
    flat = _to_head(np.stack(np.meshgrid(at, at), axis=-1)).reshape(-1, 2) + np.array([aside, 0], np.float32)
    sources = _beside(flat)
    open_rays = np.arange(len(flat))
    for z in np.linspace(_NEAR, _FAR, _STEPS, dtype=np.float32):
        points = np.column_stack([flat[open_rays], np.full(len(open_rays), z, np.float32)])
        points = (points - _PIVOT) @ rotation + _PIVOT  # back into the head's own frame
        hit = _inside(points)
        sources[open_rays[hit]] = _shown(points[hit])
        open_rays = open_rays[~hit]
    head = np.ones(len(flat), np.float32)
    head[open_rays] = 0
    return Turn(_to_crop(sources).reshape(side, side, 2), head.reshape(side, side), rotation, aside)


def yaw_of(landmarks: NDArray[np.float64]) -> float:
    """About how far aside (degrees, to the picture's right) a face with these points (5, 2) looks: the tip of the nose
    stands 0.55 eye distances before the eyes."""
    eyes, mouth = landmarks[:2].mean(axis=0), landmarks[3:].mean(axis=0)
    down = (mouth - eyes) / max(float(np.linalg.norm(mouth - eyes)), 1e-6)
    right = np.array([down[1], -down[0]])
    nose = float((landmarks[2] - eyes) @ right)
    apart = max(float((landmarks[1] - landmarks[0]) @ right), 1e-6)
    return math.degrees(math.atan2(nose, 0.55 * apart))


def _rotation(yaw: float, pitch: float) -> Floats:
    a, b = math.radians(yaw), math.radians(pitch)
    aside = np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])
    down = np.array([[1, 0, 0], [0, math.cos(b), math.sin(b)], [0, -math.sin(b), math.cos(b)]])
    return floats((down @ aside).astype(np.float32))


def _to_head(shares: Floats) -> Floats:
    return ((shares - (0.5, _EYES_Y)) / _EYE_DISTANCE).astype(np.float32)


def _to_crop(flat: Floats) -> Floats:
    return (flat * _EYE_DISTANCE + (0.5, _EYES_Y)).astype(np.float32)


def _bump(x: Floats, y: Floats) -> Floats:
    """What stands out of the two ellipsoids: nose, brows, lips, chin; the eyes lie back."""
    ridge = np.interp(y, (-0.1, 0.05, 0.57, 0.78), (0.0, 0.08, 0.42, 0.0))
    nose = ridge * np.exp(-((x / np.interp(y, (0, 0.6), (0.13, 0.2))) ** 2))
    lips = 0.09 * np.exp(-((x / 0.4) ** 4) - ((y - 1.0) / 0.16) ** 2)
    chin = 0.14 * np.exp(-((x / 0.4) ** 2) - ((y - 1.62) / 0.22) ** 2)
    brows = 0.09 * np.exp(-((x / 0.75) ** 4) - ((y + 0.3) / 0.15) ** 2)
    eyes = -0.05 * np.exp(-(((np.abs(x) - 0.5) / 0.25) ** 2) - (y / 0.16) ** 2)
    return np.asarray(nose + lips + chin + brows + eyes, np.float32)


def _front(x: Floats, y: Floats) -> Floats:
    """z of the head's front at (x, y)."""
    return np.asarray(_ellipsoids(x, y) + _bump(x, y), np.float32)


def _ellipsoids(x: Floats, y: Floats) -> Floats:
    fronts = [
        centre[2] + radii[2] * np.sqrt(np.maximum(1 - (x / radii[0]) ** 2 - ((y - centre[1]) / radii[1]) ** 2, 0))
        for centre, radii in (_SKULL, _JAW)
    ]
    return floats(np.maximum(*fronts))


def _inside(points: Floats) -> NDArray[np.bool_]:
    within = np.zeros(len(points), bool)
    for centre, radii in (_SKULL, _JAW):
        within |= (((points - centre) / radii) ** 2).sum(axis=1) <= 1
    x, y, z = points.T
    facing = (z > -0.6) & (np.abs(x) < 0.9) & (np.abs(y - 0.7) < 1.4)
    near = points[facing]
    within[facing] |= near[:, 2] <= _front(near[:, 0], near[:, 1])
    return within


def _outline(flat: Floats) -> Floats:
    """How far out (N,) of the head seen from the front points (N, 2) lie: 1 on its outline."""
    ellipses = (np.sqrt((((flat - centre[:2]) / radii[:2]) ** 2).sum(axis=1)) for centre, radii in (_SKULL, _JAW))
    return floats(np.minimum(*ellipses))


def _pushed(flat: Floats, share: float) -> Floats:
    """Points (N, 2) moved away from the head's middle to `share` of its outline."""
    centre = np.array([0.0, float(_SKULL[0][1] + _JAW[0][1]) / 2], np.float32)
    moved = flat - centre
    low, high = np.zeros(len(flat), np.float32), np.full(len(flat), 40.0, np.float32)
    for _ in range(12):  # halving: the outline of two ellipses has no handy formula
        middle = (low + high) / 2
        out = _outline(floats(centre + moved * middle[:, None])) > share
        low, high = np.where(out, low, middle), np.where(out, middle, high)
    return np.asarray(centre + moved * low[:, None], np.float32)


def _shown(points: Floats) -> Floats:
    """Where the portrait shows these points (N, 3) of the head's surface; its outline for those behind it."""
    flat = points[:, :2].copy()
    behind = points[:, 2] < np.where(points[:, 1] > 0.5, _JAW[0][2], _SKULL[0][2])
    behind |= _outline(flat) > _WITHIN
    back = np.maximum(_SKULL[0][2] - points[:, 2], 0) * np.clip(1.2 - points[:, 1], 0, 1)
    flat[:, 1] -= _HAIR * back
    flat[behind] = _pushed(flat[behind], _WITHIN)
    return flat


def _beside(flat: Floats) -> Floats:
    """What lies behind the head stays where it is; where the unturned head hid it, the wall beside goes on."""
    hidden = _outline(flat) < _BESIDE
    wall = flat.copy()
    wall[hidden] = _pushed(flat[hidden], _BESIDE)
    return wall
