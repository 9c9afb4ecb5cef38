"""The queue: what goes first, what a cancel does, and that no error is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import RestoredFaces
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.types import ComposeOptions, Face
from gpen_desktop.gui.work import worker
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.worker import ExportJob, RefineJob, RestoreJob, next_job_id
from tests.gui.fakes import FakeEngine
from tests.gui.job_record import Record
from tests.narrowing import as_a, the


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
    result = as_a(RestoredFaces, record.results[1])
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
    assert as_a(Face, record.results[3]).landmarks.shape == (5, 2)
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
    thread = the(controller.findChild(QThread))
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
