"""The networks that clean a photo, enlarge a poor one, find damage and fill holes: one small U-Net in four shapes.

Convolutions and ReLU alone, no normalisation over the picture: what comes out at a pixel depends on its surroundings
within `reach` pixels and on nothing else, so that tiles that overlap by that much give what the whole photo gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FOLD: Final = 2
"""The first convolution sees FOLD x FOLD pixels as channels: most of the work is at half the photo's resolution."""


@dataclass(frozen=True)
class UNetShape:
    """inputs, outputs: channels. widths: channels at 1/2, 1/4, 1/8 ... of the resolution. blocks: residual blocks at
    each of them, on the way down and again on the way up; the last is gone through once."""

    inputs: int
    outputs: int
    widths: tuple[int, ...]
    blocks: tuple[int, ...]

    @property
    def multiple(self) -> int:
        """Sides of what goes in are multiples of this."""
        return FOLD << (len(self.widths) - 1)

    @property
    def reach(self) -> int:
        """How far, in pixels, an output pixel sees at most; the overlap that tiles need on each side."""
        cell = FOLD
        total = 2 * cell  # first and last convolution
        for level, blocks in enumerate(self.blocks):
            passes = 1 if level == len(self.blocks) - 1 else 2
            total += passes * blocks * 2 * cell
            cell *= 2
        return total + cell  # what lies in one cell of the coarsest grid comes in whole


MARGIN: Final = 96
"""Pixels around a part of a photo that a network is given with it. It could feel more of them (UNetShape.reach), but
beyond these the trained cleaner's answer changes by 0.001 of an 8-bit step, the finder's by 0.0003, the filler's
and the enlarger's by less."""

CLEANER: Final = UNetShape(3, 3, (32, 64, 128), (2, 3, 3))
UNBLOCKER: Final = UNetShape(3, 3, (32, 64, 128), (4, 4, 1))
"""For JPEG's blocks alone, which are no wider than 16 px: little is to be seen at an eighth, more at a half."""

FINDER: Final = UNetShape(3, 1, (24, 48, 64, 96), (2, 3, 3, 0))
FILLER: Final = UNetShape(4, 3, (32, 64, 96, 128), (1, 1, 2, 0))
"""Both without blocks at a sixteenth: trained with them, neither used them."""


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside the way past them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, 1, 1)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        change: Tensor = self.conv2(F.relu(self.conv1(F.relu(x))))
        return x + change


