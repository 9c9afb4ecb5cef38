"""Many photos, several at once: whatever goes wrong with one is in its report, and never stops the rest."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from gpen_desktop import part_files
from gpen_desktop.core import fallbacks, memory
from gpen_desktop.core.batch.album import PlannedPhoto
from gpen_desktop.core.batch.control import BatchControl, ControlledProgress
from gpen_desktop.core.batch.side_by_side import SideBySide
from gpen_desktop.core.batch.workers import Turns
from gpen_desktop.core.compose.select import by_number
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import Exported, ExportOptions, prepare
from gpen_desktop.core.engine.pages import restored_pages
from gpen_desktop.core.output.cost import cost_of
from gpen_desktop.core.output.journal import Journal
from gpen_desktop.core.photo_files import atomic
from gpen_desktop.core.photo_files.formats.header import PART_MISSING
from gpen_desktop.core.photo_files.load_save import open_photo
from gpen_desktop.core.photo_files.patience import is_wanted_here, lent_here, waiting_while
from gpen_desktop.core.photo_files.turning import turned
from gpen_desktop.core.progress import Progress, SubProgress
from gpen_desktop.core.stages.registry import total_scale
from gpen_desktop.core.types import RESTORED_STATES, ComposedFace, ComposeOptions, Face, Photo, Seen, StageResult
from gpen_desktop.errors import Cancelled, DiskFullError, GpenError, OutputExistsError, PhotoError
from gpen_desktop.messages import Message, say

ResultT = TypeVar("ResultT")

COPIED = say("copied-unchanged", "Nothing was changed; the file was copied as it is.")
"""Among the warnings of a photo that needed nothing."""


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
        return sum(face["state"] in RESTORED_STATES for face in self.faces)


@dataclass(frozen=True)
class BatchOptions:
    """What is done to a photo, or to every one.

    face_numbers: restore these faces only, whatever `edits` say of them; numbered from 1 in reading order, on each page
    anew. faces: when they are known; None: those that are set in `edits`, or found. former: as in Session.set_faces.
    further: the look of the pages behind the first, where it is not that of the first.
    """

    edits: Edits = field(default_factory=Edits)
    export: ExportOptions = field(default_factory=ExportOptions)
    face_numbers: Collection[int] | None = None
    faces: tuple[Face, ...] | None = None
    former: tuple[Face, ...] = ()
    further: ComposeOptions | None = None

    def look_of_page(self, faces: Sequence[Face]) -> ComposeOptions:
        """The look of a page behind the first with these faces; it need not have as many as there are numbers."""
        if self.face_numbers is None:
            return self.further or self.edits.options
        there = [number for number in self.face_numbers if number <= len(faces)]
        return replace(self.further or self.edits.options, faces=by_number(faces, there))


def restore_all(
    photos: Sequence[PlannedPhoto],
    engine: Engine,
    options: BatchOptions,
    journal: Journal | None,
    progress_of: Callable[[int, PlannedPhoto], Progress],
    *,
    resume: bool = False,
    at_once: int = 1,
    control: BatchControl | None = None,
) -> Iterator[PhotoReport]:
    """Restore photos and note each in the journal; yields what happened to each, in their order. Raises Cancelled.

    progress_of: asked for each photo as it is begun, by its number from 0, in the thread that works on it. resume:
    go on with what the journal tells of, see `resumed`. at_once: photos computed, as SideBySide has it.
    control: cancels. Without a journal nothing is noted, and everything done.
    """
    control = control or BatchControl()
    beside = SideBySide(engine, options.edits.model, max(1, min(at_once, len(photos))))

    def work(numbered: tuple[int, PlannedPhoto]) -> PhotoReport:
        number, job = numbered
        control.check()
        progress = ControlledProgress(progress_of(number, job), control)
        how = resumed(job, options.export, journal if resume else None)
        if isinstance(how, PhotoReport):
            return how
        around = Surroundings(journal, control.wait_for_room, beside.room, beside.turns)
        with waiting_while(lambda: control.is_going):  # nor for a disk that does not answer
            report = restore_photo(job, beside.engine_here(), replace(options, export=how), progress, around)
        beside.keeping.check()
        return report

    for folder in {job.target.parent for job in photos}:
        part_files.remove_stale(folder, atomic.PART_PREFIX)
    try:
        yield from beside.threads.in_order(enumerate(photos), work, control.cancel)
    finally:
        beside.close()


def resumed(job: PlannedPhoto, export: ExportOptions, journal: Journal | None) -> ExportOptions | PhotoReport:
    """How a photo's result is to be stored by a run that goes on with what `journal` tells of; the report of one that
    is finished. What else an earlier run made is replaced, but for what somebody has altered since. Without a journal
    nothing was done before."""
    if journal is None:
        return export
    if journal.has(job.source, job.target):
        return PhotoReport(str(job.source), str(job.target), PhotoStatus.SKIPPED)
    return export if journal.was_altered(job.target) else replace(export, overwrite=True)


def _raise(error: DiskFullError) -> None:
    raise error


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What a photo of a batch has to do with beside itself.

    journal: None where nothing is noted. on_full: called where a disk is full, and writing tried again once it returns;
    it may raise instead, as it does by default. room, turns: that all photos share.
    """

    journal: Journal | None = None
    on_full: Callable[[DiskFullError], None] = _raise
    room: memory.Room = field(default_factory=lambda: memory.Room(0))
    turns: Turns = field(default_factory=Turns)


