"""A file appears whole or not at all, and nothing is written over that should not be."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpen_desktop.core.photo_files.load_save import copy_photo, load_photo, save_photo
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import Photo
from gpen_desktop.errors import OptionError, OutputExistsError, SaveError, UnreadablePhotoError
from tests.unit.core.made_files import picture, save

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX file permissions and limits")


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def photo() -> Photo:
    return Photo(pixels=picture(200, 300), source=SourceFormat("PNG"))


def test_an_existing_file_is_not_overwritten_unless_asked(tmp_path: Path, photo: Photo) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"precious")
    with pytest.raises(OutputExistsError, match=r"a.png already exists"):
        save_photo(photo, target)
    assert target.read_bytes() == b"precious"
    save_photo(photo, target, overwrite=True)
    assert load_photo(target).width == 300
    assert names_in(tmp_path) == ["a.png"]


def test_a_file_that_appears_at_the_last_moment_is_not_overwritten(
    tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.png"
    real_link = os.link

    def link(source: Path, destination: Path) -> None:
        target.write_bytes(b"precious")
        real_link(source, destination)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(OutputExistsError):
        save_photo(photo, target)
    assert target.read_bytes() == b"precious"
    assert names_in(tmp_path) == ["a.png"]


@pytest.mark.parametrize("appears", [False, True])
def test_a_disk_without_hard_links(
    tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch, appears: bool
) -> None:
    target = tmp_path / "a.png"

    def link(source: Path, destination: Path) -> None:
        if appears:
            target.write_bytes(b"precious")
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    if appears:
        with pytest.raises(OutputExistsError):
            save_photo(photo, target)
        assert target.read_bytes() == b"precious"
    else:
        save_photo(photo, target)
        assert load_photo(target).width == 300
    assert names_in(tmp_path) == ["a.png"]


def test_the_source_is_never_written_to(tmp_path: Path) -> None:
    source = save(picture(), tmp_path / "a.jpg")
    before = source.read_bytes()
    photo = load_photo(source)
    (tmp_path / "link.jpg").symlink_to(source)
    os.link(source, tmp_path / "hard.jpg")
    for target in (source, tmp_path / "." / "a.jpg", tmp_path / "link.jpg", tmp_path / "hard.jpg"):
        for write in (save_photo, copy_photo):
            with pytest.raises(SaveError, match="is the photo itself"):
                write(photo, target, overwrite=True)
    assert source.read_bytes() == before


def test_a_missing_folder(tmp_path: Path, photo: Photo) -> None:
    with pytest.raises(SaveError, match=r"Could not save a.png in .*: the folder does not exist"):
        save_photo(photo, tmp_path / "new" / "a.png")
    (tmp_path / "file").touch()
    with pytest.raises(SaveError, match="the folder does not exist"):
        save_photo(photo, tmp_path / "file" / "a.png")


def test_a_folder_of_that_name(tmp_path: Path, photo: Photo) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(SaveError, match="a folder of that name already exists"):
        save_photo(photo, tmp_path / "a.png", overwrite=True)


def test_a_name_that_is_too_long(tmp_path: Path, photo: Photo) -> None:
    with pytest.raises(SaveError, match="the name is too long"):
        save_photo(photo, tmp_path / f"{'x' * 300}.png")
    longest = tmp_path / f"{'x' * 251}.png"
    assert save_photo(photo, longest).path == longest


@pytest.fixture
def readonly_folder() -> Iterator[Path]:
    """A folder that this process may not write to, also when it is root's: it acts as nobody meanwhile."""
    folder = Path(tempfile.mkdtemp())
    (folder / "a.png").write_bytes(b"precious")
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield folder
    if is_root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@posix_only
def test_a_read_only_folder(readonly_folder: Path, photo: Photo) -> None:
    for name, overwrite in (("b.png", False), ("a.png", True)):
        with pytest.raises(SaveError, match=f"Could not save {name} in .*: you do not have permission"):
            save_photo(photo, readonly_folder / name, overwrite=overwrite)
    assert (readonly_folder / "a.png").read_bytes() == b"precious"
    assert names_in(readonly_folder) == ["a.png"]


