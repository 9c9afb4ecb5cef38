"""Ageing whole batches of photos."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from gpen_desktop.lab.damage import batched_photo, flaw_masks
from gpen_desktop.lab.damage.batched_filters import Dice, GrainBank, filtered, gaussian, windows
from gpen_desktop.lab.damage.batched_flaws import FlawBank, brushed, widened
from gpen_desktop.lab.damage.batched_print import screened_colour, screened_grey


@pytest.fixture
def dice() -> Dice:
    torch.manual_seed(0)
    return Dice(0, torch.device("cpu"))


@pytest.fixture(scope="module")
def flaws() -> FlawBank:
    return FlawBank(flaw_masks.draw_all(1, 0), torch.device("cpu"))


def _photos(count: int, side: int = 96) -> Tensor:
    rng = np.random.default_rng(0)
    made = [cv2.resize(rng.random((8, 8, 3), dtype=np.float32), (side, side)) for _ in range(count)]
    return torch.from_numpy(np.stack(made).transpose(0, 3, 1, 2).copy())


def test_a_gaussian_is_that_of_opencv() -> None:
    photo = _photos(1)
    sigma = torch.full((1, 1, 1, 1), 2.0)
    ours = filtered(photo, gaussian(photo, sigma, sigma, torch.zeros_like(sigma)))[0].permute(1, 2, 0).numpy()
    theirs = cv2.GaussianBlur(photo[0].permute(1, 2, 0).numpy(), (0, 0), 2.0)
    assert np.abs(ours - theirs)[12:-12, 12:-12].max() < 2e-3


def test_the_first_half_has_no_colour_but_that_of_its_paper(dice: Dice) -> None:
    tones = batched_photo.toned(dice, _photos(8))
    share = (tones.pictures - tones.ink) / (tones.paper - tones.ink)
    spread = share.amax(1) - share.amin(1)
    assert float(spread[:4].mean()) < 0.02
    assert float(spread[4:].mean()) > 0.1


@pytest.mark.parametrize("tone", [0.2, 0.5, 0.8])
def test_half_tone_keeps_the_tone(dice: Dice, tone: float) -> None:
    flat = torch.full((6, 3, 96, 96), tone)
    paper, ink = torch.full((6, 3, 1, 1), 0.95), torch.full((6, 3, 1, 1), 0.05)
    for printed in (screened_grey(dice, flat, paper, ink), screened_colour(dice, flat)):
        assert float((printed.mean((2, 3)) - tone).abs().max()) < 0.05
        assert float(printed.std((2, 3)).min()) > 0.01


def test_grain_has_the_deviation_asked_and_clumps(dice: Dice) -> None:
    pieces = GrainBank(dice, fields=4).pieces(8, 3, 128)
    assert 0.7 < float(pieces.std()) < 1.3
    assert pieces.shape == (8, 3, 128, 128)


def test_storing_gives_bytes(dice: Dice) -> None:
    stored = batched_photo.stored(dice, _photos(8)) * 255
    assert torch.allclose(stored, stored.round(), atol=1e-3)


@pytest.mark.parametrize("kind", sorted(flaw_masks.DRAWERS))
def test_every_kind_of_mask_covers_some_of_the_canvas_and_not_all(kind: str) -> None:
    covered = [flaw_masks.draw(kind, seed)[0] for seed in range(3)]
    assert all(mask.shape == (flaw_masks.SIDE, flaw_masks.SIDE) for mask in covered)
    assert any(0 < (mask > 64).mean() < 0.9 for mask in covered)


def test_a_mask_of_flaws_is_where_the_picture_changed(dice: Dice, flaws: FlawBank) -> None:
    photos = _photos(8)
    made = flaws.flaws(dice, photos, torch.ones(8, 3, 1, 1))
    change = (made.pictures - photos).abs().amax(1, keepdim=True)
    # what shades a place may take back a part of what covers it
    assert float(change[made.mask == 1].quantile(0.02)) > 0.06
    assert float(change[made.mask == 0].max()) < 0.046
    assert 0 < float(made.mask.mean()) < 0.5


def test_the_light_beside_a_crease_is_not_asked_for(dice: Dice) -> None:
    bank = FlawBank(flaw_masks.draw_all(1, 0), torch.device("cpu"))
    shading = {kind: np.zeros_like(masks) for kind, masks in flaw_masks.draw_all(1, 1).items()}
    for masks in shading.values():
        masks[:, 2] = 255
    bank.renew(0, shading)
    made = bank.flaws(dice, _photos(8), torch.ones(8, 3, 1, 1))
    assert set(made.mask.unique().tolist()) == {0.5}


def test_renewed_masks_are_what_is_laid_over_pictures_from_then_on(dice: Dice) -> None:
    bank = FlawBank(flaw_masks.draw_all(1, 0), torch.device("cpu"))
    nothing = {kind: np.zeros_like(masks) for kind, masks in flaw_masks.draw_all(1, 1).items()}
    for masks in nothing.values():
        masks[:, 2] = 128  # no shading
    bank.renew(0, nothing)
    assert float(bank.flaws(dice, _photos(8), torch.ones(8, 3, 1, 1)).mask.max()) == 0


def test_what_belongs_to_a_picture_is_drawn_into_a_share_of_the_batch(dice: Dice, flaws: FlawBank) -> None:
    photos = _photos(8)
    changed = (flaws.belongings(dice, photos, share=0.5) - photos).abs().amax((1, 2, 3)) > 0
    assert int(changed.sum()) <= 4


def test_holes_of_a_brush_and_wider_ones(dice: Dice) -> None:
    holes = brushed(dice, 8, 64)
    assert set(holes.unique().tolist()) <= {0.0, 1.0}
    assert float(widened(holes, 2).mean()) > float(holes.mean()) > 0
    assert torch.equal(widened(holes, 0), holes)


def test_windows_are_pieces_of_what_they_are_cut_from() -> None:
    bank = torch.arange(2 * 16 * 16).view(2, 1, 16, 16)
    pieces = windows(bank, torch.tensor([0, 1, 1]), 4)
    assert pieces.shape == (3, 1, 4, 4)
    assert torch.equal(pieces[:, 0, 1, 1] - pieces[:, 0, 0, 0], torch.full((3,), 17))