def restore_photo(
    job: PlannedPhoto,
    engine: Engine,
    options: BatchOptions,
    progress: Progress,
    around: Surroundings | None = None,
) -> PhotoReport:
    """Restore one photo and save it. Whatever goes wrong is in the report; only Cancelled is raised."""
    try:
        return export_photo(job, engine, options, progress, around)[1]
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


def export_photo(
    job: PlannedPhoto,
    engine: Engine,
    options: BatchOptions,
    progress: Progress,
    around: Surroundings | None = None,
) -> tuple[Exported, PhotoReport]:
    """Restore one photo and save it: the one way in which window and command line do. A photo that the engine has in
    memory is not read again.

    Raises PhotoError, ModelError (of all kinds), DeviceError, OptionError, SaveError, Cancelled.
    """
    around = around or Surroundings()
    if job.problem:
        raise PhotoError(job.problem, path=job.source)
    # before the photo is even read
    _when_there_is_room(lambda: prepare(job.source, job.target, options.export), around)
    edits = options.edits
    at_hand = engine.photo_at_hand(job.source, edits.quarters)
    if at_hand is not None:
        with around.turns.turn(at_hand.width * at_hand.height):
            return _export(at_hand, 0.0, job, engine, options, progress, around)
    opened = open_photo(job.source)
    scale = total_scale(edits.stages)
    enlarged = cost_of((opened.header.width, opened.header.height), scale).memory if scale > 1 else 0
    pixels = opened.header.width * opened.header.height
    with around.room.hold(max(opened.needed_bytes, enlarged), is_wanted_here), around.turns.turn(pixels):
        progress.report(0.0, "load")
        started = time.perf_counter()
        photo = turned(opened.decode(), edits.quarters)
        del opened  # the file's bytes: those of an uncompressed scan are as many as its pixels'
        return _export(photo, time.perf_counter() - started, job, engine, options, progress, around)


def _export(
    photo: Photo,
    loaded: float,
    job: PlannedPhoto,
    engine: Engine,
    options: BatchOptions,
    progress: Progress,
    around: Surroundings,
) -> tuple[Exported, PhotoReport]:
    """loaded: seconds that reading took."""
    edits = options.edits
    known = edits.faces if options.faces is None else options.faces
    unnoted: list[Message] = []
    with fallbacks.heard() as otherwise:
        session = engine.open(photo, edits.model, known, edits.stages, edits.strokes, former=options.former)
        look = edits.options
        if options.face_numbers is not None:
            faces = session.faces(SubProgress(progress, 0.0, 0.2))
            look = replace(look, faces=by_number(faces, options.face_numbers))
        half = SubProgress(progress, 0.0, 0.5)
        pages = restored_pages(photo, engine, edits, options.look_of_page, options.export, half)
        note = _noting(around.journal, job.source, unnoted)
        saved = _when_there_is_room(
            lambda: engine.export(session, look, job.target, options.export, progress, note, pages), around
        )
    return saved, PhotoReport(
        source=str(job.source),
        target=str(saved.path),
        outcome=PhotoStatus.DONE,
        faces=(
            *(face_record(face) for face in saved.faces),
            *(face_record(face) | {"page": number} for number, page in enumerate(pages, 2) for face in page.faces),
        ),
        seen=saved.seen,
        stages=saved.stages,
        seconds={stage: round(seconds, 4) for stage, seconds in {"load": loaded, **session.seconds}.items()},
        warnings=(
            *(_of_copy(session.photo) if saved.unchanged else session.photo.warnings),
            *saved.warnings,
            *otherwise,
            *unnoted,
        ),
    )


def _of_copy(photo: Photo) -> tuple[Message, ...]:
    """What is said of a photo that was copied: what could not be read along is still in the copy, but what was missing
    is missing there too."""
    return (COPIED, *(words for words in photo.warnings if words == PART_MISSING))


def _when_there_is_room(write: Callable[[], ResultT], around: Surroundings) -> ResultT:
    """What `write` gives; where the disk is full, it is tried again when there may be room."""
    while True:
        try:
            return write()
        except DiskFullError as error:
            with lent_here():
                around.on_full(error)


def note_result(report: PhotoReport, job: PlannedPhoto, journal: Journal | None) -> PhotoReport:
    """The report of a photo that was done elsewhere, after its result has been noted."""
    if report.outcome is not PhotoStatus.DONE or report.target is None or journal is None:
        return report
    problems: list[Message] = []
    _note(journal, job.source, Path(report.target), None, problems)
    return replace(report, warnings=(*report.warnings, *problems))


def _noting(journal: Journal | None, source: Path, problems: list[Message]) -> Callable[[Path, Path], None]:
    """What is done before a result gets its name, so that an interruption redoes it: it is noted. What could not be
    done goes into `problems`."""

    def note(target: Path, made: Path) -> None:
        problems.clear()
        if journal is not None:
            _note(journal, source, target, made, problems)

    return note


def _note(journal: Journal, source: Path, target: Path, made: Path | None, problems: list[Message]) -> None:
    try:
        journal.add(source, target, made)
    except OSError as error:
        problems.append(
            say(
                "journal-unwritable",
                "The journal could not be written ({reason}): an interrupted run will do this photo again.",
                reason=error.strerror or str(error),
            )
        )


def face_record(face: ComposedFace) -> dict[str, Any]:
    """A face as the JSON report shows it; lengths in photo pixels, strength in percent."""
    return {
        "number": face.number,
        "state": str(face.state),
        "strength": face.strength,
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
