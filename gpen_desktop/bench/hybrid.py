"""How much quicker a photo twice as large is made by enlarging it twice and restoring its faces at that size, than by
enlarging it four times, restoring the faces there and halving it: Real-ESRGAN x2 against x4 (random weights), one run,
both in turn, each in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch

from gpen_desktop import paths
from gpen_desktop.bench.turns import in_turn, obey
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.faces.detection import FaceDetector
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.stages import registry
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.stages.run import StagedPhotos
from gpen_desktop.core.types import ComposeOptions, Face, Photo, frozen
from gpen_desktop.lab.damage import basicsr_compat
from gpen_desktop.models.catalog import BUILTIN
from gpen_desktop.models.device import cpu_threads

FORMS: Final = ("hybrid", "x4 then faces")

_SAMPLE: Final = "hopper_small_blurry.jpg"
_LOOK: Final = ComposeOptions(restore_sharp=True)


def run(work: Path, rounds: int, width: int, blocks: int = 23) -> dict[str, Any]:
    """Measure on the CPU, precision as the product chooses it. work: an empty folder. width: of the photo, pixels.
    blocks: of the networks; the published ones have 23.

    Returns a dict fit for JSON: per form the median and least seconds a photo and its peak memory (MiB), and the ratio.
    """
    photo = load_photo(paths.samples() / _SAMPLE)
    size = (width, round(photo.height * width / photo.width))
    np.save(work / "photo.npy", cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA))
    for scale in (2, 4):
        torch.manual_seed(scale)
        torch.save({"params_ema": _rrdbnet(scale, blocks).state_dict()}, work / f"x{scale}.pth")
    measured = in_turn(__name__, FORMS, work, rounds)
    return {
        "input": f"{size[0]} x {size[1]} px, one face, to twice its size",
        "networks": f"RRDBNet, {blocks} blocks, random weights",
        "forms": {form: asdict(measured[form]) for form in FORMS},
        "times the speed of x4 then faces": measured["x4 then faces"].median_s / measured["hybrid"].median_s,
    }


def _rrdbnet(scale: int, blocks: int) -> torch.nn.Module:
    basicsr_compat.metrics()  # puts right what basicsr trips over
    from basicsr.archs.rrdbnet_arch import RRDBNet  # noqa: PLC0415  -- extra 'lab'

    net: torch.nn.Module = RRDBNet(3, 3, scale=scale, num_feat=64, num_block=blocks, num_grow_ch=32)
    return net


def _work(form: str, work: Path) -> None:
    """What a worker does: build its form, warm up, then obey."""
    torch.set_num_threads(cpu_threads())
    photo = replace(load_photo(paths.samples() / _SAMPLE), pixels=frozen(np.load(work / "photo.npy")), path=None)
    faces = FaceDetector().detect(photo)  # once: in what random weights make of the photo nobody finds any
    call = {"hybrid": _hybrid, "x4 then faces": _then_faces}[form](photo, faces, work)
    call()
    obey(call)


def _values(scale: int, work: Path) -> dict[str, Any]:
    return {"repair": "off", "clean": 0, "tone": 0, "scale": scale, "background": str(work / f"x{scale}.pth")}


def _hybrid(photo: Photo, faces: tuple[Face, ...], work: Path) -> Callable[[], object]:
    """As the product does it."""
    restorer, networks = Restorer(BUILTIN, device="cpu"), PhotoNetworks("cpu")

    def call() -> object:
        session = Session(photo, FaceDetector(), restorer, networks)
        session.set_stages(_values(2, work))
        session.set_faces(faces)
        return session.compose(_LOOK)

    return call


def _then_faces(photo: Photo, faces: tuple[Face, ...], work: Path) -> Callable[[], object]:
    """As programs do it that know one factor: four times, the faces in that, then half of it."""
    restorer, networks = Restorer(BUILTIN, device="cpu"), PhotoNetworks("cpu")
    larger = tuple(replace(face, landmarks=frozen((face.landmarks + 0.5) * 4 - 0.5)) for face in faces)
    values = registry.stage_values(_values(4, work))
    plain = registry.stage_values({"repair": "off", "clean": 0, "tone": 0})

    def call() -> object:
        enlarged = StagedPhotos(photo, networks).run(registry.STAGES, values, progress=SilentProgress()).photo
        session = Session(enlarged, FaceDetector(), restorer, networks)
        session.set_stages(plain)
        session.set_faces(larger)
        pixels = session.compose(_LOOK).photo.pixels
        return cv2.resize(pixels, (photo.width * 2, photo.height * 2), interpolation=cv2.INTER_AREA)

    return call


if __name__ == "__main__":  # started by turns.Worker
    _work(sys.argv[1], Path(sys.argv[2]))
