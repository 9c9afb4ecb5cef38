"""Restoring crops: what comes out, and what happens when memory or precision fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gpen_desktop import paths
from gpen_desktop.core import fallbacks
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.progress import CancellableProgress, SilentProgress
from gpen_desktop.core.types import FloatImage
from gpen_desktop.errors import Cancelled, ModelError, OutOfMemoryError, UnknownModelError, WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models import device as devices
from gpen_desktop.models import registry
from gpen_desktop.models.architecture import ReadModel
from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.spec import ModelSpec, Task

REASON = say("test", "it is a test")
TINY = Path(__file__).parents[3] / "golden" / "gpen_tiny_64.pth"


def crops(count: int) -> list[FloatImage]:
    return list(np.random.default_rng(1).random((count, 64, 64, 3), dtype=np.float32))


SPEC = ModelSpec(
    "fake",
    Task.FACE_RESTORER,
    size=64,
    template="gpen",
    value_range=(-1.0, 1.0),
    precisions=("fp32", "fp16", "bf16"),
)


class FakeNet(FaceNet):
    """Stands in for a network, and does whatever `answer` does."""

    def __init__(self, answer: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__(SPEC.value_range)
        self.answer = answer
        self.batches: list[int] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.batches.append(len(x))
        return self.answer(x)


Build = Callable[[torch.device, torch.dtype], FakeNet]


def fits(most: int, error: type[Exception] = torch.OutOfMemoryError) -> Callable[[torch.Tensor], torch.Tensor]:
    def answer(x: torch.Tensor) -> torch.Tensor:
        if len(x) > most:
            raise error("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes")
        return x

    return answer


@pytest.fixture
def use_builds(monkeypatch: pytest.MonkeyPatch) -> Callable[[Build], None]:
    """Make Restorer build this instead of what its file holds."""

    def put(build: Build) -> None:
        monkeypatch.setattr(registry, "read", lambda path: ReadModel(SPEC, build))

    return put


@pytest.fixture
def use(use_builds: Callable[[Build], None]) -> Callable[[FakeNet], None]:
    """Make Restorer use this network."""
    return lambda net: use_builds(lambda device, dtype: net)


def test_golden_through_the_restorer() -> None:
    with np.load(TINY.with_suffix(".npz")) as arrays:
        x, wanted = arrays["input"], arrays["output"]
    restorer = Restorer(TINY, device="cpu", precision="fp32", batch_size=2)
    found = restorer.restore(list(x.transpose(0, 2, 3, 1) / 2 + 0.5), SilentProgress())
    assert (restorer.spec.size, restorer.spec.template, restorer.model_name) == (64, "gpen", "gpen_tiny_64")
    assert len(found) == 3
    for face, y in zip(found, wanted.transpose(0, 2, 3, 1) / 2 + 0.5, strict=True):
        assert face.shape == (64, 64, 3)
        assert face.dtype == np.float32
        assert not face.flags.writeable
        assert np.abs(face - np.clip(y, 0, 1)).max() < 1e-5


def test_no_crops_no_faces() -> None:
    assert Restorer(TINY, device="cpu", precision="fp32").restore([], SilentProgress()) == []


def test_faces_do_not_depend_on_their_batch() -> None:
    x = crops(5)
    alone = Restorer(TINY, device="cpu", precision="fp32", batch_size=1).restore(x, SilentProgress())
    together = Restorer(TINY, device="cpu", precision="fp32", batch_size=4).restore(x, SilentProgress())
    for a, b in zip(alone, together, strict=True):
        assert np.abs(a - b).max() < 1e-5


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, MemoryError, RuntimeError])
def test_out_of_memory_halves_the_batch(use: Callable[[FakeNet], None], error: type[Exception]) -> None:
    net = FakeNet(fits(2, error))
    use(net)
    restorer = Restorer(TINY, device="cpu", precision="fp32", batch_size=8)
    x = crops(9)
    with fallbacks.heard() as otherwise:
        found = restorer.restore(x, SilentProgress())
    assert net.batches == [8, 4, 2, 2, 2, 2, 1]
    assert all(np.abs(a - b).max() < 1e-6 for a, b in zip(found, x, strict=True))
    assert [(note.code, dict(note.values)["now"]) for note in otherwise] == [("batch-halved", 2)]


def test_what_fitted_once_is_kept_to(use: Callable[[FakeNet], None]) -> None:
    net = FakeNet(fits(2))
    use(net)
    restorer = Restorer(TINY, device="cpu", precision="fp32", batch_size=4)
    restorer.restore(crops(4), SilentProgress())
    assert restorer.batch == 2
    restorer.restore(crops(4), SilentProgress())
    assert net.batches == [4, 2, 2, 2, 2]


def test_memory_that_ran_out_while_a_graph_was_recorded_is_told_as_such(use: Callable[[FakeNet], None]) -> None:
    def answer(x: torch.Tensor) -> torch.Tensor:
        if len(x) == 1:
            return x
        try:
            raise torch.OutOfMemoryError("CUDA out of memory")
        finally:
            raise RuntimeError("operation failed due to a previous error during capture")

    use(FakeNet(answer))
    restorer = Restorer(TINY, device="cpu", precision="fp32", batch_size=2)
    assert len(restorer.restore(crops(2), SilentProgress())) == 2
    assert restorer.batch == 1


def test_the_card_is_not_blamed_for_what_single_precision_makes_no_better(
    use: Callable[[FakeNet], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A CPU stands in for the card."""
    monkeypatch.setattr(paths, "user_data", lambda: tmp_path)
    monkeypatch.setattr(devices, "_told", set())
    black = FakeNet(lambda x: torch.full_like(x, -1.0))
    use(black)

    def choose(device: str, precision: str, _offered: object) -> devices.Compute:
        dtype = torch.float16 if precision == "auto" else devices.PRECISIONS[precision]
        return devices.Compute(torch.device("cpu"), dtype, f"card, {precision}", REASON, 2)

    monkeypatch.setattr(devices, "choose", choose)
    restorer = Restorer(TINY, batch_size=1)
    with fallbacks.heard() as otherwise:
        restorer.restore(crops(1), SilentProgress())
    assert otherwise == []
    assert not devices.half_is_broken(torch.device("cpu"))


