"""What is imported gives a face back when it is given one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from gpen_desktop import paths
from gpen_desktop.errors import WeightsError
from gpen_desktop.models import importing
from tests.unit.models.toy_architecture import registered, toy_weights

BUILTIN = paths.weights() / "gpen_builtin_256.safetensors"
GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture(autouse=True)
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data" / "weights"
    monkeypatch.setattr(paths, "user_weights", lambda: folder)
    return folder


def builtin_with(path: Path, change: Callable[[Tensor], Tensor]) -> Path:
    """The built-in weights, every learned one changed."""
    with safe_open(BUILTIN, framework="pt") as file:
        state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  -- not a dict
        metadata = file.metadata()
    changed = {key: value if "kernel" in key else change(value).contiguous() for key, value in state.items()}
    save_file(changed, path, metadata=metadata)
    return path


def test_weights_that_restore_are_taken(tmp_path: Path, user_folder: Path) -> None:
    torch.manual_seed(0)
    tuned = builtin_with(tmp_path / "tuned.safetensors", lambda v: v * (1 + 0.02 * torch.randn(v.shape)).to(v.dtype))
    importing.import_file(tuned)
    with registered():
        importing.import_file(toy_weights(tmp_path / "darker.safetensors"))
    assert sorted(path.name for path in user_folder.iterdir()) == ["darker.safetensors", "tuned.safetensors"]


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v * 0,
        lambda v: v.flatten()[torch.randperm(v.numel())].reshape(v.shape),
        lambda v: v + v.float().std(correction=0).to(v.dtype) * torch.randn(v.shape).to(v.dtype),
        lambda v: v.abs(),
    ],
    ids=["zeros", "shuffled", "noise", "without sign"],
)
def test_finite_nonsense_is_refused(tmp_path: Path, user_folder: Path, change: Callable[[Tensor], Tensor]) -> None:
    torch.manual_seed(0)
    with pytest.raises(WeightsError) as caught:
        importing.import_file(builtin_with(tmp_path / "mine.safetensors", change))
    assert caught.value.what.code == "weights-nonsense"
    assert not user_folder.exists()


def test_random_weights_are_refused(tmp_path: Path) -> None:
    for size in (64, 128):
        with pytest.raises(WeightsError, match="gives something else back"):
            importing.import_file(GOLDEN / f"gpen_tiny_{size}.pth")
