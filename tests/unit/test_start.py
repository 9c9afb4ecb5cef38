"""What is settled before PyTorch is loaded, and what is not loaded before somebody needs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.narrowing import the

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks GNU's OpenMP")


def _spins(module: str, **environment: str) -> int:
    """How often an idle thread looks for work before it sleeps, once `module` and PyTorch are loaded."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_"))}
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}, torch"],
        env={**inherited, "QT_QPA_PLATFORM": "offscreen", "OMP_DISPLAY_ENV": "verbose", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(the(re.search(r"GOMP_SPINCOUNT = '(\d+)'", done.stderr))[1])  # said by the OpenMP library itself


@pytest.mark.parametrize("module", ["gpen_desktop.cli.main", "gpen_desktop.gui.shell.application"])
def test_idle_threads_soon_sleep_in_window_and_command_line_alike(module: str) -> None:
    assert _spins(module) == 1000


def test_what_the_user_has_set_holds() -> None:
    assert _spins("gpen_desktop.cli.main", OMP_WAIT_POLICY="ACTIVE") > 1_000_000
    assert _spins("gpen_desktop.cli.main", OMP_WAIT_POLICY="PASSIVE") == 0
    assert _spins("gpen_desktop.cli.main", GOMP_SPINCOUNT="500") == 500


_ALL_MODELS = """
from gpen_desktop import paths
from gpen_desktop.models.catalog import MODELS
paths.user_weights().mkdir(parents=True, exist_ok=True)
for info in MODELS:
    if not info.shipped:
        with (paths.user_weights() / info.file).open("wb") as file:
            file.truncate(info.bytes or 1000)  # as large as it is, and nothing read of it
"""
_TELL = """
import os, sys
def tell():
    print([name for name in ("torch", "torchvision", "spandrel", "facexlib") if name in sys.modules], flush=True)
    os._exit(0)
"""
_VERSION = """
from gpen_desktop.__main__ import main
sys.argv = ["gpen-desktop", "--version"]
try:
    main()
except SystemExit:
    tell()
tell()
"""
_WINDOW = """
from gpen_desktop.gui.shell import application, main_window
main_window.MainWindow.load_ahead = lambda window: tell()  # from here on another thread loads what it needs
application.run([])
"""


@pytest.mark.parametrize("start", [_VERSION, _WINDOW], ids=["version", "window"])
def test_nothing_slow_is_imported_at_start_with_every_model_installed(start: str, tmp_path: Path) -> None:
    own = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", _ALL_MODELS + _TELL + start],
        env={**os.environ, **own, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
