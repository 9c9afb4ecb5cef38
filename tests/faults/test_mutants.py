"""Spoilt files of every format: read or refused, never a crash, in bounded time and memory."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core.photo_files.load_save import load_photo, save_photo
from gpen_desktop.errors import GpenError
from tests.faults import victim
from tests.unit.core.made_files import picture, write_dng

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is told as Linux tells it"),
]

MUTANTS = 300
DATA = Path(__file__).parents[1] / "unit" / "core" / "photo_files" / "data"


def whole(folder: Path, ending: str) -> Path:
    """A sound file with metadata."""
    made = [path for path in sorted(DATA.iterdir()) if path.suffix == f".{ending}"] if DATA.is_dir() else []
    if made:
        return made[0]
    if ending == "dng":
        return write_dng(folder / "whole.dng", picture(64, 80) / 255, orientation=6)
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "A camera", 6
    path = folder / f"whole.{ending}"
    Image.fromarray(picture(64, 80)).save(path, exif=None if ending == "bmp" else exif)
    return path


def mutant(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut out, doubled or cut off, mostly near the start, where structures are."""
    spoilt = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        reach = len(spoilt) if chance.random() < 0.4 else min(len(spoilt), 600)
        at = chance.randrange(4, max(5, reach))
        kind = chance.randrange(6)
        if kind == 0:
            del spoilt[at : at + chance.randrange(1, 64)]
        elif kind == 1:
            spoilt[at:at] = spoilt[at : at + chance.randrange(1, 64)]
        elif kind == 2:
            spoilt[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\x80"])
        elif kind == 3 and chance.random() < 0.3:
            del spoilt[at:]
        else:
            spoilt[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(spoilt)


def read_all(folder: Path, results: Connection) -> None:
    """Read each file and write what was read; tells of each: seconds, and an error that is none of ours."""
    for path in sorted(folder.glob("mutant-*")):
        started = time.perf_counter()
        fault = ""
        try:
            save_photo(load_photo(path), folder / "saved", format="png", overwrite=True)
        except GpenError:
            pass
        except Exception as error:
            fault = f"{path.name}: {type(error).__name__}: {error}"
        results.send((time.perf_counter() - started, fault, _most_memory()))
    results.close()


def _most_memory() -> int:
    """Bytes that this process held at most."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM"))


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp", "bmp", "heic", "avif", "dng"])
def test_mutants(tmp_path: Path, ending: str, tell: Callable[[str], None]) -> None:
    if ending in ("heic", "avif") and not list(DATA.glob(f"*.{ending}")):
        pytest.skip(f"there is no {ending} to spoil")
    data, chance = whole(tmp_path, ending).read_bytes(), random.Random(ending)
    for number in range(MUTANTS):
        (tmp_path / f"mutant-{number:03d}.{ending}").write_bytes(mutant(data, chance))
    receiving, sending = victim.processes().Pipe(duplex=False)
    process = victim.start(read_all, tmp_path, sending)
    sending.close()
    told = []
    while True:
        try:
            told.append(receiving.recv())
        except EOFError:
            break
    process.join()
    faults = [fault for _, fault, _ in told if fault]
    crashes = len(faults) + (process.exitcode != 0)
    seconds, memory = (max(np.array([row[i] for row in told])) for i in (0, 2))
    tell(
        f"{len(told)} mutants of {ending}: crashes {crashes}, longest {seconds:.2f} s, "
        f"largest memory {memory / 1e6:.0f} MB"
    )
    assert faults == []
    assert process.exitcode == 0, f"ended by {process.exitcode} at mutant {len(told)}"
    assert len(told) == MUTANTS
