"""The queue: what goes first, what a cancel does, and that no error is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.types import ComposeOptions, Face, Photo
from gpen_desktop.gui.work import worker
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.worker import ExportJob, RefineJob, RestoreJob, next_job_id
from tests.gui.fakes import FakeEngine, FakeRestorer, make_photo


class Record:
    """What the controller said, in order."""

    def __init__(self, jobs: JobController) -> None:
        self.events: list[tuple[str, int]] = []
        self.results: dict[int, object] = {}
        self.failures: dict[int, object] = {}
        self.partial: list[int] = []
        jobs.started.connect(lambda job: self.events.append(("started", job.item)))
        jobs.done.connect(self._on_done)
        jobs.failed.connect(self._on_failed)
        jobs.cancelled.connect(lambda job: self.events.append(("cancelled", job.item)))
        jobs.faces_restored.connect(lambda _job, result: self.partial.append(len(result.restored)))

    def _on_done(self, job: RestoreJob, result: object) -> None:
        self.events.append(("done", job.item))
        self.results[job.item] = result

    def _on_failed(self, job: RestoreJob, failure: object) -> None:
        self.events.append(("failed", job.item))
        self.failures[job.item] = failure

    def items(self, what: str) -> list[int]:
        return [item for said, item in self.events if said == what]


@pytest.fixture
def jobs(engine: FakeEngine) -> Iterator[JobController]:
    controller = JobController(engine)
    yield controller
    controller.shut_down()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png")


def restore(item: int, path: Path, model: str = "m") -> RestoreJob:
    return RestoreJob(next_job_id(), item, path, model)


def test_the_photo_on_screen_goes_first(jobs: JobController, photo: Path, qtbot: QtBot) -> None:
    record = Record(jobs)
    jobs.set_front(4)
    for item in (1, 2, 3, 4):
        jobs.submit(restore(item, photo))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert record.items("done")[0] == 4
    assert sorted(record.items("done")) == [1, 2, 3, 4]
    assert record.items("done")[1:] == [1, 2, 3]  # the one that had begun goes back to its place, the first


def test_a_running_photo_steps_back_for_the_one_on_screen_and_loses_nothing(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    record = Record(jobs)
    engine.gate.clear()
    jobs.submit(restore(1, photo))
    qtbot.waitUntil(lambda: bool(engine.threads))
    jobs.set_front(2)
    jobs.submit(restore(2, photo))
    qtbot.waitUntil(lambda: jobs.running is not None and jobs.running.item == 2)
    engine.gate.set()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert record.items("done") == [2, 1]
    assert record.items("cancelled") == []


def test_faces_come_batch_by_batch(jobs: JobController, photo: Path, qtbot: QtBot) -> None:
    record = Record(jobs)
    jobs.submit(restore(1, photo))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert record.partial == [1]  # of two faces, in batches of one
    result = record.results[1]
    assert result.is_whole
    assert len(result.restored) == 2


def test_an_answer_is_computed_once(jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot) -> None:
    for item in (1, 2, 3, 1):
        jobs.submit(restore(item, photo))
        qtbot.waitUntil(lambda: not jobs.is_busy)
    assert engine.runs == 2


def test_cancel_acts_within_a_step(jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot) -> None:
    record = Record(jobs)
    engine.gate.clear()
    for item in (1, 2, 3):
        jobs.submit(restore(item, photo))
    qtbot.waitUntil(lambda: jobs.running is not None and bool(engine.threads))
    jobs.cancel_all()
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=2000)
    assert sorted(record.items("cancelled")) == [1, 2, 3]
    assert engine.runs == 0


def test_in_a_pause_only_the_photo_on_screen_is_worked_on(
    jobs: JobController, engine: FakeEngine, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    record = Record(jobs)
    engine.gate.clear()
    for item in (1, 2, 3):
        jobs.submit(restore(item, photo))
    qtbot.waitUntil(lambda: bool(engine.threads))
    jobs.pause()
    qtbot.waitUntil(lambda: jobs.running is None)
    engine.gate.set()
    jobs.submit(ExportJob(next_job_id(), 4, photo, Edits(model="m"), None, tmp_path / "4.png", ExportOptions()))
    jobs.submit(
        ExportJob(
            next_job_id(), 5, photo, Edits(model="m"), None, tmp_path / "5.png", ExportOptions(), draft_for="drag"
        )
    )
    jobs.set_front(3)
    qtbot.waitUntil(lambda: record.items("done") == [5, 3])
    qtbot.wait(50)
    assert jobs.running is None
    assert [job.item for job in jobs.waiting] == [1, 2, 4]
    assert record.items("cancelled") == []
    jobs.go_on()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert record.items("done") == [5, 3, 4, 1, 2]


def test_a_cancel_ends_a_pause_and_so_does_the_end_of_the_work(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    for item in (1, 2):
        jobs.submit(restore(item, photo))
    jobs.pause()
    jobs.cancel_all()
    assert not jobs.is_paused
    qtbot.waitUntil(lambda: not jobs.is_busy)
    engine.gate.set()
    jobs.set_front(1)
    jobs.submit(restore(1, photo))
    jobs.pause()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert not jobs.is_paused


def test_newer_wishes_replace_older_ones_of_a_photo(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    record = Record(jobs)
    engine.gate.clear()
    jobs.submit(restore(1, photo, "old"))
    qtbot.waitUntil(lambda: bool(engine.threads))
    jobs.submit(restore(1, photo, "newer"))
    jobs.submit(restore(1, photo, "newest"))
    engine.gate.set()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert record.items("done") == [1]
    assert "newer" not in engine.restorers
    assert engine.restorers["newest"].runs == 2


def test_one_failure_does_not_stop_the_rest(
    jobs: JobController, engine: FakeEngine, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    record = Record(jobs)
    engine.errors = [KeyError("unforeseen")]
    jobs.submit(restore(1, photo))
    jobs.submit(restore(2, tmp_path / "missing.jpg"))
    jobs.submit(restore(3, photo))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert record.items("failed") == [1, 2]
    assert record.items("done") == [3]
    assert "unforeseen" in record.failures[1].details
    assert record.failures[2].details == ""
    assert "missing.jpg" in str(record.failures[2].what)


def test_a_box_is_looked_into_before_anything_else(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:

    record = Record(jobs)
    engine.gate.clear()
    jobs.submit(restore(1, photo))
    jobs.submit(restore(2, photo))
    jobs.submit(RefineJob(next_job_id(), 3, photo, load_photo(photo), (100, 100, 42, 50)))
    qtbot.waitUntil(lambda: 3 in record.results)
    assert record.results[3].landmarks.shape == (5, 2)
    engine.gate.set()
    qtbot.waitUntil(lambda: not jobs.is_busy)


def test_time_left_is_estimated_from_what_is_done(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    assert jobs.restoring.seconds_left() is None
    jobs.submit(restore(1, photo))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    engine.gate.clear()
    jobs.submit(restore(2, photo))
    assert (jobs.restoring.done, jobs.restoring.total) == (0, 1)  # a new round
    jobs.submit(restore(3, photo))
    assert jobs.restoring.seconds_left() is None
    engine.gate.set()
    qtbot.waitUntil(lambda: jobs.restoring.done >= 1)
    assert jobs.restoring.total == 2
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert (jobs.restoring.done, jobs.restoring.total) == (2, 2)


def test_a_photo_counts_once_however_often_it_is_begun(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    engine.gate.clear()
    jobs.submit(*(restore(number, photo) for number in (1, 2, 3)))
    jobs.submit(restore(2, photo))  # wanted differently
    jobs.submit(restore(1, photo))  # the same, while it runs
    jobs.set_front(3)
    jobs.submit(replace(restore(4, photo), is_known=True))  # a finished one comes back on screen
    assert (jobs.restoring.done, jobs.restoring.total) == (0, 3)
    jobs.cancel_item(2)
    assert jobs.restoring.total == 2
    engine.gate.set()
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert (jobs.restoring.done, jobs.restoring.total) == (2, 2)
    assert not jobs.restoring.is_under_way


def test_settings_of_the_computer_reach_the_next_photo(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    jobs.submit(restore(1, photo))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert engine.compute == ComputeOptions()
    jobs.set_compute(ComputeOptions(device="cpu", precision="fp32"))
    jobs.submit(restore(1, photo))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert engine.compute == ComputeOptions(device="cpu", precision="fp32")


def test_shutting_down_during_work_ends_the_thread(engine: FakeEngine, photo: Path, qtbot: QtBot) -> None:
    controller = JobController(engine)
    engine.gate.clear()
    controller.submit(restore(1, photo))
    qtbot.waitUntil(lambda: bool(engine.threads))
    thread = controller.findChild(QThread)
    assert thread.isRunning()
    controller.shut_down()
    assert not thread.isRunning()


def test_an_export_saves_what_the_options_ask_for(
    jobs: JobController, photo: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    record = Record(jobs)
    target = tmp_path / "out" / "photo_restored.png"
    options = ComposeOptions(restore_sharp=True)
    jobs.submit(ExportJob(next_job_id(), 1, photo, Edits(options, model="m"), None, target, ExportOptions()))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert record.items("done") == [1]
    assert target.is_file()
    assert target.read_bytes() != photo.read_bytes()


class Meeting(FakeEngine):
    """Looks for faces in two photos at once or in none: each waits until the other has come as far."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.two = threading.Barrier(2, timeout=10)

    def detect(self, photo: Photo, *, progress: Progress | None = None) -> tuple[Face, ...]:
        self.two.wait()
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


