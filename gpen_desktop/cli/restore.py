"""`gpen-desktop restore`: many photos, with a progress bar, a summary and a report."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from gpen_desktop import __version__
from gpen_desktop.cli.batch_bar import BatchBar, complain
from gpen_desktop.cli.exits import Exit
from gpen_desktop.cli.report_files import check_report, those_that_failed, write_report
from gpen_desktop.cli.terminal import printable
from gpen_desktop.cli.told import summarise, tell
from gpen_desktop.core.batch import album, batch, cluster
from gpen_desktop.core.batch.album import PlannedPhoto
from gpen_desktop.core.batch.batch import BatchOptions, PhotoReport, PhotoStatus
from gpen_desktop.core.batch.control import BatchControl
from gpen_desktop.core.engine.compute import ComputeOptions, ModelStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions, may_be_replaced
from gpen_desktop.core.options import AUTO, FACE_OPTIONS, NO_MODEL
from gpen_desktop.core.output.file_names import is_missing, real_path
from gpen_desktop.core.output.journal import Journal
from gpen_desktop.core.output.mark import check_drawable
from gpen_desktop.core.output.name_pattern import check_pattern
from gpen_desktop.core.photo_files import atomic, registry
from gpen_desktop.core.photo_files.reading import read_start
from gpen_desktop.core.photo_files.registry import FORMATS
from gpen_desktop.core.stages.registry import stage_options, stage_values, without_automatic
from gpen_desktop.core.types import ComposeOptions, Frame
from gpen_desktop.errors import OptionError, PhotoError
from gpen_desktop.messages import say
from gpen_desktop.models import store
from gpen_desktop.models.choice import choice_of

_PROGRAM: Final = f"gpen-desktop {__version__}"


def run(options: argparse.Namespace) -> int:
    """Restore what the parsed command line asks for. Returns the exit code."""
    console = Console(stderr=True, quiet=options.quiet, soft_wrap=True, markup=False, highlight=False)
    _check_how_stored(options)
    options, one_file = _with_output(options)
    atomic.check_folder(options.output)
    found = _plan(options) if one_file is None else (PlannedPhoto(options.paths[0], one_file),)
    jobs = found if options.retry is None else those_that_failed(found, options.retry)
    for report in options.report:
        check_report(report, jobs)
    # a single file that was named has none: nobody wants one beside it
    journal = Journal(options.output, _journal_options(options)) if one_file is None else None
    if journal is not None and journal.problem:
        complain(str(journal.problem))
    if options.dry_run:
        _show_plan(jobs, journal, options)
        return Exit.ALL_DONE
    if not found:
        console.print("No photos found there. --recursive looks into folders within folders, too.")
        return Exit.NOTHING_DONE
    for report in options.report:
        atomic.make_folder(report.parent)
        atomic.check(report, overwrite=True)
    if not jobs:
        console.print("None of these photos failed in the run that wrote that report.")
        return _report_nothing(options)
    _check_models(options)
    where = f"as {one_file}" if one_file else f"in {options.output}"
    return _run(jobs, options, journal, where, console)


def _run(
    jobs: Sequence[PlannedPhoto],
    options: argparse.Namespace,
    journal: Journal | None,
    where: str,
    console: Console,
) -> Exit:
    """Restore the photos, tell of all of them in the end, and write the reports."""
    started = time.perf_counter()
    engine = Engine(_compute_of(options))
    engine.load(options.model)
    loaded = time.perf_counter() - started
    reports: list[PhotoReport] = []
    try:
        reports.extend(_restore_all(jobs, engine, options, journal, console))
        summarise(reports, _status(engine), where, console)
    finally:  # what was done is told also after a cancel
        record = _record(reports, _status(engine), options, loaded, time.perf_counter() - started)
        is_told = _write_reports(options.report, record, reports)
    return _exit_code(reports) if is_told else max(_exit_code(reports), Exit.SOME_FAILED)


def _report_nothing(options: argparse.Namespace) -> Exit:
    """Write reports without any photo, nor a model, as none is loaded; the one that was read by --retry stays."""
    record = {"program": _PROGRAM, "options": _journal_options(options), "photos": []}
    others = [file for file in options.report if real_path(file) != real_path(options.retry)]
    return Exit.ALL_DONE if _write_reports(others, record, ()) else Exit.SOME_FAILED


def _write_reports(files: Sequence[Path], record: dict[str, Any], reports: Sequence[PhotoReport]) -> bool:
    """Whether that went well with all; each is tried."""
    written = [write_report(file, record, reports) for file in files]
    return all(written)


def _check_how_stored(options: argparse.Namespace) -> None:
    """Raises OptionError."""
    if options.quality is not None and options.format in [f.option for f in FORMATS if not f.has_quality]:
        raise OptionError(
            say("format-without-quality", "{format} has no quality.", format=options.format.upper()),
            todo=say("leave-quality-out", "Leave --quality out."),
        )
    check_drawable(options.mark)


def _with_output(options: argparse.Namespace) -> tuple[argparse.Namespace, Path | None]:
    """The options with an output folder and a format; and the file where a single photo is to become one that is named.
    Raises OptionError."""
    if options.cluster:  # whose workers are in other folders
        there = {"paths": [path.absolute() for path in options.paths], "output": options.output.absolute()}
        options = argparse.Namespace(**vars(options) | there)
    file = _one_file(options)
    if file is None:
        return options, None
    return argparse.Namespace(**vars(options) | {"output": file.parent, "format": _format_of(file, options)}), file


def _check_models(options: argparse.Namespace) -> None:
    """Say before any photo is worked on which weights are not there, or would do nothing. Raises ModelError,
    OptionError."""
    for name in _models_asked_for(options):
        store.find(choice_of(name).name)
    check_invents([options.model], options.invent)


def _compute_of(options: argparse.Namespace) -> ComputeOptions:
    return ComputeOptions(options.device, options.precision, options.batch_size, options.detector)


def check_invents(models: Sequence[str], invent: int) -> None:
    """Say before any photo is worked on that --invent would do nothing, with none of the models. Raises OptionError."""
    names = [choice_of(model).name for model in models]
    if invent and all(store.inventor_of(name) is None for name in names):
        raise OptionError(
            say("nothing-invents", "Nothing here invents detail beside the model '{name}'.", name="', '".join(names)),
            todo=say("leave-invent-out", "Leave --invent out, or use another model."),
        )


def _plan(options: argparse.Namespace) -> tuple[PlannedPhoto, ...]:
    """What is to be restored, and where each result goes. Raises OptionError."""
    check_pattern(options.name)
    return album.plan(
        options.paths,
        options.output,
        recursive=options.recursive,
        format=options.format,
        pattern=options.name,
        model=choice_of(options.model).short,
    )


def _one_file(options: argparse.Namespace) -> Path | None:
    """The result's file where a single photo is to become one that is named, not one in a folder."""
    output: Path = options.output
    names_one = any(output.suffix.lower() in format.suffixes for format in registry.written())
    is_folder = os.path.isdir(output) or any(os.path.isdir(path) for path in options.paths)  # noqa: PTH112  -- as album.py
    return output if names_one and len(options.paths) == 1 and not is_folder else None


