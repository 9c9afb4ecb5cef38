"""How fast and how exact the engine is, against what else could run the same network: one run, forms in turn.

Every form runs in a process of its own, as it would for whoever picked it (huge pages, threads and allocator are its
own), and the processes take turns, round after round, so that whatever else the machine does falls on all alike.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from gpen_desktop.bench.turns import in_turn, obey
from gpen_desktop.models.device import PRECISIONS, cpu_threads, device_name, has_native_bf16
from gpen_desktop.models.gpen.layout import GpenDescriptor
from gpen_desktop.models.gpen.reference import ReferenceGpen, published, random_state
from gpen_desktop.models.loader import load_gpen

Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""(N, 3, S, S) in [-1, 1] to the same."""

FORMS = {
    "reference fp32": "the published form in PyTorch",
    "reference bf16": "the published form in PyTorch, autocast",
    "onnxruntime fp32": "ONNX Runtime on an export of the published form",
    "openvino fp32": "OpenVINO on an export of the published form",
    "openvino bf16": "OpenVINO on an export of the published form",
    "ours fp32": "the engine",
    "ours bf16": "the engine",
    "ours fp32, batch 8": "the engine, per face",
    "ours bf16, batch 8": "the engine, per face",
    "ceiling fp32": "the network's convolutions at the rate of one big one",
    "ceiling bf16": "the network's convolutions at the rate of one big one",
    "reference fp32 on GPU": "the published form in PyTorch, from main memory and back",
    "reference fp16 on GPU": "the published form in PyTorch, autocast",
    "ours fp32 on GPU": "the engine, from main memory and back",
    "ours fp16 on GPU": "the engine",
    "ours fp16 on GPU, batch 8": "the engine, per face",
}
"""What can be measured; forms that this machine lacks the hardware for are left out."""

_SEED = 1


def run(size: int = 512, rounds: int = 7, forms: Sequence[str] = tuple(FORMS)) -> dict[str, Any]:
    """Measure on the CPU, and the GPU if there is one, with random weights in the published layout of `size`.

    Returns a dict fit for JSON: machine; gpu, or None; per form the median and least seconds a face, peak memory (MiB;
    of the GPU's memory for forms on it), PSNR (dB) and relative error against the reference form in float32; the ratios
    that matter, of medians and of least times. The latter are the ones to trust on a machine that does other things
    meanwhile.
    """
    descriptor = published(size)
    with tempfile.TemporaryDirectory(prefix="gpen-bench-") as folder:
        work = Path(folder)
        _prepare(descriptor, work, any("onnx" in form or "openvino" in form for form in forms))
        measured = in_turn(__name__, [form for form in forms if _possible(form)], work, rounds)
        results = {form: asdict(of_form) for form, of_form in measured.items()}
        _add_accuracy(results, work)
    return {
        "machine": device_name(torch.device("cpu")),
        "gpu": device_name(torch.device("cuda")) if torch.cuda.is_available() else None,
        "system": platform.platform(),
        "threads": cpu_threads(),
        "torch": torch.__version__,
        "network": f"GPEN-{size}, random weights",
        "gflop_per_face": round(convolution_flop(descriptor) / 1e9, 1),
        "rounds": rounds,
        "forms": results,
        "ratios": _ratios({form: result["median_s"] for form, result in results.items()}),
        "ratios_of_least": _ratios({form: result["least_s"] for form, result in results.items()}),
    }


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The result as a table to print."""
    yield f"{result['network']} on {result['machine']}, {result['threads']} threads, {result['rounds']} rounds"
    if result["gpu"]:
        yield f"and on {result['gpu']}"
    yield f"{'form':<26}{'s/face':>9}{'least':>9}{'peak MiB':>10}{'PSNR dB':>9}{'rel. error':>12}"
    for form, r in result["forms"].items():
        accuracy = f"{r['psnr_db']:>9.1f}{r['relative_error']:>12.1e}" if "psnr_db" in r else ""
        yield f"{form:<26}{r['median_s']:>9.4f}{r['least_s']:>9.4f}{r['peak_mib']:>10.0f}{accuracy}"
    for name, ratio in result["ratios"].items():
        yield f"{name}: {ratio:.2f} (of least times {result['ratios_of_least'][name]:.2f})"


def convolution_flop(descriptor: GpenDescriptor) -> float:
    """Floating-point operations of all 3x3 and 1x1 convolutions for one face, a multiply and an add counting as two."""
    d = descriptor
    macs = 3.0 * d.channels(d.size) * d.size**2
    for before, after in zip(d.resolutions[:-1], d.resolutions[1:], strict=True):
        low, high = d.channels(before), d.channels(after)
        macs += 9 * high * low * before**2  # encoder, after -> before
        macs += 9 * 2 * low * high * before**2  # transposed
        macs += 9 * 2 * high * high * after**2 + 3 * 2 * high * after**2
    c4 = d.channels(4)
    return 2 * (macs + 9 * c4 * c4 * 16 + 3 * 2 * c4 * 16)


def _possible(form: str) -> bool:
    if "GPU" in form:
        return torch.cuda.is_available()
    return "bf16" not in form or has_native_bf16()


def _prepare(descriptor: GpenDescriptor, work: Path, export: bool) -> None:
    """Put weights, an input and, where wanted, the ONNX export into the folder that the workers share."""
    state = random_state(descriptor)
    torch.save(state, work / "weights.pth")
    x = face_like(descriptor.size)
    np.save(work / "input.npy", x)
    if export:
        torch.onnx.export(
            ReferenceGpen(state, descriptor).eval(),
            (torch.from_numpy(x),),
            work / "reference.onnx",
            input_names=["x"],
            output_names=["y"],
            dynamo=True,
            verbose=False,
        )


def face_like(size: int) -> NDArray[np.float32]:
    """(1, 3, S, S) in [-1, 1]: smooth shading with soft edges and grain, as a face's crop has."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    head = 1 / (1 + np.exp((np.hypot(x * 1.3, y) - 0.4) * 40))
    features = sum(np.exp(-((x - a) ** 2 + (y - b) ** 2) / 0.003) for a, b in ((-0.12, -0.05), (0.12, -0.05), (0, 0.2)))
    shade = head * (0.9 + 0.4 * x) - 0.7 * features - 0.4
    tint = np.array([1.0, 0.8, 0.65], np.float32)[:, None, None]
    grain = np.random.default_rng(_SEED).normal(0, 0.03, (3, size, size))
    return np.asarray(np.clip(shade * tint + grain, -1, 1)[None], np.float32)


