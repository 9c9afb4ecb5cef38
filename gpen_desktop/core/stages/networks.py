"""The networks of the whole photo, loaded when they are first needed, as functions of a tile."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_desktop.core.stages.tiles import TiledNetwork
from gpen_desktop.core.types import FloatImage
from gpen_desktop.errors import OutOfMemoryError, WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models import catalog, device, registry, store
from gpen_desktop.models.device import Compute
from gpen_desktop.models.photo.architectures import PhotoRepairer
from gpen_desktop.models.photo.compact import CompactEnlarger
from gpen_desktop.models.photo.unet import PhotoCleaner, UNetShape
from gpen_desktop.models.spec import Task

_SIDE: Final = 1280
"""Pixels of a tile that are kept, each way. Larger ones spend less on margins, smaller ones less memory (here some
hundred MB), and cancelling waits for one."""

_ROOM: Final = 512 << 20
_SMALLEST: Final = 128
"""Bytes that a published enlarger may take for a tile, as far as it can be cut that small."""

_FELT: Final = 0.73
"""Share of a U-Net's reach beyond which nothing is felt: the trained cleaner's answer changes by 0.001 of an 8-bit step
where tiles have a margin of that much, and not of all it could see."""


class PhotoNetworks:
    """The built-in networks on one device. As core/stages/work.Networks has it.

    device, precision: as models/device.choose takes them. Not thread-safe.
    """

    def __init__(self, device: str = "auto", precision: str = "auto") -> None:
        self._device = device
        self._precision = precision
        self._enlargers: dict[str, TiledNetwork] = {}

    def has(self, name: str) -> bool:
        """Whether the weights of that name in the catalogue are on this computer."""
        return store.has(name)

    def cleaner(self) -> TiledNetwork:
        """Raises WeightsError, DeviceError, as the others do."""
        return self._cleaner

    def finder(self) -> TiledNetwork:
        return self._repairer[0]

    def filler(self) -> TiledNetwork:
        return self._repairer[1]

    def enlarger(self, model: str) -> TiledNetwork:
        if model not in self._enlargers:
            self._enlargers = {model: self._loaded_enlarger(model)}  # one at a time: published ones are large
        return self._enlargers[model]

    @cached_property
    def _compute(self) -> Compute:
        return device.choose(self._device, self._precision)

    @cached_property
    def _cleaner(self) -> TiledNetwork:
        net = self._loaded(catalog.CLEANER, Task.PHOTO_RESTORER)
        assert isinstance(net, PhotoCleaner)
        run = self._on_device(net.change, catalog.CLEANER, self._compute, centre=0.5)
        return TiledNetwork(run, _SIDE, _felt(net.shape), net.shape.multiple)

    @cached_property
    def _repairer(self) -> tuple[TiledNetwork, TiledNetwork]:
        net = self._loaded(catalog.REPAIRER, Task.INPAINTER)
        assert isinstance(net, PhotoRepairer)
        finder, filler = net.finder, net.filler
        find = self._on_device(lambda x: finder(x).float().sigmoid(), catalog.REPAIRER, self._compute)
        fill = self._on_device(lambda x: filler(x[:, :3], x[:, 3:]), catalog.REPAIRER, self._compute)
        return (
            TiledNetwork(find, _SIDE, _felt(finder.shape), finder.shape.multiple),
            TiledNetwork(fill, _SIDE, _felt(filler.shape), filler.shape.multiple),
        )

    def _loaded_enlarger(self, model: str) -> TiledNetwork:
        path = store.find(model)
        spec = registry.read_spec(path)
        compute = device.choose(self._device, self._precision, spec.precisions)
        net = registry.load(path, Task.UPSCALER, str(compute.device), compute.dtype)

        def change(tile: Tensor) -> Tensor:
            if isinstance(net, CompactEnlarger):
                return net.change(tile)
            repeated = F.interpolate(tile.float(), scale_factor=spec.scale, mode="nearest")
            enlarged: Tensor = net(tile)
            return enlarged.float() - repeated

        room = (_ROOM // max(1, spec.bytes_per_item)) ** 0.5
        side = min(_SIDE // spec.scale, max(_SMALLEST, int(room) - 2 * spec.margin))
        run = self._on_device(change, model, compute)
        return TiledNetwork(run, side, spec.margin, spec.smallest, spec.scale)

    def _loaded(self, name: str, task: Task) -> torch.nn.Module:
        return registry.load(store.find(name), task, str(self._compute.device), self._compute.dtype)

    def _on_device(
        self, network: Callable[[Tensor], Tensor], name: str, compute: Compute, centre: float = 0.0
    ) -> Callable[[FloatImage], FloatImage]:
        """A network of tensors as a function of one tile. centre: taken off before it is rounded to half precision."""

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
                raise WeightsError(
                    say("answer-not-a-picture", "The model '{name}' did not give a valid picture.", name=name),
                    todo=say("choose-other-model", "Choose another model."),
                )
            answer: FloatImage = made.contiguous().numpy()
            return answer

        return run


def _felt(shape: UNetShape) -> int:
    """Margin that its tiles need, px."""
    return round(_FELT * shape.reach)
