"""Trying weights on a face before they are let in: numbers can be finite and in the right shapes, and mean nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gpen_desktop import paths
from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models import registry
from gpen_desktop.models.face_net import FaceNet

_SAMPLE: Final = "hopper_small_blurry.jpg"
_FACE: Final = (57, 20, 259, 222)
"""Box in that photo in which its face, which is upright, lies about as in an aligned crop of either template."""

_LARGEST: Final = 1024
"""Side in pixels of the largest networks that are tried: one for 2048 takes a minute and 6 GB."""

_CELLS: Final = 16
"""Side of the copies that are compared: what a restorer makes of detail, or a colouriser of hue, does not count."""

_ALIKE: Final = 0.8
_CONTRAST: Final = (0.3, 2.5)
"""Correlation of the answer's lightness with the face's, and how much contrast it may have of the face's. The built-in
model gives 1.000 and 1.0, with a tenth of noise on every weight 0.999; random weights give less than 0.4, shuffled
ones no contrast to speak of."""


@dataclass(frozen=True)
class _Likeness:
    correlation: float
    contrast: float


def check(file: Path) -> None:
    """Raises WeightsError where a restorer's answer to a face is no such face; nothing is said of networks over
    _LARGEST. What `registry.read` raises, too."""
    model = registry.read(file)
    size = model.spec.size
    if size > _LARGEST:
        return
    net = model.build(torch.device("cpu"), torch.float32)
    assert isinstance(net, FaceNet)  # what every architecture for ALIGNED_TASKS builds
    face = _face(size)
    made = net.restore(torch.from_numpy(face[None]))
    likeness = _likeness(face, made.pixels.numpy()[0]) if bool(made.is_finite.all()) else _Likeness(0.0, 0.0)
    low, high = _CONTRAST
    if not (likeness.correlation >= _ALIKE and low <= likeness.contrast <= high):
        raise WeightsError(
            say("weights-nonsense", "'{name}' does not restore faces: it gives something else back.", name=file.name),
            todo=say(
                "get-weights-again-or-other",
                "The file is damaged, or was trained for something else; get it again, or choose another.",
            ),
            path=file,
        )


def _face(size: int) -> NDArray[np.float32]:
    """(size, size, 3) RGB in [0, 1]."""
    with Image.open(paths.samples() / _SAMPLE) as photo:
        crop = photo.convert("RGB").resize((size, size), Image.Resampling.BICUBIC, box=_FACE)
    return np.asarray(np.asarray(crop, np.float32) / 255, np.float32)


def _likeness(face: NDArray[np.float32], answer: NDArray[np.float32]) -> _Likeness:
    one, other = _lightness(face), _lightness(answer)
    contrast = float(other.std() / one.std())
    if contrast < _CONTRAST[0]:
        return _Likeness(0.0, contrast)
    return _Likeness(float(np.corrcoef(one.ravel(), other.ravel())[0, 1]), contrast)


def _lightness(crop: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rec. 601 luma of a crop (S, S, 3), averaged in (_CELLS, _CELLS)."""
    luma = torch.from_numpy(crop @ np.array([0.299, 0.587, 0.114], np.float32))
    return np.asarray(torch.nn.functional.adaptive_avg_pool2d(luma[None], _CELLS)[0].numpy(), np.float32)
