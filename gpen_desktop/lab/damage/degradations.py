"""Damage as old and bad photos have it: each kind a function on one picture, all random numbers from one Generator.

Pictures are (S, S, 3) float32 RGB in [0, 1]; functions return a new one, which may leave [0, 1] until `degrade` clips.
Lengths are in pixels of the picture given. Blur kernels, shot noise and the sinc kernel are basicsr's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.types import FloatImage
from gpen_desktop.lab.damage import basicsr_compat
from gpen_desktop.lab.damage.chance import Rng
from gpen_desktop.lab.typed import floats, octets

_GREY: Final = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as OpenCV has it


def grey(picture: FloatImage) -> FloatImage:
    """The picture without colour, three equal channels."""
    return np.repeat((picture @ _GREY)[..., None], 3, axis=2)


def gaussian_blur(picture: FloatImage, sigma: float) -> FloatImage:
    """Round blur; none below sigma 0.2, where it would be a copy."""
    return floats(cv2.GaussianBlur(picture, (0, 0), sigma)) if sigma > 0.2 else picture


def shaped_blur(picture: FloatImage, rng: Rng, sigma: float) -> FloatImage:
    """Blur by one of basicsr's kernels: turned Gaussian, pointed or flat-topped, or sinc (ringing)."""
    kernels = basicsr_compat.degradations()
    side = 2 * max(3, math.ceil(2.5 * sigma)) + 1
    narrow, turn = sigma * rng.uniform(0.4, 1.0), rng.uniform(-math.pi, math.pi)
    match rng.integers(4):
        case 0:
            kernel = kernels.bivariate_Gaussian(side, sigma, narrow, turn, isotropic=False)
        case 1:
            kernel = kernels.bivariate_generalized_Gaussian(side, sigma, narrow, turn, rng.uniform(0.5, 4), None, False)
        case 2:
            kernel = kernels.bivariate_plateau(side, sigma, narrow, turn, rng.uniform(1, 4), None, False)
        case _:
            with np.errstate(invalid="ignore"):  # 0 / 0 at its centre, which basicsr then sets
                kernel = kernels.circular_lowpass_kernel(rng.uniform(math.pi / 3, math.pi), side)
    return floats(cv2.filter2D(picture, -1, kernel.astype(np.float32), borderType=cv2.BORDER_REFLECT_101))


def motion_blur(picture: FloatImage, rng: Rng, length: float) -> FloatImage:
    """The camera moved `length` px along a line, slightly bent."""
    side = 2 * math.ceil(length / 2) + 3
    kernel = np.zeros((side, side), np.float32)
    angle, bend = rng.uniform(0, math.pi), rng.normal(0, 0.15)
    along = np.linspace(-length / 2, length / 2, 8 * side)
    across = bend * (along**2 / max(length, 1) - length / 12)
    x = side // 2 + along * math.cos(angle) - across * math.sin(angle)
    y = side // 2 + along * math.sin(angle) + across * math.cos(angle)
    np.add.at(kernel, (np.rint(y).astype(int).clip(0, side - 1), np.rint(x).astype(int).clip(0, side - 1)), 1.0)
    return floats(cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101))


def noise(picture: FloatImage, rng: Rng, deviation: float, *, alike: bool) -> FloatImage:
    """White noise of `deviation` / 255; alike: the same in all three channels."""
    height, width = picture.shape[:2]
    grain = rng.standard_normal((height, width, 1 if alike else 3), dtype=np.float32)
    return picture + grain * np.float32(deviation / 255)


def shot_noise(picture: FloatImage, rng: Rng, scale: float) -> FloatImage:
    """basicsr's Poisson noise, which a sensor has in poor light."""
    np.random.seed(int(rng.integers(2**32)))  # basicsr draws from numpy's global generator
    made = basicsr_compat.degradations().generate_poisson_noise(np.clip(picture, 0, 1), scale, bool(rng.random() < 0.4))
    return floats(picture + made.astype(np.float32))


