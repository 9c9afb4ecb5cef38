"""Files that belong to a photo and lie beside it: what editors noted of it (.xmp), and a live photo's film."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from gpen_desktop.core.photo_files import atomic
from gpen_desktop.core.photo_files.reading import read_whole
from gpen_desktop.errors import DiskFullError, OutputExistsError, PhotoError
from gpen_desktop.messages import Message, say

_NOTES: Final = (".xmp", ".XMP")
_FILMS: Final = (".mov", ".MOV", ".mp4", ".MP4")
_LONGEST_FILM: Final = 64 << 20
"""Bytes; a live photo's film takes some MB. What is larger is a video that happens to have the photo's name."""


def companions(photo: Path) -> Iterator[tuple[Path, str]]:
    """The files that belong to a photo, and what is put behind a result's name without ending to name theirs."""
    for ending in _NOTES:
        yield from _if_there(photo.with_suffix(ending), ending)
        yield from _if_there(photo.with_name(photo.name + ending), "." + ending)  # '..xmp': behind the whole name
    for ending in _FILMS:
        yield from _if_there(photo.with_suffix(ending), ending)


def _if_there(path: Path, ending: str) -> Iterator[tuple[Path, str]]:
    try:
        is_there = os.path.isfile(path) and (ending not in _FILMS or path.stat().st_size <= _LONGEST_FILM)  # noqa: PTH113  -- Path.is_file raises for what may not be looked at
    except OSError:
        return
    if is_there:
        yield path, ending


@contextmanager
def brought_along(photo: Path, result: Path) -> Iterator[list[Message]]:
    """Copies of what belongs to a photo, beside its result, under the result's name: gone again if an error comes.
    Gives sentences on what could not be copied.

    What is there already stays. Raises DiskFullError, Cancelled.
    """
    copies: list[Path] = []
    try:
        yield _copied(photo, result, copies)
    except BaseException:
        for copy in copies:
            with suppress(OSError):
                copy.unlink()
        raise


def _copied(photo: Path, result: Path, copies: list[Path]) -> list[Message]:
    """copies: to which each copy that was made is added."""
    problems = []
    for file, ending in companions(photo):
        name = result.name + ending[1:] if ending.startswith("..") else result.stem + ending
        target = result.with_name(name)
        try:
            data = read_whole(file)
            atomic.write(target, data, overwrite=False)
            copies.append(target)
        except OutputExistsError:
            if not _is_same(target, data):
                problems.append(say("companion-there", "{name} was there already, and stays.", name=target.name))
        except DiskFullError:
            raise
        except PhotoError as error:
            problems.append(
                say("companion-left", "{name} could not be copied: {fault}", name=file.name, fault=error.what)
            )
    return problems


def _is_same(file: Path, data: bytes) -> bool:
    try:
        return file.stat().st_size == len(data) and read_whole(file) == data
    except (OSError, PhotoError):
        return False