def test_not_even_one_face_on_the_cpu(use: Callable[[FakeNet], None]) -> None:
    use(FakeNet(fits(0)))
    with pytest.raises(OutOfMemoryError, match="not enough memory"):
        Restorer(TINY, device="cpu", precision="fp32", batch_size=2).restore(crops(2), SilentProgress())


def test_other_failures_are_not_taken_for_memory(use: Callable[[FakeNet], None]) -> None:
    def answer(x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("something else")

    net = FakeNet(answer)
    use(net)
    with pytest.raises(RuntimeError, match="something else"):
        Restorer(TINY, device="cpu", precision="fp32").restore(crops(2), SilentProgress())
    assert len(net.batches) == 1


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -1.0], ids=["nan", "inf", "black"])
def test_broken_half_precision_is_redone_in_single(
    use_builds: Callable[[Build], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bad: float
) -> None:
    """A CPU stands in for the card; what is replaced is only which dtype is said to be computed in."""
    monkeypatch.setattr(paths, "user_data", lambda: tmp_path)
    monkeypatch.setattr(devices, "_told", set())
    loaded: list[torch.dtype] = []

    def build(device: torch.device, dtype: torch.dtype) -> FakeNet:
        loaded.append(dtype)
        broken = dtype is torch.float16
        return FakeNet(lambda x: torch.full_like(x, bad) if broken else x)

    def choose(device: str, precision: str, _offered: object) -> devices.Compute:
        dtype = torch.float16 if precision == "auto" else devices.PRECISIONS[precision]
        return devices.Compute(torch.device("cpu"), dtype, f"card, {precision}", REASON, 2)

    use_builds(build)
    monkeypatch.setattr(devices, "choose", choose)
    x = crops(3)
    restorer = Restorer(TINY, batch_size=2)
    with fallbacks.heard() as otherwise:
        found = restorer.restore(x, SilentProgress())
    assert all(np.abs(a - b).max() < 1e-6 for a, b in zip(found, x, strict=True))
    assert restorer.compute.dtype is torch.float32
    assert [note.code for note in otherwise] == ["half-precision-broken"]
    assert loaded == [torch.float16, torch.float32]
    assert devices.half_is_broken(torch.device("cpu"))
    monkeypatch.setattr(devices, "_told", set())
    assert devices.half_is_broken(torch.device("cpu"))  # in later runs too


def test_one_face_too_much_for_the_gpu_goes_to_the_cpu(
    use_builds: Callable[[Build], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CPU under another name stands in for the card."""
    card = devices.Compute(torch.device("meta"), torch.float32, "card", REASON, 2)
    cpu = devices.Compute(torch.device("cpu"), torch.float32, "cpu", REASON, 2)
    monkeypatch.setattr(devices, "choose", lambda device, precision, _offered: cpu if device == "cpu" else card)
    room = [0]
    made: list[FakeNet] = []

    def build(device: torch.device, dtype: torch.dtype) -> FakeNet:
        def answer(x: torch.Tensor) -> torch.Tensor:
            return fits(room[0] if device.type == "meta" else 9)(x)

        made.append(FakeNet(answer))
        return made[-1]

    use_builds(build)
    restorer = Restorer(TINY, batch_size=2)
    with fallbacks.heard() as otherwise:
        assert len(restorer.restore(crops(3), SilentProgress())) == 3
    assert [str(note) for note in otherwise] == [
        "The memory of card did not suffice for 'gpen_tiny_64'; the processor took its place for a while."
    ]
    on_card, on_cpu = made
    assert on_cpu.batches == [1, 1, 1]
    room[0] = 2
    restorer.restore(crops(3), SilentProgress())  # of the next photo
    assert on_card.batches[-2:] == [1, 2]
    assert restorer.batch == 2
    assert on_cpu.batches == [1, 1, 1]
    assert restorer.compute is card


def test_warming_up_runs_one_crop_on_a_card_and_finds_broken_half_precision_before_the_first_photo(
    use_builds: Callable[[Build], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A CPU under another name stands in for the card."""
    monkeypatch.setattr(paths, "user_data", lambda: tmp_path)
    monkeypatch.setattr(devices, "_told", set())
    monkeypatch.setattr(devices, "device_name", lambda device: "card")
    nets: list[FakeNet] = []

    def build(device: torch.device, dtype: torch.dtype) -> FakeNet:
        broken = dtype is torch.float16
        nets.append(FakeNet(lambda x: torch.full_like(x, torch.nan) if broken else x))
        return nets[-1]

    def choose(device: str, precision: str, _offered: object) -> devices.Compute:
        dtype = torch.float16 if precision == "auto" else devices.PRECISIONS[precision]
        return devices.Compute(torch.device("meta"), dtype, f"card, {precision}", REASON, 2)

    use_builds(build)
    monkeypatch.setattr(devices, "choose", choose)
    restorer = Restorer(TINY, batch_size=2)
    restorer.warm_up()
    assert [net.batches for net in nets] == [[1], [1]]
    assert restorer.compute.dtype is torch.float32


def test_the_cpu_needs_no_warming_up(use: Callable[[FakeNet], None]) -> None:
    net = FakeNet(lambda x: x)
    use(net)
    Restorer(TINY, device="cpu", precision="fp32").warm_up()
    assert net.batches == []


def test_broken_weights_are_said(use: Callable[[FakeNet], None]) -> None:
    use(FakeNet(lambda x: torch.full_like(x, torch.nan)))
    with pytest.raises(WeightsError, match="not give a valid picture"):
        Restorer(TINY, device="cpu", precision="fp32").restore(crops(1), SilentProgress())


def test_progress_and_cancelling() -> None:
    heard: list[float] = []
    restorer = Restorer(TINY, device="cpu", precision="fp32", batch_size=1)
    restorer.restore(crops(4), CancellableProgress(lambda fraction, stage: heard.append(fraction)))
    assert heard == [0, 0.25, 0.5, 0.75, 1]
    progress = CancellableProgress()
    progress.cancel()
    with pytest.raises(Cancelled):
        restorer.restore(crops(4), progress)


def test_unknown_model() -> None:
    with pytest.raises(UnknownModelError):
        Restorer("no-such-model")


@pytest.mark.parametrize("name", ["landmarks5", "realesrgan-x4", "gpen-inpainting-1024"])
def test_what_is_no_face_restorer_is_refused_by_name(name: str) -> None:
    with pytest.raises(ModelError, match=f"cannot restore faces with '{name}'"):
        Restorer(name)


def test_other_weights_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    """The crops that are kept on disk go by it: a file may be replaced while the window is open."""
    file = tmp_path / "mine.pth"
    shutil.copy(TINY, file)
    first = Restorer(file, device="cpu", precision="fp32").status
    assert Restorer(file, device="cpu", precision="fp32").status == first
    os.utime(file, (1, 1))
    other = Restorer(file, device="cpu", precision="fp32").status
    assert other.model == first.model
    assert other.weights != first.weights
