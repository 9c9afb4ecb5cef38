"""The inference form against the reference form and on real faces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.models.gpen import onednn
from gpen_desktop.models.gpen.architecture import build
from gpen_desktop.models.gpen.cpu import CpuGpen
from gpen_desktop.models.gpen.cuda import CudaGpen, Recording
from gpen_desktop.models.gpen.layout import GpenDescriptor
from gpen_desktop.models.gpen.portable import GpenNet, PortableGpen
from gpen_desktop.models.gpen.reference import ReferenceGpen, described, load_reference, random_state
from gpen_desktop.models.loader import load_gpen, read_descriptor, read_tensors
from tests.unit.models.agreement import relative_error

CPU = torch.device("cpu")
GOLDEN = Path(__file__).parents[3] / "golden"


def psnr(found: NDArray[np.float64], wanted: NDArray[np.float64], peak: float) -> float:
    return float(10 * np.log10(peak**2 / np.mean((found - wanted) ** 2)))


@pytest.mark.parametrize("size", [64, 128])
def test_reference_form_gives_the_golden_outputs(size: int) -> None:
    with np.load(GOLDEN / f"gpen_tiny_{size}.npz") as arrays, torch.inference_mode():
        found = load_reference(GOLDEN / f"gpen_tiny_{size}.pth")(torch.from_numpy(arrays["input"]))
        assert relative_error(found, torch.from_numpy(arrays["output"])) < 1e-5


def form(kind: str, path: Path) -> GpenNet:
    state, descriptor = read_tensors(path)[0], read_descriptor(path)
    if kind == "portable":
        return PortableGpen(state, descriptor, torch.float32)
    return CpuGpen(state, descriptor, torch.float32)


@pytest.mark.parametrize("size", [64, 128])
@pytest.mark.parametrize("kind", ["portable", "cpu", "cpu, public operators"])
def test_every_inference_form_gives_the_golden_outputs(kind: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "cpu, public operators":
        monkeypatch.setattr(onednn, "pick", lambda dtype: onednn.PublicConvolutions())
    net = form(kind, GOLDEN / f"gpen_tiny_{size}.pth")
    with np.load(GOLDEN / f"gpen_tiny_{size}.npz") as arrays:
        assert relative_error(net(torch.from_numpy(arrays["input"])), torch.from_numpy(arrays["output"])) < 1e-5


class Replay:
    """Stands in for a CUDA graph on the CPU: a replay computes what lies in the recorded input."""

    def __init__(self, net: GpenNet, given: torch.Tensor, made: torch.Tensor) -> None:
        self.net, self.given, self.made = net, given, made

    def replay(self) -> None:
        self.made.copy_(self.net(self.given))


class Stream:
    """Stands in for a CUDA stream, on which nothing waits for anybody here."""

    def __init__(self, device: torch.device) -> None:
        self.synchronized = 0

    def wait_stream(self, other: Stream) -> None:
        pass

    def synchronize(self) -> None:
        self.synchronized += 1


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A processor stands in for CUDA's streams, graphs and page-locked memory. Gives the batch sizes recorded."""
    sizes: list[int] = []

    def record(net: CudaGpen, faces: int) -> Recording:
        sizes.append(faces)
        given = torch.zeros(faces, 3, 64, 64)
        made = torch.zeros(faces, 3, 64, 64)
        return Recording(Replay(net._net, given, made), given, made)  # type: ignore[arg-type]  # CUDA's class needs a GPU

    monkeypatch.setattr(CudaGpen, "_record", record)
    monkeypatch.setattr(CudaGpen, "_locked", staticmethod(lambda shape, dtype: torch.empty(shape, dtype=dtype)))
    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    monkeypatch.setattr(torch.Tensor, "record_stream", lambda tensor, stream: None)
    return sizes


def test_cuda_form_records_once_per_batch_size(recorded: list[int]) -> None:
    path = GOLDEN / "gpen_tiny_64.pth"
    net = CudaGpen(read_tensors(path)[0], read_descriptor(path), CPU, torch.float32)
    with np.load(path.with_suffix(".npz")) as arrays:
        x, wanted = torch.from_numpy(arrays["input"]), torch.from_numpy(arrays["output"])
    first = net(x)
    net(x * 0)
    assert relative_error(first, wanted) < 1e-5  # not overwritten by the next run
    assert relative_error(net(x[:1]), wanted[:1]) < 1e-5
    assert recorded == [3, 1]
    net.release()
    net(x)
    assert recorded == [3, 1, 3]


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 1e-5), (torch.bfloat16, 0.06)])
def test_cuda_form_takes_crops_and_gives_faces_in_main_memory(dtype: torch.dtype, error: float) -> None:
    path = GOLDEN / "gpen_tiny_64.pth"
    net = CudaGpen(read_tensors(path)[0], read_descriptor(path), CPU, dtype)
    with np.load(path.with_suffix(".npz")) as arrays:
        x, wanted = (torch.from_numpy(arrays[name]).permute(0, 2, 3, 1) / 2 + 0.5 for name in ("input", "output"))
    found = net.restore(x)
    assert isinstance(net._stream, Stream)
    assert net._stream.synchronized == 1  # before anybody reads what the GPU is still writing
    assert found.pixels.dtype is torch.float32
    assert found.is_finite.tolist() == found.is_not_black.tolist() == [True] * 3
    torch.testing.assert_close(found.pixels, wanted.clamp(0, 1), rtol=0, atol=error)