class PhotoUNet(nn.Module):
    """(N, inputs, H, W) to (N, outputs, H, W), H and W multiples of shape.multiple. See UNetShape."""

    def __init__(self, shape: UNetShape) -> None:
        super().__init__()
        self.shape = shape
        widths, blocks = shape.widths, shape.blocks
        self.head = nn.Conv2d(shape.inputs * FOLD**2, widths[0], 3, 1, 1)
        steps = range(len(widths) - 1)
        self.down = nn.ModuleList(_blocks(widths[i], blocks[i]) for i in steps)
        self.shrink = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 2, 2) for i in steps)
        self.bottom = _blocks(widths[-1], blocks[-1])
        self.grow = nn.ModuleList(nn.Conv2d(widths[i + 1], 4 * widths[i], 1) for i in steps)
        self.up = nn.ModuleList(_blocks(widths[i], blocks[i]) for i in steps)
        self.tail = nn.Conv2d(widths[0], shape.outputs * FOLD**2, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = F.pixel_shuffle(self.tail(self.features(x)), FOLD)
        return made

    def features(self, x: Tensor) -> Tensor:
        """(N, widths[0], H / FOLD, W / FOLD): what `tail` makes pixels of."""
        h: Tensor = self.head(_pixels_last(F.pixel_unshuffle(x, FOLD)))
        kept = []
        for down, shrink in zip(self.down, self.shrink, strict=True):
            h = down(h)
            kept.append(h)
            h = shrink(h)
        h = self.bottom(h)
        for i in reversed(range(len(kept))):
            h = self.up[i](_pixels_last(F.pixel_shuffle(self.grow[i](h), 2)) + kept[i])
        return h


def _pixels_last(x: Tensor) -> Tensor:
    """In channels-last order, which shuffling pixels loses and convolutions are fastest in."""
    return x.contiguous(memory_format=torch.channels_last)


def _blocks(width: int, number: int) -> nn.Sequential:
    return nn.Sequential(*(ResidualBlock(width) for _ in range(number)))


class PhotoCleaner(nn.Module):
    """Takes grain, noise, JPEG's blocks, half-tone screens and slight blur out of a photo.

    (N, 3, H, W) RGB in [0, 1] to the same, not clipped; H and W multiples of `shape.multiple`. The network gives the
    difference from the photo.
    """

    def __init__(self, shape: UNetShape = CLEANER) -> None:
        super().__init__()
        self.shape = shape
        self.net = PhotoUNet(shape)

    def forward(self, photo: Tensor) -> Tensor:
        return photo + self.change(photo - 0.5)

    def change(self, centred: Tensor) -> Tensor:
        """What to add to a photo, of the photo less 0.5: so that half precision rounds neither."""
        change: Tensor = self.net(centred)
        return change


class PoorPhotoEnlarger(nn.Module):
    """Enlarges a photo with noise or JPEG's blocks twice, without them.

    (N, 3, H, W) RGB in [0, 1] to (N, 3, 2 H, 2 W), not clipped; H and W multiples of `shape.multiple`. What an
    unblocker would give, enlarged by a cubic filter, and finer detail drawn from the same features: so that it begins
    as an unblocker.
    """

    factor: Final = 2

    def __init__(self, shape: UNetShape = UNBLOCKER) -> None:
        super().__init__()
        self.shape = shape
        self.net = PhotoUNet(shape)
        self.finer = nn.Conv2d(shape.widths[0], 3 * (self.factor * FOLD) ** 2, 3, 1, 1)

    def forward(self, photo: Tensor) -> Tensor:
        return F.interpolate(photo, scale_factor=self.factor, mode="nearest") + self.change(photo - 0.5)

    def change(self, centred: Tensor) -> Tensor:
        """What to add to a photo with its pixels repeated, of the photo less 0.5: half precision rounds what is far
        from 0 most, so the two are added up in single."""
        features = self.net.features(centred)
        cleaned = centred.float() + F.pixel_shuffle(self.net.tail(features), FOLD)
        enlarged = F.interpolate(cleaned, scale_factor=self.factor, mode="bicubic", align_corners=False)
        repeated = F.interpolate(centred, scale_factor=self.factor, mode="nearest")
        return enlarged - repeated + F.pixel_shuffle(self.finer(features), self.factor * FOLD)


class DamageFinder(nn.Module):
    """Says where scratches, creases, tears, dust and lost corners are.

    (N, 3, H, W) RGB in [0, 1] to (N, 1, H, W) logits, positive on damage.
    """

    def __init__(self, shape: UNetShape = FINDER) -> None:
        super().__init__()
        self.shape = shape
        self.net = PhotoUNet(shape)

    def forward(self, photo: Tensor) -> Tensor:
        logits: Tensor = self.net(photo - 0.5)
        return logits


class HoleFiller(nn.Module):
    """Fills holes in a photo from their surroundings.

    Photo (N, 3, H, W) RGB in [0, 1] and holes (N, 1, H, W), 1 where a pixel is to be replaced and 0 elsewhere, to
    (N, 3, H, W): worth something in the holes alone. What the photo shows inside the holes does not count.
    """

    def __init__(self, shape: UNetShape = FILLER) -> None:
        super().__init__()
        self.shape = shape
        self.net = PhotoUNet(shape)

    def forward(self, photo: Tensor, holes: Tensor) -> Tensor:
        seen = (photo - 0.5) * (1 - holes)
        filled: Tensor = self.net(torch.cat((seen, holes), dim=1)) + 0.5
        return filled


def whole(net: PhotoCleaner | PoorPhotoEnlarger | DamageFinder | HoleFiller, photo: Tensor, *planes: Tensor) -> Tensor:
    """Run a U-Net on a photo of any size, and planes (N, 1, H, W) that go with it: mirrored beyond its right and lower
    edges up to the next multiple, and cut again. Memory grows with the photo: cut large ones into tiles that overlap by
    `net.shape.reach`."""
    height, width = photo.shape[-2:]
    multiple = net.shape.multiple
    beyond = (0, -width % multiple, 0, -height % multiple)
    mode = "reflect" if min(height, width) > multiple else "replicate"
    padded = [F.pad(each, beyond, mode=mode) for each in (photo, *planes)]
    made: Tensor = net(*padded)
    factor = made.shape[-1] // padded[0].shape[-1]
    return made[..., : height * factor, : width * factor]


def seen_mirrored_too(change: Callable[[Tensor], Tensor], photo: Tensor) -> Tensor:
    """The mean of what a network says of a photo (N, 3, H, W), and of its mirror image, turned back: it is mistaken
    otherwise there. Grain goes 0.16 dB better, JPEG's blocks 0.03 to 0.05; poor photos are enlarged 0.05 dB better."""
    return (change(photo) + change(photo.flip(3)).flip(3)) / 2
