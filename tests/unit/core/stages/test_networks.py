"""The networks of the whole photo on tiles: what they answer is what they say of the whole."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gpen_desktop import paths
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.types import FloatImage
from gpen_desktop.errors import WeightsError
from gpen_desktop.models import catalog
from gpen_desktop.models.photo.architectures import PhotoRepairer
from gpen_desktop.models.photo.compact import CompactEnlarger
from gpen_desktop.models.photo.unet import (
    UNBLOCKER,
    PhotoCleaner,
    PoorPhotoEnlarger,
    seen_mirrored_too,
    whole,
)

Net = TypeVar("Net", bound=torch.nn.Module)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where weights are looked for; empty."""
    monkeypatch.setattr(paths, "weights", lambda: tmp_path)
    return tmp_path


def stored(net: Net, name: str, folder: Path) -> Net:
    info = catalog.by_name(name)
    assert info is not None
    save_file(net.state_dict(), folder / info.file)
    return net.eval()


def over(network: TiledNetwork, pixels: np.ndarray, channels: int) -> FloatImage:
    made = np.zeros((pixels.shape[0] * network.scale, pixels.shape[1] * network.scale, channels), np.float32)
    for (x0, y0, x1, y1), answer in network.answers(pixels, SilentProgress(), "test"):
        made[y0:y1, x0:x1] = answer
    return made


def tensor(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None].float() / 255


PIXELS = np.random.default_rng(2).integers(0, 256, (90, 140, 3), np.uint8)


@torch.inference_mode()
def test_the_cleaner_says_what_to_add(folder: Path) -> None:
    torch.manual_seed(1)
    net = stored(PhotoCleaner(), catalog.CLEANER, folder)
    networks = PhotoNetworks("cpu", "fp32")
    assert networks.has(catalog.CLEANER)
    assert not networks.has(catalog.REPAIRER)
    x = tensor(PIXELS[:80, :128])
    wanted = seen_mirrored_too(lambda each: whole(net, each) - each, x)[0].permute(1, 2, 0).numpy()
    assert np.abs(over(networks.cleaner(), PIXELS[:80, :128], 3) - wanted).max() < 1e-4


@torch.inference_mode()
def test_the_unblocker_says_the_same_of_the_mirror_image(folder: Path) -> None:
    torch.manual_seed(3)
    net = stored(PhotoCleaner(UNBLOCKER), catalog.UNBLOCKER, folder)
    pixels = PIXELS[:80, :128]
    made, mirrored = (over(PhotoNetworks("cpu", "fp32").unblocker(), x, 3) for x in (pixels, pixels[:, ::-1]))
    assert np.abs(mirrored[:, ::-1] - made).max() < 1e-4
    once = (net(tensor(pixels)) - tensor(pixels))[0].permute(1, 2, 0).numpy()
    assert 1e-3 < np.abs(made - once).max() < np.abs(once).max()


@torch.inference_mode()
def test_the_finder_and_the_filler_are_of_one_file(folder: Path) -> None:
    torch.manual_seed(2)
    net = stored(PhotoRepairer(), catalog.REPAIRER, folder)
    networks = PhotoNetworks("cpu", "fp32")
    logits = net.finder(tensor(PIXELS[:80, :128]))[0].permute(1, 2, 0).numpy()
    assert np.abs(over(networks.finder(), PIXELS[:80, :128], 1) - logits).max() < 1e-4
    holes = np.zeros((90, 140, 1), np.uint8)
    holes[30:50, 40:90] = 255
    filled = whole(net.filler, tensor(PIXELS), tensor(holes))[0].permute(1, 2, 0).numpy()
    made = over(networks.filler(), np.dstack([PIXELS, holes]), 3)
    assert np.abs(made - filled)[:80, :130].max() < 1e-4


@torch.inference_mode()
def test_the_enlarger_says_what_to_add_to_repeated_pixels(folder: Path) -> None:
    torch.manual_seed(3)
    net = stored(CompactEnlarger(), catalog.ENLARGER, folder)
    network = PhotoNetworks("cpu", "fp32").enlarger(0.0)
    repeated = PIXELS.repeat(2, axis=0).repeat(2, axis=1) / 255
    wanted = net(tensor(PIXELS))[0].permute(1, 2, 0).numpy() - repeated
    assert network.scale == 2
    assert np.abs(over(network, PIXELS, 3) - wanted).max() < 1e-4


@torch.inference_mode()
def test_the_enlarger_for_a_slightly_spoilt_photo_lies_between_both(folder: Path) -> None:
    torch.manual_seed(4)
    good, poor = stored(CompactEnlarger(), catalog.ENLARGER, folder), PoorPhotoEnlarger()
    stored(poor, catalog.POOR_ENLARGER, folder)
    networks = PhotoNetworks("cpu", "fp32")
    pixels = PIXELS[:80, :128]  # of sides that the network asks for: the compact one sees no mirrored border then
    repeated = pixels.repeat(2, axis=0).repeat(2, axis=1) / 255
    answers = good(tensor(pixels)), seen_mirrored_too(poor, tensor(pixels))
    for spoilt in (0.3, 1.0):
        wanted = torch.lerp(*answers, spoilt)[0].permute(1, 2, 0).numpy() - repeated
        assert np.abs(over(networks.enlarger(spoilt), pixels, 3) - wanted).max() < 1e-4


def test_what_is_not_there_is_missed_when_it_is_asked_for(folder: Path) -> None:
    networks = PhotoNetworks("cpu", "fp32")
    for missing in (networks.cleaner, networks.finder, networks.filler, lambda: networks.enlarger(0.0)):
        with pytest.raises(WeightsError, match="not on this computer"):
            missing()


def test_weights_of_another_kind_are_refused(folder: Path) -> None:
    stored(CompactEnlarger(), catalog.CLEANER, folder)
    with pytest.raises(WeightsError):
        PhotoNetworks("cpu", "fp32").cleaner()
