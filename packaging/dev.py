"""Set everything up and run something. Needs only Python 3.11 or later; the first run fetches about 3 GB.

    python3 packaging/dev.py samples     restore the sample photos into restored/
    python3 packaging/dev.py test        run the checks and the tests (arguments after it go to pytest)
    python3 packaging/dev.py shell-path  print the folder of the installed commands

A virtual environment of our own (.venv) is used, never the system's Python: Debian's and Homebrew's refuse installs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")

# basicsr's source build needs the setuptools that only Python 3.11's environments bring; elsewhere its tests skip.
LAB = ("lab",) if sys.version_info < (3, 12) else ()

# Processes that test side by side: each takes up to 4 GB.
MOST_AT_ONCE = 4


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  -- this file runs on whatever Python the user has
        print(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    command, *rest = arguments or [""]
    if command == "samples" and not rest:
        set_up()
        return run("gpen-desktop", "restore", "resources/samples", "-o", "restored", "--overwrite")
    if command == "test":
        set_up("test", "dev", *LAB)
        return test(rest)
    if command == "shell-path":
        print(BIN)
        return 0
    print(__doc__, file=sys.stderr)
    return 2


def set_up(*extras: str) -> None:
    """Make .venv what uv.lock says; quick when it already is."""
    python = str(BIN / executable("python"))
    if not works(python):
        print("Setting up .venv: about 3 GB are fetched, which may take some minutes.", flush=True)
        make_venv()
    if not (BIN / executable("uv")).exists():
        checked([python, "-m", "pip", "install", "--quiet", "uv>=0.9,<1"])
    options = [option for extra in extras for option in ("--extra", extra)]
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV), "UV_PROJECT_ENVIRONMENT": str(VENV)}
    # --inexact: what else somebody put into this environment stays, uv among it
    command = [str(BIN / executable("uv")), "sync", "--locked", "--inexact", *options]
    checked([*command, "--python", python], environment)


def works(python: str) -> bool:
    """Whether the environment is whole: Debian without python3-venv leaves half of one."""
    try:
        return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def make_venv() -> None:
    try:
        checked([sys.executable, "-m", "venv", "--clear", str(VENV)])
    except subprocess.CalledProcessError:
        raise SystemExit(
            "This Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv"
        ) from None


def test(arguments: list[str]) -> int:
    """Formatting, lint, types and layers first, because they are quick; then every test."""
    checks = (
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports",),
    )
    failed = [check[0] for check in checks if run(*check) != 0]
    cores = cores_here()
    at_once = min(cores, MOST_AT_ONCE)
    os.environ.setdefault("OMP_NUM_THREADS", str(cores // at_once))  # of each of the processes that test
    # A file's tests stay together, for what they share; files begin in their order, the longest of which come first.
    code = run("pytest", "-n", str(at_once), "--dist", "loadfile", "--no-loadscope-reorder", *arguments)
    if failed:
        print(f"Failed checks: {', '.join(failed)}", file=sys.stderr)
    return code or (1 if failed else 0)


def cores_here() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(name: str, *arguments: str) -> int:
    return subprocess.run([str(BIN / executable(name)), *arguments], cwd=ROOT, check=False).returncode


def checked(command: list[str], environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def executable(name: str) -> str:
    return f"{name}.exe" if os.name == "nt" else name


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"Setting up failed (see above): {' '.join(map(str, error.cmd))}")
