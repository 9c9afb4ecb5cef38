"""Does a built bundle work? Starts it as a user would and asks it about itself.

    python packaging/smoke_test.py "dist/GPEN Desktop"

Checks: the version; --self-check (icon, translation, style, licences, one sample restored in the bundle); the command
line restores a sample; the window starts, stays open, and leaves no crash log. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_STAYS_OPEN_S = 8
_LIMIT_S = 180


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the folder that holds the program")
    bundle = parser.parse_args().bundle.resolve()
    window = _program(bundle, "gpen-desktop")
    console = _program(bundle, "gpen-desktop-cli") if sys.platform == "win32" else window
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _check_version(console, home)
        _check_itself(window, home)
        _check_command_line(console, home)
        _check_window(window, home)
    print("The bundle works.")
    return 0


def _check_version(program: Path, home: Path) -> None:
    source = (ROOT / "gpen_desktop" / "__init__.py").read_text(encoding="utf-8")
    expected = re.search(r'__version__ = "(.+)"', source)
    assert expected is not None
    said = _run([program, "--version"], home).stdout.strip()
    _expect(said == f"gpen-desktop {expected.group(1)}", f"--version says '{said}'")


def _check_itself(program: Path, home: Path) -> None:
    report = home / "report.json"
    done = _run([program, "--self-check", report], home)
    _expect(report.is_file(), f"the self-check wrote no report: {done.stderr[-2000:]}")
    findings = json.loads(report.read_text(encoding="utf-8"))
    print(json.dumps(findings, indent=2, ensure_ascii=False))
    _expect(not findings["faults"], "the self-check found faults")


def _check_command_line(program: Path, home: Path) -> None:
    sample = ROOT / "resources" / "samples" / "hopper_grey_scratched.jpg"
    done = _run([program, "restore", sample, "-o", home / "out", "--device", "cpu", "--quiet"], home)
    _expect(done.returncode == 0, f"restore ended with {done.returncode}: {done.stderr[-2000:]}")
    results = [file for file in (home / "out").iterdir() if file.suffix == ".jpg"]
    _expect(len(results) == 1, f"restore wrote {results}")
    _expect(results[0].read_bytes() != sample.read_bytes(), "restore changed nothing")


def _check_window(program: Path, home: Path) -> None:
    sample = ROOT / "resources" / "samples" / "hopper_small_blurry.jpg"
    with subprocess.Popen(
        [str(program), str(sample)],
        env=_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as window:
        time.sleep(_STAYS_OPEN_S)
        ended = window.poll()
        window.kill()
        said = window.stdout.read() if window.stdout else ""
    _expect(ended is None, f"the window closed by itself ({ended}): {said[-2000:]}")
    logs = [file for file in home.rglob("crash/*.log") if file.stat().st_size]
    _expect(not logs, f"the window left a crash log: {[file.read_text(encoding='utf-8') for file in logs]}")


def _run(command: list[Path | str], home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        env=_environment(home),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_LIMIT_S,
        check=False,
    )


def _environment(home: Path) -> dict[str, str]:
    """The user's own, but with an empty home and no need for a screen."""
    own = {name: str(home) for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA")}
    return {**os.environ, **own, "QT_QPA_PLATFORM": "offscreen"}


def _program(bundle: Path, name: str) -> Path:
    program = bundle / (f"{name}.exe" if sys.platform == "win32" else name)
    _expect(program.is_file(), f"there is no {program}")
    return program


def _expect(truth: bool, otherwise: str) -> None:
    if not truth:
        raise SystemExit(f"Smoke test failed: {otherwise}")


if __name__ == "__main__":
    sys.exit(main())
