"""How fast faces are found by RetinaFace ResNet-50 (random weights) in a whole photo, against facexlib's own
`detect_faces`: one run, both in turn, each in a process of its own."""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from gpen_desktop import allocator
from gpen_desktop.bench.turns import in_turn, obey
from gpen_desktop.models import registry
from gpen_desktop.models.detectors.facexlib_retinaface import detect_faces
from gpen_desktop.models.device import cpu_threads, device_name
from gpen_desktop.models.spec import Task

FORMS: Final = ("facexlib", "ours")

_ABOVE: Final = 0.8
"""Score of a face; facexlib's default."""


def run(rounds: int = 5, size: tuple[int, int] = (2000, 1333)) -> dict[str, Any]:
    """Measure on the CPU in fp32. size: (width, height) of the photo, pixels.

    Returns a dict fit for JSON: per form the median and least seconds a photo and its peak memory (MiB), the ratios of
    medians and of least times, and the largest relative difference of what both networks answer.
    """
    with tempfile.TemporaryDirectory(prefix="gpen-bench-") as folder:
        work = Path(folder)
        _prepare(work, size)
        measured = in_turn(__name__, FORMS, work, rounds)
        theirs, ours = (np.load(work / f"{form}.npy") for form in FORMS)
    facexlib, mine = (measured[form] for form in FORMS)
    return {
        "machine": device_name(torch.device("cpu")),
        "threads": cpu_threads(),
        "torch": torch.__version__,
        "network": "RetinaFace ResNet-50, random weights, fp32",
        "input": f"{size[0]} x {size[1]} px",
        "rounds": rounds,
        "forms": {form: asdict(measured[form]) for form in FORMS},
        "times facexlib's speed": facexlib.median_s / mine.median_s,
        "times facexlib's speed, of least times": facexlib.least_s / mine.least_s,
        "faces": [len(theirs), len(ours)],
        "relative_difference": float(np.abs(theirs - ours).max() / np.abs(theirs).max())
        if theirs.shape == ours.shape and len(theirs)
        else None,
    }


def _facexlibs() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of how facexlib asks torchvision for a network
        from facexlib.detection.retinaface import RetinaFace  # noqa: PLC0415  -- brings torchvision: seconds

        return RetinaFace("resnet50", device=torch.device("cpu"))


def _prepare(work: Path, size: tuple[int, int]) -> None:
    """Weights whose norms have seen something, so that scores differ, and a picture."""
    torch.manual_seed(1)
    net = _facexlibs()
    for layer in net.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = 1.0
    with torch.no_grad():
        net.train()(torch.randn(2, 3, 128, 128) * 60)
        for head in (*net.ClassHead, *net.BboxHead, *net.LandmarkHead):
            head.conv1x1.weight /= 10
    torch.save(net.state_dict(), work / "weights.pth")
    np.save(work / "input.npy", np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8))


def _work(form: str, work: Path) -> None:
    """What a worker does: build its form, warm up, then obey."""
    torch.set_num_threads(cpu_threads())
    call = {"facexlib": _facexlib, "ours": _ours}[form](work)
    np.save(work / f"{form}.npy", call())
    obey(call)


def _facexlib(work: Path) -> Callable[[], Any]:
    net = _facexlibs()
    net.load_state_dict(torch.load(work / "weights.pth", weights_only=True))
    picture = np.ascontiguousarray(np.load(work / "input.npy")[..., ::-1])

    @torch.no_grad()  # as facexlib's helper calls it
    def call() -> Any:
        return net.eval().detect_faces(picture, _ABOVE)

    return call


def _ours(work: Path) -> Callable[[], Any]:
    allocator.keep_freed_memory()  # as core/on_device does
    net = registry.load(work / "weights.pth", Task.FACE_DETECTOR)
    picture = np.load(work / "input.npy")

    def call() -> Any:
        (found,) = detect_faces(net, picture[None], above=_ABOVE)
        return np.hstack([found.boxes, found.scores[:, None], found.points.reshape(-1, 10)])

    return call


if __name__ == "__main__":  # started by turns.Worker
    _work(sys.argv[1], Path(sys.argv[2]))
