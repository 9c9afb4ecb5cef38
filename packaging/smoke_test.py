"""Does a built bundle work? Starts it as a user would and asks it about itself.

    python packaging/smoke_test.py "dist/GPEN Desktop"

Checks: the version; --self-check (icon, translation, style, licences, formats, weights, a sample restored, published
models run, all in the bundle); that what the program depends on is all in it; the command line restores the samples;
the window starts, stays open, and leaves no crash log. It is started in another folder and with an empty home, on the
screen if there is one (`xvfb-run` gives one), else without. Needs nothing but Python 3.11.
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
import tomllib
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
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    inside = {_plain_name(library) for library in findings["libraries"]}
    missing = {_plain_name(each) for each in project["dependencies"]} - inside
    _expect(not missing, f"built from another environment: without {', '.join(sorted(missing))}")


def _plain_name(requirement: str) -> str:
    """Name of a package, as all ways to write it have it."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _check_command_line(program: Path, home: Path) -> None:
    folder = ROOT / "resources" / "samples"
    done = _run([program, "restore", folder, "-o", home / "out", "--device", "cpu", "--quiet"], home)
    _expect(done.returncode == 0, f"restore ended with {done.returncode}: {done.stderr[-2000:]}")
    samples = {file.stem: file.read_bytes() for file in folder.glob("*.jpg")}
    results = {file.stem.removesuffix("_restored"): file.read_bytes() for file in (home / "out").glob("*.jpg")}
    _expect(results.keys() == samples.keys(), f"restore wrote {sorted(results)}")
    _expect(not any(results[name] == samples[name] for name in samples), "restore changed nothing")


def _check_window(program: Path, home: Path) -> None:
    sample = ROOT / "resources" / "samples" / "hopper_small_blurry.jpg"
    with subprocess.Popen(
        [str(program), str(sample)],
        env=_environment(home),
        cwd=home,
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
        cwd=home,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_LIMIT_S,
        check=False,
    )


def _environment(home: Path) -> dict[str, str]:
    """The user's own, but with an empty home, nothing of this environment's Python, and no need for a screen."""
    own = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA", "APPDATA"), str(home))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "QT_", "VIRTUAL_ENV"))}
    has_screen = sys.platform in ("win32", "darwin") or "DISPLAY" in kept
    return {**kept, **own, **({} if has_screen else {"QT_QPA_PLATFORM": "offscreen"})}


def _program(bundle: Path, name: str) -> Path:
    program = bundle / (f"{name}.exe" if sys.platform == "win32" else name)
    _expect(program.is_file(), f"there is no {program}")
    return program


def _expect(truth: bool, otherwise: str) -> None:
    if not truth:
        raise SystemExit(f"Smoke test failed: {otherwise}")


if __name__ == "__main__":
    sys.exit(main())
