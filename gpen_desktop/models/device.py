"""Which device computes, in which precision, with how many threads."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch

from gpen_desktop import paths
from gpen_desktop.errors import DeviceError
from gpen_desktop.messages import Message, listed, say

DEVICES = ("auto", "cpu", "cuda", "cuda:N", "mps")
PRECISIONS: Mapping[str, torch.dtype] = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}

_OLDEST_FP16_GPU = (7, 0)
"""CUDA compute capability from which half precision multiplies faster than single."""


@dataclass(frozen=True)
class Compute:
    """Where and in what the networks compute.

    name: for people, such as 'CPU (AMD EPYC), bf16'. reason: why this was chosen, one sentence. threads: of the CPU.
    """

    device: torch.device
    dtype: torch.dtype
    name: str
    reason: Message
    threads: int


def choose(device: str = "auto", precision: str = "auto", offered: Collection[str] = tuple(PRECISIONS)) -> Compute:
    """Pick device and precision, or check those that were asked for.

    device: 'auto', 'cpu', 'cuda', 'cuda:N' or 'mps'. precision: 'auto', 'fp32', 'fp16' or 'bf16'. offered: those that
    the model can compute in (ModelSpec.precisions).
    Raises DeviceError for what is not there, or would only be imitated.
    """
    if precision != "auto" and precision not in PRECISIONS:
        raise DeviceError(
            say("no-such-precision", "There is no precision '{name}'.", name=precision),
            todo=say("choose-precision", "Choose auto or one of {names}.", names=listed(PRECISIONS)),
        )
    chosen, why_device = _device(device)
    if precision == "auto":
        dtype, why_dtype = _best_dtype(chosen)
        if precision_name(dtype) not in offered:
            dtype, why_dtype = torch.float32, say("model-in-fp32", "the model computes in single precision only")
    else:
        dtype = PRECISIONS[precision]
        why_dtype = say("precision-requested", "{precision} was requested", precision=precision)
        _check_dtype(chosen, dtype)
        if precision not in offered:
            raise DeviceError(
                say("model-not-in-precision", "This model cannot compute in {precision}.", precision=precision),
                todo=say("choose-precision", "Choose auto or one of {names}.", names=listed(offered)),
            )
    return Compute(
        device=chosen,
        dtype=dtype,
        name=f"{device_name(chosen)}, {precision_name(dtype)}",
        reason=say("compute-reason", "{device}; {precision}.", device=why_device, precision=why_dtype),
        threads=cpu_threads(),
    )


def precision_name(dtype: torch.dtype) -> str:
    """'fp32', 'fp16' or 'bf16'."""
    return next(name for name, known in PRECISIONS.items() if known is dtype)


def device_name(device: torch.device) -> str:
    """A device as its owner knows it."""
    if device.type == "cuda":
        return f"GPU ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return "GPU (Apple)"
    return f"CPU ({_cpu_model()})"


def cpu_threads() -> int:
    """Threads for the CPU's share: the physical cores this process may use, but one left to the window from four on.

    OMP_NUM_THREADS, where set, is obeyed.
    """
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    cores = min(allowed, int(_cpu_capabilities().get("num_physical_cores", allowed)) or allowed)
    return cores - 1 if cores >= 4 else max(cores, 1)


def limit_threads_here(count: int) -> None:
    """Have the calling thread compute with so many threads from now on, whatever others do."""
    _of_thread.count = count
    torch.set_num_threads(count)


def threads_here() -> int:
    """Threads that the calling thread may compute with: those of `cpu_threads`, unless it was limited."""
    count: int = getattr(_of_thread, "count", 0) or cpu_threads()
    return count


_of_thread = threading.local()


def free_memory(device: torch.device) -> int:
    """Bytes to be had on a GPU."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()


def has_native_bf16() -> bool:
    """Whether the CPU multiplies bfloat16 in hardware. Without, PyTorch imitates it, slower than float32.

    Detected and not timed, so that the same command gives the same bytes every time. (Timed here on one such
    processor: `gpen-desktop bench engine`.)
    """
    capabilities = _cpu_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def half_is_broken(device: torch.device) -> bool:
    """Whether half precision was seen to give broken faces on a device of this name, now or in an earlier run."""
    return device_name(device) in _broken_halves()


def remember_broken_half(device: torch.device) -> None:
    """Make 'auto' choose fp32 on devices of this name from now on, in later runs too."""
    names = sorted(_broken_halves() | {device_name(device)})
    _told.update(names)
    path = _memory_file()
    # Where the folder cannot be written, the next run finds out anew.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"fp16_broken": names}), encoding="utf-8")


