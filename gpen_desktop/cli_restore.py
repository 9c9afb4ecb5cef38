"""`gpen-desktop restore`: many photos, with a progress bar, a summary and a report."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from gpen_desktop import __version__
from gpen_desktop.cli import Exit
from gpen_desktop.core import atomic, batch
from gpen_desktop.core.batch import Job, Journal, Outcome, PhotoReport
from gpen_desktop.core.detect import FaceDetector
from gpen_desktop.core.export import ExportOptions
from gpen_desktop.core.restore import Restorer
from gpen_desktop.core.types import ComposeOptions, Mode


def run(options: argparse.Namespace) -> int:
    """Restore what the parsed command line asks for. Returns the exit code."""
    console = Console(stderr=True, quiet=options.quiet)
    compose_options = compose_options_of(options)
    jobs = batch.plan(options.paths, options.output, recursive=options.recursive, format=options.format)
    if options.dry_run:
        for job in jobs:
            Console().print(f"{job.source} -> {job.target}", highlight=False, soft_wrap=True, markup=False)
        return Exit.ALL_DONE
    if not jobs:
        console.print("No photos found there.")
        return Exit.NOTHING_DONE
    started = time.perf_counter()
    restorer = Restorer(
        options.model, device=options.device, precision=options.precision, batch_size=options.batch_size
    )
    finder = FaceDetector()
    loaded = time.perf_counter() - started
    journal = Journal(options.output, _journal_options(options))
    export_options = ExportOptions(options.format, options.quality, options.overwrite)
    reports = _restore_all(jobs, finder, restorer, compose_options, export_options, journal, options.resume, console)
    if options.report:
        record = _record(reports, restorer, options, loaded, time.perf_counter() - started)
        atomic.write(options.report, json.dumps(record, indent=2, ensure_ascii=False).encode(), overwrite=True)
    _summarise(reports, restorer, console)
    return _exit_code(reports)


def compose_options_of(options: argparse.Namespace) -> ComposeOptions:
    """The look that a parsed command line asks for. Raises OptionError."""
    return ComposeOptions(
        mode=Mode(options.mode),
        strength=options.strength,
        skin_protection=options.skin_protection,
        denoise=options.denoise,
        sharpen=options.sharpen,
        faces=options.faces,
        min_face=options.min_face,
        scale=options.scale,
        restore_sharp=options.restore_sharp,
    )


def _journal_options(options: argparse.Namespace) -> dict[str, Any]:
    """All that the result depends on."""
    names = (
        *("mode", "strength", "skin_protection", "denoise", "sharpen", "faces", "min_face", "restore_sharp", "scale"),
        *("model", "format", "quality"),
    )
    return {name: getattr(options, name) for name in names}


def _restore_all(
    jobs: Sequence[Job],
    finder: FaceDetector,
    restorer: Restorer,
    compose_options: ComposeOptions,
    export_options: ExportOptions,
    journal: Journal,
    resume: bool,
    console: Console,
) -> list[PhotoReport]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    )
    reports = []
    with Bar(*columns, console=console, transient=True, disable=console.quiet) as bar:
        task = bar.add_task("Restoring", total=len(jobs))
        for number, job in enumerate(jobs):
            bar.update(task, description=f"Restoring {job.source.name}")
            if resume and journal.has(job):
                report = PhotoReport(str(job.source), str(job.target), Outcome.SKIPPED)
            else:
                teller = _BarProgress(bar, task, number)
                report = batch.restore_photo(job, finder, restorer, compose_options, export_options, teller)
                if report.outcome is Outcome.DONE:
                    journal.add(job)
            reports.append(report)
            _tell(report, console)
            bar.update(task, completed=number + 1)
    return reports


class _BarProgress:
    """Shows a photo's own progress as part of the whole."""

    def __init__(self, bar: Bar, task: TaskID, number: int) -> None:
        self._bar = bar
        self._task = task
        self._number = number

    def report(self, fraction: float, stage: str) -> None:
        self._bar.update(self._task, completed=self._number + fraction)


def _tell(report: PhotoReport, console: Console) -> None:
    name = Path(report.source).name
    match report.outcome:
        case Outcome.DONE:
            count = f"{report.restored} of {len(report.faces)} faces restored" if report.faces else "no faces found"
            console.print(f"{name}: {count}, {sum(report.seconds.values()):.1f} s", highlight=False, markup=False)
        case Outcome.SKIPPED:
            console.print(f"{name}: finished earlier", highlight=False, markup=False)
        case Outcome.EXISTS | Outcome.FAILED:
            text = " ".join(part for part in (report.error, report.todo) if part)
            Console(stderr=True).print(f"{name}: {text}", highlight=False, markup=False, style="yellow")
    for warning in report.warnings:
        console.print(f"  {warning}", highlight=False, markup=False, style="dim")


def _record(
    reports: Sequence[PhotoReport], restorer: Restorer, options: argparse.Namespace, loaded: float, total: float
) -> dict[str, Any]:
    """The JSON report."""
    return {
        "program": f"gpen-desktop {__version__}",
        "model": restorer.model_name,
        "device": str(restorer.compute.device),
        "compute": restorer.compute.name,
        "why": restorer.compute.reason,
        "notes": list(restorer.notes),
        "options": _journal_options(options),
        "seconds": {"start": round(loaded, 3), "total": round(total, 3)},
        "photos": [batch.report_record(report) for report in reports],
    }


def _summarise(reports: Sequence[PhotoReport], restorer: Restorer, console: Console) -> None:
    counts = {outcome: sum(report.outcome is outcome for report in reports) for outcome in Outcome}
    faces = sum(report.restored for report in reports)
    parts = [f"{counts[Outcome.DONE]} of {len(reports)} photos done, {faces} faces restored"]
    parts += [f"{counts[Outcome.SKIPPED]} finished earlier"] if counts[Outcome.SKIPPED] else []
    parts += [f"{counts[Outcome.EXISTS]} there already"] if counts[Outcome.EXISTS] else []
    parts += [f"{counts[Outcome.FAILED]} failed"] if counts[Outcome.FAILED] else []
    console.print("; ".join(parts) + f". {restorer.model_name} on {restorer.compute.name}.", highlight=False)
    for note in restorer.notes:
        console.print(note, highlight=False, markup=False)


def _exit_code(reports: Sequence[PhotoReport]) -> Exit:
    good = sum(report.outcome in (Outcome.DONE, Outcome.SKIPPED) for report in reports)
    if good == len(reports):
        return Exit.ALL_DONE
    return Exit.SOME_FAILED if good else Exit.NOTHING_DONE
