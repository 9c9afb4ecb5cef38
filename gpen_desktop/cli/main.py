"""The command line. Parsing alone imports neither torch nor Qt, so that --version and --help answer at once."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from gpen_desktop import __version__, allocator
from gpen_desktop.cli.exits import Exit
from gpen_desktop.cli.terminal import Parser, add_command, counted, printable, printable_lines
from gpen_desktop.core.options import FACE_OPTIONS, SHAPES, STRAIGHTEN_LIMIT, Option
from gpen_desktop.core.output.mark_words import USUAL
from gpen_desktop.core.photo_files.registry import FORMATS
from gpen_desktop.core.stages.registry import stage_options
from gpen_desktop.settings import by_key

COMMANDS: Final = ("restore", "compare", "faces", "models", "bench", "evaluate")


def run(arguments: Sequence[str]) -> int:
    """Run one command. Returns the exit code; errors of ours are told on stderr in one or two sentences."""
    from gpen_desktop.errors import Cancelled, GpenError, OptionError

    try:
        if arguments[0] in ("bench", "evaluate"):
            from gpen_desktop.cli import figures

            return figures.run(arguments)
        options = _parser().parse_args(arguments)
        return int(options.run(options))
    except (KeyboardInterrupt, Cancelled):
        print("Cancelled. What was finished is kept.", file=sys.stderr)
        return Exit.CANCELLED
    except OptionError as error:
        return _say(error, Exit.USAGE)
    except GpenError as error:
        return _say(error, Exit.NOTHING_DONE)


def _say(error: Exception, code: Exit) -> Exit:
    print(f"gpen-desktop: {printable(error)}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="gpen-desktop",
        description="Restores old and blurry photos of people, entirely on this computer. Without a command, or with "
        "photos only, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"gpen-desktop {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_restore(add_command(commands, "restore", "restore photos and folders of photos"))
    _add_compare(add_command(commands, "compare", "one photo by several models, side by side on a sheet"))
    _add_faces(add_command(commands, "faces", "list the faces of photos"))
    _add_models(add_command(commands, "models", "list, install, import, verify, remove weights"))
    # these two bring their own parsers, in figures.py, for what they need is slow to import
    add_command(commands, "bench", "measure speed on this computer")
    add_command(commands, "evaluate", "measure quality on aligned faces, models and plain tools side by side")
    return parser


def _add_restore(parser: argparse.ArgumentParser) -> None:
    _add_files(parser)
    _add_look(parser)
    _add_engine(parser)
    told = parser.add_argument_group("what is told")
    report = "write what was done to every photo, as data or as a page with pictures; may be given twice"
    told.add_argument("--report", type=_path, action="append", default=[], metavar="FILE.json|FILE.html", help=report)
    told.add_argument("--quiet", action="store_true", help="errors only")
    parser.set_defaults(run=_restore)


def _add_files(parser: argparse.ArgumentParser) -> None:
    files = parser.add_argument_group("photos")
    files.add_argument("paths", nargs="+", type=_path, metavar="PATH", help="photos, or folders of photos")
    output = "folder for the results; for a single photo also a file"
    files.add_argument("-o", "--output", type=_path, required=True, metavar="DIR|FILE", help=output)
    names = "of the results without ending: {name}, {number}, {model} (default: {name})"
    files.add_argument("--name", default="{name}", metavar="PATTERN", help=names)
    files.add_argument("--retry", type=_path, metavar="FILE.json", help="only what failed, by an earlier run's report")
    files.add_argument("--recursive", action="store_true", help="also photos in folders within folders")
    files.add_argument(
        "--resume", action="store_true", help="leave out what an earlier run with these options finished, redo the rest"
    )
    files.add_argument("--overwrite", action="store_true", help="replace results that are there already")
    files.add_argument("--dry-run", action="store_true", help="only list what would be done")
    _add_option(files, "--format", by_key("export/format"))
    lossy = " and ".join(format.title for format in FORMATS if format.has_quality)
    files.add_argument(
        "--quality", type=_number(1, 100), metavar="1..100", help=f"of {lossy} (default: the source's own)"
    )
    mark = by_key("export/mark")
    files.add_argument(
        "--mark", nargs="?", const=USUAL, default=mark.default, metavar="WORDS", help=f"{mark.help} (default: none)"
    )


def _add_look(parser: argparse.ArgumentParser) -> None:
    look = parser.add_argument_group("look")
    for option in FACE_OPTIONS:
        if option.name == "faces":  # here also by number
            some: dict[str, Any] = {
                "type": _faces,
                "metavar": "all|largest|1,3",
                "help": "which faces, by number (default: all)",
            }
            look.add_argument(option.flag, default=option.default, **some)
        else:
            _add_option(look, option.flag, option)
    look.add_argument(
        "--auto",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="look at each photo and do what it needs; what is set by hand goes first (default: on)",
    )
    for option in stage_options():
        _add_option(look, option.flag, option)
    shapes = [shape for shape in SHAPES if shape != "free"]
    crop = "keep the largest part of that shape, from the middle; print sizes in cm (default: original)"
    look.add_argument("--crop", choices=shapes, default="original", help=crop)
    turn = f"turn the photo clockwise, up to {STRAIGHTEN_LIMIT:g} either way, and cut off the corners (default: 0)"
    look.add_argument("--straighten", type=_degrees, default=0.0, metavar="DEGREES", help=turn)


def _add_engine(parser: argparse.ArgumentParser) -> None:
    engine = parser.add_argument_group("engine")
    model = by_key("restore/model").default
    engine.add_argument("--model", default=model, metavar="NAME|FILE", help=f"see 'models list' (default: {model})")
    device = "where to compute (default: auto)"
    engine.add_argument("--device", default="auto", metavar="auto|cpu|cuda|cuda:1|mps", help=device)
    _add_option(engine, "--precision", by_key("compute/precision"))
    _add_option(engine, "--detector", by_key("compute/detector"))
    engine.add_argument("--batch-size", type=_number(1, 1024), metavar="N", help="faces at a time (default: by memory)")
    engine.add_argument("--jobs", type=_number(1, 256), metavar="N", help="photos at a time (default: one a core)")

    cluster = "send the photos to a Dask scheduler, such as tcp://host:8786, whose workers share this disk"
    engine.add_argument("--cluster", metavar="ADDRESS", help=cluster)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=_path, metavar="PHOTO")
    parser.add_argument(
        "--model", action="append", default=[], metavar="NAME|FILE", help="give it twice or more; see 'models list'"
    )
    parser.add_argument("-o", "--output", type=_path, metavar="FILE", help="JPEG or PNG (default: beside you)")
    parser.add_argument("--overwrite", action="store_true", help="replace the sheet of an earlier run")
    for option in FACE_OPTIONS:
        if option.name in ("mode", "strength", "invent"):
            _add_option(parser, option.flag, option)
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda|cuda:1|mps")
    _add_option(parser, "--precision", by_key("compute/precision"))
    _add_option(parser, "--detector", by_key("compute/detector"))
    parser.set_defaults(run=_compare)


def _add_faces(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--json", action="store_true", help="boxes and landmarks as JSON")
    _add_option(parser, "--detector", by_key("compute/detector"))
    parser.set_defaults(run=_list_faces)


def _add_models(parser: Parser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = add_command(actions, "list", "what is here and what could be")
    listing.add_argument("--json", action="store_true")
    getting = add_command(actions, "install", "download weights, after showing their licence; goes on where it was cut")
    getting.add_argument("name")
    getting.add_argument("--yes", action="store_true", help="agree to the licence without being asked")
    getting.add_argument(
        "--mirror",
        default="",
        metavar="ADDRESS",
        help="fetch from there: a folder's address, or one with {url} or {file} in it",
    )
    importing = add_command(actions, "import", "copy a weights file into your own weights folder")
    importing.add_argument("file", type=Path)
    removing = add_command(actions, "remove", "delete a weights file from your own weights folder")
    removing.add_argument("name")
    verifying = add_command(actions, "verify", "compare installed weights with their known hashes")
    verifying.add_argument("name", nargs="?")
    for action in (listing, getting, importing, removing, verifying):
        action.set_defaults(run=_models, action=action.prog.rsplit(" ", 1)[-1])


def _add_option(group: argparse._ActionsContainer, flag: str, option: Option) -> None:
    """A flag with the default, limits, choices and help of an option."""
    default: Any = ("on" if option.default else "off") if option.type is bool else option.default
    if option.lowest_label and option.limits and option.default == option.limits[0]:
        default = option.lowest_label.lower()
    details: dict[str, Any] = {"default": option.default, "help": f"{option.help} (default: {default})"}
    if option.type is bool:
        details["action"] = argparse.BooleanOptionalAction
    elif option.limits:
        low, high = option.limits
        word = option.lowest_label.lower()
        span = f"{word}|{low + 1}..{high}" if word else f"{low}..{high}"
        details |= {
            "type": _number(low, high, word, float if option.type is float else int),
            "metavar": option.unit.upper() if high > 100 else span,
        }
    elif option.choices:
        details |= {"choices": [choice.value for choice in option.choices], "type": option.type}
    elif option.names_model:
        details["metavar"] = f"{option.default}|NAME|FILE"
    group.add_argument(flag, **{name: _escaped(value) for name, value in details.items()})


def _escaped(value: Any) -> Any:
    """argparse formats help with %."""
    return value.replace("%", "%%") if isinstance(value, str) else value


def _number(low: int, high: int, word: str = "", kind: type[int] | type[float] = int) -> Any:
    """An argparse type: a number within limits, an int where it is whole; `word` stands for the lowest."""

    def number(text: str) -> float:
        if word and text == word:
            return low
        value = kind(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low} and {high}")
        return int(value) if value == int(value) else value

    return number


def _degrees(text: str) -> float:
    degrees = float(text)
    if not abs(degrees) <= STRAIGHTEN_LIMIT:
        raise argparse.ArgumentTypeError(f"{text} is not between -{STRAIGHTEN_LIMIT:g} and {STRAIGHTEN_LIMIT:g}")
    return degrees


def _path(text: str) -> Path:
    if not text:  # an unset variable in a script would mean the current folder
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def _faces(text: str) -> str | tuple[int, ...]:
    if text in ("all", "largest"):
        return text
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not all, largest or numbers such as 1,3") from None
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError("faces are numbered from 1")
    return numbers


def _restore(options: argparse.Namespace) -> int:
    from gpen_desktop.cli import restore

    return restore.run(options)


def _compare(options: argparse.Namespace) -> int:
    from gpen_desktop.cli import compare

    return compare.run(options)


def _models(options: argparse.Namespace) -> int:
    from gpen_desktop.cli import models

    return models.run(options)


def _list_faces(options: argparse.Namespace) -> int:
    from gpen_desktop.core.batch import batch
    from gpen_desktop.core.engine.compute import ComputeOptions
    from gpen_desktop.core.photo_files import load_save
    from gpen_desktop.core.types import ComposedFace, FaceState
    from gpen_desktop.errors import PhotoError

    with allocator.without_collecting():
        from gpen_desktop.core.engine.local_models import load_finder
    finder = load_finder(ComputeOptions(detector=options.detector))
    found = {}
    for path in options.paths:
        try:
            photo = load_save.load_photo(path)
        except PhotoError as error:
            _say(error, Exit.SOME_FAILED)
            continue
        faces = [ComposedFace(n, face, FaceState.NOT_SELECTED) for n, face in enumerate(finder.detect(photo), 1)]
        found[str(path)] = [
            {key: value for key, value in batch.face_record(face).items() if key not in ("state", "strength")}
            for face in faces
        ]
    code = Exit.ALL_DONE if len(found) == len(options.paths) else Exit.SOME_FAILED if found else Exit.NOTHING_DONE
    if options.json:
        print(printable_lines(json.dumps(found, indent=2, ensure_ascii=False)))
        return code
    for path, records in found.items():
        print(f"{printable(path)}: {counted(len(records), 'face')}")
        for record in records:
            x, y, width, height = record["box"]
            print(
                f"  {record['number']:>3}  at {x:.0f},{y:.0f}  {width:.0f} x {height:.0f} px  score {record['score']}"
            )
    return code
