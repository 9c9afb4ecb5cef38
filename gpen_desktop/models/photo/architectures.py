"""The whole-photo networks as the registry knows them. RGB in [0, 1], (N, 3, H, W); nothing is clipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import nn

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models.architecture import Architecture, ReadModel, State, of_one_shape
from gpen_desktop.models.photo import unet
from gpen_desktop.models.photo.compact import CompactEnlarger, compact_from_state
from gpen_desktop.models.photo.unet import DamageFinder, HoleFiller, PhotoCleaner, PoorPhotoEnlarger
from gpen_desktop.models.spec import TASK_WORDS, ModelSpec, Task

_PRECISIONS: Final = ("fp32", "fp16", "bf16")

_CLEANER_ALONE: Final = f"net.bottom.{unet.CLEANER.blocks[-1] - 1}.conv1.weight"
"""Of a block that the unblocker has not."""
_ENLARGER_ALONE: Final = "finer.weight"


class PhotoRepairer(nn.Module):
    """The two networks of one file: `finder` says where damage is, `filler` fills it."""

    def __init__(self) -> None:
        super().__init__()
        self.finder = DamageFinder()
        self.filler = HoleFiller()


def _without_gradients(net: nn.Module) -> None:
    net.requires_grad_(False)


def _read_compact(state: State, metadata: Mapping[str, str]) -> ReadModel:
    try:
        net = compact_from_state(state)
    except (KeyError, ValueError, IndexError, RuntimeError) as error:
        raise WeightsError(
            say("other-shapes", "These weights look like {task}, but do not fit.", task=TASK_WORDS[Task.UPSCALER]),
            todo=say("get-weights-again", "The file is damaged or of another kind; get it again."),
        ) from error
    _without_gradients(net.eval())

    def build(device: torch.device, dtype: torch.dtype) -> CompactEnlarger:
        return net.to(device, dtype).to(memory_format=torch.channels_last)

    width = state["body.0.weight"].shape[0]
    spec = ModelSpec(
        "compact",
        Task.UPSCALER,
        precisions=_PRECISIONS,
        bytes_per_item=4
        * (3 * width + 3 * 3 * net.factor**2),  # at a time: three maps inside, three pictures of the result
        scale=net.factor,
        margin=net.reach,
    )
    return ReadModel(spec, build)


def _is_compact(state: State) -> bool:
    """A convolution of three channels, then a PReLU."""
    first, second = state.get("body.0.weight"), state.get("body.1.weight")
    return first is not None and first.dim() == 4 and first.shape[1] == 3 and second is not None and second.dim() == 1


CLEANER: Final = of_one_shape(
    ModelSpec("photo-cleaner", Task.PHOTO_RESTORER, precisions=_PRECISIONS),
    make=PhotoCleaner,
    finish=_without_gradients,
    sign=_CLEANER_ALONE,
)
UNBLOCKER: Final = of_one_shape(
    ModelSpec("photo-unblocker", Task.PHOTO_RESTORER, precisions=_PRECISIONS),
    make=lambda: PhotoCleaner(unet.UNBLOCKER),
    finish=_without_gradients,
    sign="net.head.weight",
    absent=(_CLEANER_ALONE, _ENLARGER_ALONE),
)
POOR_ENLARGER: Final = of_one_shape(
    ModelSpec(
        "poor-photo-enlarger",
        Task.UPSCALER,
        precisions=_PRECISIONS,
        bytes_per_item=4 * (6 * unet.UNBLOCKER.widths[0] // unet.FOLD**2 + 4 * 3 * PoorPhotoEnlarger.factor**2),
        scale=PoorPhotoEnlarger.factor,
        multiple=unet.UNBLOCKER.multiple,
        margin=unet.MARGIN,
    ),
    make=PoorPhotoEnlarger,
    finish=_without_gradients,
    sign=_ENLARGER_ALONE,
)
REPAIRER: Final = of_one_shape(
    ModelSpec("photo-repairer", Task.INPAINTER, precisions=_PRECISIONS),
    make=PhotoRepairer,
    finish=_without_gradients,
    sign="finder.net.head.weight",
)
COMPACT: Final = Architecture("compact", (Task.UPSCALER,), recognises=_is_compact, read=_read_compact)
