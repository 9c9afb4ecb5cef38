"""Freed memory stays with the process while faces are restored, and goes back when asked."""

from __future__ import annotations

import gc
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
run(tile)
faults = []
for _ in range(5):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    run(tile)
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(min(faults))  # the least: on a machine short of memory the system takes pages away
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


PHOTOS = """
import threading
import numpy as np
from gpen_desktop import allocator

allocator.keep_freed_memory()

def photo(side):
    blocks = [np.ones((side, side, 3), np.float32) for _ in range(8)]

def photos(side, keeping=None):
    for _ in range(3):
        threads = [threading.Thread(target=photo, args=(side,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if keeping is not None:
            keeping.check()

keeping = allocator.Keeping(64 << 20)
at_first = allocator.kept()
photos(1000)  # 96 MB each
unchecked = allocator.kept() - at_first
photos(1000, keeping)
print(unchecked >> 20, allocator.kept() - at_first >> 20)
"""


@pytest.mark.skipif(not allocator.keep_freed_memory(), reason="the allocator of this system cannot be told")
def test_what_photos_took_is_kept_up_to_a_limit() -> None:
    command = [sys.executable, "-c", PHOTOS]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    unchecked, checked = map(int, answer.stdout.split())
    assert unchecked > 80  # of one photo at least; which of them meet is chance
    assert checked < 70


CHANCE = """
import numpy as np
from gpen_desktop import allocator

allocator.keep_freed_memory()
keeping = allocator.Keeping(1 << 30)
at_first = allocator.kept()

def photos(count, megabytes):
    for _ in range(count):
        block = np.ones(megabytes << 20, np.uint8)
        del block
        keeping.check()
        yield allocator.kept() - at_first >> 20

usual = max(photos(60, 40))
met = list(photos(1, 200))
print(usual, met[0], *photos(2, 200))
"""


@pytest.mark.skipif(not allocator.keep_freed_memory(), reason="the allocator of this system cannot be told")
def test_more_than_is_usual_does_not_stay_unless_it_is_wanted_again() -> None:
    command = [sys.executable, "-c", CHANCE]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    usual, after_one, *after_more = map(int, answer.stdout.split())
    assert usual >= 30
    assert after_one < usual  # given back, far below the limit
    assert after_more[0] < usual < 150 < after_more[1]  # wanted again, it is usual


HEAPS = """
import ctypes, sys, threading
from gpen_desktop import __main__

sys.argv[1:] = ["--version"]
try:
    __main__.main()
except SystemExit:
    pass
meeting = threading.Barrier(4)

def photo():
    block = bytearray(1 << 20)
    meeting.wait()  # each has one now

threads = [threading.Thread(target=photo) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
told = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, told)
libc.fclose(told)
"""


@pytest.mark.skipif(not allocator.keep_freed_memory(), reason="the allocator of this system cannot be told")
def test_threads_share_a_heap_from_the_start() -> None:
    """Those that read files before the networks were loaded had heaps of their own, and handed them on to those that
    restored an album: its memory grew (record 0010)."""
    command = [sys.executable, "-c", HEAPS]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert answer.stdout.count("<heap nr") == 1


@pytest.mark.parametrize("was_on", [True, False])
def test_garbage_is_looked_for_again_after_an_import(was_on: bool) -> None:
    """Also within another, and only where it was looked for before."""
    before = gc.isenabled()
    (gc.enable if was_on else gc.disable)()
    try:
        with allocator.without_collecting():
            with allocator.without_collecting():
                assert not gc.isenabled()
            assert not gc.isenabled()
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()


def test_an_engine_imports_what_computes_without_looking_for_garbage() -> None:
    work = """
import gc, sys
seen = []
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            seen.append(gc.isenabled())
sys.meta_path.insert(0, Finder())
from gpen_desktop.core.engine.engine import Engine
Engine().cpu_threads()
print(seen, gc.isenabled())
"""
    command = [sys.executable, "-c", work]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "[False] True"
