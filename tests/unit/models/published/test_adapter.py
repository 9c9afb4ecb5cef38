"""Published models load through spandrel: recognised by content, the numbers of their authors' classes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gpen_desktop.errors import WeightsError
from gpen_desktop.models import registry
from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.spec import ModelSpec, Task
from tests.unit.models import published_weights
from tests.unit.models.published_weights import network, write


def _loaded(net: torch.nn.Module, folder: Path) -> tuple[ModelSpec, torch.nn.Module]:
    model = registry.read(write(net, folder / "any name.pth"))
    return model.spec, model.build(torch.device("cpu"), torch.float32)


def _relative_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return float((ours - theirs).abs().max() / theirs.abs().max())


@pytest.mark.parametrize(("blocks", "scale"), [(2, 2), (2, 4), (1, 4)])
@torch.no_grad()
def test_rrdbnet_gives_basicsrs_numbers(tmp_path: Path, blocks: int, scale: int) -> None:
    torch.manual_seed(0)
    theirs = published_weights.rrdbnet(blocks, scale).eval()
    spec, ours = _loaded(theirs, tmp_path)
    assert (spec.architecture, spec.task, spec.scale) == ("ESRGAN", Task.UPSCALER, scale)
    photo = torch.rand(1, 3, 36, 44)
    expected = theirs(photo)
    assert expected.shape == (1, 3, 36 * scale, 44 * scale)
    expected = expected.clamp(0, 1)
    assert _relative_error(ours(photo), expected) <= 1e-4


@pytest.mark.parametrize(("convs", "scale"), [(16, 4), (32, 4), (4, 2)])
@torch.no_grad()
def test_compact_gives_basicsrs_numbers(tmp_path: Path, convs: int, scale: int) -> None:
    torch.manual_seed(0)
    theirs = published_weights.compact(convs, scale).eval()
    spec, ours = _loaded(theirs, tmp_path)
    assert (spec.task, spec.scale, spec.margin) == (Task.UPSCALER, scale, convs + 2)
    photo = torch.rand(2, 3, 33, 27)
    assert _relative_error(ours(photo), theirs(photo)) <= 1e-4


@pytest.mark.slow
@pytest.mark.parametrize(("name", "architecture"), [("gfpgan-1.4", "GFPGAN"), ("restoreformer", "RestoreFormer")])
def test_face_restorers_take_and_give_faces(tmp_path: Path, name: str, architecture: str) -> None:
    spec, ours = _loaded(network(name), tmp_path)
    assert (spec.architecture, spec.task, spec.size, spec.template) == (architecture, Task.FACE_RESTORER, 512, "ffhq")
    assert spec.options == ()
    assert isinstance(ours, FaceNet)
    crops = torch.rand(1, 512, 512, 3)
    made, again = ours.restore(crops), ours.restore(crops)
    assert made.pixels.shape == (1, 512, 512, 3)
    assert bool(made.is_finite.all())
    assert torch.equal(made.pixels, again.pixels)  # no chance in it


@pytest.mark.slow
@torch.no_grad()
def test_codeformers_fidelity_is_its_w(tmp_path: Path) -> None:
    theirs = network("codeformer")
    spec, ours = _loaded(theirs, tmp_path)
    assert (spec.architecture, spec.task, spec.size, spec.template) == ("CodeFormer", Task.FACE_RESTORER, 512, "ffhq")
    assert [option.name for option in spec.options] == ["fidelity"]
    assert spec.precisions == ("fp32",)
    assert isinstance(ours, FaceNet)
    face = torch.rand(1, 3, 512, 512) * 2 - 1
    for fidelity in (0.0, 1.0):
        ours.set_option("fidelity", fidelity)
        assert _relative_error(ours(face), theirs(face, weight=fidelity)[0]) <= 1e-4
    with pytest.raises(KeyError):
        ours.set_option("courage", 1.0)


@pytest.mark.slow
@torch.no_grad()
def test_ddcolor_takes_luma_and_gives_its_authors_colours(tmp_path: Path) -> None:
    torch.manual_seed(1)
    theirs = published_weights.ddcolor("convnext-t").eval()
    spec, ours = _loaded(theirs, tmp_path)
    assert (spec.task, spec.precisions) == (Task.COLOURISER, ("fp32",))
    made = ours(torch.linspace(0.2, 0.8, 90 * 70).reshape(1, 1, 90, 70))
    assert made.shape == (1, 2, 90, 70)
    assert made.isfinite().all()
    luma = torch.rand(1, 1, 512, 512)
    assert _relative_error(ours(luma), theirs(luma.expand(-1, 3, -1, -1))) <= 1e-4


@pytest.mark.slow
@torch.no_grad()
def test_lama_changes_holes_alone(tmp_path: Path) -> None:
    spec, ours = _loaded(network("lama"), tmp_path)
    assert (spec.task, spec.multiple, spec.precisions) == (Task.INPAINTER, 8, ("fp32",))
    photo, holes = torch.rand(1, 3, 60, 52), torch.zeros(1, 1, 60, 52)
    holes[..., 20:30, 20:30] = 1
    made = ours(photo, holes)
    assert torch.equal(made[holes.expand_as(photo) == 0], photo[holes.expand_as(photo) == 0])
    assert not torch.equal(made, photo)


def test_any_other_upscaler_that_spandrel_knows(tmp_path: Path) -> None:
    torch.manual_seed(0)
    spec, ours = _loaded(published_weights.span().eval(), tmp_path)
    assert (spec.architecture, spec.task, spec.scale) == ("SPAN", Task.UPSCALER, 2)
    assert ours(torch.rand(2, 3, 20, 24)).shape == (2, 3, 40, 48)


def test_a_restorer_of_grey_pictures_does_each_channel(tmp_path: Path) -> None:
    torch.manual_seed(0)
    spec, ours = _loaded(published_weights.grey_dncnn().eval(), tmp_path)
    assert (spec.task, spec.scale) == (Task.PHOTO_RESTORER, 1)
    assert ours(torch.rand(1, 3, 20, 24)).shape == (1, 3, 20, 24)


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    state = dict(published_weights.rrdbnet(1).state_dict())
    state["conv_body.weight"] = torch.zeros(7, 64, 3, 3)
    save_file(state, tmp_path / "broken.safetensors")
    with pytest.raises(WeightsError, match=r"broken\.safetensors: .*look like ESRGAN, but do not fit") as caught:
        registry.read(tmp_path / "broken.safetensors")
    assert caught.value.path == tmp_path / "broken.safetensors"


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ("position_emb", "quantize.embedding.weight", "idx_pred_layer.1.weight")
    save_file({key: torch.zeros(2) for key in keys}, tmp_path / "codeformer.safetensors")
    monkeypatch.setitem(sys.modules, "spandrel", None)
    with pytest.raises(WeightsError, match="'CodeFormer' needs the package spandrel_extra_arches") as caught:
        registry.read(tmp_path / "codeformer.safetensors")
    assert caught.value.what.values  # wrapped with the file's name


_NOTHING_FOREIGN = """
import sys
from gpen_desktop.models import registry, store, catalog
from gpen_desktop.models.spec import Task
registry.load(store.find(catalog.BUILTIN), Task.FACE_RESTORER)
registry.load(store.find(catalog.DETECTOR), Task.FACE_DETECTOR)
print([name for name in ("spandrel", "torchvision", "facexlib") if name in sys.modules])
"""


def test_our_own_models_load_without_others_packages() -> None:
    done = subprocess.run([sys.executable, "-c", _NOTHING_FOREIGN], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
