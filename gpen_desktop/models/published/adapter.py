"""Every architecture that spandrel knows, as one of our registry's: recognised by content, described by a ModelSpec.

spandrel takes seconds to import (it brings torchvision), so it is imported only for weights that none of our own
architectures recognises. Nothing but a state dict from our safe loader is handed to it. Its companion
spandrel_extra_arches holds architectures with restrictive licences and is left to the user to install.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import torch
from torch import nn

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models.architecture import Architecture, ReadModel, State
from gpen_desktop.models.catalog import needs_package
from gpen_desktop.models.published.faces import PUBLISHED_FACES, SIZE, VALUE_RANGE, PublishedFaceNet
from gpen_desktop.models.published.photos import PublishedColouriser, PublishedInpainter, PublishedPhotoNet
from gpen_desktop.models.spec import ModelSpec, Task

Descriptor = Any
"""spandrel's ImageModelDescriptor or MaskedImageModelDescriptor."""

_TASKS: Final = {
    "SR": Task.UPSCALER,
    "FaceSR": Task.FACE_RESTORER,
    "Restoration": Task.PHOTO_RESTORER,
    "Inpainting": Task.INPAINTER,
}

_EXTRA_SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    "CodeFormer": ("position_emb", "quantize.embedding.weight", "idx_pred_layer.1.weight"),
    "DDColor": ("decoder.color_decoder.query_feat.weight", "encoder.arch.norm.weight"),
}
"""Keys of catalogued models that only spandrel_extra_arches can build, so that its absence can be told."""

_NOT_IN_BF16: Final = frozenset(["LaMa", "DDColor"])
"""Of which spandrel promises bfloat16, though Fourier transforms have none, and queries have places in fp32."""

_COLOURISER: Final = "DDColor"

_COLOUR_SIZE: Final = (512, 512)
"""In which DDColor's authors look for colours."""

_MARGIN: Final = 32
"""How far a pixel of a convolutional upscaler sees as far as it shows, pixels. RRDBNet's layers reach over 340 px, but
its residuals are scaled down at every step; Real-ESRGAN's own program overlaps its tiles by 10."""

_BYTES_PER_PIXEL: Final = 4 * 64 * 4
"""Of an ESRGAN, for each pixel of what comes out: four maps of 64 channels at its end, in fp32."""


def _known(state: State) -> Any:
    """spandrel's entry for these weights, or None."""
    found = dict(state)
    return next((support.architecture for support in _supported() if support.detect(found)), None)


def _supported() -> list[Any]:
    """What spandrel knows, in its order of asking; nothing where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what newer libraries think of its code is of no use to our users
        try:
            from spandrel import MAIN_REGISTRY  # noqa: PLC0415  -- brings torchvision, which takes seconds
        except ImportError:
            return []
        with suppress(ImportError):
            import spandrel_extra_arches  # noqa: PLC0415  -- as spandrel

            spandrel_extra_arches.install(ignore_duplicates=True)
    return list(MAIN_REGISTRY.architectures("detection"))


def _needs_extras(state: State) -> str:
    """Name of the architecture that these weights have in spandrel_extra_arches; '' for any other."""
    return next((name for name, signs in _EXTRA_SIGNS.items() if all(sign in state for sign in signs)), "")


def _recognises(state: State) -> bool:
    return bool(_needs_extras(state)) or _known(state) is not None


def _read(state: State, metadata: Mapping[str, str]) -> ReadModel:
    architecture = _known(state)
    if architecture is None:
        what, todo = needs_package(_needs_extras(state), "spandrel_extra_arches")
        raise WeightsError(what, todo=todo)
    try:
        descriptor: Descriptor = architecture.load(dict(state))
    except Exception as error:  # spandrel infers sizes from whatever is there, and trips over anything
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise WeightsError(
            say(
                "spandrel-cannot-build",
                "These weights look like {architecture}, but do not fit ({reason}).",
                architecture=architecture.name,
                reason=reason,
            ),
            todo=say("get-weights-again", "The file is damaged or of another kind; get it again."),
        ) from error
    descriptor.model.requires_grad_(False).eval()
    spec = _spec(descriptor)

    def build(device: torch.device, dtype: torch.dtype) -> nn.Module:
        return _network(descriptor, spec).to(device, dtype)

    return ReadModel(spec, build)


def _spec(descriptor: Descriptor) -> ModelSpec:
    name = descriptor.architecture.name
    precisions = ["fp32"]
    precisions += ["fp16"] if descriptor.supports_half else []
    precisions += ["bf16"] if descriptor.supports_bfloat16 and name not in _NOT_IN_BF16 else []
    if name in PUBLISHED_FACES:
        if not PUBLISHED_FACES[name].in_bf16:
            precisions = [each for each in precisions if each != "bf16"]
        return ModelSpec(
            name,
            Task.FACE_RESTORER,
            size=SIZE,
            template="ffhq",
            value_range=VALUE_RANGE,
            precisions=tuple(precisions),
            options=PUBLISHED_FACES[name].options,
        )
    task = Task.COLOURISER if name == _COLOURISER else _TASKS[descriptor.purpose]
    if task is Task.FACE_RESTORER or (task is not Task.COLOURISER and descriptor.input_channels not in (1, 3)):
        raise WeightsError(
            say("no-use-for-architecture", "This version has no use for models of the kind {name}.", name=name)
        )
    scale = descriptor.scale
    wanted = descriptor.size_requirements
    return ModelSpec(
        name,
        task,
        precisions=tuple(precisions),
        bytes_per_item=_BYTES_PER_PIXEL * scale**2 if name == "ESRGAN" else 0,
        scale=scale,
        multiple=wanted.multiple_of,
        smallest=max(wanted.minimum, wanted.multiple_of),
        margin=_MARGIN,
    )


def _network(descriptor: Descriptor, spec: ModelSpec) -> nn.Module:
    net: nn.Module = descriptor.model
    if spec.task is Task.FACE_RESTORER:
        return PublishedFaceNet(net, PUBLISHED_FACES[spec.architecture])
    if spec.task is Task.INPAINTER:
        return PublishedInpainter(net, descriptor)
    if spec.task is Task.COLOURISER:
        return PublishedColouriser(net, _COLOUR_SIZE)
    return PublishedPhotoNet(net, descriptor, descriptor.input_channels)


SPANDREL: Final = Architecture("spandrel", (), recognises=_recognises, read=_read)
"""Asked last. What its weights are for is read from them, so nothing is left for the catalogue to say."""
