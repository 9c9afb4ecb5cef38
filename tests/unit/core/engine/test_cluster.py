"""The same album on a cluster of two workers: the same results, the same journal, whatever becomes of a worker."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core.batch import batch, cluster
from gpen_desktop.core.batch.album import PlannedPhoto, plan
from gpen_desktop.core.batch.batch import BatchOptions, PhotoReport, PhotoStatus
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.output.journal import Journal
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.errors import OptionError
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces
from tests.unit.core.engine.results import content

distributed = pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(280),
]  # what Dask warns of is its own

DONE, SKIPPED, FAILED = PhotoStatus.DONE, PhotoStatus.SKIPPED, PhotoStatus.FAILED
OPTIONS = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"))


class Deadly(Sharpener):
    """Ends its process once, on the first face it sees."""

    def __init__(self, mark: Path) -> None:
        super().__init__()
        self._mark = mark

    def restore(self, crops: Any, progress: Any) -> Any:
        try:
            self._mark.touch(exist_ok=False)
        except FileExistsError:
            return super().restore(crops, progress)
        os.kill(os.getpid(), signal.SIGKILL)
        return None


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local,
        cluster.connect(local.scheduler_address) as connected,
    ):
        yield connected


@pytest.fixture
def jobs(tmp_path: Path) -> tuple[PlannedPhoto, ...]:
    """Twelve photos, one of them damaged."""
    album = tmp_path / "album"
    album.mkdir()
    for number in range(12):
        pixels = np.roll(photo_with_faces((40, 60))[0].pixels, number, axis=1)
        Image.fromarray(pixels).save(album / f"{number:02d}.png")
    (album / "05.png").write_bytes(b"damaged")
    return plan([album], tmp_path / "out", recursive=False)


def models(restorer: Sharpener | None = None) -> DrawnModels:
    return DrawnModels(KnownFaces(*photo_with_faces((40, 60))[1]), restorer or Sharpener())


def run(client: Any, jobs: Any, out: Path, restorer: Sharpener | None = None, **how: Any) -> dict[str, PhotoReport]:
    setting = cluster.Setting(ComputeOptions(), OPTIONS, models(restorer))
    reports = list(cluster.restore_all(jobs, client, setting, Journal(out, {}), **how))
    assert len(reports) == len(jobs)
    return {Path(report.source).name: report for report in reports}


def outcomes(reports: dict[str, PhotoReport]) -> list[PhotoStatus]:
    return [reports[name].outcome for name in sorted(reports)]


def test_a_cluster_gives_what_one_machine_gives(client: Any, jobs: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wanted = [DONE] * 5 + [FAILED] + [DONE] * 6
    reports = run(client, jobs, out)
    assert outcomes(reports) == wanted
    assert reports["00.png"].restored == 1
    assert reports["05.png"].error is not None
    there = content(out)
    # the journal is the same, so that one machine goes on where a cluster ended, and the other way round
    here = batch.restore_all(
        jobs, Engine(models=models()), OPTIONS, Journal(out, {}), lambda *_: SilentProgress(), resume=True
    )
    assert [report.outcome for report in here] == [SKIPPED] * 5 + [FAILED] + [SKIPPED] * 6
    assert outcomes(run(client, jobs, out, resume=True)) == [SKIPPED] * 5 + [FAILED] + [SKIPPED] * 6
    for path in out.glob("*.png"):
        path.unlink()
    list(batch.restore_all(jobs, Engine(models=models()), OPTIONS, Journal(out, {}), lambda *_: SilentProgress()))
    assert content(out) == there


def test_a_worker_that_dies_costs_nothing(client: Any, jobs: Any, tmp_path: Path) -> None:
    reports = run(client, jobs, tmp_path / "out", Deadly(tmp_path / "died"))
    assert (tmp_path / "died").exists()
    assert outcomes(reports) == [DONE] * 5 + [FAILED] + [DONE] * 6
    assert len(content(tmp_path / "out")) == 11


def test_what_is_there_already_stays(client: Any, jobs: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "03.png").write_bytes(b"somebody's")
    assert run(client, jobs, tmp_path / "out")["03.png"].outcome is PhotoStatus.EXISTS
    assert (tmp_path / "out" / "03.png").read_bytes() == b"somebody's"


def test_no_cluster_is_said_so() -> None:
    with pytest.raises(OptionError, match="No cluster answers"):
        cluster.connect("tcp://127.0.0.1:1")
