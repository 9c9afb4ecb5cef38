"""Many photos: what to do, doing it one by one, a journal to go on from after an interruption.

One bad photo never stops the rest: whatever goes wrong with it is in its report.
"""

from __future__ import annotations

import hashlib
import json
import os
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from gpen_desktop.core.errors import Cancelled, GpenError, OptionError, OutputExistsError
from gpen_desktop.core.export import ExportOptions, export
from gpen_desktop.core.photo_io import is_supported, result_path
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.session import CropRestorer, FaceFinder, Session
from gpen_desktop.core.types import ComposedFace, ComposeOptions, FaceState

JOURNAL_NAME: Final = ".gpen-desktop-journal.jsonl"


@dataclass(frozen=True)
class Job:
    """One photo to restore: from source to target."""

    source: Path
    target: Path


class Outcome(StrEnum):
    """How a photo ended."""

    DONE = "done"
    SKIPPED = "skipped"
    EXISTS = "exists"
    FAILED = "failed"


@dataclass(frozen=True)
class PhotoReport:
    """What happened to one photo. faces: dicts with number, box, landmarks, score, state. seconds: per stage."""

    source: str
    target: str | None
    outcome: Outcome
    faces: tuple[dict[str, Any], ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: str = ""
    todo: str = ""
    details: str = ""

    @property
    def restored(self) -> int:
        """Number of faces restored."""
        return sum(face["state"] == FaceState.RESTORED for face in self.faces)


def plan(paths: Sequence[Path], out_dir: Path, *, recursive: bool, format: str = "keep") -> tuple[Job, ...]:
    """List the photos under `paths` (files and folders) and where each goes in `out_dir`.

    Folders keep their inner structure. Files named by the user are taken whatever their ending, those in folders only
    if the ending is a picture's. Two sources never share a target: later ones get '-2', '-3', …. Raises OptionError
    for a path that is not there.
    """
    jobs: list[Job] = []
    taken: set[Path] = set()
    inside = out_dir.resolve()
    for path in paths:
        if not path.exists():
            raise OptionError(f"'{path}' is not there.", todo="Check the name.", path=path)
        root = path if path.is_dir() else path.parent
        for source in _photos_in(path, recursive, inside) if path.is_dir() else [path]:
            target = _free_target(out_dir / source.relative_to(root), source, format, taken)
            taken.add(_key(target))
            jobs.append(Job(source, target))
    return tuple(jobs)


def _photos_in(folder: Path, recursive: bool, out_dir: Path) -> Iterator[Path]:
    """Pictures in a folder, by name; hidden ones and the output folder itself are left out."""
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            if recursive and entry.resolve() != out_dir:
                yield from _photos_in(entry, recursive, out_dir)
        elif is_supported(entry):
            yield entry


def _key(path: Path) -> Path:
    """Names that differ only in case are one file on many systems."""
    return path.with_name(path.name.casefold())


def _free_target(wanted: Path, source: Path, format: str, taken: set[Path]) -> Path:
    target = result_path(source, wanted, format)
    candidate, number = target, 2
    while _key(candidate) in taken:
        candidate = target.with_name(f"{target.stem}-{number}{target.suffix}")
        number += 1
    return candidate


class Journal:
    """Which photos are done with which options, a JSON line each, so that an interrupted album can be gone on with."""

    def __init__(self, out_dir: Path, options: dict[str, Any]) -> None:
        self._path = out_dir / JOURNAL_NAME
        self._options = hashlib.sha256(json.dumps(options, sort_keys=True, default=str).encode()).hexdigest()[:16]
        self._done = set(self._read())

    def has(self, job: Job) -> bool:
        """Whether this photo, as it is now, was done with these options and its result is still there."""
        return job.target.is_file() and self._entry(job) in self._done

    def add(self, job: Job) -> None:
        """Note that a photo is done; on disk before this returns."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"\n{self._entry(job)}\n")  # the first ends a line that an interruption cut short
            file.flush()
            os.fsync(file.fileno())

    def _entry(self, job: Job) -> str:
        state = job.source.stat()
        return json.dumps(
            [str(job.source.resolve()), state.st_size, state.st_mtime_ns, str(job.target.name), self._options]
        )

    def _read(self) -> Iterator[str]:
        """Whole lines only: an interrupted write leaves half a line, which matches nothing."""
        if self._path.is_file():
            yield from self._path.read_text(encoding="utf-8", errors="replace").splitlines()


def restore_photo(
    job: Job,
    finder: FaceFinder,
    restorer: CropRestorer,
    compose_options: ComposeOptions,
    export_options: ExportOptions,
    progress: Progress,
) -> PhotoReport:
    """Restore one photo and save it. Whatever goes wrong is in the report; only Cancelled is raised."""
    try:
        _check_free(job, export_options)
        return _restore(job, finder, restorer, compose_options, export_options, progress)
    except Cancelled:
        raise
    except OutputExistsError as error:
        return PhotoReport(str(job.source), str(job.target), Outcome.EXISTS, error=error.what, todo=error.todo)
    except GpenError as error:
        return PhotoReport(str(job.source), None, Outcome.FAILED, error=error.what, todo=error.todo)
    except Exception as error:  # a fault of ours must not cost the user the rest of the album
        return PhotoReport(
            str(job.source),
            None,
            Outcome.FAILED,
            error=f"Something unforeseen went wrong ({type(error).__name__}: {error}).",
            todo="Please report it with the details in the JSON report.",
            details=traceback.format_exc(),
        )


def _check_free(job: Job, options: ExportOptions) -> None:
    """Before the work, and not only when saving."""
    if job.target.exists() and not options.overwrite:
        raise OutputExistsError(
            f"'{job.target.name}' is there already.", todo="Use --overwrite to replace it.", path=job.target
        )


def _restore(
    job: Job,
    finder: FaceFinder,
    restorer: CropRestorer,
    compose_options: ComposeOptions,
    export_options: ExportOptions,
    progress: Progress,
) -> PhotoReport:
    session = Session.open(job.source, finder, restorer)
    composed = session.compose(compose_options, progress)
    job.target.parent.mkdir(parents=True, exist_ok=True)
    with session.timed("save"):
        saved = export(session.photo, composed, job.target, export_options)
    nothing_found = () if composed.faces else ("No faces found; the photo was copied as it is.",)
    return PhotoReport(
        source=str(job.source),
        target=str(saved.path),
        outcome=Outcome.DONE,
        faces=tuple(face_record(face) for face in composed.faces),
        seconds={stage: round(seconds, 4) for stage, seconds in session.seconds.items()},
        warnings=(*session.photo.warnings, *saved.warnings, *(nothing_found if saved.unchanged else ())),
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
    """A photo's report as it goes into JSON; empty fields left out."""
    return {key: value for key, value in asdict(report).items() if value not in ("", None, (), {}, [])}
