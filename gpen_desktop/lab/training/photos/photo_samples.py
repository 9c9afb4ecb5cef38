"""Pairs for the whole-photo networks, made on the device: photos as they may have been, and what age made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_desktop.lab.damage import batched_photo
from gpen_desktop.lab.damage.batched_filters import Dice, GrainBank, changed
from gpen_desktop.lab.damage.batched_flaws import FlawBank, brushed, widened
from gpen_desktop.lab.training.photos import photo_bank

_MARGIN: Final = 8
"""Pixels around a sample: filters wrap round there, and where it is cut decides where JPEG's grid lies."""
_SCREENED: Final = 1 / 6
_UNTOUCHED: Final = 1 / 8


@dataclass(frozen=True)
class PhotoSamples:
    """tiles: (N, 3, TILE, TILE) uint8. batch: samples in one, even. side: theirs in px, a multiple of 16."""

    tiles: Tensor
    flaws: FlawBank
    grain: GrainBank
    batch: int
    side: int

    def to_clean(self, dice: Dice) -> dict[str, Tensor]:
        """aged, clean: (N, 3, S, S). weight: (N, 1, S, S), 0 where flaws lie, which are not the cleaner's business, and
        larger on faded photos, whose faint detail counts as much as a strong one's."""
        tones, soft = self._printed(dice)
        aged = batched_photo.grained(dice, self.grain, self._screened(dice, soft, tones)).clamp(0, 1)
        rows = dice.rows(0.2, self.batch)
        spoilt = self.flaws.flaws(dice, aged[rows], tones.paper[rows])
        shown = 1 - widened((spoilt.mask > 0).float(), 2)
        weight = torch.ones_like(aged[:, :1]).index_copy(0, rows, shown)
        aged = batched_photo.stored(dice, aged.index_copy(0, rows, spoilt.pictures))
        rows = dice.rows(_UNTOUCHED, self.batch)
        aged = aged.index_copy(0, rows, _bytes(tones.pictures[rows]))
        weight = weight.index_fill(0, rows, 1.0)
        contrast = (tones.paper - tones.ink).mean(1, keepdim=True).clamp(min=0.3)
        return self._cut({"aged": aged, "clean": tones.pictures, "weight": weight / contrast})

    def to_repair(self, dice: Dice) -> dict[str, Tensor]:
        """flawed, target: (N, 3, S, S); mask: (N, 1, S, S), 1 on flaws, 0 off them, between where neither is asked;
        holes: (N, 1, S, S), 1 where the filler is asked."""
        tones, soft = self._printed(dice)
        screened = self._screened(dice, soft, tones)
        aged = batched_photo.grained(dice, self.grain, screened, strongest=20.0).clamp(0, 1)
        early = dice.rows(0.4, self.batch)  # the negative was scratched: grain lies over the scratch
        spoilt = self.flaws.flaws(dice, aged.index_copy(0, early, screened[early]), tones.paper)
        flawed = changed(spoilt.pictures, early, lambda part: part + aged[early] - screened[early])
        sound = dice.rows(0.15, self.batch)
        flawed = batched_photo.stored(dice, flawed.index_copy(0, sound, aged[sound]))
        mask = spoilt.mask.index_fill(0, sound, 0.0)
        grown = int(torch.randint(0, 4, (1,)))
        holes = torch.maximum(widened((mask > 0.3).float(), grown), brushed(dice, self.batch, flawed.shape[-1]))
        return self._cut({"flawed": flawed, "target": soft, "mask": mask, "holes": holes})

    def to_enlarge(self, dice: Dice) -> dict[str, Tensor]:
        """small: (N, 3, S / 2, S / 2) and large: (N, 3, S, S)."""
        clean = photo_bank.cut(self.tiles, self.batch, self.side + 4 * _MARGIN)
        clean = self.flaws.belongings(dice, clean, share=0.1)
        large = batched_photo.toned(dice, clean, grey_share=0.5).pictures
        count, half = len(large), len(large) // 2
        # mostly as sharp as they are: what may have been blurred is enlarged softly, all of it
        x = changed(large, dice.rows(0.4, count), lambda part: batched_photo.blurred(dice, part, strongest=1.0))
        # by area, and by a cubic filter: what programs and scanners do
        size = large.shape[-1] // 2
        cubic = F.interpolate(x[half:], (size, size), mode="bicubic", antialias=True)
        small = torch.cat((F.avg_pool2d(x[:half], 2), cubic)).clamp(0, 1)
        bad = dice.rows(0.6, count).sort().values  # the first half stays without colour
        grainy = batched_photo.grained(dice, self.grain, small[bad], strongest=12.0)
        small = _bytes(small.index_copy(0, bad, batched_photo.stored(dice, grainy, worst=30.0)))
        top, left = (int(v) for v in torch.randint(2, _MARGIN - 1, (2,)))
        side = self.side // 2
        return {
            "small": small[..., top : top + side, left : left + side],
            "large": large[..., 2 * top : 2 * (top + side), 2 * left : 2 * (left + side)],
        }

    def _printed(self, dice: Dice) -> tuple[batched_photo.Toned, Tensor]:
        """As the print shows it, sharp and as blurred as its lens."""
        clean = photo_bank.cut(self.tiles, self.batch, self.side + 2 * _MARGIN)
        tones = batched_photo.toned(dice, self.flaws.belongings(dice, clean))
        return tones, batched_photo.blurred(dice, tones.pictures)

    def _screened(self, dice: Dice, soft: Tensor, tones: batched_photo.Toned) -> Tensor:
        return batched_photo.screened(dice, soft, tones, _SCREENED)

    def _cut(self, planes: dict[str, Tensor]) -> dict[str, Tensor]:
        top, left = (int(v) for v in torch.randint(4, 2 * _MARGIN - 3, (2,)))
        return {name: each[..., top : top + self.side, left : left + self.side] for name, each in planes.items()}


def _bytes(x: Tensor) -> Tensor:
    return (x.clamp(0, 1) * 255).round() / 255
