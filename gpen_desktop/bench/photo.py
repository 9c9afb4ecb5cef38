"""Seconds of a whole photo, stage by stage, and of composing against facexlib's way of pasting."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, cast

import cv2
import numpy as np

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

_RUNS: Final = 5
_LARGE: Final = 24_000_000


def run(path: Path, model: str = BUILTIN) -> dict[str, Any]:
    """Measure one photo: medians of five runs after a warm-up.

    Returns seconds per stage as the photo is opened by default, seconds of every stage of the whole photo turned on by
    hand (those whose models are here), the model's share of the whole, and composing (layers and paste) on an enlarged
    copy of 24 megapixels with faces of the same size in pixels, beside pasting whole-photo layers as facexlib does.
    """
    finder, restorer, networks, guard = FaceDetector(), Restorer(model), PhotoNetworks(), IdentityGuard()
    stages: list[Timings] = []
    for _ in range(_RUNS + 1):
        session = Session.open(path, finder, restorer, networks, guard=guard)
        session.compose(ComposeOptions(restore_sharp=True))
        stages.append(session.seconds)
    seconds = {stage: statistics.median(run[stage] for run in stages[1:]) for stage in stages[0]}
    total = sum(seconds.values())
    restored = tuple(session.restore())
    large = _on_large_canvas(session.photo)
    return {
        "photo": f"{session.photo.width} x {session.photo.height}, {len(restored)} faces",
        "model": restorer.model_name,
        "compute": restorer.compute.name,
        "seconds": {stage: round(value, 4) for stage, value in seconds.items()} | {"total": round(total, 4)},
        "whole_photo_seconds": _whole_photo(session.photo, networks),
        "outside_model_share": round(1 - seconds["restore"] / total, 3),
        "outside_model_and_detector_share": round(1 - (seconds["restore"] + seconds["detect"]) / total, 3),
        "compose_seconds": round(_median(lambda: _composed(session.photo, restored)), 4),
        "compose_seconds_24mp": round(_median(lambda: _composed(large, restored)), 4),
        "whole_photo_paste_seconds_24mp": round(_median(lambda: _paste_whole(large.pixels, restored), runs=1), 2),
    }


def _whole_photo(photo: Photo, networks: PhotoNetworks) -> dict[str, float]:
    """Seconds of each stage, all of them turned on, enlarging twice; the better of two runs."""
    wanted: dict[str, Value] = {"repair": "on", "clean": 100, "tone": 100, "scale": 2}
    here = [stage for stage in STAGES if not stage.weights or networks.has(stage.weights)]
    seconds = (Timings(), Timings())
    for run in seconds:
        StagedPhotos(photo, networks, run).run(here, stage_values(wanted))
    return {stage: round(min(run[stage] for run in seconds), 4) for stage in seconds[0]}


def _on_large_canvas(photo: Photo) -> Photo:
    """The photo in the corner of a canvas of 24 megapixels: the faces keep their size."""
    grow = max(1.0, (_LARGE / (photo.width * photo.height)) ** 0.5)
    size = (round(grow * photo.width), round(grow * photo.height))
    canvas = cast(Pixels, cv2.resize(photo.pixels, size, interpolation=cv2.INTER_LINEAR))
    canvas[: photo.height, : photo.width] = photo.pixels
    return dataclasses.replace(photo, pixels=frozen(canvas))


def _composed(photo: Photo, restored: Sequence[RestoredFace]) -> Pixels:
    return compose(
        photo, [face_layers(photo.pixels, face, 1) for face in restored], ComposeOptions(restore_sharp=True)
    ).photo.pixels


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


def _median(work: Callable[[], object], runs: int = _RUNS) -> float:
    work()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
