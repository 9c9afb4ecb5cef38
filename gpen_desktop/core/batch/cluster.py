"""An album on many machines: photos as tasks of Dask distributed, one set of networks on each worker.

Every worker has to see photos and results under the same paths, on a disk that all share. The journal is written here
alone, when a worker has answered: a run that is interrupted in between does that photo again.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from gpen_desktop.core.batch.album import PlannedPhoto
from gpen_desktop.core.batch.batch import (
    BatchOptions,
    PhotoReport,
    PhotoStatus,
    Surroundings,
    note_result,
    restore_photo,
    resumed,
)
from gpen_desktop.core.batch.control import BatchControl
from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.engine import Engine, ModelSource
from gpen_desktop.core.output.journal import Journal
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say

if TYPE_CHECKING:
    from distributed import Client

_WAITING: Final = 4
"""Tasks that wait for each thread of a worker: enough that none is idle, and few enough for a million photos."""

_LOCK: Final = threading.Lock()


@dataclass(frozen=True)
class Setting:
    """All that a worker has to know beside its photo. models: where its networks come from; None: its computer. key: of
    this run, whose networks a worker keeps until the next."""

    compute: ComputeOptions
    options: BatchOptions
    models: ModelSource | None = None
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


def connect(address: str) -> Client:
    """A connection to a scheduler, 'tcp://host:8786'. Raises OptionError where there is none, or no Dask here."""
    try:
        from distributed import Client  # noqa: PLC0415  -- an extra
    except ImportError as error:
        raise OptionError(
            say("dask-missing", "Dask distributed is not installed."),
            todo=say("pip-cluster", "pip install 'gpen-desktop[cluster]'"),
        ) from error
    try:
        return Client(address, timeout=10)
    except (OSError, ValueError, TypeError) as error:
        raise OptionError(
            say("no-cluster", "No cluster answers at '{address}'.", address=address),
            todo=say("start-scheduler", "Start one with 'dask scheduler', and 'dask worker' on each machine."),
        ) from error


def restore_all(
    photos: Sequence[PlannedPhoto], client: Client, setting: Setting, journal: Journal | None, *, resume: bool = False
) -> Iterator[PhotoReport]:
    """As batch.restore_all, on a cluster; yields reports in the order in which photos are done.

    A worker that dies costs the photos that it had in work nothing: others do them. Raises OptionError for a cluster
    without workers.
    """
    from distributed import as_completed  # noqa: PLC0415  -- an extra

    threads = sum(client.nthreads().values())
    if not threads:
        raise OptionError(
            say("no-workers", "The cluster has no workers."),
            todo=say("start-workers", "Start 'dask worker' on each machine."),
        )
    [shared] = client.scatter([_plain(setting)], broadcast=True)
    waiting, done = iter(photos), as_completed()
    jobs: dict[Hashable, PlannedPhoto] = {}  # by the keys of their tasks

    def fill() -> Iterator[PhotoReport]:
        """Send photos to the cluster until enough wait there; yields the reports of those that need no work."""
        while len(jobs) < threads * _WAITING and (job := next(waiting, None)) is not None:
            how = resumed(job, setting.options.export, journal if resume else None)
            if isinstance(how, PhotoReport):
                yield how
                continue
            # what a worker wrote right before it died may be replaced by whoever does its photos again
            overwrite = how.overwrite or not os.path.lexists(job.target)
            future = client.submit(_restore, job, shared, overwrite, pure=False, retries=2)
            jobs[future.key] = job
            done.add(future)

    try:
        yield from fill()
        for future in done:
            job = jobs.pop(future.key)
            yield note_result(_answer(future, job), job, journal)
            yield from fill()
    finally:
        client.cancel(list(done.futures))


def _plain(setting: Setting) -> Setting:
    """The same with its mappings as ones that can be sent."""
    edits = setting.options.edits
    look = replace(edits.options, face_strengths=dict(edits.options.face_strengths))
    edits = replace(edits, stages=dict(edits.stages), options=look)
    return replace(setting, options=replace(setting.options, edits=edits))


def _answer(future: Any, job: PlannedPhoto) -> PhotoReport:
    try:
        report: PhotoReport = future.result()
    except Exception as error:  # a photo that ended its worker time and again
        what = say(
            "task-failed", "The cluster could not do it ({kind}: {error}).", kind=type(error).__name__, error=str(error)
        )
        return PhotoReport(str(job.source), None, PhotoStatus.FAILED, error=what)
    return report


def _restore(job: PlannedPhoto, setting: Setting, overwrite: bool) -> PhotoReport:
    """On a worker: one photo with the networks that this worker keeps."""
    options = replace(setting.options, export=replace(setting.options.export, overwrite=overwrite))
    around = Surroundings(on_full=BatchControl().wait_for_room)
    return restore_photo(job, _engine(setting), options, SilentProgress(), around)


def _engine(setting: Setting) -> Engine:
    """The engine of the thread that asks; those of one worker share their networks."""
    from distributed import get_worker  # noqa: PLC0415  -- an extra

    worker: Any = get_worker()
    with _LOCK:
        key, networks = getattr(worker, "gpen_networks", ("", None))
        if networks is None or key != setting.key:
            first = Engine(setting.compute, models=setting.models)
            networks = first.shared(setting.options.edits.model)
            worker.gpen_networks = setting.key, networks
    return Engine(setting.compute, models=networks)
