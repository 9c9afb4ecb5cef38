"""Runs that are killed, folders that fill or close: every photo is done once, none is half, none doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import victim

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kills and mounts as Linux has them"),
]

KILLS = 30
CALLS = 24
"""Calls that write, of three photos and more."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Outside pytest's own, which only their owner may enter."""
    with tempfile.TemporaryDirectory(prefix="gpen-faults-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def album(folder: Path) -> Path:
    return victim.make_album(folder / "album")


@pytest.fixture(scope="module")
def wanted(album: Path, folder: Path) -> dict[str, str]:
    return undisturbed(album, folder / "undisturbed")


def undisturbed(album: Path, out: Path) -> dict[str, str]:
    """The results of a run that nobody disturbs."""
    assert set(victim.restore(album, out)) == {"done"}
    assert len(victim.hashes(out)) == len(victim.hashes(album))
    return victim.hashes(out)


def losses(album: Path, out: Path, wanted: dict[str, str], sources: dict[str, str]) -> int:
    """Go on to the end; how many results are missing, half, doubled or others than they should be."""
    outcomes = victim.restore(album, out)
    assert set(outcomes) <= {"done", "skipped"}
    assert victim.restore(album, out) == ["skipped"] * len(sources)
    assert victim.hashes(album) == sources
    return len({*victim.hashes(out).items()} ^ {*wanted.items()})


def age_parts(out: Path) -> None:
    """As if a minute had gone by: younger ones are left alone."""
    for part in out.glob(".gpen-*.part"):
        os.utime(part, (0, 0))


def test_kills_at_random_moments(
    album: Path, folder: Path, wanted: dict[str, str], tell: Callable[[str], None]
) -> None:
    sources, chance = victim.hashes(album), random.Random(1)
    started = time.perf_counter()
    victim.restore(album, folder / "timed")
    whole = time.perf_counter() - started
    kills = lost = rounds = 0
    while kills < KILLS:
        out = folder / f"killed-{rounds}"
        rounds += 1
        while kills < KILLS:
            process = victim.start(victim.run, album, out)
            process.join(chance.uniform(0.02, 0.5) * whole)
            if process.exitcode is not None:
                assert process.exitcode == 0
                break
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            kills += 1
            age_parts(out) if out.is_dir() else None
        lost += losses(album, out, wanted, sources)
        assert not list(out.glob(".gpen-*.part"))
    tell(f"{kills} kills at random moments of {rounds} runs over {victim.PHOTOS} photos: losses {lost}")
    assert lost == 0


@pytest.mark.parametrize("linkless", [False, True], ids=["with hard links", "without"])
def test_kills_at_each_system_call_that_writes(folder: Path, tell: Callable[[str], None], linkless: bool) -> None:
    few = victim.make_album(folder / f"few-{linkless}", photos=8)
    wanted, sources = undisturbed(few, folder / f"few-{linkless}-undisturbed"), victim.hashes(few)
    kills = lost = 0
    for at in range(1, CALLS + 1):
        out = folder / f"call-{linkless}-{at}"
        process = victim.start(victim.run_and_die, few, out, at, linkless)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        kills += 1
        if out.is_dir():
            age_parts(out)
        lost += losses(few, out, wanted, sources)
        for file in out.iterdir():
            file.unlink()
    kind = "without hard links" if linkless else "with hard links"
    tell(f"{kills} kills before system calls that write, {kind}: losses {lost}")
    assert lost == 0


@contextmanager
def mounted(out: Path, size: int) -> Iterator[None]:
    """A small disk of its own; skips where nothing can be mounted."""
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(out)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(out)], check=False)


def remount(out: Path, how: str) -> bool:
    """Mount it otherwise; False while a file there is being written."""
    return subprocess.run(["mount", "-o", f"remount,{how}", str(out)], check=False, capture_output=True).returncode == 0


def test_a_disk_that_fills(album: Path, folder: Path, wanted: dict[str, str], tell: Callable[[str], None]) -> None:
    out = folder / "small disk"
    size = sum(path.stat().st_size for path in (folder / "undisturbed").iterdir())
    with mounted(out, size // 2):
        process = victim.start(victim.run, album, out)
        process.join(30)
        assert process.exitcode is None  # it waits
        held = len(victim.hashes(out))
        assert remount(out, f"size={4 * size}")
        process.join(120)
        assert process.exitcode == 0
        lost = len({*victim.hashes(out).items()} ^ {*wanted.items()})
    tell(f"a disk full after {held} of {victim.PHOTOS} photos, then enlarged: losses {lost}")
    assert lost == 0


def test_a_folder_that_goes_read_only_midway(
    album: Path, folder: Path, wanted: dict[str, str], tell: Callable[[str], None]
) -> None:
    sources, out = victim.hashes(album), folder / "closing"
    with mounted(out, 1 << 30):
        process = victim.start(victim.run, album, out)
        while len(list(out.glob("*.*"))) < 10 and process.exitcode is None:
            time.sleep(0.02)
        while not remount(out, "ro"):
            time.sleep(0.005)
        process.join(120)
        assert process.exitcode == 0  # the others are reported, and nothing ends
        made = len(victim.hashes(out))
        assert remount(out, "rw")
        age_parts(out)
        lost = losses(album, out, wanted, sources)
    tell(f"a folder read-only after {made} of {victim.PHOTOS} photos: losses {lost}")
    assert made < victim.PHOTOS
    assert lost == 0
