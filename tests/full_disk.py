"""A disk that is full for as long as a test wants it."""

from __future__ import annotations

import errno
import os
import threading

import pytest

from gpen_desktop.core.batch import control


def full_disk(monkeypatch: pytest.MonkeyPatch, number: int = errno.ENOSPC) -> threading.Event:
    """While it is set, nothing can be written. number: what the system says then."""
    full = threading.Event()
    syncing = os.fsync

    def sync(file: int) -> None:
        if full.is_set():
            raise OSError(number, os.strerror(number))
        syncing(file)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(control, "_LOOK_EVERY", 0.02)
    monkeypatch.setattr(control, "_has_room", lambda error: not full.is_set())
    return full
