"""What is settled before PyTorch is loaded."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

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
    return int(re.search(r"GOMP_SPINCOUNT = '(\d+)'", done.stderr)[1])  # said by the OpenMP library itself


@pytest.mark.parametrize("module", ["gpen_desktop.cli.main", "gpen_desktop.gui.shell.application"])
def test_idle_threads_soon_sleep_in_window_and_command_line_alike(module: str) -> None:
    assert _spins(module) == 1000


def test_what_the_user_has_set_holds() -> None:
    assert _spins("gpen_desktop.cli.main", OMP_WAIT_POLICY="ACTIVE") > 1_000_000
    assert _spins("gpen_desktop.cli.main", OMP_WAIT_POLICY="PASSIVE") == 0
    assert _spins("gpen_desktop.cli.main", GOMP_SPINCOUNT="500") == 500
