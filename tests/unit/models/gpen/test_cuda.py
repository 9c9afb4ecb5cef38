"""The CUDA form on a real GPU. Everything else about it is tested with stand-ins in test_gpen.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from gpen_desktop.core import fallbacks
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.models.gpen.cuda import CudaGpen
from gpen_desktop.models.gpen.reference import ReferenceGpen, published, random_state
from gpen_desktop.models.loader import load_gpen
from tests.unit.models.agreement import relative_error

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")

GOLDEN = Path(__file__).parents[3] / "golden"
WEIGHTS = Path(__file__).parents[4] / "weights" / "gpen_builtin_256.safetensors"
CUDA = torch.device("cuda")


def crops(count: int, size: int) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.random((size, size, 3), dtype=np.float32) * 0.2 + 0.4 for _ in range(count)]


@pytest.mark.parametrize("size", [64, 128])
def test_gives_the_golden_outputs(size: int) -> None:
    net = load_gpen(GOLDEN / f"gpen_tiny_{size}.pth", device="cuda", dtype=torch.float32)
    assert isinstance(net, CudaGpen)
    with np.load(GOLDEN / f"gpen_tiny_{size}.npz") as arrays:
        found = net(torch.from_numpy(arrays["input"]).to(CUDA))
        assert relative_error(found, torch.from_numpy(arrays["output"])) < 1e-5


@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 1e-5), (torch.float16, 5e-3), (torch.bfloat16, 4e-2)])
@pytest.mark.parametrize("faces", [1, 3])
def test_equals_the_published_form_at_full_width(dtype: torch.dtype, error: float, faces: int) -> None:
    descriptor = published(512)
    state = random_state(descriptor)
    net = CudaGpen(state, descriptor, CUDA, dtype)
    x = torch.rand(faces, 3, 512, 512, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        wanted = ReferenceGpen(state, descriptor).eval().to(CUDA)(x.to(CUDA))
        assert relative_error(net(x.to(CUDA)), wanted) < error


def test_the_same_faces_give_the_same_bytes_run_after_run_and_after_release() -> None:
    restorer = Restorer(WEIGHTS, device="cuda", batch_size=4)
    faces = crops(7, restorer.spec.size)
    first = restorer.restore(faces, SilentProgress())
    again = restorer.restore(faces, SilentProgress())
    restorer.release()
    after = restorer.restore(faces, SilentProgress())
    for a, b, c in zip(first, again, after, strict=True):
        assert np.array_equal(a, b)
        assert np.array_equal(a, c)


def test_what_else_runs_on_the_gpu_is_not_disturbed() -> None:
    net = load_gpen(WEIGHTS, device="cuda", dtype=torch.float16)
    x = torch.rand(2, 3, 256, 256, device=CUDA) * 2 - 1
    wanted = net(x)
    other = torch.cuda.Stream()
    with torch.cuda.stream(other):
        busy = torch.rand(4096, 4096, device=CUDA)
        for _ in range(20):
            busy = busy @ busy / 4096
    found = net(x)
    torch.cuda.synchronize()
    assert torch.equal(found, wanted)
    assert torch.isfinite(busy).all()


def test_answers_are_near_those_of_the_processor() -> None:
    faces = crops(2, 256)
    gpu = Restorer(WEIGHTS, device="cuda").restore(faces, SilentProgress())
    cpu = Restorer(WEIGHTS, device="cpu", precision="fp32").restore(faces, SilentProgress())
    for a, b in zip(gpu, cpu, strict=True):
        assert np.abs(a - b).max() < 0.02


def test_a_batch_that_does_not_fit_is_halved_and_told() -> None:
    torch.cuda.empty_cache()
    total = torch.cuda.mem_get_info()[1]
    restorer = Restorer(WEIGHTS, device="cuda", precision="fp32", batch_size=64)
    held = torch.cuda.memory_allocated() + torch.cuda.memory_reserved()
    torch.cuda.set_per_process_memory_fraction(min(1.0, (held + (1 << 30)) / total))
    try:
        with fallbacks.heard() as otherwise:
            answers = restorer.restore(crops(64, 256), SilentProgress())
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert len(answers) == 64
    assert restorer.batch < 64
    assert otherwise
