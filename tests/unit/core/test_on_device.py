"""A GPU whose memory is too small: one thread after the other, fewer items at a time, smaller tiles, then the CPU; in
every network, and told."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gpen_desktop.core import fallbacks
from gpen_desktop.core.faces import published_detection
from gpen_desktop.core.faces.alignment import crop_face
from gpen_desktop.core.faces.parsing import FaceParser
from gpen_desktop.core.faces.published_detection import PublishedDetector
from gpen_desktop.core.on_device import OnDevice
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.stages import networks
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.errors import OutOfMemoryError
from gpen_desktop.messages import Message, say
from gpen_desktop.models import catalog, registry, store
from gpen_desktop.models import device as devices
from gpen_desktop.models.architecture import ReadModel
from gpen_desktop.models.choice import ModelChoice
from gpen_desktop.models.detectors.facexlib_retinaface import FoundFaces
from gpen_desktop.models.device import Compute
from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.spec import ModelSpec, Task
from tests.unit.core.drawn_faces import photo_with_faces

GPU = Compute(torch.device("cuda", 0), torch.float16, "a small GPU", say("test", "it is a test"), 1)
SPEC = ModelSpec("fake", Task.FACE_PARSER, size=64)


@pytest.fixture(autouse=True)
def small_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that has a GPU; nothing is run on it but what the test's networks pretend."""
    really = devices.choose
    monkeypatch.setattr(devices, "choose", lambda wanted, *how: really("cpu", *how) if wanted == "cpu" else GPU)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)


