"""The networks of the whole photo, loaded when they are first needed, as functions of a tile."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from gpen_desktop import allocator
from gpen_desktop.core import memory
from gpen_desktop.core.on_device import OnDevice
from gpen_desktop.core.options import AUTO
from gpen_desktop.core.stages.colour import lab_hue
from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.stages.work import ChosenNetwork
from gpen_desktop.core.types import FloatImage
from gpen_desktop.errors import OutOfMemoryError, WeightsError
from gpen_desktop.messages import Message, say
from gpen_desktop.models import catalog, device, registry, store
from gpen_desktop.models.architecture import ReadModel
from gpen_desktop.models.choice import ModelChoice, choice_of
from gpen_desktop.models.device import Compute
from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.photo.architectures import PhotoRepairer
from gpen_desktop.models.photo.compact import CompactEnlarger
from gpen_desktop.models.photo.unet import PhotoCleaner
from gpen_desktop.models.spec import (
    ALIGNED_TASKS,
    COLOUR_TASKS,
    DENOISE,
    FILL_TASKS,
    PHOTO_TASKS,
    TASK_WORDS,
    ModelSpec,
    Task,
)

_SIDE: Final = 1280
"""Pixels of a tile that are kept, each way. Larger ones spend less on margins, smaller ones less memory (here some
hundred MB), and cancelling waits for one."""

_SMALLEST_SIDE: Final = 128
_WHOLE: Final = 1 << 16
"""More than any photo's side."""

_MOST_BYTES: Final = 2 << 30
_UNMEASURED: Final = 16 << 10
"""Bytes a pixel of models that nobody has measured: as a Real-ESRGAN that enlarges four times."""

_NO_PHOTOS: Final = say("treat-photos", "treat whole photos")
_NO_COLOURS: Final = say("give-colour", "give a photo colour")
_NO_FILLING: Final = say("fill-damage", "fill damage")

_MARGIN: Final = 96
"""Pixels around a tile that a U-Net is given. It could feel more of them (net.shape.reach), but beyond these the
trained cleaner's answer changes by 0.001 of an 8-bit step, the finder's by 0.0003, the filler's by less."""