def film_grain(picture: FloatImage, rng: Rng, deviation: float, size: float) -> FloatImage:
    """Clumps `size` px wide, strongest in the mid-tones, alike in all channels: silver film."""
    height, width = picture.shape[:2]
    grain = rng.standard_normal((height, width), dtype=np.float32)
    if size > 0.3:
        grain = floats(cv2.GaussianBlur(grain, (0, 0), size))
        grain /= max(float(grain.std()), 1e-6)
    light = np.clip(picture @ _GREY, 0, 1)
    weight = 0.4 + 2.4 * light * (1 - light)  # 1 in the middle, 0.4 in black and white
    return floats(picture + (grain * weight * np.float32(deviation / 255))[..., None])


def fading(picture: FloatImage, rng: Rng) -> FloatImage:
    """Blacks gone grey, whites gone dull, each dye by its own amount, often unevenly over the print."""
    low = rng.uniform(0, 0.25) * rng.uniform(0.5, 1, 3)
    high = 1 - rng.uniform(0, 0.25) * rng.uniform(0.3, 1, 3)
    faded = low + picture * (high - low)
    if rng.random() < 0.5:
        return faded.astype(np.float32)
    return (picture + (faded - picture) * _cloud(picture.shape[0], rng)[..., None]).astype(np.float32)


def colour_cast(picture: FloatImage, rng: Rng) -> FloatImage:
    """The whole picture towards one colour: yellowed paper, magenta prints of the seventies, wrong white balance."""
    tint = {0: (1.0, 0.94, 0.78), 1: (1.0, 0.84, 0.92), 2: (0.86, 0.95, 1.0)}[int(rng.integers(3))]
    amount = rng.uniform(0.2, 1)
    return (picture * (1 + amount * (np.array(tint) - 1))).astype(np.float32)


def low_light(picture: FloatImage, rng: Rng) -> FloatImage:
    """Exposed too little, lifted afterwards: shot noise and coarse steps in the shadows, still somewhat dark."""
    gain = rng.uniform(0.15, 0.5)
    dark = np.clip(shot_noise(picture * np.float32(gain), rng, rng.uniform(0.3, 0.8)), 0, 1)
    return floats(np.rint(dark * 255) / 255 * np.float32(rng.uniform(0.7, 1.0) / gain))


def half_tone(picture: FloatImage, rng: Rng) -> FloatImage:
    """A printed picture: dots on a turned grid whose size follows darkness, a little blurred by paper and scanner."""
    height, width = picture.shape[:2]
    pitch, angle = rng.uniform(2.2, 5), rng.uniform(0, math.pi / 2)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    u = (xs * math.cos(angle) + ys * math.sin(angle)) * (2 * math.pi / pitch)
    v = (ys * math.cos(angle) - xs * math.sin(angle)) * (2 * math.pi / pitch)
    screen = 0.5 + 0.25 * (np.cos(u) + np.cos(v))
    steep = rng.uniform(2, 6)
    printed = 1 / (1 + np.exp(-steep * 2 * (picture - (0.1 + 0.8 * screen[..., None]))))
    mixed = picture + rng.uniform(0.3, 0.8) * (printed - picture)
    return gaussian_blur(mixed.astype(np.float32), rng.uniform(0.3, 0.9))


def dust(picture: FloatImage, rng: Rng, count: int) -> FloatImage:
    """`count` specks and short hairs, light or dark."""
    drawn = picture.copy()
    for _ in range(count):
        shade = _shade(rng)
        x, y = (int(v) for v in rng.integers(0, picture.shape[0], 2))
        if rng.random() < 0.75:
            axes = (int(rng.integers(0, 3)), int(rng.integers(0, 2)))
            cv2.ellipse(drawn, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, shade, -1, cv2.LINE_AA)
        else:
            _line(drawn, rng, (x, y), shade, step=(3, 12), turn=0.6, thickness=1)
    return drawn


def scratches(picture: FloatImage, rng: Rng, count: int) -> FloatImage:
    """`count` thin lines, straight or wandering, light or dark."""
    drawn = picture.copy()
    for _ in range(count):
        start = (int(rng.integers(0, picture.shape[1])), int(rng.integers(0, picture.shape[0])))
        straight = rng.random() < 0.5
        step, turn = ((30, 300), 0.0) if straight else ((10, 70), 0.25)
        _line(drawn, rng, start, _shade(rng), step=step, turn=turn, thickness=int(rng.choice([1, 1, 1, 2])))
    return drawn


