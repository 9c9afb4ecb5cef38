"""Calls of the command line in the tests' own process."""

from __future__ import annotations

from pathlib import Path

from gpen_desktop.cli import main as cli


def run(*arguments: str | Path) -> int:
    """What `gpen-desktop` with these arguments exits with."""
    return cli.run([str(argument) for argument in arguments])
