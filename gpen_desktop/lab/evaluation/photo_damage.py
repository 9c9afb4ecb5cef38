"""What is done to clean photographs to measure the whole-photo networks; shares no code with what they are trained on.

Pictures are (H, W, 3) uint8 RGB. Each damage is fixed by its seed.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gpen_desktop.lab.typed import floats, octets

Picture = NDArray[np.uint8]

SCREEN_PITCH: Final = 4.0
"""Pixels between the dots of the half-tone: 75 lpi scanned at 300 dpi."""
SCREEN_ANGLE: Final = 45.0
LETTERS: Final = "Evening News, 14 May 1931"


@dataclass(frozen=True)
class Scratched:
    """picture with scratches; mask: (H, W) bool, true on them."""

    picture: Picture
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class Printed:
    """clean: grey, with lettering. picture: its half-tone, letters solid. letters: (H, W) bool, their box."""

    clean: Picture
    picture: Picture
    letters: NDArray[np.bool_]


def without_colour(picture: Picture) -> Picture:
    """Three equal channels."""
    return np.asarray(Image.fromarray(picture).convert("L").convert("RGB"))


def grain(picture: Picture, seed: int) -> Picture:
    """Silver grain, the same in all channels: deviation 13, slightly clumped, most in the mid-tones."""
    rng = np.random.default_rng([seed, 1])
    noise = rng.normal(size=picture.shape[:2])
    noise = noise + 0.4 * (np.roll(noise, 1, 0) + np.roll(noise, 1, 1)) + 0.2 * np.roll(noise, (1, 1), (0, 1))
    light = picture.mean(2) / 255
    strength = 13.0 * (0.6 + 1.6 * light * (1 - light)) / noise.std()
    return _bytes(picture + (noise * strength)[..., None])


def jpeg(picture: Picture, quality: int) -> Picture:
    """As Pillow stores it, chroma halved."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def scratches(picture: Picture, seed: int) -> Scratched:
    """Eight thin scratches, two wide ones, three hairs, forty specks, light or dark; the mask is where they show."""
    rng = np.random.default_rng([seed, 2])
    height, width = picture.shape[:2]
    steps = 32
    covered = np.zeros((height, width), np.float32)
    shade = np.zeros((height, width), np.float32)
    sizes = [rng.uniform(1.2, 2.6) for _ in range(8)] + [rng.uniform(4, 8) for _ in range(2)]
    for number in range(13):
        layer = Image.new("L", (width * 2, height * 2))
        pen = ImageDraw.Draw(layer)
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        hair = number >= 10
        angle, length = rng.uniform(0, 2 * math.pi), rng.uniform(0.1, 0.25 if hair else 0.7) * max(height, width)
        points, curl = [(x, y)], rng.normal(0, 0.25 if hair else 0.01)
        for _ in range(steps):
            angle += curl + rng.normal(0, 0.05 if hair else 0.01)
            x, y = x + length / steps * math.cos(angle), y + length / steps * math.sin(angle)
            points.append((x, y))
        thickness = rng.uniform(1, 2) if hair else sizes[number]
        pen.line([(2 * a, 2 * b) for a, b in points], fill=255, width=max(2, round(2 * thickness)), joint="curve")
        drawn = np.asarray(layer.resize((width, height), Image.Resampling.BOX), np.float32) / 255
        _lay(
            covered,
            shade,
            floats(drawn * rng.uniform(0.75, 1)),
            rng.uniform(225, 255) if rng.random() < 0.6 else rng.uniform(0, 30),
        )
    _lay_specks(covered, shade, rng)
    return _shown(picture, covered, shade)


def dust(picture: Picture, seed: int) -> Scratched:
    """The forty specks alone."""
    covered, shade = (np.zeros(picture.shape[:2], np.float32) for _ in range(2))
    _lay_specks(covered, shade, np.random.default_rng([seed, 5]))
    return _shown(picture, covered, shade)


