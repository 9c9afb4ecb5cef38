"""Start: the command line where a command is given, the window otherwise."""

from __future__ import annotations

import multiprocessing
import os
import sys


def main() -> int:
    """Entry point of `gpen-desktop`. Returns the exit code."""
    multiprocessing.freeze_support()  # a frozen program's children would start it anew
    _give_streams()
    from gpen_desktop import cli

    arguments = sys.argv[1:]
    if arguments and (arguments[0] in cli.COMMANDS or arguments[0].startswith("-")):
        return cli.run(arguments)
    return _open_window(arguments)


def _give_streams() -> None:
    """A frozen windowed program has none, and libraries print."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  -- lives as long as we do


def _open_window(files: list[str]) -> int:
    if sys.platform == "win32":
        import torch  # noqa: F401  -- before Qt, or its DLLs fail to initialise (torch >= 2.9)
    from gpen_desktop.gui import application

    return application.run(files)


if __name__ == "__main__":
    sys.exit(main())
