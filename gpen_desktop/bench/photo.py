"""Seconds of a whole photo, stage by stage, and of composing against facexlib's way of pasting."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import cv2
import numpy as np

from gpen_desktop.bench.turns import peak_mib
from gpen_desktop.core.compose.layers import face_layers
from gpen_desktop.core.compose.render import compose
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.faces.detection import FaceDetector
from gpen_desktop.core.faces.identity import IdentityGuard
from gpen_desktop.core.options import Value
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.stages.registry import STAGES, stage_values
from gpen_desktop.core.stages.run import StagedPhotos
from gpen_desktop.core.timings import Timings
from gpen_desktop.core.types import ComposeOptions, Photo, Pixels, RestoredFace, frozen
from gpen_desktop.models.catalog import BUILTIN

T = TypeVar("T")

_RUNS: Final = 5
_PATIENCE: Final = 30.0
"""Seconds after which no further run is begun: of a large photo one is measured, and noise counts for less there."""

_LARGE: Final = 24_000_000
_COMPARED: Final = 6_000_000
"""Pixels up to which a photo's faces are composed into an enlarged copy, too: a larger one is large enough itself."""


def run(path: Path, model: str = BUILTIN) -> dict[str, Any]:
    """Measure one photo: medians of up to five runs after a warm-up, of fewer once they have taken half a minute.

    Returns seconds per stage as the photo is opened by default; seconds of every stage of the whole photo turned on by
    hand (those whose models are here), enlarging twice among them; the most memory that this process took until then,
    MB; the model's share of the whole; and composing (layers and paste). Of a photo of up to 6 megapixels also
    composing on an enlarged copy of 24 megapixels with faces of the same size in pixels, beside pasting whole-photo
    layers as facexlib does.
    """
    finder, restorer, networks, guard = FaceDetector(), Restorer(model), PhotoNetworks(), IdentityGuard()

    latest: list[Session] = []

    def opened() -> Timings:
        latest.clear()  # two at a time would take memory that nobody else needs
        latest.append(Session.open(path, finder, restorer, networks, guard=guard))
        latest[0].compose(ComposeOptions(restore_sharp=True))
        return latest[0].seconds

    opened()
    stages = _repeated(opened)
    session = latest[0]
    seconds = {stage: statistics.median(run[stage] for run in stages) for stage in stages[0]}
    total = sum(seconds.values())
    whole_photo = _whole_photo(session.photo, networks)
    peak = peak_mib()
    restored = tuple(session.restore())
    told = {
        "photo": f"{session.photo.width} x {session.photo.height}, {len(restored)} faces",
        "model": restorer.model_name,
        "compute": restorer.compute.name,
        "seconds": {stage: round(value, 4) for stage, value in seconds.items()} | {"total": round(total, 4)},
        "whole_photo_seconds": whole_photo,
        "peak_memory_mb": round(peak * (1 << 20) / 1e6),
        "outside_model_share": round(1 - seconds.get("restore", 0.0) / total, 3),
        "outside_model_and_detector_share": round(1 - (seconds.get("restore", 0.0) + seconds["detect"]) / total, 3),
        "compose_seconds": _median_seconds(lambda: _composed(session.photo, restored)),
    }
    if session.photo.width * session.photo.height > _COMPARED:
        return told
    large = _on_large_canvas(session.photo)
    return told | {
        "compose_seconds_24mp": _median_seconds(lambda: _composed(large, restored)),
        "whole_photo_paste_seconds_24mp": _median_seconds(lambda: _paste_whole(large.pixels, restored)),
    }


def _whole_photo(photo: Photo, networks: PhotoNetworks) -> dict[str, float]:
    """Seconds of each stage, all of them turned on, enlarging twice; the best of some runs."""
    wanted: dict[str, Value] = {"repair": "on", "clean": 100, "tone": 100, "scale": 2}
    here = [stage for stage in STAGES if not stage.weights or networks.has(stage.weights)]

    def staged() -> Timings:
        seconds = Timings()
        StagedPhotos(photo, networks, seconds).run(here, stage_values(wanted))
        return seconds

    runs = _repeated(staged)
    return {stage: round(min(run[stage] for run in runs), 4) for stage in runs[0]}


def _on_large_canvas(photo: Photo) -> Photo:
    """The photo in the corner of a canvas of 24 megapixels: the faces keep their size."""
    grow = max(1.0, (_LARGE / (photo.width * photo.height)) ** 0.5)
    size = (round(grow * photo.width), round(grow * photo.height))
    canvas = cast(Pixels, cv2.resize(photo.pixels, size, interpolation=cv2.INTER_LINEAR))
    canvas[: photo.height, : photo.width] = photo.pixels
    return dataclasses.replace(photo, pixels=frozen(canvas))


def _composed(photo: Photo, restored: Sequence[RestoredFace]) -> Pixels:
    layers = [face_layers(photo.pixels, face, (1, 1)) for face in restored]
    return compose(photo, layers, ComposeOptions(restore_sharp=True), 1).photo.pixels


def _paste_whole(pixels: Pixels, restored: Sequence[RestoredFace]) -> Pixels:
    """Each face and its mask warped over the whole photo and blended there, as facexlib's helper does."""
    size = (pixels.shape[1], pixels.shape[0])
    image = pixels.astype(np.float32)
    for face in restored:
        way = face.crop.to_crop
        warped = cv2.warpAffine(face.restored, way, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        mask = cv2.warpAffine(face.face_mask, way, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)[..., None]
        image = mask * warped * 255 + (1 - mask) * image
    return frozen(image.astype(np.uint8))


def _median_seconds(work: Callable[[], object]) -> float:
    def timed() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return round(statistics.median(_repeated(timed)), 4)


def _repeated(work: Callable[[], T]) -> list[T]:
    """What up to five runs give; fewer once they have taken long, but one."""
    end = time.monotonic() + _PATIENCE
    made = [work()]
    while len(made) < _RUNS and time.monotonic() < end:
        made.append(work())
    return made