@posix_only
def test_a_write_that_stops_half_way_leaves_nothing_behind(tmp_path: Path, photo: Photo) -> None:
    """A real limit on file sizes, so that the system itself stops the write."""
    import resource  # noqa: PLC0415  -- not on Windows

    (tmp_path / "a.png").write_bytes(b"precious")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(SaveError, match=r"Could not save a.png in .*: the file is larger than this disk allows"):
            save_photo(photo, tmp_path / "a.png", overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "a.png").read_bytes() == b"precious"
    assert names_in(tmp_path) == ["a.png"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*{"fsync": (os, "fsync", full), "replace": (Path, "replace", full)}[step])
    with pytest.raises(SaveError, match="the disk is full") as caught:
        save_photo(photo, tmp_path / "a.png", overwrite=True)
    assert "Free some space" in str(caught.value)
    assert names_in(tmp_path) == []


def test_an_interrupted_save_leaves_nothing_behind(
    tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_photo(photo, tmp_path / "a.png")
    assert names_in(tmp_path) == []


@posix_only
def test_a_saved_file_has_the_usual_permissions(tmp_path: Path, photo: Photo) -> None:
    old = os.umask(0o027)
    try:
        mode = save_photo(photo, tmp_path / "a.png").path.stat().st_mode
    finally:
        os.umask(old)
    assert stat.S_IMODE(mode) == 0o640


def test_options_outside_their_range(tmp_path: Path, photo: Photo) -> None:
    for quality in (0, 101):
        with pytest.raises(OptionError, match=f"quality is {quality}"):
            save_photo(photo, tmp_path / "a.jpg", format="jpeg", quality=quality)
    with pytest.raises(OptionError, match="no format 'gif'"):
        save_photo(photo, tmp_path / "a.gif", format="gif")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(("format", "limit"), [("webp", 16383), ("jpeg", 65500)])
def test_a_picture_too_wide_for_the_format(tmp_path: Path, format: str, limit: int) -> None:
    wide = Photo(pixels=picture(1, limit + 1), source=SourceFormat("PNG"))
    with pytest.raises(SaveError, match=f"at most {limit} pixels"):
        save_photo(wide, tmp_path / "a", format=format)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("way", ["not there", "refused"])
@pytest.mark.parametrize("format", ["jpeg", "png", "webp"])
def test_without_files_in_memory_photos_are_saved_alike(
    tmp_path: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch, format: str, way: str
) -> None:
    """Pythons made for an older C library, as uv's and conda's, have none on Linux; some sandboxes forbid them."""
    usual = save_photo(photo, tmp_path / "usual", format=format)

    def refused(*_all: object) -> int:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    if way == "refused":
        monkeypatch.setattr(os, "memfd_create", refused, raising=False)
    else:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    saved = save_photo(photo, tmp_path / "without", format=format)
    assert saved.path.read_bytes() == usual.path.read_bytes()


def test_a_copy_is_the_source_byte_for_byte(tmp_path: Path) -> None:
    photo = load_photo(save(picture(), tmp_path / "a.jpg"))
    (tmp_path / "out").mkdir()
    copied = copy_photo(photo, tmp_path / "out" / "a.png")
    assert copied.path == tmp_path / "out" / "a.jpg"
    assert copied.path.read_bytes() == (tmp_path / "a.jpg").read_bytes()
    with pytest.raises(OutputExistsError):
        copy_photo(photo, tmp_path / "out" / "a.jpg")
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(UnreadablePhotoError, match="there is no such file"):
        copy_photo(photo, tmp_path / "out" / "b.jpg")


def test_a_photo_that_was_never_a_file_has_no_copy(tmp_path: Path, photo: Photo) -> None:
    with pytest.raises(SaveError, match="none to copy"):
        copy_photo(photo, tmp_path / "a.png")
