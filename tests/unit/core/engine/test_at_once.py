"""Several photos at once: the same results in the same order, in bounded number; cancelled, on a full disk."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpen_desktop import paths
from gpen_desktop.core import fallbacks, memory
from gpen_desktop.core.batch import batch, control, workers
from gpen_desktop.core.batch.album import plan
from gpen_desktop.core.batch.batch import BatchOptions, PhotoReport, PhotoStatus
from gpen_desktop.core.batch.control import BatchControl
from gpen_desktop.core.batch.workers import Threads
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.engine.shared import SharedRestorer
from gpen_desktop.core.memory import Room
from gpen_desktop.core.output.journal import Journal
from gpen_desktop.core.progress import CancellableProgress, Progress, SilentProgress
from gpen_desktop.core.stages.registry import stage_values
from gpen_desktop.core.types import ComposeOptions, Face, FloatImage, Photo
from gpen_desktop.errors import Cancelled, DiskFullError
from gpen_desktop.messages import say
from tests.full_disk import full_disk
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces
from tests.unit.core.engine.results import content

DONE, SKIPPED, FAILED = PhotoStatus.DONE, PhotoStatus.SKIPPED, PhotoStatus.FAILED

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Nine photos with a face each, none like another; one in the middle is damaged."""
    folder = tmp_path / "album"
    folder.mkdir()
    pixels = photo_with_faces((40, 60))[0].pixels
    for number in range(9):
        Image.fromarray(np.roll(pixels, number, axis=1)).save(folder / f"{number}.png")
    (folder / "4.png").write_bytes(b"damaged")
    return folder


def engine(restorer: Sharpener | None = None) -> Engine:
    return Engine(models=DrawnModels(KnownFaces(*photo_with_faces((40, 60))[1]), restorer or Sharpener()))


def run(album: Path, out: Path, **how: Any) -> Iterator[PhotoReport]:
    wanted = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"))
    own = how.pop("engine", None) or engine()
    return batch.restore_all(
        plan([album], out, recursive=False), own, wanted, Journal(out, {}), lambda *_: SilentProgress(), **how
    )


@pytest.mark.parametrize("at_once", [2, 5])
def test_many_at_once_give_what_one_after_the_other_gives(album: Path, tmp_path: Path, at_once: int) -> None:
    one = list(run(album, tmp_path / "one"))
    many = list(run(album, tmp_path / "many", at_once=at_once))
    assert [report.source for report in many] == [report.source for report in one]
    assert [report.outcome for report in many] == [DONE] * 4 + [FAILED] + [DONE] * 4
    assert content(tmp_path / "many") == content(tmp_path / "one")
    assert len(content(tmp_path / "one")) == 8
    again = run(album, tmp_path / "many", at_once=at_once, resume=True)
    assert [report.outcome for report in again] == [SKIPPED] * 4 + [FAILED] + [SKIPPED] * 4


def test_the_models_of_this_computer_give_the_same_bytes_too(tmp_path: Path) -> None:
    folder = tmp_path / "album"
    shutil.copytree(paths.samples(), folder, ignore=shutil.ignore_patterns("*.md"))
    results = []
    for at_once in (1, 3):
        out = tmp_path / str(at_once)
        wanted = BatchOptions()
        jobs = plan([folder], out, recursive=False)
        own = Engine(ComputeOptions(device="cpu"))
        reports = batch.restore_all(jobs, own, wanted, Journal(out, {}), lambda *_: SilentProgress(), at_once=at_once)
        assert {report.outcome for report in reports} == {DONE}
        results.append({path.name: path.read_bytes() for path in out.glob("*.jpg")})
    assert results[0] == results[1]
    assert len(results[0]) == 5


def test_no_more_are_begun_than_are_wanted_at_once(album: Path, tmp_path: Path) -> None:
    now, most, lock, three = 0, 0, threading.Lock(), threading.Event()

    class Counting(KnownFaces):
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
                if now == 3:
                    three.set()
            assert three.wait(30)
            time.sleep(0.02)
            with lock:
                now -= 1
            return self.faces

    own = Engine(models=DrawnModels(Counting(*photo_with_faces((40, 60))[1]), Sharpener()))
    list(run(album, tmp_path / "out", at_once=3, engine=own))
    assert most == 3