def _lay_specks(covered: NDArray[np.float32], shade: NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = covered.shape
    for _ in range(40):
        layer = Image.new("L", (64, 64))
        a, b = rng.uniform(3, 12, 2)
        ImageDraw.Draw(layer).ellipse((32 - a, 32 - b, 32 + a, 32 + b), fill=255)
        speck = np.asarray(layer.rotate(rng.uniform(0, 180)).resize((16, 16), Image.Resampling.BOX), np.float32) / 255
        top, left = int(rng.integers(0, height - 16)), int(rng.integers(0, width - 16))
        spot = np.s_[top : top + 16, left : left + 16]
        _lay(covered[spot], shade[spot], floats(speck * rng.uniform(0.8, 1)), 245.0 if rng.random() < 0.6 else 12.0)


def _shown(picture: Picture, covered: NDArray[np.float32], shade: NDArray[np.float32]) -> Scratched:
    made = floats(picture + covered[..., None] * (shade[..., None] - picture))
    # a scratch as light as what it crosses is no damage
    return Scratched(_bytes(made), np.abs(made - picture).max(2) > 18)


def half_tone(picture: Picture, seed: int) -> Printed:
    """Grey, printed in dots at 45 degrees SCREEN_PITCH px apart, slightly blurred by the scanner; lettering below."""
    del seed
    height, width = picture.shape[:2]
    page = Image.fromarray(without_colour(picture))
    size = max(14, height // 40)
    font = ImageFont.load_default(size)
    box = [size, height - 3 * size, size + int(font.getlength(LETTERS)), height - 3 * size + round(1.3 * size)]
    frame = (box[0] - 6, box[1] - 4, box[2] + 6, box[3] + 6)
    pen = ImageDraw.Draw(page)
    pen.rectangle(frame, fill=(235, 235, 235))
    pen.text((box[0], box[1]), LETTERS, fill=(20, 20, 20), font=font)
    clean = np.asarray(page)
    letters = np.zeros((height, width), bool)
    letters[frame[1] : frame[3], frame[0] : frame[2]] = True
    fine = 3
    ys, xs = np.mgrid[0 : height * fine, 0 : width * fine].astype(np.float32) / fine
    turn = math.radians(SCREEN_ANGLE)
    u = (xs * math.cos(turn) + ys * math.sin(turn)) * (2 * math.pi / SCREEN_PITCH)
    v = (ys * math.cos(turn) - xs * math.sin(turn)) * (2 * math.pi / SCREEN_PITCH)
    threshold = (np.sin(u) * np.sin(v) + 1) / 2
    large = cv2.resize(clean[..., 0], (width * fine, height * fine), interpolation=cv2.INTER_CUBIC) / 255
    dots = np.where(large > threshold, 225.0, 35.0).astype(np.float32)
    dots = floats(cv2.resize(dots, (width, height), interpolation=cv2.INTER_AREA))
    dots = cv2.blur(dots, (2, 2)) * 0.5 + dots * 0.5
    printed = np.where(letters, clean[..., 0], dots)
    return Printed(clean, _bytes(np.repeat(printed[..., None], 3, axis=2)), letters)


def faded(picture: Picture, seed: int) -> Picture:
    """A colour print of the seventies: blacks lifted, whites yellow, cyan gone."""
    rng = np.random.default_rng([seed, 3])
    low = np.array([70.0, 48.0, 38.0]) * rng.uniform(0.7, 1.1)
    high = np.array([235.0, 205.0, 160.0]) * rng.uniform(0.92, 1.05)
    return _bytes(low + picture / 255.0 * (high - low))


def halved(picture: Picture) -> Picture:
    """Half as wide and high, by area."""
    height, width = picture.shape[:2]
    return octets(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA))


def poorly_stored(picture: Picture, seed: int) -> Picture:
    """Slight noise (deviation 3) and JPEG of quality 50."""
    rng = np.random.default_rng([seed, 4])
    return jpeg(_bytes(picture + rng.normal(0, 3, picture.shape)), 50)


def _lay(covered: NDArray[np.float32], shade: NDArray[np.float32], layer: NDArray[np.float32], value: float) -> None:
    over = layer > covered
    shade[over] = value
    np.maximum(covered, layer, out=covered)


def _bytes(picture: NDArray[np.floating]) -> Picture:
    return octets(np.rint(np.clip(picture, 0, 255)).astype(np.uint8))
