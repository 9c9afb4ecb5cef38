"""The pages behind a photo's first, restored as it is: by the window, the command line, a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions, Page, made_page
from gpen_desktop.core.photo_files import registry
from gpen_desktop.core.photo_files.load_save import OpenedPhoto, further_pages
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import ComposeOptions, Face, Photo


def restored_pages(
    photo: Photo,
    engine: Engine,
    edits: Edits,
    look_of: Callable[[Sequence[Face]], ComposeOptions],
    export: ExportOptions,
    progress: Progress,
) -> list[Page]:
    """The pages behind the first in the file of `photo`, as they go into the result; none where either holds one page.

    Model and stages are those of `edits`; strokes, faces set by hand and turning belong to the first page alone.
    look_of: gives the options of the look for the faces that were found on a page.
    Raises PhotoError, OptionError, SaveError, and what restoring raises.
    """
    if registry.asked_for(export.format, photo.source.format).codec().join is None:
        return []  # saving says that they were left out
    return [_restored(page, engine, edits, look_of, export, progress) for page in further_pages(photo)]


def _restored(
    opened: OpenedPhoto,
    engine: Engine,
    edits: Edits,
    look_of: Callable[[Sequence[Face]], ComposeOptions],
    export: ExportOptions,
    progress: Progress,
) -> Page:
    photo = replace(opened.decode(), path=None)  # the engine knows photos by their files
    session = engine.open(photo, edits.model, stages=edits.stages)
    return made_page(session.compose(look_of(session.faces(progress)), progress), export)
