"""Published upscalers over a photo: tiles give what the whole gives, and the command line enlarges by any of them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from gpen_desktop.cli import main as cli
from gpen_desktop.cli.exits import Exit
from gpen_desktop.core import memory
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.stages import networks as stage_networks
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.types import FloatImage, Pixels
from gpen_desktop.errors import DeviceError, ModelError, WeightsError
from gpen_desktop.models import catalog, device, store
from tests.narrowing import the
from tests.unit.models import published_weights
from tests.unit.models.published_weights import write

PIXELS = np.random.default_rng(2).integers(0, 256, (64, 152, 3), np.uint8)


def over(network: TiledNetwork, pixels: Pixels = PIXELS) -> FloatImage:
    made = np.zeros((pixels.shape[0] * network.scale, pixels.shape[1] * network.scale, 3), np.float32)
    for (x0, y0, x1, y1), answer in network.answers(pixels, SilentProgress(), "test"):
        made[y0:y1, x0:x1] = answer
    return made


@pytest.mark.parametrize(("make", "scale"), [("compact", 4), ("rrdbnet", 2)])
@torch.inference_mode()
def test_tiles_give_what_the_whole_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: str, scale: int
) -> None:
    torch.manual_seed(1)
    net = getattr(published_weights, make)(2, scale).eval()
    file = write(net, tmp_path / "any.pth")
    monkeypatch.setattr(stage_networks, "_SIDE", 128)
    network = PhotoNetworks("cpu", "fp32").upscaler(str(file))
    assert (network.side, network.scale) == (128, scale)
    whole = net(torch.from_numpy(PIXELS.transpose(2, 0, 1).copy())[None].float() / 255)
    wanted = whole[0].permute(1, 2, 0).clamp(0, 1).numpy()
    assert np.abs(over(network).clip(0, 1) - wanted).max() < 1 / 255


@pytest.mark.slow
@pytest.mark.parametrize("name", ["realesr-general-x4", "realesrgan-x4", "realesrgan-x2"])
def test_published_depths_show_no_seams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    file = write(published_weights.network(name), tmp_path / "any.pth")
    network = PhotoNetworks("cpu", "fp32").upscaler(str(file))
    whole = over(network, PIXELS[:24]).clip(0, 1)  # low, as these are slow: the seam goes down
    monkeypatch.setattr(stage_networks, "_SIDE", 128)
    tiled = PhotoNetworks("cpu", "fp32").upscaler(str(file))
    assert tiled.side == 128 < PIXELS.shape[1] < network.side
    assert np.abs(over(tiled, PIXELS[:24]).clip(0, 1) - whole).max() < 1 / 255


@pytest.mark.parametrize("scale", [1, 1.5, 3, 4])
def test_sixteen_bits_are_kept(tmp_path: Path, scale: float) -> None:
    torch.manual_seed(1)
    file = write(published_weights.compact(2, 4), tmp_path / "any.pth")
    pixels = np.random.default_rng(3).integers(0, 65536, (40, 60, 3), np.uint16)
    cv2.imwrite(str(tmp_path / "photo.png"), pixels)
    options = ["--background", str(file), "--scale", str(scale), "--no-auto", "--precision", "fp32"]
    assert cli.run(["restore", str(tmp_path / "photo.png"), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    made = the(cv2.imread(str(tmp_path / "out" / "photo.png"), cv2.IMREAD_UNCHANGED))
    assert (made.dtype.name, made.shape) == ("uint16", (round(40 * scale), round(60 * scale), 3))
    assert len(np.unique(made)) > 1000
    assert (made % 257).any()  # eight bits stretched would be multiples


def test_tiles_fit_into_the_memory_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(published_weights.rrdbnet(1, 4), tmp_path / "any.pth")
    networks, sides = PhotoNetworks("cpu", "fp32"), []
    monkeypatch.setattr(device, "cpu_threads", lambda: 4)
    for free in (1 << 40, 3 << 29, 1 << 20):  # loaded once: photo after photo
        monkeypatch.setattr(memory, "available_bytes", lambda free=free: free)
        sides.append(networks.upscaler(str(file)).side)
    assert sides[0] > sides[1] > sides[2] == 128
    monkeypatch.setattr(device, "threads_here", lambda: 1)  # and three photos beside this one
    monkeypatch.setattr(memory, "available_bytes", lambda: 4 * (3 << 29))
    assert networks.upscaler(str(file)).side == sides[1]


def test_what_treats_no_photos_is_refused() -> None:
    with pytest.raises(WeightsError, match="a landmark network, which cannot treat whole photos"):
        PhotoNetworks("cpu").upscaler(str(store.find(catalog.LANDMARKS)))
    with pytest.raises(ModelError, match="no model or file"):
        PhotoNetworks("cpu").upscaler("nobody")


def test_only_in_what_the_model_can_compute_in(tmp_path: Path) -> None:
    file = write(published_weights.span(), tmp_path / "any.pth")
    with pytest.raises(DeviceError):
        PhotoNetworks("cpu", "fp16").upscaler(str(file))


@pytest.mark.parametrize("scale", [1, 2.5, 3, 4])
def test_the_command_line_enlarges_by_a_file(tmp_path: Path, scale: float) -> None:
    file = write(published_weights.compact(2, 4), tmp_path / "any.pth")
    Image.fromarray(PIXELS[:60, :80]).save(tmp_path / "photo.png")
    options = ["--background", str(file), "--scale", str(scale), "--no-auto", "--precision", "fp32"]
    assert cli.run(["restore", str(tmp_path / "photo.png"), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    with Image.open(tmp_path / "out" / "photo.png") as made:
        assert made.size == (round(80 * scale), round(60 * scale))
        assert scale > 1 or not np.array_equal(np.asarray(made), PIXELS[:60, :80])


def test_a_model_that_is_not_there_is_told_of_the_photo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(PIXELS[:60, :80]).save(tmp_path / "photo.png")
    arguments = ["restore", str(tmp_path / "photo.png"), "-o", str(tmp_path / "out"), "--background", "realesrgan-x4"]
    assert cli.run(arguments) == Exit.NOTHING_DONE
    assert "models install realesrgan-x4" in capsys.readouterr().err