class Doubler(nn.Module):
    """Doubles as many items at a time as fit on its device."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.asked: list[int] = []

    def answer(self, items: Sequence[int]) -> list[int]:
        self.asked.append(len(items))
        if len(items) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return [2 * item for item in items]


def placed(on_gpu: nn.Module, on_cpu: nn.Module) -> ReadModel:
    return ReadModel(SPEC, lambda device, dtype: on_gpu if device.type == "cuda" else on_cpu)


def answer(net: nn.Module, items: Sequence[int]) -> list[int]:
    assert isinstance(net, Doubler)
    return net.answer(items)


def doubled(network: OnDevice, count: int) -> list[int]:
    return network.answers(list(range(count)), answer)


def on_gpu(gpu: nn.Module, cpu: nn.Module) -> OnDevice:
    return OnDevice("gpen-512", lambda: placed(gpu, cpu), GPU)


def test_fewer_at_a_time_where_they_do_not_fit() -> None:
    gpu, cpu = Doubler(2), Doubler(99)
    network = on_gpu(gpu, cpu)
    with fallbacks.heard() as otherwise:
        assert doubled(network, 9) == [2 * number for number in range(9)]
    assert gpu.asked == [9, 4, 2, 2, 2, 2, 1]
    assert [str(note) for note in otherwise] == [
        "9 faces at a time are too many for the memory of a small GPU: 'GPEN 512' is given 2 at a time.",
    ]
    with fallbacks.heard() as otherwise:
        assert doubled(network, 3) == [0, 2, 4]
    assert gpu.asked[-2:] == [2, 1]
    assert otherwise == []
    assert cpu.asked == []


def test_the_cpu_where_not_even_one_fits_and_the_gpu_again_once_there_is_room() -> None:
    gpu, cpu = Doubler(0), Doubler(99)
    network = on_gpu(gpu, cpu)
    for tried in ([4, 2, 1, 1, 1, 1], [1, 1, 1, 1]):  # of the first photo, of the next
        gpu.asked.clear()
        cpu.asked.clear()
        with fallbacks.heard() as otherwise:
            assert doubled(network, 4) == [0, 2, 4, 6]
        assert (gpu.asked, cpu.asked) == (tried, [1, 1, 1, 1])
        assert [note.code for note in otherwise] == ["gpu-memory-too-small"]
        assert set(otherwise) <= set(fallbacks.told())
    gpu.most = 99
    gpu.asked.clear()
    cpu.asked.clear()
    with fallbacks.heard() as otherwise:
        assert doubled(network, 4) == [0, 2, 4, 6]
    assert (gpu.asked, cpu.asked) == ([1, 3], [])
    assert otherwise == []


@pytest.mark.parametrize("way", ["answers", "answer_here"])
def test_what_took_its_place_on_the_cpu_is_let_go_once_there_is_room(way: str) -> None:
    gpu = Doubler(0)
    copies: list[weakref.ref[Doubler]] = []

    def build(device: torch.device, dtype: torch.dtype) -> nn.Module:
        if device.type == "cuda":
            return gpu
        copy = Doubler(99)
        copies.append(weakref.ref(copy))
        return copy

    network = OnDevice("mine", lambda: ReadModel(SPEC, build), GPU)
    doubled(network, 2)
    assert [copy() is not None for copy in copies] == [True]
    gpu.most = 1
    if way == "answers":
        doubled(network, 1)
    else:
        network.answer_here(1, answer)
    gc.collect()
    assert [copy() for copy in copies] == [None]


def test_what_fits_alone_waits_for_the_others_and_so_does_all_that_follows() -> None:
    """Two threads at once are one too many."""
    inside: list[int] = []
    together: list[int] = []
    both_are_there = threading.Barrier(2)

    def ask(net: nn.Module, items: Sequence[int]) -> list[int]:
        assert net is gpu
        inside.append(1)
        try:
            is_first = len(together) < 2
            if is_first:  # both are in at once
                both_are_there.wait(10)
            together.append(len(inside))
            if is_first or len(inside) > 1:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return [2 * item for item in items]
        finally:
            inside.pop()

    gpu, cpu = Doubler(9), Doubler(9)
    network = on_gpu(gpu, cpu)
    network.most = 1

    def work(first: int) -> tuple[list[int], list[Message]]:
        with fallbacks.heard() as otherwise:
            return network.answers([first, first + 1, first + 2], ask), otherwise

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, [1, 4])) == [([2, 4, 6], []), ([8, 10, 12], [])]
    assert together[2:] == [1] * 6


def test_every_thread_hears_that_its_items_were_too_many() -> None:
    """What it made was made by fewer at a time, whoever found out first."""
    asked: list[int] = []
    have_failed = threading.Barrier(2)

    def ask(net: nn.Module, items: Sequence[int]) -> list[int]:
        asked.append(len(items))
        if len(items) > 2:
            if len(asked) <= 2:
                have_failed.wait(10)
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return [2 * item for item in items]

    network = on_gpu(Doubler(9), Doubler(9))

    def work(_: int) -> list[str]:
        with fallbacks.heard() as otherwise:
            network.answers([1, 2, 3, 4], ask)
        return [note.code for note in otherwise]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, [1, 2])) == [["batch-halved"]] * 2


def test_weights_that_do_not_fit_are_put_on_the_cpu_and_every_photo_tells_of_it() -> None:
    cpu = Doubler(9)

    def build(device: torch.device, dtype: torch.dtype) -> nn.Module:
        return full() if device.type == "cuda" else cpu

    network = OnDevice("mine", lambda: ReadModel(SPEC, build), GPU)
    assert network.compute.device.type == "cpu"
    for _ in range(2):
        with fallbacks.heard() as otherwise:
            assert doubled(network, 2) == [0, 2]
        assert [note.code for note in otherwise] == ["gpu-too-small-for-weights"]
        assert otherwise == [network.displaced]


def test_too_little_memory_everywhere_is_said_and_other_faults_are_raised() -> None:
    nowhere = on_gpu(Doubler(0), Doubler(0))
    with pytest.raises(OutOfMemoryError) as caught:
        doubled(nowhere, 1)
    assert caught.value.todo is not None
    with pytest.raises(RuntimeError, match="other"):
        nowhere.answers([1], lambda net, items: (_ for _ in ()).throw(RuntimeError("another fault")))


def full(*_: object) -> NoReturn:
    raise torch.OutOfMemoryError("CUDA out of memory.")


class Full(FaceNet):
    """A network for which there is never room."""

    def __init__(self) -> None:
        super().__init__((0.0, 1.0))
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return full()


class Same(Full):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def test_a_face_parser_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Skin(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, faces: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            seen = torch.zeros(len(faces), 19, 512, 512)
            seen[:, 1] = 50
            return seen, faces

    monkeypatch.setattr(store, "find", lambda name: name)
    monkeypatch.setattr(registry, "read", lambda path: placed(Full(), Skin()))
    photo, faces = photo_with_faces((40, 60), (400, 90))
    crops = [crop_face(photo, face, template="ffhq", size=256) for face in faces]
    masks = FaceParser("parsenet", device="cuda").masks(crops, [crop.pixels for crop in crops])
    assert len(masks) == 2
    assert all(each.skin[128, 128] > 0.9 for each in masks)


def test_a_published_detector_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def detect_faces(net: nn.Module, pictures: np.ndarray, *, above: float) -> list[FoundFaces]:
        asked.append(type(net).__name__)
        if isinstance(net, Full):
            full()
        nothing = FoundFaces(*(np.zeros(shape, np.float32) for shape in ((0, 4), (0, 5, 2), (0,))))
        return [nothing for _ in pictures]

    monkeypatch.setattr(published_detection, "detect_faces", detect_faces)
    monkeypatch.setattr(store, "find", lambda name: name)
    monkeypatch.setattr(registry, "read", lambda path: placed(Full(), Doubler(1)))
    assert PublishedDetector("retinaface-mobilenet", device="cuda").detect(photo_with_faces((40, 60))[0]) == ()
    assert asked == ["Full", "Doubler"]


class Brighter(nn.Module):
    """Makes a picture brighter; notes the longer sides of those that it is given, and takes none above `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.most = most
        self.given: list[int] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.given.append(max(x.shape))
        return x + 0.25 if max(x.shape) <= self.most else full()


@pytest.mark.parametrize(("most", "on_cpu"), [(200, 0), (20, 8)])
def test_smaller_tiles_of_a_photo_and_the_cpu_for_the_smallest_alone(
    monkeypatch: pytest.MonkeyPatch, most: int, on_cpu: int
) -> None:
    gpu, cpu = Brighter(most), Brighter(9999)
    model = ReadModel(
        replace(SPEC, task=Task.UPSCALER, margin=8), lambda device, dtype: gpu if device.type == "cuda" else cpu
    )
    monkeypatch.setattr(networks, "_read_mixed", lambda choice: (Path("x.pth"), model))
    monkeypatch.setattr(devices, "free_memory", lambda device: 1 << 40)
    photo = np.random.default_rng(1).integers(0, 200, (250, 380, 3), np.uint8)
    made = np.full(photo.shape, np.nan, np.float32)
    own = PhotoNetworks("cuda")
    with fallbacks.heard() as otherwise:
        for (x0, y0, x1, y1), answer in own.upscaler("x.pth").answers(photo, SilentProgress(), "t"):
            made[y0:y1, x0:x1] = answer
    np.testing.assert_allclose(made, photo / np.float32(255) + 0.25, atol=1e-5)
    assert gpu.given[0] == 380
    assert len(cpu.given) == on_cpu
    assert [note.code for note in otherwise] == ["gpu-memory-too-small"] * bool(on_cpu)
    gpu.given.clear()
    # the next photo begins with what there is room for
    list(own.upscaler("x.pth").answers(photo, SilentProgress(), "t"))
    assert max(gpu.given) <= max(200, 128 + 2 * 8)


class Grey(nn.Module):
    """Says that a picture is to be enlarged and made lighter; takes none whose longer side is above `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.most = most

    def change(self, x: torch.Tensor) -> torch.Tensor:
        return F.interpolate(x * 0 + 0.25, scale_factor=2) if max(x.shape) <= self.most else full()


