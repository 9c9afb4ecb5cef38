"""Which photos lie under some paths, and where each result goes, so that no result takes another file's place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpen_desktop.core.engine.journal import JOURNAL_NAME
from gpen_desktop.core.photo_files.load_save import result_path
from gpen_desktop.core.photo_files.registry import is_supported
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import Message, say


@dataclass(frozen=True)
class PlannedPhoto:
    """One photo to restore: from source to target. problem: why it cannot even be tried (an unreadable folder)."""

    source: Path
    target: Path
    problem: Message | None = None


def plan(paths: Sequence[Path], out_dir: Path, *, recursive: bool, format: str = "keep") -> tuple[PlannedPhoto, ...]:
    """List the photos under `paths` (files and folders) and where each goes in `out_dir`.

    Folders keep their inner structure. Files named by the user are taken whatever their ending, those in folders only
    if the ending is a picture's; a photo reached twice is taken once. Left out are hidden files, `out_dir` itself and
    folders with results of an earlier run. No two photos share a target, and no target is a photo of the plan: such
    get '-2', '-3', …. Raises OptionError for a path that is not there.
    """
    found = list(_found(paths, recursive, out_dir.resolve()))
    taken = {_key(source) for source, _, _ in found}
    jobs = []
    for source, inner, problem in found:
        target = _free_target(out_dir / inner, source, format, taken)
        taken.add(_key(target))
        jobs.append(PlannedPhoto(source, target, problem))
    return tuple(jobs)


def _found(paths: Iterable[Path], recursive: bool, out_dir: Path) -> Iterator[tuple[Path, Path, Message | None]]:
    """(photo, its path within the folder that was named, problem), each photo once."""
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise OptionError(
                say("path-missing", "'{path}' does not exist.", path=str(path)),
                todo=say("check-name", "Check the name."),
                path=path,
            )
        root = path if path.is_dir() else path.parent
        for source, problem in _photos_in(path, recursive, out_dir, seen) if path.is_dir() else [(path, None)]:
            if source.resolve() not in seen:
                seen.add(source.resolve())
                yield source, source.relative_to(root), problem


def _photos_in(folder: Path, recursive: bool, out_dir: Path, seen: set[Path]) -> Iterator[tuple[Path, Message | None]]:
    """Pictures in a folder, by name. Folders are noted in `seen`: a link may lead back to one."""
    try:
        entries = sorted(folder.iterdir(), key=lambda item: item.name)
    except OSError:
        problem = say("folder-unreadable", "You do not have permission to read the folder '{name}'.", name=folder.name)
        yield folder, problem
        return
    seen.add(folder.resolve())
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            is_results = entry.resolve() == out_dir or (entry / JOURNAL_NAME).exists()
            if recursive and not is_results and entry.resolve() not in seen:
                yield from _photos_in(entry, recursive, out_dir, seen)
        elif is_supported(entry):
            yield entry, None


def _key(path: Path) -> str:
    """One key for names that are one file on some systems: those that differ in case or in how accents are written."""
    return unicodedata.normalize("NFC", str(path.resolve())).casefold()


def _free_target(wanted: Path, source: Path, format: str, taken: set[str]) -> Path:
    target = result_path(source, wanted, format)
    candidate, number = target, 2
    while _key(candidate) in taken:
        candidate = target.with_name(f"{target.stem}-{number}{target.suffix}")
        number += 1
    return candidate
