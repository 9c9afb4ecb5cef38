"""Weights files made to exhaust the machine, or in forms that nothing here computes with: refused with a sentence."""

from __future__ import annotations

import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from gpen_desktop.errors import WeightsError
from gpen_desktop.models.registry import read_spec
from gpen_desktop.models.tensors import read_tensors

TINY = Path(__file__).parents[2] / "golden" / "gpen_tiny_64.pth"
INPUT = "generator.input.input"

State = dict[str, Tensor]


@pytest.fixture
def state() -> State:
    return dict(torch.load(TINY, weights_only=True))


@pytest.fixture
def little_memory() -> Iterator[None]:
    """1 GB more than is taken now, and no more."""
    resource = pytest.importorskip("resource")
    if not sys.platform.startswith("linux"):
        pytest.skip("limits are set as Linux has them")
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + (1 << 30), hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def refused(path: Path) -> str:
    """The code with which a file is refused."""
    with pytest.raises(WeightsError) as caught:
        read_spec(path)
    assert caught.value.path == path
    assert "weights_only" not in str(caught.value)
    return caught.value.what.code


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("part", ["data.pkl", "data/0"])
def test_an_archive_that_grows(tmp_path: Path, part: str) -> None:
    """6 MB took 6 GB."""
    path = tmp_path / "weights.pth"
    with zipfile.ZipFile(TINY) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for entry in source.infolist():
            with target.open(entry.filename, "w") as file:
                data = source.read(entry)
                file.write(data[:2])
                for _ in range(1100 if entry.filename.endswith(part) else 0):
                    file.write(b"N0" * (1 << 19))
                file.write(data[2:])
    assert path.stat().st_size < 9_000_000
    assert refused(path) == "weights-compressed"


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("zipped", [True, False])
def test_a_few_bytes_that_ask_for_gigabytes(tmp_path: Path, zipped: bool) -> None:
    class Buffer:
        def __reduce__(self) -> tuple[object, tuple[int]]:
            return (bytearray, (3_000_000_000,))

    torch.save({"a": Buffer()}, tmp_path / "weights.pth", _use_new_zipfile_serialization=zipped)
    assert refused(tmp_path / "weights.pth") == "weights-compressed"


def quantised(tensor: Tensor) -> Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch means to give these up
        return torch.quantize_per_tensor(tensor, 0.1, 0, torch.qint8)


FORMS: dict[str, Callable[[Tensor], Tensor]] = {
    "fp8": lambda t: t.to(torch.float8_e4m3fn),
    "meta": lambda t: t.to("meta"),
    "sparse": lambda t: t.to_sparse(),
    "complex": lambda t: t.to(torch.complex64),
    "quantised": quantised,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_numbers_in_a_form_that_nothing_computes_with(
    tmp_path: Path, state: State, form: Callable[[Tensor], Tensor]
) -> None:
    path = tmp_path / "weights.pth"
    torch.save({**state, INPUT: form(state[INPUT])}, path)
    assert refused(path) == "not-plain-numbers"


def test_fp8_in_safetensors(tmp_path: Path, state: State) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({key: value.to(torch.float8_e4m3fn).contiguous() for key, value in state.items()}, path)
    assert refused(path) == "not-plain-numbers"


def test_names_for_more_numbers_than_there_are(tmp_path: Path, state: State) -> None:
    torch.save({f"layer.{number}": state[INPUT] for number in range(1000)}, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match="larger than the file"):
        read_tensors(tmp_path / "weights.pth")


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff\xe0 a photo"], ids=["nothing", "words", "photo"])
def test_any_other_file_is_no_weights(tmp_path: Path, content: bytes) -> None:
    """It was said that nothing in it was run."""
    (tmp_path / "weights.pth").write_bytes(content)
    assert refused(tmp_path / "weights.pth") == "no-weights"


def test_a_program_is_no_weights(tmp_path: Path) -> None:
    """PyTorch's advice to run it all the same reached the user."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch means to give these up
        torch.jit.script(torch.nn.Linear(2, 2)).save(str(tmp_path / "weights.pt"))
    assert refused(tmp_path / "weights.pt") == "weights-unsafe"
