"""Nothing leaves the computer: starting, restoring and exporting opens no socket."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gpen_desktop import paths

_SCRIPT = """
import sys, time
from pathlib import Path

opened = []
def watch(event, arguments):
    if event.startswith("socket.") or event in ("urllib.Request", "http.client.connect", "ftplib.connect"):
        opened.append((event, repr(arguments)))
sys.addaudithook(watch)

from PySide6.QtWidgets import QApplication
from gpen_desktop import paths
from gpen_desktop.gui.shell import application
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.common.settings_store import SettingsStore

folder = Path(sys.argv[2])
app = QApplication([])
application.set_up(app)
window = MainWindow(Engine(ComputeOptions(device="cpu"), CropCache(folder)), SettingsStore(folder / "settings.ini"))
window.model_notifications.offer()
window.show()
window.imports.open_paths([Path(sys.argv[1])])
ended = []
window.workspace.exports.ended.connect(lambda done: ended.append(done.exported[-1].path))

def wait(until):
    end = time.monotonic() + 120
    while not until():
        app.processEvents()
        time.sleep(0.002)
        assert time.monotonic() < end, "took too long"

wait(lambda: window.workspace.current and window.workspace.current.state is PhotoState.DONE)
window.exports.export_as(ExportPlan(folder / "out"), window.exports.exportable)
wait(lambda: ended)
window.close_now()
inet = [line for name in ("tcp", "tcp6", "udp", "udp6") if (file := Path("/proc/self/net") / name).exists()
        for line in file.read_text().splitlines()[1:]]
own = {str((Path("/proc/self/fd") / fd.name).resolve()) for fd in Path("/proc/self/fd").iterdir()} \\
    if Path("/proc/self/fd").exists() else set()
held = [line for line in inet if any(f"socket:[{line.split()[9]}]" in name for name in own)]
print("opened:", opened)
print("held:", held)
print("exported:", ended[0].is_file())
"""


@pytest.mark.slow
def test_no_socket_is_opened_by_starting_restoring_and_exporting(tmp_path: Path) -> None:
    sample = paths.samples() / "hopper_grey_scratched.jpg"
    answer = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(sample), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == ["opened: []", "held: []", "exported: True"]


def test_the_watch_sees_a_socket() -> None:
    """The same watch, and somebody who does open one."""
    watch = _SCRIPT.split("from PySide6", maxsplit=1)[0] + "import socket; socket.socket().close(); print(opened)"
    answer = subprocess.run([sys.executable, "-c", watch], capture_output=True, text=True, check=True, timeout=60)
    assert "socket.__new__" in answer.stdout
