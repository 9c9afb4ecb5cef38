"""`gpen-desktop compare`: one photo by several models, side by side on a sheet."""

from __future__ import annotations

import argparse
from pathlib import Path

from gpen_desktop.cli.exits import Exit
from gpen_desktop.cli.restore import check_invents
from gpen_desktop.cli.terminal import counted, printable
from gpen_desktop.core.engine.comparison import compare, sheet
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions, prepare
from gpen_desktop.core.options import FACE_OPTIONS, Value
from gpen_desktop.core.photo_files.load_save import save_photo
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say


def run(options: argparse.Namespace) -> int:
    """Make the sheet. Returns the exit code."""
    if len(options.model) < 2:
        raise OptionError(
            say("one-model-only", "There is only one model to compare."),
            todo=say("name-two-models", "Give --model at least twice."),
        )
    check_invents(options.model, options.invent)
    target = options.output or Path.cwd() / f"{options.path.stem}_compared.jpg"
    format = "png" if target.suffix.lower() == ".png" else "jpeg"
    prepare(options.path, target, ExportOptions(format, overwrite=options.overwrite))
    usual = {option.name: option.default for option in FACE_OPTIONS}
    # each as it is: what the guard would hold back is what one compares for
    shown: dict[str, Value] = {"restore_sharp": True, "if_changed": "keep"}
    look = {"mode": options.mode, "strength": options.strength, "invent": options.invent}
    edits = Edits(ComposeOptions.of({**usual, **shown, **look}))
    engine = Engine(ComputeOptions(options.device, options.precision, None, options.detector))
    comparison = compare(options.path, options.model, edits, engine)
    save_photo(sheet(comparison), target, format=format, overwrite=options.overwrite)
    print(printable(f"{len(options.model)} models, {counted(len(comparison.faces), 'face')}: {target}"))
    return Exit.ALL_DONE
