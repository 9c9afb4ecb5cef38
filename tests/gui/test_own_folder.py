"""Files that go with the window, and those that a killed window left."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from gpen_desktop.gui.common.own_folder import OwnFolder, clear_left_behind
from tests.narrowing import the


@pytest.fixture(autouse=True)
def system_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "system"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_folder_goes_with_all_that_is_in_it(system_folder: Path) -> None:
    own = OwnFolder("crops")
    (own.path / "face.npy").write_bytes(b"x")
    own.close()
    assert list(system_folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_what_a_killed_run_left_is_cleared_and_what_is_in_use_stays(system_folder: Path) -> None:
    code = f"""
        import tempfile, sys
        tempfile.tempdir = {str(system_folder)!r}
        from gpen_desktop.gui.common.own_folder import OwnFolder
        own = OwnFolder("crops")
        (own.path / "face.npy").write_bytes(b"x")
        print(own.path, flush=True)
        sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        left = Path(the(other.stdout).readline().strip())
        mine = OwnFolder("result")
        (system_folder / "gpen-desktop-of-somebody").mkdir()
        clear_left_behind()
        assert (left / "face.npy").exists()  # the other run goes on
        other.send_signal(signal.SIGTERM)
        other.wait(10)
    clear_left_behind()
    assert not left.exists()
    assert mine.path.exists()
    assert (system_folder / "gpen-desktop-of-somebody").exists()
    mine.close()
