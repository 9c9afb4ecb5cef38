"""Waiting for room where the disk tells nothing, or something else: of a quota that is used up it says that there is
room."""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from gpen_desktop.core.batch import control
from gpen_desktop.core.batch.control import BatchControl
from gpen_desktop.core.photo_files import atomic
from gpen_desktop.errors import DiskFullError, SaveError
from gpen_desktop.messages import say


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


def test_room_is_seen_at_once_also_after_a_try_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, full_until = 0.0, 61.0

    def wait(_event: threading.Event, seconds: float) -> None:
        nonlocal now
        now += seconds

    def sync(_file: int) -> None:
        if now < full_until:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(control, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(threading.Event, "wait", wait)
    monkeypatch.setattr(control, "_has_room", lambda error: now >= full_until)
    monkeypatch.setattr(os, "fsync", sync)
    BatchControl().wait_for_room(DiskFullError(say("test-full", "Full."), needed=1, path=tmp_path / "a.jpg"))
    assert now - full_until <= control._LOOK_EVERY


def test_a_disk_that_fails_while_room_is_waited_for_is_waited_for_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next try tells what is wrong now; else an album would wait for ever on a disk that was taken out."""
    steering, tries = BatchControl(), 0

    def sync(_file: int) -> None:
        nonlocal tries
        tries += 1
        if tries > 3:
            steering.cancel()
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(control, "_TRY_EVERY", 0.01)
    steering.wait_for_room(DiskFullError(say("test-full", "Full."), needed=1, path=tmp_path / "a.jpg"))
    with pytest.raises(SaveError) as told:
        atomic.write(tmp_path / "a.jpg", b"photo", overwrite=False)
    assert not isinstance(told.value, DiskFullError)


def test_room_is_tried_for_by_one_photo_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is room for one result, two files made to try would both find the disk full."""
    waiting, files_at_once = threading.Barrier(2), []

    def sync(_file: int) -> None:
        files_at_once.append(len(list(tmp_path.glob("*.part"))))
        time.sleep(0.1)  # the other one has long come by then

    def wait() -> None:
        waiting.wait()
        steering.wait_for_room(DiskFullError(say("test-full", "Full."), needed=1, path=tmp_path / "a.jpg"))

    monkeypatch.setattr(os, "fsync", sync)
    steering = BatchControl()
    photos = [threading.Thread(target=wait) for _ in range(2)]
    for photo in photos:
        photo.start()
    for photo in photos:
        photo.join()
    assert files_at_once == [1, 1]