def _format_of(file: Path, options: argparse.Namespace) -> str:
    """The format that a result's name asks for. Raises OptionError."""
    named = next(format.option for format in registry.written() if file.suffix.lower() in format.suffixes)
    if options.format not in ("keep", named):
        raise OptionError(
            say("format-against-name", "'{path}' is no name for that format.", path=str(file)),
            todo=say("leave-format-out", "Leave --format out."),
            path=file,
        )
    if is_missing(options.paths[0]):
        raise OptionError(
            say("path-missing", "'{path}' does not exist.", path=str(options.paths[0])),
            todo=say("check-name", "Check the name."),
            path=options.paths[0],
        )
    try:
        own = registry.recognised(read_start(options.paths[0], registry.RECOGNISED_BY))
    except PhotoError:  # restoring it will say so
        return named
    return "keep" if own is not None and own.option == named else named  # as it is where nothing changes


def _show_plan(jobs: Sequence[PlannedPhoto], journal: Journal | None, options: argparse.Namespace) -> None:
    for job in jobs:
        state = _state(job, journal, options)
        print(printable(f"{job.source} -> {job.target}" + (f" ({state})" if state else "")))


def _state(job: PlannedPhoto, journal: Journal | None, options: argparse.Namespace) -> str:
    """What a run would find; '' where nothing is in the way."""
    if job.problem:
        return f"cannot be done: {job.problem}"
    how = batch.resumed(job, ExportOptions(overwrite=options.overwrite), journal if options.resume else None)
    if isinstance(how, PhotoReport):
        return "finished earlier"
    if not os.path.exists(job.target):  # noqa: PTH110  -- Path.exists raises in a folder that may not be looked into
        return ""
    if not how.overwrite:
        return "there already"
    try:
        return "" if may_be_replaced(job.target, job.source) else "there already, and no result of this program"
    except PhotoError as error:
        return f"cannot be done: {error.what}"


