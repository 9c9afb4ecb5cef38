"""Processes that take turns, so that whatever else the machine does falls on all that is compared alike."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path


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
        """Write the answer beside the input and say what memory it took."""
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
