"""Files on a disk that never answers."""

from __future__ import annotations

import gc
import os
import stat
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gpen_desktop.core.photo_files import atomic, reading
from gpen_desktop.core.photo_files.patience import NoAnswerError, answer_of, waiting_while
from gpen_desktop.core.photo_files.reading import read_start, read_whole
from gpen_desktop.errors import Cancelled, SaveError, UnreadablePhotoError


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A file that nothing comes of until the test is over."""
    path, answers, really = tmp_path / "stalled.jpg", threading.Event(), reading.open_regular
    path.write_bytes(b"x" * 100)

    def open_regular(asked: Path) -> object:
        if asked == path:
            answers.wait(20)
        return really(asked)

    monkeypatch.setattr(reading, "open_regular", open_regular)
    monkeypatch.setattr(reading, "PATIENCE_S", 0.2)
    yield path
    answers.set()


@pytest.mark.parametrize("read", [read_whole, lambda path: read_start(path, 10)])
def test_a_file_that_never_answers_is_an_unreadable_one(stalled: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(UnreadablePhotoError) as caught:
        read(stalled)
    assert "does not answer" in str(caught.value)


def test_reading_is_given_up_when_it_is_wanted_no_more(stalled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE_S", 60.0)
    with pytest.raises(Cancelled), waiting_while(lambda: False):
        read_whole(stalled)


def test_what_could_not_be_written_is_let_go_at_once() -> None:
    class Pixels:
        """What is to be written."""

    def write(pixels: Pixels) -> None:
        def failing(_tick: object) -> None:
            raise OSError(f"no room for {pixels}")

        with pytest.raises(OSError, match="no room"):
            answer_of(failing, patience=5)

    pixels = Pixels()
    gone = weakref.ref(pixels)
    gc.disable()  # the collector comes late, and photos are large
    try:
        write(pixels)
        del pixels
        assert gone() is None
    finally:
        gc.enable()


def test_what_comes_slowly_but_steadily_is_waited_for() -> None:
    pause = threading.Event()

    def call(tick: Callable[[], None]) -> str:
        for _ in range(8):
            pause.wait(0.05)
            tick()
        return "all"

    assert answer_of(call, patience=0.3) == "all"
    with pytest.raises(NoAnswerError):
        answer_of(lambda _: pause.wait(0.5), patience=0.1)


def test_whatever_goes_wrong_is_raised_where_it_was_asked_for() -> None:
    with pytest.raises(ZeroDivisionError):
        answer_of(lambda _: 1 / 0, patience=1)


def test_a_large_file_is_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 40_000
    (tmp_path / "large").write_bytes(content)
    assert read_whole(tmp_path / "large") == content


@pytest.fixture
def stalled_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Path, threading.Event]]:
    """A folder whose disk takes no more bytes until the event is set, at the latest when the test is over."""
    answers, really = threading.Event(), os.fsync

    def fsync(file: int) -> None:
        answers.wait(20)
        really(file)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(atomic, "WRITING_PATIENCE_S", 0.2)
    folder = tmp_path / "share"
    folder.mkdir()
    yield folder, answers
    answers.set()


def _until_empty(folder: Path) -> None:
    for _ in range(200):
        if not any(folder.iterdir()):
            return
        threading.Event().wait(0.02)
    raise AssertionError(list(folder.iterdir()))


def test_a_disk_that_takes_nothing_is_told_and_names_nothing_later(stalled_disk: tuple[Path, threading.Event]) -> None:
    folder, answers = stalled_disk
    with pytest.raises(SaveError) as caught:
        atomic.write(folder / "result.png", b"x" * 10_000_000, overwrite=False)
    assert "does not answer" in str(caught.value)
    assert caught.value.todo is not None
    answers.set()
    _until_empty(folder)  # no result, and no temporary file either


def test_writing_is_given_up_when_it_is_wanted_no_more(
    stalled_disk: tuple[Path, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, answers = stalled_disk
    monkeypatch.setattr(atomic, "WRITING_PATIENCE_S", 60.0)
    with pytest.raises(Cancelled), waiting_while(lambda: False):
        atomic.write(folder / "result.png", b"x", overwrite=False)
    answers.set()
    _until_empty(folder)


def test_a_folder_that_never_answers_is_no_folder_to_save_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    monkeypatch.setattr(atomic, "PATIENCE_S", 0.2)
    monkeypatch.setattr(Path, "mkdir", lambda *_, **__: answers.wait(20))
    with pytest.raises(SaveError) as caught:
        atomic.make_folder(tmp_path / "share")
    answers.set()
    assert "does not answer" in str(caught.value)


def test_what_a_call_waits_for_in_turn_is_given_up_with_it(stalled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE_S", 60.0)
    ended: list[str] = []

    def call(_tick: object) -> None:
        try:
            read_whole(stalled)
        except Cancelled:
            ended.append("put away")
            raise

    with pytest.raises(Cancelled), waiting_while(lambda: False):
        answer_of(call, patience=60, grace=10)
    assert ended == ["put away"]


def test_what_is_waited_for_in_turn_has_its_own_patience(stalled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE_S", 0.6)
    with pytest.raises(UnreadablePhotoError):  # not the outer call's NoAnswerError, which has waited for less
        answer_of(lambda _: read_whole(stalled), patience=0.2)


def test_a_file_that_has_its_name_is_saved_though_the_folder_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, really = threading.Event(), os.fsync

    def fsync(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            answers.wait(20)
        really(file)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(atomic, "WRITING_PATIENCE_S", 0.3)
    atomic.write(tmp_path / "waited.png", b"x", overwrite=False)
    monkeypatch.setattr(atomic, "GRACE_S", 0.1)
    with waiting_while(lambda: not (tmp_path / "cancelled.png").exists()):
        atomic.write(tmp_path / "cancelled.png", b"x", overwrite=False)
    answers.set()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"waited.png": b"x", "cancelled.png": b"x"}


def test_cancelling_leaves_no_temporary_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.fsync

    def slow(file: int) -> None:
        threading.Event().wait(0.3)
        really(file)

    monkeypatch.setattr(os, "fsync", slow)
    with pytest.raises(Cancelled), waiting_while(lambda: not any(tmp_path.iterdir())):
        atomic.write(tmp_path / "result.png", b"x", overwrite=False)
    assert list(tmp_path.iterdir()) == []  # now, not only later: the program may end