class PhotoNetworks:
    """The built-in networks on one device. As core/stages/work.Networks has it.

    device, precision: as models/device.choose takes them. Not thread-safe.
    """

    def __init__(self, device: str = "auto", precision: str = "auto") -> None:
        self._device = device
        self._precision = precision
        self._upscaler: tuple[str, TiledNetwork] | None = None
        self._colouriser: tuple[str, ChosenNetwork] | None = None
        self._inpainter: tuple[str, ChosenNetwork] | None = None
        self._enlargers: dict[int, TiledNetwork] = {}

    def has(self, name: str) -> bool:
        """Whether the weights of that name in the catalogue are on this computer."""
        return store.has(name)

    def cleaner(self) -> TiledNetwork:
        """Raises WeightsError, DeviceError, as the others do."""
        return self._cleaner

    def unblocker(self) -> TiledNetwork:
        return self._unblocker

    def finder(self) -> TiledNetwork:
        return self._repairer[0]

    def filler(self) -> TiledNetwork:
        return self._repairer[1]

    def enlarger(self, spoilt: float) -> TiledNetwork:
        """The mixture of both networks, in tenths; each is loaded once."""
        tenths = round(10 * spoilt)
        if tenths not in self._enlargers:
            self._enlargers[tenths] = self._load_enlarger(tenths / 10)
        return self._enlargers[tenths]

    def upscaler(self, name: str) -> TiledNetwork:
        """The one at hand, or loaded in its place."""
        if self._upscaler is None or self._upscaler[0] != name:
            self._upscaler = None  # two may not fit into memory
            self._upscaler = (name, self._load_upscaler(name))
        return self._upscaler[1]

    def colouriser(self, name: str) -> ChosenNetwork:
        """As `upscaler`; AUTO: the first that is here, of those for whole photos or else of those for faces."""
        name = store.first_colouriser() if name == AUTO else name
        if self._colouriser is None or self._colouriser[0] != name:
            self._colouriser = None
            self._colouriser = (name, self._load_colouriser(name))
        return self._colouriser[1]

    def inpainter(self, name: str) -> ChosenNetwork:
        """As `upscaler`."""
        if self._inpainter is None or self._inpainter[0] != name:
            self._inpainter = None
            self._inpainter = (name, self._load_inpainter(name))
        return self._inpainter[1]

    def _load_colouriser(self, name: str) -> ChosenNetwork:
        model = _read(choice_of(name), COLOUR_TASKS, _NO_COLOURS)
        spec = model.spec
        if spec.task in ALIGNED_TASKS:
            faces = self._of_faces(name, model)
            return ChosenNetwork(name, lambda face: lab_hue(faces(face)), spec.size, spec.template)
        compute = self._compute_for(spec)
        net = model.build(compute.device, compute.dtype)
        run = self._on_device(lambda x: net(x[:, :1]), name, compute)
        return ChosenNetwork(name, run, multiple=spec.multiple)

    def _load_inpainter(self, name: str) -> ChosenNetwork:
        model = _read(choice_of(name), FILL_TASKS, _NO_FILLING)
        spec = model.spec
        if spec.task in ALIGNED_TASKS:
            faces = self._of_faces(name, model)
            # its authors tell it of holes by painting them white
            return ChosenNetwork(name, lambda x: faces(np.maximum(x[..., :3], x[..., 3:])), spec.size, spec.template)
        compute = self._compute_for(spec)
        net = model.build(compute.device, compute.dtype)
        if isinstance(net, PhotoRepairer):
            filler = net.filler
            net, multiple = filler, filler.shape.multiple
        else:
            multiple = max(spec.multiple, spec.smallest)
        run = self._on_device(lambda x: net(x[:, :3], x[:, 3:]), name, compute)
        return ChosenNetwork(name, run, multiple=multiple)

    def _compute_for(self, spec: ModelSpec) -> Compute:
        """What a chosen network runs on, in the precision that is wished if it knows that one."""
        wished = self._precision if self._precision in spec.precisions else "auto"
        return device.choose(self._device, wished, spec.precisions)

    def _of_faces(self, name: str, model: ReadModel) -> Callable[[FloatImage], FloatImage]:
        """A network for aligned faces as a function of one, (S, S, 3)."""
        network = OnDevice(lambda: _read_mixed(choice_of(name))[1], self._compute_for(model.spec), model)

        def ask(net: nn.Module, faces: Sequence[FloatImage]) -> list[FloatImage]:
            assert isinstance(net, FaceNet)  # what every architecture for ALIGNED_TASKS builds
            made = net.restore(torch.from_numpy(np.stack(faces)))
            if not bool(made.is_finite.all()):
                raise _no_picture(name)
            return list(made.pixels.numpy())

        return lambda face: network.answers([face], ask)[0]

    def _load_upscaler(self, name: str) -> TiledNetwork:
        model = _read(choice_of(name), PHOTO_TASKS, _NO_PHOTOS)
        spec = model.spec
        compute = self._compute_for(spec)
        net = model.build(compute.device, compute.dtype)
        run = self._on_device(net, name, compute)
        side = _side(spec, compute) if spec.in_tiles else _WHOLE
        return TiledNetwork(run, side, spec.margin, max(spec.multiple, spec.smallest), spec.scale)

    @cached_property
    def _compute(self) -> Compute:
        return device.choose(self._device, self._precision)

    @cached_property
    def _cleaner(self) -> TiledNetwork:
        return self._load_cleaner(catalog.CLEANER)

    @cached_property
    def _unblocker(self) -> TiledNetwork:
        return self._load_cleaner(catalog.UNBLOCKER)

    def _load_cleaner(self, name: str) -> TiledNetwork:
        net = self._loaded(name, Task.PHOTO_RESTORER)
        assert isinstance(net, PhotoCleaner)
        run = self._on_device(net.change, name, centre=0.5)
        return TiledNetwork(run, _SIDE, _MARGIN, net.shape.multiple)

    @cached_property
    def _repairer(self) -> tuple[TiledNetwork, TiledNetwork]:
        net = self._loaded(catalog.REPAIRER, Task.INPAINTER)
        assert isinstance(net, PhotoRepairer)
        finder, filler = net.finder, net.filler
        find = self._on_device(lambda x: finder(x).float().sigmoid(), catalog.REPAIRER)
        fill = self._on_device(lambda x: filler(x[:, :3], x[:, 3:]), catalog.REPAIRER)
        return (
            TiledNetwork(find, _SIDE, _MARGIN, finder.shape.multiple),
            TiledNetwork(fill, _SIDE, _MARGIN, filler.shape.multiple),
        )

    def _load_enlarger(self, spoilt: float) -> TiledNetwork:
        paths = store.find(catalog.ENLARGER), store.find(catalog.POOR_ENLARGER)
        model = registry.read_mixed(*paths, 1 - spoilt)
        net = model.build(self._compute.device, self._compute.dtype)
        assert isinstance(net, CompactEnlarger)
        run = self._on_device(net.change, catalog.ENLARGER)
        return TiledNetwork(run, _SIDE // net.factor, net.reach, 1, net.factor)

    def _loaded(self, name: str, task: Task) -> torch.nn.Module:
        return registry.load(store.find(name), task, str(self._compute.device), self._compute.dtype)

    def _on_device(
        self,
        network: Callable[[Tensor], Tensor],
        name: str,
        compute: Compute | None = None,
        *,
        centre: float = 0.0,
    ) -> Callable[[FloatImage], FloatImage]:
        """A network of tensors as a function of one tile. compute: where, if not as the built-in ones. centre: taken
        off before it is rounded to half precision."""
        compute = compute or self._compute
        if compute.device.type == "cpu":
            allocator.keep_freed_memory()

        def run(tile: FloatImage) -> FloatImage:
            torch.set_num_threads(device.threads_here())  # holds for the calling thread only
            x = torch.from_numpy(np.ascontiguousarray(tile.transpose(2, 0, 1)))[None] - centre
            x = x.to(compute.device, compute.dtype).contiguous(memory_format=torch.channels_last)
            try:
                with torch.inference_mode():
                    made = network(x)[0].float().permute(1, 2, 0).cpu()
            except torch.OutOfMemoryError as error:
                raise OutOfMemoryError(
                    say("no-memory-for-photo", "There is not enough memory on {device}.", device=compute.name),
                    todo=say("compute-on-cpu", "Choose the processor in the settings, or --device cpu."),
                ) from error
            if not bool(made.isfinite().all()):
                raise _no_picture(name)
            answer: FloatImage = made.contiguous().numpy()
            return answer

        return run


def _no_picture(name: str) -> WeightsError:
    return WeightsError(
        say("answer-not-a-picture", "The model '{name}' did not give a valid picture.", name=name),
        todo=say("choose-other-model", "Choose another model."),
    )


def _read(choice: ModelChoice, tasks: frozenset[Task], lack: Message) -> ReadModel:
    """The weights that are asked for. Raises WeightsError, also where they are for none of these tasks; `lack`: what
    they cannot do then."""
    path, model = _read_mixed(choice)
    if model.spec.task not in tasks:
        raise WeightsError(
            say(
                "not-for-task",
                "'{name}' holds {found}, which cannot {lack}.",
                name=path.name,
                found=TASK_WORDS[model.spec.task],
                lack=lack,
            ),
            todo=say("choose-other-model", "Choose another model."),
            path=path,
        )
    return model


def _read_mixed(choice: ModelChoice) -> tuple[Path, ReadModel]:
    """The weights that are asked for, mixed with those of their partner where they are to take less noise away."""
    path = store.find(choice.name)
    info = next((model.info for model in store.installed() if model.path == path), None)
    values = choice.values(info.options if info is not None else ())
    share = values.get(DENOISE.name, 1.0)
    if info is not None and info.partner and share < 1:
        return path, registry.read_mixed(path, store.find(info.partner), share)
    return path, registry.read(path)


def _side(spec: ModelSpec, compute: Compute) -> int:
    """Pixels of a tile that are kept, each way, so that it takes half of the memory there is, and no more than
    _MOST_BYTES."""
    each = (spec.bytes_per_item or _UNMEASURED) * compute.dtype.itemsize // 4
    is_cpu = compute.device.type == "cpu"
    free = memory.available_bytes() if is_cpu else device.free_memory(compute.device)
    budget = min(_MOST_BYTES, free // 2)
    side = math.isqrt(budget // each) - 2 * spec.margin
    return max(_SMALLEST_SIDE, min(_SIDE, side))
