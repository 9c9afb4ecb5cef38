"""Training of the whole-photo networks, for a few steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from gpen_desktop.lab.damage import flaw_masks
from gpen_desktop.lab.damage.batched_filters import Dice, GrainBank
from gpen_desktop.lab.damage.batched_flaws import FlawBank
from gpen_desktop.lab.training.photos import photo_bank
from gpen_desktop.lab.training.photos import train as train_photos
from gpen_desktop.lab.training.photos.photo_samples import PhotoSamples
from gpen_desktop.models import registry
from gpen_desktop.models.spec import Task

State = dict[str, torch.Tensor]
Begun = Callable[[str, str], tuple[State, State]]


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pictures, packed."""
    folder = tmp_path_factory.mktemp("tiles")
    rng = np.random.default_rng(0)
    rows = []
    for name, side in (("large", 1100), ("small", 300)):
        smooth = cv2.resize(rng.integers(0, 240, (20, 20, 3), np.uint8), (side, side))
        stripes = 6 * (np.indices((side, side)).sum(0) // 8 % 2)  # without, the tiles show too little to be packed
        cv2.imwrite(str(folder / f"{name}.png"), smooth + stripes[..., None].astype(np.uint8))
        rows += [f"3\t{folder / name}.png"] * (4 if name == "small" else 1)
    out = folder / "tiles.npz"
    assert photo_bank.pack(photo_bank.read_list(_written(folder / "list.txt", rows)), out) == 4
    return out


def _written(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def samples(tiles: Path) -> PhotoSamples:
    device = torch.device("cpu")
    flaws = FlawBank(flaw_masks.draw_all(1, 0), device)
    grain = GrainBank(Dice(0, device), fields=4)
    return PhotoSamples(photo_bank.load(tiles, device), flaws, grain, batch=8, side=64)


def test_samples_to_clean_hold_untouched_ones(samples: PhotoSamples) -> None:
    made = samples.to_clean(Dice(1, torch.device("cpu")))
    assert {name: tuple(each.shape) for name, each in made.items()} == {
        "aged": (8, 3, 64, 64),
        "clean": (8, 3, 64, 64),
        "weight": (8, 1, 64, 64),
    }
    off = (made["aged"] - made["clean"]).abs().amax((1, 2, 3))
    assert int((off < 0.003).sum()) >= 1
    assert float(off.max()) > 0.05


def test_samples_to_repair_hold_sound_ones_and_holes_over_flaws(samples: PhotoSamples) -> None:
    made = samples.to_repair(Dice(2, torch.device("cpu")))
    assert bool((made["mask"].amax((1, 2, 3)) == 0).any())
    assert float(made["holes"][made["mask"] > 0.99].min()) == 1


def test_samples_to_find_are_larger_than_they_were_damaged(samples: PhotoSamples) -> None:
    """So nothing in them is as fine as in those to repair."""
    torch.manual_seed(0)
    dice = Dice(2, torch.device("cpu"))
    made = samples.to_find(dice)
    assert made["flawed"].shape == (8, 3, 64, 64)
    assert made["mask"].shape == (8, 1, 64, 64)
    assert float(made["mask"].min()) == 0
    assert float(made["mask"].max()) == pytest.approx(1)
    flawed, larger = (
        torch.cat([make(dice)["flawed"] for _ in range(12)]) for make in (samples.to_repair, samples.to_find)
    )
    assert float(larger.diff(n=2, dim=3).square().mean()) < 0.7 * float(flawed.diff(n=2, dim=3).square().mean())


def test_samples_to_enlarge_are_half_as_large(samples: PhotoSamples) -> None:
    torch.manual_seed(0)
    off = []
    for make in (samples.to_enlarge, samples.to_enlarge_poor):
        made = make(Dice(3, torch.device("cpu")))
        assert made["small"].shape == (8, 3, 32, 32)
        assert made["large"].shape == (8, 3, 64, 64)
        shrunk = torch.nn.functional.avg_pool2d(made["large"], 2)
        off.append(float((shrunk - made["small"]).abs().mean()))
    assert off[0] < 0.005 < off[1] < 0.05


def test_samples_to_unblock_are_what_jpeg_leaves(samples: PhotoSamples) -> None:
    made = samples.to_unblock(Dice(4, torch.device("cpu")))
    assert made["aged"].shape == made["clean"].shape == (8, 3, 64, 64)
    off = (made["aged"] - made["clean"]).abs().mean((1, 2, 3))
    assert float(off.min()) > 0
    assert float(off.max()) < 0.05


@pytest.mark.parametrize("task", ["clean", "unblock", "repair", "find", "enlarge", "enlarge-poor", "finish-poor"])
def test_a_training_is_saved_and_goes_on(
    task: str, tiles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = train_photos.Settings(task, tiles, tmp_path, minutes=0.01, batch=4, side=64, masks=1)
    train_photos.train(settings)
    train_photos.train(settings)
    told = capsys.readouterr().out
    begun = [int(line.split()[-1]) for line in told.splitlines() if "goes on" in line]
    assert begun[0] == 0 < begun[1]
    assert {path.name for path in tmp_path.iterdir()} == {f"{task}.state", f"{task}.safetensors"}
    if task == "clean":
        registry.load(tmp_path / "clean.safetensors", Task.PHOTO_RESTORER)


def test_the_rate_falls_to_a_hundredth() -> None:
    assert train_photos.schedule(0) == train_photos.schedule(1 / 3) == 1
    assert train_photos.schedule(1) == pytest.approx(0.01)


@pytest.mark.parametrize("kind", ["state", "safetensors"])
def test_the_finder_goes_on_alone_and_leaves_the_filler_as_it_was(kind: str, tiles: Path, tmp_path: Path) -> None:
    settings = train_photos.Settings("repair", tiles, tmp_path, minutes=0.01, batch=4, side=64, masks=1)
    train_photos.train(settings)
    begin = tmp_path / f"repair.{kind}"
    train_photos.train(replace(settings, task="find", begin=begin))
    before = load_file(begin) if kind == "safetensors" else torch.load(begin, weights_only=True)["net"]
    after = torch.load(tmp_path / "find.state", weights_only=True)["net"]
    assert all(torch.equal(before[name], after[name]) for name in before if name.startswith("filler."))
    assert any(not torch.equal(before[name], after[name]) for name in before if name.startswith("finder."))


@pytest.fixture
def begun(tiles: Path, tmp_path: Path) -> Begun:
    """Trains a network for a task, begins another task's as that one, and gives both before that learns anything."""

    def begin(first: str, then: str) -> tuple[State, State]:
        settings = train_photos.Settings(first, tiles, tmp_path, minutes=0.01, batch=4, side=64, masks=1)
        train_photos.train(settings)
        weights = tmp_path / f"{first}.safetensors"
        train_photos.train(replace(settings, task=then, begin=weights, minutes=1e-9))  # not a step
        return load_file(weights), load_file(tmp_path / f"{then}.safetensors")

    return begin


def test_a_network_begins_from_one_with_fewer_blocks_and_refuses_another(begun: Begun) -> None:
    before, after = begun("clean", "unblock")
    assert all(torch.equal(before[name], after[name]) for name in before.keys() & after.keys())
    beyond = {name for name in after.keys() - before.keys() if ".conv2." in name}
    assert beyond
    assert not any(bool(after[name].any()) for name in beyond)
    with pytest.raises(KeyError, match="another network"):
        begun("clean", "enlarge")


def test_the_enlarger_for_poor_photos_begins_as_an_unblocker(begun: Begun) -> None:
    before, after = begun("unblock", "enlarge-poor")
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert after.keys() - before.keys() == {"finer.weight", "finer.bias"}
    assert not after["finer.weight"].any()
