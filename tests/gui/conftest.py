"""Shared by the window's tests.

Conventions: no display is needed (offscreen); every test has its own settings and its own user folder; the model may be
faked, Qt never; a Qt warning fails the test (pyproject.toml); a thread that a test leaves running fails it.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from gpen_desktop import paths


def pytest_configure(config: pytest.Config) -> None:
    # The offscreen platform says this of every window that has a size of its own; no other platform does.
    config.addinivalue_line("qt_log_ignore", "This plugin does not support propagateSizeHints")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder and settings file of this test only; gives the folder."""
    folder = tmp_path / "user"
    folder.mkdir()
    monkeypatch.setattr(paths, "user_data", lambda: folder)
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    return folder
