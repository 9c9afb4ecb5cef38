"""Which photos lie under some paths, and where each result goes, so that no result takes another file's place."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from gpen_desktop.core.output.file_names import free_path, is_missing, name_key, real_path, unnumbered
from gpen_desktop.core.output.journal import JOURNAL_NAME, names_by_source, results, sha256_of, why_unknown
from gpen_desktop.core.output.name_pattern import file_name, has_number, number_in
from gpen_desktop.core.photo_files.load_save import is_marked, result_path
from gpen_desktop.core.photo_files.registry import is_supported
from gpen_desktop.errors import OptionError, PhotoError
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


def plan(
    paths: Sequence[Path],
    out_dir: Path,
    *,
    recursive: bool,
    format: str = "keep",
    pattern: str = "{name}",
    model: str = "",
) -> tuple[PlannedPhoto, ...]:
    """List the photos under `paths` (see find_photos) and where each goes in `out_dir`; folders keep their inner
    structure. pattern: of the results' names without ending, see name_pattern; model: for it.

    No two photos share a target, and no target is a photo of the plan: such get '-2', '-3', …, and keep them, as they
    keep their numbers in the pattern, when other photos come: the journal in `out_dir` says which was whose. Results
    among the photos are left out, also those whose line it lost (but for numbers in the pattern, BMPs and plain
    copies). Raises OptionError for a path that is not there, and where results would lie among photos without a journal
    to tell them apart.
    """
    for path in paths:
        if is_missing(path):
            raise OptionError(
                say("path-missing", "'{path}' does not exist.", path=str(path)),
                todo=say("check-name", "Check the name."),
                path=path,
            )
    found = list(find_photos(paths, recursive=recursive, without=out_dir))
    earlier = _EarlierResults(out_dir)
    wanted = _wanted(found, out_dir, format, pattern, model, earlier)
    are_mixed = _share_folders((each.path for each in found), wanted)
    if are_mixed and (lost := _lost_results(found, wanted).difference(paths)):  # what is named is wanted
        found = [each for each in found if each.path not in lost]
        wanted = _wanted(found, out_dir, format, pattern, model, earlier)
    taken = {name_key(each.path) for each in found}
    targets = _names_they_had(found, wanted, taken, earlier)
    taken |= {name_key(target) for target in targets.values()}
    planned = []
    for number, each in enumerate(found):
        target = targets.get(number) or free_path(wanted[number], lambda path: name_key(path) in taken)
        taken.add(name_key(target))
        planned.append(PlannedPhoto(each.path, target, each.problem))
    if are_mixed:
        _check_told_apart(out_dir)
    return tuple(planned)


def _wanted(
    found: Sequence[FoundPhoto], out_dir: Path, format: str, pattern: str, model: str, earlier: _EarlierResults
) -> list[Path]:
    """Where the result of each photo would go if nothing else wanted to be there."""
    is_numbered = has_number(pattern)
    numbers = _numbers_they_had(found, pattern, out_dir, model, earlier) if is_numbered else range(1, len(found) + 1)
    return [
        result_path(each.path, out_dir / _named(each.inner, pattern, number, model), format)
        for number, each in zip(numbers, found, strict=True)
    ]


def _lost_results(found: Sequence[FoundPhoto], wanted: Sequence[Path]) -> set[Path]:
    """Of what was found, the results of others of it whose line the journal lost: each lies where such a one would go
    and bears this program's mark. A plain copy of the other may be the user's own."""
    whose: dict[str, set[str]] = {}
    for each, target in zip(found, wanted, strict=True):
        whose.setdefault(name_key(target), set()).add(name_key(each.path))
    lost = set()
    for each in found:
        places = [name_key(path) for path in (each.path, unnumbered(each.path)) if path is not None]
        owners = set().union(*(whose.get(place, ()) for place in places))
        if owners - {name_key(each.path)} and _shows_its_mark(each.path):
            lost.add(each.path)
    return lost


def _shows_its_mark(file: Path) -> bool:
    try:
        return is_marked(file)
    except (OSError, PhotoError):  # restoring it will say so
        return False


def _share_folders(sources: Iterable[Path], targets: Iterable[Path]) -> bool:
    """Whether results are to lie among photos."""
    one, other = ({real_path(folder) for folder in {path.parent for path in paths}} for paths in (sources, targets))
    return not one.isdisjoint(other)


def _check_told_apart(out_dir: Path) -> None:
    """Results among photos are told from them by the journal. Raises OptionError where there is none to use: some runs
    would restore what those before them made."""
    problem = why_unknown(out_dir)
    if problem is not None:
        todo = say("mend-journal-or-move", "Choose another output folder, or make that file readable and writable.")
        raise OptionError(problem, todo=todo, path=out_dir)


def _named(inner: Path, pattern: str, number: int, model: str) -> Path:
    name = file_name(pattern, inner.stem, number, model) if pattern != "{name}" else inner.stem
    return inner.with_name(name + inner.suffix)


class _EarlierResults:
    """The results that a folder's journal names.

    Attributes
    ----------
    by_source : as journal.names_by_source gives them.
    """

    def __init__(self, out_dir: Path) -> None:
        self.by_source = names_by_source(out_dir)
        self._of: dict[Path, Sequence[Path]] = {}

    def of(self, photo: Path) -> Sequence[Path]:
        """Those of a photo, the latest last; none of one that cannot be read: restoring it will say so. Reads the photo
        whole the first time that it is asked for."""
        if photo not in self._of:
            try:
                self._of[photo] = self.by_source.get(sha256_of(photo), ()) if self.by_source else ()
            except OSError:
                self._of[photo] = ()
        return self._of[photo]


def _numbers_they_had(
    found: Sequence[FoundPhoto], pattern: str, out_dir: Path, model: str, earlier: _EarlierResults
) -> list[int]:
    """A number for each photo: the one that its result has, or the next behind all that were given; without results
    their places, from 1."""
    if not earlier.by_source:
        return list(range(1, len(found) + 1))
    had: list[int | None] = []
    for each in found:
        inside = [name for name in earlier.of(each.path) if name.parent == (out_dir / each.inner).parent]
        numbers = [number_in(name.stem, pattern, each.inner.stem, model) for name in reversed(inside)]
        # of files that are the same, each the one that none before it took
        had.append(next((number for number in numbers if number is not None and number not in had), None))
    # also those of photos that are gone: their results are not
    stems = [name.stem for names in earlier.by_source.values() for name in names]
    given = [number for stem in stems if (number := number_in(stem, pattern, None, model)) is not None]
    following = count(max(given, default=0) + 1)
    return [next(following) if number is None else number for number in had]


def _names_they_had(
    found: Sequence[FoundPhoto], wanted: Sequence[Path], taken: Collection[str], earlier: _EarlierResults
) -> dict[int, Path]:
    """The targets of photos, by their numbers, that want a name others want, or wanted, and had one of theirs."""
    if not earlier.by_source:
        return {}
    keys = [name_key(path) for path in wanted]
    counts = Counter([*keys, *taken])
    results_there = [name for names in earlier.by_source.values() for name in names]
    were_crowded = {name_key(whole) for name in results_there if (whole := unnumbered(name))}
    crowded = [number for number, key in enumerate(keys) if counts[key] > 1 or key in were_crowded]
    had: dict[int, Path] = {}
    for number in crowded:
        for name in earlier.of(found[number].path):
            is_of_it = wanted[number] in (name, unnumbered(name))
            if is_of_it and name_key(name) not in taken and name not in had.values():
                had[number] = name
                break
    return had


def find_photos(paths: Iterable[Path], *, recursive: bool, without: Path | None = None) -> Iterator[FoundPhoto]:
    """Photos among files and in folders, each once, folder after folder in the order of their names.

    Files that are named are taken whatever their ending, those in folders only if the ending is a picture's. Left out
    are hidden files, the folder `without`, results that its journal names (it may itself be among `paths`) and, within
    folders, those with results of an earlier run. recursive: also look into folders within folders.
    """
    left_out = {real_path(without), *results(without)} if without is not None else set()
    seen: set[Path] = set()
    for path in paths:
        is_folder = os.path.isdir(path)  # noqa: PTH112  -- Path.is_dir raises for what may not be looked at
        root = path if is_folder else path.parent
        for photo, problem in _photos_in(path, recursive, left_out, seen) if is_folder else [(path, None)]:
            if real_path(photo) not in seen:
                seen.add(real_path(photo))
                yield FoundPhoto(photo, photo.relative_to(root), problem)


def _photos_in(
    root: Path, recursive: bool, left_out: set[Path], seen: set[Path]
) -> Iterator[tuple[Path, Message | None]]:
    """Pictures in a folder, by name. Folders are noted in `seen`: a link may lead back to one."""
    waiting = [(root, True)]  # a stack, for folders may lie deeper than calls
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield path, None
        elif real_path(path) not in seen:
            try:
                children = _children(path)
            except OSError as error:
                yield path, _why_not_listed(path, error)
                continue
            seen.add(real_path(path))
            for child, child_is_folder in reversed(children):
                if child_is_folder:
                    wanted = recursive and not os.path.lexists(child / JOURNAL_NAME)
                else:
                    wanted = is_supported(child)
                if wanted and real_path(child) not in left_out:
                    waiting.append((child, child_is_folder))


def _children(folder: Path) -> list[tuple[Path, bool]]:
    """What is in a folder, by name, without what is hidden; whether each is a folder. Raises OSError."""
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    return [(folder / entry.name, _is_folder(entry)) for entry in entries if not entry.name.startswith(".")]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or one in a folder that may be listed but not entered
        return False


def _why_not_listed(folder: Path, error: OSError) -> Message:
    if isinstance(error, PermissionError):
        return say("folder-unreadable", "You do not have permission to read the folder '{name}'.", name=folder.name)
    reason = error.strerror or str(error)
    return say("folder-not-read", "Could not read the folder '{name}': {reason}.", name=folder.name, reason=reason)
