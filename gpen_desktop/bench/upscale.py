"""How fast whole photos are enlarged by the small Real-ESRGAN (general-x4v3's layout, random weights), against what
else could run it: one run, forms in turn, each in a process of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from gpen_desktop.bench import hybrid
from gpen_desktop.bench.turns import Worker, in_turn, obey
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.stages.run import StagedPhotos
from gpen_desktop.core.types import Photo, frozen
from gpen_desktop.lab.damage import basicsr_compat
from gpen_desktop.models.device import cpu_threads, device_name, has_native_bf16
from gpen_desktop.models.photo.compact import CompactEnlarger

FORMS: Final = ("basicsr fp32", "openvino fp32", "openvino bf16", "ours fp32", "ours bf16")
"""basicsr: its own SRVGGNetCompact in eager PyTorch. openvino: an export of it. ours: as the product calls it."""

_RATIOS: Final = {
    "fp32: times basicsr's speed": ("basicsr fp32", "ours fp32"),
    "fp32: times OpenVINO's speed": ("openvino fp32", "ours fp32"),
    "bf16: times basicsr's speed in fp32": ("basicsr fp32", "ours bf16"),
    "bf16: times OpenVINO's speed in bf16": ("openvino bf16", "ours bf16"),
}


def run(
    rounds: int = 5,
    megapixels: int = 24,
    size: tuple[int, int] = (768, 512),
    forms: Sequence[str] = FORMS,
    hybrid_width: int = 320,
) -> dict[str, Any]:
    """Measure on the CPU. megapixels: of the photo that is enlarged twice for the figure of memory; 0 leaves it out.
    size: (width, height) in pixels of what is timed, multiples of 16. hybrid_width: of the photo that hybrid.run takes;
    0 leaves it out.

    Returns a dict fit for JSON: per form the median and least seconds an input megapixel and its peak memory (MiB); the
    ratios that matter, of medians and of least times; the peak memory of the large photo; what hybrid.run gives.
    """
    forms = [form for form in forms if "bf16" not in form or has_native_bf16()]
    with tempfile.TemporaryDirectory(prefix="gpen-bench-") as folder:
        work = Path(folder)
        _prepare(work, size, any("openvino" in form for form in forms))
        measured = in_turn(__name__, forms, work, rounds)
        large = _large(work, megapixels) if megapixels else None
        mixed = hybrid.run(work, rounds, hybrid_width) if hybrid_width else None
    return {
        "machine": device_name(torch.device("cpu")),
        "threads": cpu_threads(),
        "torch": torch.__version__,
        "network": "SRVGGNetCompact, 64 channels, 32 convolutions, x4, random weights",
        "input": f"{size[0]} x {size[1]} px",
        "rounds": rounds,
        "forms": {form: asdict(measured[form]) for form in forms},
        "ratios": _ratios({form: m.median_s for form, m in measured.items()}),
        "ratios_of_least": _ratios({form: m.least_s for form, m in measured.items()}),
        "large_photo": large,
        "hybrid": mixed,
    }


def _prepare(work: Path, size: tuple[int, int], export: bool) -> None:
    width, height = size
    torch.manual_seed(1)
    net = CompactEnlarger(64, 32, 4)
    torch.save({"params": net.state_dict()}, work / "weights.pth")
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (height // 16, width // 16, 3), np.uint8)
    np.save(work / "input.npy", cv2.resize(small, size, interpolation=cv2.INTER_CUBIC))
    if export:
        torch.onnx.export(
            net.eval(),
            (torch.zeros(1, 3, height, width),),
            work / "net.onnx",
            input_names=["x"],
            output_names=["y"],
            dynamo=True,
            verbose=False,
        )


def _ratios(seconds: dict[str, float]) -> dict[str, float]:
    return {name: seconds[a] / seconds[b] for name, (a, b) in _RATIOS.items() if a in seconds and b in seconds}


def _large(work: Path, megapixels: int) -> dict[str, Any]:
    with Worker(__name__, f"large {megapixels}", work) as worker:
        seconds = worker.time_one()
        return {"megapixels": megapixels, "scale": 2, "seconds": seconds, **worker.finish()}


def _work(form: str, work: Path) -> None:
    """What a worker does: build its form, warm up, then obey."""
    torch.set_num_threads(cpu_threads())
    call, share = _large_photo(work, int(form.split()[1])) if form.startswith("large") else _form(form, work)
    if not form.startswith("large"):
        call()
    obey(call, share=share)


def _form(form: str, work: Path) -> tuple[Callable[[], object], float]:
    """What is timed, and by how many megapixels its time is divided."""
    pixels = np.load(work / "input.npy")
    kind, precision = form.split()
    made = {"basicsr": _basicsr, "openvino": _openvino, "ours": _ours}[kind](work, pixels, precision)
    return made, pixels.shape[0] * pixels.shape[1] / 1e6


def _basicsr(work: Path, pixels: NDArray[np.uint8], precision: str) -> Callable[[], object]:
    basicsr_compat.metrics()  # puts right what basicsr trips over
    from basicsr.archs.srvgg_arch import SRVGGNetCompact  # noqa: PLC0415  -- extra 'lab'

    net = SRVGGNetCompact(3, 3, num_feat=64, num_conv=32, upscale=4, act_type="prelu").eval()
    net.load_state_dict(torch.load(work / "weights.pth", weights_only=True)["params"])

    @torch.inference_mode()
    def call() -> object:
        x = torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None].float() / 255
        return (net(x)[0].clamp(0, 1).permute(1, 2, 0) * 255).round().byte().numpy()

    return call


def _openvino(work: Path, pixels: NDArray[np.uint8], precision: str) -> Callable[[], object]:
    import openvino  # noqa: PLC0415  -- extra 'bench'

    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
        "INFERENCE_NUM_THREADS": cpu_threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    compiled = openvino.Core().compile_model(work / "net.onnx", "CPU", settings)

    def call() -> object:
        made = compiled([pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255])[0]
        return np.rint(made[0].transpose(1, 2, 0).clip(0, 1) * 255).astype(np.uint8)

    return call


def _ours(work: Path, pixels: NDArray[np.uint8], precision: str) -> Callable[[], object]:
    networks = PhotoNetworks("cpu", precision)
    values = registry.stage_values(
        {"repair": "off", "clean": 0, "tone": 0, "scale": 4, "background": str(work / "weights.pth")}
    )
    photo = Photo(frozen(pixels), SourceFormat("PNG"))
    return lambda: StagedPhotos(photo, networks).run(registry.STAGES, values, progress=SilentProgress())


def _large_photo(work: Path, megapixels: int) -> tuple[Callable[[], object], float]:
    side = round((megapixels * 1e6) ** 0.5)
    pixels = cv2.resize(np.load(work / "input.npy"), (side, side), interpolation=cv2.INTER_CUBIC)
    values = registry.stage_values(
        {"repair": "off", "clean": 0, "tone": 0, "scale": 2, "background": str(work / "weights.pth")}
    )
    photo = Photo(frozen(np.asarray(pixels, np.uint8)), SourceFormat("PNG"))
    networks = PhotoNetworks("cpu")
    return lambda: StagedPhotos(photo, networks).run(registry.STAGES, values, progress=SilentProgress()), 1.0


if __name__ == "__main__":  # started by turns.Worker
    _work(sys.argv[1], Path(sys.argv[2]))
