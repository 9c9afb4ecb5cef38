"""Photos one by one: whatever goes wrong with one is in its report, and never stops the rest."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from gpen_desktop.core.compose.select import by_number
from gpen_desktop.core.engine.album import PlannedPhoto
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions, prepare
from gpen_desktop.core.engine.journal import Journal
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.types import ComposedFace, FaceState, Seen, StageResult
from gpen_desktop.errors import Cancelled, GpenError, OutputExistsError, PhotoError
from gpen_desktop.messages import Message, say

_COPIED = say("copied-unchanged", "Nothing was changed; the file was copied as it is.")


class PhotoStatus(StrEnum):
    """How a photo ended."""

    DONE = "done"
    SKIPPED = "skipped"
    EXISTS = "exists"
    FAILED = "failed"


@dataclass(frozen=True)
class PhotoReport:
    """What happened to one photo. faces: dicts with number, box, landmarks, score, state. seen: of the whole photo.
    stages: what was done to it. seconds: per stage."""

    source: str
    target: str | None
    outcome: PhotoStatus
    faces: tuple[dict[str, Any], ...] = ()
    seen: tuple[Seen, ...] = ()
    stages: tuple[StageResult, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()
    error: Message | None = None
    todo: Message | None = None
    details: str = ""

    @property
    def restored(self) -> int:
        """Number of faces restored."""
        return sum(face["state"] == FaceState.RESTORED for face in self.faces)


@dataclass(frozen=True)
class BatchOptions:
    """What is done to every photo.

    face_numbers: restore these faces only, whatever `edits` say of them; numbered from 1 in reading order.
    """

    edits: Edits = field(default_factory=Edits)
    export: ExportOptions = field(default_factory=ExportOptions)
    face_numbers: Collection[int] | None = None


def restore_all(
    photos: Iterable[PlannedPhoto],
    engine: Engine,
    options: BatchOptions,
    journal: Journal,
    progress_of: Callable[[int, PlannedPhoto], Progress],
    *,
    resume: bool = False,
) -> Iterator[PhotoReport]:
    """Restore photo after photo and note each in the journal; yields what happened to each. Raises Cancelled.

    progress_of: asked for each photo, by its number from 0. resume: leave out what the journal names as made alike, and
    make again what else this program made here (see export.may_be_replaced), but for what somebody has altered since.
    """
    for number, job in enumerate(photos):
        progress = progress_of(number, job)
        if resume and journal.has(job.source, job.target):
            yield PhotoReport(str(job.source), str(job.target), PhotoStatus.SKIPPED)
            continue
        again = resume and not journal.was_altered(job.target)
        how = replace(options, export=replace(options.export, overwrite=True)) if again else options
        report = restore_photo(job, engine, how, progress)
        yield _noted(report, job, journal)


def _noted(report: PhotoReport, job: PlannedPhoto, journal: Journal) -> PhotoReport:
    """The report, after its result has been noted in the journal."""
    if report.outcome is not PhotoStatus.DONE or report.target is None:
        return report
    try:
        journal.add(job.source, Path(report.target))
    except OSError as error:
        warning = say(
            "journal-unwritable",
            "The journal could not be written ({reason}): an interrupted run will do this photo again.",
            reason=error.strerror or str(error),
        )
        return replace(report, warnings=(*report.warnings, warning))
    return report


def restore_photo(job: PlannedPhoto, engine: Engine, options: BatchOptions, progress: Progress) -> PhotoReport:
    """Restore one photo and save it. Whatever goes wrong is in the report; only Cancelled is raised."""
    try:
        return _restore(job, engine, options, progress)
    except Cancelled:
        raise
    except OutputExistsError as error:
        return PhotoReport(str(job.source), str(job.target), PhotoStatus.EXISTS, error=error.what, todo=error.todo)
    except GpenError as error:
        return PhotoReport(str(job.source), None, PhotoStatus.FAILED, error=error.what, todo=error.todo)
    except Exception as error:  # a fault of ours must not cost the user the rest of the album
        return PhotoReport(
            str(job.source),
            None,
            PhotoStatus.FAILED,
            error=say(
                "unforeseen",
                "Something unexpected went wrong ({kind}: {error}).",
                kind=type(error).__name__,
                error=str(error),
            ),
            todo=say("report-with-details", "Please report it with the details in the JSON report."),
            details=traceback.format_exc(),
        )
    finally:
        engine.forget(job.source)


def _restore(job: PlannedPhoto, engine: Engine, options: BatchOptions, progress: Progress) -> PhotoReport:
    if job.problem:
        raise PhotoError(job.problem, path=job.source)
    prepare(job.source, job.target, options.export)  # before the photo is even read
    session = engine.open(job.source, options.edits.model, stages=options.edits.stages, strokes=options.edits.strokes)
    look = options.edits.options
    if options.face_numbers is not None:
        faces = session.faces(SubProgress(progress, 0.0, 0.2))
        look = replace(look, faces=by_number(faces, options.face_numbers))
    saved = engine.export(session, look, job.target, options.export, progress)
    return PhotoReport(
        source=str(job.source),
        target=str(saved.path),
        outcome=PhotoStatus.DONE,
        faces=tuple(face_record(face) for face in saved.faces),
        seen=saved.seen,
        stages=saved.stages,
        seconds={stage: round(seconds, 4) for stage, seconds in session.seconds.items()},
        # what could not be read along is still in a copy
        warnings=(_COPIED, *saved.warnings) if saved.unchanged else (*session.photo.warnings, *saved.warnings),
    )


def face_record(face: ComposedFace) -> dict[str, Any]:
    """A face as the JSON report shows it; lengths in photo pixels."""
    return {
        "number": face.number,
        "state": str(face.state),
        "box": [round(value, 1) for value in face.face.box],
        "landmarks": [[round(float(x), 2), round(float(y), 2)] for x, y in face.face.landmarks],
        "score": round(face.face.score, 3),
    }


def report_record(report: PhotoReport) -> dict[str, Any]:
    """A photo's report as it goes into JSON; empty fields left out. stages: names of those that changed the photo."""
    record = {each.name: getattr(report, each.name) for each in fields(report)}
    for name in ("error", "todo"):
        record[name] = record[name] and record[name].as_record()
    record["seen"] = [{"stage": seen.stage, **seen.words.as_record()} for seen in report.seen]
    record["stages"] = [result.stage for result in report.stages if result.strength]
    record["done"] = [
        {"stage": result.stage, "strength": result.strength, **result.words.as_record()} for result in report.stages
    ]
    record["warnings"] = [warning.as_record() for warning in report.warnings]
    return {key: value for key, value in record.items() if value not in ("", None, (), {}, [])}