def fold(picture: FloatImage, rng: Rng) -> FloatImage:
    """A crease from edge to edge: broken white along the line, darker on one side of it and lighter on the other."""
    side = picture.shape[0]
    angle, offset = rng.uniform(0, math.pi), rng.uniform(-0.35, 0.35) * side
    ys, xs = np.mgrid[0:side, 0:side].astype(np.float32) - side / 2
    bend = gaussian_blur(rng.standard_normal((side, side), dtype=np.float32), side / 16)
    distance = xs * math.cos(angle) + ys * math.sin(angle) - offset + 3 * bend / max(float(bend.std()), 1e-6) / 3
    width = rng.uniform(0.5, 1.6)
    broken = _cloud(side, rng, grain=side / 40) > rng.uniform(0.2, 0.6)
    crack = np.exp(-((distance / width) ** 2)) * broken * rng.uniform(0.4, 1.0)
    slope = distance / (6 * width)
    shading = rng.uniform(-0.12, 0.12) * slope * np.exp(-(slope**2))
    white = rng.uniform(0.75, 1.0)
    return floats((picture + (white - picture) * crack[..., None] + shading[..., None]).astype(np.float32))


def jpeg(picture: FloatImage, quality: float, *, chroma_halved: bool = True) -> FloatImage:
    """Through JPEG at `quality` (1 to 100), rounded to bytes as a file is; chroma at half size (4:2:0) or at full."""
    bytes_ = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if chroma_halved else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    options = [cv2.IMWRITE_JPEG_QUALITY, int(quality), cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, packed = cv2.imencode(".jpg", bytes_[..., ::-1], options)
    return floats(octets(cv2.imdecode(packed, cv2.IMREAD_COLOR))[..., ::-1].astype(np.float32) / 255)


def double_jpeg(picture: FloatImage, rng: Rng, quality: float) -> FloatImage:
    """Saved twice with the 8 px grids of the two not lying on one another."""
    shift = int(rng.integers(1, 8))
    moved = jpeg(np.roll(picture, (shift, shift), (0, 1)), rng.uniform(quality, 95))
    return jpeg(np.roll(moved, (-shift, -shift), (0, 1)), quality)


def shrunk(picture: FloatImage, rng: Rng, side: int, inside: Callable[[FloatImage], FloatImage]) -> FloatImage:
    """Made `side` px small, damaged there by `inside`, and enlarged again: what a small face in a photo looks like."""
    down = (cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_CUBIC, cv2.INTER_LINEAR)[rng.integers(4)]
    up = (cv2.INTER_CUBIC, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_LINEAR)[rng.integers(4)]
    small = inside(floats(cv2.resize(picture, (side, side), interpolation=down)))
    return floats(cv2.resize(small, picture.shape[1::-1], interpolation=up))


def _shade(rng: Rng) -> tuple[float, float, float]:
    value = float(rng.uniform(0.75, 1) if rng.random() < 0.5 else rng.uniform(0, 0.2))
    return value, value, value


def _line(
    picture: FloatImage,
    rng: Rng,
    start: tuple[int, int],
    shade: Sequence[float],
    *,
    step: tuple[float, float],
    turn: float,
    thickness: int,
) -> None:
    """Draw into `picture`, from `start` on."""
    x, y = map(float, start)
    angle, points = rng.uniform(0, 2 * math.pi), [start]
    for _ in range(1 if turn == 0 else int(rng.integers(1, 6))):
        length = rng.uniform(*step)
        x, y = x + length * math.cos(angle), y + length * math.sin(angle)
        points.append((int(x), int(y)))
        angle += rng.normal(0, turn)
    cv2.polylines(picture, [np.array(points, np.int32)], False, shade, thickness, cv2.LINE_AA)


def _cloud(side: int, rng: Rng, grain: float | None = None) -> FloatImage:
    """(side, side) smooth random map over [0, 1], its patches about `grain` px (a third of the side if None)."""
    cells = max(2, round(side / (grain or side / 3)))
    return cv2.resize(rng.random((cells, cells), dtype=np.float32), (side, side), interpolation=cv2.INTER_CUBIC).clip(
        0, 1
    )