@pytest.mark.parametrize("spoilt", [0.0, 0.5, 1.0])
def test_both_enlargers_of_a_slightly_spoilt_photo_go_to_the_cpu(
    monkeypatch: pytest.MonkeyPatch, spoilt: float
) -> None:
    def read(choice: ModelChoice) -> tuple[Path, ReadModel]:
        margin, multiple = (96, 8) if choice.name == catalog.POOR_ENLARGER else (12, 1)
        spec = replace(SPEC, task=Task.UPSCALER, scale=2, margin=margin, multiple=multiple)
        return Path("x"), ReadModel(spec, lambda device, dtype: Grey(20 if device.type == "cuda" else 9999))

    monkeypatch.setattr(networks, "_read_mixed", read)
    photo = np.random.default_rng(1).integers(0, 200, (250, 380, 3), np.uint8)
    network = PhotoNetworks("cuda").enlarger(spoilt)
    with fallbacks.heard() as otherwise:
        answers = [answer for _, answer in network.answers(photo, SilentProgress(), "t")]
    assert sum(answer.shape[0] * answer.shape[1] for answer in answers) == 4 * 250 * 380
    assert all((answer == 0.25).all() for answer in answers)
    assert {note.code for note in otherwise} == {"gpu-memory-too-small"}


@pytest.mark.parametrize("kind", ["colouriser", "inpainter"])
def test_an_aligned_colouriser_and_inpainter_go_on(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    task = Task.FACE_COLOURISER if kind == "colouriser" else Task.FACE_INPAINTER
    spec = replace(SPEC, task=task, template="gpen", value_range=(0.0, 1.0))
    model = ReadModel(spec, lambda device, dtype: Full() if device.type == "cuda" else Same())
    monkeypatch.setattr(networks, "_read_mixed", lambda choice: (Path("x.pth"), model))
    network = getattr(PhotoNetworks("cuda"), kind)("x.pth")
    picture = np.random.default_rng(1).random((64, 64, 3), dtype=np.float32)
    given = picture if kind == "colouriser" else np.dstack([picture, np.zeros((64, 64, 1), np.float32)])
    made = network.run(given)
    assert np.isfinite(made).all()
    if kind == "inpainter":
        np.testing.assert_allclose(made, picture, atol=1e-6)
