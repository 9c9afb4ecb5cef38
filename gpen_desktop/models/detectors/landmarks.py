"""The built-in network that finds five points in a face and says how surely it is one."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gpen_desktop.models.architecture import of_one_shape
from gpen_desktop.models.detectors.fusing import fold_and_fuse
from gpen_desktop.models.spec import ModelSpec, Task

CROP_SIDE = 96
"""Side in pixels of the crops that the network takes."""

_WIDTHS = (16, 32, 48, 64, 96)
# Added to a crop's standard deviation, as in training: keeps flat crops from being blown up to noise.
_CONTRAST_FLOOR = 8.0
_CHUNK = 48  # crops a step: more are no faster
_STEP = 4  # more crops are filled up to a multiple of it: oneDNN prepares anew for each number, for milliseconds


class LandmarkNet(nn.Module):
    """Five strided stages of 3x3 convolutions, then two linear layers; 0.37 M parameters.

    (N, 1, 96, 96) float normalised crops -> (N, 11) float: x, y of image-left eye, image-right eye, nose tip,
    image-left and image-right mouth corner in units of the crop side, then a face logit.
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inside = 1
        for outside in _WIDTHS:
            for stride in (2, 1):
                layers += [
                    nn.Conv2d(inside, outside, 3, stride, 1, bias=False),
                    nn.BatchNorm2d(outside),
                    nn.ReLU(inplace=True),
                ]
                inside = outside
        self.body = nn.Sequential(*layers)
        cells = (CROP_SIDE // 2 ** len(_WIDTHS)) ** 2
        self.head = nn.Sequential(
            nn.Flatten(),
            nn.Linear(_WIDTHS[-1] * cells, 128),
            nn.ReLU(inplace=True),
            nn.Dropout(0.1),
            nn.Linear(128, 11),
        )

    def forward(self, crops: Tensor) -> Tensor:
        out: Tensor = self.head(self.body(crops))
        return out


def find_landmarks(net: nn.Module, crops: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Run the network on grey crops.

    Parameters
    ----------
    net : from registry.load.
    crops : (N, 96, 96) uint8.

    Returns
    -------
    points : (N, 5, 2) float64, crop pixels (integer values at pixel centres), in the order of Face.landmarks.
    logits : (N,) float64, positive where a face is more likely than not.
    """
    if len(crops) == 0:
        return np.zeros((0, 5, 2)), np.zeros(0)
    weights = next(net.parameters())
    with torch.inference_mode():
        missing = -len(crops) % _STEP if len(crops) > 2 else 0
        filled = np.concatenate([crops, np.zeros((missing, *crops.shape[1:]), np.uint8)])
        chunks = torch.from_numpy(filled).to(weights.device).split(_CHUNK)
        out = torch.cat([net(normalised(chunk).to(weights.dtype)) for chunk in chunks])
    rows = out[: len(crops)].to("cpu", torch.float64).numpy()
    return rows[:, :10].reshape(-1, 5, 2) * CROP_SIDE, rows[:, 10]


def normalised(crops: Tensor) -> Tensor:
    """(N, 96, 96) uint8 -> (N, 1, 96, 96) float32, zero mean, divided by standard deviation + 8."""
    x = crops.to(torch.float32)
    x -= x.mean(dim=(1, 2), keepdim=True)
    spread = (x * x).mean(dim=(1, 2), keepdim=True).sqrt_()  # torch.std_mean takes ten times as long as both
    return x.div_(spread + _CONTRAST_FLOOR)[:, None].contiguous(memory_format=torch.channels_last)


ARCHITECTURE: Final = of_one_shape(
    ModelSpec("landmarks5", Task.LANDMARKS, size=CROP_SIDE, value_range=(0.0, 255.0)),
    make=LandmarkNet,
    finish=fold_and_fuse,
    sign="head.1.weight",
)
