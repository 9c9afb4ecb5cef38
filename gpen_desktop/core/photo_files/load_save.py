"""Photo files: reading any supported one, and saving so that a file appears whole or not at all.

Files are read and written as bytes, never handed to a library by name, so that any path works. What a file is, is told
by its content. What each format keeps of the metadata: resources/docs/0003-photo-files.md.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import cast

import numpy as np

from gpen_desktop import __version__
from gpen_desktop.core import memory
from gpen_desktop.core.photo_files import atomic, icc, registry
from gpen_desktop.core.photo_files import exif as exif_block
from gpen_desktop.core.photo_files import metadata as photo_metadata
from gpen_desktop.core.photo_files.decode import decode, is_animation, read_header
from gpen_desktop.core.photo_files.encode import encode
from gpen_desktop.core.photo_files.formats.codec import CannotEncodeError, Decoded, Encoded
from gpen_desktop.core.photo_files.formats.header import DAMAGED, DamagedFileError, FileHeader
from gpen_desktop.core.photo_files.reading import read_start, read_whole, unreadable
from gpen_desktop.core.photo_files.registry import Format
from gpen_desktop.core.photo_files.tiff_structure import StructureError
from gpen_desktop.core.photo_files.turning import turned_file
from gpen_desktop.core.pixels import turned_upright
from gpen_desktop.core.source_file import Metadata, SourceFormat
from gpen_desktop.core.types import Photo, Pixels, frozen
from gpen_desktop.errors import OptionError, PhotoTooLargeError, SaveError, UnreadablePhotoError
from gpen_desktop.messages import Message, listed, say

MAX_PIXELS = 400_000_000  # 1.2 GB as 8-bit RGB: an A3 page at 1200 dpi is 279 million
_SURELY_THERE = 64 << 20  # bytes; for less nobody is asked
_TIMES_IN_MEMORY = 4  # decoded, its stages, composed, and as the encoder wants it
SOFTWARE = f"GPEN Desktop {__version__}"


@dataclass(frozen=True)
class SavedPhoto:
    """A file that was written: where, as what ('JPEG', 'PNG', …), and sentences on what it could not keep."""

    path: Path
    format: str
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, eq=False)
class OpenedPhoto:
    """A file that was read up to its pixels."""

    path: Path
    header: FileHeader

    @property
    def needed_bytes(self) -> int:
        """Memory for all that is done to the photo, about."""
        return self.header.width * self.header.height * self.header.pixel_bytes * _TIMES_IN_MEMORY

    def decode(self) -> Photo:
        """The photo. Raises UnreadablePhotoError, PhotoTooLargeError (over the memory that there is)."""
        _check_memory(self)
        try:
            photo = _photo(self.header, decode(self.header), self.path)
        except DamagedFileError as error:
            raise unreadable(self.path, error.reason) from error
        except MemoryError as error:
            raise PhotoTooLargeError(
                say("no-memory-to-read", "There is not enough memory to read {name}.", name=self.path.name),
                todo=say("close-other-programs", "Close other programs."),
                path=self.path,
            ) from error
        memory.give_back_after(photo.width * photo.height)
        return photo


def open_photo(path: Path | str) -> OpenedPhoto:
    """Read a file of a registered format up to its pixels, whatever its name says.

    Raises UnreadablePhotoError (also for what is no regular file) and PhotoTooLargeError (over MAX_PIXELS or over
    reading.MAX_BYTES).
    """
    path = Path(path)
    start = read_start(path, registry.RECOGNISED_BY)
    format = registry.recognised(start)
    if format is None:
        raise unreadable(path, _why_no_photo(start))
    try:
        header = read_header(read_whole(path), format)
    except DamagedFileError as error:
        raise unreadable(path, error.reason) from error
    _check_size(header, path)
    return OpenedPhoto(path, header)


def further_pages(photo: Photo) -> Iterator[OpenedPhoto]:
    """The pages behind the first in a photo's file, of a format that has pages, one after the other. Raises
    UnreadablePhotoError, PhotoTooLargeError."""
    if photo.path is None or photo.source.pictures < 2:
        return
    format = registry.by_name(photo.source.format)
    for data in islice(_pages(photo.path, format), 1, None):
        try:
            header = read_header(data, format)
        except DamagedFileError as error:
            raise unreadable(photo.path, error.reason) from error
        _check_size(header, photo.path)
        yield OpenedPhoto(photo.path, header)


def _pages(path: Path, format: Format) -> Iterator[bytes]:
    """A file as files of one page each; none for a format without pages. Raises UnreadablePhotoError."""
    split = format.codec().pages
    if split is None:
        return
    try:
        yield from split(read_whole(path))
    except (ValueError, struct.error, IndexError) as error:
        raise unreadable(path, DAMAGED) from error


def load_photo(path: Path | str) -> Photo:
    """Read a file of a registered format, whatever its name says; of several pictures in it, the first.

    The photo stands upright (see types.Photo), its metadata says so, and what could not be kept is in its warnings.
    Raises UnreadablePhotoError (also for what is no regular file) and PhotoTooLargeError (over MAX_PIXELS, over
    reading.MAX_BYTES, or over the memory that there is for all that is done to a photo; found before any is taken).
    """
    return open_photo(path).decode()


def _why_no_photo(start: bytes) -> Message:
    if not start:
        return say("file-empty", "the file is empty")
    other = registry.other_kind_of(start)
    titles = listed(format.title for format in registry.FORMATS)
    readable = say("readable-formats", "These files can be read: {titles}", titles=titles)
    return (
        say("other-kind", "it is {kind} file. {readable}", kind=other, readable=readable)
        if other
        else say("not-a-photo", "it is not a photo. {readable}", readable=readable)
    )


def _check_size(header: FileHeader, path: Path) -> None:
    if header.width * header.height > MAX_PIXELS:
        raise PhotoTooLargeError(
            say(
                "photo-too-large",
                "{name} is too large: {width} x {height} pixels.",
                name=path.name,
                width=header.width,
                height=header.height,
            ),
            todo=say("photo-limit", "Photos can have up to {limit} million pixels.", limit=MAX_PIXELS // 1_000_000),
            path=path,
        )


def _check_memory(opened: OpenedPhoto) -> None:
    needed = opened.needed_bytes
    if needed > _SURELY_THERE and needed > memory.available_bytes():
        raise PhotoTooLargeError(
            say(
                "photo-needs-memory",
                "{name} ({width} x {height} pixels) needs {size} GB of memory, which is not free.",
                name=opened.path.name,
                width=opened.header.width,
                height=opened.header.height,
                size=round(needed / 1e9, 1),
            ),
            todo=say("close-other-programs", "Close other programs."),
            path=opened.path,
        )


def _photo(header: FileHeader, decoded: Decoded, path: Path) -> Photo:
    upright, stated, problems = photo_metadata.made_upright(header.metadata)
    turned = turned_upright(decoded.samples, stated if header.orientation is None else header.orientation)
    channels = turned.shape[2]
    upright = replace(upright, icc=decoded.icc) if decoded.icc else upright
    metadata, profile_problems = _with_sound_profile(upright, channels, decoded)
    colours = cast(Pixels, np.repeat(turned[..., :1], 3, axis=2) if channels < 3 else turned[..., :3])
    alpha = cast(Pixels, np.ascontiguousarray(turned[..., -1])) if channels in (2, 4) else None
    return Photo(
        pixels=frozen(cast(Pixels, np.ascontiguousarray(colours))),
        alpha=None if alpha is None else frozen(alpha),
        source=SourceFormat(
            format=header.format,
            grey=channels < 3,
            jpeg_tables=decoded.jpeg_tables,
            jpeg_subsampling=decoded.jpeg_subsampling,
            progressive=header.progressive,
            lossless=header.lossless,
            pictures=header.pictures,
            animated=header.animated,
        ),
        metadata=metadata,
        path=path,
        warnings=(*_about_file(header, path), *header.warnings, *decoded.warnings, *problems, *profile_problems),
    )


def _with_sound_profile(metadata: Metadata, channels: int, decoded: Decoded) -> tuple[Metadata, list[Message]]:
    """The metadata without a colour profile that does not describe the pixels."""
    if not metadata.icc:
        return metadata, []
    without = replace(metadata, icc=b"")
    if decoded.is_srgb:
        return without, []
    space = icc.colour_space(metadata.icc)
    if not space:
        return without, [say("profile-damaged", "The colour profile is damaged and was left out.")]
    if space == "RGB" or (space == "GRAY" and channels < 3):
        return metadata, []
    return without, [say("profile-mismatch", "The colour profile does not fit the pixels and was left out.")]


def _about_file(header: FileHeader, path: Path) -> list[Message]:
    sentences = []
    if path.suffix.lower() not in registry.by_name(header.format).suffixes:
        sentences.append(
            say("misnamed", "Despite its name, {name} is a {format} file.", name=path.name, format=header.format)
        )
    if header.pictures > 1 and registry.by_name(header.format).codec().pages is None:
        sentences.append(
            say("first-picture-only", "{name} holds more than one picture; only the first was read.", name=path.name)
        )
    return sentences


def save_photo(
    photo: Photo,
    path: Path | str,
    *,
    format: str = "keep",
    quality: int | None = None,
    overwrite: bool = False,
    software: str | None = SOFTWARE,
    around_naming: atomic.Around = atomic.unaccompanied,
    further: Sequence[Encoded] = (),
) -> SavedPhoto:
    """Write a photo with its metadata; the name's ending is set by the format where it is another's.

    format: 'keep' (the source's, or what its files become where they are only read), or the option of a format that can
    be written, such as 'png'. quality: 1 to 100, for formats that have one; None stores a JPEG with its source's own
    quantisation and a lossless WebP losslessly, everything else at 95. A photo whose source was grey is stored as one
    channel. software: named in the file as its writer; None: nothing is said. around_naming: see atomic.write. further:
    from encode_page, of the pages behind the first; without, they stay as they are in the photo's file.
    The same photo and options give the same bytes. Raises OptionError, OutputExistsError and SaveError; then nothing
    was written. A photo's own source file is never overwritten.
    """
    stored = registry.asked_for(format, photo.source.format)
    if quality is not None and not 1 <= quality <= 100:
        raise OptionError(
            say("quality-range", "The quality is {quality}.", quality=quality),
            todo=say("one-to-hundred", "It must be between 1 and 100."),
        )
    target = registry.named_like(Path(path), stored)
    check_target(photo.path, target, overwrite=overwrite)
    try:
        encoded = _with_further_pages(encode(photo, stored, quality, software), photo, stored, further)
    except CannotEncodeError as error:
        raise SaveError(
            say("cannot-save", "Could not save {name}: {reason}.", name=target.name, reason=error.reason),
            todo=say("choose-other-format", "Choose another format."),
            path=target,
        ) from error
    except OSError as error:  # a limit on the size of files holds for those in memory too
        raise atomic.save_error(target, error) from error
    atomic.write(target, encoded.data, overwrite=overwrite, around_naming=around_naming)
    return SavedPhoto(target, stored.name, (*_about_format(photo, stored, format), *encoded.warnings))


def encode_page(photo: Photo, format: str, software: str | None = SOFTWARE) -> Encoded:
    """A page behind the first, for save_photo with the same `format`. Raises OptionError, SaveError."""
    try:
        return encode(photo, registry.asked_for(format, photo.source.format), None, software)
    except CannotEncodeError as error:
        raise SaveError(
            say("cannot-save-page", "Could not save a page: {reason}.", reason=error.reason), path=photo.path
        ) from error


def _with_further_pages(first: Encoded, photo: Photo, stored: Format, further: Sequence[Encoded]) -> Encoded:
    """A file with the pages behind the first. Raises CannotEncodeError, UnreadablePhotoError."""
    if photo.source.pictures < 2 or registry.by_name(photo.source.format).codec().pages is None:
        return first
    codec = stored.codec()
    if codec.join is None or photo.path is None:
        words = say("first-page-only", "A {format} holds one page; the others were left out.", format=stored.title)
        return replace(first, warnings=(*first.warnings, words))
    pages: Iterator[bytes]
    if further:
        pages, warnings = (each.data for each in further), [words for each in further for words in each.warnings]
    else:
        pages = islice(_pages(photo.path, stored), 1, None)
        warnings = [say("other-pages-kept", "Only the first page was restored; the others stay as they were.")]
    try:
        return Encoded(codec.join(chain([first.data], pages)), tuple(dict.fromkeys((*first.warnings, *warnings))))
    except StructureError as error:
        raise CannotEncodeError(error.reason) from error


def is_marked(path: Path) -> bool:
    """Whether the file names this program as its writer, as save_photo's files do (a BMP has no place for it).

    Raises UnreadablePhotoError where there is no such file, or none that may be read; PhotoTooLargeError.
    """
    format = registry.recognised(read_start(path, registry.RECOGNISED_BY))
    try:
        exif = read_header(read_whole(path), format).metadata.exif if format else b""
        return exif_block.parse(exif).software.startswith(SOFTWARE.removesuffix(__version__)) if exif else False
    except (DamagedFileError, StructureError):
        return False


def copy_photo(
    photo: Photo,
    path: Path | str,
    *,
    overwrite: bool = False,
    around_naming: atomic.Around = atomic.unaccompanied,
) -> SavedPhoto:
    """Copy the file a photo was read from, byte for byte; the name's ending is set by its format. around_naming: see
    atomic.write.

    One that was turned is copied with nothing changed but how it is to be looked at, where its format can say that;
    elsewhere it is stored anew. Raises UnreadablePhotoError (the source is gone), OutputExistsError and SaveError.
    """
    if photo.path is None:
        raise SaveError(
            say("no-file-to-copy", "The photo was not read from a file, so there is none to copy."), path=Path(path)
        )
    target = registry.named_like(Path(path), registry.by_name(photo.source.format))
    check_target(photo.path, target, overwrite=overwrite)
    data: bytes | None = read_whole(photo.path)
    if photo.quarters and data is not None:
        data = turned_file(data, photo.source.format, photo.quarters, SOFTWARE)
    if data is None:
        return save_photo(photo, target, overwrite=overwrite, around_naming=around_naming)
    atomic.write(target, data, overwrite=overwrite, around_naming=around_naming)
    return SavedPhoto(target, photo.source.format)


def result_path(source: Path, wanted: Path, format: str) -> Path:
    """The path at which a result of the file `source` is put when asked for `wanted` and `format`.

    With 'keep' the file's content decides: an animation is copied in its own format (see export.export); one that
    cannot be read keeps the wanted name. Raises OptionError for a format that there is not.
    """
    if format != "keep":
        return registry.named_like(wanted, registry.asked_for(format, ""))
    try:
        start = read_start(source, registry.RECOGNISED_BY)
        own = registry.recognised(start)
        is_copied = own is not None and bool(own.becomes) and is_animation(source, start, own)
    except (UnreadablePhotoError, PhotoTooLargeError):
        own = None
    if own is None:
        return wanted
    return registry.named_like(wanted, own if is_copied else registry.stored_as(own.name))


def _about_format(photo: Photo, stored: Format, asked: str) -> list[Message]:
    """What there is to say where a photo could not keep its format."""
    if asked != "keep" or photo.source.format == stored.name:
        return []
    own = registry.by_name(photo.source.format).title
    return [
        say(
            "saved-as-other-format",
            "{own} files can be read but not written; the photo was saved as {stored}.",
            own=own,
            stored=stored.title,
        )
    ]


def check_target(source: Path | None, target: Path, *, overwrite: bool) -> None:
    """What can be said before any work is done on the photo `source`. Raises OutputExistsError, SaveError."""
    if source is not None and atomic.is_same_file(source, target):
        raise SaveError(
            say("photo-itself", "{name} is the photo itself, which is never written to.", name=target.name),
            todo=say("choose-other-name-or-folder", "Choose another name or folder."),
            path=target,
        )
    atomic.check(target, overwrite=overwrite)
