"""Processes that take turns, so that whatever else the machine does falls on all that is compared alike."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """Of one form: median and least seconds of its rounds, and the most memory its process took (MiB)."""

    median_s: float
    least_s: float
    peak_mib: float


def in_turn(module: str, forms: Iterable[str], work: Path, rounds: int) -> dict[str, Measured]:
    """Run every form `rounds` times, round after round, each in a process of its own; see Worker."""
    with ExitStack() as stack:
        workers = {form: stack.enter_context(Worker(module, form, work)) for form in forms}
        seconds: dict[str, list[float]] = {form: [] for form in workers}
        for _ in range(rounds):
            for form, worker in workers.items():
                seconds[form].append(worker.time_one())
        return {
            form: Measured(statistics.median(times), min(times), workers[form].finish()["peak_mib"])
            for form, times in seconds.items()
        }


def obey(call: Callable[[], object], *, share: float = 1.0, peak: Callable[[], float] | None = None) -> None:
    """What a worker does once it is warm: say so, then run `call` whenever told, its seconds divided by `share`, and
    tell at the end what memory it took (MiB), by default this process's."""
    answer({})
    for command in sys.stdin:
        if command.strip() == "time":
            start = time.perf_counter()
            call()
            answer({"seconds": (time.perf_counter() - start) / share})
        else:
            answer({"peak_mib": (peak or peak_mib)()})


class Worker:
    """A form in a process of its own, told when to run. module: what is started with the form and the folder `work`; it
    answers 'time' with seconds, and 'finish' with what memory it took."""

    def __init__(self, module: str, form: str, work: Path) -> None:
        # The engine asks for huge pages itself; the others get what their users get.
        environment = dict(os.environ) if form.startswith("ours") else {**os.environ, "THP_MEM_ALLOC_ENABLE": "0"}
        command = [sys.executable, "-m", module, form, str(work)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._answer()  # ready

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def time_one(self) -> float:
        """Seconds a run, as the module counts them."""
        return float(self._ask("time")["seconds"])

    def finish(self) -> dict[str, float]:
        """What memory it took."""
        return self._ask("finish")

    def _ask(self, command: str) -> dict[str, float]:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a benchmark's worker ended: {self._process.args!r}")
        answer: dict[str, float] = json.loads(line)
        return answer


def peak_mib() -> float:
    """Largest resident memory of this process so far."""
    status = Path("/proc/self/status")
    if status.is_file():  # what Linux says otherwise is that of the process that started this one, if it was larger
        kib = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:")).split()[1]
        return int(kib) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024


def answer(facts: dict[str, float]) -> None:
    """Tell the process that asked."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
