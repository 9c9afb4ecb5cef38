"""Exports that run beside each other: as one by one, and in nobody's way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gpen_desktop import allocator
from gpen_desktop.core import memory
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import ComposeOptions, Face, Photo
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.worker import ExportJob, RefineJob, next_job_id
from tests.gui.fakes import FakeEngine, FakeRestorer, make_photo
from tests.gui.job_record import Record


class Meeting(FakeEngine):
    """Looks for faces in two photos at once or in none: each waits until the other has come as far. met: those that
    did."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.two = threading.Barrier(2, timeout=10)
        self.met: list[str] = []

    def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        self.two.wait()
        self.met.append(threading.current_thread().name)
        return super().detect(photo, progress=progress)


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[tuple[JobController, Meeting]]:
    engine = Meeting(tmp_path)
    controller = JobController(engine)
    yield controller, engine
    controller.shut_down()


def export(item: int, path: Path, folder: Path, model: str = "m") -> ExportJob:
    edits = Edits(ComposeOptions(restore_sharp=True), model=model)
    return ExportJob(next_job_id(), item, path, edits, None, folder / f"{item}.png", ExportOptions())


def met_by(jobs: JobController) -> set[int]:
    """Items of the photos that are looked at for faces from now on, as the queue hears of it."""
    items: set[int] = set()
    jobs.progressed.connect(lambda job, _, stage: items.add(job.item) if stage == "detect" else None)
    return items


def test_several_photos_are_exported_at_once(
    meeting: tuple[JobController, Meeting], tmp_path: Path, qtbot: QtBot
) -> None:
    jobs, _ = meeting
    record = Record(jobs)
    most = []
    jobs.started.connect(lambda _: most.append(len(jobs.all) - len(jobs.waiting)))
    photos = [make_photo(tmp_path / f"photo{n}.png", seed=n) for n in range(4)]
    jobs.submit(*(export(n, path, tmp_path / "out") for n, path in enumerate(photos, 1)))
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    assert sorted(record.items("done")) == [1, 2, 3, 4]
    assert record.items("started") == [1, 2, 3, 4]
    assert max(most) == 2
    assert (jobs.exporting.done, jobs.exporting.total) == (4, 4)
    alone = tmp_path / "alone"
    controller = JobController(FakeEngine(tmp_path))
    controller.set_front(1)  # one by one
    controller.submit(*(replace(export(n, path, alone), item=1) for n, path in enumerate(photos, 1)))
    qtbot.waitUntil(lambda: not controller.is_busy, timeout=20_000)
    controller.shut_down()
    assert [(alone / f"{n}.png").read_bytes() for n in range(1, 5)] == [
        (tmp_path / "out" / f"{n}.png").read_bytes() for n in range(1, 5)
    ]