def _work(form: str, work: Path) -> None:
    """What a worker does: build its form, warm up, then obey."""
    torch.set_num_threads(cpu_threads())
    x = np.load(work / "input.npy")
    faces = 8 if form.endswith("batch 8") else 1
    x = np.repeat(x, faces, axis=0)
    call, check = _build(form, work)
    y = check(x)
    if not form.startswith("ceiling"):
        np.save(work / f"{form}.npy", y[:1])
    obey(lambda: call(x), share=faces, peak=_peak_gpu_mib if "GPU" in form else None)


def _build(form: str, work: Path) -> tuple[Run, Run]:
    """What is timed, and what its numbers are checked by, mostly the same."""
    kind, precision = form.replace(",", "").split()[:2]
    dtype = PRECISIONS[precision]
    device = "cuda" if "GPU" in form else "cpu"
    if kind == "ours":
        return _ours_on_gpu(work, dtype) if device == "cuda" else _twice(_ours(work, dtype))
    if kind == "reference":
        return _twice(_reference(work, dtype, device))
    if kind == "onnxruntime":
        return _twice(_onnxruntime(work))
    if kind == "openvino":
        return _twice(_openvino(work, precision))
    return _twice(_ceiling(work, dtype))


def _twice(run: Run) -> tuple[Run, Run]:
    return run, run


def _ours(work: Path, dtype: torch.dtype) -> Run:
    net = load_gpen(work / "weights.pth", "cpu", dtype)
    return lambda x: net(torch.from_numpy(x)).numpy()


