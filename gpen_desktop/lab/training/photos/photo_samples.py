"""Pairs for the whole-photo networks, made on the device: photos as they may have been, and what age made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
_BLOCKY_QUALITY: Final = (15.0, 65.0)
_CROPPED: Final = 1 / 4
_FRESH: Final = 3 / 4
"""Share of photos to repair that nothing but flaws has happened to: on a sharp one a flaw's edge is sharp, and what is
found has to end there."""
_SOUND: Final = 3 / 8
"""Share of photos to repair without a flaw: most of a real photo has none, and all of most photos."""
_LARGER: Final = (1.1, 2.1)
"""How many times larger photos are looked at than they are damaged; see `likely_damage`."""
_WELL_STORED: Final = 1 / 4
_WELL_STORED_QUALITY: Final = (88.0, 98.0)
_POORLY_STORED: Final = 7 / 8
_POORLY_STORED_QUALITY: Final = (30.0, 75.0)


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
        aged = aged.index_copy(0, rows, batched_photo.in_bytes(tones.pictures[rows]))
        weight = weight.index_fill(0, rows, 1.0)
        contrast = (tones.paper - tones.ink).mean(1, keepdim=True).clamp(min=0.3)
        return self._cut({"aged": aged, "clean": tones.pictures, "weight": weight / contrast})

    def to_repair(self, dice: Dice) -> dict[str, Tensor]:
        """flawed, target: (N, 3, S, S); mask: (N, 1, S, S), 1 on flaws, 0 off them, between where neither is asked;
        holes: (N, 1, S, S), 1 where the filler is asked."""
        tones, soft = self._printed(dice)
        fresh = dice.rows(_FRESH, self.batch)
        sharp = tones.pictures[fresh]
        soft = soft.index_copy(0, fresh, sharp)
        screened = self._screened(dice, soft, tones).index_copy(0, fresh, sharp)
        aged = batched_photo.grained(dice, self.grain, screened, strongest=20.0).clamp(0, 1).index_copy(0, fresh, sharp)
        early = dice.rows(0.4, self.batch)  # the negative was scratched: grain lies over the scratch
        spoilt = self.flaws.flaws(dice, aged.index_copy(0, early, screened[early]), tones.paper)
        flawed = changed(spoilt.pictures, early, lambda part: part + aged[early] - screened[early])
        sound = dice.rows(_SOUND, self.batch)
        flawed = batched_photo.stored(dice, flawed.index_copy(0, sound, aged[sound]))
        mask = spoilt.mask.index_fill(0, sound, 0.0)
        grown = int(torch.randint(0, 4, (1,)))
        holes = torch.maximum(widened((mask > 0.3).float(), grown), brushed(dice, self.batch, flawed.shape[-1]))
        return self._cut({"flawed": flawed, "target": soft, "mask": mask, "holes": holes})

    def to_find(self, dice: Dice) -> dict[str, Tensor]:
        """As `to_repair` gives them, but larger than they were damaged, as damage is looked for."""
        factor = float(torch.empty(()).uniform_(*_LARGER))
        made = replace(self, side=16 * round(self.side / factor / 16)).to_repair(dice)
        size = (self.side, self.side)
        flawed = F.interpolate(made["flawed"], size, mode="bicubic", align_corners=False).clamp(0, 1)
        return {"flawed": flawed, "mask": F.interpolate(made["mask"], size, mode="bilinear", align_corners=False)}

    def to_unblock(self, dice: Dice) -> dict[str, Tensor]:
        """Poor JPEGs, a third of slightly noisy photos, as `to_clean` gives them; most begin with a block."""
        clean = self._coloured(dice, photo_bank.cut(self.tiles, self.batch, self.side + 2 * _MARGIN))
        rows = dice.rows(1 / 3, self.batch)
        noisy = changed(clean, rows, lambda part: batched_photo.noisy(dice, self.grain, part, strongest=5.0))
        aged = batched_photo.compressed(dice, noisy, _BLOCKY_QUALITY)
        planes = {"aged": aged, "clean": clean, "weight": torch.ones_like(aged[:, :1])}
        if float(torch.rand(())) < _CROPPED:
            return self._cut(planes)
        return {
            name: each[..., _MARGIN : _MARGIN + self.side, _MARGIN : _MARGIN + self.side]
            for name, each in planes.items()
        }

    def to_enlarge(self, dice: Dice) -> dict[str, Tensor]:
        """Of photos in good order, some stored as JPEGs of quality 88 and more. small: (N, 3, S / 2, S / 2) and large:
        (N, 3, S, S)."""
        large, small = self._shrunk(dice)
        stored = dice.rows(_WELL_STORED, self.batch)
        return self._cut_twice(
            changed(small, stored, lambda part: batched_photo.compressed(dice, part, _WELL_STORED_QUALITY)), large
        )

    def to_enlarge_poor(self, dice: Dice) -> dict[str, Tensor]:
        """Of photos with noise or slight grain, nearly all stored as poor JPEGs; as `to_enlarge` gives them."""
        large, small = self._shrunk(dice)
        noisy = batched_photo.noisy(dice, self.grain, small, strongest=6.0)
        stored = dice.rows(_POORLY_STORED, self.batch)
        return self._cut_twice(
            changed(noisy, stored, lambda part: batched_photo.compressed(dice, part, _POORLY_STORED_QUALITY)), large
        )

    def _shrunk(self, dice: Dice) -> tuple[Tensor, Tensor]:
        """Sharp photos, and what programs and scanners halve them to: by area, a quarter by a cubic filter.

        None is blurred: a network that may be shown blurred photos enlarges all of them softly.
        """
        clean = photo_bank.cut(self.tiles, self.batch, self.side + 4 * _MARGIN, shrunk=3 / 4)
        large = self._coloured(dice, self.flaws.belongings(dice, clean, share=1 / 16))
        by_area, size = 3 * self.batch // 4, large.shape[-1] // 2
        cubic = F.interpolate(large[by_area:], (size, size), mode="bicubic", antialias=True)
        return large, batched_photo.in_bytes(torch.cat((F.avg_pool2d(large[:by_area], 2), cubic)))

    def _coloured(self, dice: Dice, clean: Tensor) -> Tensor:
        """Half of them without colour, some faded, in any order."""
        half = self.batch // 2
        grey = batched_photo.luma(clean[:half]).expand(-1, 3, -1, -1)
        made = changed(torch.cat((grey, clean[half:])), dice.rows(0.3, self.batch), lambda part: _faded(dice, part))
        return made[torch.randperm(self.batch)]

    def _cut_twice(self, small: Tensor, large: Tensor) -> dict[str, Tensor]:
        """The middle of both, JPEG's grid anywhere in it."""
        top, left = (int(v) for v in torch.randint(2, 2 * _MARGIN - 1, (2,)))
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


def _faded(dice: Dice, pictures: Tensor) -> Tensor:
    """With less contrast: blacks and whites on their way to a grey."""
    count = len(pictures)
    return pictures * dice.uniform(0.5, 1, count) + dice.uniform(0, 0.5, count) * 0.5
