"""Where exported photos go. Pure but for asking the disk what is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.output import name_pattern
from gpen_desktop.core.output.file_names import free_path, name_key
from gpen_desktop.core.photo_files.load_save import result_path
from gpen_desktop.models.choice import choice_of


@dataclass(frozen=True)
class ExportPlan:
    """What the export dialog asks for.

    folder: where to; None: beside each photo. pattern: of the names, without ending; {name}, {number}, {model}.
    existing: 'number', 'skip' or 'overwrite'. mark: as in ExportOptions.
    """

    folder: Path | None = None
    pattern: str = "{name}_restored"
    format: str = "keep"
    quality: int | None = None
    existing: str = "number"
    mark: str = ""

    @property
    def options(self) -> ExportOptions:
        return ExportOptions(self.format, self.quality, overwrite=self.existing == "overwrite", mark=self.mark)


class Exportable(Protocol):
    """A photo that may be exported: its file, and how it is edited."""

    @property
    def path(self) -> Path: ...

    @property
    def edits(self) -> Edits: ...


ItemT = TypeVar("ItemT", bound=Exportable)


@dataclass(frozen=True)
class Target(Generic[ItemT]):
    """Where one photo goes; path None: it is left out, since there is a file of that name."""

    item: ItemT
    path: Path | None


def targets(
    items: Sequence[tuple[int, ItemT]],
    plan: ExportPlan,
    album: Iterable[Exportable] = (),
    tick: Callable[[], None] = lambda: None,
) -> tuple[Target[ItemT], ...]:
    """Plan the export of items, each with its number in the album. No two get the same name, and none that of a photo
    in these items or the rest of the `album`, whatever the plan says of existing files.

    tick: called for each, as the disk is asked about them. Raises OptionError for a pattern that gives no file name.
    """
    photos: list[Exportable] = [*album, *(item for _, item in items)]
    sources = {name_key(photo.path) for photo in photos}
    made: set[str] = set()
    planned = []
    for number, item in items:
        tick()
        folder = plan.folder if plan.folder is not None else item.path.parent
        wanted = folder / file_name(plan.pattern, item, number)
        wanted = result_path(item.path, wanted.with_name(wanted.name + item.path.suffix), plan.format)
        path = _target(wanted, plan.existing, sources, made)
        if path is not None:
            made.add(name_key(path))
        planned.append(Target(item, path))
    return tuple(planned)


def file_name(pattern: str, item: Exportable, number: int) -> str:
    """A name without ending, made from a pattern. Raises OptionError for a pattern that gives none."""
    return name_pattern.file_name(pattern, item.path.stem, number, choice_of(item.edits.model).short)


def _target(wanted: Path, existing: str, sources: set[str], made: set[str]) -> Path | None:
    """`wanted`, or one with a number; None where the photo is to be left out. sources, made: keys of names."""
    if existing == "skip" and _exists(wanted) and name_key(wanted) not in made:
        return None

    def is_taken(path: Path) -> bool:
        key = name_key(path)
        return key in sources or key in made or (_exists(path) and existing != "overwrite")

    return free_path(wanted, is_taken)


def _exists(path: Path) -> bool:
    """Whether a file is seen there. In a folder that may not be looked into none is; saving says why."""
    return os.path.exists(path)  # noqa: PTH110  -- Path.exists raises there
