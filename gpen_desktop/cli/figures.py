"""`gpen-desktop bench` and `gpen-desktop evaluate`: figures, measured here and now."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gpen_desktop.cli.exits import Exit
from gpen_desktop.cli.terminal import Parser, add_command, printable, printable_lines
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import BUILTIN


def run(arguments: Sequence[str]) -> int:
    """Run `bench …` or `evaluate …`. Returns the exit code."""
    options = _parser().parse_args(arguments)
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    from gpen_desktop.lab.evaluation import evaluate

    parser = Parser(prog="gpen-desktop")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    judging = add_command(commands, "evaluate", "quality on aligned faces, models and plain tools side by side")
    evaluate.add_arguments(judging)
    judging.add_argument("--json", action="store_true", help="print the report as JSON instead of Markdown")
    judging.set_defaults(run=_evaluate)

    benches = add_command(commands, "bench", "speed, as ratios measured in one run").add_subparsers(
        required=True, metavar="WHAT"
    )
    for what, told, run in (
        ("engine", "the network in every form", _bench_engine),
        ("window", "how the window answers", _bench_window),
    ):
        bench = add_command(benches, what, told)
        bench.add_argument("--json", action="store_true")
        bench.set_defaults(run=_bench, bench=run)
    photo = add_command(benches, "photo", "a whole photo, stage by stage")
    photo.add_argument("path", type=Path)
    photo.add_argument("--model", default=BUILTIN, metavar="NAME|FILE")
    photo.add_argument("--json", action="store_true")
    photo.set_defaults(run=_bench_photo)
    upscale = add_command(benches, "upscale", "enlarging whole photos, against other ways to run the same network")
    upscale.add_argument("--rounds", type=int, default=5, metavar="N")
    upscale.add_argument("--megapixels", type=int, default=24, metavar="N", help="of a large photo, for its memory")
    size = "of the photos that are timed, and of the one with a face"
    upscale.add_argument("--size", type=int, nargs=3, default=[768, 512, 320], metavar=("W", "H", "W2"), help=size)
    upscale.add_argument("--json", action="store_true")
    upscale.set_defaults(run=_bench_upscale)
    detect = add_command(benches, "detect", "finding faces by RetinaFace ResNet-50, against facexlib's own way")
    detect.add_argument("--rounds", type=int, default=5, metavar="N")
    detect.add_argument("--size", type=int, nargs=2, default=[2000, 1333], metavar=("W", "H"))
    detect.add_argument("--json", action="store_true")
    detect.set_defaults(run=_bench_detect)
    album = add_command(benches, "album", "photos a minute and memory of a whole album")
    album.add_argument("--photos", type=int, default=400, metavar="N")
    album.add_argument("--rounds", type=int, default=2, metavar="N", help="runs of each (default: 2)")
    album.add_argument("--against", type=Path, metavar="DIR", help="another checkout, measured in turns with this one")
    album.add_argument("--json", action="store_true")
    album.set_defaults(run=_bench_album)
    return parser


def _evaluate(options: argparse.Namespace) -> int:
    from gpen_desktop.lab.evaluation import evaluate, report

    result = evaluate.run(options)
    print(printable_lines(report.as_json(result) if options.json else report.as_markdown(result)))
    return Exit.ALL_DONE


def _bench(options: argparse.Namespace) -> int:
    try:
        _show(options.bench(), options.json)
    except ModuleNotFoundError as error:
        raise OptionError(
            say("module-missing", "{name} is not installed.", name=error.name or str(error)),
            todo=say("pip-bench", "pip install 'gpen-desktop[bench]'"),
        ) from error
    return Exit.ALL_DONE


def _bench_engine() -> dict[str, Any]:
    from gpen_desktop.bench import engine

    return engine.run()


def _bench_window() -> dict[str, Any]:
    from gpen_desktop.bench import window

    return window.run()


def _bench_photo(options: argparse.Namespace) -> int:
    from gpen_desktop.bench import photo

    _show(photo.run(options.path, options.model), options.json)
    return Exit.ALL_DONE


def _bench_upscale(options: argparse.Namespace) -> int:
    from gpen_desktop.bench import upscale

    width, height, hybrid = options.size
    _show(upscale.run(options.rounds, options.megapixels, (width, height), hybrid_width=hybrid), options.json)
    return Exit.ALL_DONE


def _bench_detect(options: argparse.Namespace) -> int:
    from gpen_desktop.bench import detect

    width, height = options.size
    _show(detect.run(options.rounds, (width, height)), options.json)
    return Exit.ALL_DONE


def _bench_album(options: argparse.Namespace) -> int:
    from gpen_desktop.bench import album

    _show(album.run(options.photos, options.rounds, options.against), options.json)
    return Exit.ALL_DONE


def _show(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(printable_lines(json.dumps(figures, indent=2, ensure_ascii=False)))
        return
    for name, value in figures.items():
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        print(printable(f"{name}: {text}"))