def edits_of(options: argparse.Namespace) -> Edits:
    """What a parsed command line asks for on every photo. Raises OptionError."""
    look = vars(options)
    by_number = {} if isinstance(options.faces, str) else {"faces": "all"}
    stages = stage_values(look)
    frame = Frame(options.straighten, shape=options.crop)
    return Edits(
        replace(ComposeOptions.of(look | by_number), frame=frame),
        stages if options.auto else without_automatic(stages),
        model=options.model,
    )


def _journal_options(options: argparse.Namespace) -> dict[str, Any]:
    """All that a result depends on beside its photo."""
    names = (
        *(option.name for option in (*FACE_OPTIONS, *stage_options())),
        *(
            "crop",
            "straighten",
            "auto",
            "model",
            "device",
            "precision",
            "batch_size",
            "detector",
            "format",
            "quality",
            "mark",
        ),
    )
    models = [option for option in stage_options() if option.names_model]
    return {name: getattr(options, name) for name in names} | {
        "program": __version__,
        # what 'auto' stands for as long as nothing else is installed
        "detector": store.chosen_detector(options.detector),
        "parser": store.chosen_parser(),
        **({"colour_model": store.first_colouriser()} if _chooses_colouriser(options) else {}),
        "model_file": _file_state(options.model),
        **{f"{option.name}_file": _file_state(getattr(options, option.name)) for option in models},
    }


def _models_asked_for(options: argparse.Namespace) -> list[str]:
    """Of the whole photo's stages."""
    asked = [str(getattr(options, option.name)) for option in stage_options() if option.names_model]
    if _chooses_colouriser(options):
        asked.append(store.first_colouriser())
    return [name for name in asked if name not in (NO_MODEL, AUTO)]


def _chooses_colouriser(options: argparse.Namespace) -> bool:
    return bool(options.colour) and options.colour_model == AUTO


def _file_state(model: str) -> list[int] | None:
    """Of weights given as a file: whether it is still the same."""
    model = choice_of(model).name
    state = os.stat(model) if os.path.isfile(model) else None  # noqa: PTH113, PTH116  -- Path raises for a long name
    return [state.st_size, state.st_mtime_ns] if state else None


def _restore_all(
    jobs: Sequence[PlannedPhoto],
    engine: Engine,
    options: argparse.Namespace,
    journal: Journal | None,
    console: Console,
) -> Iterator[PhotoReport]:
    """Restore the photos and tell of each as it is done."""
    from gpen_desktop.models.device import cpu_threads  # brings torch, which planning does without

    wanted = BatchOptions(
        edits_of(options),
        ExportOptions(options.format, options.quality, options.overwrite, options.mark),
        None if isinstance(options.faces, str) else options.faces,
    )
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} {task.fields[rate]}", markup=False),
        TimeRemainingColumn(compact=True),
    )
    bar_shown = Bar(*columns, console=console, transient=True, disable=console.quiet)
    with ExitStack() as stack, bar_shown as bar:
        told = BatchBar(bar, len(jobs))
        if options.cluster:
            setting = cluster.Setting(_compute_of(options), wanted)
            client = stack.enter_context(cluster.connect(options.cluster))
            reports = cluster.restore_all(jobs, client, setting, journal, resume=options.resume)
        else:
            control = BatchControl(told.full, told.room)
            at_once = options.jobs or cpu_threads()
            reports = batch.restore_all(
                jobs, engine, wanted, journal, told.begin, resume=options.resume, at_once=at_once, control=control
            )
        for report in reports:
            told.end(report)
            tell(report, console)
            yield report


def _status(engine: Engine) -> ModelStatus:
    status = engine.status()
    assert status is not None  # it was loaded before the first photo
    return status


def _record(
    reports: Sequence[PhotoReport], status: ModelStatus, options: argparse.Namespace, loaded: float, total: float
) -> dict[str, Any]:
    """The JSON report."""
    return {
        "program": _PROGRAM,
        "model": status.model,
        "device": status.torch_device,
        "compute": status.device,
        "detector": status.detector,
        "parser": status.parser,
        "why": status.reason.as_record(),
        "notes": [note.as_record() for note in status.notes],
        "options": _journal_options(options),
        "seconds": {"start": round(loaded, 3), "total": round(total, 3)},
        "photos": [batch.report_record(report) for report in reports],
    }


def _exit_code(reports: Sequence[PhotoReport]) -> Exit:
    good = sum(report.outcome in (PhotoStatus.DONE, PhotoStatus.SKIPPED) for report in reports)
    if good == len(reports):
        return Exit.ALL_DONE
    return Exit.SOME_FAILED if good else Exit.NOTHING_DONE
