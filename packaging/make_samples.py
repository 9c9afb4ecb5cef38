"""Make resources/samples from two public-domain portraits that come inside packages: old prints, bad scans, an album.

    pip install -e '.[samples]' && python packaging/make_samples.py

Needs matplotlib (grace_hopper.jpg, US Navy) and scikit-image (astronaut.png, NASA). Same input, same files.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any, cast

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[Any]  # (H, W, 3) RGB, 0 to 1; single or double precision, as NumPy makes it
OUT = Path(__file__).resolve().parents[1] / "resources" / "samples"


def _clipped(picture: Picture) -> Picture:
    return np.asarray(np.clip(picture, 0, 1))


def hopper() -> Picture:
    """Rear Admiral Grace M. Hopper."""
    with cast("IO[bytes]", matplotlib.cbook.get_sample_data("grace_hopper.jpg")) as file:
        return np.asarray(Image.open(file).convert("RGB"), np.float32) / 255


def collins() -> Picture:
    """Astronaut Eileen M. Collins, head and shoulders."""
    return np.asarray(skimage.data.astronaut(), np.float32)[0:420, 20:400] / 255


def resized(picture: Picture, height: int) -> Picture:
    width = round(picture.shape[1] * height / picture.shape[0])
    return _clipped(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


def soft(picture: Picture, sigma: float) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def grey(picture: Picture) -> Picture:
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def sepia(picture: Picture) -> Picture:
    tint, lift = np.array([1.02, 0.88, 0.68], np.float32), np.array([0.06, 0.04, 0.02], np.float32)
    return _clipped(grey(picture) * tint + lift)


def faded(picture: Picture, black: float, white: float, tint: tuple[float, float, float]) -> Picture:
    """Blacks washed out, whites gone dull, one dye weaker than the others."""
    return _clipped((black + picture * (white - black)) * np.array(tint, np.float32))


def grainy(picture: Picture, deviation: float, size: float, random: np.random.Generator) -> Picture:
    """Film grain: one for all channels, clumps of about `size` px, strongest in the mid-tones."""
    noise = cv2.GaussianBlur(random.standard_normal(picture.shape[:2], dtype=np.float32), (0, 0), size)
    tones = 4 * picture.mean(axis=2) * (1 - picture.mean(axis=2))
    return _clipped(picture + (noise / noise.std() * deviation * (0.4 + 0.6 * tones))[..., None])


def scratched(picture: Picture, count: int, random: np.random.Generator) -> Picture:
    """Thin light scratches, and dust."""
    height, width = picture.shape[:2]
    marks = np.zeros((height, width), np.float32)
    for _ in range(count):
        x, y, angle = random.uniform(0, width), random.uniform(0, height), random.uniform(1.2, 1.9)
        points = [(x, y)]
        for _ in range(int(random.integers(3, 9))):
            angle += random.normal(0, 0.12)
            x, y = x + 18 * np.cos(angle), y + 18 * np.sin(angle)
            points.append((x, y))
        cv2.polylines(
            marks, [np.round(points).astype(np.int32)], False, float(random.uniform(0.3, 0.8)), 1, cv2.LINE_AA
        )
    for _ in range(count * 4):
        centre = (int(random.integers(0, width)), int(random.integers(0, height)))
        cv2.circle(marks, centre, int(random.integers(0, 2)), float(random.uniform(0.3, 0.9)), -1, cv2.LINE_AA)
    return np.asarray(picture + (0.93 - picture) * marks[..., None])


def creased(picture: Picture, at: float) -> Picture:
    """A fold across the print: a light line with a shadow beside it."""
    rows = np.arange(picture.shape[0], dtype=np.float32)[:, None]
    line = at * picture.shape[0] + 3 * np.sin(np.arange(picture.shape[1]) / 40)
    light = np.exp(-(((rows - line) / 0.8) ** 2)) * 0.45 - np.exp(-(((rows - line - 2.5) / 2.0) ** 2)) * 0.12
    return _clipped(picture + light[..., None].astype(np.float32))


def dusty(picture: Picture, count: int, random: np.random.Generator) -> Picture:
    """Dust and a few hairs that lay on the print when it was scanned, dark or light."""
    height, width = picture.shape[:2]
    made = picture.copy()
    for number in range(count):
        mark = np.zeros((height, width), np.float32)
        x, y = random.uniform(0, width), random.uniform(0, height)
        if number % 12 == 0:
            bend = random.uniform(0, 180)
            wide, high = int(random.integers(8, 26)), int(random.integers(4, 16))
            cv2.ellipse(mark, (int(x), int(y)), (wide, high), bend, 0, random.uniform(90, 200), 0.7, 1, cv2.LINE_AA)
        else:
            axes = (random.uniform(0.7, 2.2), random.uniform(0.7, 1.6))
            cv2.ellipse(mark, ((x, y), (2 * axes[0], 2 * axes[1]), random.uniform(0, 180)), 0.85, -1, cv2.LINE_AA)
        shade = 0.95 if random.random() < 0.7 else 0.08
        made += (shade - made) * mark[..., None]
    return made


def cracked(picture: Picture, random: np.random.Generator) -> Picture:
    """A fold from edge to edge, along which the emulsion has come off in places and the paper shows."""
    height, width = picture.shape[:2]
    columns = np.arange(width)
    wander = np.cumsum(random.normal(0, 0.35, width))
    middle = 0.3 * height + 0.16 * columns + wander
    thick = np.interp(columns, np.linspace(0, width, 40), random.uniform(0.3, 2.6, 40) * (random.random(40) > 0.25))
    away = np.abs(np.arange(height)[:, None] - middle)
    bare = np.clip(thick - away + 0.5, 0, 1).astype(np.float32)
    shadow = 0.10 * np.exp(-((away / 5) ** 2)).astype(np.float32)
    return _clipped(picture * (1 - shadow[..., None]) * (1 - bare[..., None]) + 0.93 * bare[..., None])


def album_page(prints: list[tuple[Picture, float, tuple[int, int]]], random: np.random.Generator) -> Picture:
    """Prints with white borders stuck askew on dark card; the page lies tilted on the scanner's white lid."""
    page: Picture = np.full((900, 1200, 3), (0.26, 0.23, 0.21), np.float32)
    for picture, angle, centre in prints:
        bordered = cv2.copyMakeBorder(picture, 14, 14, 14, 14, cv2.BORDER_CONSTANT, value=(0.93, 0.91, 0.86))
        height, width = bordered.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
        turn[:, 2] += np.array(centre) - (width / 2, height / 2)
        there = cv2.warpAffine(np.ones((height, width), np.float32), turn, (1200, 900), flags=cv2.INTER_LINEAR)
        shadow = cv2.GaussianBlur(np.roll(there, (5, 5), (0, 1)), (0, 0), 6)
        page *= 1 - 0.5 * (shadow * (1 - there))[..., None]
        page += (cv2.warpAffine(bordered, turn, (1200, 900), flags=cv2.INTER_CUBIC) - page) * there[..., None]
    turn = cv2.getRotationMatrix2D((600, 450), -6, 0.92)
    lid = (0.95, 0.95, 0.94)
    page = cv2.warpAffine(page, turn, (1200, 900), flags=cv2.INTER_CUBIC, borderValue=lid)
    return grainy(np.clip(page, 0, 1), 0.012, 0.7, random)


