"""A composed picture -> a file. The window and the command line both save through here, so their bytes are the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gpen_desktop.core.photo_files import atomic
from gpen_desktop.core.photo_files.load_save import check_target, copy_photo, save_photo
from gpen_desktop.core.types import Composed, ComposedFace, Photo


@dataclass(frozen=True)
class ExportOptions:
    """How a result is stored. format: 'keep', 'png', 'jpeg', 'tiff' or 'webp'. quality: 1 to 100, None for the source's
    own."""

    format: str = "keep"
    quality: int | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class Exported:
    """Where a result went. unchanged: nothing was restored, so the source's own bytes were copied. warnings: what could
    not be kept. faces: what became of each."""

    path: Path
    unchanged: bool
    warnings: tuple[str, ...]
    faces: tuple[ComposedFace, ...] = ()


def prepare(source: Path | None, target: Path, options: ExportOptions) -> None:
    """Make the folder of `target`, and say what can be said before any work is done on the photo `source`.

    Raises OutputExistsError, SaveError.
    """
    atomic.make_folder(target.parent)
    check_target(source, target, overwrite=options.overwrite)


def export(source: Photo, composed: Composed, target: Path, options: ExportOptions) -> Exported:
    """Save `composed`, made of `source`, as `target`; its ending is set by the format.

    Where nothing changed and nothing else was asked for, the source file is copied byte for byte: storing a JPEG anew
    would only lose. Raises SaveError.
    """
    untouched = composed.photo.pixels is source.pixels
    if untouched and source.path is not None and options.format == "keep" and options.quality is None:
        copied = copy_photo(source, target, overwrite=options.overwrite)
        return Exported(copied.path, unchanged=True, warnings=copied.warnings, faces=composed.faces)
    saved = save_photo(
        composed.photo, target, format=options.format, quality=options.quality, overwrite=options.overwrite
    )
    return Exported(saved.path, unchanged=False, warnings=saved.warnings, faces=composed.faces)
