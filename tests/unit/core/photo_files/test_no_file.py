"""What is no file, or more than one can hold, is refused before it is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gpen_desktop.core.batch.album import plan
from gpen_desktop.core.engine.export import may_be_replaced
from gpen_desktop.core.photo_files.load_save import is_marked, load_photo, result_path
from gpen_desktop.core.photo_files.reading import MAX_BYTES, open_regular
from gpen_desktop.errors import PhotoTooLargeError, UnreadablePhotoError
from tests.unit.core.made_files import picture, save

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such entries in folders"),
    pytest.mark.timeout(30),  # a pipe would be waited for without end
]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.fixture(params=[pipe, endless])
def no_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    make: Callable[[Path], None] = request.param
    make(tmp_path / "x.jpg")
    return tmp_path / "x.jpg"


def test_what_is_no_file_is_refused_without_being_opened(no_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("opened"))  # that alone starts some devices
    for read in (load_photo, is_marked):
        with pytest.raises(UnreadablePhotoError, match=r"x\.jpg: it is not a regular file") as caught:
            read(no_file)
        assert caught.value.what.code == "cannot-read"


def test_what_becomes_a_pipe_at_the_last_moment_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save(picture(), tmp_path / "a.png")
    opening = os.open

    def swap(path: Path, flags: int) -> int:
        file.unlink()
        os.mkfifo(file)
        return opening(path, flags)

    monkeypatch.setattr(os, "open", swap)
    with pytest.raises(OSError, match="not a regular file"):
        open_regular(file)


def test_planning_and_overwriting_do_not_wait_for_it(no_file: Path, tmp_path: Path) -> None:
    assert [job.source for job in plan([no_file.parent], tmp_path / "out", recursive=False)] == [no_file]
    assert result_path(no_file, tmp_path / "y.jpg", "keep") == tmp_path / "y.jpg"
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(UnreadablePhotoError):
        may_be_replaced(no_file, tmp_path / "empty.jpg")


def test_a_link_to_a_photo_is_a_photo(tmp_path: Path) -> None:
    (tmp_path / "link.png").symlink_to(save(picture(), tmp_path / "a.png"))
    assert load_photo(tmp_path / "link.png").pixels.shape == picture().shape


def test_a_file_of_12_gb_is_not_read(tmp_path: Path) -> None:
    sparse = tmp_path / "x.jpg"
    sparse.touch()
    os.truncate(sparse, 12_000_000_000)
    with pytest.raises(UnreadablePhotoError, match="it is not a photo"):  # 12 GB of nothing
        load_photo(sparse)
    assert not is_marked(sparse)


def test_a_photo_of_more_bytes_than_any_can_have_is_not_read(tmp_path: Path) -> None:
    sparse = save(picture(), tmp_path / "x.jpg")
    os.truncate(sparse, MAX_BYTES + 1)
    for read in (load_photo, is_marked):
        with pytest.raises(PhotoTooLargeError, match=r"x\.jpg is too large: 4\.3 GB") as caught:
            read(sparse)
        assert caught.value.what.code == "file-too-large"
