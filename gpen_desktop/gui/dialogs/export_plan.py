"""Where exported photos go. Pure but for asking the disk what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.photo_files.load_save import result_path
from gpen_desktop.errors import OptionError
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.messages import say

_FORBIDDEN: Final = '<>:"/\\|?*'
"""In file names of one system or another."""


@dataclass(frozen=True)
class ExportPlan:
    """What the export dialog asks for.

    folder: where to; None: beside each photo. pattern: of the names, without ending; {name}, {number}, {model}.
    existing: 'number', 'skip' or 'overwrite'.
    """

    folder: Path | None = None
    pattern: str = "{name}_restored"
    format: str = "keep"
    quality: int | None = None
    existing: str = "number"

    @property
    def options(self) -> ExportOptions:
        return ExportOptions(format=self.format, quality=self.quality, overwrite=self.existing == "overwrite")


@dataclass(frozen=True)
class Target:
    """Where one photo goes; path None: it is left out, since there is a file of that name."""

    item: AlbumItem
    path: Path | None


def targets(
    items: Sequence[tuple[int, AlbumItem]], plan: ExportPlan, album: Iterable[AlbumItem] = ()
) -> tuple[Target, ...]:
    """Plan the export of items, each with its number in the album. No two get the same name, and none that of a photo
    in these items or the rest of the `album`, whatever the plan says of existing files.

    Raises OptionError for a pattern that gives no file name.
    """
    sources = {item.path.resolve() for item in (*album, *(item for _, item in items))}
    taken: set[str] = set()
    planned = []
    for number, item in items:
        folder = plan.folder if plan.folder is not None else item.path.parent
        wanted = folder / file_name(plan.pattern, item, number)
        path = result_path(item.path, wanted.with_name(wanted.name + item.path.suffix), plan.format)
        planned.append(Target(item, _free(path, sources, plan.existing, taken)))
    return tuple(planned)


def file_name(pattern: str, item: AlbumItem, number: int) -> str:
    """A name without ending, made from a pattern."""
    try:
        name = pattern.format(name=item.path.stem, number=f"{number:03d}", model=item.edits.model)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise OptionError(
            say("bad-pattern", "'{pattern}' is not a valid pattern for file names.", pattern=pattern),
            todo=say("pattern-places", "Use {{name}}, {{number}} and {{model}}; everything else stays as it is."),
        ) from error
    name = "".join("_" if character in _FORBIDDEN else character for character in name).strip(" .")
    if not name:
        raise OptionError(
            say("pattern-empty", "The pattern gives an empty file name."), todo=say("use-name", "Use {{name}}.")
        )
    return name


def _free(path: Path, sources: Collection[Path], existing: str, taken: set[str]) -> Path | None:
    """The path, or one with a number; None where the photo is to be left out."""
    is_there = path.exists() and str(path).casefold() not in taken
    if is_there and existing == "skip":
        return None
    candidate, number = path, 2
    while (
        str(candidate).casefold() in taken
        or candidate.resolve() in sources
        or (candidate.exists() and existing != "overwrite")
    ):
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    taken.add(str(candidate).casefold())
    return candidate
