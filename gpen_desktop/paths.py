"""The only place that knows where things lie: source checkout, installed wheel, frozen program, the user's folders."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def _shipped(name: str) -> Path:
    """Folder shipped with the program: inside the package (wheel, PyInstaller) or beside it (checkout)."""
    frozen_root = getattr(sys, "_MEIPASS", None)
    candidates = [Path(frozen_root) / "gpen_desktop" / name] if frozen_root else []
    candidates += [_PACKAGE / name, _PACKAGE.parent / name]
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"The folder '{name}' that belongs to the program is missing; looked in {candidates}.")


def weights() -> Path:
    """Built-in weights."""
    return _shipped("weights")


def resources() -> Path:
    """Icons, translations, sample photos."""
    return _shipped("resources")


def samples() -> Path:
    """Sample photos."""
    return resources() / "samples"


def user_data() -> Path:
    """The user's own data folder for this program (may not exist yet)."""
    from platformdirs import user_data_path

    return user_data_path("gpen-desktop", appauthor=False)


def user_weights() -> Path:
    """Downloaded and imported weights (may not exist yet)."""
    return user_data() / "weights"