_told: set[str] = set()


def _broken_halves() -> set[str]:
    try:
        known = json.loads(_memory_file().read_text(encoding="utf-8"))["fp16_broken"]
    except (OSError, ValueError, KeyError, TypeError):  # not there yet, or damaged: as good as not there
        known = []
    return _told | {str(name) for name in known}


def _memory_file() -> Path:
    return paths.user_data() / "devices.json"


def _device(wanted: str) -> tuple[torch.device, Message]:
    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", torch.cuda.current_device()), say("cuda-found", "there is a CUDA GPU")
        if torch.backends.mps.is_available():
            return torch.device("mps"), say("mps-found", "there is an Apple GPU")
        return torch.device("cpu"), say("no-gpu", "there is no GPU that PyTorch can use")
    try:
        device = torch.device(wanted)
    except RuntimeError:
        device = torch.device("meta")
    if device.type not in ("cpu", "cuda", "mps") or (device.type == "cpu" and device.index not in (None, 0)):
        raise DeviceError(
            say("no-such-device", "There is no device '{name}'.", name=wanted),
            todo=say("choose-one-of", "Choose one of {names}.", names=listed(DEVICES)),
        )
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if (device.index or 0) >= count:
            raise DeviceError(
                say(
                    "no-such-gpu",
                    "There is no device '{name}': PyTorch finds {count} CUDA GPUs.",
                    name=wanted,
                    count=count,
                ),
                todo=say("cpu-or-auto", "Choose cpu or auto."),
            )
        device = torch.device("cuda", device.index or 0)
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise DeviceError(
            say("no-apple-gpu", "There is no Apple GPU that PyTorch can use."),
            todo=say("cpu-or-auto", "Choose cpu or auto."),
        )
    return device, say("device-requested", "'{device}' was requested", device=wanted)


def _best_dtype(device: torch.device) -> tuple[torch.dtype, Message]:
    if device.type == "cuda":
        if torch.cuda.get_device_capability(device) < _OLDEST_FP16_GPU:
            return torch.float32, say("gpu-too-old", "it is too old to be faster in half precision")
        if half_is_broken(device):
            return torch.float32, say("half-was-broken", "half precision gave broken faces on it before")
        return torch.float16, say("fp16-fastest", "half precision is fastest on it")
    if device.type == "cpu" and has_native_bf16():
        return torch.bfloat16, say("bf16-in-hardware", "it multiplies bfloat16 in hardware")
    if device.type == "cpu":
        return torch.float32, say("bf16-not-in-hardware", "it has no bfloat16 arithmetic in hardware")
    return torch.float32, say("fp32-safe", "single precision is the safe choice for it")


def _check_dtype(device: torch.device, dtype: torch.dtype) -> None:
    name = precision_name(dtype)
    if device.type == "cpu" and dtype is torch.float16:
        raise DeviceError(
            say("fp16-needs-gpu", "fp16 works on GPUs only."),
            todo=say("cpu-precisions", "On a CPU choose auto, fp32 or bf16."),
        )
    if device.type == "cpu" and dtype is torch.bfloat16 and not has_native_bf16():
        raise DeviceError(
            say("bf16-slower-here", "This CPU has no bf16 arithmetic, so bf16 would only be slower."),
            todo=say("auto-or-fp32", "Choose auto or fp32."),
        )
    if (
        device.type == "cuda"
        and dtype is torch.bfloat16
        and not torch.cuda.is_bf16_supported(including_emulation=False)
    ):
        raise DeviceError(
            say("no-arithmetic", "{device} has no {precision} arithmetic.", device=device_name(device), precision=name),
            todo=say("gpu-precisions", "Choose auto, fp16 or fp32."),
        )
    if device.type == "mps" and dtype is torch.bfloat16:
        raise DeviceError(
            say("no-bf16-on-apple", "bf16 is not available on Apple GPUs."),
            todo=say("gpu-precisions", "Choose auto, fp16 or fp32."),
        )


@cache
def _cpu_capabilities() -> Mapping[str, Any]:
    """What PyTorch says of the CPU; private probes stand in for releases before 2.11."""
    if hasattr(torch.cpu, "get_capabilities"):
        return dict(torch.cpu.get_capabilities())
    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return {"avx512_bf16": bool(probe and probe())}


@cache
def _cpu_model() -> str:
    name = str(_cpu_capabilities().get("cpu_name", ""))
    if not name and Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return name or platform.processor() or platform.machine()