def _ours_on_gpu(work: Path, dtype: torch.dtype) -> tuple[Run, Run]:
    """Timed as the product calls it, from crops to faces in main memory; those are clipped, so not fit for checking."""
    net = load_gpen(work / "weights.pth", "cuda", dtype)

    def call(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return net.restore(torch.from_numpy(x).permute(0, 2, 3, 1) / 2 + 0.5).pixels.numpy()

    return call, lambda x: net(torch.from_numpy(x).to("cuda")).cpu().numpy()


def _reference(work: Path, dtype: torch.dtype, device: str) -> Run:
    state = torch.load(work / "weights.pth", weights_only=True)
    size = np.load(work / "input.npy").shape[2]
    net = ReferenceGpen(state, published(size)).eval().to(device)

    @torch.inference_mode()
    def call(x: NDArray[np.float32]) -> NDArray[np.float32]:
        # on a GPU, float32 is to mean float32 for both
        with (
            torch.backends.cudnn.flags(enabled=True, allow_tf32=False),
            torch.autocast(device, dtype, enabled=dtype is not torch.float32),
        ):
            return np.asarray(net(torch.from_numpy(x).to(device)).float().cpu().numpy(), np.float32)

    return call


def _onnxruntime(work: Path) -> Run:
    import onnxruntime  # noqa: PLC0415  -- extra 'bench'

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cpu_threads()
    session = onnxruntime.InferenceSession(work / "reference.onnx", options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {"x": x})[0]


def _openvino(work: Path, precision: str) -> Run:
    import openvino  # noqa: PLC0415  -- extra 'bench'

    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
        "INFERENCE_NUM_THREADS": cpu_threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    compiled = openvino.Core().compile_model(work / "reference.onnx", "CPU", settings)
    return lambda x: compiled([x])[0]


def _ceiling(work: Path, dtype: torch.dtype) -> Run:
    """One big convolution (512 to 512 channels at 64 x 64), its time scaled to the network's operations."""
    size = np.load(work / "input.npy").shape[2]
    x = torch.randn(1, 512, 64, 64).to(dtype).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(512, 512, 3, 3).to(dtype).contiguous(memory_format=torch.channels_last)
    share = 2 * 9 * 512 * 512 * 64 * 64 / convolution_flop(published(size))

    @torch.inference_mode()
    def call(_given: NDArray[np.float32]) -> NDArray[np.float32]:
        for _ in range(round(1 / share)):
            F.conv2d(x, weight, padding=1)
        return np.zeros(0, np.float32)

    return call


def _add_accuracy(results: dict[str, dict[str, float]], work: Path) -> None:
    """PSNR on the output's own range and relative error, against the reference form in float32."""
    path = work / "reference fp32.npy"
    if not path.is_file():
        return
    wanted = np.load(path).astype(np.float64)
    for form, result in results.items():
        if not (work / f"{form}.npy").is_file() or form == "reference fp32":
            continue
        error = np.load(work / f"{form}.npy").astype(np.float64) - wanted
        result["relative_error"] = float(np.linalg.norm(error) / np.linalg.norm(wanted))
        result["psnr_db"] = float(20 * np.log10(np.ptp(wanted) / max(np.sqrt(np.mean(error**2)), 1e-12)))


def _ratios(seconds: dict[str, float]) -> dict[str, float]:
    """How many times as fast as each other form the engine is, and what share of the ceiling it reaches."""
    wanted = {
        "fp32: times the reference form's speed": ("reference fp32", "ours fp32"),
        "fp32: times ONNX Runtime's speed": ("onnxruntime fp32", "ours fp32"),
        "fp32: times OpenVINO's speed": ("openvino fp32", "ours fp32"),
        "fp32: share of the convolution ceiling": ("ceiling fp32", "ours fp32"),
        "fp32: batch 8 per face over batch 1": ("ours fp32, batch 8", "ours fp32"),
        "bf16: times the reference form's speed in fp32": ("reference fp32", "ours bf16"),
        "bf16: times the reference form's speed in bf16": ("reference bf16", "ours bf16"),
        "bf16: times OpenVINO's speed in bf16": ("openvino bf16", "ours bf16"),
        "bf16: share of the convolution ceiling": ("ceiling bf16", "ours bf16"),
        "bf16: batch 8 per face over batch 1": ("ours bf16, batch 8", "ours bf16"),
        "GPU: times the reference form's speed in fp16": ("reference fp16 on GPU", "ours fp16 on GPU"),
        "GPU: fp32 over fp16": ("ours fp32 on GPU", "ours fp16 on GPU"),
        "GPU: batch 8 per face over batch 1": ("ours fp16 on GPU, batch 8", "ours fp16 on GPU"),
    }
    return {name: seconds[a] / seconds[b] for name, (a, b) in wanted.items() if a in seconds and b in seconds}


def _peak_gpu_mib() -> float:
    """Most GPU memory that PyTorch's tensors took in this process so far."""
    return torch.cuda.max_memory_allocated() / (1 << 20)


if __name__ == "__main__":  # started by turns.Worker
    _work(sys.argv[1], Path(sys.argv[2]))
