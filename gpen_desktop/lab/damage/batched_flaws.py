"""Scratches, dust, creases and the like laid over a batch of pictures, with the mask of where they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from gpen_desktop.lab.damage.batched_filters import Dice, changed, filtered, gaussian, windows
from gpen_desktop.lab.damage.flaw_masks import BELONGINGS, FLAWS

_LAYERS: Final = (1.0, 0.5, 0.25)
"""Shares of pictures that have one, two and three kinds of flaws."""
_SHARES: Final = {"scratches": 14, "gouges": 10, "hairs": 8, "dust": 14, "creases": 5, "cracks": 2, "tears": 2}
"""How often a kind comes; the others count 1."""
SHOWS: Final = 0.07
"""A change of the picture, of a range of 1, from which a flaw is one that a person sees."""
_HARDLY: Final = 0.045


@dataclass(frozen=True)
class Flawed:
    """pictures: (N, 3, S, S) with flaws. mask: (N, 1, S, S), 1 where they cover the picture and show, 0 where nothing
    is changed, between where it is hard to say: faint, or only the light beside a crease."""

    pictures: Tensor
    mask: Tensor


class FlawBank:
    """Masks that lab/damage/flaw_masks.py drew, on the device.

    each : how many there are of a kind.
    """

    def __init__(self, drawn: Mapping[str, NDArray[np.uint8]], device: torch.device) -> None:
        self._flaws = torch.from_numpy(np.concatenate([drawn[kind] for kind in FLAWS])).to(device)
        self._belongings = torch.from_numpy(np.concatenate([drawn[kind] for kind in BELONGINGS])).to(device)
        self.each = each = len(drawn[FLAWS[0]])
        chances = torch.tensor([float(_SHARES.get(kind, 1)) for kind in FLAWS])
        self._chances = (chances / chances.sum() / each).repeat_interleave(each)

    def renew(self, number: int, drawn: Mapping[str, NDArray[np.uint8]]) -> None:
        """Put other masks, (1, 3, SIDE, SIDE) of every kind, in the place of the `number`-th of each kind: a network
        learns a few dozen by heart."""
        for masks, kinds in ((self._flaws, FLAWS), (self._belongings, BELONGINGS)):
            for place, kind in enumerate(kinds):
                masks[place * self.each + number] = torch.from_numpy(drawn[kind][0]).to(masks.device)

    def belongings(self, dice: Dice, pictures: Tensor, share: float = 0.2) -> Tensor:
        """Lettering, hatching, railings drawn into some pictures, faint or strong."""
        return changed(pictures, dice.rows(share, len(pictures)), lambda part: self._drawn(dice, part))

    def _drawn(self, dice: Dice, pictures: Tensor) -> Tensor:
        count, _, side, _ = pictures.shape
        which = torch.randint(len(self._belongings), (count,))
        covered, light, _ = self._cut(self._belongings, which, side)
        shade = light * dice.uniform(0.6, 1, count, 3) + (1 - light) * dice.uniform(0, 0.4, count, 3)
        return pictures + covered * dice.uniform(0.1, 1, count) * (shade - pictures)

    def flaws(self, dice: Dice, pictures: Tensor, paper: Tensor) -> Flawed:
        """One to three kinds on every picture. paper: (N, 3, 1, 1), the colour of bare paper."""
        count = len(pictures)
        pictures = pictures.clamp(0, 1)
        both = torch.cat((pictures, pictures), dim=1)  # what covers it and what shades it; what shades it alone
        for share in _LAYERS:
            rows = dice.rows(share, count)
            both = changed(both, rows, partial(self._layer, dice, paper=paper[rows]))
        softness = dice.uniform(0, 0.7, count)
        blur = gaussian(pictures, softness, softness, torch.zeros_like(softness))
        flawed, shaded = both.clamp(0, 1).chunk(2, dim=1)
        change, covering = filtered(flawed - pictures, blur), filtered(flawed - shaded, blur)
        covered = ((_most(covering) - _HARDLY) / (SHOWS - _HARDLY)).clamp(0, 1)
        mask = torch.maximum(covered, 0.5 * (_most(change) > _HARDLY).float())
        return Flawed((pictures + change).clamp(0, 1), mask)

    def _layer(self, dice: Dice, both: Tensor, paper: Tensor) -> Tensor:
        count, _, side, _ = both.shape
        which = torch.multinomial(self._chances, count, replacement=True)
        covered, light, shade = self._cut(self._flaws, which, side)
        # bare paper or black, what lies inside the other way round; tinted a little
        bright, dark = paper * dice.uniform(0.85, 1.1, count), dice.uniform(0, 0.25, count) * torch.ones_like(paper)
        inverted = dice.flag(0.5, count)
        top, bottom = bright + inverted * (dark - bright), dark + inverted * (bright - dark)
        colour = bottom + light * (top - bottom) + dice.uniform(-0.04, 0.04, count, 3)
        x, shaded = (both * (1 + shade * dice.uniform(0.2, 0.8, count))).chunk(2, dim=1)
        return torch.cat((x + covered * dice.uniform(0.5, 1, count).sqrt() * (colour - x), shaded), dim=1)

    @staticmethod
    def _cut(bank: Tensor, which: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor]:
        """Pieces of masks: covered, light, shading in -1 .. 1, each (N, 1, side, side)."""
        pieces = windows(bank, which, side).float() / 255
        half, quarter = len(which) // 2, len(which) // 4
        pieces = torch.cat((pieces[:half].transpose(2, 3), pieces[half:]))
        pieces = torch.cat((pieces[:quarter], pieces[quarter : half + quarter].flip(2, 3), pieces[half + quarter :]))
        covered, light, shade = pieces.split(1, dim=1)
        return covered, light, shade * 2 - 256 / 255


def _most(change: Tensor) -> Tensor:
    return change.abs().amax(1, keepdim=True)


def brushed(dice: Dice, count: int, side: int) -> Tensor:
    """(count, 1, side, side): holes as a person's brush leaves them, 1 inside."""
    ys = torch.arange(side, device=dice.device).view(1, 1, -1, 1).float()
    xs = ys.transpose(2, 3)
    made = torch.zeros((count, 1, side, side), device=dice.device)
    for _ in range(3):
        x, y, angle = dice.uniform(0, side, count), dice.uniform(0, side, count), dice.uniform(0, 3.1416, count)
        length, width = dice.log_uniform(2, side / 2, count), dice.log_uniform(1.5, 14, count)
        along = (xs - x) * angle.cos() + (ys - y) * angle.sin()
        across = (ys - y) * angle.cos() - (xs - x) * angle.sin()
        across = across + dice.uniform(-0.004, 0.004, count) * along.square()
        away = torch.hypot((along.abs() - length).clamp(min=0), across)
        made = torch.maximum(made, (away < width).float() * dice.flag(0.6, count))
    return made


def widened(mask: Tensor, pixels: int) -> Tensor:
    """A mask (N, 1, H, W) grown by some pixels on every side."""
    return F.max_pool2d(mask, 2 * pixels + 1, 1, pixels) if pixels else mask
