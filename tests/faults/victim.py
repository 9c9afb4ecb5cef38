"""A run over an album in a process of its own, which may be killed at any moment."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from gpen_desktop.core.batch import batch
from gpen_desktop.core.batch.album import plan
from gpen_desktop.core.batch.batch import BatchOptions
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.output.journal import JOURNAL_NAME, Journal
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.models import device  # noqa: F401  -- imported once, before processes are forked
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces

PHOTOS = 60
_ENDINGS = ("jpg", "png", "bmp", "tif", "webp")
_WRITES = frozenset(["os.link", "os.rename", "os.remove", "os.mkdir"])


def processes() -> Any:
    """Where processes are forked from a clean one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.victim"])
    return context


def make_album(folder: Path, photos: int = PHOTOS) -> Path:
    """Small photos of every format, none like another, with a face each; some collide when made JPEGs."""
    folder.mkdir(parents=True)
    pixels = cv2.resize(photo_with_faces((40, 60))[0].pixels, (350, 200), interpolation=cv2.INTER_AREA)
    for number in range(photos):
        name = f"{number // 2:02d}.{_ENDINGS[number % 5]}"
        Image.fromarray(np.roll(pixels, number, axis=1)).save(folder / name)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    """Of all files but the journal, by name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.name != JOURNAL_NAME
    }


def restore(album: Path, out: Path, at_once: int = 2) -> list[str]:
    """Go on with the album; what became of each photo."""
    faces = photo_with_faces((20, 30), size=128, shape=(200, 350))[1]
    engine = Engine(models=DrawnModels(KnownFaces(*faces), Sharpener()))
    options = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"))
    jobs = plan([album], out, recursive=False)
    reports = batch.restore_all(
        jobs, engine, options, Journal(out, {}), lambda *_: SilentProgress(), resume=True, at_once=at_once
    )
    return [str(report.outcome) for report in reports]


def start(target: Callable[..., object], *arguments: object) -> BaseProcess:
    process: BaseProcess = processes().Process(target=target, args=arguments)
    process.start()
    return process


def run(album: Path, out: Path) -> None:
    """For a process that somebody else kills."""
    restore(album, out)


def run_and_die(album: Path, out: Path, at: int, linkless: bool) -> None:
    """End by SIGKILL before the `at`th of the system calls that write; with no hard links where that is asked for."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event in _WRITES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & 3)
        if writes and str(arguments[0]).startswith(str(out)):
            step()

    syncing, linking = os.fsync, os.link

    def sync(fd: Any) -> None:
        step()
        syncing(fd)

    def link(*paths: Any, **how: Any) -> None:
        if linkless:
            raise OSError(1, "Operation not permitted")
        linking(*paths, **how)

    os.fsync, os.link = sync, link
    sys.addaudithook(hook)
    restore(album, out, at_once=1)
