"""What each whole-photo network learns: its samples, its loss, and what is said about it while it learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.lab.damage.batched_filters import Dice
from gpen_desktop.lab.training.losses import ssim_loss
from gpen_desktop.lab.training.photos.enlarger_finish import EnlargerFinish
from gpen_desktop.lab.training.photos.photo_samples import PhotoSamples
from gpen_desktop.models.photo.compact import CompactEnlarger
from gpen_desktop.models.photo.unet import UNBLOCKER, DamageFinder, HoleFiller, PhotoCleaner, PoorPhotoEnlarger

Batch = dict[str, Tensor]
_SSIM: Final = 0.03
"""Weight of 1 - SSIM beside L1: faint hair, lace and hatching count there by their own contrast."""
_SMOOTH: Final = 1e-3
_NO_FLAWS: Final = 1000
"""Steps after which masks are drawn anew where only what belongs to a photo is taken from them: lettering, railings."""

_RARE: Final = 1.5
"""What a pixel of a flaw counts: hardly more than one of the photo, so that the network is as strict with what it finds
as with what it misses."""
_OVERLAP: Final = 0.3
"""Weight of one less Dice's coefficient beside the cross-entropy."""


@dataclass(frozen=True)
class Task:
    """samples: makes a batch. loss: of a batch by a network, with figures worth telling (0-dim tensors). redraw: steps
    after which one mask of each kind of flaw is drawn anew, which takes a second."""

    network: Callable[[], nn.Module]
    samples: Callable[[PhotoSamples, Dice], Batch]
    loss: Callable[[nn.Module, Batch], tuple[Tensor, dict[str, Tensor]]]
    redraw: int = 40


def _clean_loss(net: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    made, weight = net(batch["aged"]).float(), batch["weight"]
    error = ((made - batch["clean"]).square() + _SMOOTH**2).sqrt()
    shown = (weight > 0).float()
    pixels = (error * weight).mean()
    similar = ssim_loss(made * shown * 2 - 1, batch["clean"] * shown * 2 - 1)
    gain = _decibels((made - batch["clean"]) * shown) - _decibels((batch["aged"] - batch["clean"]) * shown)
    return pixels + _SSIM * similar, {"gain": gain, "ssim": 1 - similar}


def _repair_loss(net: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    finding, found = _find_loss(net, batch)
    filling, filled = _fill_loss(net, batch)
    return finding + filling, {**found, **filled}


def _find_loss(net: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """The finder's alone."""
    mask = batch["mask"]
    logits = cast("nn.ModuleDict", net)["finder"](batch["flawed"]).float()
    asked = ((mask > 0.99) | (mask < 0.01)).float()
    truth = (mask > 0.5).float()
    weight = asked * (1 + (_RARE - 1) * truth)
    found = (F.binary_cross_entropy_with_logits(logits, truth, reduction="none") * weight).mean()
    chance = logits.sigmoid() * asked
    overlap = 1 - (2 * (chance * truth).sum() + 1) / (chance.sum() + (truth * asked).sum() + 1)
    hit = (logits > 0).float() * asked
    told = {
        "recall": (hit * truth).sum() / (truth * asked).sum().clamp(min=1),
        "precision": (hit * truth).sum() / hit.sum().clamp(min=1),
    }
    return found + _OVERLAP * overlap, told


def _fill_loss(net: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """The filler's alone."""
    holes, target = batch["holes"], batch["target"]
    filled = cast("nn.ModuleDict", net)["filler"](batch["flawed"], holes).float()
    error = ((filled - target).square() + _SMOOTH**2).sqrt() * holes
    filling = error.sum() / (3 * holes.sum() + 1)
    slopes = sum(((filled.diff(dim=axis) - target.diff(dim=axis)).abs() * _both(holes, axis)).sum() for axis in (2, 3))
    told = {"fill": -10 * (((filled - target).square() * holes).sum() / (3 * holes.sum() + 1)).log10()}
    return filling + 0.5 * slopes / (6 * holes.sum() + 1), told


def _enlarge_loss(net: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    made = net(batch["small"]).float()
    pixels = ((made - batch["large"]).square() + _SMOOTH**2).sqrt().mean()
    simple = F.interpolate(batch["small"], scale_factor=2, mode="bicubic", align_corners=False).clamp(0, 1)
    gain = _decibels(made - batch["large"]) - _decibels(simple - batch["large"])
    return pixels, {"gain": gain}


def _both(holes: Tensor, axis: int) -> Tensor:
    size = holes.shape[axis] - 1
    return torch.maximum(holes.narrow(axis, 0, size), holes.narrow(axis, 1, size))


def _decibels(error: Tensor) -> Tensor:
    return -10 * error.square().mean().log10()


def _finder_and_filler() -> nn.Module:
    return nn.ModuleDict({"finder": DamageFinder(), "filler": HoleFiller()})


TASKS: Final[Mapping[str, Callable[[], Task]]] = {
    "clean": lambda: Task(PhotoCleaner, PhotoSamples.to_clean, _clean_loss),
    "unblock": lambda: Task(partial(PhotoCleaner, UNBLOCKER), PhotoSamples.to_unblock, _clean_loss, redraw=_NO_FLAWS),
    "repair": lambda: Task(_finder_and_filler, PhotoSamples.to_repair, _repair_loss),
    # the filler is good long before the finder is: then the finder goes on alone
    "find": lambda: Task(_finder_and_filler, PhotoSamples.to_find, _find_loss),
    "enlarge": lambda: Task(CompactEnlarger, PhotoSamples.to_enlarge, _enlarge_loss, redraw=_NO_FLAWS),
    "enlarge-poor": lambda: Task(PoorPhotoEnlarger, PhotoSamples.to_enlarge_poor, _enlarge_loss, redraw=_NO_FLAWS),
    "finish-poor": lambda: Task(
        PoorPhotoEnlarger, PhotoSamples.to_enlarge_poor, EnlargerFinish().loss, redraw=_NO_FLAWS
    ),
}
"""Each makes what one training is to learn: a finish has a discriminator of its own."""