def test_missing_private_operators_fall_back_to_public_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    class Changed(onednn.OneDnnConvolutions):
        def __init__(self) -> None:
            raise AttributeError("_convolution_pointwise")

    onednn.pick.cache_clear()
    monkeypatch.setattr(onednn, "OneDnnConvolutions", Changed)
    assert isinstance(onednn.pick(torch.float32), onednn.PublicConvolutions)
    onednn.pick.cache_clear()


def test_private_operators_that_compute_something_else_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(onednn.PublicConvolutions):
        def up(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
            return super().up(x, weight) * 1.1

    onednn.pick.cache_clear()
    monkeypatch.setattr(onednn, "OneDnnConvolutions", Wrong)
    assert type(onednn.pick(torch.float32)) is onednn.PublicConvolutions
    onednn.pick.cache_clear()


# The published layouts 256, 512, 1024 (restoring, colourising, inpainting) and 2048, made thin where they are big.
LAYOUTS = {
    "256": described(256, style_dim=512, n_mlp=8, channel_multiplier=1, narrow=0.5),
    "512": described(512, style_dim=512, n_mlp=8, channel_multiplier=2, narrow=0.125),
    "1024": described(1024, style_dim=128, n_mlp=8, channel_multiplier=2, narrow=0.0625),
    "2048": described(2048, style_dim=64, n_mlp=8, channel_multiplier=2, narrow=0.0625),
}


@pytest.mark.slow
@pytest.mark.parametrize("descriptor", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_agrees_with_the_reference_form(descriptor: GpenDescriptor) -> None:
    state = random_state(descriptor)
    x = torch.rand(1, 3, descriptor.size, descriptor.size, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.inference_mode():
        wanted = ReferenceGpen(state, descriptor)(x)
    assert relative_error(build(state, descriptor, CPU, torch.float32)(x), wanted) < 1e-5


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("faces", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_same_input_same_bytes(dtype: torch.dtype, faces: int) -> None:
    descriptor = described(128, style_dim=64, n_mlp=2, channel_multiplier=2, narrow=0.125)
    net = build(random_state(descriptor), descriptor, CPU, dtype)
    x = torch.rand(faces, 3, 128, 128, generator=torch.Generator().manual_seed(1)) * 2 - 1
    kept = x.clone()
    first = net(x)
    assert torch.equal(first, net(x))
    assert torch.equal(x, kept)


# Mean PSNR in dB. Ours: weights/README.md. The first built-in weights: as delivered.
SHIPPED = {"light": 33.62, "soft": 30.82, "lowres": 27.66, "noise": 31.45, "severe": 24.83, "old": 29.87}
FIRST = {"light": 32.07, "soft": 29.19, "lowres": 27.35, "noise": 30.74, "severe": 24.27, "old": 27.61}


@pytest.mark.slow
@pytest.mark.parametrize(("weights", "wanted"), [("shipped", SHIPPED), ("first", FIRST)])
def test_weights_give_the_figures_of_their_card(shared: Path, weights: str, wanted: dict[str, float]) -> None:
    model = "builtin-256" if weights == "shipped" else shared / "weights" / "gpen_builtin_256.safetensors"
    restorer = Restorer(model, device="cpu", precision="fp32")
    for kind, figure in wanted.items():
        files = sorted((shared / "faces" / "val_degraded" / kind).iterdir())
        assert len(files) == 39
        restored = restorer.restore([np.float32(1 / 255) * read(file) for file in files], SilentProgress())
        targets = [target(shared, file.stem, grey=kind == "old") for file in files]
        mean = np.mean([psnr(np.round(r * 255.0), t, 255) for r, t in zip(restored, targets, strict=True)])
        assert mean == pytest.approx(figure, abs=0.1)


@pytest.mark.slow
def test_bf16_stays_close_on_faces(shared: Path) -> None:
    files = sorted((shared / "faces" / "val_degraded" / "soft").iterdir())[:8]
    crops = torch.from_numpy(np.stack([read(f) for f in files])).permute(0, 3, 1, 2) / 127.5 - 1
    path = Path(__file__).parents[4] / "weights" / "gpen_builtin_256.safetensors"
    wanted = load_gpen(path)(crops)
    found = load_gpen(path, dtype=torch.bfloat16)(crops)
    assert psnr(found.double().numpy(), wanted.double().numpy(), 2.0) >= 45


def read(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    assert picture is not None
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8)


def target(shared: Path, name: str, *, grey: bool) -> NDArray[np.float64]:
    face = cv2.resize(read(shared / "faces" / "val" / f"{name}.jpg"), (256, 256), interpolation=cv2.INTER_AREA)
    if grey:
        face = cv2.cvtColor(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return face.astype(np.float64)


@pytest.fixture
def two_threads() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("two_threads")
def test_small_faces_come_out_the_same_in_any_batch_and_leave_the_threads_as_they_were() -> None:
    net = form("cpu", GOLDEN / "gpen_tiny_64.pth")
    faces = torch.rand(5, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    together = net(faces)
    assert torch.get_num_threads() == 2
    for face, made in zip(faces, together, strict=True):
        assert torch.equal(net(face[None])[0], made)