def test_exports_make_way_and_go_on(meeting: tuple[JobController, Meeting], tmp_path: Path, qtbot: QtBot) -> None:
    """The photo on screen comes first: what is being exported is finished, and nothing else is begun before it."""
    jobs, engine = meeting
    record = Record(jobs)
    photos = [make_photo(tmp_path / f"photo{n}.png", seed=n) for n in range(4)]
    engine.gate.clear()
    jobs.submit(*(export(n, path, tmp_path / "out") for n, path in enumerate(photos, 1)))
    qtbot.waitUntil(lambda: record.items("started") == [1, 2])
    jobs.set_front(9)
    jobs.submit(RefineJob(next_job_id(), 9, photos[0], load_photo(photos[0]), (100, 100, 42, 50)))
    engine.gate.set()
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    assert record.items("started") == [1, 2, 9, 3, 4]
    assert sorted(record.items("done")) == [1, 2, 3, 4, 9]


def test_a_cancel_reaches_every_export_that_runs(
    meeting: tuple[JobController, Meeting], tmp_path: Path, qtbot: QtBot
) -> None:
    jobs, engine = meeting
    record = Record(jobs)
    photos = [make_photo(tmp_path / f"photo{n}.png", seed=n) for n in range(3)]
    engine.gate.clear()
    jobs.submit(*(export(n, path, tmp_path / "out") for n, path in enumerate(photos, 1)))
    qtbot.waitUntil(lambda: record.items("started") == [1, 2])
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


def test_models_are_loaded_ahead_and_a_failure_waits_for_the_first_photo(
    jobs: JobController, engine: FakeEngine, photo: Path, qtbot: QtBot
) -> None:
    record = Record(jobs)
    with qtbot.waitSignal(jobs.model_changed) as told:
        jobs.warm_up("m")
    assert told.args[0].model == "m"
    engine.broken_models = {"broken"}
    jobs.warm_up("broken")
    jobs.submit(restore(1, photo, "broken"))
    qtbot.waitUntil(lambda: not jobs.is_busy)
    assert record.items("failed") == [1]


def test_after_an_idle_time_memory_is_given_back(
    qtbot: QtBot, engine: FakeEngine, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "IDLE_MS", 50)
    controller = JobController(engine)
    try:
        engine.gate.clear()
        controller.submit(restore(1, photo))
        qtbot.wait(150)
        assert engine.rests == 0
        engine.gate.set()
        qtbot.waitUntil(lambda: engine.rests == 1)
    finally:
        controller.shut_down()
