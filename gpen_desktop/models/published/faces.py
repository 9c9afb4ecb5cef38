"""Published face restorers as our face networks: RGB in [-1, 1], crops of 512 px on facexlib's FFHQ template.

spandrel builds the networks; what they are given and asked for is as their authors' programs do it, but for chance:
GFPGAN's noise is the one stored with its weights, so that a photo gives the same bytes every time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from torch import Tensor, nn

from gpen_desktop import allocator
from gpen_desktop.models.face_net import FaceNet
from gpen_desktop.models.spec import FIDELITY, ModelOption

SIZE: Final = 512
VALUE_RANGE: Final = (-1.0, 1.0)


@dataclass(frozen=True, eq=False)
class PublishedFace:
    """How one of spandrel's face networks is run. run(net, faces, values): faces in VALUE_RANGE to the same; values of
    its options by name. in_bf16: whether it runs in bfloat16, which spandrel says of networks too whose codebook is
    multiplied in float32."""

    run: Callable[[nn.Module, Tensor, Mapping[str, float]], Tensor]
    options: tuple[ModelOption, ...] = field(default=())
    in_bf16: bool = True


def _gfpgan(net: nn.Module, faces: Tensor, values: Mapping[str, float]) -> Tensor:
    restored: Tensor = net(faces, return_rgb=False, randomize_noise=False)[0]
    return restored


def _restoreformer(net: nn.Module, faces: Tensor, values: Mapping[str, float]) -> Tensor:
    restored: Tensor = net(faces)[0]
    return restored


def _codeformer(net: nn.Module, faces: Tensor, values: Mapping[str, float]) -> Tensor:
    restored: Tensor = net(faces, weight=values[FIDELITY.name])[0]
    return restored


PUBLISHED_FACES: Final[Mapping[str, PublishedFace]] = {
    "GFPGAN": PublishedFace(_gfpgan),
    "RestoreFormer": PublishedFace(_restoreformer, in_bf16=False),
    "CodeFormer": PublishedFace(_codeformer, (FIDELITY,), in_bf16=False),
}
"""By spandrel's name of the architecture."""


class PublishedFaceNet(FaceNet):
    """One of PUBLISHED_FACES with its weights."""

    def __init__(self, net: nn.Module, published: PublishedFace) -> None:
        super().__init__(VALUE_RANGE)
        self.net = net
        self._run = published.run
        self._values = {option.name: option.default for option in published.options}

    def forward(self, x: Tensor) -> Tensor:
        faces = x.to(next(self.net.parameters()).dtype).contiguous()  # GFPGAN takes maps in no other order
        return self._run(self.net, faces, self._values)

    def release(self) -> None:
        """Give back the memory that freed maps left behind."""
        allocator.give_back()

    def set_option(self, name: str, value: float) -> None:
        if name not in self._values:
            super().set_option(name, value)
        self._values[name] = value
