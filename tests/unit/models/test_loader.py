"""Loading weights: every published wrapping, and everything that is to be refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gpen_desktop.errors import WeightsError
from gpen_desktop.models.loader import GpenDescriptor, load_gpen, read_descriptor
from tests.unit.models.agreement import relative_error

GOLDEN = Path(__file__).parents[2] / "golden"
TINY = GOLDEN / "gpen_tiny_64.pth"

State = dict[str, torch.Tensor]


@pytest.fixture
def state() -> State:
    loaded: State = dict(torch.load(TINY, weights_only=True))
    return loaded


def golden(size: int) -> tuple[torch.Tensor, torch.Tensor]:
    with np.load(GOLDEN / f"gpen_tiny_{size}.npz") as arrays:
        return torch.from_numpy(arrays["input"]), torch.from_numpy(arrays["output"])


@pytest.mark.parametrize("size", [64, 128])
def test_golden_outputs_of_the_published_implementation(size: int) -> None:
    x, wanted = golden(size)
    net = load_gpen(GOLDEN / f"gpen_tiny_{size}.pth")
    assert net.size == size
    assert relative_error(net(x), wanted) < 1e-5
    assert relative_error(net(x[:1]), wanted[:1]) < 1e-5


@pytest.mark.parametrize("size", [64, 128])
def test_descriptor_is_read_off_the_shapes(size: int) -> None:
    with np.load(GOLDEN / f"gpen_tiny_{size}.npz") as arrays:
        config = arrays["config"]
    d = read_descriptor(GOLDEN / f"gpen_tiny_{size}.pth")
    assert [d.size, d.style_dim, d.n_mlp, d.channel_multiplier, d.narrow] == list(config)
    assert d.template == "gpen"


def test_builtin_descriptor() -> None:
    path = Path(__file__).parents[3] / "weights" / "gpen_builtin_256.safetensors"
    assert read_descriptor(path) == GpenDescriptor(256, 256, 4, 1, 0.25, 4_463_906, "ffhq", half=True)


WRAPPINGS: dict[str, Callable[[State], object]] = {
    "bare": lambda s: s,
    "g_ema": lambda s: {"g_ema": s, "g": {k: v * 0 for k, v in s.items()}, "iter": 3},
    "params_ema": lambda s: {"params": {k: v * 0 for k, v in s.items()}, "params_ema": s},
    "params": lambda s: {"params": s},
    "state_dict": lambda s: {"state_dict": s, "epoch": 7},
    "generator": lambda s: {"generator": s},
    "nested": lambda s: {"model": {"state_dict": s}},
    "module prefix": lambda s: {f"module.{k}": v for k, v in s.items()},
    "module prefix under a key": lambda s: {"g_ema": {f"module.{k}": v for k, v in s.items()}},
}


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "before 1.6"])
@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS.keys())
def test_every_wrapping_loads(tmp_path: Path, state: State, wrap: Callable[[State], object], zipped: bool) -> None:
    path = tmp_path / "weights.pth"
    torch.save(wrap(state), path, _use_new_zipfile_serialization=zipped)
    x, wanted = golden(64)
    assert relative_error(load_gpen(path)(x), wanted) < 1e-5


def test_safetensors_with_template(tmp_path: Path, state: State) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({k: v.contiguous() for k, v in state.items()}, path, metadata={"template": "ffhq"})
    net = load_gpen(path)
    x, wanted = golden(64)
    assert net.template == "ffhq"
    assert relative_error(net(x), wanted) < 1e-5


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_storage_computes_in_single(tmp_path: Path, state: State, dtype: torch.dtype) -> None:
    path = tmp_path / "weights.pth"
    torch.save({k: v.to(dtype) for k, v in state.items()}, path)
    x, wanted = golden(64)
    net = load_gpen(path)
    assert read_descriptor(path).half
    assert net(x).dtype == torch.float32
    assert relative_error(net(x), wanted) < 2e-2  # what rounding the weights costs
    torch.save({k: v.to(dtype).float() for k, v in state.items()}, path)
    assert torch.equal(net(x), load_gpen(path)(x))


def test_net_does_not_hold_the_file(tmp_path: Path, state: State) -> None:
    path = tmp_path / "weights.pth"
    torch.save(state, path)
    net = load_gpen(path)
    x, wanted = golden(64)
    path.write_bytes(b"\0" * path.stat().st_size)
    assert relative_error(net(x), wanted) < 1e-5


class Hostile:
    """Unpickling this touches a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.target,))


