"""Photos a minute and memory of a whole album, as the command line restores it; alternating with another checkout.

Only faces are restored: an older checkout may know nothing of what Automatic does to the whole photo, and both have to
do the same work.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

import gpen_desktop
from gpen_desktop import paths

_LONGER_SIDES: Final = (500, 800, 1200, 800, 2000, 1200, 3200, 500)
"""Of the photos, px, one after the other: from the web's small ones to scans of 10 megapixels."""

_HERE: Final = Path(gpen_desktop.__file__).parents[1]

_PROGRAM: Final = (sys.executable, "-m", "gpen_desktop")

_LOOK_EVERY: Final = 0.25
_FIRST: Final = 50
"""Photos after which memory has to have reached what it stays at."""


@dataclass(frozen=True)
class Run:
    """seconds: from the start of the program to its end. memory: (photos done, resident bytes) as it went."""

    seconds: float
    memory: tuple[tuple[int, int], ...]


def run(photos: int = 400, rounds: int = 2, against: Path | None = None) -> dict[str, Any]:
    """Restore an album of `photos` made photos `rounds` times, then twice at once.

    against: the root of another checkout, which is measured in turns with this one, and goes first in every second
    round. Each has restored one photo before, so that neither reads the programs from the disk for the other. Raises
    CalledProcessError where a run fails.
    """
    here = _HERE
    with tempfile.TemporaryDirectory(prefix="gpen-bench-") as folder:
        album, megapixels = _made(Path(folder) / "album", photos)
        roots = {"this": here} | ({"other": against.resolve()} if against is not None else {})
        asked = {name: _asked_of(root) for name, root in roots.items()}
        one, _ = _made(Path(folder) / "one", 1)
        for name, root in roots.items():
            out = Path(folder) / f"first-{name}"
            _measured([_started(root, asked[name], one, out)], [out])
        runs: dict[str, list[Run]] = {name: [] for name in roots}
        for number in range(rounds):
            for name, root in list(roots.items())[:: -1 if number % 2 else 1]:
                out = Path(folder) / f"out-{name}-{number}"
                _settle()
                runs[name] += _measured([_started(root, asked[name], album, out)], [out])
        outs = [Path(folder) / f"out-beside-{number}" for number in range(2)]
        _settle()
        beside = _measured([_started(here, asked["this"], album, out) for out in outs], outs)
    figures: dict[str, Any] = {
        "photos": photos,
        "megapixels": round(megapixels, 1),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        **{name: figures_of(made, photos) for name, made in runs.items()},
    }
    alone = _rate(runs["this"], photos)
    figures["two_at_once"] = {
        "photos_a_minute": [round(photos / each.seconds * 60, 1) for each in beside],
        "share_of_one": [round(photos / each.seconds * 60 / alone, 3) for each in beside],
    }
    if against is not None:
        figures["times_the_other"] = round(alone / _rate(runs["other"], photos), 3)
    return figures


def _made(folder: Path, count: int) -> tuple[Path, float]:
    """Photos of mixed size, none like another, and how many megapixels they have in all."""
    folder.mkdir()
    samples = sorted(paths.samples().glob("*.jpg"))
    pixels = 0
    for number in range(count):
        with Image.open(samples[number % len(samples)]) as sample:
            factor = _LONGER_SIDES[number // len(samples) % len(_LONGER_SIDES)] / max(sample.size)
            size = (round(sample.width * factor), round(sample.height * factor))
            grown = np.asarray(sample.convert("RGB").resize(size, Image.Resampling.LANCZOS))
        grain = np.random.default_rng(number).integers(-4, 5, grown.shape[:2])[..., None]
        noisy = np.clip(grown + grain, 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{number:04d}.jpg", quality=90)
        pixels += size[0] * size[1]
    return folder, pixels / 1e6


def _settle() -> None:
    """Have all that was written before, the album itself too, on the disk: the next run is not to wait for it."""
    if hasattr(os, "sync"):
        os.sync()


def _started(root: Path, asked: Sequence[str], album: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [*_PROGRAM, "restore", str(album), "-o", str(out), "--quiet", *asked]
    return subprocess.Popen(command, cwd=root, env=_environment(root))


def _asked_of(root: Path) -> list[str]:
    """What makes a checkout restore faces alone. Raises CalledProcessError."""
    command = [*_PROGRAM, "restore", "--help"]
    told = subprocess.run(command, cwd=root, env=_environment(root), capture_output=True, text=True, check=True)
    return ["--no-auto"] if "--no-auto" in told.stdout else []


def _environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root)}


def _measured(programs: Sequence[subprocess.Popen[bytes]], outs: Sequence[Path]) -> list[Run]:
    """Watch programs until all have ended. Raises CalledProcessError where one fails."""
    started = time.perf_counter()
    seconds = [0.0] * len(programs)
    memory: list[list[tuple[int, int]]] = [[] for _ in programs]
    while not all(seconds):
        time.sleep(_LOOK_EVERY)
        for i, (program, out) in enumerate(zip(programs, outs, strict=True)):
            if seconds[i]:
                continue
            if program.poll() is not None:
                seconds[i] = time.perf_counter() - started
                if program.returncode:
                    raise subprocess.CalledProcessError(program.returncode, program.args)
            elif (resident := _resident(program.pid)) is not None:
                memory[i].append((len(list(out.glob("*.jpg"))) if out.is_dir() else 0, resident))
    return [Run(seconds[i], tuple(memory[i])) for i in range(len(programs))]


def _resident(process: int) -> int | None:
    """Bytes; None where the system does not say (it is Linux's way)."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def figures_of(runs: Sequence[Run], photos: int) -> dict[str, Any]:
    """Of runs over the same `photos` photos; memory in MB, of the last."""
    last = runs[-1].memory
    early = [size for done, size in last if _FIRST <= done < _FIRST + 25]
    late = [size for done, size in last if done >= photos - 25]
    after_first, at_end = _median(early), _median(late)
    megabytes = {
        f"after_{_FIRST}": after_first,
        "end": at_end,
        "grown": None if after_first is None or at_end is None else at_end - after_first,
        "most": round(max((size for _, size in last), default=0) / 1e6),
    }
    return {
        "photos_a_minute": [round(photos / each.seconds * 60, 1) for each in runs],
        "seconds": [round(each.seconds, 1) for each in runs],
        "memory_mb": megabytes,
    }


def _median(sizes: Sequence[int]) -> int | None:
    """Megabytes."""
    return round(statistics.median(sizes) / 1e6) if sizes else None


def _rate(runs: Sequence[Run], photos: int) -> float:
    return statistics.median(photos / each.seconds * 60 for each in runs)
