"""Weights are recognised by content, say what they are for, and one registration adds an architecture."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from gpen_desktop import paths
from gpen_desktop.cli import main as cli
from gpen_desktop.cli.exits import Exit
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.errors import DeviceError, ModelError, WeightsError
from gpen_desktop.models import catalog, importing, registry, store
from gpen_desktop.models.spec import Task
from tests.unit.models.toy_architecture import registered, toy_weights

TINY = Path(__file__).parents[2] / "golden" / "gpen_tiny_64.pth"
SAMPLE = "collins_faded_colour.jpg"


@pytest.mark.parametrize(
    ("name", "architecture", "task", "size", "template"),
    [
        (catalog.BUILTIN, "gpen", Task.FACE_RESTORER, 256, "ffhq"),
        ("builtin-256-vivid", "gpen", Task.FACE_RESTORER, 256, "ffhq"),
        (catalog.DETECTOR, "retinaface-mobile0.25", Task.FACE_DETECTOR, 0, ""),
        (catalog.LANDMARKS, "landmarks5", Task.LANDMARKS, 96, ""),
    ],
)
def test_what_is_shipped_is_recognised(name: str, architecture: str, task: Task, size: int, template: str) -> None:
    spec = registry.read_spec(store.find(name))
    assert (spec.architecture, spec.task, spec.size, spec.template) == (architecture, task, size, template)


@pytest.mark.parametrize("name", ["anything.pt", "RetinaFace.pth"])
def test_the_name_of_a_file_says_nothing(tmp_path: Path, name: str) -> None:
    assert registry.read_spec(Path(shutil.copy(TINY, tmp_path / name))).architecture == "gpen"


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("GPEN-Colorization-1024.pth", Task.FACE_COLOURISER),
        ("GPEN-Inpainting-1024.pth", Task.FACE_INPAINTER),
        ("GPEN-BFR-1024.pt", Task.FACE_RESTORER),
    ],
)
def test_what_only_the_catalogue_knows_is_taken_from_there(tmp_path: Path, name: str, task: Task) -> None:
    assert registry.read_spec(Path(shutil.copy(TINY, tmp_path / name))).task is task


def test_weights_of_no_known_architecture_are_refused_with_their_name(tmp_path: Path) -> None:
    save_file({f"layer.{n}": torch.zeros(2) for n in range(6)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match=r"other\.safetensors: .*'layer\.0'.* and 2 more") as caught:
        registry.read_spec(tmp_path / "other.safetensors")
    assert caught.value.path == tmp_path / "other.safetensors"


def test_weights_for_another_task_are_refused() -> None:
    with pytest.raises(WeightsError, match="holds a landmark network, not a face detector"):
        registry.load(store.find(catalog.LANDMARKS), Task.FACE_DETECTOR)
    with pytest.raises(ModelError, match="cannot restore faces"):
        Restorer(store.find(catalog.LANDMARKS))


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Weights of an architecture that is registered while the test runs."""
    monkeypatch.setattr(paths, "user_data", lambda: tmp_path / "user")
    with registered():
        yield toy_weights(tmp_path / "toy.safetensors")


def test_one_registration_adds_an_architecture_to_the_command_line(toy: Path, tmp_path: Path) -> None:
    assert cli.run(["models", "import", str(toy)]) == Exit.ALL_DONE
    photo = shutil.copy(paths.samples() / SAMPLE, tmp_path)
    report = tmp_path / "report.json"
    options = ["--model", "toy", "--restore-sharp", "--report", str(report), "--mode", "strong", "--no-skin-protection"]
    options += ["--if-changed", "keep"]  # it darkens faces out of all likeness
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "out"), *options]) == Exit.ALL_DONE
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["model"] == "toy"
    x, y, width, height = (round(value) for value in said["photos"][0]["faces"][0]["box"])
    face = np.s_[y + height // 3 : y + 2 * height // 3, x + width // 3 : x + 2 * width // 3]
    with Image.open(tmp_path / "out" / SAMPLE) as after, Image.open(photo) as before:
        assert np.asarray(after)[face].mean() < 0.75 * np.asarray(before)[face].mean()


def test_a_model_computes_in_what_it_can(toy: Path) -> None:
    assert Restorer(toy, device="cpu").compute.dtype is torch.float32
    with pytest.raises(DeviceError, match=r"cannot compute in bf16|no bf16"):
        Restorer(toy, device="cpu", precision="bf16")


def test_without_the_registration_there_is_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="knows no architecture"):
        importing.import_file(toy_weights(tmp_path / "toy.safetensors"))
