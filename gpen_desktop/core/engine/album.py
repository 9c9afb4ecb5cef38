"""Which photos lie under some paths, and where each result goes, so that no result takes another file's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpen_desktop.core.engine.file_names import free_path, name_key
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


@dataclass(frozen=True)
class FoundPhoto:
    """A photo. inner: its path within the folder that was named. problem: why a folder in its place cannot be read."""

    path: Path
    inner: Path
    problem: Message | None = None


def plan(paths: Sequence[Path], out_dir: Path, *, recursive: bool, format: str = "keep") -> tuple[PlannedPhoto, ...]:
    """List the photos under `paths` (see find_photos) and where each goes in `out_dir`; folders keep their inner
    structure.

    No two photos share a target, and no target is a photo of the plan: such get '-2', '-3', …. Raises OptionError for
    a path that is not there.
    """
    for path in paths:
        if not path.exists():
            raise OptionError(
                say("path-missing", "'{path}' does not exist.", path=str(path)),
                todo=say("check-name", "Check the name."),
                path=path,
            )
    found = list(find_photos(paths, recursive=recursive, without=out_dir))
    taken = {name_key(each.path) for each in found}
    planned = []
    for each in found:
        wanted = result_path(each.path, out_dir / each.inner, format)
        target = free_path(wanted, lambda path: name_key(path) in taken)
        taken.add(name_key(target))
        planned.append(PlannedPhoto(each.path, target, each.problem))
    return tuple(planned)


def find_photos(paths: Iterable[Path], *, recursive: bool, without: Path | None = None) -> Iterator[FoundPhoto]:
    """Photos among files and in folders, each once, folder after folder in the order of their names.

    Files that are named are taken whatever their ending, those in folders only if the ending is a picture's. Left out
    are hidden files, the folder `without` and, within folders, those with results of an earlier run. recursive: also
    look into folders within folders.
    """
    left_out = without.resolve() if without is not None else None
    seen: set[Path] = set()
    for path in paths:
        root = path if path.is_dir() else path.parent
        inside = _photos_in(path, recursive, left_out, seen) if path.is_dir() else [(path, None)]
        for photo, problem in inside:
            if photo.resolve() not in seen:
                seen.add(photo.resolve())
                yield FoundPhoto(photo, photo.relative_to(root), problem)


def _photos_in(
    folder: Path, recursive: bool, left_out: Path | None, seen: set[Path]
) -> Iterator[tuple[Path, Message | None]]:
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
            is_results = entry.resolve() == left_out or (entry / JOURNAL_NAME).exists()
            if recursive and not is_results and entry.resolve() not in seen:
                yield from _photos_in(entry, recursive, left_out, seen)
        elif is_supported(entry):
            yield entry, None
