"""The networks of the whole photo, loaded when they are first needed, as functions of a tile."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from gpen_desktop.core import memory
from gpen_desktop.core.on_device import OnDevice, placed
from gpen_desktop.core.options import AUTO
from gpen_desktop.core.stages.colour import lab_hue
from gpen_desktop.core.stages.tiles import SMALLEST, TiledNetwork, mixed
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
from gpen_desktop.models.photo.unet import MARGIN, PhotoCleaner, seen_mirrored_too
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

_MOST_BYTES: Final = 2 << 30
_UNMEASURED: Final = 16 << 10
"""Bytes a pixel of models that nobody has measured: as a Real-ESRGAN that enlarges four times."""

_NO_PHOTOS: Final = say("treat-photos", "treat whole photos")
_NO_COLOURS: Final = say("give-colour", "give a photo colour")
_NO_FILLING: Final = say("fill-damage", "fill damage")

_OfPixels = Callable[[Any, Tensor], Tensor]
"""What a network, of the class that its task has, makes of a picture: (1, C, H, W) to the same."""


@dataclass(eq=False)
class _Loaded:
    """A network on its device. name: of the model, for people. too_long: side of the smallest tile that there was no
    memory for, so that no further photo begins with one; it stays so, as OnDevice.at_once does."""

    name: str
    spec: ModelSpec
    network: OnDevice
    too_long: int | None = None

    def tiled(
        self, ask: _OfPixels, side: int, margin: int, multiple: int, *, scale: int = 1, centre: float = 0.0
    ) -> TiledNetwork:
        """As TiledNetwork has it; smaller tiles are asked for where memory does not suffice, and the smallest go to the
        CPU then. centre: taken off a tile before it is rounded to half precision."""
        of_one = _of_one(ask, self.name, centre)
        smallest = SMALLEST + 2 * (margin + multiple)

        def run(tile: FloatImage) -> FloatImage:
            longest = max(tile.shape[:2])
            if longest <= smallest:
                return self.network.answers([tile], of_one)[0]
            try:
                return self.network.answer_here(tile, of_one)
            except OutOfMemoryError:
                self.too_long = min(longest, self.too_long or longest)
                raise

        if self.too_long is not None:
            side = max(SMALLEST, min(side, (self.too_long - 2 * margin) // 2))
        return TiledNetwork(run, side, margin, multiple, scale)

    def of_pictures(self, ask: _OfPixels) -> Callable[[FloatImage], FloatImage]:
        """As a function of one picture of any size."""
        of_one = _of_one(ask, self.name)
        return lambda picture: self.network.answers([picture], of_one)[0]

    def of_faces(self) -> Callable[[FloatImage], FloatImage]:
        """A network for aligned faces as a function of one, (S, S, 3)."""

        def ask(net: nn.Module, faces: Sequence[FloatImage]) -> list[FloatImage]:
            assert isinstance(net, FaceNet)  # what every architecture for ALIGNED_TASKS builds
            made = net.restore(torch.from_numpy(np.stack(faces)))
            if not bool(made.is_finite.all()):
                raise _no_picture(self.name)
            return list(made.pixels.numpy())

        return lambda face: self.network.answers([face], ask)[0]


class PhotoNetworks:
    """The built-in networks, and one chosen for each task, on one device. As core/stages/work.Networks has it.

    device, precision: as models/device.choose takes them. Not thread-safe, but what it gives is.
    """

    def __init__(self, device: str = "auto", precision: str = "auto") -> None:
        self._device = device
        self._precision = precision
        self._upscaler: tuple[str, _Loaded] | None = None
        self._colouriser: tuple[str, ChosenNetwork] | None = None
        self._inpainter: tuple[str, ChosenNetwork] | None = None

    def has(self, name: str) -> bool:
        """Whether the weights of that name in the catalogue are on this computer."""
        return store.has(name)

    def cleaner(self) -> TiledNetwork:
        """Raises WeightsError, DeviceError, as the others do."""
        return _cleaning(self._cleaner)

    def unblocker(self) -> TiledNetwork:
        return _cleaning(self._unblocker)

    def finder(self) -> TiledNetwork:
        loaded = self._repairer
        multiple = _the(PhotoRepairer, loaded).finder.shape.multiple
        return loaded.tiled(lambda net, x: net.finder(x), _SIDE, MARGIN, multiple)

    def filler(self) -> TiledNetwork:
        loaded = self._repairer
        multiple = _the(PhotoRepairer, loaded).filler.shape.multiple
        return loaded.tiled(_filled_by_built_in, _SIDE, MARGIN, multiple)

    def enlarger(self, spoilt: float) -> TiledNetwork:
        """One network of both, or a mixture of their answers, in tenths."""
        share = round(spoilt, 1)
        if share == 0:
            return _enlarging(self._enlarger)
        poor = _enlarging_poor(self._poor_enlarger)
        return poor if share == 1 else mixed(_enlarging(self._enlarger, poor), poor, share)

    def upscaler(self, name: str) -> TiledNetwork:
        """The one at hand, or loaded in its place; with tiles for the memory that is free now."""
        if self._upscaler is None or self._upscaler[0] != name:
            self._upscaler = None  # two may not fit into memory
            self._upscaler = (name, self._load(name, PHOTO_TASKS, _NO_PHOTOS))
        loaded = self._upscaler[1]
        spec = loaded.spec
        side, multiple = _side(spec, loaded.network.compute), max(spec.multiple, spec.smallest)
        return loaded.tiled(lambda net, x: net(x), side, spec.margin, multiple, scale=spec.scale)

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
        loaded = self._load(name, COLOUR_TASKS, _NO_COLOURS)
        spec = loaded.spec
        if spec.task in ALIGNED_TASKS:
            faces = loaded.of_faces()
            return ChosenNetwork(name, lambda face: lab_hue(faces(face)), spec.size, spec.template)
        return ChosenNetwork(name, loaded.of_pictures(lambda net, x: net(x[:, :1])), multiple=spec.multiple)

    def _load_inpainter(self, name: str) -> ChosenNetwork:
        loaded = self._load(name, FILL_TASKS, _NO_FILLING)
        spec = loaded.spec
        if spec.task in ALIGNED_TASKS:
            faces = loaded.of_faces()
            # its authors tell it of holes by painting them white
            return ChosenNetwork(name, lambda x: faces(np.maximum(x[..., :3], x[..., 3:])), spec.size, spec.template)
        net = loaded.network.net
        if isinstance(net, PhotoRepairer):
            return ChosenNetwork(name, loaded.of_pictures(_filled_by_built_in), multiple=net.filler.shape.multiple)
        fill = loaded.of_pictures(lambda net, x: net(x[:, :3], x[:, 3:]))
        return ChosenNetwork(name, fill, multiple=max(spec.multiple, spec.smallest))

    @cached_property
    def _cleaner(self) -> _Loaded:
        return self._load(catalog.CLEANER, frozenset([Task.PHOTO_RESTORER]), _NO_PHOTOS)

    @cached_property
    def _unblocker(self) -> _Loaded:
        return self._load(catalog.UNBLOCKER, frozenset([Task.PHOTO_RESTORER]), _NO_PHOTOS)

    @cached_property
    def _repairer(self) -> _Loaded:
        return self._load(catalog.REPAIRER, frozenset([Task.INPAINTER]), _NO_FILLING)

    @cached_property
    def _enlarger(self) -> _Loaded:
        return self._load(catalog.ENLARGER, frozenset([Task.UPSCALER]), _NO_PHOTOS)

    @cached_property
    def _poor_enlarger(self) -> _Loaded:
        return self._load(catalog.POOR_ENLARGER, frozenset([Task.UPSCALER]), _NO_PHOTOS)

    def _load(self, name: str, tasks: frozenset[Task], lack: Message) -> _Loaded:
        """In the precision that is wished, where the model knows that one."""
        choice = choice_of(name)
        return _Loaded(name, *placed(name, lambda: _read(choice, tasks, lack), self._device, self._precision))


NetT = TypeVar("NetT", bound=nn.Module)


def _the(kind: type[NetT], loaded: _Loaded) -> NetT:
    """The network, which is of the one kind that weights of its task and name have."""
    net = loaded.network.net
    assert isinstance(net, kind)
    return net


def _cleaning(loaded: _Loaded) -> TiledNetwork:
    multiple = _the(PhotoCleaner, loaded).shape.multiple
    return loaded.tiled(lambda net, x: seen_mirrored_too(net.change, x), _SIDE, MARGIN, multiple, centre=0.5)


def _enlarging(loaded: _Loaded, beside: TiledNetwork | None = None) -> TiledNetwork:
    """beside: one that is given the same tiles, and asks for more around them."""
    spec, side = loaded.spec, _SIDE // loaded.spec.scale
    tiles = spec if beside is None else beside
    return loaded.tiled(lambda net, x: net.change(x), side, tiles.margin, tiles.multiple, scale=spec.scale)


def _enlarging_poor(loaded: _Loaded) -> TiledNetwork:
    spec, side = loaded.spec, _SIDE // loaded.spec.scale
    return loaded.tiled(
        lambda net, x: seen_mirrored_too(net.change, x), side, spec.margin, spec.multiple, scale=spec.scale, centre=0.5
    )


def _filled_by_built_in(net: PhotoRepairer, x: Tensor) -> Tensor:
    filled: Tensor = net.filler(x[:, :3], x[:, 3:])
    return filled


def _of_one(
    ask: _OfPixels, name: str, centre: float = 0.0
) -> Callable[[nn.Module, Sequence[FloatImage]], list[FloatImage]]:
    """What a network makes of one picture, (h, w, C) to (h', w', D)."""

    def of_one(net: nn.Module, pictures: Sequence[FloatImage]) -> list[FloatImage]:
        (picture,) = pictures
        weights = next(net.parameters())
        x = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None] - centre
        with torch.inference_mode():
            made = ask(net, x.to(weights.device, weights.dtype).contiguous(memory_format=torch.channels_last))
            pixels = made[0].float().permute(1, 2, 0).cpu()
        if not bool(pixels.isfinite().all()):
            raise _no_picture(name)
        answer: FloatImage = pixels.contiguous().numpy()
        return [answer]

    return of_one


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
    """Pixels of a tile that are kept, each way, so that it takes half of the memory there is, of the CPU's only what is
    this thread's share, and no more than _MOST_BYTES."""
    each = (spec.bytes_per_item or _UNMEASURED) * compute.dtype.itemsize // 4
    if compute.device.type == "cpu":
        free = memory.available_bytes() * device.threads_here() // device.cpu_threads()
    else:
        free = device.free_memory(compute.device)
    budget = min(_MOST_BYTES, free // 2)
    side = math.isqrt(budget // each) - 2 * spec.margin
    return max(SMALLEST, min(_SIDE, side))