@pytest.mark.parametrize("zipped", [True, False])
def test_hostile_pickle_runs_nothing(tmp_path: Path, state: State, zipped: bool) -> None:
    path, target = tmp_path / "weights.pth", tmp_path / "was-here"
    torch.save({"g_ema": state, "args": Hostile(target)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsError, match=r"nothing in it was run"):
        load_gpen(path)
    assert not target.exists()
    torch.load(path, weights_only=False)
    assert target.exists()  # the trap does work where pickles are trusted


def test_plain_pickle_runs_nothing(tmp_path: Path) -> None:
    path, target = tmp_path / "weights.pt", tmp_path / "was-here"
    path.write_bytes(pickle.dumps(Hostile(target)))
    with pytest.raises(WeightsError):
        load_gpen(path)
    assert not target.exists()


def change(state: State, key: str, value: torch.Tensor | None) -> State:
    changed = {k: v for k, v in state.items() if k != key}
    return changed if value is None else {**changed, key: value}


REFUSED: dict[str, tuple[Callable[[State], object], str]] = {
    "lacks a key": (lambda s: change(s, "generator.convs.3.noise.weight", None), r"lacks 'generator.convs.3.noise"),
    "has one more": (lambda s: change(s, "generator.extra", torch.zeros(1)), r"also has 'generator.extra'"),
    "other shape": (
        lambda s: change(s, "generator.convs.1.conv.weight", torch.zeros(1, 32, 64, 5, 5)),
        r"shape \(1, 32, 64, 5, 5\) where \(1, 32, 64, 3, 3\) was expected",
    ),
    "whole numbers": (lambda s: {k: v.long() for k, v in s.items()}, r"not real numbers"),
    "other filter": (lambda s: change(s, "ecd1.0.0.kernel", torch.ones(4, 4)), r"not the filter"),
    "broken numbers": (lambda s: change(s, "ecd0.0.1.bias", torch.full((16,), torch.nan)), r"not finite"),
    "another network": (lambda s: {"conv_first.weight": torch.zeros(64, 3, 3, 3)}, r"has 'conv_first.weight'"),
    "first key of other dims": (lambda s: change(s, "ecd0.0.0.weight", torch.zeros(16)), r"shape \(16,\)"),
    "no tensors": (lambda s: {"epoch": 3, "name": "x"}, r"holds the keys 'epoch', 'name'"),
    "empty": (lambda s: {}, r"not named weights"),
    "a list": (lambda s: [1, 2], r"holds a list"),
    "a tensor": (lambda s: torch.zeros(3), r"holds a Tensor"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused_in_words(
    tmp_path: Path, state: State, make: Callable[[State], object], message: str
) -> None:
    path = tmp_path / "weights.pth"
    torch.save(make(state), path)
    with pytest.raises(WeightsError, match=message) as caught:
        load_gpen(path)
    assert caught.value.path == path
    assert "weights.pth" in str(caught.value)
    assert "xpected" in str(caught.value.todo)


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"not weights at all", b"PK\x03\x04 torn", b"\x80\x02}q\0.", b"\x10\0\0\0\0\0\0\0{broken"]
)
def test_damaged_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        load_gpen(path)
    assert caught.value.path == path


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
def test_truncated_files(tmp_path: Path, state: State, kept: float, ending: str) -> None:
    path = tmp_path / f"weights{ending}"
    if ending == ".pth":
        torch.save(state, path)
    else:
        save_file({k: v.contiguous() for k, v in state.items()}, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(WeightsError):
        load_gpen(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no weights file"):
        load_gpen(tmp_path / "none.pth")


def test_unknown_template(tmp_path: Path, state: State) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({k: v.contiguous() for k, v in state.items()}, path, metadata={"template": "dlib"})
    with pytest.raises(WeightsError, match="unknown template, 'dlib'"):
        read_descriptor(path)