def save(picture: Picture, name: str, *, quality: int, caption: str) -> None:
    """Write a JPEG, one channel where the picture is grey; the credit goes into its EXIF."""
    values = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    image = Image.fromarray(values[..., 0] if np.ptp(values, axis=2).max() == 0 else values)
    exif = Image.Exif()
    exif[0x010E] = caption  # ImageDescription
    exif[0x8298] = "Public domain"  # Copyright
    image.save(OUT / name, quality=quality, exif=exif)


def main() -> None:
    random = np.random.default_rng(1927)
    navy = "Grace M. Hopper, US Navy; aged by packaging/make_samples.py"
    nasa = "Eileen M. Collins, NASA; aged by packaging/make_samples.py"
    old_navy = scratched(grainy(soft(grey(resized(hopper(), 400)), 1.0), 0.05, 0.7, random), 7, random)
    save(faded(old_navy, 0.12, 0.9, (1, 1, 1)), "hopper_grey_scratched.jpg", quality=85, caption=navy)
    old_nasa = creased(grainy(soft(sepia(resized(collins(), 440)), 1.2), 0.035, 0.8, random), 0.72)
    flaws = np.random.default_rng(1995)  # its own, so that those that follow stay as they are
    old_nasa = dusty(cracked(faded(old_nasa, 0.13, 0.86, (1, 0.98, 0.94)), flaws), 60, flaws)
    save(old_nasa, "collins_sepia_folded.jpg", quality=85, caption=nasa)
    dull = faded(soft(resized(collins(), 360), 0.9), 0.14, 0.92, (1.0, 0.93, 0.82))
    save(grainy(dull, 0.03, 0.6, random), "collins_faded_colour.jpg", quality=80, caption=nasa)
    tiny = cv2.resize(resized(hopper(), 150), None, fx=2.4, fy=2.4, interpolation=cv2.INTER_CUBIC)
    save(np.clip(tiny, 0, 1), "hopper_small_blurry.jpg", quality=60, caption=navy)
    left = scratched(grainy(soft(grey(resized(hopper(), 520)), 1.3), 0.05, 0.8, random), 5, random)
    right = grainy(soft(sepia(resized(collins(), 470)), 1.5), 0.04, 0.8, random)
    page = album_page([(left, 4.0, (330, 450)), (right, -7.0, (850, 460))], random)
    save(page, "album_page_tilted.jpg", quality=88, caption=f"{navy}. {nasa}")


if __name__ == "__main__":
    main()