def test_what_each_photo_took_is_kept_up_to_a_limit(
    meeting: tuple[JobController, Meeting], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(allocator.Keeping, "check", lambda _: checked.append(threading.current_thread().name))
    jobs, _ = meeting
    photos = [make_photo(tmp_path / f"photo{n}.png", seed=n) for n in range(4)]
    jobs.submit(*(export(n, path, tmp_path / "out") for n, path in enumerate(photos, 1)))
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    assert len(checked) == 4


def test_exports_make_way_and_go_on(meeting: tuple[JobController, Meeting], tmp_path: Path, qtbot: QtBot) -> None:
    """The photo on screen comes first: what is being exported is finished, and nothing else is begun before it."""
    jobs, engine = meeting
    record = Record(jobs)
    photos = [make_photo(tmp_path / f"photo{n}.png", seed=n) for n in range(4)]
    engine.gate.clear()
    jobs.submit(*(export(n, path, tmp_path / "out") for n, path in enumerate(photos, 1)))
    begun = met_by(jobs)
    qtbot.waitUntil(lambda: begun == {1, 2})
    jobs.set_front(9)
    jobs.submit(RefineJob(next_job_id(), 9, photos[0], load_photo(photos[0]), (100, 100, 42, 50)))
    engine.gate.set()
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    assert record.items("started") == [1, 2, 9, 3, 4]
    assert sorted(record.items("done")) == [1, 2, 3, 4, 9]


def test_an_export_that_waits_for_memory_steps_back(
    jobs: JobController, engine: FakeEngine, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has not begun: what is more urgent comes first, and a cancel is heard at once."""
    monkeypatch.setattr(memory, "available_bytes", lambda: 1)  # each goes alone
    record, begun = Record(jobs), met_by(jobs)
    photos = [make_photo(tmp_path / f"photo{n}.png", seed=n) for n in range(3)]
    engine.gate.clear()
    exports = [export(n, path, tmp_path / "out") for n, path in enumerate(photos, 1)]
    jobs.submit(*exports)
    qtbot.waitUntil(lambda: record.items("started") == [1, 2] and len(begun) == 1)
    (first,) = begun
    jobs.set_front(9)
    jobs.submit(RefineJob(next_job_id(), 9, photos[0], load_photo(photos[0]), (100, 100, 42, 50)))
    qtbot.waitUntil(lambda: len(jobs.waiting) == 3)  # it, the one that stepped back, and the last
    engine.gate.set()
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    assert record.items("started")[2] == 9
    assert record.items("done")[:2] == [first, 9]
    assert sorted(record.items("done")) == [1, 2, 3, 9]
    assert record.items("cancelled") == []


def test_a_photo_is_exported_once_at_a_time(jobs: JobController, photo: Path, tmp_path: Path, qtbot: QtBot) -> None:
    """In the order in which it was asked for: the last wish is what the file holds."""
    record, together = Record(jobs), []
    jobs.started.connect(lambda _: together.append(len(jobs.all) - len(jobs.waiting)))
    once = export(1, photo, tmp_path / "out")
    plain = replace(once.edits, options=replace(once.edits.options, strength=0))
    options = ExportOptions(overwrite=True)
    jobs.submit(replace(once, export=options), replace(once, id=next_job_id(), edits=plain, export=options))
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    assert record.items("done") == [1, 1]
    assert together == [1, 1]
    np.testing.assert_array_equal(load_photo(once.target).pixels, load_photo(photo).pixels)


def test_one_export_has_all_cores(
    jobs: JobController, photo: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = []
    monkeypatch.setattr(FakeEngine, "limit_threads_here", lambda _, count: limited.append(count))
    jobs.submit(export(1, photo, tmp_path / "out"))
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    assert limited == []


def test_a_cancel_reaches_every_export_that_runs(
    meeting: tuple[JobController, Meeting], tmp_path: Path, qtbot: QtBot
) -> None:
    jobs, engine = meeting
    record = Record(jobs)
    photos = [make_photo(tmp_path / f"photo{n}.png", seed=n) for n in range(3)]
    engine.gate.clear()
    jobs.submit(*(export(n, path, tmp_path / "out") for n, path in enumerate(photos, 1)))
    qtbot.waitUntil(lambda: record.items("started") == [1, 2] and len(engine.met) == 2)
    jobs.cancel_all()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert sorted(record.items("cancelled")) == [1, 2, 3]
    engine.gate.set()
    assert list((tmp_path / "out").iterdir()) == []


def test_shutting_down_during_exports_ends_their_threads(
    engine: FakeEngine, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeRestorer, "runs_beside_itself", True)
    controller = JobController(engine)
    record = Record(controller)
    photos = [make_photo(tmp_path / f"photo{n}.png", seed=n) for n in range(3)]
    engine.gate.clear()
    controller.submit(*(export(n, path, tmp_path / "out") for n, path in enumerate(photos, 1)))
    qtbot.waitUntil(lambda: record.items("started") == [1, 2])
    controller.shut_down()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("photo")]
    assert list((tmp_path / "out").glob("*.png")) == []


def test_photos_that_run_together_use_one_model(
    jobs: JobController, engine: FakeEngine, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    record = Record(jobs)
    models = ["a", "a", "broken", "b"]
    engine.broken_models = {"broken"}
    jobs.submit(*(export(n, photo, tmp_path / "out", model) for n, model in enumerate(models, 1)))
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    assert sorted(record.items("done")) == [1, 2, 4]
    assert record.items("failed") == [3]
    assert {name: restorer.runs > 0 for name, restorer in engine.restorers.items()} == {"a": True, "b": True}
