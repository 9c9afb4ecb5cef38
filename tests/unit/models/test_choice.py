"""Models with options of their own, as they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.errors import OptionError, WeightsError
from gpen_desktop.models import catalog, registry, store
from gpen_desktop.models.choice import choice_of
from gpen_desktop.models.spec import DENOISE, FIDELITY
from tests.unit.models import published_weights
from tests.unit.models.published_weights import write


@pytest.mark.parametrize("text", ["codeformer", "/some folder/老照片.pth", r"C:\weights\own.pth", "a:b"])
def test_a_name_or_file_alone(text: str) -> None:
    choice = choice_of(text)
    assert (choice.name, dict(choice.options), str(choice)) == (text, {}, text)


@pytest.mark.parametrize("name", ["codeformer", r"C:\weights\own.pth"])
def test_with_options(name: str) -> None:
    choice = choice_of(f"{name}:fidelity=0.70")
    assert (choice.name, dict(choice.options)) == (name, {"fidelity": 0.7})
    assert str(choice) == f"{name}:fidelity=0.7"
    assert choice.values((FIDELITY,)) == {"fidelity": 0.7}
    assert str(choice.with_option(FIDELITY, 0.25)) == f"{name}:fidelity=0.25"
    assert str(choice.with_option(FIDELITY, FIDELITY.default)) == name


def test_what_is_not_said_is_as_usual() -> None:
    assert choice_of("codeformer").values((FIDELITY,)) == {"fidelity": 0.5}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("codeformer:fidelity=1.5", "fidelity is 1.5. It must be between 0.0 and 1.0"),
        ("codeformer:courage=1", "no option 'courage'. It has: fidelity"),
        ("codeformer:fidelity=1.2.3", "fidelity is 1.2.3. It must be a number"),
    ],
)
def test_what_cannot_be_asked_for(text: str, fault: str) -> None:
    with pytest.raises(OptionError, match=fault):
        choice_of(text).values((FIDELITY,))


def test_a_model_without_options_says_so() -> None:
    with pytest.raises(OptionError, match="It has none"):
        choice_of("gpen-512:fidelity=1").values(())


@torch.inference_mode()
def test_denoise_mixes_the_weights_of_two_files(tmp_path: Path) -> None:
    torch.manual_seed(1)
    one, other = published_weights.compact(2).eval(), published_weights.compact(2).eval()
    first, second = (write(net, tmp_path / f"{number}.pth") for number, net in enumerate((one, other)))
    photo = torch.rand(1, 3, 12, 12)
    for share, net in ((1.0, one), (0.0, other)):
        mixed = registry.read_mixed(first, second, share).build(torch.device("cpu"), torch.float32)
        assert torch.allclose(mixed(photo), net(photo), atol=1e-6)
    half = registry.read_mixed(first, second, 0.5).build(torch.device("cpu"), torch.float32)
    state = half.state_dict()
    ends = [net.get_parameter("body.0.weight") for net in (one, other)]
    assert torch.allclose(state["body.0.weight"], (ends[0] + ends[1]) / 2)
    with pytest.raises(WeightsError, match="cannot be mixed"):
        registry.read_mixed(first, write(published_weights.compact(3), tmp_path / "deep.pth"), 0.5)


def test_every_option_of_the_catalogue_has_its_partner() -> None:
    for info in catalog.MODELS:
        if DENOISE in info.options:
            partner = catalog.by_name(info.partner)
            assert partner is not None
            assert partner.task is info.task


def test_an_upscaler_refuses_options_that_it_does_not_have(tmp_path: Path) -> None:
    file = write(published_weights.compact(2), tmp_path / "own.pth")
    with pytest.raises(OptionError, match="has no option 'denoise'"):
        PhotoNetworks("cpu", "fp32").upscaler(f"{file}:denoise=0.5")
    assert store.find(file) == file


@pytest.mark.parametrize(
    ("asked", "short"),
    [
        ("codeformer:fidelity=0.7", "codeformer"),
        ("/a/b.PTH:fidelity=0.7", "b"),
        ("/a/my.v2.pth", "my.v2"),
        ("x.y", "x.y"),
    ],
)
def test_the_short_name_is_one_for_files(asked: str, short: str) -> None:
    assert choice_of(asked).short == short


@pytest.mark.parametrize(("asked", "title"), [("codeformer:fidelity=0.7", "CodeFormer"), ("/a/b.pth", "/a/b.pth")])
def test_people_are_told_the_title(asked: str, title: str) -> None:
    assert str(choice_of(asked).titled) == title
