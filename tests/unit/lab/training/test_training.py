"""The network as it is trained, its losses, and a tiny training."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import torch

from gpen_desktop.errors import OptionError, WeightsError
from gpen_desktop.lab.training import checkpoints, losses
from gpen_desktop.lab.training.faces.adversary import Adversary, Shares
from gpen_desktop.lab.training.faces.discriminator import Discriminators
from gpen_desktop.lab.training.faces.extrapolate import extrapolated
from gpen_desktop.lab.training.faces.train import CHECKPOINT, Settings, learning_rate, train
from gpen_desktop.lab.training.faces.trainable import TrainableGpen
from gpen_desktop.models.gpen.layout import describe
from gpen_desktop.models.gpen.reference import ReferenceGpen, described, random_state
from gpen_desktop.models.loader import load_gpen, read_descriptor
from tests.unit.lab.pictures import face_folder, needs_basicsr

SMALL = described(32, style_dim=16, n_mlp=2, channel_multiplier=1, narrow=0.0625)


def test_it_computes_what_the_published_form_computes() -> None:
    state = random_state(SMALL, seed=3)
    net = TrainableGpen(SMALL)
    net.load_state_dict(state)
    x = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        torch.testing.assert_close(net(x), ReferenceGpen(state, SMALL)(x), rtol=1e-4, atol=1e-4)


def test_its_state_is_in_the_published_layout() -> None:
    assert describe(TrainableGpen(SMALL).state_dict(), SMALL.template) == SMALL


def test_it_starts_by_giving_its_input_back() -> None:
    torch.manual_seed(0)
    net = TrainableGpen(SMALL)
    x = torch.rand(2, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        torch.testing.assert_close(net(x), x, rtol=0, atol=1e-5)


def test_every_parameter_learns() -> None:
    net = TrainableGpen(SMALL)
    net.load_state_dict(random_state(SMALL))
    net(torch.rand(2, 3, 32, 32)).square().sum().backward()
    idle = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.abs().sum()]
    assert idle == []


def adversary(**shares: float) -> Adversary:
    torch.manual_seed(0)
    return Adversary(Discriminators(64, 8), 64, side=24, shares=Shares(**shares, settling=1), seed=0)


def pictures(seed: int) -> torch.Tensor:
    """(2, 3, 64, 64): restored, clean and damaged faces are three such."""
    smooth = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return torch.nn.functional.interpolate(smooth, scale_factor=4.0)


def test_pieces_show_eyes_mouth_and_other_places_pixel_by_pixel() -> None:
    where = adversary().pieces(2)
    ys, xs = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    cut = where.cut(torch.stack((xs, ys))[None].expand(2, -1, -1, -1))
    assert cut.shape == (10, 2, 24, 24)
    assert torch.equal(cut, cut.round())
    middles = cut.mean((2, 3)).view(2, 5, 2)
    # in a 64 px face the template has the eyes at (24, 30) and (40, 30) and the mouth at (32, 46)
    expected = torch.tensor([[24.0, 30], [40, 30], [32, 46]])
    assert (middles[:, :3] - expected).abs().max() < 6
    assert (cut[..., 1:] - cut[..., :-1])[:, 0].abs().eq(1).all()


def test_judges_learn_to_tell_restored_from_clean() -> None:
    judging = adversary()
    clean, damaged = pictures(1), pictures(2)
    restored = torch.nn.functional.avg_pool2d(clean, 5, 1, 2)
    optimiser = torch.optim.Adam(judging.discriminators.parameters(), 1e-2, betas=(0.0, 0.99))
    told = []
    for _ in range(30):
        loss = judging.discriminators_loss(restored, clean, damaged, judging.pieces(2))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        told.append(loss.item())
    assert told[-1] < 0.7 * told[0]


def test_wishes_count_by_their_share_and_leave_good_faces_alone() -> None:
    clean, restored = pictures(1), pictures(2)
    alone = adversary(adversarial=0.0, matching=0.0, texture=0.0)
    judging = adversary(adversarial=0.5, matching=0.0, texture=0.0)
    for damaged in (restored, clean):  # a bad face, and one with nothing wrong
        for _ in range(8):
            where = judging.pieces(2)
            with_wish, told = judging.gradient(restored, clean, damaged, where)
        assert set(told) == {"measured", "adversarial"}  # what has no share costs nothing
        measured, _ = alone.gradient(restored, clean, damaged, where)
        ratio = ((with_wish - measured).norm() / measured.norm()).item()
        assert ratio == pytest.approx(0.5 if damaged is restored else 0.0, abs=0.1)


def test_wishes_come_through_no_judge_that_learns() -> None:
    judging = adversary()
    judging.gradient(pictures(1), pictures(2), pictures(3), judging.pieces(2))
    assert all(parameter.grad is None and parameter.requires_grad for parameter in judging.discriminators.parameters())


def test_a_loss_unit_is_a_tenfold_of_decibels() -> None:
    target = torch.zeros(1, 3, 16, 16)
    near, far = (losses.log_mse(target + step, target) for step in (0.2, 0.4))
    assert (far - near).item() * 4.343 == pytest.approx(6.02, abs=0.1)


def test_losses_are_least_where_nothing_is_left_to_better() -> None:
    target = torch.rand(2, 3, 32, 32) * 2 - 1
    off = (target + 0.1 * torch.randn_like(target)).clamp(-1, 1)
    assert losses.ssim_loss(target, target).item() == pytest.approx(0, abs=1e-5)
    assert losses.ssim_loss(off, target) > 0.01


def test_texture_counts_how_much_detail_there_is_and_not_where() -> None:
    torch.manual_seed(0)
    target, other = (0.2 * torch.randn(1, 3, 64, 64) for _ in range(2))
    assert losses.texture_loss(target, target) == 0
    smooth = torch.nn.functional.avg_pool2d(target, 3, 1, 1)
    assert losses.texture_loss(smooth, target) > 3 * losses.texture_loss(other, target)
    assert losses.log_mse(smooth, target) < losses.log_mse(other, target)


def test_energy_counts_every_place_by_its_own_level() -> None:
    torch.manual_seed(0)
    faint, strong = 0.02 * torch.randn(1, 3, 64, 64), 0.2 * torch.randn(1, 3, 64, 64)
    target = torch.cat((faint, strong), dim=3)
    assert losses.energy_loss(target, target) == 0
    without_faint, without_strong = torch.cat((0.5 * faint, strong), 3), torch.cat((faint, 0.5 * strong), 3)
    energy, texture = (
        loss(without_faint, target) / loss(without_strong, target) for loss in (losses.energy_loss, losses.texture_loss)
    )
    assert energy > 2 * texture
    assert losses.energy_loss(2 * target, target) > 2  # too much counts as too little does


def test_energy_is_asked_of_good_faces_too() -> None:
    clean, restored = pictures(1), pictures(2)
    alone = adversary(adversarial=0.0, matching=0.0, texture=0.0)
    asking = adversary(adversarial=0.0, matching=0.0, texture=0.0, energy=0.5)
    for _ in range(8):
        where = asking.pieces(2)
        with_wish, _ = asking.gradient(restored, clean, clean, where)
    measured, _ = alone.gradient(restored, clean, clean, where)
    assert ((with_wish - measured).norm() / measured.norm()).item() == pytest.approx(0.5, abs=0.1)


def test_the_rate_warms_up_and_falls_along_a_cosine() -> None:
    assert learning_rate(0.0, own=0) < 0.02
    assert learning_rate(0.0, own=500) == 1.0
    assert learning_rate(0.5, own=500) == pytest.approx(0.505)
    assert learning_rate(1.0, own=500) == pytest.approx(0.01)


def settings(tmp_path: Path, **changes: Any) -> Settings:
    faces = face_folder(tmp_path / "faces", side=64)
    usual: dict[str, Any] = {
        "faces": [faces],
        "validation": faces,
        "out": tmp_path / "run",
        "steps": 4,
        "sync_every": 4,
        "size": 32,
        "batch": 2,
        "workers": 1,
        "loaders": 0,
        "compiled": False,
        "validation_faces": 1,
    }
    return Settings(**{**usual, **changes})


@needs_basicsr
@pytest.mark.parametrize("stage", ["faithful", "vivid"])
def test_a_tiny_training_is_saved_resumed_and_shipped(tmp_path: Path, stage: str) -> None:
    first = train(settings(tmp_path, stage=stage))
    assert first.steps == 4
    assert bool(first.discriminator) == (stage == "vivid")
    assert list((tmp_path / "run").glob("sheet_*.png"))

    resumed = train(settings(tmp_path, stage=stage, steps=8))
    assert resumed.steps == 8
    assert any(not torch.equal(first.generator[k], resumed.generator[k]) for k in first.generator)

    weights = tmp_path / "tiny.safetensors"
    checkpoints.export(resumed, weights, "a test")
    assert read_descriptor(weights).size == 32
    assert read_descriptor(weights).template == "ffhq"
    x = torch.rand(1, 3, 32, 32) * 2 - 1
    assert load_gpen(weights, "cpu", torch.float32)(x).isfinite().all()


@needs_basicsr
def test_a_vivid_training_goes_on_beyond_another_one(tmp_path: Path) -> None:
    first = train(settings(tmp_path, stage="vivid"))
    start = {name: torch.zeros_like(tensor) for name, tensor in first.averaged.items()}
    beyond = extrapolated(start, first, by=1.5)
    assert beyond.steps == 0
    for name, tensor in first.averaged.items():
        torch.testing.assert_close(beyond.generator[name], 1.5 * tensor)

    out = tmp_path / "second"
    out.mkdir()
    checkpoints.save(beyond, out / CHECKPOINT)
    assert train(settings(tmp_path, stage="vivid", out=out)).steps == 4


@pytest.mark.slow
@needs_basicsr
def test_two_workers_sync(tmp_path: Path) -> None:
    done = train(settings(tmp_path, workers=2, loaders=1))
    assert done.steps >= 4
    assert all(tensor.isfinite().all() for tensor in done.generator.values())


@needs_basicsr
def test_a_training_that_is_told_to_end_saves_first(tmp_path: Path) -> None:
    saved = tmp_path / "run" / CHECKPOINT

    def end_it() -> None:
        while not saved.is_file():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=end_it, daemon=True).start()
    done = train(settings(tmp_path, steps=1_000_000, save_every=1))
    assert 0 < done.steps < 1_000_000


def test_several_workers_need_a_cpu(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="workers"):
        train(settings(tmp_path, workers=2, device="cuda"))


def test_a_file_that_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT
    path.write_bytes(b"no checkpoint")
    with pytest.raises(WeightsError, match="not one of our training checkpoints"):
        checkpoints.load(path)


def test_training_can_start_from_weights(tmp_path: Path) -> None:
    state = random_state(SMALL, seed=2)
    path = tmp_path / "some.pth"
    torch.save(state, path)
    begin = checkpoints.start_from_weights(path)
    assert begin.steps == 0
    assert begin.descriptor.size == 32
    assert all(torch.equal(begin.averaged[name], tensor) for name, tensor in state.items())