def test_a_photo_that_waits_for_the_disk_lets_another_be_computed(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, begun, another_is_computed = os.fsync, [], threading.Event()

    class Telling(KnownFaces):
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            begun.append(photo)
            if len(begun) == 2:
                another_is_computed.set()
            return self.faces

    def slow(file: int) -> None:
        assert another_is_computed.wait(30)
        sync(file)

    monkeypatch.setattr(os, "fsync", slow)
    own = Engine(models=DrawnModels(Telling(*photo_with_faces((40, 60))[1]), Sharpener()))
    assert [report.outcome for report in run(album, tmp_path / "out", engine=own)].count(DONE) == 8


def test_a_photo_that_waits_for_memory_does_not_hold_up_the_one_that_has_it(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that has it waits for the disk now and then, and its turn of computing after that."""
    monkeypatch.setattr(memory, "available_bytes", lambda: 2)  # none fits beside another
    assert [report.outcome for report in run(album, tmp_path / "out")].count(DONE) == 8


def test_results_come_in_order_and_one_slow_photo_holds_up_only_so_many() -> None:
    slow, begun = threading.Event(), []

    def work(number: int) -> int:
        begun.append(number)
        if number == 0:
            assert slow.wait(30)
        return number

    results = Threads(2, 2).in_order(range(100), work, lambda: None)
    threading.Timer(0.5, slow.set).start()
    first = next(results)
    assert len(begun) <= 10  # not all hundred in memory
    assert [first, *results] == list(range(100))


def test_a_photo_that_ends_just_as_it_is_looked_after_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_LISTEN_EVERY", 0.0)  # looked after all the time

    def work(number: int) -> int:
        time.sleep(2e-4)
        return number

    assert list(Threads(2, 2).in_order(range(150), work, lambda: None)) == list(range(150))


def test_who_does_not_fit_beside_the_others_waits() -> None:
    room, order = Room(100), []
    large = threading.Thread(target=lambda: hold("large", 500))

    def hold(name: str, size: int) -> None:
        with room.hold(size):
            order.append(name)

    with room.hold(60):
        large.start()
        with room.hold(40):
            order.append("small")
        time.sleep(0.1)
        assert order == ["small"]
    large.join()
    assert order == ["small", "large"]  # larger than all, and alone


def test_who_is_wanted_no_more_waits_no_more() -> None:
    room = Room(100)
    with room.hold(60):
        with pytest.raises(Cancelled), room.hold(50, lambda: False):
            pass
        with room.hold(40):
            pass


def test_an_enlarged_result_counts_as_what_it_takes(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []

    def hold(_: Room, needed: int, is_wanted: Callable[[], bool]) -> AbstractContextManager[None]:
        held.append(needed)
        return nullcontext()

    monkeypatch.setattr(Room, "hold", hold)
    for scale in (1, 4):
        stages = stage_values({"scale": scale, "repair": "off", "clean": 0, "tone": 0})
        jobs = plan([album / "0.png"], tmp_path / str(scale), recursive=False)
        wanted = BatchOptions(Edits(model="sharpener", stages=stages))
        list(batch.restore_all(jobs, engine(), wanted, None, lambda *_: SilentProgress()))
    assert held[1] >= 16 * held[0]


def test_a_cancel_ends_all_and_what_is_done_stays(album: Path, tmp_path: Path) -> None:
    steering, seen, counting = BatchControl(), [], threading.Lock()

    class Cancelling(KnownFaces):
        def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
            with counting:  # or others go on between the third and the cancel, on a busy machine
                seen.append(photo)
                if len(seen) == 3:
                    steering.cancel()
            return self.faces

    own = Engine(models=DrawnModels(Cancelling(*photo_with_faces((40, 60))[1]), Sharpener()))
    with pytest.raises(Cancelled):
        list(run(album, tmp_path / "out", at_once=2, control=steering, engine=own))
    assert len(seen) <= 5  # of three in work, one for the disk, two may have asked just before
    assert len(content(tmp_path / "out")) <= 3
    assert not list((tmp_path / "out").glob(".gpen-*.part"))
    rest = [report.outcome for report in run(album, tmp_path / "out", at_once=2, resume=True)]
    assert rest.count(FAILED) == 1
    assert rest.count(SKIPPED) == len(content(tmp_path / "out")) - rest.count(DONE)


def test_who_stops_listening_stops_the_work(album: Path, tmp_path: Path) -> None:
    reports = run(album, tmp_path / "out", at_once=2)
    next(reports)
    assert isinstance(reports, Generator)
    reports.close()
    made = len(content(tmp_path / "out"))
    time.sleep(0.2)
    assert len(content(tmp_path / "out")) == made


def test_a_full_disk_is_waited_for(album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be saved is kept in memory, and nothing new is computed meanwhile."""
    full = full_disk(monkeypatch)
    full.set()
    told: list[object] = []
    restorer = Sharpener()

    def make_room() -> None:
        told.append(restorer.crops_seen)
        full.clear()

    def on_full(error: DiskFullError) -> None:
        told.append(error)
        threading.Timer(1.0, make_room).start()

    steering = BatchControl(on_full, lambda: told.append("room"))
    own = engine(restorer)
    reports = [report.outcome for report in run(album, tmp_path / "out", at_once=2, control=steering, engine=own)]
    assert reports == [DONE] * 4 + [FAILED] + [DONE] * 4
    error, seen, room = told
    assert isinstance(error, DiskFullError)
    assert error.needed > 1000
    assert isinstance(seen, int)
    assert seen <= 3  # those that wait, and what was begun before the disk said so
    assert room == "room"
    assert restorer.crops_seen == 8  # none was run through the model again


def test_waiting_for_room_can_be_cancelled(album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sync(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", sync)
    steering = BatchControl()
    threading.Timer(0.3, steering.cancel).start()
    monkeypatch.setattr(control, "_has_room", lambda error: False)
    with pytest.raises(Cancelled):
        list(run(album, tmp_path / "out", at_once=2, control=steering))


class OnGpu(Sharpener):
    """A network that is not for several threads; remembers its batches."""

    runs_beside_itself = False

    def __init__(self, fails: bool = False) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.busy = threading.Lock()
        self.fails = fails

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        assert self.busy.acquire(blocking=False), "called from two threads at once"
        time.sleep(0.1)
        self.batches.append(len(crops))
        self.busy.release()
        if self.fails:
            raise ZeroDivisionError("by zero")
        return [crop + 1 for crop in crops]


def together(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_faces_of_different_photos_share_a_batch() -> None:
    inner = OnGpu()
    shared = SharedRestorer(inner)
    answers: dict[int, list[FloatImage]] = {}

    def photo(number: int) -> None:
        crops = [np.full((2, 2, 3), number + 0.1 * i, np.float32) for i in range(number % 3 + 1)]
        answers[number] = shared.restore(crops, SilentProgress())

    together(8, photo)
    shared.close()
    assert sum(inner.batches) == 15
    assert len(inner.batches) < 8
    assert max(inner.batches) > 3
    for number, made in answers.items():
        assert [float(face[0, 0, 0]) for face in made] == pytest.approx(
            [1 + number + 0.1 * i for i in range(number % 3 + 1)]
        )


def test_a_model_that_fails_fails_for_everybody_and_a_cancelled_photo_does_not_wait() -> None:
    shared = SharedRestorer(OnGpu(fails=True))
    crops = [np.zeros((2, 2, 3), np.float32)]
    failed = []

    def photo(_number: int) -> None:
        with pytest.raises(ZeroDivisionError):
            shared.restore(crops, SilentProgress())
        failed.append(1)

    together(3, photo)
    assert len(failed) == 3
    progress = CancellableProgress()
    progress.cancel()
    with pytest.raises(Cancelled):
        shared.restore(crops, progress)
    shared.close()


def test_photos_of_an_album_go_through_such_a_network_too(album: Path, tmp_path: Path) -> None:
    inner = OnGpu()
    reports = [report.outcome for report in run(album, tmp_path / "out", at_once=4, engine=engine(inner))]
    assert reports.count(DONE) == 8
    assert sum(inner.batches) == 8
    assert not [thread for thread in threading.enumerate() if thread.name == "model"]


def test_only_the_photo_that_was_computed_otherwise_says_so(album: Path, tmp_path: Path) -> None:
    note = say("test-otherwise", "The processor did it.")

    class OnceFull(OnGpu):
        def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
            if len(self.batches) == 2:
                fallbacks.tell(note)
            return super().restore(crops, progress)

    for at_once in (1, 3):
        restorer = OnceFull()
        restorer.batch = 1  # no photo shares it
        own = engine(restorer)
        reports = list(run(album, tmp_path / str(at_once), at_once=at_once, engine=own))
        assert [report.outcome for report in reports] == [DONE] * 4 + [FAILED] + [DONE] * 4
        assert sum(report.warnings.count(note) for report in reports) == 1
        status = own.status()
        assert status is not None
        assert note in status.notes


def test_options_reach_every_thread(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wanted = BatchOptions(Edits(ComposeOptions(), model="sharpener"), ExportOptions(format="jpeg"))
    jobs = plan([album], out, recursive=False, format="jpeg")
    list(batch.restore_all(jobs, engine(), wanted, Journal(out, {}), lambda *_: SilentProgress(), at_once=3))
    assert sorted(path.name for path in out.glob("*.jpg")) == [f"{n}.jpg" for n in range(9) if n != 4]
