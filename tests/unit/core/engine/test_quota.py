"""A quota that is used up: the disk itself says that there is room."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from gpen_desktop.core.batch import control
from gpen_desktop.core.batch.control import BatchControl
from gpen_desktop.core.photo_files import atomic
from gpen_desktop.errors import DiskFullError


def test_what_a_quota_keeps_out_is_waited_for_and_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was written anew without a pause, with two lines each time."""
    syncing, used_up = os.fsync, threading.Event()
    used_up.set()

    def sync(file: int) -> None:
        if used_up.is_set():
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        syncing(file)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(control, "_TRY_EVERY", 0.1)
    told: list[object] = []

    def on_full(error: DiskFullError) -> None:
        told.append(error.is_quota)
        threading.Timer(0.5, used_up.clear).start()

    steering = BatchControl(on_full, lambda: told.append("room"))
    with pytest.raises(DiskFullError) as full:
        atomic.write(tmp_path / "a.jpg", b"photo", overwrite=False)
    steering.wait_for_room(full.value)
    atomic.write(tmp_path / "a.jpg", b"photo", overwrite=False)
    assert told == [True, "room"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]
