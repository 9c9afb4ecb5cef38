"""Freed memory stays with the process while faces are restored, and goes back when asked."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gpen_desktop import allocator

# In a process of its own, because the allocator is the whole process's. Prints page faults of later runs, and how
# many MiB the process shrinks when it gives memory back.
WORK = """
import resource, sys, threading
import torch
from gpen_desktop.models.gpen.reference import described, random_state
from gpen_desktop.models.gpen.cpu import CpuGpen

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20

def work():
    torch.set_num_threads(1)
    d = described(512, style_dim=64, n_mlp=2, channel_multiplier=2, narrow=0.5)
    net = CpuGpen(random_state(d), d, torch.float32)
    x = torch.zeros(1, 3, 512, 512)
    for _ in range(3):
        net(x)
    faults = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        net(x)
        faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    full = resident()
    net.release()
    print(min(faults), full - resident())  # the least: on a machine short of memory the system takes pages away

if sys.argv[1] == "worker":
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
else:
    work()
"""


@pytest.mark.slow
@pytest.mark.skipif(not allocator.keep_freed_memory(), reason="the allocator of this system cannot be told")
@pytest.mark.parametrize("thread", ["main", "worker"])
def test_later_faces_meet_no_page_faults(thread: str) -> None:
    root = Path(__file__).parents[2]
    answer = subprocess.run(
        [sys.executable, "-c", WORK, thread],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        timeout=200,
        env={**os.environ, "THP_MEM_ALLOC_ENABLE": "0"},  # with huge pages there would be few to count
    )
    faults, shrunk = (float(word) for word in answer.stdout.split())
    assert faults < 500  # without, tens of thousands
    assert shrunk > 50  # MiB


ENLARGING = """
import resource, sys
import numpy as np
import torch
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.models.photo.compact import CompactEnlarger

torch.save({"params": CompactEnlarger(64, 2, 2).state_dict()}, sys.argv[1])
run = PhotoNetworks("cpu", "fp32").upscaler(sys.argv[1]).run
tile = np.zeros((400, 400, 3), np.float32)  # maps of 41 MB
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    run(tile)
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(faults)
"""


@pytest.mark.skipif(not allocator.keep_freed_memory(), reason="the allocator of this system cannot be told")
def test_later_tiles_of_a_photo_meet_no_page_faults(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ENLARGING, str(tmp_path / "any.pth")]
    environment = {**os.environ, "THP_MEM_ALLOC_ENABLE": "0"}
    answer = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2], env=environment
    )
    assert int(answer.stdout) < 1000  # without, tens of thousands


def test_giving_back_is_safe_at_any_time() -> None:
    threads = [threading.Thread(target=allocator.give_back) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
