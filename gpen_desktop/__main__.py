"""Start: the command line where a command is given, the window otherwise."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import sys
from pathlib import Path

from gpen_desktop import allocator


def main() -> int:
    """Entry point of `gpen-desktop`. Returns the exit code."""
    multiprocessing.freeze_support()  # a frozen program's children would start it anew
    allocator.share_one_heap()  # before any thread
    _give_streams()
    from gpen_desktop.cli import main as cli
    from gpen_desktop.cli.exits import Exit
    from gpen_desktop.cli.terminal import printable
    from gpen_desktop.core.output.file_names import is_missing

    arguments = sys.argv[1:]
    if arguments and (arguments[0] in cli.COMMANDS or arguments[0].startswith("-")):
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended by the system: as by Ctrl-C
        return cli.run(arguments)
    missing = [argument for argument in arguments if is_missing(Path(argument))]
    if missing:
        print(
            f"gpen-desktop: '{printable(missing[0])}' is neither a command nor a photo. See: gpen-desktop --help",
            file=sys.stderr,
        )
        return Exit.USAGE
    if not _has_screen():
        print("gpen-desktop: there is no screen for the window. See: gpen-desktop --help", file=sys.stderr)
        return Exit.NOTHING_DONE
    return _open_window(arguments)


def _has_screen() -> bool:
    """Qt ends the program without one; only on Linux can it be missing."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def _give_streams() -> None:
    """A frozen windowed program has none, and libraries print. Names that the terminal cannot show become escapes."""
    from gpen_desktop.cli.terminal import UnbrokenStream, UnheardStream

    for name, kind in (("stdout", UnbrokenStream), ("stderr", UnheardStream)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  -- lives as long as we do
        elif (real := getattr(sys, name)) is getattr(sys, f"__{name}__"):
            buffering = real.line_buffering
            wrapped = kind(real.buffer, real.encoding, "backslashreplace", line_buffering=buffering)
            setattr(sys, name, wrapped)
        elif isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _open_window(files: list[str]) -> int:
    if sys.platform == "win32":
        import torch  # noqa: F401  -- before Qt, or its DLLs fail to initialise (torch >= 2.9)
    from gpen_desktop.gui.shell import application

    return application.run(files)


if __name__ == "__main__":
    sys.exit(main())
