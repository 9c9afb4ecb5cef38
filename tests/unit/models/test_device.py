"""Choosing where to compute. No GPU is needed: what is asked of PyTorch is replaced where one is spoken of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from gpen_desktop.errors import DeviceError
from gpen_desktop.models import device


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda d: "Some Card")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda d: (8, 6))
    monkeypatch.setattr(device, "_memory_file", lambda: Path("no", "such", "file"))
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: True)


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(("native", "dtype", "name"), [(True, torch.bfloat16, "bf16"), (False, torch.float32, "fp32")])
def test_cpu_takes_bf16_only_where_it_is_native(
    monkeypatch: pytest.MonkeyPatch, native: bool, dtype: torch.dtype, name: str
) -> None:
    monkeypatch.setattr(device, "has_native_bf16", lambda: native)
    chosen = device.choose()
    assert chosen.device == torch.device("cpu")
    assert chosen.dtype is dtype
    assert chosen.name.startswith("CPU (")
    assert chosen.name.endswith(f"), {name}")
    assert "no GPU" in str(chosen.reason)


def test_bf16_without_the_hardware_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "has_native_bf16", lambda: False)
    with pytest.raises(DeviceError, match="no bf16"):
        device.choose("cpu", "bf16")


@pytest.mark.parametrize("capability", ["avx512_bf16", "amx_bf16"])
def test_native_bf16_is_what_the_processor_says(monkeypatch: pytest.MonkeyPatch, capability: str) -> None:
    monkeypatch.setattr(device, "_cpu_capabilities", lambda: {capability: True})
    assert device.has_native_bf16()
    monkeypatch.setattr(device, "_cpu_capabilities", lambda: {capability: False, "avx512_f": True})
    assert not device.has_native_bf16()


@pytest.mark.usefixtures("cuda")
def test_a_gpu_is_taken_in_fp16() -> None:
    chosen = device.choose()
    assert chosen.device == torch.device("cuda", 0)
    assert chosen.dtype is torch.float16
    assert chosen.name == "GPU (Some Card), fp16"


@pytest.mark.usefixtures("cuda")
def test_an_old_gpu_stays_in_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda d: (6, 1))
    assert device.choose("cuda").dtype is torch.float32


@pytest.mark.usefixtures("cuda")
def test_a_gpu_on_which_half_precision_broke_stays_in_fp32(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(device, "_memory_file", lambda: tmp_path / "not there yet" / "devices.json")
    monkeypatch.setattr(device, "_told", set())
    assert device.choose().dtype is torch.float16
    device.remember_broken_half(torch.device("cuda", 0))
    assert device.choose().dtype is torch.float32
    assert "broken faces" in str(device.choose().reason)
    assert device.choose("cuda", "fp16").dtype is torch.float16  # when asked for by name


@pytest.mark.usefixtures("cuda")
def test_a_damaged_memory_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(device, "_memory_file", lambda: tmp_path / "devices.json")
    monkeypatch.setattr(device, "_told", set())
    (tmp_path / "devices.json").write_text("[1", encoding="utf-8")
    assert device.choose().dtype is torch.float16


@pytest.mark.usefixtures("cuda")
def test_what_was_asked_for_is_used() -> None:
    assert device.choose("cuda:1", "fp32").device == torch.device("cuda", 1)
    assert device.choose("cpu", "fp32").name.endswith("fp32")
    assert device.choose("cuda", "bf16").dtype is torch.bfloat16


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("wanted", ["cuda", "cuda:0", "mps", "xpu", "cpu:3", "gpu", ""])
def test_devices_that_are_not_there(wanted: str) -> None:
    with pytest.raises(DeviceError) as caught:
        device.choose(wanted)
    assert caught.value.todo


@pytest.mark.usefixtures("cuda")
def test_a_gpu_number_beyond_the_last() -> None:
    with pytest.raises(DeviceError, match="2 CUDA"):
        device.choose("cuda:2")


def test_fp16_on_the_cpu_is_refused() -> None:
    with pytest.raises(DeviceError, match="fp16 works on GPUs only"):
        device.choose("cpu", "fp16")


def test_unknown_precision() -> None:
    with pytest.raises(DeviceError, match="'int8'"):
        device.choose("cpu", "int8")


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 2), (3, 3), (4, 3), (16, 15)])
def test_threads_leave_one_core_to_the_window(monkeypatch: pytest.MonkeyPatch, cores: int, threads: int) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(2 * cores)), raising=False)
    monkeypatch.setattr(device, "_cpu_capabilities", lambda: {"num_physical_cores": cores})
    assert device.cpu_threads() == threads


def test_omp_num_threads_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert device.cpu_threads() == 5
