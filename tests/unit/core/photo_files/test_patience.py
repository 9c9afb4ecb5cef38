"""Files on a disk that never answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpen_desktop.core.photo_files import reading
from gpen_desktop.core.photo_files.patience import NoAnswerError, answer_of, waiting_while
from gpen_desktop.core.photo_files.reading import read_start, read_whole
from gpen_desktop.errors import Cancelled, UnreadablePhotoError


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
def test_a_file_that_never_answers_is_an_unreadable_one(stalled: Path, read) -> None:
    with pytest.raises(UnreadablePhotoError) as caught:
        read(stalled)
    assert "does not answer" in str(caught.value)


def test_reading_is_given_up_when_it_is_wanted_no_more(stalled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE_S", 60.0)
    with pytest.raises(Cancelled), waiting_while(lambda: False):
        read_whole(stalled)


def test_what_comes_slowly_but_steadily_is_waited_for() -> None:
    pause = threading.Event()

    def call(tick) -> str:
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
