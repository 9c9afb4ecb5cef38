"""A composed picture -> a file. The window and the command line both save through here, so their bytes are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gpen_desktop.core.output.journal import has_journal, is_journalled
from gpen_desktop.core.output.mark import marked
from gpen_desktop.core.photo_files import atomic, registry
from gpen_desktop.core.photo_files import metadata as photo_metadata
from gpen_desktop.core.photo_files.companions import brought_along
from gpen_desktop.core.photo_files.formats.codec import Encoded
from gpen_desktop.core.photo_files.load_save import (
    SOFTWARE,
    check_target,
    copy_photo,
    encode_page,
    is_marked,
    result_path,
    save_photo,
)
from gpen_desktop.core.photo_files.reading import read_start, read_whole, unreadable
from gpen_desktop.core.types import Composed, ComposedFace, Photo, Seen, StageResult
from gpen_desktop.errors import NotAResultError
from gpen_desktop.messages import Message, say


@dataclass(frozen=True)
class ExportOptions:
    """How a result is stored. format: 'keep' or one of core/photo_files/registry.py, such as 'png'. quality: 1 to 100,
    None for the source's own. mark: words that are seen on what was changed; '' for none. companions: whether what
    belongs to the photo and lies beside it comes along."""

    format: str = "keep"
    quality: int | None = None
    overwrite: bool = False
    mark: str = ""
    companions: bool = True


@dataclass(frozen=True)
class Exported:
    """Where a result went. unchanged: nothing was done to the photo, so the source's own bytes were copied. warnings:
    what could not be kept. faces: what became of each. seen: of the whole photo. stages: what was done to it."""

    path: Path
    unchanged: bool
    warnings: tuple[Message, ...]
    faces: tuple[ComposedFace, ...] = ()
    seen: tuple[Seen, ...] = ()
    stages: tuple[StageResult, ...] = ()


_ANIMATED = say("animation-left-alone", "It is animated, and was copied as it is: only single pictures are restored.")


@dataclass(frozen=True, eq=False)
class Page:
    """A page behind the first, as it goes into the file. is_changed: whether it is anything but the page as it was.
    faces: what became of each."""

    encoded: Encoded
    is_changed: bool
    faces: tuple[ComposedFace, ...] = ()


def made_page(composed: Composed, options: ExportOptions) -> Page:
    """Raises OptionError, SaveError."""
    return Page(encode_page(_with_mark(composed, options), options.format), composed.is_changed, composed.faces)


def prepare(source: Path | None, target: Path, options: ExportOptions) -> None:
    """Make the folder of `target`, and say what can be said before any work is done on the photo `source`.

    Raises OptionError, OutputExistsError, SaveError; NotAResultError where `target` may be somebody's original. Of one
    that has no place for the program's mark, and may have lost its line in a journal that is there, `export` finds out.
    """
    if source is not None:
        target = result_path(source, target, options.format)
    atomic.make_folder(target.parent)
    check_target(source, target, overwrite=options.overwrite)
    if target.exists() and not may_be_replaced(target, source) and not _may_have_lost_its_line(target):
        raise _not_a_result(target)


def _not_a_result(target: Path) -> NotAResultError:
    return NotAResultError(
        say("not-a-result", "{name} already exists, and nothing shows that this program made it.", name=target.name),
        todo=say("choose-other-name-or-folder", "Choose another name or folder."),
        path=target,
    )


def _may_have_lost_its_line(target: Path) -> bool:
    """Raises UnreadablePhotoError."""
    kind = registry.recognised(read_start(target, registry.RECOGNISED_BY))
    return kind is not None and "exif" not in kind.holds and has_journal(target)


def may_be_replaced(target: Path, source: Path | None) -> bool:
    """Whether nothing is lost where the file `target` is overwritten by a result of the photo `source`.

    So it is if the file says that this program wrote it, if a journal names it, if it is a copy of `source`, which is
    what a photo without faces becomes, or if it is empty, as an interruption leaves it on a disk without hard links.
    Raises UnreadablePhotoError, PhotoTooLargeError.
    """
    try:
        return (
            (target.is_file() and target.stat().st_size == 0)
            or is_marked(target)
            or (source is not None and _is_copy(target, source))
            or is_journalled(target)
        )
    except OSError as error:
        raise unreadable(target, error.strerror or str(error)) from error


def _is_copy(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and read_whole(one) == read_whole(other)


def export(
    source: Photo,
    composed: Composed,
    target: Path,
    options: ExportOptions,
    before_naming: Callable[[Path, Path], None] | None = None,
    further: Sequence[Page] = (),
    history: str = "",
) -> Exported:
    """Save `composed`, made of `source`, as `target`; its ending is set by the format.

    Where nothing changed and nothing else was asked for, the source file is copied byte for byte: storing a JPEG anew
    would only lose. One of a format that cannot be written becomes what was said and planned for it. An animation
    keeps its format only as it is. What belongs to the photo is copied beside the result before that gets its name,
    and goes again where it gets none. before_naming: called after that with the name, and the one until then.
    further: of the pages behind the first; without, they stay as they are. history: what was done, for the file's XMP.
    The folder of `target` has to be there, see `prepare`. Raises OptionError, OutputExistsError, SaveError, Cancelled;
    NotAResultError where `target` may be somebody's original.
    """
    problems: list[Message] = []

    @contextmanager
    def around(result: Path, made: Path) -> Iterator[None]:
        if (
            options.overwrite
            and result.exists()
            and not (may_be_replaced(result, source.path) or _is_copy(result, made))
        ):
            raise _not_a_result(result)
        with ExitStack() as beside:
            if source.path is not None and options.companions:
                problems[:] = beside.enter_context(brought_along(source.path, result))
            if before_naming is not None:
                before_naming(result, made)
            yield

    exported = _stored(source, composed, target, options, around, further, history)
    return replace(exported, warnings=(*exported.warnings, *problems))


def _stored(
    source: Photo,
    composed: Composed,
    target: Path,
    options: ExportOptions,
    around_naming: atomic.Around,
    further: Sequence[Page],
    history: str,
) -> Exported:
    keeps = options.format == "keep"
    if keeps and source.path is not None and source.source.animated:
        # one that was turned, too: stored anew, only its first frame would be left
        as_it_is = replace(source, quarters=0)
        copied = copy_photo(as_it_is, target, overwrite=options.overwrite, around_naming=around_naming)
        return Exported(copied.path, True, (*copied.warnings, _ANIMATED))
    is_changed = composed.is_changed or any(page.is_changed for page in further)
    may_copy = not is_changed and options.quality is None and keeps
    if may_copy and source.path is not None and not registry.by_name(source.source.format).becomes:
        copied = copy_photo(source, target, overwrite=options.overwrite, around_naming=around_naming)
        return Exported(copied.path, True, copied.warnings, composed.faces, composed.seen, composed.stages)
    photo = _with_mark(composed, options)
    saved = save_photo(
        _with_history(photo, history, options) if is_changed and history else photo,
        target,
        format=options.format,
        quality=options.quality,
        overwrite=options.overwrite,
        around_naming=around_naming,
        further=[page.encoded for page in further],
    )
    return Exported(saved.path, False, saved.warnings, composed.faces, composed.seen, composed.stages)


def _with_mark(composed: Composed, options: ExportOptions) -> Photo:
    """The picture with the mark that is asked for, where there is anything to mark."""
    return marked(composed.photo, options.mark) if options.mark and composed.is_changed else composed.photo


def _with_history(photo: Photo, done: str, options: ExportOptions) -> Photo:
    """The photo with what was done to it in its XMP, where the format has any."""
    done += f"; mark: {options.mark}" * bool(options.mark)
    if "xmp" not in registry.asked_for(options.format, photo.source.format).holds:
        return photo
    xmp = photo_metadata.with_history(photo.metadata.xmp, done, SOFTWARE)
    return replace(photo, metadata=replace(photo.metadata, xmp=xmp))
