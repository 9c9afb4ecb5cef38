"""Clean pictures as square tiles in one file, as a GPU trains on them: all in its memory, cut and turned there.

`python -m gpen_desktop.lab.training.photos.photo_bank --pictures LIST --out FILE` packs the pictures that a text file
names, one a line: how many tiles at most, a tab, the path.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from gpen_desktop.lab.damage.batched_filters import windows
from gpen_desktop.lab.typed import octets

TILE: Final = 512
"""Side of a tile in pixels."""
_QUALITY: Final = 90
_LARGEST: Final = 2200
"""Longer photos are shrunk to this length first: what a camera's own sharpening and noise leave is gone then."""
_SHOWS: Final = 1.5
"""Mean of the Laplacian's magnitude, 8-bit steps, from which a tile shows anything: sky, walls and blurred grounds
teach nothing that the rest of a photo does not."""


def pack(pictures: Sequence[tuple[int, Path]], out: Path) -> int:
    """Write the tiles of pictures as JPEGs with full chroma; give their number. Four small pictures make one tile."""
    packed: list[NDArray[np.uint8]] = []
    small: list[NDArray[np.uint8]] = []
    for most, path in pictures:
        picture = octets(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR))
        if min(picture.shape[:2]) < TILE:
            small.append(octets(cv2.resize(picture, (TILE // 2, TILE // 2), interpolation=cv2.INTER_AREA)))
            continue
        packed.extend(_encoded(tile) for tile in _tiles(picture, most))
    for i in range(0, len(small) - 3, 4):
        rows = [np.concatenate(small[i + j : i + j + 2], axis=1) for j in (0, 2)]
        packed.append(_encoded(np.concatenate(rows)))
    with out.open("wb") as file:
        np.savez(file, bytes=np.concatenate(packed), lengths=np.array([len(each) for each in packed]))
    return len(packed)


def read_list(path: Path) -> list[tuple[int, Path]]:
    """What `pack` takes, from a text file: number of tiles, tab, path."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [(int(most), Path(picture)) for most, picture in rows]


def load(path: Path, device: torch.device) -> Tensor:
    """(N, 3, TILE, TILE) uint8 RGB."""
    with np.load(path, allow_pickle=False) as kept:
        data, ends = kept["bytes"], np.cumsum(kept["lengths"])
    tiles = []
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        tile = octets(cv2.imdecode(data[start:end], cv2.IMREAD_COLOR))[..., ::-1]
        tiles.append(torch.from_numpy(np.ascontiguousarray(tile.transpose(2, 0, 1))))
    return torch.stack(tiles).to(device)


def cut(tiles: Tensor, count: int, side: int, shrunk: float = 0.5) -> Tensor:
    """(count, 3, side, side) float in [0, 1]: pieces of random tiles, a share of them shrunk before, some turned."""
    number, quarter = round(shrunk * count), count // 4
    which = torch.randint(len(tiles), (count,))
    wide = side + int(torch.randint(min(side, TILE - side) + 1, (1,)))
    larger = windows(tiles, which[:number], wide).float() / 255
    smaller = F.interpolate(larger, (side, side), mode="bicubic", antialias=True).clamp(0, 1)
    made = torch.cat((smaller, windows(tiles, which[number:], side).float() / 255))[torch.randperm(count)]
    turned = torch.cat((made[:quarter].flip(3), made[quarter : 2 * quarter].transpose(2, 3), made[2 * quarter :]))
    return turned[torch.randperm(count)]


def _tiles(picture: NDArray[np.uint8], most: int) -> Iterator[NDArray[np.uint8]]:
    """Up to `most`: those with most detail that do not lie on one another, and one of the picture at half size."""
    longest = max(picture.shape[:2])
    if longest > _LARGEST:
        scale = _LARGEST / longest
        picture = octets(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    height, width = picture.shape[:2]
    if most > 1 and min(height, width) >= 2 * TILE:
        half = octets(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA))
        top, left = (half.shape[0] - TILE) // 2, (half.shape[1] - TILE) // 2
        middle = half[top : top + TILE, left : left + TILE]
        if _detail(middle).mean() >= _SHOWS:
            yield middle
            most -= 1
    detail = _detail(picture)
    tops, lefts = (np.linspace(0, side - TILE, max(1, side // TILE)).round().astype(int) for side in (height, width))
    places = [(float(detail[y : y + TILE, x : x + TILE].mean()), y, x) for y in tops for x in lefts]
    for shown, y, x in sorted(places, reverse=True)[:most]:
        if shown >= _SHOWS:
            yield picture[y : y + TILE, x : x + TILE]


def _detail(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return np.abs(cv2.Laplacian(grey, cv2.CV_32F)).astype(np.float32)


def _encoded(tile: NDArray[np.uint8]) -> NDArray[np.uint8]:
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    return cv2.imencode(".jpg", tile, options)[1].ravel()


def main() -> None:
    """Parse the line, write the file."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.training.photos.photo_bank", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="text file: number of tiles, tab, path")
    parser.add_argument("--out", type=Path, required=True)
    parsed = parser.parse_args()
    print(pack(read_list(parsed.pictures), parsed.out), "tiles")


if __name__ == "__main__":
    main()
