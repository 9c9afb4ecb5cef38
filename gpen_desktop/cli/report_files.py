"""The files that --report writes and --retry reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gpen_desktop.cli.batch_bar import complain
from gpen_desktop.core.batch import report_page
from gpen_desktop.core.batch.album import PlannedPhoto
from gpen_desktop.core.batch.batch import PhotoReport, PhotoStatus
from gpen_desktop.core.output.file_names import is_missing, real_path
from gpen_desktop.core.photo_files import atomic
from gpen_desktop.core.photo_files.reading import open_regular, read_start
from gpen_desktop.core.photo_files.registry import is_supported
from gpen_desktop.errors import OptionError, SaveError
from gpen_desktop.messages import say


def those_that_failed(jobs: Sequence[PlannedPhoto], report: Path) -> tuple[PlannedPhoto, ...]:
    """The photos that failed by the report of an earlier run. Raises OptionError."""
    failed = _failed(report)
    return tuple(job for job in jobs if real_path(job.source) in failed)


def _failed(report: Path) -> frozenset[Path]:
    """The photos that failed by an earlier run's report. Raises OptionError."""
    try:
        with open_regular(report) as file:
            photos = json.loads(file.read())["photos"]
        return frozenset(real_path(Path(each["source"])) for each in photos if each["outcome"] == PhotoStatus.FAILED)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OptionError(
            say("no-report", "'{path}' cannot be read as the report of an earlier run.", path=str(report)),
            todo=say("give-json-report", "Give the file that --report FILE.json wrote."),
            path=report,
        ) from error


def write_report(file: Path, record: dict[str, Any], reports: Sequence[PhotoReport]) -> bool:
    """Write a report, with a model unless none was loaded. False where that fails, which is said: the photos are no
    worse for it."""
    if file.suffix.lower() == ".html":
        ran = f", {record['model']} on {record['compute']}" if "model" in record else ""
        text = report_page.page(reports, record["program"] + ran)
    else:
        text = json.dumps(record, indent=2, ensure_ascii=False)
    try:
        # a name that is no UTF-8 (from an old disk) becomes an escape that JSON can hold
        atomic.write(file, text.encode("utf-8", "backslashreplace"), overwrite=True)
    except SaveError as error:
        complain(str(error))
        return False
    return True


def check_report(report: Path, jobs: Sequence[PlannedPhoto]) -> None:
    """A report never takes the place of a photo, or of anything that is not a report. Raises OptionError."""
    is_new = is_missing(report)
    if is_supported(report) or not (is_new or report.suffix.lower() in (".json", ".html")):
        raise OptionError(
            say("bad-report-name", "'{path}' cannot be the name of a report.", path=str(report)),
            todo=say("choose-report-name", "Choose a name that ends in .json or .html."),
            path=report,
        )
    if not is_new and not _is_report(report):
        raise OptionError(
            say(
                "not-a-result", "{name} already exists, and nothing shows that this program made it.", name=report.name
            ),
            todo=say("choose-other-name", "Choose another name."),
            path=report,
        )
    if any(real_path(report) == real_path(path) for job in jobs for path in (job.source, job.target)):
        raise OptionError(
            say("report-is-photo", "'{path}' is one of the photos.", path=str(report)),
            todo=say("choose-other-name", "Choose another name."),
            path=report,
        )


def _is_report(file: Path) -> bool:
    """Whether a file is empty, or begins as this program's reports do. Raises UnreadablePhotoError."""
    start = read_start(file, 200)
    return not start or b'"program": "gpen-desktop' in start or b"<title>Restored photos</title>" in start
